"""What headquarters' word does to changes: revocations with a cut, adoptions, and changes that were declared lost.

A change counts or is kept apart as a function of the set of changes alone. When the word comes after the changes it is
about, they are judged again and their records are put together anew; so all replicas end alike, whatever came first.

A revoked laptop's changes count up to the cut, which names the last trusted change of each of its streams; a branch
that the laptop grew beside it does not. What headquarters adopted counts all the same. A revocation never keeps apart
what is said of the lists of trust themselves: they are what it is read from, and must not depend on it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa

from server.sync import sql, store
from server.sync.canonical import Changeset, decode, split_key
from server.sync.ledger import Fact, Ledger
from server.sync.project import Step, project, put_issues
from server.sync.scope import Allowed, Quarantined, depends_on, out_of_scope, quarantine_issue
from server.sync.shape import shape
from server.sync.triggers import muted

#: Why a changeset is kept apart, as stored: its author may not write there, or its laptop was revoked.
COUNTS, FOREIGN, REVOKED = 0, 1, 2
#: the same as issues say it
REASONS = {FOREIGN: "author", REVOKED: "revoked"}
#: Records that say who is believed; only headquarters writes them.
LISTS = frozenset(("device", "adopted_change", "lost_change"))
_BATCH = 2000
_STREAM = "SELECT n FROM sync_stream WHERE incarnation=? AND scope=?"

#: (table, id) of a record
Record = tuple[str, str]
#: {stream key: (seq, id) of its last change that counts}
Cut = Mapping[str, tuple[int, bytes]]


class Judgement:
    """Headquarters' word as this database holds it now."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        query = "SELECT id, revoked_cut FROM device WHERE revoked IS NOT NULL AND coalesce(deleted,0)=0"
        self._cuts = {device: _read_cut(cut) for device, cut in sql.rows(connection, query)}
        query = "SELECT changeset FROM adopted_change WHERE changeset IS NOT NULL AND coalesce(deleted,0)=0"
        self._adopted = {changeset for (changeset,) in sql.rows(connection, query)}
        self._held: dict[str, set[bytes] | None] = {}

    @property
    def devices(self) -> Collection[str]:
        """Ids of the laptops that were revoked."""
        return self._cuts.keys()

    def bars(self, change: Changeset) -> bool:
        """Whether a change is kept apart because its laptop was revoked."""
        cut = self._cuts.get(change.device)
        if cut is None or change.id.hex() in self._adopted or all(op.table in LISTS for op in change.ops):
            return False
        return not self._within(cut, change)

    def _within(self, cut: Cut, change: Changeset) -> bool:
        """Whether a change is at or before the cut.

        While the end of the cut is not here, what has a smaller number passes; it is judged again when the end comes.
        """
        if change.stream not in cut:
            return False
        seq, end = cut[change.stream]
        if change.seq >= seq:
            return change.id == end
        if change.stream not in self._held:
            self._held[change.stream] = _chain(self._connection, change.stream, end)
        before = self._held[change.stream]
        return before is None or change.id in before


def counts(table: str, barred: int) -> bool:
    """Whether an op on a table may count in a changeset that is kept apart for that reason, or for none."""
    return barred == COUNTS or (barred == REVOKED and table in LISTS)


def _read_cut(text: str | None) -> Cut:
    """{stream: (seq, id)} of a stored cut; nothing counts when it cannot be read."""
    try:
        return {stream: (int(seq), bytes.fromhex(end)) for stream, (seq, end) in json.loads(text or "{}").items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def cut_text(ends: Mapping[str, tuple[int, str]]) -> str:
    """A cut as stored: {stream: [seq, id in hex]}."""
    return json.dumps({stream: list(ends[stream]) for stream in sorted(ends)}, separators=(",", ":"))


def _chain(connection: sa.Connection, stream: str, end: bytes) -> set[bytes] | None:
    found = sql.rows(connection, _STREAM, split_key(stream))
    query = "SELECT id, prev FROM sync_changeset WHERE stream=?"
    before = dict(sql.rows(connection, query, (found[0][0],))) if found else {}
    if end not in before:
        return None
    held: set[bytes] = set()
    at: bytes | None = end
    while at is not None and at in before and at not in held:
        held.add(at)
        at = before[at]
    return held


def after_save(connection: sa.Connection, made: Sequence[Changeset]) -> int:
    """The same for changes that were made here: headquarters' word counts at once, at a revoked laptop too."""
    if made and (
        any(op.table in LISTS for change in made for op in change.ops)
        or sql.rows(connection, "SELECT 1 FROM device WHERE id=? AND revoked IS NOT NULL", (made[0].device,))
    ):
        return rejudge(connection)
    return 0


def after_import(connection: sa.Connection, new: Sequence[Changeset], allowed: Allowed) -> int:
    """Judge again what the new changes say something about. Returns how many now count otherwise than before.

    `allowed` says whether an author may write in a scope, revocations left aside.
    """
    late = _came_though_lost(connection, new)
    if late:
        anew(connection, late)
    devices = Judgement(connection).devices
    concerned = any(change.device in devices or any(op.table in LISTS for op in change.ops) for change in new)
    if concerned or sql.rows(connection, "SELECT n FROM sync_changeset WHERE barred=2 LIMIT 1"):
        return rejudge(connection, allowed)
    return 0


def _came_though_lost(connection: sa.Connection, new: Iterable[Changeset]) -> set[Record]:
    """Records of changes that had been declared lost: what builds on them went in before them."""
    query = "SELECT changeset FROM lost_change WHERE changeset IS NOT NULL"
    lost = {changeset for (changeset,) in sql.rows(connection, query)}
    if not lost:
        return set()
    return {(op.table, op.row) for change in new if change.id.hex() in lost for op in change.ops}


def rejudge(connection: sa.Connection, allowed: Allowed | None = None) -> int:
    """Bring what counts to what headquarters' word says now, and records to what counts. Returns how many changes
    count otherwise than before. Without `allowed`, who may not write where stays as it was judged."""
    judgement = Judgement(connection)
    ledger = Ledger(connection)
    turned: list[tuple[int, Changeset, int]] = []
    for n, raw, barred in _concerned(connection, judgement.devices):
        change = decode(raw)
        if barred == FOREIGN if allowed is None else not allowed(change):
            now = FOREIGN
        elif judgement.bars(change) or (barred == REVOKED and not _complete(connection, ledger, change)):
            now = REVOKED
        else:
            now = COUNTS
        if now != barred:
            turned.append((n, change, now))
    if turned:
        sql.many(connection, "UPDATE sync_changeset SET barred=? WHERE n=?", [(now, n) for n, _c, now in turned])
        _tell(connection, ledger, turned)
        anew(connection, {(op.table, op.row) for _n, change, _now in turned for op in change.ops})
    return len(turned)


def _concerned(connection: sa.Connection, devices: Collection[str]) -> list[tuple[int, bytes, int]]:
    """(arrival number, bytes, why kept apart) of all changes of revoked laptops, and of those that were kept apart."""
    query = (
        "SELECT c.n, c.raw, c.barred FROM sync_changeset c JOIN sync_signer s ON s.n = c.signer"
        " WHERE s.device IN (%s)"
    )
    found = {row[0]: row for row in sql.rows_in(connection, query, devices)}
    query = "SELECT n, raw, barred FROM sync_changeset WHERE barred=?"
    found.update({row[0]: row for row in sql.rows(connection, query, (REVOKED,))})
    return [found[n] for n in sorted(found)]


def _complete(connection: sa.Connection, ledger: Ledger, change: Changeset) -> bool:
    """Whether everything is here, or declared lost, that a change builds on: what was kept apart came in without."""
    needed = depends_on(change)
    absent = needed - ledger.by_ids(needed).keys()
    return not absent or absent <= store.lost_ids(connection)


def _tell(connection: sa.Connection, ledger: Ledger, turned: Iterable[tuple[int, Changeset, int]]) -> None:
    """What people are told of changes that are kept apart now, and no longer of those that count."""
    issues = []
    for _n, change, now in turned:
        name = change.id.hex()
        sql.run(connection, "DELETE FROM sync_issue WHERE kind='quarantine' AND field=?", (name,))
        depends = ledger.by_ids(depends_on(change))
        for op in change.ops:
            reason = None if counts(op.table, now) else REASONS.get(now)
            reason = reason or out_of_scope(op, change.scope, depends)
            if reason:
                issues.append(quarantine_issue(Quarantined(name, op.table, op.row, reason)))
    put_issues(connection, issues)


def anew(connection: sa.Connection, records: Collection[Record]) -> None:
    """Put records together again from all changes that count, in an order where each comes after those it builds on.

    Walks through the whole history: headquarters takes laptops off its list rarely.
    """
    wanted = {table: {row for of, row in records if of == table} for table, _row in records}
    with muted(connection):
        for table, rows in wanted.items():
            _clear(connection, table, rows)
        ledger = Ledger(connection)
        found = sorted(_naming(connection, {row for _table, row in records}), key=lambda one: (one[1].depth, one[0]))
        steps = []
        for n, change, barred in found:
            depends = ledger.by_ids(depends_on(change))
            ops = [op for op in change.ops if op.row in wanted.get(op.table, ()) and counts(op.table, barred)
                   and out_of_scope(op, change.scope, depends) is None]
            if ops:
                ledger.remember(Fact(n, change.id, change.depth, change.seq, change.incarnation, change.scope), change)
                steps.append(Step(n, change, ops))
        project(connection, ledger, steps)


def _clear(connection: sa.Connection, table: str, rows: Collection[str]) -> None:
    for row in rows:
        sql.run(connection, "DELETE FROM sync_row WHERE tbl=? AND row=?", (table, row))
        sql.run(connection, "DELETE FROM sync_issue WHERE tbl=? AND row=? AND kind<>'quarantine'", (table, row))
        if table in shape():
            sql.run(connection, f"DELETE FROM {sql.quoted(table)} WHERE id=?", (row,))  # noqa: S608 - quoted


def _naming(connection: sa.Connection, rows: Collection[str]) -> Iterable[tuple[int, Changeset, int]]:
    """Changes that count, at least in part, and hold one of the ids somewhere in their bytes."""
    marks = [row.encode("utf-8", "surrogatepass") for row in rows]
    query = "SELECT n, raw, barred FROM sync_changeset WHERE n > ? AND barred <> 1 ORDER BY n LIMIT ?"
    last = 0
    while batch := sql.rows(connection, query, (last, _BATCH)):
        last = batch[-1][0]
        for n, raw, barred in batch:
            if any(mark in raw for mark in marks):
                yield n, decode(raw), barred
