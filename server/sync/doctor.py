"""Proves that rows, heads and issues are what the changesets say: rebuilds them in memory and compares."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from server.base.errors import Refused
from server.base.i18n import _
from server.db.base import Base
from server.sync import dump, merge, sql, store
from server.sync.apply import apply_changesets
from server.sync.canonical import Changeset, changeset_id, decode
from server.sync.judgement import FOREIGN
from server.sync.scope import allow_all, needs


@dataclass(frozen=True)
class Finding:
    """Something wrong. `kind` is "changeset", "chain", "record", "heads", "issue" or "note"; `message` for people."""

    kind: str
    table: str
    row: str
    message: str


def examine(connection: sa.Connection) -> tuple[Finding, ...]:
    """Check every changeset against its id and its chain, then rebuild everything and compare. Reads only."""
    damaged = (*_changesets(connection), *_lost(connection))
    if damaged:
        return damaged
    return (*_pending(connection), *_compare(connection))


def _changesets(connection: sa.Connection) -> Iterator[Finding]:
    query = "SELECT n, id, raw, barred FROM sync_changeset WHERE n > ? ORDER BY n LIMIT 2000"
    last, known = 0, store.lost_ids(connection)
    while batch := sql.rows(connection, query, (last,)):
        for n, name, raw, barred in batch:
            last = n
            change = _readable(name, raw)
            if change is None:
                sentence = _("Change %(id)s is damaged. Restore the latest backup.", id=name.hex()[:12])
                yield Finding("changeset", "", name.hex(), sentence)
            elif not needs(change, _nobody if barred else allow_all) <= known:
                sentence = _("Change %(id)s builds on one that is not here.", id=name.hex()[:12])
                yield Finding("chain", "", name.hex(), sentence)
            known.add(name)


def _nobody(_change: Changeset) -> bool:
    """Of changes that were barred when they came."""
    return False


def _lost(connection: sa.Connection) -> Iterator[Finding]:
    """Changesets that are the end of a stream or that a record's heads name, and that are not there."""
    numbers = {n for (n,) in sql.rows(connection, "SELECT n FROM sync_changeset")}
    query = "SELECT id FROM sync_tip WHERE id NOT IN (SELECT id FROM sync_changeset) ORDER BY id"
    for (name,) in sql.rows(connection, query):
        sentence = _("Change %(id)s is missing. Restore the latest backup.", id=name.hex()[:12])
        yield Finding("chain", "", name.hex(), sentence)
    gone: dict[int, tuple[str, str]] = {}
    for table, row, heads in sql.rows(connection, "SELECT tbl, row, heads FROM sync_row ORDER BY tbl, row"):
        for n in merge.parse(heads).keys() - numbers:
            gone.setdefault(n, (table, row))
    for n, (table, row) in sorted(gone.items()):
        sentence = _("Change number %(number)s is missing. Restore the latest backup.", number=n)
        yield Finding("chain", table, row, sentence)


def _readable(name: bytes, raw: bytes) -> Changeset | None:
    try:
        return decode(raw) if changeset_id(raw) == name else None
    except Refused:
        return None


def _pending(connection: sa.Connection) -> Iterator[Finding]:
    for table, row in sql.rows(connection, "SELECT DISTINCT tbl, row FROM sync_capture ORDER BY tbl, row"):
        sentence = _("A change made by another program waits to be taken in. Open Valise once.")
        yield Finding("note", table, row, sentence)


def _compare(connection: sa.Connection) -> Iterator[Finding]:
    scratch = sa.create_engine("sqlite://")
    with scratch.connect() as copy:
        Base.metadata.create_all(copy)
        rebuild_into(connection, copy)
        here, rebuilt = set(dump.state_lines(connection)), set(dump.state_lines(copy))
    scratch.dispose()
    for line in sorted(here ^ rebuilt):
        said = json.loads(line)
        kind = next(kind for kind in ("heads", "issue", "table", "changes") if kind in said)
        table = said["heads"] if kind == "heads" else said.get("table", "")
        where = {"table": "record", "changes": "changeset"}.get(kind, kind)
        sentence = (
            _("%(kind)s in %(table)s is not what its changes say.", kind=_words(where), table=table)
            if line in here
            else _(
                "%(kind)s in %(table)s is missing, though changes say it should be there.",
                kind=_words(where),
                table=table,
            )
        )
        yield Finding(where, table, said.get("row") or said.get("id") or "", sentence)


def _words(kind: str) -> str:
    """What a kind of finding is called by people."""
    if kind == "record":
        return _("A record")
    if kind == "heads":
        return _("The history of a record")
    return _("An open question") if kind == "issue" else _("A change")


def rebuild_into(connection: sa.Connection, copy: sa.Connection) -> None:
    """Apply every changeset here to the empty database `copy`, with the judgement that was made when it came."""
    query = (  # by depth: what had been declared lost may have come after what builds on it
        "SELECT n, raw, id, barred, depth FROM sync_changeset WHERE depth > ? OR (depth = ? AND n > ?)"
        " ORDER BY depth, n LIMIT 4000"
    )
    depth, last, lost = 0, 0, store.lost_ids(connection)
    while batch := sql.rows(connection, query, (depth, depth, last)):
        last, _raw, _name, _flag, depth = batch[-1]
        barred = {bytes(name) for _n, _raw, name, flag, _depth in batch if flag == FOREIGN}

        def allowed(change: Changeset, barred: set[bytes] = barred) -> bool:
            return change.id not in barred

        apply_changesets(copy, [row[1] for row in batch], allowed=allowed, lost=lost)
