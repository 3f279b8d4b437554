"""Who wrote a record last: the signed changes say it, and a list may be narrowed to a person by it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.sync.merge import parse
from server.sync.models import ChangesetRow, RowHeads, Signer


def writers(session: Session, office: str | None = None) -> list[str]:
    """Names and roles under which an office's changes were made, or everybody's, by name."""
    query = sa.select(Signer.person).distinct().where(Signer.person != "")
    if office:
        query = query.where(Signer.office == office)
    return sorted(session.scalars(query), key=str.casefold)


def last_written_by(session: Session, person: str, record: Any) -> sa.ColumnElement[bool]:
    """The condition that the last change of a record is that person's; `record` is the model of records with an office.

    It is asked of one record after the other, so that a list in the order of an index stops at the end of its page. An
    office changes its own records only: of a person of one office no other office's are looked at.
    """
    offices = session.scalars(sa.select(Signer.office).distinct().where(Signer.person == person)).all()
    near = record.office == offices[0] if len(offices) == 1 else sa.true()
    if session.get_bind().dialect.name != "sqlite":
        return sa.and_(near, record.id.in_(_found(session, person, record.__tablename__)))
    raw: Any = session.connection().connection.driver_connection
    raw.create_function("last_change", 1, last_change, deterministic=True)
    found = (
        sa.select(Signer.person)
        .join(ChangesetRow, ChangesetRow.signer == Signer.n)
        .join(RowHeads, ChangesetRow.n == sa.func.last_change(RowHeads.heads))
        .where(RowHeads.tbl == record.__tablename__, RowHeads.row == record.id)
    )
    return sa.and_(near, found.scalar_subquery() == person)


def last_change(heads: object) -> int | None:
    """The latest to arrive of the changes that a record's values stand on."""
    return max(parse(heads), default=None) if isinstance(heads, str) else None


def _found(session: Session, person: str, table: str) -> list[str]:
    """Ids of the records, where the database cannot be asked."""
    theirs = sa.select(ChangesetRow.n).join(Signer, ChangesetRow.signer == Signer.n).where(Signer.person == person)
    numbers = set(session.scalars(theirs))
    heads = session.execute(sa.select(RowHeads.row, RowHeads.heads).where(RowHeads.tbl == table))
    return [row for row, text in heads if last_change(text) in numbers]
