"""After an upgrade: fills columns and tables that changes of a newer version had written before this one knew them."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from server.sync import sql
from server.sync.canonical import decode
from server.sync.judgement import counts
from server.sync.ledger import Fact, Ledger
from server.sync.project import Step, project
from server.sync.scope import depends_on, out_of_scope
from server.sync.shape import shape
from server.sync.triggers import muted

_BATCH = 2000


def materialise_unknown(connection: sa.Connection) -> tuple[str, ...]:
    """Bring tables to what their changes say where this version shows more fields than the one before.

    Once after every upgrade of the tables, in a writing transaction. Returns the tables that were rebuilt.
    """
    known = shape()
    query = "SELECT tbl, name FROM sync_field WHERE shown = 0"
    late = [
        (table, name)
        for table, name in sql.rows(connection, query)
        if table in known and name in known[table].known
    ]
    tables = sorted({table for table, _name in late})
    if tables:
        rebuild_tables(connection, tables)
        sql.many(connection, "UPDATE sync_field SET shown = 1 WHERE tbl=? AND name=?", late)
    return tuple(tables)


def rebuild_tables(connection: sa.Connection, tables: Collection[str]) -> None:
    """Make heads, rows and issues of `tables` anew from all changesets."""
    with muted(connection):
        for table in tables:
            sql.run(connection, "DELETE FROM sync_row WHERE tbl=?", (table,))
            sql.run(connection, "DELETE FROM sync_issue WHERE tbl=? AND kind<>'quarantine'", (table,))
        ledger = Ledger(connection)
        query = (  # by depth: what had been declared lost may have come after what builds on it
            "SELECT n, raw, barred, depth FROM sync_changeset WHERE depth > ? OR (depth = ? AND n > ?)"
            " ORDER BY depth, n LIMIT 2000"
        )
        depth = last = 0
        while batch := sql.rows(connection, query, (depth, depth, last)):
            last, _raw, _barred, depth = batch[-1]
            steps = []
            for n, raw, barred, _depth in batch:
                change = decode(raw)
                ops = [op for op in change.ops if op.table in tables and counts(op.table, barred)]
                if ops:
                    depends = ledger.by_ids(depends_on(change))
                    ops = [op for op in ops if out_of_scope(op, change.scope, depends) is None]
                    fact = Fact(n, change.id, change.depth, change.seq, change.incarnation, change.scope)
                    ledger.remember(fact, change)
                    steps.append(Step(n, change, ops))
            project(connection, ledger, steps)
            ledger.forget_bodies()
