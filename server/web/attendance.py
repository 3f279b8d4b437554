"""The table of who came to a meeting, as one form: a line per institution, and a last one for all together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request

from server.base.i18n import mark
from server.base.ids import new_id
from server.db.drafts import kept_draft
from server.db.session import Seen
from server.domain.boards.attendance import Came
from server.domain.boards.queries import CameFacts, MeetingFacts, came, members
from server.domain.boards.rules import together, unrecorded
from server.web.database import session
from server.web.fields import NumberQuestion, Question, TextQuestion
from server.web.forms import Form, displayed

#: empty lines that the table offers
_BLANK = 3
_INSTITUTION = "institution-"
#: of a line that was filled in beforehand with a member's name: that name
_MEMBER = "member-"
_COUNTS = {"women": mark("Women"), "men": mark("Men"), "other": mark("Not recorded")}


@dataclass(frozen=True)
class Line:
    """A line as the page draws it; `total` of what was typed, None when nothing was or it cannot be read.

    `member` is name and value of the input that says whose name the line was filled in with.
    """

    institution: Question | None
    counts: tuple[Question, ...]
    total: int | None
    member: tuple[str, str] | None = None


class AttendanceForm(Form):
    """The table. Its questions are called `women-ID` and so on; ID is the line's, or the meeting's for the last one."""

    meeting = ""
    ids: Sequence[str] = ()
    #: line -> the member's name that it was filled in with
    suggested: Mapping[str, str] = {}

    def lines(self) -> list[Came]:
        """The lines as commands take them; a member's line that nobody touched is none."""
        found = [self._came(id) for id in self.ids]
        return [one for one in found if one.counted or one.institution != self.suggested.get(one.id, "")]

    def whole(self) -> Came:
        """The last line."""
        return self._came(self.meeting)

    def heads_seen_by_record(self) -> Mapping[str, Seen]:
        """The heads that the form displayed."""
        found: Any = self.heads_seen() or {}
        return {id: heads for id, heads in found.items() if isinstance(heads, dict)}

    @property
    def table(self) -> list[Line]:
        """The lines of institutions as the page draws them."""
        return [self._line(id) for id in self.ids]

    @property
    def last(self) -> Line:
        """The line for all together, with the sum of the others where it is empty."""
        line = self._line(self.meeting)
        known = [one.total for one in self.table if one.total is not None]
        return line if line.total is not None or not known else Line(None, line.counts, sum(known))

    def _line(self, id: str) -> Line:
        counts = tuple(self[f"{name}-{id}"] for name in _COUNTS)
        known = [one.data for one in counts if isinstance(one.data, int)]
        member = (_MEMBER + id, self.suggested[id]) if id in self.suggested else None
        return Line(self._fields.get(_INSTITUTION + id), counts, sum(known) if known else None, member)

    def _came(self, id: str) -> Came:
        institution = self._fields.get(_INSTITUTION + id)
        counts = {name: self[f"{name}-{id}"].data for name in _COUNTS}
        return Came(id, institution.data if institution is not None else None, **counts)


def attendance_form(meeting: MeetingFacts) -> AttendanceForm:
    """The table of a meeting: what is being sent, else its draft, else what is stored, with the board's other members
    and some empty lines to fill in."""
    stored = {one.id: one for one in came(session(), meeting.id)}
    draft = f"meeting_attendance/{meeting.id}"
    kept = kept_draft(session(), draft) if request.method == "GET" else None
    typed = request.form.to_dict() if request.method == "POST" else _first_of(kept.inputs) if kept else None
    values: dict[str, Any] = _values(meeting.id, "", _of_meeting(meeting, stored.values()))
    for one in stored.values():
        values |= _values(one.id, one.institution, (one.women, one.men, one.other))
    suggested = _others(meeting, stored.values()) if typed is None else {
        id: typed[_MEMBER + id] for id in _ids(typed) if _MEMBER + id in typed}
    ids = [*stored, *suggested] if typed is None else _ids(typed)
    values |= {_INSTITUTION + id: name for id, name in suggested.items()}
    if typed is None or "more" in typed:
        ids += [new_id() for _line in range(_BLANK)]
    questions: dict[str, Any] = {_INSTITUTION + id: TextQuestion(mark("Institution")) for id in ids}
    for id in (*ids, meeting.id):
        questions |= {f"{name}-{id}": NumberQuestion(words, optional=True) for name, words in _COUNTS.items()}
    known = {"meeting": meeting.id, "ids": tuple(ids), "suggested": suggested}
    made: type[AttendanceForm] = type("FilledTable", (AttendanceForm,), {**questions, **known})
    seen: Any = {id: displayed("meeting_attendance", id) for id in stored} | {
        meeting.id: displayed("meeting", meeting.id)}
    return made.on(values, seen=seen, draft=draft)


def _first_of(inputs: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {name: values[0] for name, values in inputs.items() if values}


def _others(meeting: MeetingFacts, there: Iterable[CameFacts]) -> dict[str, str]:
    """A new line -> the member of the board that has none yet."""
    known = {one.institution.casefold() for one in there}
    seats = members(session(), meeting.board_id) if meeting.board_id else []
    return {new_id(): one.institution for one in seats if one.institution and one.institution.casefold() not in known}


def _values(id: str, institution: str, counts: Iterable[int | None]) -> dict[str, Any]:
    found: dict[str, Any] = {f"{name}-{id}": count for name, count in zip(_COUNTS, counts, strict=True)}
    return {**found, _INSTITUTION + id: institution} if institution else found


def _of_meeting(meeting: MeetingFacts, lines: Iterable[CameFacts]) -> tuple[int | None, ...]:
    """The meeting's own counts, unless they are the sums of the lines."""
    counts = (meeting.women, meeting.men, meeting.participants)
    found = list(lines)
    sums = [_sum(getattr(one, name) for one in found) for name in ("women", "men", "total")]
    if found and [meeting.women, meeting.men, together(*counts)] == sums:
        return None, None, None
    return meeting.women, meeting.men, unrecorded(*counts)


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _ids(names: Iterable[str]) -> list[str]:
    """The lines that a form brings, in its order. Anything that is no id is left out."""
    found = []
    for name in names:
        if name.startswith(_INSTITUTION):
            try:
                found.append(str(UUID(name.removeprefix(_INSTITUTION))))
            except ValueError:
                continue
    return found
