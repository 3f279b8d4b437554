"""Approvals keep what their author saw: a later change of what was approved is told, by ancestry and not by any clock.

A changeset that approves carries, in its `more`, a list under "approves" with an entry for each record it judged:

    [table, row, field, of table, of row, {field: [id …]}, {"table.field": [row …]}, [id …]]

The op of this changeset that writes `field` of (table, row) is the approval. It judged the record (of table, of row):
the map gives the heads it saw of every field that matters; the next one which records named the judged one in a field
(the sections of a report); the last list the approvals it takes the place of. These ids are no predecessors:
headquarters approves records of one office in changes that go to all offices, which must not wait for that office's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cbor2
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base
from server.sync import merge, sql
from server.sync.canonical import Changeset, Op
from server.sync.ledger import Fields, Ledger
from server.sync.project import Issue
from server.sync.shape import shape

#: key in a changeset's `more`
KEY = "approves"
_INSERT = "INSERT INTO sync_approval(n,place,tbl,row,field,of_tbl,of_row,entry) VALUES(?,?,?,?,?,?,?,?)"
_HEADS = "SELECT row, heads FROM sync_row WHERE tbl = ? AND row IN (%s)"


class ApprovalRow(Base):
    """What one approval says of one record; follows from its changeset alone, and is kept to be found."""

    __tablename__ = "sync_approval"
    __table_args__ = (sa.Index("sync_approval_of", "of_tbl", "of_row"),)

    #: arrival number of the changeset
    n: Mapped[int] = mapped_column(primary_key=True)
    #: place of the entry in it, from 0
    place: Mapped[int] = mapped_column(primary_key=True)
    #: table of the record that approves
    tbl: Mapped[str]
    #: its id
    row: Mapped[str]
    #: the field whose value is the approval
    field: Mapped[str]
    #: table of the record that was judged
    of_tbl: Mapped[str]
    #: its id
    of_row: Mapped[str]
    #: CBOR: [heads seen by field, records that named it by "table.field", approvals it takes the place of]
    entry: Mapped[bytes] = mapped_column(sa.LargeBinary)


@dataclass(frozen=True)
class _Entry:
    """One approval of one record, with the changeset it stands in."""

    n: int
    id: bytes
    depth: int
    scope: str
    by: tuple[str, str, str]
    of: tuple[str, str]
    fields: Mapping[str, Sequence[bytes]]
    children: Mapping[str, Sequence[str]]
    replaces: Sequence[bytes]


def of_ops(
    connection: sa.Connection, noted: Mapping[tuple[str, str, str], Sequence[Any]], ops: Iterable[Op], scope: str
) -> dict[str, list[Any]]:
    """What goes into the `more` of a changeset with these ops; empty when none of them approves.

    `noted` is what commands said of this save (server.domain.records.approve): (table, row, field) -> what it
    judges, each with `table`, `row`, `fields`, `children` and `seen`: the heads its form showed, or None for those that
    are here now.
    """
    written = {(op.table, op.row, name) for op in ops for name in op.values}
    entries = []
    for (table, row, field), judged in noted.items():
        for one in judged if (table, row, field) in written else ():
            seen = _hex(one.seen) if one.seen is not None else _heads_now(connection, one.table, one.row)
            fields = {name: sorted(seen.get(name, ())) for name in one.fields}
            children = {key: _naming(connection, key, one.row) for key in one.children}
            replaces = _live_ids(connection, scope, table, (one.table, one.row))
            entries.append([table, row, field, one.table, one.row, fields, children, sorted(replaces)])
    return {KEY: entries} if entries else {}


def rows_of(n: int, change: Changeset) -> list[tuple[object, ...]]:
    """Rows of `sync_approval` for a changeset; entries of a form that is not ours, or without their op, say nothing."""
    found = []
    written = {(op.table, op.row, name) for op in change.ops for name in op.values}
    given = change.more.get(KEY)
    for place, entry in enumerate(given if isinstance(given, list) else []):
        if _sound(entry) and tuple(entry[:3]) in written:
            found.append((n, place, *entry[:5], cbor2.dumps(entry[5:8], canonical=True)))
    return found


def put(connection: sa.Connection, rows: Sequence[tuple[object, ...]]) -> None:
    """Store rows made by `rows_of`."""
    sql.many(connection, _INSERT, rows)


def soft(connection: sa.Connection, of: tuple[str, str] | None = None) -> list[Issue]:
    """Approved records that say something else now than their approver saw, as issues, sorted; or one of them, `of`.

    `info`: "by" [table, row] of the latest approval, "approvals" their changesets, "fields" {field: {"approved",
    "now"}} with changesets, "added" records that came to name the approved one since. A pure function of the changes.
    """
    entries = list(_live(connection, of))
    groups: dict[tuple[str, str, str], list[_Entry]] = {}
    for entry in entries:
        groups.setdefault((*entry.of, entry.by[0]), []).append(entry)
    heads = _Heads(connection, {entry.of for entry in entries})
    found = []
    for (table, row, by), group in sorted(groups.items(), key=lambda item: item[0]):
        changed: dict[str, dict[str, list[str]]] = {}
        added: set[str] = set()
        for scope in sorted({entry.scope for entry in group}):
            same = [entry for entry in group if entry.scope == scope]
            changed.update(_changed(heads, table, row, same))
            added.update(_added(connection, row, same))
        if changed or added:
            latest = max(group, key=lambda entry: (entry.depth, entry.id))
            info = {"by": list(latest.by[:2]), "approvals": sorted(entry.id.hex() for entry in group),
                    "fields": changed, "added": sorted(added)}  # fmt: skip
            text = json.dumps(info, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            found.append(Issue("soft", table, row, by, text))
    return found


def approved(connection: sa.Connection, table: str, row: str) -> bool:
    """Whether an approval of this record stands, whatever became of the record since."""
    return any(entry.fields for entry in _live(connection, (table, row)))


class _Heads:
    """Heads by field of the records that were judged."""

    def __init__(self, connection: sa.Connection, records: Iterable[tuple[str, str]]) -> None:
        wanted: dict[str, list[str]] = {}
        for table, row in sorted(set(records)):
            wanted.setdefault(table, []).append(row)
        self.ledger = Ledger(connection)
        self.fields = Fields(connection, wanted)
        self.stored = {
            (table, row): merge.parse(text)
            for table, rows in wanted.items()
            for row, text in sql.rows_in(connection, _HEADS, rows, (table,))
        }

    def of(self, table: str, row: str, field: str) -> list[int]:
        """Numbers of the changesets that hold the field."""
        bit = self.fields.of(table).get(field)
        return [] if bit is None else merge.holders(self.stored.get((table, row), {}), bit)


def _changed(
    heads: _Heads, table: str, row: str, entries: Sequence[_Entry]
) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Fields with a head that none of these approvals saw, and another value than those they saw."""
    ledger = heads.ledger
    for field in sorted({name for entry in entries for name in entry.fields}):
        known = {i for entry in entries for i in _saw(ledger, entry, table, row, field)}
        now = ledger.by_numbers(heads.of(table, row, field)).values()
        unseen = [fact for fact in now if fact.id not in known]
        if not unseen:
            continue
        before = list(ledger.by_ids(known).values())
        values = [_value(ledger, fact.n, table, row, field) for fact in before] or [_nothing(field)]
        other = [
            fact.id.hex()
            for fact in unseen
            if not any(merge.same([_value(ledger, fact.n, table, row, field), value]) for value in values)
        ]
        if other:
            yield field, {"approved": sorted(fact.id.hex() for fact in before), "now": sorted(other)}


def _value(ledger: Ledger, n: int, table: str, row: str, field: str) -> Any:
    value = ledger.value(n, table, row, field)
    return int(bool(value)) if field == "deleted" else value


def _nothing(field: str) -> int | None:
    """The value of a field that nobody wrote."""
    return 0 if field == "deleted" else None


def _saw(ledger: Ledger, entry: _Entry, table: str, row: str, field: str) -> Sequence[bytes]:
    """The heads an approval saw of a field; itself, when it wrote that field of the record at the same time."""
    op = ledger.op(entry.n, table, row)
    return [entry.id] if op is not None and field in op.values else entry.fields.get(field, ())


def _added(connection: sa.Connection, row: str, entries: Sequence[_Entry]) -> set[str]:
    """Records that name the judged one now and that none of these approvals saw."""
    keys = {key for entry in entries for key in entry.children}
    seen = {one for entry in entries for rows in entry.children.values() for one in rows}
    return {one for key in sorted(keys) for one in _naming(connection, key, row)} - seen


def _live(connection: sa.Connection, of: tuple[str, str] | None = None) -> Iterator[_Entry]:
    """Approvals that stand: their value is still a head, their record is there, and no later one took their place."""
    query = (
        "SELECT a.n, c.id, c.depth, s.scope, a.tbl, a.row, a.field, a.of_tbl, a.of_row, a.entry FROM sync_approval a"
        " JOIN sync_changeset c ON c.n = a.n JOIN sync_stream s ON s.n = c.stream WHERE c.barred = 0"
    )
    query += " AND a.of_tbl = ? AND a.of_row = ?" if of else ""
    entries = [
        _Entry(row[0], bytes(row[1]), row[2], row[3], (row[4], row[5], row[6]), (row[7], row[8]), *cbor2.loads(row[9]))
        for row in sql.rows(connection, query + " ORDER BY a.n, a.place", of or ())
    ]
    gone = {(e.scope, e.by[0], e.of, i) for e in entries for i in e.replaces}
    heads = _Heads(connection, {entry.by[:2] for entry in entries})
    hidden = {
        (table, row)
        for table in {entry.by[0] for entry in entries} & shape().keys()
        for row in _deleted(connection, table, [entry.by[1] for entry in entries if entry.by[0] == table])
    }
    for entry in entries:
        replaced = (entry.scope, entry.by[0], entry.of, entry.id) in gone
        if not replaced and entry.n in heads.of(*entry.by) and entry.by[:2] not in hidden:
            yield entry


def _live_ids(connection: sa.Connection, scope: str, table: str, of: tuple[str, str]) -> set[bytes]:
    return {entry.id for entry in _live(connection, of) if entry.scope == scope and entry.by[0] == table}


def _deleted(connection: sa.Connection, table: str, rows: Sequence[str]) -> set[str]:
    query = f"SELECT id FROM {sql.quoted(table)} WHERE deleted = 1 AND id IN (%s)"  # noqa: S608 - quoted
    return {row[0] for row in sql.rows_in(connection, query, rows)}


def _heads_now(connection: sa.Connection, table: str, row: str) -> dict[str, list[bytes]]:
    heads = _Heads(connection, [(table, row)])
    return {
        name: [fact.id for fact in heads.ledger.by_numbers(heads.of(table, row, name)).values()]
        for name in heads.fields.of(table)
    }


def _naming(connection: sa.Connection, key: str, row: str) -> list[str]:
    """Visible records whose field names `row`; `key` is "table.field". None of what this version does not know."""
    table, _dot, field = key.partition(".")
    known = shape().get(table)
    if known is None or field not in known.known:
        return []
    query = (
        f"SELECT id FROM {sql.quoted(table)} WHERE {sql.quoted(field)} = ?"  # noqa: S608 - quoted
        " AND coalesce(deleted, 0) = 0 ORDER BY id"
    )
    return [one for (one,) in sql.rows(connection, query, (row,))]


def _hex(seen: Mapping[str, Sequence[str]]) -> dict[str, list[bytes]]:
    return {name: [bytes.fromhex(i) for i in ids] for name, ids in seen.items()}


def _sound(entry: object) -> bool:
    """Whether an entry has the form of this module's docstring; more elements may follow."""
    if not isinstance(entry, list) or len(entry) < 8 or not all(isinstance(part, str) for part in entry[:5]):
        return False
    fields, children, replaces = entry[5:8]
    return (
        isinstance(fields, dict)
        and isinstance(children, dict)
        and isinstance(replaces, list)
        and all(isinstance(name, str) for name in (*fields, *children))
        and all(isinstance(ids, list) for ids in (*fields.values(), *children.values()))
        and all(isinstance(i, bytes) for ids in (*fields.values(), replaces) for i in ids)
        and all(isinstance(one, str) for rows in children.values() for one in rows)
    )
