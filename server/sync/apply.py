"""Taking in changesets that came in a dispatch: all of them or none, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from server.base.errors import Refused
from server.base.i18n import _
from server.sync import collector, replica, sql, store
from server.sync.canonical import Changeset, decode
from server.sync.judgement import COUNTS, FOREIGN, REASONS, REVOKED, Judgement, after_import, counts
from server.sync.ledger import Fact, Ledger
from server.sync.project import Counts, Issue, Step, project, put_issues
from server.sync.scope import (
    Allowed,
    Quarantined,
    allow_all,
    declared_lost,
    depends_on,
    needs,
    out_of_scope,
    quarantine_issue,
)
from server.sync.triggers import muted

#: Changesets projected at a time, and ops: bounds the memory of a large import, and how long a person waits to stop it.
_BATCH, _BATCH_OPS = 4000, 10_000


@dataclass(frozen=True)
class Applied:
    """What an import did. With `missing` (ids, hex) nothing was done: the dispatch waits for what is missing.

    `tables` counts the rows of each table that were created, changed and hidden; `issues` are those opened;
    `first` and `last` are arrival numbers of the new changesets; `rotated` says that this replica found its own
    stream continued elsewhere and goes on under a new incarnation. `left_out` counts what the caller did not hand in.
    """

    new: tuple[str, ...] = ()
    already: int = 0
    first: int | None = None
    last: int | None = None
    tables: Mapping[str, Counts] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    closed: int = 0
    quarantined: tuple[Quarantined, ...] = ()
    missing: tuple[str, ...] = ()
    rotated: bool = False
    left_out: int = 0

    @property
    def forks(self) -> tuple[str, ...]:
        """Keys of the streams that were found to have two ends."""
        return tuple(issue.row for issue in self.issues if issue.kind == "fork")


def apply_changesets(
    connection: sa.Connection,
    raws: Iterable[bytes | Changeset],
    *,
    allowed: Allowed = allow_all,
    lost: Iterable[bytes] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Applied:
    """Apply changesets, given in any order and with repeats, inside the caller's transaction.

    What headquarters declared lost counts as known; `lost` adds ids to that. Ops outside their author's scope are kept
    and told (`quarantined`), the rest goes in. Raises Refused (`changeset_malformed`, `changeset_newer`,
    `changeset_chain`) when a changeset cannot be what it says; the caller rolls back. `progress(done, total)` is told
    of every batch; what it raises goes up, and the caller rolls back: that is how a person stops an import.
    """
    changes: dict[bytes, Changeset] = {}
    given = 0
    for raw in raws:
        change = raw if isinstance(raw, Changeset) else decode(raw)
        changes[change.id] = change
        given += 1
    ledger = Ledger(connection)
    known = _known(connection, changes)
    new = {i: c for i, c in changes.items() if i not in known}
    already = given - len(new)
    if not new:
        return Applied(already=already)
    missing = _missing(ledger, new) - set(lost)
    if missing:
        missing -= store.lost_ids(connection) | declared_lost(new.values(), allowed)
    if missing:
        missing &= {i for change in new.values() for i in needs(change, allowed)}
    if missing:
        return Applied(already=already, missing=tuple(sorted(i.hex() for i in missing)))
    ordered = _in_order(new)
    del changes, new, known  # of a large import these are megabytes, and the database needs its share now
    with muted(connection), collector.paused():
        return _take_in(connection, ledger, ordered, allowed, already, progress)


def preview(connection: sa.Connection, raws: Iterable[bytes | Changeset], *, allowed: Allowed = allow_all) -> Applied:
    """What `apply_changesets` would do; the database is as before when it returns."""
    savepoint = connection.begin_nested()
    try:
        return apply_changesets(connection, raws, allowed=allowed)
    finally:
        savepoint.rollback()


def _known(connection: sa.Connection, ids: Iterable[bytes]) -> set[bytes]:
    query = "SELECT id FROM sync_changeset WHERE id IN (%s)"
    return {row[0] for row in sql.rows_in(connection, query, ids)}


def _missing(ledger: Ledger, new: Mapping[bytes, Changeset]) -> set[bytes]:
    """Ids that the new changesets build on and that are neither among them nor here."""
    outside = {i for change in new.values() for i in depends_on(change) if i not in new}
    here = ledger.by_ids(outside)
    return {i for i in outside if i not in here}


def _in_order(new: Mapping[bytes, Changeset]) -> list[Changeset]:
    """The changesets so that each comes after those it builds on; as given when they are so already."""
    placed: set[bytes] = set()
    ordered: list[Changeset] = []
    stack: list[Changeset] = []
    for start in new.values():
        stack.append(start)
        while stack:
            change = stack[-1]
            if change.id in placed:
                stack.pop()
                continue
            before = [new[i] for i in depends_on(change) if i in new and i not in placed]
            if before:
                stack.extend(before)
            else:
                placed.add(change.id)
                ordered.append(stack.pop())
    return ordered


def _batches(ordered: Sequence[Changeset]) -> Iterator[list[Changeset]]:
    batch: list[Changeset] = []
    ops = 0
    for change in ordered:
        if batch and (len(batch) == _BATCH or ops + len(change.ops) > _BATCH_OPS):
            yield batch
            batch, ops = [], 0
        batch.append(change)
        ops += len(change.ops)
    if batch:
        yield batch


def _take_in(
    connection: sa.Connection,
    ledger: Ledger,
    ordered: Sequence[Changeset],
    allowed: Allowed,
    already: int,
    progress: Callable[[int, int], None] | None,
) -> Applied:
    own = replica.identity(connection)
    mine = own.incarnation if own else ""
    first = n = store.last_number(connection) + 1
    judgement = Judgement(connection)
    writer = store.Writer(connection)
    tables: dict[str, Counts] = {}
    issues: list[Issue] = []
    quarantined: list[Quarantined] = []
    closed = 0
    for batch in _batches(ordered):
        if progress is not None:
            progress(n - first, len(ordered))
        steps = []
        for change in batch:
            depends = ledger.by_ids(depends_on(change))
            _check_chain(change, depends)
            barred = FOREIGN if not allowed(change) else REVOKED if judgement.bars(change) else COUNTS
            steps.append(_step(n, change, barred, depends, quarantined))
            writer.add(n, change, barred)
            ledger.remember(Fact(n, change.id, change.depth, change.seq, change.incarnation, change.scope), change)
            n += 1
        writer.flush()
        outcome = project(connection, ledger, steps)
        ledger.forget_bodies()
        issues += outcome.opened
        closed += outcome.closed
        for table, did in outcome.tables.items():
            total = tables.setdefault(table, Counts())
            total.created += did.created
            total.changed += did.changed
            total.deleted += did.deleted
    if progress is not None:
        progress(len(ordered), len(ordered))
    issues += store.note_forks(connection, {change.stream for change in ordered})
    told = [quarantine_issue(q) for q in quarantined]
    put_issues(connection, told)
    after_import(connection, ordered, allowed)
    rotated = bool(mine) and any(change.incarnation == mine for change in ordered)
    if rotated:
        replica.rotate(connection, "own stream continued elsewhere")
    return Applied(
        new=tuple(change.id.hex() for change in ordered), already=already, first=first, last=n - 1, tables=tables,
        issues=(*issues, *told), closed=closed, quarantined=tuple(quarantined), rotated=rotated,
    )  # fmt: skip


def _check_chain(change: Changeset, depends: Mapping[bytes, Fact]) -> None:
    """A changeset must follow its predecessor in its own stream and be just deeper than all it builds on."""
    prev = depends.get(change.prev) if change.prev is not None else None
    broken = prev is not None and (
        prev.seq + 1 != change.seq or prev.incarnation != change.incarnation or prev.scope != change.scope
    )
    complete = len(depends) == len(depends_on(change))
    deepest = max((fact.depth for fact in depends.values()), default=0)
    if broken or change.depth <= deepest or (complete and change.depth != deepest + 1):
        raise Refused(
            _("The history in this file contradicts itself. Ask the sender to send the dispatch again."),
            "changeset_chain",
        )


def _step(
    n: int, change: Changeset, barred: int, depends: Mapping[bytes, Fact], quarantined: list[Quarantined]
) -> Step:
    """The ops of a changeset that count; the others are noted in `quarantined`."""
    ops = []
    for op in change.ops:
        reason = None if counts(op.table, barred) else REASONS.get(barred)
        reason = reason or out_of_scope(op, change.scope, depends)
        if reason is None:
            ops.append(op)
        else:
            quarantined.append(Quarantined(change.id.hex(), op.table, op.row, reason))
    return Step(n, change, ops)
