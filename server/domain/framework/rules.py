"""Rules: what headquarters may define. Pure functions of a record's values and the records it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.domain import checks
from server.domain.integrity import taken
from server.domain.records import Values, World

LEVELS = ("country", "global")
COUNTRY_STATUSES = ("confirmed", "to_be_confirmed")
UNITS = ("number", "percent", "text")
#: kind of report -> its sections, in the order in which they stand unless a layout says otherwise
LAYOUT_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "annual": ("executive", "data", "introduction", "achievements", "challenges", "next", "milestones", "results",
               "delivery", "boards", "participants", "evidence", "papers", "risks", "acronyms"),
    "progress": ("data", "summary", "achievements", "plan", "milestones", "boards", "results", "delivery",
                 "challenges", "next", "papers", "evidence"),
}  # fmt: skip
#: sections that stand in a report only when a layout says so: what they tell stands elsewhere as well
ASKED_FOR = frozenset({"risks"})


def programme_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """A programme has a title, a span in order and a currency."""
    yield from checks.required(values, "title", _("Enter the programme's title."))
    yield from checks.required(values, "starts", _("Enter the programme's first day."))
    yield from checks.required(values, "ends", _("Enter the programme's last day."))
    yield from checks.dated(values, "starts", "ends")
    yield from checks.in_order(values, "starts", "ends", _("The programme ends before it starts: correct one date."))
    yield from checks.a_currency(values)


def named(values: Values, _world: World) -> Iterator[RuleBroken]:
    """An agency, donor or acronym has a short form and a name."""
    yield from checks.required(values, "code", _("Enter the short form."))
    if "name" in values:
        yield from checks.required(values, "name", _("Enter the name."))
    if "title" in values:
        yield from checks.required(values, "title", _("Enter what it stands for."))


def account_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """A budget account has a number of its own and says what it is for."""
    yield from named(values, world)
    sentence = _("There is a budget account %(code)s already: edit that one.", code=values.get("code"))
    yield from taken(values, world, "budget_account", sentence)


def country_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """A country has an ISO 3166-1 code of its own and a name."""
    code = values.get("code")
    yield from checks.a_country_code(values)
    sentence = _("There is a country with the code %(code)s already: edit that one.", code=code)
    yield from taken(values, world, "country", sentence)
    yield from checks.required(values, "name", _("Enter the country's name."))
    yield from checks.one_of(values, "status", COUNTRY_STATUSES)


def output_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """An output has a number of its own, a title and a level."""
    yield from checks.required(values, "number", _("Enter the output's number."))
    yield from checks.required(values, "title", _("Enter the result the output stands for."))
    yield from checks.required(values, "level", _("Choose whether the output is at country or global level."))
    yield from checks.one_of(values, "level", LEVELS)
    sentence = _("There is an Output %(number)s already: choose another number.", number=values.get("number"))
    yield from taken(values, world, "output", sentence)


def milestone_type_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """A step has a name."""
    yield from checks.required(values, "title", _("Enter the step's name."))


def indicator_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """An indicator has a code of its own, a title, an output and a unit."""
    yield from checks.required(values, "code", _("Enter the indicator's code."))
    yield from checks.required(values, "title", _("Enter what the indicator counts."))
    yield from checks.required(values, "output_id", _("Choose the output the indicator measures."))
    yield from checks.required(values, "unit", _("Choose the indicator's unit."))
    yield from checks.one_of(values, "unit", UNITS)
    yield from measured(values.get("baseline"), values.get("unit"), "baseline")
    sentence = _("There is an indicator %(code)s already: choose another code.", code=values.get("code"))
    yield from taken(values, world, "indicator", sentence)


def target_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """A target names its indicator and period and is in the indicator's unit."""
    yield from checks.required(values, "indicator_id", _("Choose the indicator."))
    yield from checks.required(values, "period_id", _("Choose the reporting period."))
    indicator = world.get("indicator", values.get("indicator_id"))
    yield from measured(values.get("value"), indicator["unit"] if indicator else None, "value")


def layout_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """A layout has a name of its own and is of a kind of report that has sections."""
    yield from checks.required(values, "title", _("Enter a name for the layout, such as the donor’s."))
    yield from checks.required(values, "kind", _("Choose the kind of report."))
    yield from checks.one_of(values, "kind", tuple(LAYOUT_SECTIONS))
    sentence = _("There is a layout with this name already: choose another name.")
    yield from taken(values, world, "report_layout", sentence)


def layout_section_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """A section of a layout is one that its kind of report has."""
    yield from checks.required(values, "layout_id", _("Choose the layout."))
    yield from checks.required(values, "key", _("Choose the section."))
    layout = world.get("report_layout", values.get("layout_id"))
    if layout and layout["kind"] in LAYOUT_SECTIONS:
        yield from checks.one_of(values, "key", LAYOUT_SECTIONS[layout["kind"]])
    if values.get("position") is not None and values["position"] < 1:
        yield RuleBroken(_("Enter the section’s place as a number from 1."), "position")


def measured(value: str | None, unit: str | None, field: str) -> Iterator[RuleBroken]:
    """A value fits its unit: a number, or a percentage from 0 to 100."""
    if value in (None, "") or unit in (None, "text"):
        return
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        yield RuleBroken(_("Enter the value as a number."), field)
    elif unit == "percent" and not 0 <= number <= 100:
        yield RuleBroken(_("A percentage lies between 0 and 100: correct %(value)s.", value=value), field)


def period_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """A reporting period has a code of its own, lies in order and inside the programme."""
    yield from checks.required(values, "code", _("Enter the period's short name, such as Y1."))
    sentence = _("There is a period %(code)s already: choose another short name.", code=values.get("code"))
    yield from taken(values, world, "reporting_period", sentence)
    yield from checks.required(values, "starts", _("Enter the period's first day."))
    yield from checks.required(values, "ends", _("Enter the period's last day."))
    yield from checks.dated(values, "starts", "ends", "due")
    yield from checks.in_order(values, "starts", "ends", _("The period ends before it starts: correct one date."))
    yield from checks.in_order(values, "ends", "due", _("The report is due before the period ends: correct one date."))
    first, last = checks.readable(values.get("starts")), checks.readable(values.get("ends"))
    for programme in world.find("programme"):
        begin, end = checks.readable(programme["starts"]), checks.readable(programme["ends"])
        if first and begin and first.first() < begin.first():
            yield RuleBroken(_("The period begins before the programme does: correct its first day."), "starts")
        if last and end and last.last() > end.last():
            yield RuleBroken(_("The period ends after the programme does: correct its last day."), "ends")
