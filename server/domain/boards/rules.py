"""Rules: boards, meetings and decisions. Pure functions of a record's values and the records it names."""

from __future__ import annotations

from collections.abc import Iterator

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.domain import checks
from server.domain.records import Values, World

KINDS = ("global", "national", "working_group")
TOR_STAGES = ("none", "draft", "adopted")
ROLES = ("chair", "co-chair", "member", "secretary", "observer")
DECISION_STATUSES = ("open", "closed")


def board_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """A board has a name and a kind; a national one has a country."""
    yield from checks.required(values, "name", _("Enter the board's name."))
    yield from checks.required(values, "kind", _("Choose what kind of board it is."))
    yield from checks.one_of(values, "kind", KINDS)
    yield from checks.one_of(values, "tor_stage", TOR_STAGES)
    yield from checks.dated(values, "tor_dated")
    if values.get("kind") == "national":
        yield from checks.required(values, "country_id", _("Choose the national board's country."))


def member_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """A seat belongs to a board and an institution."""
    yield from checks.required(values, "board_id", _("Choose the board."))
    yield from checks.required(values, "institution", _("Enter the institution that holds the seat."))
    yield from checks.one_of(values, "role", ROLES)


def meeting_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """A meeting has a board and a date; its span is in order; counts add up."""
    yield from checks.required(values, "board_id", _("Choose the board that met."))
    yield from checks.required(values, "date_from", _("Enter when the board met; the year alone is enough."))
    yield from checks.dated(values, "date_from", "date_to")
    backwards = _("The meeting ends before it starts: correct one date.")
    yield from checks.in_order(values, "date_from", "date_to", backwards)
    yield from checks.counted(values)


def attendance_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """Those who came are from an institution and add up."""
    yield from checks.required(values, "meeting_id", _("Choose the meeting."))
    yield from checks.required(values, "institution", _("Enter the institution."))
    yield from checks.counted(values)


def decision_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """A decision has its words; an open action has an owner; a closed one was not closed before it was taken."""
    yield from checks.required(values, "meeting_id", _("Choose the meeting that decided."))
    yield from checks.required(values, "text", _("Enter the decision."))
    yield from checks.one_of(values, "status", DECISION_STATUSES)
    yield from checks.dated(values, "due", "closed")
    if values.get("action") and values.get("status") in (None, "open"):
        yield from checks.required(values, "owner", _("Enter who carries out the action."))
    meeting = world.get("meeting", values.get("meeting_id"))
    if meeting:
        early = _("The decision was closed before it was taken: correct the date.")
        yield from checks.in_order({**values, "date_from": meeting["date_from"]}, "date_from", "closed", early)


def together(women: int | None, men: int | None, participants: int | None) -> int | None:
    """All people: as counted, else those whose sex was; None when nobody was counted."""
    if participants is not None:
        return participants
    return None if women is None and men is None else (women or 0) + (men or 0)


def unrecorded(women: int | None, men: int | None, participants: int | None) -> int | None:
    """How many of all people are neither counted as women nor as men; None when that is nobody or not known."""
    left = (participants or 0) - (women or 0) - (men or 0)
    return left if participants is not None and left > 0 else None
