"""Who came to a meeting: all lines of its table, and the meeting's own counts, in one save."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.base.errors import RuleBroken, RulesBroken, ValiseError
from server.base.i18n import _
from server.db.session import Seen
from server.domain.boards import models, rules
from server.domain.boards.commands import record_meeting, record_meeting_attendance
from server.domain.records import Values, Work, delete


@dataclass(frozen=True)
class Came:
    """One line of a meeting's attendance: `other` are those whose sex was not recorded. `id` may be a new one."""

    id: str
    institution: str | None
    women: int | None = None
    men: int | None = None
    other: int | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing at all stands in it."""
        return not self.institution and not self.counted

    @property
    def counted(self) -> bool:
        """Whether anybody was counted."""
        return any(n is not None for n in (self.women, self.men, self.other))

    @property
    def people(self) -> dict[str, int | None]:
        """The counts as they are stored: all together, and women and men of them."""
        every = sum(n or 0 for n in (self.women, self.men, self.other)) if self.counted else None
        return {"women": self.women, "men": self.men, "participants": every}

    def says(self, stored: Values | None) -> bool:
        """Whether it says what is stored: a line that nobody touched claims no total that was never counted."""
        if stored is None:
            return False
        counts = {name: stored[name] for name in ("women", "men", "participants")}
        shown = (stored["institution"], stored["women"], stored["men"], rules.unrecorded(**counts))
        return shown == (self.institution, self.women, self.men, self.other)


def take_attendance(
    work: Work, meeting_id: str, lines: Sequence[Came], whole: Came, seen: Mapping[str, Seen] | None = None
) -> str:
    """Record who came to a meeting: a line per institution, and the meeting's own counts.

    A line that was emptied is deleted. `whole` may stay empty: the meeting's counts are the sums of the lines then.
    `seen` are the heads that the form displayed, by record. Returns the meeting's id. Errors: RulesBroken with
    fields named `women-ID` and so on, where ID is the line's, or the meeting's for `whole`.
    """
    known = {values["id"]: values for values in work.find("meeting_attendance", meeting_id=meeting_id)}
    heads, errors = dict(seen or {}), []
    for line in lines:
        try:
            if not line.empty and not line.says(known.get(line.id)):
                values = {"meeting_id": meeting_id, "institution": line.institution, **line.people}
                record_meeting_attendance(work, values, id=line.id, seen=heads.get(line.id))
            elif line.empty and line.id in known:
                delete(work, models.MeetingAttendance, line.id, seen=heads.get(line.id))
        except RulesBroken as broken:
            errors += [_at(one, line.id) for one in broken.errors]
    try:
        record_meeting(work, _of_meeting(lines, whole), id=meeting_id, seen=heads.get(meeting_id))
    except RulesBroken as broken:
        errors += [_at(one, meeting_id) for one in broken.errors]
    if errors:
        raise RulesBroken(errors)
    return meeting_id


def _of_meeting(lines: Sequence[Came], whole: Came) -> dict[str, int | None]:
    """The meeting's own counts: as they were typed, else the sums. Errors: RulesBroken when they are below the sums."""
    counted = [line for line in lines if line.counted]
    sums = {name: _sum(line.people[name] for line in counted) for name in ("women", "men", "participants")}
    if not whole.counted:
        return sums
    typed = whole.people
    low = _("The institutions together have more: correct a line, or leave the last line empty.")
    below = [name for name in sums if (typed[name] or 0) < (sums[name] or 0)]
    errors = [RuleBroken(low, name) for name in below if name != "participants" or below == ["participants"]]
    if errors:
        raise RulesBroken(errors)
    return typed


def _sum(counts: Iterable[int | None]) -> int | None:
    """The sum of what was counted; None when nothing was."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _at(error: ValiseError, id: str) -> ValiseError:
    """The same sentence beside its input of that line."""
    field = "other" if error.field == "participants" else error.field
    return RuleBroken(error.message, f"{field}-{id}")
