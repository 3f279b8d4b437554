"""Queries: open decisions as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.base.period import span_text
from server.domain.boards import models
from server.domain.records import visible


@dataclass(frozen=True)
class DecisionFacts:
    """A decision with the meeting that took it; dates in words."""

    id: str
    office: str
    board: str
    meeting_when: str
    text: str
    action: str
    owner: str
    due: str
    status: str
    closed: str
    note: str


def decisions(session: Session, *, office: str | None = None, status: str | None = None) -> list[DecisionFacts]:
    """Decisions by meeting; open ones first."""
    boards = {b.id: b.name or "" for b in session.scalars(visible(models.Board))}
    meetings = {m.id: m for m in session.scalars(visible(models.Meeting))}
    query = visible(models.Decision)
    if office:
        query = query.where(models.Decision.office == office)
    if status:
        query = query.where(models.Decision.status == status)
    rows = sorted(session.scalars(query), key=lambda d: (d.status == "closed", d.due or "9", d.id))
    found = []
    for row in rows:
        meeting = meetings.get(row.meeting_id or "")
        found.append(
            DecisionFacts(
                row.id,
                row.office or "",
                boards.get(meeting.board_id or "", "") if meeting else "",
                span_text(meeting.date_from, meeting.date_to) if meeting else "",
                row.text or "",
                row.action or "",
                row.owner or "",
                span_text(row.due),
                row.status or "open",
                span_text(row.closed),
                row.note or "",
            )
        )
    return found
