"""Queries: milestones as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.domain.milestones import models
from server.domain.records import visible


@dataclass(frozen=True)
class MilestoneFacts:
    """One step in one country; `dated` as stored."""

    id: str
    office: str
    type_id: str
    country_id: str
    status: str
    dated: str
    note: str


def milestones(session: Session, country_id: str | None = None) -> list[MilestoneFacts]:
    """Milestones of one country, or of all; two for the same step and country are both told."""
    table = models.Milestone
    query = visible(table).order_by(table.country_id, table.type_id, table.id)
    if country_id:
        query = query.where(models.Milestone.country_id == country_id)
    return [
        MilestoneFacts(
            m.id,
            m.office or "",
            m.type_id or "",
            m.country_id or "",
            m.status or "not_started",
            m.dated or "",
            m.note or "",
        )
        for m in session.scalars(query)
    ]
