"""Plain reading: rows and records without an object for each, which costs more than most of our questions.

Rules ask other records at every save, and a change is made of many small statements. On SQLite these go to the driver;
elsewhere through SQLAlchemy. Whoever reads sees what the session holds: it is flushed before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from server.db.base import synced_columns

#: types of values that every driver takes as they are
_PLAIN = (str, int, type(None))


def driver_of(connection: sa.Connection) -> sqlite3.Connection | None:
    """SQLite itself, where a transaction is open; None elsewhere."""
    if not connection.in_transaction():
        return None
    driver = connection.connection.driver_connection
    return driver if isinstance(driver, sqlite3.Connection) else None


def as_known(failure: sqlite3.Error, statement: str, values: Sequence[object]) -> sa.exc.StatementError:
    """The driver's error as SQLAlchemy says it, which is how everybody above knows it."""
    found = sa.exc.DBAPIError.instance(statement, tuple(values), failure, sqlite3.Error)
    assert isinstance(found, sa.exc.StatementError)
    return found


def records(session: Session, table: sa.Table, equal: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The records of a travelling table, hidden ones too, whose fields equal `equal`, by id: {field: value}.

    None where this cannot be asked plainly: then ask SQLAlchemy.
    """
    if not all(isinstance(value, _PLAIN) for value in equal.values()):
        return None
    if session.new or session.dirty:
        session.flush()
    driver = driver_of(session.connection())
    if driver is None:
        return None
    names, readers, query = _query(table, tuple(equal))
    try:
        rows = driver.execute(query, tuple(equal.values())).fetchall()
    except sqlite3.Error as failure:
        raise as_known(failure, query, tuple(equal.values())) from failure
    found = [dict(zip(names, row, strict=True)) for row in rows]
    for record in found:
        for name, reader in readers:
            record[name] = reader(record[name])
    return found


@cache
def _query(
    table: sa.Table, equal: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[tuple[str, Callable[[Any], Any]], ...], str]:
    """(columns, those whose values are read in a way of their own, statement)."""
    names = ("id", *synced_columns(table))
    dialect = sqlite.dialect()
    readers = ((name, table.columns[name].type.dialect_impl(dialect).result_processor(dialect, None)) for name in names)
    where = " AND ".join(f'"{table.columns[name].name}" IS ?' for name in equal) or "1"
    columns = ",".join(f'"{name}"' for name in names)
    query = f'SELECT {columns} FROM "{table.name}" WHERE {where} ORDER BY id'  # noqa: S608 - our own names
    return names, tuple((name, reader) for name, reader in readers if reader is not None), query
