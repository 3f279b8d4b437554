"""Rules: what may be logged. Pure functions of a record's values and the records it names."""

from __future__ import annotations

from collections.abc import Iterator

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.domain import checks
from server.domain.records import Values, World


def activity_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """An activity has a title, an output and a date inside the programme; its span is in order; counts add up."""
    yield from checks.required(values, "title", _("Enter a title that says what happened."))
    yield from checks.required(values, "output_id", _("Choose the output the activity serves."))
    yield from checks.required(values, "date_from", _("Enter when it happened; the year alone is enough."))
    yield from checks.dated(values, "date_from", "date_to")
    backwards = _("The activity ends before it starts: correct one date.")
    yield from checks.in_order(values, "date_from", "date_to", backwards)
    yield from checks.counted(values)
    yield from _inside_programme(values, world)
    yield from place_in_framework(values, world)


def _inside_programme(values: Values, world: World) -> Iterator[RuleBroken]:
    first = checks.readable(values.get("date_from"))
    last = checks.readable(values.get("date_to")) or first
    if not first or not last:
        return
    for programme in world.find("programme"):
        begin, end = checks.readable(programme["starts"]), checks.readable(programme["ends"])
        if begin and end and (last.last() < begin.first() or first.first() > end.last()):
            yield RuleBroken(
                _(
                    "The activity lies outside the programme, which runs from %(starts)s to %(ends)s.",
                    starts=begin.text(),
                    ends=end.text(),
                ),
                "date_from",
            )


def place_in_framework(values: Values, world: World) -> Iterator[RuleBroken]:
    """A country output needs a country; a global output has none."""
    output = world.get("output", values.get("output_id"))
    if output and output["level"] == "country" and not values.get("country_id"):
        yield RuleBroken(
            _("Output %(number)s is a country output: choose the country.", number=output["number"]), "country_id"
        )
    if output and output["level"] == "global" and values.get("country_id"):
        yield RuleBroken(
            _("Output %(number)s is global: leave the country empty.", number=output["number"]), "country_id"
        )


def attendance_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """Participants come from an institution and add up."""
    yield from checks.required(values, "activity_id", _("Choose the activity."))
    yield from checks.required(values, "institution", _("Enter the institution."))
    yield from checks.counted(values)
