"""Commands: log what happened. The only writes of this area."""

from __future__ import annotations

from server.db.session import Seen
from server.domain.activities import models, rules
from server.domain.records import Values, Work, rules_for, save

rules_for(models.Activity, rules.activity_rules)
rules_for(models.Attendance, rules.attendance_rules)


def log_activity(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create an activity, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Activity, values, id=id, seen=seen)


def record_attendance(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Record one institution's participants, or change the record with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Attendance, values, id=id, seen=seen)
