"""SQL triggers that note every change of a travelling record, whoever makes it: form, bulk statement, other program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from server.sync import sql
from server.sync.shape import TableShape, shape

#: What `field` says of a row that was inserted, and of one that was physically deleted.
INSERTED, REMOVED = "", "-"
_PREFIX = "sync_note_"
_AWAKE = "NOT EXISTS (SELECT 1 FROM sync_mute)"


def install(connection: sa.Connection) -> None:
    """Create the triggers of every travelling table, replacing those of an earlier version. SQLite."""
    names = sql.rows(connection, "SELECT name FROM sqlite_master WHERE type='trigger' AND name LIKE 'sync_note_%'")
    for (name,) in names:
        connection.exec_driver_sql(f"DROP TRIGGER {sql.quoted(name)}")
    present = {row[0] for row in sql.rows(connection, "SELECT name FROM sqlite_master WHERE type='table'")}
    for table in shape().values():
        if table.name in present:
            for statement in _statements(table):
                connection.exec_driver_sql(statement)


def _statements(table: TableShape) -> Iterator[str]:
    on = sql.quoted(table.name)
    name = _literal(table.name)
    note = "INSERT INTO sync_capture(tbl,row,field,old)"
    changed = " OR ".join(f"NEW.{sql.quoted(c)} IS NOT OLD.{sql.quoted(c)}" for c in table.columns)
    per_field = " UNION ALL ".join(
        f"SELECT {name},NEW.id,{_literal(c)},OLD.{sql.quoted(c)} WHERE NEW.{sql.quoted(c)} IS NOT OLD.{sql.quoted(c)}"
        for c in table.columns
    )
    inserted = f"{note} VALUES({name},NEW.id,'{INSERTED}',NULL)"
    removed = f"{note} VALUES({name},OLD.id,'{REMOVED}',NULL)"
    prefix = f"CREATE TRIGGER {sql.quoted(_PREFIX + '%s_' + table.name)} AFTER"
    yield f"{prefix % 'insert'} INSERT ON {on} WHEN {_AWAKE} BEGIN {inserted}; END"
    yield (
        f"{prefix % 'update'} UPDATE ON {on} WHEN NEW.id IS OLD.id AND ({changed}) AND {_AWAKE}"
        f" BEGIN {note} {per_field}; END"
    )
    yield (
        f"{prefix % 'rename'} UPDATE OF id ON {on} WHEN NEW.id IS NOT OLD.id AND {_AWAKE}"
        f" BEGIN {removed}; {inserted}; END"
    )
    yield f"{prefix % 'delete'} DELETE ON {on} WHEN {_AWAKE} BEGIN {removed}; END"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def muted(connection: sa.Connection) -> Iterator[None]:
    """Inside the block, changes of travelling tables are not noted. Within the caller's transaction."""
    already = bool(sql.rows(connection, "SELECT n FROM sync_mute"))
    if not already:
        sql.run(connection, "INSERT INTO sync_mute(n) VALUES(1)")
    yield
    if not already:
        sql.run(connection, "DELETE FROM sync_mute")
