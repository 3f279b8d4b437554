"""Commands: record money. The only writes of this area."""

from __future__ import annotations

from server.db.session import Seen
from server.domain.finance import models, rules
from server.domain.records import Values, Work, rules_for, save

rules_for(models.Commitment, rules.commitment_rules)
rules_for(models.Instalment, rules.instalment_rules)
rules_for(models.BudgetLine, rules.budget_rules)
rules_for(models.Expenditure, rules.expenditure_rules)


def record_commitment(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a commitment, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Commitment, values, id=id, seen=seen)


def record_instalment(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create an instalment, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Instalment, values, id=id, seen=seen)


def record_budget_line(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a budget line, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.BudgetLine, values, id=id, seen=seen)


def record_expenditure(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create an expenditure, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Expenditure, values, id=id, seen=seen)
