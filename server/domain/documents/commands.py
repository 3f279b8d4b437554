"""Commands: file documents, track products and agreements. The only writes of this area."""

from __future__ import annotations

from server.db.session import Seen
from server.domain.documents import models, rules
from server.domain.records import Values, Work, rules_for, save

rules_for(models.Document, rules.document_rules)
rules_for(models.KnowledgeProduct, rules.product_rules)
rules_for(models.Agreement, rules.agreement_rules)


def file_document(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a document, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Document, values, id=id, seen=seen)


def record_knowledge_product(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a knowledge product, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.KnowledgeProduct, values, id=id, seen=seen)


def record_agreement(work: Work, values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create an agreement, or change the one with `id`. Returns its id. Errors: RulesBroken."""
    return save(work, models.Agreement, values, id=id, seen=seen)
