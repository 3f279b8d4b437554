"""What a transaction changed in the end: from the triggers' notes, the rows and their heads to ops by scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from server.sync import merge, sql
from server.sync.canonical import Op
from server.sync.ledger import Fact, Fields, Ledger
from server.sync.project import Step, column_value, project
from server.sync.shape import FRAMEWORK, TableShape, office_scope, shape
from server.sync.triggers import INSERTED, REMOVED

#: Heads that a form displayed: field -> ids (hex).
Shown = Mapping[str, Sequence[str]]
_HEADS = "SELECT row, heads FROM sync_row WHERE tbl = ? AND row IN (%s)"


@dataclass
class _Noted:
    """What the triggers said of one row; `old` is each field's value before the transaction."""

    whole: bool = False
    old: dict[str, Any] = field(default_factory=dict)


class Differences:
    """Finds the ops of one transaction. Runs muted: it also brings rows back where a change does not count."""

    def __init__(
        self,
        connection: sa.Connection,
        ledger: Ledger,
        office: str,
        seen: Mapping[tuple[str, str], Shown],
        resolved: Mapping[tuple[str, str], Mapping[str, Any]],
    ) -> None:
        self.connection = connection
        self.ledger = ledger
        self.office = office
        self.seen = seen
        self.resolved = resolved
        self.found: dict[str, list[Op]] = {}

    def find(self, notes: Iterable[tuple[Any, ...]]) -> dict[str, list[Op]]:
        """Ops by scope, from rows (table, row, field, old) of the notes in their order."""
        noted: dict[str, dict[str, _Noted]] = {}
        for table, row, name, old in notes:
            if not isinstance(row, str):
                continue  # a row without a usable id, made by another program: it cannot travel
            entry = noted.setdefault(table, {}).setdefault(row, _Noted())
            if name in (INSERTED, REMOVED):
                entry.whole = True
            else:
                entry.old.setdefault(name, old)
        for table, row in self.resolved:
            noted.setdefault(table, {}).setdefault(row, _Noted())
        known = shape()
        self.fields = Fields(self.connection, noted)
        for table, rows in noted.items():
            if table in known:
                self._table(known[table], self.fields.of(table), rows)
        return self.found

    def _table(self, table: TableShape, bits: Mapping[str, int], noted: Mapping[str, _Noted]) -> None:
        stored = dict(sql.rows_in(self.connection, _HEADS, noted, (table.name,)))
        heads = {row: merge.parse(text) for row, text in stored.items()}
        self.ledger.by_numbers({n for of_row in heads.values() for n in of_row})
        columns = ",".join(sql.quoted(c) for c in table.columns)
        now: dict[str, dict[str, Any]] = {}
        for batch in sql.chunks(noted):
            marks = ",".join("?" * len(batch))
            query = f"SELECT id,{columns} FROM {sql.quoted(table.name)} WHERE id IN ({marks})"  # noqa: S608 - quoted
            for row, *values in sql.tolerant_rows(self.connection, query, batch):
                now[row] = dict(zip(table.columns, values, strict=True))
        for row, note in noted.items():
            if row not in heads:
                if row in now:
                    self._created(table, row, now[row])
            else:
                _RowChange(self, table, row, bits, heads[row]).find(note, now.get(row))

    def _created(self, table: TableShape, row: str, now: dict[str, Any]) -> None:
        """A row that no changeset knows: all it holds."""
        values = {name: value for name, value in now.items() if value is not None and (name != "deleted" or value)}
        mended: dict[str, Any] = {}
        if table.scope != FRAMEWORK and "office" not in values:
            mended["office"] = values["office"] = self.office
        if now["deleted"] not in (0, 1):
            mended["deleted"] = int(bool(now["deleted"]))
            values.update({"deleted": 1} if now["deleted"] else {})
        if not values:
            values["deleted"] = 0
        self.rewrite(table.name, row, mended)
        scope = FRAMEWORK if table.scope == FRAMEWORK else office_scope(str(values["office"]))
        self.found.setdefault(scope, []).append(Op(table.name, row, values))

    def put_back(self, rows: Iterable[tuple[str, str]]) -> None:
        """Bring records (table, id) whole to what the changes say; those that no change knows go."""
        for table, row in dict.fromkeys(rows):
            stored = sql.rows(self.connection, _HEADS % "?", (table, row))
            if stored:
                _RowChange(self, shape()[table], row, self.fields.of(table), merge.parse(stored[0][1])).put_back()
            else:
                sql.run(self.connection, f"DELETE FROM {sql.quoted(table)} WHERE id=?", (row,))  # noqa: S608 - quoted

    def rewrite(self, table: str, row: str, values: Mapping[str, Any]) -> None:
        """Bring columns of a row to what the changes say."""
        if values:
            stored = [column_value(value) for value in values.values()]
            sql.run(self.connection, sql.update(table, list(values)), (*stored, row))


class _RowChange:
    """One row that changesets know, before and after the transaction."""

    def __init__(
        self, work: Differences, table: TableShape, row: str, bits: Mapping[str, int], heads: merge.Heads
    ) -> None:
        self.work = work
        self.table = table
        self.row = row
        self.bits = bits
        self.heads = heads
        self.facts = work.ledger.by_numbers(heads)

    def find(self, note: _Noted, now: dict[str, Any] | None) -> None:
        chosen = dict(self.work.resolved.get((self.table.name, self.row), {}))
        if now is None:
            self._restore()
            changed = {"deleted": 1}
        elif note.whole:
            changed = self._against_heads(now)
        else:
            changed = {name: now[name] for name, old in note.old.items()
                   if name in now and not _equal(now[name], old)}
        if "office" in changed and self._holders("office"):
            changed.pop("office")  # a record's owner never changes
            self._show(["office"])
        if "deleted" in changed:
            changed["deleted"] = int(bool(changed["deleted"]))
        preds = {name: self._replaced(name) for name in changed}
        for name in [name for name in changed if self._untouched(name, changed[name], preds[name])]:
            del changed[name], preds[name]
            self._show([name])
        for name, value in chosen.items():
            changed[name] = value
            preds[name] = self._settled(name)
        if changed:
            self.work.rewrite(self.table.name, self.row, chosen)
            self._add(changed, preds)

    def _add(self, changed: Mapping[str, Any], preds: Mapping[str, Sequence[bytes]]) -> None:
        scope = self._anchor().scope
        named = {name: kept for name, ids in preds.items() if (kept := self._of_scope(scope, ids))}
        seen: Sequence[bytes] = ()
        if changed.get("deleted"):
            seen = self._of_scope(scope, self._everything_seen())
        if not named and not seen:
            seen = [self._anchor().id]
        self.work.found.setdefault(scope, []).append(Op(self.table.name, self.row, changed, named, seen))

    def _of_scope(self, scope: str, ids: Sequence[bytes]) -> Sequence[bytes]:
        """Those of one scope. Where two offices made the same record, a change that replaced both would not count."""
        if all(fact.scope == scope for fact in self.facts.values()):
            return ids
        return [i for i, fact in self.work.ledger.by_ids(ids).items() if fact.scope == scope]

    def _holders(self, name: str) -> list[int]:
        bit = self.bits.get(name)
        return [] if bit is None else merge.holders(self.heads, bit)

    def _shown(self, name: str) -> Fact | None:
        """The head whose value the row shows."""
        holders = [self.facts[n] for n in self._holders(name)]
        return holders[merge.winner([(f.depth, f.id) for f in holders])] if holders else None

    def _anchor(self) -> Fact:
        """A head that ties an op to its row: the owner's if there is one, else the one shown of any."""
        owner = self._shown("office")
        return owner or max(self.facts.values(), key=lambda fact: (fact.depth, fact.id))

    def _replaced(self, name: str) -> list[bytes]:
        """The changesets whose value the author saw: those the form displayed, else the one shown now."""
        displayed = self.work.seen.get((self.table.name, self.row))
        if displayed is not None:
            ids = [bytes.fromhex(i) for i in displayed.get(name, ())]
            return [fact.id for fact in self.work.ledger.by_ids(ids).values()]
        shown = self._shown(name)
        return [shown.id] if shown else []

    def _settled(self, name: str) -> list[bytes]:
        """The changesets whose values a choice replaces: those the chooser's page displayed, else all there are."""
        displayed = self.work.seen.get((self.table.name, self.row), {}).get(name)
        if displayed is None:
            return [self.facts[n].id for n in self._holders(name)]
        facts = self.work.ledger.by_ids(bytes.fromhex(i) for i in displayed).values()
        ops = {fact.id: self.work.ledger.op(fact.n, self.table.name, self.row) for fact in facts}
        return [i for i, op in ops.items() if op is not None and name in op.values]

    def _untouched(self, name: str, value: Any, preds: Sequence[bytes]) -> bool:
        """Whether an old form only repeats the value it displayed while a newer one has come in."""
        if (self.table.name, self.row) not in self.work.seen:
            return False
        current = {self.facts[n].id for n in self._holders(name)}
        if set(preds) & current or not (preds or current):
            return False
        facts = self.work.ledger.by_ids(preds).values()
        before = [self.work.ledger.value(fact.n, self.table.name, self.row, name) for fact in facts]
        return _equal(value, column_value(before[0]) if before else None)

    def _everything_seen(self) -> list[bytes]:
        """The heads that the author of a deletion saw."""
        displayed = self.work.seen.get((self.table.name, self.row))
        if displayed is None:
            return [fact.id for fact in self.facts.values()]
        ids = {bytes.fromhex(i) for shown in displayed.values() for i in shown}
        return [fact.id for fact in self.work.ledger.by_ids(ids).values()]

    def _against_heads(self, now: Mapping[str, Any]) -> dict[str, Any]:
        """A row that was replaced as a whole: the columns that differ from what the changes say.

        Right after an upgrade there are columns that nobody has filled yet; that they are empty says nothing.
        """
        names = [name for name in self.table.columns if not self.work.fields.is_late(self.table.name, name)]
        return {name: now[name] for name in names if not _equal(now[name], self._said(name))}

    def _said(self, name: str) -> Any:
        shown = self._shown(name)
        if shown is None:
            return 0 if name == "deleted" else None
        return column_value(self.work.ledger.value(shown.n, self.table.name, self.row, name))

    def _show(self, names: Sequence[str]) -> None:
        """Bring columns back to what the changes say."""
        self.work.rewrite(self.table.name, self.row, {name: self._said(name) for name in names})

    def put_back(self) -> None:
        """The whole row as the changes say it, hidden or not."""
        self._show([name for name in self.table.columns if not self.work.fields.is_late(self.table.name, name)])
        known = next(iter(self.heads))
        nothing = Step(known, self.work.ledger.change(known), [Op(self.table.name, self.row, {})])
        project(self.work.connection, self.work.ledger, [nothing])

    def _restore(self) -> None:
        """A record that another program removed comes back as a deleted one: nothing accepted is lost."""
        names = [name for name in self.table.columns if name != "deleted"]
        values = [self._said(name) for name in names]
        insert = sql.upsert(self.table.name, ("id",), ("deleted", *names))
        sql.run(self.work.connection, insert, (self.row, 1, *values))


def _equal(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)
