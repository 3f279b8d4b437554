"""Drafts: what people typed and have not saved yet. Local to this data folder; a draft never travels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.base.clock import Clock
from server.db.base import Base


class Draft(Base):
    """One form that is being filled in."""

    __tablename__ = "draft"

    #: which form of which record, such as "activity/new"
    key: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    #: the form's inputs as a JSON object of lists of texts
    body: Mapped[str] = mapped_column(sa.Text)
    #: when it was kept, ISO 8601 UTC; shown, never compared
    at: Mapped[str] = mapped_column(sa.Text)


@dataclass(frozen=True)
class Kept:
    """A draft as it was kept: inputs by name, each with its values, and when."""

    inputs: Mapping[str, list[str]]
    at: str


def keep_draft(session: Session, key: str, inputs: Mapping[str, list[str]], clock: Clock) -> None:
    """Keep what is typed so far, in place of what was kept before."""
    body = json.dumps(dict(inputs), ensure_ascii=False)
    session.merge(Draft(key=key, body=body, at=clock().isoformat()))
    session.flush()


def kept_draft(session: Session, key: str) -> Kept | None:
    """What was typed and not saved, or None."""
    row = session.get(Draft, key)
    return None if row is None else Kept(json.loads(row.body), row.at)


def drop_draft(session: Session, key: str) -> None:
    """Forget a draft, because the form was saved or its writer gave it up."""
    session.execute(sa.delete(Draft).where(Draft.key == key))


def draft_keys(session: Session) -> tuple[str, ...]:
    """The keys of all drafts, latest first."""
    return tuple(session.scalars(sa.select(Draft.key).order_by(Draft.at.desc(), Draft.key)))
