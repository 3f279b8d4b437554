"""Rules: values measured. Pure functions of a record's values and the records it names."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.domain import checks
from server.domain.framework.rules import measured
from server.domain.integrity import taken
from server.domain.records import Values, World

#: from how many percent of the way on an indicator is green, and amber; below that it is red
GREEN_FROM = Decimal(90)
AMBER_FROM = Decimal(60)


def progress(baseline: Decimal | None, target: Decimal | None, actual: Decimal | None) -> Decimal | None:
    """How much of the way from the baseline to the target is done, in percent with one decimal, half up.

    It can be below zero or above a hundred, and the way may lead down. None when target or actual is not a number, or
    nothing was to be reached. Where the target is to stay at the baseline, what is held of it.
    """
    if target is None or actual is None:
        return None
    start = baseline or Decimal(0)
    start = Decimal(0) if target == start else start
    if target == start:
        return None
    return ((actual - start) * 100 / (target - start)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def rating(done: Decimal | None) -> str | None:
    """green, amber or red for what `progress` says; None when that is not known."""
    if done is None:
        return None
    return "green" if done >= GREEN_FROM else "amber" if done >= AMBER_FROM else "red"


def value_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """A value names its indicator and period, fits the unit, and is told once."""
    yield from checks.required(values, "indicator_id", _("Choose the indicator."))
    yield from checks.required(values, "period_id", _("Choose the reporting period."))
    yield from checks.required(values, "value", _("Enter the value."))
    yield from checks.not_negative(values, "women", "men")
    indicator = world.get("indicator", values.get("indicator_id"))
    yield from measured(values.get("value"), indicator["unit"] if indicator else None, "value")
    sentence = _("There is a value for this indicator and period already: change that one.")
    yield from taken(values, world, "indicator_value", sentence)
