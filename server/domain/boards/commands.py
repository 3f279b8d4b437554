"""Commands: record boards, meetings and decisions. The only writes of this area."""

from __future__ import annotations

from server.db.session import Seen
from server.domain.boards import models, rules
from server.domain.records import Values, Work, rules_for, save

rules_for(models.Board, rules.board_rules)
rules_for(models.BoardMember, rules.member_rules)
rules_for(models.Meeting, rules.meeting_rules)
rules_for(models.MeetingAttendance, rules.attendance_rules)
rules_for(models.Decision, rules.decision_rules)


def record_board(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a board, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Board, values, id=id, seen=seen)


def record_board_member(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a seat on a board, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.BoardMember, values, id=id, seen=seen)


def record_meeting(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a meeting, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Meeting, values, id=id, seen=seen)


def record_meeting_attendance(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create an institution's attendance, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.MeetingAttendance, values, id=id, seen=seen)


def record_decision(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a decision, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Decision, values, id=id, seen=seen)
