"""Rules: values measured. Pure functions of a record's values and the records it names."""

from __future__ import annotations

from collections.abc import Iterator

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.domain import checks
from server.domain.framework.rules import measured
from server.domain.integrity import taken
from server.domain.records import Values, World


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
