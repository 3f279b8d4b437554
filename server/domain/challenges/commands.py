"""Commands: record challenges and lessons. The only writes of this area."""

from __future__ import annotations

from server.db.session import Seen
from server.domain.challenges import models, rules
from server.domain.records import Values, Work, rules_for, save

rules_for(models.Challenge, rules.challenge_rules)
rules_for(models.Lesson, rules.lesson_rules)


def record_challenge(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a challenge, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Challenge, values, id=id, seen=seen)


def record_lesson(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a lesson, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Lesson, values, id=id, seen=seen)
