"""The changesets of a database by number and by id, read in bulk and remembered for one transaction."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server.sync import sql
from server.sync.canonical import Changeset, Op, decode

_FACTS = (
    "SELECT c.n, c.id, c.depth, c.seq, s.incarnation, s.scope"
    " FROM sync_changeset c JOIN sync_stream s ON s.n = c.stream WHERE c.%s IN (%%s)"
)
#: Decoded changesets kept at a time; only conflicts and deletions look values up.
_KEPT = 256


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a changeset without reading its bytes."""

    n: int
    id: bytes
    depth: int
    seq: int
    incarnation: str
    scope: str


class Ledger:
    """Reads changesets; answers stay valid because changesets never change."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self._by_n: dict[int, Fact] = {}
        self._by_id: dict[bytes, Fact] = {}
        self._ops: OrderedDict[int, Mapping[tuple[str, str], Op]] = OrderedDict()
        self._at_hand: dict[int, Changeset] = {}

    def remember(self, fact: Fact, change: Changeset) -> None:
        """Take in a changeset that is being stored in this transaction."""
        self._by_n[fact.n] = self._by_id[fact.id] = fact
        self._at_hand[fact.n] = change

    def forget_bodies(self) -> None:
        """Let go of decoded changesets; facts stay."""
        self._at_hand.clear()
        self._ops.clear()

    def by_ids(self, ids: Iterable[bytes]) -> dict[bytes, Fact]:
        """Facts of those of `ids` that are here."""
        wanted = set(ids)
        self._read("id", [i for i in wanted if i not in self._by_id])
        return {i: self._by_id[i] for i in wanted if i in self._by_id}

    def by_numbers(self, numbers: Iterable[int]) -> dict[int, Fact]:
        """Facts of those of `numbers` that are here."""
        wanted = set(numbers)
        self._read("n", [n for n in wanted if n not in self._by_n])
        return {n: self._by_n[n] for n in wanted if n in self._by_n}

    def _read(self, column: str, keys: Sequence[object]) -> None:
        if not keys:
            return
        for row in sql.rows_in(self.connection, _FACTS % column, keys):
            fact = Fact(*row)
            self._by_n[fact.n] = self._by_id[fact.id] = fact

    def op(self, number: int, table: str, row: str) -> Op | None:
        """What the changeset did to the row; None when it did nothing to it."""
        ops = self._ops.get(number)
        if ops is None:
            ops = {(op.table, op.row): op for op in self.change(number).ops}
            self._ops[number] = ops
            if len(self._ops) > _KEPT:
                self._ops.popitem(last=False)
        return ops.get((table, row))

    def change(self, number: int) -> Changeset:
        """The whole changeset."""
        known = self._at_hand.get(number)
        if known is not None:
            return known
        return decode(sql.rows(self.connection, "SELECT raw FROM sync_changeset WHERE n = ?", (number,))[0][0])

    def value(self, number: int, table: str, row: str, field: str) -> Any:
        """What the changeset set the field to; None when it did not write it."""
        op = self.op(number, table, row)
        return None if op is None else op.values.get(field)


class Fields:
    """Bit numbers of fields, per table; new ones are given out and stored as they appear."""

    def __init__(self, connection: sa.Connection, tables: Iterable[str]) -> None:
        self._connection = connection
        self._bits: dict[str, dict[str, int]] = {table: {} for table in tables}
        self._late: set[tuple[str, str]] = set()
        query = "SELECT tbl, name, bit, shown FROM sync_field WHERE tbl IN (%s)"
        for table, name, bit, shown in sql.rows_in(connection, query, self._bits):
            self._bits[table][name] = bit
            if not shown:
                self._late.add((table, name))

    def of(self, table: str) -> Mapping[str, int]:
        """Bit numbers of the table's fields by name."""
        return self._bits.setdefault(table, {})

    def is_late(self, table: str, name: str) -> bool:
        """Whether the rows do not show the field yet: it was written before this version knew it."""
        return (table, name) in self._late

    def mask(self, table: str, names: Iterable[str], known: frozenset[str] | None) -> int:
        """The bits of `names`; `known` are the columns of the table here, None when the table is unknown."""
        bits = self._bits.setdefault(table, {})
        mask = 0
        for name in names:
            bit = bits.get(name)
            if bit is None:
                bit = bits[name] = len(bits)
                shown = 1 if known is not None and name in known else 0
                sql.run(self._connection, "INSERT INTO sync_field VALUES(?,?,?,?)", (table, name, bit, shown))
            mask |= 1 << bit
        return mask
