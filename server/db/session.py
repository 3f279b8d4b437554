"""Engines and sessions: SQLite in WAL mode with every commit on disk, one writer at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from server.base.text import fold

#: heads that a form displayed: field -> changeset ids
Seen = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Author:
    """Who writes: a person's name, the id of the office they write for, and whether that is headquarters."""

    person: str
    office: str
    hq: bool


class UnitSession(Session):
    """A session whose commits become changesets (server.sync.capture attaches itself to this class)."""


def open_engine(path: Path) -> sa.Engine:
    """An engine on the SQLite file at `path`, which is made when missing."""
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 15})
    prepare(engine)
    return engine


def prepare(engine: sa.Engine) -> None:
    """Give an engine our pragmas and explicit transactions (SQLAlchemy's pysqlite notes: the driver must not begin)."""
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF", "cache_size=-32000", "temp_store=MEMORY")


def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("fold", 1, _folded, deterministic=True)


def _folded(text: object) -> str:
    """What queries compare words by: `fold(column)`, whatever the column holds."""
    return fold(text) if isinstance(text, str) else ""


def _begin(connection: sa.Connection) -> None:
    kind = connection.get_execution_options().get("begin", "")
    connection.exec_driver_sql(f"BEGIN {kind}".strip())


def begin_writing(session: Session, author: Author) -> None:
    """Make the session's transaction the only writer from its start, and say who writes."""
    session.info["author"] = author
    session.info["seen"] = {}
    session.connection(execution_options={"begin": "IMMEDIATE"})


@contextmanager
def read_session(engine: sa.Engine) -> Iterator[UnitSession]:
    """A session that only reads; whatever it changed is rolled back."""
    with UnitSession(engine, expire_on_commit=False) as session:
        yield session
        session.rollback()


@contextmanager
def write_session(engine: sa.Engine, author: Author) -> Iterator[UnitSession]:
    """A session that commits at the end of the block, or changes nothing when the block raises."""
    with UnitSession(engine, expire_on_commit=False) as session:
        begin_writing(session, author)
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
