"""Commands: record values. The only writes of this area."""

from __future__ import annotations

from server.db.session import Seen
from server.domain.indicators import models, rules
from server.domain.records import Values, Work, rules_for, save

rules_for(models.IndicatorValue, rules.value_rules)


def record_indicator_value(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create an indicator value, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.IndicatorValue, values, id=id, seen=seen)
