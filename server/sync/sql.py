"""The one place that knows how SQL dialects differ: placeholders, bulk statements, upserts, odd text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from server.db.reading import as_known, driver_of

#: Most bound values in one statement that every supported database accepts.
CHUNK = 900


def _marks(connection: sa.Connection, statement: str) -> str:
    """`statement`, written with `?`, as the connection's driver wants its placeholders."""
    return statement if connection.dialect.paramstyle == "qmark" else statement.replace("?", "%s")


def rows(connection: sa.Connection, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query written with `?` placeholders."""
    driver = driver_of(connection)
    if driver is None:
        found = connection.exec_driver_sql(_marks(connection, statement), tuple(values)).fetchall()
        return [tuple(row) for row in found]
    try:
        return driver.execute(statement, tuple(values)).fetchall()
    except sqlite3.Error as failure:
        raise as_known(failure, statement, values) from failure


def run(connection: sa.Connection, statement: str, values: Sequence[object] = ()) -> None:
    """One statement without an answer."""
    driver = driver_of(connection)
    if driver is None:
        connection.exec_driver_sql(_marks(connection, statement), tuple(values)).close()
        return
    try:
        driver.execute(statement, tuple(values)).close()
    except sqlite3.Error as failure:
        raise as_known(failure, statement, values) from failure


def many(connection: sa.Connection, statement: str, values: Sequence[tuple[object, ...]]) -> None:
    """One statement for many tuples of values; nothing when there are none."""
    if not values:
        return
    driver = driver_of(connection)
    if driver is None:
        connection.exec_driver_sql(_marks(connection, statement), list(values)).close()
        return
    try:
        driver.executemany(statement, values).close()
    except sqlite3.Error as failure:
        raise as_known(failure, statement, values[:1]) from failure


def chunks(values: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """`values` in lists of at most `size`."""
    batch: list[Any] = []
    for value in values:
        batch.append(value)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def rows_in(
    connection: sa.Connection, statement: str, values: Iterable[object], first: Sequence[object] = ()
) -> Iterator[tuple[Any, ...]]:
    """Rows of a query whose `%s` stands for a list of any length; `first` are the placeholders before the list."""
    for batch in chunks(values):
        yield from rows(connection, statement % ",".join("?" * len(batch)), (*first, *batch))


def quoted(name: str) -> str:
    """A table or column name, safe inside a statement."""
    return '"' + name.replace('"', '""') + '"'


def upsert(table: str, keys: Sequence[str], columns: Sequence[str]) -> str:
    """INSERT that updates `columns` where a row with the same `keys` is there already (SQLite and PostgreSQL)."""
    names = ",".join(quoted(c) for c in (*keys, *columns))
    marks = ",".join("?" * (len(keys) + len(columns)))
    target = ",".join(quoted(k) for k in keys)
    setting = ",".join(f"{quoted(c)}=excluded.{quoted(c)}" for c in columns)
    action = f"UPDATE SET {setting}" if columns else "NOTHING"
    return f"INSERT INTO {quoted(table)}({names}) VALUES({marks}) ON CONFLICT({target}) DO {action}"


def update(table: str, columns: Sequence[str]) -> str:
    """UPDATE of `columns` by id; the id is the last placeholder."""
    setting = ",".join(f"{quoted(c)}=?" for c in columns)
    return f"UPDATE {quoted(table)} SET {setting} WHERE id=?"  # noqa: S608 - names are quoted


def tolerant_rows(connection: sa.Connection, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """As `rows`, but bytes that are not UTF-8 (written by other programs) read as U+FFFD instead of failing."""
    try:
        return rows(connection, statement, values)
    except sa.exc.OperationalError as failure:
        driver = connection.connection.driver_connection
        if "decode" not in str(failure) or not isinstance(driver, sqlite3.Connection):
            raise
        usual = driver.text_factory
        driver.text_factory = lambda data: data.decode("utf-8", "replace")
        try:
            return rows(connection, statement, values)
        finally:
            driver.text_factory = usual
