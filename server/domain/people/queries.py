"""Queries: offices as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.domain.people import models
from server.domain.records import visible


@dataclass(frozen=True)
class OfficeFacts:
    """An office: `language` is that of its own texts beside English, None for none; `mailbox_mb` in MB."""

    id: str
    code: str
    name: str
    hq: bool
    country_id: str | None
    language: str | None
    email: str | None
    mailbox_mb: int | None


def offices(session: Session) -> list[OfficeFacts]:
    """All offices, headquarters first, then by code."""
    rows = session.scalars(visible(models.Office))
    return sorted((_facts(o) for o in rows), key=lambda o: (not o.hq, o.code))


def office(session: Session, id_or_code: str) -> OfficeFacts | None:
    """The office with that id or code (any case); None when there is none."""
    wanted = id_or_code.casefold()
    return next((o for o in offices(session) if o.id == id_or_code or o.code.casefold() == wanted), None)


def persons(session: Session, office_id: str) -> list[str]:
    """Names or roles that an office's people type under."""
    rows = session.scalars(visible(models.Person).where(models.Person.office == office_id).order_by(models.Person.name))
    return [p.name for p in rows if p.name]


def _facts(row: models.Office) -> OfficeFacts:
    return OfficeFacts(
        row.id,
        row.code or "",
        row.name or "",
        row.kind == "hq",
        row.country_id,
        row.language,
        row.email,
        row.mailbox_mb,
    )
