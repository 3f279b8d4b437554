"""Turning tables back to what an earlier copy of the database holds, row by row, in one transaction.

The file stays the same file, readers see the old rows until the commit, and a power cut leaves all or nothing: unlike
putting the copy in the database's place. Only rows that differ are written, so that triggers note only those.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

#: what the copy's tables are called beside our own
BEFORE = "before"


@contextmanager
def beside(engine: sa.Engine, copy: Path, *, writing: bool = False) -> Iterator[sa.Connection]:
    """A connection that sees the copy's tables as `before.…`, in a transaction that is committed at the end of the
    block when it is `writing`, and rolled back otherwise or when the block raises."""
    with engine.connect() as plain:
        connection = plain.execution_options(begin="IMMEDIATE" if writing else "")
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute(f"ATTACH DATABASE ? AS {BEFORE}", (str(copy),))
        try:
            with connection.begin() as transaction:
                yield connection
                if not writing:
                    transaction.rollback()
        finally:
            driver.execute(f"DETACH DATABASE {BEFORE}")


def is_whole(connection: sa.Connection) -> bool:
    """SQLite's quick check of the copy."""
    return str(connection.exec_driver_sql(f"PRAGMA {BEFORE}.quick_check(1)").scalar()) == "ok"


def turn_back(connection: sa.Connection, keep: Collection[str]) -> int:
    """Give every table the rows it has in the copy, but those in `keep`. How many rows were taken out or put in.

    The copy must have the same tables: it must be of the same revision.
    """
    changed = 0
    for name in sorted(_tables(connection) - set(keep)):
        table = _quoted(name)
        columns, keys = _columns(connection, table)
        same_row = " AND ".join(f"b.{c} IS m.{c}" for c in columns)
        same_key = " AND ".join(f"m.{c} IS b.{c}" for c in keys)
        listed = ",".join(columns)
        taken = connection.exec_driver_sql(
            f"DELETE FROM main.{table} AS m WHERE NOT EXISTS"  # noqa: S608 - names come from the schema, quoted
            f" (SELECT 1 FROM {BEFORE}.{table} AS b WHERE {same_row})"
        )
        put = connection.exec_driver_sql(
            f"INSERT INTO main.{table}({listed}) SELECT {listed} FROM {BEFORE}.{table} AS b WHERE NOT EXISTS"  # noqa: S608
            f" (SELECT 1 FROM main.{table} AS m WHERE {same_key})"
        )
        changed += taken.rowcount + put.rowcount
    return changed


def _tables(connection: sa.Connection) -> set[str]:
    """Ordinary tables; not virtual ones and those that belong to them, nor what triggers keep of our searching."""
    query = "SELECT name, sql FROM main.sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
    made: dict[str, str] = {name: str(sql) for name, sql in connection.exec_driver_sql(query)}
    virtual = {name for name, sql in made.items() if sql.startswith("CREATE VIRTUAL")}
    parts = {name for name in made for one in virtual if name == one or name.startswith(f"{one}_")}
    return {name for name in made.keys() - parts if not name.startswith("search_")}


def _columns(connection: sa.Connection, table: str) -> tuple[list[str], list[str]]:
    """(columns that are stored, those of the key), quoted; computed ones follow by themselves."""
    stored, keys = [], []
    for _cid, name, _type, _null, _default, key, hidden in connection.exec_driver_sql(f"PRAGMA table_xinfo({table})"):
        if hidden == 0:
            stored.append(_quoted(name))
            if key:
                keys.append(_quoted(name))
    # the key first: by it the other row is found, the rest is compared
    return sorted(stored, key=lambda column: column not in keys), keys or stored


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
