"""Who may write where, judged from what never changes: a changeset, its scope, and what it builds on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from server.sync.canonical import Changeset, Op
from server.sync.ledger import Fact
from server.sync.project import Issue
from server.sync.shape import FRAMEWORK, OFFICE, shape

#: the id of a changeset as records write it
_ID = re.compile("[0-9a-f]{64}")
#: Says whether the author of a changeset may write in its scope. It reads `office`, `device`, `scope`, `stream`, `seq`.
Allowed = Callable[[Changeset], bool]


@dataclass(frozen=True)
class Quarantined:
    """An op that was kept but not applied. `reason` is "author", "table", "owner", "foreign" or "revoked"."""

    changeset: str
    table: str
    row: str
    reason: str


def allow_all(_change: Changeset) -> bool:
    """For tests and for changesets that were judged before."""
    return True


def depends_on(change: Changeset) -> set[bytes]:
    """Ids of the changesets that must be here before `change`."""
    named = set(change.refs)
    if change.prev is not None:
        named.add(change.prev)
    return named


def needs(change: Changeset, allowed: Allowed) -> set[bytes]:
    """Ids of the changesets without which `change` has to wait.

    What its author may not write is kept and not applied, so it needs only the one before it in its stream: by naming
    what others may not have, nobody can make everybody's dispatches wait.
    """
    if allowed(change):
        return depends_on(change)
    return set() if change.prev is None else {change.prev}


def declared_lost(changes: Iterable[Changeset], allowed: Allowed) -> set[bytes]:
    """Ids that headquarters declares lost in these very changes: they may come along with what builds on them."""
    return {
        bytes.fromhex(lost)
        for change in changes if change.scope == FRAMEWORK
        for op in change.ops if op.table == "lost_change"
        if isinstance(lost := op.values.get("changeset"), str) and _ID.fullmatch(lost) and allowed(change)
    }  # fmt: skip


def out_of_scope(op: Op, scope: str, depends: Mapping[bytes, Fact]) -> str | None:
    """Why an op may not count, judged from what never changes; None when it may.

    "table": the table belongs to another kind of scope. "foreign": it builds on changes of another scope.
    "owner": it makes or hands over a record for another office than the one whose scope it is in.
    """
    known = shape().get(op.table)
    if known is not None and (known.scope == FRAMEWORK) != (scope == FRAMEWORK):
        return "table"
    anchored = bool(op.seen)
    for ids in (*op.preds.values(), op.seen):
        for i in ids:
            anchored = True
            fact = depends.get(i)
            if fact is not None and fact.scope != scope:
                return "foreign"
    if scope != FRAMEWORK:
        owner = op.values.get("office")
        if (not anchored or "office" in op.values) and OFFICE + str(owner) != scope:
            return "owner"
    return None


def quarantine_issue(q: Quarantined) -> Issue:
    """What people are told of an op that was kept and not applied."""
    return Issue("quarantine", q.table, q.row, q.changeset, '{"reason":"' + q.reason + '"}')
