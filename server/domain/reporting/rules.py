"""Rules: reports and their life cycle. Pure functions of a record's values and the records it names."""

from __future__ import annotations

from collections.abc import Iterator

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.domain import checks
from server.domain.integrity import taken
from server.domain.records import Values, World

KINDS = ("progress", "annual")
STATUSES = ("draft", "submitted")
SECTIONS = ("executive", "introduction", "overview", "summary", "closing", "challenges", "next")
VERDICTS = ("returned", "accepted", "comment")


def report_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """A report has a kind and a period; there is one of a kind per office and period."""
    yield from checks.required(values, "kind", _("Choose the kind of report."))
    yield from checks.one_of(values, "kind", KINDS)
    yield from checks.required(values, "period_id", _("Choose the period to report on."))
    yield from checks.one_of(values, "status", STATUSES)
    yield from checks.dated(values, "submitted")
    sentence = _("There is a report for this period already: edit that one.")
    yield from taken(values, world, "report", sentence)


def section_rules(values: Values, _world: World) -> Iterator[RuleBroken]:
    """A section belongs to a report and has a known place in it."""
    yield from checks.required(values, "report_id", _("Choose the report."))
    yield from checks.required(values, "key", _("Choose the section."))
    yield from checks.one_of(values, "key", SECTIONS)


def review_rules(values: Values, world: World) -> Iterator[RuleBroken]:
    """A review is headquarters' and has a verdict; what is returned or commented says why."""
    writer = world.get("office", values.get("office"))
    if writer and writer["kind"] != "hq":
        yield RuleBroken(_("Only headquarters reviews reports: send yours with the next dispatch."))
    yield from checks.required(values, "report_id", _("Choose the report."))
    yield from checks.required(values, "verdict", _("Choose whether the report is accepted or returned."))
    yield from checks.one_of(values, "verdict", VERDICTS)
    if values.get("verdict") in ("returned", "comment"):
        yield from checks.required(values, "text", _("Say what the office should mend."))


def life_cycle(status: str | None, latest_verdict: str | None, *, answered: bool = False) -> str:
    """draft, submitted, returned or accepted: the office's word first, then what HQ said of it.

    `answered`: the office submitted again in answer to that latest verdict.
    """
    if status != "submitted":
        return "returned" if latest_verdict == "returned" else "draft"
    if latest_verdict == "accepted":
        return "accepted"
    return "returned" if latest_verdict == "returned" and not answered else "submitted"
