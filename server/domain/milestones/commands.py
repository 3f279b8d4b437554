"""Commands: say how far a country is. The only writes of this area."""

from __future__ import annotations

from server.db.session import Seen
from server.domain.milestones import models, rules
from server.domain.records import Values, Work, rules_for, save

rules_for(models.Milestone, rules.milestone_rules)


def set_milestone(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a milestone, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Milestone, values, id=id, seen=seen)
