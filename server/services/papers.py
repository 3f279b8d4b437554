"""What a filed document is used for: the activities it shows, the products and agreements whose file it is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.domain.activities.models import Activity
from server.domain.documents.models import Agreement, KnowledgeProduct
from server.domain.records import visible

#: most records that are told of one document
_MOST = 100


@dataclass(frozen=True)
class Use:
    """A record that names a document."""

    table: str
    row: str
    title: str


def uses_of(session: Session, document: str) -> list[Use]:
    """The records that name the document with that id: activities first, the newest of each kind first."""
    found = []
    for model, named in (
        (Activity, Activity.evidence_ids.contains(document, autoescape=True)),
        (KnowledgeProduct, KnowledgeProduct.document_id == document),
        (Agreement, Agreement.document_id == document),
    ):
        query = visible(model).where(named).order_by(model.id.desc()).limit(_MOST)
        rows = session.scalars(query)
        found += [Use(model.__tablename__, row.id, str(getattr(row, "title", "") or "")) for row in rows]
    return found
