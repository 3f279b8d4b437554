"""The rules of replication once more, as short and slow as can be: from a set of changesets to the whole state.

Shares no code with the product (docs/dispatch-format.md is its source), keeps nothing between two calls, and works
everything out from who names whom. What the product keeps up to date change by change must equal it, line by line.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import cbor2
import sqlalchemy as sa

from server.db.base import Base, synced_columns, synced_models

FRAMEWORK = "framework"
#: kinds of issues that follow from the changes by the rules below; others have their own tests
KINDS = ("value", "delete", "clash", "quarantine", "fork")
#: records that say who is believed: no revocation keeps them apart
LISTS = {"device", "adopted_change", "lost_change"}


@dataclass(frozen=True)
class Tables:
    """What a version knows: per table its columns in order with SQLite's type of each, and who writes it."""

    columns: Mapping[str, Mapping[str, str]]
    framework: Set[str]

    def without(self, table: str, column: tuple[str, str]) -> Tables:
        """An older version that lacks a table and one column of another."""
        less = {name: dict(columns) for name, columns in self.columns.items() if name != table}
        less[column[0]].pop(column[1])
        return Tables(less, self.framework - {table})


@cache
def tables() -> Tables:
    """The tables of this version, from their declarations."""
    columns = {}
    for name, model in synced_models().items():
        declared = model.__table__.columns
        travelling = synced_columns(model.__table__)
        columns[name] = {c: "INTEGER" if isinstance(declared[c].type, sa.Integer) else "TEXT" for c in travelling}
    framework = {name for name, model in synced_models().items() if model.__scope__ == FRAMEWORK}
    assert Base.metadata.tables.keys() > columns.keys()
    return Tables(columns, frozenset(framework))


@dataclass(frozen=True)
class Write:
    """What one changeset says about one row: values, per field whom it replaced, and whom its author saw."""

    table: str
    row: str
    values: Mapping[str, Any]
    replaced: Mapping[str, Set[bytes]]
    seen: Set[bytes]


@dataclass(frozen=True)
class Change:
    """One changeset, read from its bytes."""

    id: bytes
    stream: str
    scope: str
    seq: int
    prev: bytes | None
    said_depth: int
    office: str
    device: str
    named: Set[bytes]
    writes: tuple[Write, ...]


def read(raw: bytes) -> Change:
    """A changeset from its canonical bytes."""
    _one, incarnation, scope, seq, prev, depth, refs, signer, _at, _doubt, _version, ops, _more = cbor2.loads(raw)[:13]
    writes = []
    for table, row, values, preds, seen in (op[:5] for op in ops):
        replaced = {name: {refs[i] for i in places} for name, places in preds.items()}
        writes.append(Write(table, row, values, replaced, {refs[i] for i in seen}))
    named = {*refs, *([prev] if prev else [])}
    stream = f"{incarnation.hex()}/{scope}"
    return Change(
        hashlib.sha256(raw).digest(), stream, scope, seq, prev, depth, signer[1], signer[2], named, tuple(writes)
    )


#: whether the office (its id) may write in the scope
Allowed = Callable[[str, str], bool]


def anybody(_office: str, _scope: str) -> bool:
    """No office is kept out of any scope."""
    return True


@dataclass
class Oracle:
    """The state that follows from a set of changesets; nothing else goes in."""

    raws: Iterable[bytes]
    allowed: Allowed = anybody
    known: Tables = field(default_factory=tables)
    #: for the lists of trust alone, from which revocations are read
    only: Set[str] | None = None

    @cached_property
    def changes(self) -> dict[bytes, Change]:
        """The set, by id."""
        return {change.id: change for change in map(read, self.raws)}

    @cached_property
    def depth(self) -> dict[bytes, int]:
        """Length of the longest way back from each changeset, counting itself."""
        depth: dict[bytes, int] = {}
        todo = list(self.changes)
        while todo:
            change = self.changes[todo[-1]]
            before = change.named & self.changes.keys()
            waiting = [i for i in before if i not in depth]
            if waiting:
                todo += waiting
                continue
            complete = len(before) == len(change.named)
            found = 1 + max((depth[i] for i in before), default=0)
            depth[todo.pop()] = found if complete else max(found, change.said_depth)
        return depth

    def reason(self, change: Change, write: Write) -> str | None:
        """Why a write does not count; None when it does."""
        if not self.allowed(change.office, change.scope):
            return "author"
        if write.table not in LISTS and change.id in self.revoked:
            return "revoked"
        if write.table in self.known.columns and (write.table in self.known.framework) != (change.scope == FRAMEWORK):
            return "table"
        named = write.seen.union(*write.replaced.values())
        if any(self.changes[i].scope != change.scope for i in named & self.changes.keys()):
            return "foreign"
        claims = "office" in write.values or not named
        if change.scope != FRAMEWORK and claims and f"office:{write.values.get('office')}" != change.scope:
            return "owner"
        return None

    @cached_property
    def revoked(self) -> set[bytes]:
        """Changes that headquarters' word keeps apart."""
        if self.only is not None:
            return set()
        word = Oracle(self.raws, self.allowed, self.known, LISTS)
        said = [(table, row, word.row(table, row)) for table, row in word.heads if not word.hidden(table, row)]
        cuts = {row: values.get("revoked_cut") for table, row, values in said
                if table == "device" and "revoked" in values}
        adopted = {values.get("changeset") for table, _row, values in said if table == "adopted_change"}
        trusted = {device: self.up_to(json.loads(cut or "{}")) for device, cut in cuts.items()}
        return {i for i, change in self.changes.items() if change.device in cuts and i.hex() not in adopted
                and i not in trusted[change.device]}

    def up_to(self, cut: Mapping[str, tuple[int, str]]) -> set[bytes]:
        """Changes at or before a cut; of a stream whose end is not here those of smaller numbers."""
        found = {i for i, change in self.changes.items() if change.stream in cut
                 and bytes.fromhex(cut[change.stream][1]) not in self.changes and change.seq < cut[change.stream][0]}
        for _seq, end in cut.values():
            at = self.changes.get(bytes.fromhex(end))
            while at is not None:
                found.add(at.id)
                at = self.changes.get(at.prev) if at.prev else None
        return found

    @cached_property
    def counted(self) -> list[tuple[Change, Write]]:
        """The writes that count."""
        return [(c, w) for c in self.changes.values() for w in c.writes
                if (self.only is None or w.table in self.only) and self.reason(c, w) is None]

    @cached_property
    def heads(self) -> dict[tuple[str, str], dict[str, dict[bytes, Any]]]:
        """{(table, row): {field: {changeset: its value}}}: what nobody has named as replaced."""
        found: dict[tuple[str, str], dict[str, dict[bytes, Any]]] = {}
        named: set[tuple[str, str, str, bytes]] = set()
        for _change, write in self.counted:
            for name, ids in write.replaced.items():
                named |= {(write.table, write.row, name, i) for i in ids}
        for change, write in self.counted:
            fields = found.setdefault((write.table, write.row), {})
            for name, value in write.values.items():
                if (write.table, write.row, name, change.id) not in named:
                    fields.setdefault(name, {})[change.id] = value
        return found

    def shown(self, table: str, row: str, name: str) -> bytes | None:
        """The head whose value a row shows: the deepest, among those the one of the greatest id."""
        of_field = self.heads[table, row].get(name, {})
        return max(of_field, key=lambda i: (self.depth[i], i), default=None)

    def deletion(self, table: str, row: str) -> tuple[set[bytes], set[bytes]]:
        """(the standing deletions of a row, the heads that none of their authors saw)."""
        fields = self.heads[table, row]
        flags = fields.get("deleted", {})
        deletions = {i for i, flag in flags.items() if flag}
        saw = set(deletions)
        for i in deletions:
            for write in self.changes[i].writes:
                if (write.table, write.row) == (table, row):
                    saw |= write.seen
        others = {i for name, of_field in fields.items() if name != "deleted" for i in of_field}
        return deletions, {*others, *flags} - saw

    def hidden(self, table: str, row: str) -> bool:
        """Whether a row is deleted for those who look."""
        deletions, unseen = self.deletion(table, row)
        return bool(deletions) and not unseen

    def issues(self) -> Iterator[tuple[str, str, str, str, dict[str, Any]]]:
        """(kind, table, row, field, details) of all that people must look at."""
        for (table, row), fields in self.heads.items():
            for name, of_field in fields.items():
                if name != "deleted" and len({cbor2.dumps(v, canonical=True) for v in of_field.values()}) > 1:
                    best = self.shown(table, row, name)
                    assert best
                    yield "value", table, row, name, {"heads": _sorted(of_field), "shown": best.hex()}
            deletions, unseen = self.deletion(table, row)
            if deletions and unseen:
                yield "delete", table, row, "deleted", {"deletes": _sorted(deletions), "edits": _sorted(unseen)}
            scopes = {self.changes[i].scope for of_field in fields.values() for i in of_field}
            if len(scopes) > 1:
                yield "clash", table, row, "", {"scopes": sorted(scopes)}
        for change in self.changes.values():
            for write in change.writes:
                reason = self.reason(change, write)
                if reason:
                    yield "quarantine", write.table, write.row, change.id.hex(), {"reason": reason}
        for stream, ends in self.tips().items():
            if len(ends) > 1:
                yield "fork", "", stream, "", {"tips": sorted(i for _seq, i in ends)}

    def tips(self) -> dict[str, list[tuple[int, str]]]:
        """{stream: [(seq, id)]} of the changesets that none of their stream follows."""
        followed = {change.prev for change in self.changes.values()}
        found: dict[str, list[tuple[int, str]]] = {}
        for change in self.changes.values():
            if change.id not in followed:
                found.setdefault(change.stream, []).append((change.seq, change.id.hex()))
        return {stream: sorted(ends) for stream, ends in found.items()}

    def row(self, table: str, row: str) -> dict[str, Any]:
        """What the database shows of a row, empty fields left out."""
        values: dict[str, Any] = {}
        for name, kind in self.known.columns[table].items():
            best = self.shown(table, row, name)
            if name != "deleted" and best is not None:
                values[name] = stored(kind, self.heads[table, row][name][best])
        if self.hidden(table, row):
            values["deleted"] = 1
        return {name: value for name, value in values.items() if value is not None}

    def lines(self) -> list[bytes]:
        """The lines of the canonical state (server.sync.dump) as they must be."""
        digest = hashlib.sha256(b"".join(sorted(self.changes))).hexdigest()
        found = [_line({"changes": {"number": len(self.changes), "sha256": digest}})]
        for table in self.known.columns:
            rows = sorted((row for name, row in self.heads if name == table), key=str.encode)
            found += [_line({"table": table, "id": row, **self.row(table, row)}) for row in rows]
        for (table, row), fields in sorted(self.heads.items(), key=lambda item: [part.encode() for part in item[0]]):
            named = {name: _sorted(of_field) for name, of_field in fields.items() if of_field}
            found.append(_line({"heads": table, "row": row, "fields": named}))
        told = sorted(self.issues(), key=lambda i: [part.encode() for part in (i[1], i[2], i[3], i[0])])
        for kind, table, row, name, info in told:
            found.append(_line({"issue": kind, "table": table, "row": row, "field": name, "info": info}))
        return found


def comparable(state: bytes) -> list[bytes]:
    """The lines of a canonical state that the oracle speaks about."""
    lines = state.splitlines()
    return [line for line in lines if not line.startswith(b'{"field"') or json.loads(line)["issue"] in KINDS]


@cache
def _scratch() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE t(TEXT TEXT, INTEGER INTEGER)")
    return connection


def stored(kind: str, value: Any) -> Any:
    """What a column shows, by asking SQLite itself. Types that no column has are left out; too large is text."""
    if isinstance(value, (list, dict)):
        return None
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        value = str(value)
    value = int(value) if isinstance(value, bool) else value
    _scratch().execute("DELETE FROM t")
    _scratch().execute(f"INSERT INTO t({kind}) VALUES(?)", (value,))
    return _scratch().execute(f"SELECT {kind} FROM t").fetchone()[0]


def _sorted(ids: Iterable[bytes]) -> list[str]:
    return sorted(i.hex() for i in ids)


def _line(value: Mapping[str, Any]) -> bytes:
    def bytes_are_base64(data: bytes) -> dict[str, str]:
        return {"base64": base64.b64encode(data).decode()}

    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=bytes_are_base64
    )
    return text.encode()
