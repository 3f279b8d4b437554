"""How rows, heads and issues follow from changesets. The same code serves saves, imports and rebuilding."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from server.sync import merge, sql
from server.sync.canonical import Changeset, Op
from server.sync.ledger import Fields, Ledger
from server.sync.shape import TableShape, shape

_ROWS = "SELECT row, heads FROM sync_row WHERE tbl = ? AND row IN (%s)"
_ISSUES = "SELECT id, row, kind, field, info FROM sync_issue WHERE tbl = ? AND kind <> 'quarantine' AND row IN (%s)"
_PUT_ROW = sql.upsert("sync_row", ("tbl", "row"), ("heads",))
_PUT_ISSUE = sql.upsert("sync_issue", ("id",), ("kind", "tbl", "row", "field", "info"))


@dataclass(frozen=True)
class Issue:
    """Something people must look at. `info` is JSON; see server.sync.models.IssueRow."""

    kind: str
    table: str
    row: str
    field: str
    info: str

    @property
    def id(self) -> str:
        """16 hex digits, the same at every replica."""
        key = "\x1f".join((self.kind, self.table, self.row, self.field))
        return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass
class Counts:
    """Rows of one table that an import created, changed and hid."""

    created: int = 0
    changed: int = 0
    deleted: int = 0


@dataclass
class Outcome:
    """What a projection did."""

    tables: dict[str, Counts] = field(default_factory=dict)
    opened: list[Issue] = field(default_factory=list)
    closed: int = 0


@dataclass(frozen=True)
class Step:
    """A stored changeset and those of its ops that count."""

    n: int
    change: Changeset
    ops: Sequence[Op]


def column_value(value: Any) -> Any:
    """What a column shows for a value: itself, or the nearest a database can hold; nothing for unknown types."""
    kind = type(value)
    if kind is str or value is None:
        return value
    if kind is int:
        return value if -(1 << 63) <= value < 1 << 63 else str(value)
    if kind is bool:
        return int(value)
    return value if kind in (float, bytes) else None


def put_issues(connection: sa.Connection, issues: Iterable[Issue]) -> None:
    """Store issues; one that is there already is brought up to date."""
    sql.many(connection, _PUT_ISSUE, [(i.id, i.kind, i.table, i.row, i.field, i.info) for i in issues])


def project(
    connection: sa.Connection,
    ledger: Ledger,
    steps: Sequence[Step],
    *,
    written: bool = False,
    fields: Fields | None = None,
) -> Outcome:
    """Apply changesets, in an order where each comes after those it builds on, to heads, rows and issues.

    With `written` the rows hold the values of the ops already (a save); only what differs is written.
    `fields` are those of the tables at hand, where the caller has them already.
    """
    work: dict[str, dict[str, list[tuple[int, Op]]]] = {}
    for step in steps:
        for op in step.ops:
            work.setdefault(op.table, {}).setdefault(op.row, []).append((step.n, op))
    fields = Fields(connection, work) if fields is None else fields
    outcome = Outcome()
    for table, rows in work.items():
        _TableWork(connection, ledger, fields, table, written, outcome).run(rows)
    return outcome


class _TableWork:
    """One table's share of a projection."""

    def __init__(
        self, connection: sa.Connection, ledger: Ledger, fields: Fields, table: str, written: bool, outcome: Outcome
    ) -> None:
        self.connection = connection
        self.ledger = ledger
        self.fields = fields
        self.table = table
        self.shape: TableShape | None = shape().get(table)
        self.known = self.shape.known if self.shape else None
        self.written = written
        self.outcome = outcome
        self.counts = outcome.tables.setdefault(table, Counts())
        self.heads: list[tuple[str, str, str]] = []
        self.inserts: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        self.updates: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        self.issues: dict[str, Issue] = {}
        self._masks: dict[tuple[str, ...], tuple[int, tuple[str, ...], bool]] = {}

    def run(self, rows: Mapping[str, list[tuple[int, Op]]]) -> None:
        stored = dict(sql.rows_in(self.connection, _ROWS, rows, (self.table,)))
        rest = {}
        for row, ops in rows.items():
            if row not in stored and len(ops) == 1 and not ops[0][1].deletes:
                self._fresh(row, *ops[0])
            else:
                rest[row] = ops
        if rest:
            self._merge(rest, stored)
        self._write()

    def _layout(self, names: tuple[str, ...]) -> tuple[int, tuple[str, ...], bool]:
        """(mask of the fields, those that are columns, whether all are), remembered per set of fields."""
        layout = self._masks.get(names)
        if layout is None:
            mask = self.fields.mask(self.table, names, self.known)
            shown = tuple(name for name in names if self.known is not None and name in self.known and name != "deleted")
            layout = self._masks[names] = (mask, shown, shown == names)
        return layout

    def _fresh(self, row: str, n: int, op: Op) -> None:
        """A row nobody had written before: no heads to compare."""
        names = tuple(op.values)
        mask, shown, whole = self._layout(names)
        self.heads.append((self.table, row, f"{n:x}:{mask:x}"))
        self.counts.created += 1
        if self.known is None or self.written:
            return
        values = op.values.values() if whole else [op.values[name] for name in shown]
        stored = [v if type(v) is str or v is None else column_value(v) for v in values]
        self.inserts.setdefault(shown, []).append((row, 0, *stored))

    def _merge(self, rows: Mapping[str, list[tuple[int, Op]]], stored: Mapping[str, str]) -> None:
        """Rows that have heads, or several ops at once."""
        named = {i for ops in rows.values() for _n, op in ops for ids in op.preds.values() for i in ids}
        numbers = {i: fact.n for i, fact in self.ledger.by_ids(named).items()}
        merged: dict[str, tuple[merge.Heads, int]] = {}
        for row, ops in rows.items():
            heads = merge.parse(stored.get(row, ""))
            touched = 0
            for n, op in ops:
                mask = self._layout(tuple(op.values))[0]
                bits = self.fields.of(self.table)
                lost = [(numbers[i], 1 << bits[name]) for name, ids in op.preds.items() for i in ids if i in numbers]
                merge.supersede(heads, n, mask, lost)
                touched |= mask
            merged[row] = heads, touched
            self.heads.append((self.table, row, merge.form(heads)))
        self.ledger.by_numbers({n for heads, _touched in merged.values() if len(heads) > 1 for n in heads})
        open_before: dict[str, dict[str, tuple[str, str, str]]] = {}
        for issue_id, row, kind, name, info in sql.rows_in(self.connection, _ISSUES, rows, (self.table,)):
            open_before.setdefault(row, {})[issue_id] = (kind, name, info)
        for row, (heads, touched) in merged.items():
            fresh = row not in stored
            self._judge(row, heads, touched, {n for n, _op in rows[row]}, fresh, open_before.get(row, {}))

    def _judge(
        self,
        row: str,
        heads: merge.Heads,
        touched: int,
        new: set[int],
        fresh: bool,
        before: Mapping[str, tuple[str, str, str]],
    ) -> None:
        """Values and issues of one row, from its heads."""
        values: dict[str, Any] = {}
        found: dict[str, Issue] = {}
        checked = set()
        for name, bit in self.fields.of(self.table).items():
            if not touched >> bit & 1 or name == "deleted":
                continue
            checked.add(name)
            shown, value, issue = self._field(row, name, merge.holders(heads, bit))
            if self.known is not None and name in self.known and not (self.written and shown in new):
                values[name] = column_value(value)
            if issue:
                found[issue.id] = issue
        hidden, issue = self._deletion(row, heads)
        if issue:
            found[issue.id] = issue
        clash = self._clash(row, heads)
        if clash:
            found[clash.id] = clash
        if self.known is not None and (hidden is not None or fresh):
            values["deleted"] = int(bool(hidden))
        self._note(row, values, fresh, bool(hidden) and bool(touched >> self.fields.of(self.table)["deleted"] & 1))
        for issue_id, (kind, name, info) in before.items():
            if issue_id in found:
                if found[issue_id].info == info:
                    del found[issue_id]
            elif kind in ("delete", "clash") or name in checked:
                sql.run(self.connection, "DELETE FROM sync_issue WHERE id = ?", (issue_id,))
                self.outcome.closed += 1
        self.issues.update(found)

    def _field(self, row: str, name: str, holders: Sequence[int]) -> tuple[int, Any, Issue | None]:
        """(changeset shown, its value, the issue if values differ) of one field."""
        if len(holders) == 1:
            return holders[0], self.ledger.value(holders[0], self.table, row, name), None
        facts = self.ledger.by_numbers(holders)
        best = holders[merge.winner([(facts[n].depth, facts[n].id) for n in holders])]
        values = {n: self.ledger.value(n, self.table, row, name) for n in holders}
        if merge.same(list(values.values())):
            return best, values[best], None
        info = {"heads": sorted(facts[n].id.hex() for n in holders), "shown": facts[best].id.hex()}
        return best, values[best], Issue("value", self.table, row, name, _json(info))

    def _deletion(self, row: str, heads: merge.Heads) -> tuple[bool | None, Issue | None]:
        """(whether the row is hidden, the issue if edits were not seen); None when nobody ever deleted it."""
        bit = self.fields.of(self.table).get("deleted")
        holders = merge.holders(heads, bit) if bit is not None else []
        if bit is None or not holders:
            return None, None
        ops = {n: self.ledger.op(n, self.table, row) for n in holders}
        deleters = [n for n, op in ops.items() if op is not None and op.deletes]
        if not deleters:
            return False, None
        ids = {i for n in deleters for i in (ops[n] or Op("", "", {})).seen}
        seen = [fact.n for fact in self.ledger.by_ids(ids).values()]
        kept = [n for n in holders if n not in deleters and n not in seen]
        against = merge.unseen(heads, bit, deleters, seen) + kept
        if not against:
            return True, None
        facts = self.ledger.by_numbers([*deleters, *against])
        info = {
            "deletes": sorted(facts[n].id.hex() for n in deleters),
            "edits": sorted(facts[n].id.hex() for n in set(against)),
        }
        return False, Issue("delete", self.table, row, "deleted", _json(info))

    def _clash(self, row: str, heads: merge.Heads) -> Issue | None:
        """The same record made in two scopes: kept and told, because neither owner saw the other."""
        if len(heads) < 2:
            return None
        facts = self.ledger.by_numbers(heads)
        scopes = sorted({facts[n].scope for n in heads})
        return Issue("clash", self.table, row, "", _json({"scopes": scopes})) if len(scopes) > 1 else None

    def _note(self, row: str, values: dict[str, Any], fresh: bool, hid: bool) -> None:
        """Queue the row's columns and count it."""
        if hid:
            self.counts.deleted += 1
        elif fresh:
            self.counts.created += 1
        else:
            self.counts.changed += 1
        if self.known is None:
            return
        if fresh and not self.written:
            hidden = values.pop("deleted", 0)
            self.inserts.setdefault(tuple(values), []).append((row, hidden, *values.values()))
        elif values:
            self.updates.setdefault(tuple(values), []).append((*values.values(), row))

    def _write(self) -> None:
        """Everything queued, in bulk."""
        sql.many(self.connection, _PUT_ROW, self.heads)
        for names, rows in self.inserts.items():
            sql.many(self.connection, sql.upsert(self.table, ("id",), ("deleted", *names)), rows)
        for names, rows in self.updates.items():
            sql.many(self.connection, sql.update(self.table, names), rows)
        put_issues(self.connection, self.issues.values())
        self.outcome.opened.extend(self.issues.values())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
