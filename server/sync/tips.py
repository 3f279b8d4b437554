"""Who has what: the tips of streams, what another replica lacks, and what it said it holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from server.base.clock import Clock, system_clock
from server.sync import sql
from server.sync.canonical import split_key, stream_key

#: Ends of streams: {stream key: [(seq, id in hex)]}; two of one stream are a fork.
Tips = Mapping[str, Sequence[tuple[int, str]]]
#: Where a changeset stands: id -> (stream key, seq, depth), None when a reader could not find it by that.
Place = Callable[[bytes], "tuple[str, int, int] | None"]
#: The reverse: (stream key, seq) -> (id, depth), None when it is not here.
Find = Callable[[str, int], "tuple[bytes, int] | None"]

_TIPS = (
    "SELECT s.incarnation, s.scope, t.seq, t.id, t.signature FROM sync_tip t JOIN sync_stream s ON s.n = t.stream"
    " ORDER BY s.incarnation, s.scope, t.seq, t.id"
)


@dataclass(frozen=True)
class Peer:
    """Another incarnation, as its latest dispatch told it."""

    incarnation: str
    office: str | None
    device: str | None
    serial: int
    tips: Tips
    durable: Tips | None
    at: str


def tips(connection: sa.Connection, scopes: Collection[str] | None = None) -> dict[str, list[tuple[int, str]]]:
    """The ends of every stream here, or of those in `scopes`."""
    found: dict[str, list[tuple[int, str]]] = {}
    for incarnation, scope, seq, tip, _signature in sql.rows(connection, _TIPS):
        if scopes is None or scope in scopes:
            found.setdefault(stream_key(incarnation, scope), []).append((seq, tip.hex()))
    return found


def signatures(connection: sa.Connection) -> dict[str, bytes]:
    """Owners' signatures of tips by the tip's id (hex), where there is one."""
    return {tip.hex(): bytes(signature) for *_rest, tip, signature in sql.rows(connection, _TIPS) if signature}


def sign_tips(connection: sa.Connection, incarnation: str, sign: Callable[[bytes], bytes]) -> None:
    """Have `sign` sign the tips of one's own incarnation that are not signed yet."""
    query = (
        "SELECT t.stream, s.scope, t.seq, t.id FROM sync_tip t JOIN sync_stream s ON s.n = t.stream"
        " WHERE s.incarnation=? AND t.signature IS NULL"
    )
    for stream, scope, seq, tip in sql.rows(connection, query, (incarnation,)):
        signature = sign(tip_statement(stream_key(incarnation, scope), seq, tip))
        update = "UPDATE sync_tip SET signature=? WHERE stream=? AND id=?"
        sql.run(connection, update, (signature, stream, tip))


def tip_statement(stream: str, seq: int, tip: bytes) -> bytes:
    """The bytes that a tip's signature signs: because of the chain they stand for everything before the tip."""
    return b"valise tip 1\0" + stream.encode() + b"\0" + str(seq).encode() + b"\0" + tip


def keep_signatures(connection: sa.Connection, verified: Mapping[str, bytes]) -> None:
    """Keep owners' signatures (tip id in hex -> signature) that the caller verified, for whoever gets them from us."""
    values = [(signature, bytes.fromhex(tip)) for tip, signature in verified.items()]
    sql.many(connection, "UPDATE sync_tip SET signature=? WHERE id=? AND signature IS NULL", values)


def held(connection: sa.Connection, ids: Iterable[bytes]) -> set[bytes]:
    """Those of the changesets `ids` that are here."""
    query = "SELECT id FROM sync_changeset WHERE id IN (%s)"
    return {bytes(row[0]) for row in sql.rows_in(connection, query, ids)}


def unknown(connection: sa.Connection, base: Tips) -> list[str]:
    """Those tips of `base` (ids, hex) that are not here: the dispatch built on them has to wait."""
    ids = {bytes.fromhex(i) for ends in base.values() for _seq, i in ends}
    return sorted(i.hex() for i in ids - held(connection, ids))


def all_here(connection: sa.Connection, theirs: Tips) -> bool:
    """Whether everything that a replica with the ends `theirs` holds is here too: each end is, and stands for all
    before it. Not where changes were declared lost: of these an end may be here, and what is before it not."""
    if not theirs or sql.rows(connection, "SELECT 1 FROM lost_change LIMIT 1"):
        return False
    return not unknown(connection, theirs)


def between(base: Tips, ends: Tips) -> int | None:
    """How many changesets lie behind `base` up to `ends`; None where a stream has several tips, so that nobody can say
    without looking at it."""
    total = 0
    for key, told in ends.items():
        known = base.get(key, ())
        if len(told) != 1 or len(known) > 1:
            return None
        total += told[0][0] - (known[0][0] if known else 0)
    return total


def delta(connection: sa.Connection, base: Tips | None, scopes: Collection[str] | None = None) -> list[bytes]:
    """Canonical bytes of all changesets here that are not at or before the tips `base`, in order of arrival.

    `base` is what the receiver acknowledged; None or an unknown tip means: everything of that stream. `scopes`
    limits it to what the receiver may have.
    """
    numbers: list[int] = []
    query = "SELECT n, incarnation, scope FROM sync_stream"
    for stream, incarnation, scope in sql.rows(connection, query):
        if scopes is None or scope in scopes:
            ends = (base or {}).get(stream_key(incarnation, scope), ())
            numbers += _beyond(connection, stream, [bytes.fromhex(i) for _seq, i in ends])
    numbers.sort()
    query = "SELECT raw FROM sync_changeset WHERE n IN (%s) ORDER BY n"
    return [bytes(row[0]) for row in sql.rows_in(connection, query, numbers)]


def upto(connection: sa.Connection, ends: Tips) -> list[bytes] | None:
    """Canonical bytes of all changesets at or before `ends`, in order of arrival: what somebody held who told them.

    None when one of the ends is not here.
    """
    if unknown(connection, ends):
        return None
    numbers: list[int] = []
    for stream, incarnation, scope in sql.rows(connection, "SELECT n, incarnation, scope FROM sync_stream"):
        told = ends.get(stream_key(incarnation, scope), ())
        if told:
            before, placed = _chain(connection, stream)
            numbers += [placed[i] for i in _ancestors(before, [bytes.fromhex(i) for _seq, i in told])]
    numbers.sort()
    query = "SELECT raw FROM sync_changeset WHERE n IN (%s) ORDER BY n"
    return [bytes(row[0]) for row in sql.rows_in(connection, query, numbers)]


def count_beyond(connection: sa.Connection, base: Tips | None, scopes: Collection[str] | None = None) -> int:
    """How many changesets `delta` would give: "changes not yet sent", "sent but not acknowledged"."""
    total = 0
    for stream, incarnation, scope in sql.rows(connection, "SELECT n, incarnation, scope FROM sync_stream"):
        if scopes is None or scope in scopes:
            ends = (base or {}).get(stream_key(incarnation, scope), ())
            total += len(_beyond(connection, stream, [bytes.fromhex(i) for _seq, i in ends]))
    return total


def _beyond(connection: sa.Connection, stream: int, ends: Sequence[bytes]) -> list[int]:
    """Numbers of the stream's changesets that are not at or before `ends`."""
    known = {bytes(i): seq for i, seq in _of_stream(connection, stream, ends)}
    forked = sql.rows(connection, "SELECT count(*) FROM sync_tip WHERE stream=?", (stream,))[0][0] > 1
    if not forked:
        query = "SELECT n FROM sync_changeset WHERE stream=? AND seq>?"
        return [row[0] for row in sql.rows(connection, query, (stream, max(known.values(), default=0)))]
    before, numbers = _chain(connection, stream)
    held = _ancestors(before, known)
    return [n for i, n in numbers.items() if i not in held]


def _of_stream(connection: sa.Connection, stream: int, ids: Iterable[bytes]) -> list[tuple[bytes, int]]:
    query = "SELECT id, seq FROM sync_changeset WHERE stream = ? AND id IN (%s)"
    return [(row[0], row[1]) for row in sql.rows_in(connection, query, ids, (stream,))]


def _chain(connection: sa.Connection, stream: int) -> tuple[dict[bytes, bytes | None], dict[bytes, int]]:
    """(the one before each changeset of the stream, its arrival number)."""
    chain = sql.rows(connection, "SELECT id, prev, n FROM sync_changeset WHERE stream=? ORDER BY n", (stream,))
    return {bytes(i): prev for i, prev, _n in chain}, {bytes(i): n for i, _prev, n in chain}


def _ancestors(before: Mapping[bytes, bytes | None], ends: Iterable[bytes]) -> set[bytes]:
    held: set[bytes] = set()
    for end in ends:
        at: bytes | None = end
        while at is not None and at in before and at not in held:
            held.add(at)
            at = before[at]
    return held


def placer(connection: sa.Connection, base: Tips) -> Place:
    """For a writer: tells changesets at or before `base` by stream and seq, so that ids need not travel.

    Only where that is unambiguous for a reader who has `base`: streams with one tip in it.
    """
    single = {key: ends[0] for key, ends in base.items() if len(ends) == 1}
    query = (
        "SELECT s.incarnation, s.scope, c.seq, c.depth, s.n FROM sync_changeset c"
        " JOIN sync_stream s ON s.n = c.stream WHERE c.id=?"
    )

    def place(changeset: bytes) -> tuple[str, int, int] | None:
        found = sql.rows(connection, query, (changeset,))
        if not found:
            return None
        incarnation, scope, seq, depth, _stream = found[0]
        key = stream_key(incarnation, scope)
        if key not in single or seq > single[key][0] or find(key, seq) != (changeset, depth):
            return None
        return key, seq, depth

    find = finder(connection, base)
    return place


def finder(connection: sa.Connection, base: Tips) -> Find:
    """For a reader: the changeset with a seq at or before the one tip that `base` has of the stream.

    None for every seq of a stream whose tip is not here: two copies of one database answer to the same name, and what
    the other of them acknowledged says nothing about this one.
    """
    held: dict[str, set[bytes]] = {}
    absent = set(unknown(connection, base))
    query = (
        "SELECT c.id, c.depth FROM sync_changeset c JOIN sync_stream s ON s.n = c.stream"
        " WHERE s.incarnation=? AND s.scope=? AND c.seq=?"
    )

    def find(key: str, seq: int) -> tuple[bytes, int] | None:
        if any(tip in absent for _seq, tip in base.get(key, ())):
            return None
        incarnation, scope = split_key(key)
        found = sql.rows(connection, query, (incarnation, scope, seq))
        if len(found) > 1:
            if key not in held:
                numbers = sql.rows(
                    connection, "SELECT n FROM sync_stream WHERE incarnation=? AND scope=?", (incarnation, scope)
                )
                before, _n = _chain(connection, numbers[0][0])
                held[key] = _ancestors(before, [bytes.fromhex(i) for _seq, i in base.get(key, ())])
            found = [row for row in found if row[0] in held[key]]
        return (bytes(found[0][0]), found[0][1]) if len(found) == 1 else None

    return find


def acknowledge(
    connection: sa.Connection,
    incarnation: str,
    serial: int,
    held: Tips,
    *,
    office: str | None = None,
    device: str | None = None,
    durable: Tips | None = None,
    clock: Clock = system_clock,
) -> bool:
    """Take in what a peer's dispatch says it holds. An older dispatch that comes later changes nothing (False)."""
    query = "SELECT serial FROM sync_acknowledgement WHERE incarnation=?"
    found = sql.rows(connection, query, (incarnation,))
    if found and found[0][0] >= serial:
        return False
    columns = ("office", "device", "serial", "tips", "durable", "at")
    sql.run(
        connection,
        sql.upsert("sync_acknowledgement", ("incarnation",), columns),
        (incarnation, office, device, serial, as_json(held), as_json(durable) if durable is not None else None,
         clock().isoformat()),
    )  # fmt: skip
    return True


def acknowledged(connection: sa.Connection, incarnation: str | None) -> Tips | None:
    """What that peer said it holds, or None when it never spoke: then send everything."""
    peer = next((p for p in peers(connection) if p.incarnation == incarnation), None)
    return peer.tips if peer else None


def peers(connection: sa.Connection) -> tuple[Peer, ...]:
    """All incarnations that spoke to us, the latest first."""
    query = "SELECT incarnation, office, device, serial, tips, durable, at FROM sync_acknowledgement ORDER BY at DESC"
    return tuple(
        Peer(row[0], row[1], row[2], row[3], from_json(row[4]), from_json(row[5]) if row[5] else None, row[6])
        for row in sql.rows(connection, query)
    )


def as_json(ends: Tips) -> str:
    """Tips as stored."""
    return json.dumps({key: [list(end) for end in ends[key]] for key in sorted(ends)}, separators=(",", ":"))


def from_json(text: str) -> dict[str, list[tuple[int, str]]]:
    """The reverse of `as_json`."""
    return {key: [(seq, i) for seq, i in ends] for key, ends in json.loads(text).items()}
