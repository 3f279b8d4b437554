"""What a verdict on a report is about: the texts that were read, so that a later change of them is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from server.db.session import Seen
from server.domain.records import Judged, Values, Work

#: what headquarters accepts of a section
ACCEPTED_FIELDS = ("text", "text_local", "deleted")


def judged_by(work: Work, review: Values, displayed: Mapping[str, Seen] | None) -> list[Judged]:
    """The records a review judges. `displayed`: section -> heads its page showed; None: as they are here now."""
    if review["verdict"] == "accepted":
        return list(_accepted(work, review, displayed))
    return _taken_back(work, review)


def _accepted(work: Work, review: Values, displayed: Mapping[str, Seen] | None) -> Iterator[Judged]:
    """What an acceptance is about: the section it names, or the whole report with every section it has."""
    sections = _sections(work, review)
    if not review["section_id"]:
        yield Judged("report", review["report_id"], children=("report_section.report_id",))
    for section in sections:
        heads = None if displayed is None else displayed.get(section["id"], {})
        yield Judged("report_section", section["id"], ACCEPTED_FIELDS, seen=heads)


def _taken_back(work: Work, review: Values) -> list[Judged]:
    """A report that is returned may change: nothing of it counts as accepted."""
    sections = _sections(work, review)
    return [Judged("report", review["report_id"]), *(Judged("report_section", one["id"]) for one in sections)]


def _sections(work: Work, review: Values) -> list[Values]:
    found = work.find("report_section", report_id=review["report_id"])
    return [section for section in found if review["section_id"] in (None, section["id"])]
