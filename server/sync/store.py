"""Writing changesets, streams and tips: used by saves, imports and rebuilding alike."""

from __future__ import annotations

import json
from collections.abc import Collection

import sqlalchemy as sa

from server.sync import approvals, sql
from server.sync.canonical import Changeset, split_key
from server.sync.project import Issue, put_issues

_INSERT = "INSERT INTO sync_changeset VALUES(?,?,?,?,?,?,?,?,?,?,?)"


def last_number(connection: sa.Connection) -> int:
    """The highest arrival number; 0 in an empty database."""
    return int(sql.rows(connection, "SELECT coalesce(max(n),0) FROM sync_changeset")[0][0])


def stream_number(connection: sa.Connection, incarnation: str, scope: str) -> int:
    """The local number of a stream, made when it is new."""
    query = "SELECT n FROM sync_stream WHERE incarnation=? AND scope=?"
    found = sql.rows(connection, query, (incarnation, scope))
    if not found:
        sql.run(connection, "INSERT INTO sync_stream(incarnation,scope) VALUES(?,?)", (incarnation, scope))
        found = sql.rows(connection, query, (incarnation, scope))
    return int(found[0][0])


def signer_number(connection: sa.Connection, person: str, office: str, device: str) -> int:
    """The local number of a signer, made when it is new."""
    query = "SELECT n FROM sync_signer WHERE person=? AND office=? AND device=?"
    found = sql.rows(connection, query, (person, office, device))
    if not found:
        insert = "INSERT INTO sync_signer(person,office,device) VALUES(?,?,?)"
        sql.run(connection, insert, (person, office, device))
        found = sql.rows(connection, query, (person, office, device))
    return int(found[0][0])


def lost_ids(connection: sa.Connection) -> set[bytes]:
    """Changesets that headquarters declared lost: what builds on them counts all the same."""
    query = "SELECT changeset FROM lost_change WHERE coalesce(deleted,0)=0 AND changeset IS NOT NULL"
    return {bytes.fromhex(row[0]) for row in sql.rows(connection, query) if len(row[0]) == 64}


_FOLLOWED = (
    "DELETE FROM sync_tip WHERE id=? AND EXISTS (SELECT 1 FROM sync_changeset c JOIN sync_changeset o"
    " ON o.stream = c.stream AND o.seq = c.seq + 1 AND o.prev = ? WHERE c.id=?)"
)


class Writer:
    """Collects changesets in the order of arrival and stores them, their streams and tips in bulk."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._streams: dict[tuple[str, str], int] = {}
        self._signers: dict[tuple[str, str, str], int] = {}
        self._rows: list[tuple[object, ...]] = []
        self._tips: dict[bytes, tuple[int, bytes, int]] = {}
        self._passed: list[tuple[int, bytes]] = []
        self._approvals: list[tuple[object, ...]] = []

    def add(self, n: int, change: Changeset, barred: int = 0) -> None:
        """Queue a changeset under arrival number `n`; `barred` says why it is kept apart (server.sync.judgement)."""
        key = (change.incarnation, change.scope)
        stream = self._streams.get(key)
        if stream is None:
            stream = self._streams[key] = stream_number(self._connection, *key)
        who = (change.person, change.office, change.device)
        signer = self._signers.get(who)
        if signer is None:
            signer = self._signers[who] = signer_number(self._connection, *who)
        self._rows.append((
            n, change.id, stream, change.seq, change.prev, change.depth, signer, change.claimed, change.doubt,
            barred, change.raw,
        ))  # fmt: skip
        if change.more:
            self._approvals += approvals.rows_of(n, change)
        if change.prev is not None and self._tips.pop(change.prev, None) is None:
            self._passed.append((stream, change.prev))
        self._tips[change.id] = (stream, change.id, change.seq)

    def flush(self) -> None:
        """Store all that was queued."""
        sql.many(self._connection, _INSERT, self._rows)
        sql.many(self._connection, "DELETE FROM sync_tip WHERE stream=? AND id=?", self._passed)
        sql.many(self._connection, "INSERT INTO sync_tip(stream,id,seq) VALUES(?,?,?)", list(self._tips.values()))
        # what had been declared lost and turns up is the end of no stream: what follows it came before
        sql.many(self._connection, _FOLLOWED, [(tip, tip, tip) for tip in self._tips])
        approvals.put(self._connection, self._approvals)
        self._rows, self._tips, self._passed, self._approvals = [], {}, [], []


def note_forks(connection: sa.Connection, streams: Collection[str]) -> list[Issue]:
    """Raise the issue of every stream among `streams` (keys) that has several tips. Returns the issues.

    The issue of one that has a single tip again goes: what had been declared lost filled its gap.
    """
    query = (
        "SELECT s.incarnation, s.scope, t.id FROM sync_tip t JOIN sync_stream s ON s.n = t.stream"
        " WHERE t.stream IN (SELECT stream FROM sync_tip GROUP BY stream HAVING count(*) > 1)"
    )
    forked: dict[str, list[str]] = {}
    wanted = {split_key(key) for key in streams}
    for incarnation, scope, tip in sql.rows(connection, query):
        if (incarnation, scope) in wanted:
            forked.setdefault(f"{incarnation}/{scope}", []).append(tip.hex())
    whole = [(key,) for key in sorted(streams) if key not in forked]
    sql.many(connection, "DELETE FROM sync_issue WHERE kind='fork' AND row=?", whole)
    issues = [Issue("fork", "", key, "", json.dumps({"tips": sorted(tips)})) for key, tips in forked.items()]
    put_issues(connection, issues)
    return issues
