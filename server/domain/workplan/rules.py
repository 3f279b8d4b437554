"""Rules: what may be planned. Pure functions of a record's values and the records it names."""

from __future__ import annotations

from collections.abc import Iterator

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.domain import checks
from server.domain.records import Values, World

STATUSES = ("planned", "ongoing", "completed", "delayed", "cancelled")
RAGS = ("green", "amber", "red")


def planned_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """A line of the work plan has a title, an output, a period and quarters 1 to 4; an amount has its currency.

    A line can be part of another one, but not of itself or of its own parts.
    """
    yield from checks.required(values, "title", _("Enter what is planned."))
    yield from checks.required(values, "output_id", _("Choose the output the line serves."))
    yield from checks.required(values, "period_id", _("Choose the period it is planned for."))
    yield from checks.one_of(values, "status", STATUSES)
    yield from checks.one_of(values, "rag", RAGS)
    quarters = (values.get("quarters") or "").split()
    if any(q not in ("1", "2", "3", "4") for q in quarters) or len(set(quarters)) != len(quarters):
        yield RuleBroken(_("Choose the quarters among 1, 2, 3 and 4."), "quarters")
    if values.get("amount") is not None:
        yield from checks.an_amount(values)
    yield from checks.dated(values, "endorsed")
    yield from _not_of_itself(values, world)


def _not_of_itself(values: Values, world: World) -> Iterator[RuleBroken]:
    """Climbs from the line to its top. A ring that came with others' moves and that this line only hangs on stops it
    as well, without a sentence: it is told as an issue, and nobody is kept from working by it."""
    me, parent = values.get("id"), values.get("part_of_id")
    known = world.get("planned_activity", me)
    if not parent or (known is not None and known["part_of_id"] == parent):
        return
    climbed: set[str] = set()
    while parent and parent not in climbed:
        if parent == me:
            sentence = _("A line cannot be part of itself or of its own parts: choose another line.")
            yield RuleBroken(sentence, "part_of_id")
            return
        climbed.add(parent)
        above = world.get("planned_activity", parent)
        parent = above["part_of_id"] if above else None
