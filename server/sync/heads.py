"""What forms and conflict screens ask about a record: which changesets hold its values, and who wrote what."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from server.sync import merge, sql
from server.sync.canonical import Changeset
from server.sync.ledger import Fields, Ledger
from server.sync.project import Issue


@dataclass(frozen=True)
class Contender:
    """One value of a field and who wrote it. `claimed` is in seconds since 1970 UTC, `doubt` when it cannot be right.

    `changeset` is the id, hex; `arrived` the number under which it came here; `shown` whether rows show this value;
    `wrote` all fields the changeset gave the record.
    """

    changeset: str
    value: Any
    person: str
    office: str
    device: str
    claimed: int
    doubt: bool
    arrived: int
    shown: bool
    deletes: bool = False
    wrote: Mapping[str, Any] = field(default_factory=dict)


def displayed(connection: sa.Connection, table: str, row: str) -> dict[str, list[str]]:
    """The head whose value is shown, per field that was ever written: what a form must carry until it is saved."""
    ledger = Ledger(connection)
    found = {}
    for name, numbers in _by_field(connection, table, row).items():
        facts = list(ledger.by_numbers(numbers).values())
        best = facts[merge.winner([(fact.depth, fact.id) for fact in facts])]
        found[name] = [best.id.hex()]
    return found


def every(connection: sa.Connection, table: str, row: str) -> dict[str, list[str]]:
    """All heads per field, sorted: more than one where nobody has chosen yet."""
    ledger = Ledger(connection)
    by_field = _by_field(connection, table, row)
    facts = ledger.by_numbers({n for numbers in by_field.values() for n in numbers})
    return {name: sorted(facts[n].id.hex() for n in numbers) for name, numbers in by_field.items()}


def contenders(connection: sa.Connection, table: str, row: str, field: str) -> tuple[Contender, ...]:
    """Every value that stands for a field, the one shown first."""
    return _tell(connection, table, row, field, _by_field(connection, table, row).get(field, []))


def history(connection: sa.Connection, table: str, row: str, field: str) -> tuple[Contender, ...]:
    """All that was ever written to a field, the latest in ancestry first. Walks back from its heads."""
    ledger = Ledger(connection)
    numbers = _by_field(connection, table, row).get(field, [])
    reached: set[int] = set()
    todo = list(numbers)
    while todo:
        n = todo.pop()
        op = ledger.op(n, table, row)
        if n in reached or op is None or field not in op.values:
            continue
        reached.add(n)
        todo += [fact.n for fact in ledger.by_ids(op.preds.get(field, ())).values()]
    return _tell(connection, table, row, field, sorted(reached))


def ancestor(connection: sa.Connection, table: str, row: str, field: str) -> Contender | None:
    """The latest value that all values standing now were written upon: what it was before. None when there is none."""
    ledger = Ledger(connection)
    common: set[int] | None = None
    for head in _by_field(connection, table, row).get(field, []):
        reached: set[int] = set()
        todo = [head]
        while todo:
            n = todo.pop()
            op = ledger.op(n, table, row)
            if n not in reached and op is not None and field in op.values:
                reached.add(n)
                todo += [fact.n for fact in ledger.by_ids(op.preds.get(field, ())).values()]
        reached.discard(head)
        common = reached if common is None else common & reached
    told = _tell(connection, table, row, field, sorted(common or ()))
    return told[0] if told else None


@dataclass(frozen=True)
class Place:
    """Where a changeset stands: its stream (incarnation and scope) and its number in it."""

    stream: tuple[str, str]
    seq: int


def authors(connection: sa.Connection, table: str, row: str, field: str | None = None) -> tuple[Place, ...]:
    """The places of the changesets that hold a field of a record now; of all its fields without `field`."""
    by_field = _by_field(connection, table, row)
    numbers = {n for name, of in by_field.items() if field in (None, name) for n in of}
    facts = Ledger(connection).by_numbers(numbers).values()
    return tuple(Place((fact.incarnation, fact.scope), fact.seq) for fact in facts)


def arrived(connection: sa.Connection, numbers: Iterable[int]) -> dict[int, str]:
    """ISO time at which the dispatch was imported that brought each changeset; those made here are left out."""
    query = "SELECT first, last, changed FROM sync_inbox WHERE first IS NOT NULL AND last IS NOT NULL"
    spans = sql.rows(connection, query)
    return {n: at for n in numbers for first, last, at in spans if first <= n <= last}


def opponents(connection: sa.Connection, issue: Issue) -> tuple[Contender, ...]:
    """The two sides of an issue of kind "value" or "delete"."""
    if issue.kind == "delete":
        info = json.loads(issue.info)
        ids = [bytes.fromhex(i) for i in (*info["deletes"], *info["edits"])]
        numbers = [fact.n for fact in Ledger(connection).by_ids(ids).values()]
        return _tell(connection, issue.table, issue.row, "deleted", numbers)
    return contenders(connection, issue.table, issue.row, issue.field)


def issues(connection: sa.Connection, kinds: Sequence[str] = ()) -> tuple[Issue, ...]:
    """What people must look at, sorted by table, row and field; of some kinds only when they are named."""
    query = "SELECT kind,tbl,row,field,info FROM sync_issue ORDER BY tbl,row,field,kind"
    found = (Issue(*row) for row in sql.rows(connection, query))
    return tuple(issue for issue in found if not kinds or issue.kind in kinds)


def issues_of(connection: sa.Connection, table: str, row: str, kinds: Sequence[str]) -> tuple[Issue, ...]:
    """The issues of one record of these kinds, sorted by field."""
    query = "SELECT kind,tbl,row,field,info FROM sync_issue WHERE tbl=? AND row=? ORDER BY field,kind"
    found = (Issue(*one) for one in sql.rows(connection, query, (table, row)))
    return tuple(issue for issue in found if issue.kind in kinds)


def issue(connection: sa.Connection, issue_id: str) -> Issue | None:
    """One issue by its id, or None when it is settled."""
    found = sql.rows(connection, "SELECT kind,tbl,row,field,info FROM sync_issue WHERE id=?", (issue_id,))
    return Issue(*found[0]) if found else None


def changeset(connection: sa.Connection, changeset_id: str) -> Changeset | None:
    """A whole changeset by its id (hex), or None when it is not here."""
    ledger = Ledger(connection)
    facts = ledger.by_ids([bytes.fromhex(changeset_id)])
    return next((ledger.change(fact.n) for fact in facts.values()), None)


def _by_field(connection: sa.Connection, table: str, row: str) -> dict[str, list[int]]:
    stored = sql.rows(connection, "SELECT heads FROM sync_row WHERE tbl=? AND row=?", (table, row))
    heads = merge.parse(stored[0][0]) if stored else {}
    bits = Fields(connection, [table]).of(table)
    by_field = {name: merge.holders(heads, bit) for name, bit in bits.items()}
    return {name: numbers for name, numbers in by_field.items() if numbers}


def _tell(
    connection: sa.Connection, table: str, row: str, field: str, numbers: Sequence[int]
) -> tuple[Contender, ...]:
    ledger = Ledger(connection)
    facts = sorted(ledger.by_numbers(numbers).values(), key=lambda fact: (fact.depth, fact.id), reverse=True)
    told = []
    for place, fact in enumerate(facts):
        change = ledger.change(fact.n)
        op = ledger.op(fact.n, table, row)
        value = op.values.get(field) if op else None
        told.append(Contender(
            fact.id.hex(), value, change.person, change.office, change.device, change.claimed, bool(change.doubt),
            fact.n, place == 0, bool(op and op.deletes), dict(op.values) if op else {},
        ))  # fmt: skip
    return tuple(told)
