"""Where a laptop's word ends: the cut of a revocation, worked out from what came here before a point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from server.sync import sql
from server.sync.canonical import Changeset, decode, stream_key
from server.sync.judgement import REVOKED

_OF_DEVICE = (
    "SELECT c.n, c.id, c.seq, c.prev, s.incarnation, s.scope FROM sync_changeset c"
    " JOIN sync_signer g ON g.n = c.signer JOIN sync_stream s ON s.n = c.stream WHERE g.device=? ORDER BY c.n"
)


@dataclass(frozen=True)
class Cut:
    """The last change that counts of each stream, {stream key: (seq, id in hex)}.

    `beside` are (stream key, id in hex) of those that count too, but stand on another branch of a forked stream: they
    have to be adopted. `apart` counts the changes here that will not count.
    """

    ends: Mapping[str, tuple[int, str]]
    beside: tuple[tuple[str, str], ...]
    apart: int


def cut(connection: sa.Connection, device: str, before: int | None = None) -> Cut:
    """The cut after all changes of a device that are here, or after those that arrived before number `before`."""
    streams: dict[str, dict[bytes, tuple[int, bytes | None]]] = {}
    apart = 0
    for n, name, seq, prev, incarnation, scope in sql.rows(connection, _OF_DEVICE, (device,)):
        if before is not None and n >= before:
            apart += 1
            continue
        streams.setdefault(stream_key(incarnation, scope), {})[bytes(name)] = (seq, prev)
    ends = {}
    beside: list[tuple[str, str]] = []
    for stream, chain in streams.items():
        followed = {prev for _seq, prev in chain.values()}
        end = max((name for name in chain if name not in followed), key=lambda name: (chain[name][0], name))
        ends[stream] = (chain[end][0], end.hex())
        at: bytes | None = end
        counted = set()
        while at in chain:
            counted.add(at)
            at = chain[at][1]
        beside += [(stream, name.hex()) for name in chain if name not in counted]
    return Cut(ends, tuple(beside), apart)


def kept_apart(connection: sa.Connection) -> list[tuple[int, Changeset]]:
    """(arrival number, change) of all that is kept apart because of a revocation, in order of arrival."""
    query = "SELECT n, raw FROM sync_changeset WHERE barred=? ORDER BY n"
    return [(n, decode(raw)) for n, raw in sql.rows(connection, query, (REVOKED,))]


def is_apart(connection: sa.Connection, changeset: str) -> bool:
    """Whether a change (id in hex) is kept apart because of a revocation."""
    query = "SELECT 1 FROM sync_changeset WHERE id=? AND barred=?"
    return bool(sql.rows(connection, query, (bytes.fromhex(changeset), REVOKED)))


def devices_of(connection: sa.Connection) -> dict[str, str]:
    """{incarnation: id of the device it runs or ran on}, of those heard of here."""
    query = "SELECT id, device FROM sync_incarnation WHERE device IS NOT NULL"
    return dict(sql.rows(connection, query))
