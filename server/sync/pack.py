"""Changesets into columns: what a receiver can work out is left out. `unpack` is the reverse; docs/dispatch-format.md
is the reference. Every changeset is checked to come back byte for byte; one that would not travels as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from server.base.errors import Refused
from server.sync import values as columns
from server.sync.canonical import Changeset, Op, decode, encode
from server.sync.pool import PoolWriter
from server.sync.tips import Place, Tips


def nowhere(_changeset: bytes) -> None:
    """The `Place` of a writer that cannot say where changesets outside the payload stand."""
    return


def pack(raws: Sequence[bytes | Changeset], base: Tips | None = None, place: Place = nowhere) -> dict[str, Any]:
    """The body of a payload as plain CBOR values.

    `base` and `place` (see server.sync.tips.placer) let predecessors outside the payload travel as stream and seq
    instead of 32 bytes; the reader needs the same `base`.
    """
    changes: list[Changeset] = []
    verbatim: list[list[Any]] = []
    digest = hashlib.sha256()
    for position, raw in enumerate(raws):
        change = raw if isinstance(raw, Changeset) else _decoded(raw)
        if change is None or encode(change) != change.raw:
            data = raw.raw if isinstance(raw, Changeset) else raw
            digest.update(hashlib.sha256(data).digest())
            verbatim.append([position, data])
        else:
            digest.update(change.id)
            changes.append(change)
    body = _Packer(base or {}, place).pack(changes)
    body["check"] = digest.digest()
    if verbatim:
        body["verbatim"] = verbatim
    return body


def _decoded(raw: bytes) -> Changeset | None:
    try:
        return decode(raw)
    except Refused:
        return None


class _Names:
    """Numbers for values in the order of their first use."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}

    def __call__(self, value: Any) -> int:
        return self.numbers.setdefault(value, len(self.numbers))


class _Packer:
    def __init__(self, base: Tips, place: Place) -> None:
        self.base = base
        self.place = place
        self.streams, self.signers, self.versions, self.shapes = _Names(), _Names(), _Names(), _Names()
        self.pool = PoolWriter()
        self.columns: dict[str, list[Any]] = {
            name: []
            for name in ("stream", "seq", "prev", "depth", "time", "doubt", "signer", "version", "ops", "more")
        }
        self.ops: dict[str, list[Any]] = {name: [] for name in ("shape", "row", "link")}
        self.links: list[int] = []
        self.near: list[list[int]] = [[], []]
        self.far = bytearray()
        self.modes: dict[tuple[str, str], int] = {}
        self.values: dict[tuple[str, str], list[Any]] = {}
        self.position: dict[bytes, int] = {}
        self.depths: dict[bytes, int] = {}
        self.last: dict[str, Changeset] = {}
        self.writers: dict[tuple[str, str], dict[str, bytes]] = {}
        self.near_seq: dict[int, int] = {}
        self.time = 0

    def pack(self, changes: Sequence[Changeset]) -> dict[str, Any]:
        self._choose_modes(changes)
        for number, change in enumerate(changes):
            self._change(number, change)
        shapes = [[table, *names] for table, names in self.shapes.numbers]
        return {
            "streams": [[bytes.fromhex(key[:32]), key[33:]] for key in self.streams.numbers],
            "signers": [list(who) for who in self.signers.numbers],
            "versions": [list(which) for which in self.versions.numbers],
            "changes": self.columns,
            "shapes": shapes,
            "ops": self.ops,
            "links": [self.links, *self.near, bytes(self.far)],
            "ids": self.pool.to_wire(),
            "values": [
                [table, name, *columns.column_to_wire(self.modes[table, name], self.values[table, name])]
                for table, name in self.values
            ],
        }

    def _choose_modes(self, changes: Sequence[Changeset]) -> None:
        gathered: dict[tuple[str, str], list[Any]] = {}
        for change in changes:
            for op in change.ops:
                for name, value in op.values.items():
                    gathered.setdefault((op.table, name), []).append(value)
        self.modes = {key: columns.mode_of(values) for key, values in gathered.items()}

    def _change(self, number: int, change: Changeset) -> None:
        put = self.columns
        key = change.stream
        put["stream"].append(self.streams(key))
        before = self.last.get(key)
        ends = self.base.get(key, ())
        expected = before.seq + 1 if before else ends[0][0] + 1 if len(ends) == 1 else 1
        put["seq"].append(change.seq - expected)
        put["prev"].append(self._prev(number, change, before))
        put["time"].append(change.claimed - self.time)
        put["doubt"].append(change.doubt)
        put["signer"].append(self.signers((change.person, change.office, change.device)))
        put["version"].append(self.versions((change.schema, change.app)))
        put["ops"].append(len(change.ops))
        if change.more:
            put["more"].append([number, dict(change.more)])
        for op in change.ops:
            self._op(number, change.id, op)
        deepest = max((self._depth(i) for i in (*change.refs, change.prev) if i is not None), default=0)
        put["depth"].append(change.depth - deepest - 1)
        self.time = change.claimed
        self.last[key] = change
        self.position[change.id] = number
        self.depths[change.id] = change.depth

    def _prev(self, number: int, change: Changeset, before: Changeset | None) -> int | list[int]:
        """0 when it is the one a reader expects, an empty list for none, else a list with the code of a link."""
        if before is not None:
            implied = before.id
        elif change.seq == 1:
            return 0
        else:
            placed = self.place(change.prev) if change.prev else None
            implied = b""
            if change.prev and placed and placed[:2] == (change.stream, change.seq - 1):
                implied = change.prev
                self.depths[change.prev] = placed[2]
        if implied == change.prev:
            return 0
        return [] if change.prev is None else [self._link(number, change.prev)]

    def _op(self, number: int, me: bytes, op: Op) -> None:
        names = tuple(op.values)
        self.ops["shape"].append(self.shapes((op.table, names)))
        self.ops["row"].append(self.pool.code(op.row))
        for name, value in op.values.items():
            key = (op.table, name)
            self.values.setdefault(key, []).append(columns.code(self.modes[key], value, self.pool))
        self._links(number, me, op, names)

    def _links(self, number: int, me: bytes, op: Op, names: Sequence[str]) -> None:
        """How the op's predecessors travel: 0 implied, 1 the same for each field, 2 for each; + 4 with `seen`."""
        writers = self.writers.setdefault((op.table, op.row), {})
        lists = [list(op.preds.get(name, ())) for name in names]
        implied = [[writers[name]] if name in writers else [] for name in names]
        kind = 0
        if lists != implied:
            kind = 1 if all(ids == lists[0] for ids in lists) else 2
        self.ops["link"].append(kind + 4 * bool(op.seen))
        for ids in lists[: (0, 1, len(lists))[kind]]:
            self._link_list(number, ids)
        if op.seen:
            self._link_list(number, op.seen)
        for name in names:
            writers[name] = me

    def _link_list(self, number: int, ids: Sequence[bytes]) -> None:
        self.links.append(len(ids))
        self.links.extend(self._link(number, i) for i in ids)

    def _link(self, number: int, changeset: bytes) -> int:
        """0 the next of the near ones, 1 the next of the far ones, d + 1 the one d before in the payload."""
        known = self.position.get(changeset)
        if known is not None:
            return number - known + 1
        placed = self.place(changeset)
        if placed is None:
            self.far += changeset
            return 1
        key, seq, depth = placed
        stream = self.streams(key)
        self.near[0].append(stream)
        self.near[1].append(seq - self.near_seq.get(stream, 0))
        self.near_seq[stream] = seq
        self.depths[changeset] = depth
        return 0

    def _depth(self, changeset: bytes) -> int:
        return self.depths.get(changeset, 0)
