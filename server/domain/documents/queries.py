"""Queries: documents as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.domain.documents import models
from server.domain.records import visible


@dataclass(frozen=True)
class DocumentFacts:
    """A filed document: `sha256` and `size` (bytes) are None when only the reference is known; `dated` as stored.

    `copy_sha256` and `copy_size` are those of a photo's scaled copy, which travels; None for other files.
    """

    id: str
    office: str
    title: str
    kind: str
    file_name: str
    sha256: str | None
    size: int | None
    dated: str
    note: str
    media_type: str = ""
    copy_sha256: str | None = None
    copy_size: int | None = None


def documents(session: Session, ids: Sequence[str]) -> list[DocumentFacts]:
    """Those documents, in that order; what has not arrived or was deleted is left out."""
    rows = {row.id: row for row in session.scalars(visible(models.Document).where(models.Document.id.in_(ids)))}
    return [_facts(rows[id]) for id in dict.fromkeys(ids) if id in rows]


def _facts(row: models.Document) -> DocumentFacts:
    return DocumentFacts(row.id, row.office or "", row.title or "", row.kind or "other", row.file_name or "",
                         row.sha256, row.size, row.dated or "", row.note or "", row.media_type or "",
                         row.copy_sha256, row.copy_size)
