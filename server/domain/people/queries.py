"""Queries: offices as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from server.domain.integrity import suffixes
from server.domain.people import models
from server.domain.records import visible


@dataclass(frozen=True)
class OfficeFacts:
    """An office: `language` is that of its own texts beside English, None for none; `mailbox_mb` in MB.

    `reads_confidential`: the sealed dispatches of others are sealed for its laptops too.
    """

    id: str
    code: str
    name: str
    hq: bool
    country_id: str | None
    language: str | None
    email: str | None
    mailbox_mb: int | None
    reads_confidential: bool = False
    suffix: str = ""

    @property
    def label(self) -> str:
        """Its code as lists show it, with what tells it from another office of the same code."""
        return f"{self.code}{self.suffix}"


def offices(session: Session) -> list[OfficeFacts]:
    """All offices, headquarters first, then by code."""
    rows = list(session.scalars(visible(models.Office)))
    more = suffixes((o.id, o.code) for o in rows)
    found = (replace(_facts(o), suffix=more.get(o.id, "")) for o in rows)
    return sorted(found, key=lambda o: (not o.hq, o.code, o.id))


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
        bool(row.reads_confidential),
    )
