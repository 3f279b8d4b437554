"""The record of a board's meetings: who came, what was on the agenda, what was said and decided, what is still open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from server.base.i18n import _, mark, use_language
from server.reports import model
from server.reports.manuscript import Manuscript
from server.reports.parts.narrative import write_text
from server.reports.parts.papers import write_decisions
from server.reports.parts.scope import scope_frame, told_apart
from server.reports.story import Story
from server.reports.words import count, joined, when, word

_ROLES = {"chair": mark("Chair"), "co-chair": mark("Co-chair"), "member": mark("Member"),
          "secretary": mark("Secretary"), "observer": mark("Observer")}


def meeting_manuscript(records: model.MeetingRecords, moment: datetime) -> Manuscript:
    """The document in its scope's language; `moment` goes into the file's properties only."""
    with use_language(records.scope.language):
        frame = scope_frame(records.scope, _("Record of board meetings"), moment)
    return Manuscript(records.scope.language, frame, lambda story: _tell(story, records))


def _tell(story: Story, records: model.MeetingRecords) -> None:
    if len(records.records) > 1:
        story.contents(depth=1)
    if not records.records:
        story.heading(1, _("Meetings"))
        story.paragraph(_("No board met in this period."), style="note")
    headings = told_apart([(one.meeting.title or one.meeting.board or _("Meeting"), one.meeting.country)
                           for one in records.records])
    for place, (heading, record) in enumerate(zip(headings, records.records, strict=True)):
        if place:
            story.page_break()
        story.heading(1, heading)
        _record(story, record)


def _record(story: Story, record: model.Minutes) -> None:
    meeting = record.meeting
    facts = [(_("Board"), meeting.board), (_("Country"), meeting.country),
             (_("Date"), when(meeting.date_from, meeting.date_to)), (_("Place"), meeting.place),
             (_("Participants"), _came(meeting.people))]
    story.facts([(label, text) for label, text in facts if text])
    _members(story, record)
    _attendance(story, meeting.people)
    story.heading(2, _("Agenda"))
    write_text(story, meeting.agenda, _("No agenda was filed."))
    story.heading(2, _("Minutes"))
    write_text(story, meeting.minutes, _("No minutes were filed."))
    story.heading(2, _("Decisions of this meeting"))
    write_decisions(story, record.decisions)
    if record.earlier:
        story.heading(2, _("Decisions of earlier meetings that were open"))
        write_decisions(story, record.earlier)


def _came(people: model.People) -> str:
    if not people.counted:
        return ""
    sexes = ""
    if people.women is not None or people.men is not None:
        sexes = _("women %(women)s, men %(men)s", women=count(people.women), men=count(people.men))
    return joined((count(people.total), sexes))


def _members(story: Story, record: model.Minutes) -> None:
    if record.members:
        story.table((_("Member of the board"), _("Role")),
                    [(institution, word(_ROLES, role)) for institution, role in by_role(record.members)],
                    widths=(0.75, 0.25), small=True)


def by_role(members: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """(institution, role) from the chair down; those of one role stay as they are, unknown roles come last."""
    return sorted(members, key=lambda one: list(_ROLES).index(one[1]) if one[1] in _ROLES else len(_ROLES))


def _attendance(story: Story, people: model.People) -> None:
    if people.institutions:
        story.table((_("Institution"), _("Women"), _("Men"), _("All")),
                    [(who, count(women), count(men), count(everyone))
                     for who, women, men, everyone in people.institutions], widths=(0.7, 0.1, 0.1, 0.1), align="lrrr",
                    small=True, caption=_("Attendance by institution"))
