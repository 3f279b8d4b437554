"""Commands: plan. The only writes of this area."""

from __future__ import annotations

from server.db.session import Seen
from server.domain.records import Values, Work, rules_for, save
from server.domain.workplan import models, rules

rules_for(models.PlannedActivity, rules.planned_rules)


def plan_activity(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a line of the work plan, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.PlannedActivity, values, id=id, seen=seen)
