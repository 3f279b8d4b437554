"""Changesets out of the columns of a payload's body: the reverse of `pack`, for bytes that nobody vouches for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from server.base.errors import Refused
from server.base.i18n import _
from server.sync import values as columns
from server.sync.canonical import Changeset, Op, changeset_id, decode, key_order, refs_of, sealed, split_key, stream_key
from server.sync.limits import DEFAULT, Limits, TooMuch
from server.sync.pool import PoolReader
from server.sync.tips import Find, Tips


class OutOfReach(Exception):
    """The body builds on a changeset that is not here: (stream key, seq)."""

    def __init__(self, stream: str, seq: int) -> None:
        super().__init__(stream, seq)
        self.stream = stream
        self.seq = seq


def no_history(_stream: str, _seq: int) -> None:
    """The `Find` of a reader without a database."""
    return


def damaged() -> Refused:
    """The refusal of a body that is not what `pack` makes."""
    sentence = _("The data in this dispatch is damaged. Ask the sender to send it again.")
    return Refused(sentence, "payload_body")


def unpack(
    body: Any,
    base: Tips | None = None,
    find: Find = no_history,
    limits: Limits = DEFAULT,
    progress: Callable[[int, int], None] | None = None,
) -> list[Changeset]:
    """The changesets of a body, in order, with their canonical bytes.

    Raises OutOfReach when it builds on something that `find` does not know, and Refused: `payload_too_large`,
    or `payload_body` for anything `pack` would not have written. `progress(done, total)` is told now and then; what it
    raises goes up as it is.
    """
    with _suspicious():
        unpacker = _Unpacker(body, base or {}, find, limits)
        stream, check = unpacker.changes(), body["check"]
    del body  # a large one takes as much memory as the changes that are made of it
    changes: list[Changeset] = []
    while True:
        with _suspicious():
            batch = list(islice(stream, _BATCH))
        if not batch:
            break
        changes += batch
        if progress is not None:
            progress(len(changes), unpacker.total)
    with _suspicious():
        _check(changes, check)
    return changes


@contextmanager
def _suspicious() -> Iterator[None]:
    """Whatever fails in the block was caused by the bytes that are read there."""
    try:
        yield
    except (OutOfReach, Refused):
        raise
    except TooMuch as failure:
        sentence = _("This dispatch holds more than Valise opens at once. Ask the sender to send it in parts.")
        raise Refused(sentence, "payload_too_large") from failure
    except Exception as failure:  # hostile bytes: anything may be of any type
        raise damaged() from failure


def _check(changes: Sequence[Changeset], check: Any) -> None:
    digest = hashlib.sha256(b"".join(change.id for change in changes))
    if digest.digest() != check:
        raise damaged()


#: Changesets read between two words on how far it is.
_BATCH = 2000
#: What a column that is used up gives.
_END = object()
#: Types whose canonical bytes need no care.
_PLAIN = {int, str, bool, type(None)}


class _Unpacker:
    def __init__(self, body: Mapping[str, Any], base: Tips, find: Find, limits: Limits) -> None:
        self.base = base
        self.find = find
        self.limits = limits
        self.streams = [stream_key(incarnation.hex(), scope) for incarnation, scope in body["streams"]]
        # one text for all changes of a stream
        self.split = {key: split_key(key) for key in self.streams}
        self.signers = [(who[0], who[1], who[2]) for who in body["signers"]]
        self.versions = [(which[0], which[1]) for which in body["versions"]]
        self.columns: Mapping[str, list[Any]] = body["changes"]
        self.shapes = [(shape[0], tuple(shape[1:])) for shape in body["shapes"]]
        ops = body["ops"]
        if len(self.columns["stream"]) > limits.changesets or len(ops["shape"]) > limits.ops:
            raise TooMuch("changesets")
        self.ops = zip(ops["shape"], ops["row"], ops["link"], strict=True)
        codes, near_streams, near_seqs, far = body["links"]
        self.codes = iter(codes)
        self.near = zip(near_streams, near_seqs, strict=True)
        self.far = far
        self.far_at = 0
        self.near_seq: dict[int, int] = {}
        self.pool = PoolReader(body["ids"])
        _once([(table, name), mode] for table, name, mode, _data in body["values"])
        self.values = {
            (table, name): columns.column_reader((mode, data), self.pool) for table, name, mode, data in body["values"]
        }
        plain = {
            (table, name): mode != columns.VALUES or set(map(type, data)) <= _PLAIN
            for table, name, mode, data in body["values"]
        }
        self.in_order = [
            list(names) == sorted(names, key=key_order) and all(plain[table, name] for name in names)
            for table, names in self.shapes
        ]
        self.readers = [[self.values[table, name] for name in names] for table, names in self.shapes]
        self.verbatim = _once(body.get("verbatim", []))
        self.total = len(self.columns["stream"]) + len(self.verbatim)
        self.made: list[Changeset] = []
        self.depths: dict[bytes, int] = {}
        self.last: dict[str, Changeset] = {}
        # who wrote each field of a record last, as the predecessors of who writes it next: one sequence for all fields
        self.writers: dict[tuple[str, str], dict[str, Sequence[bytes]]] = {}
        self.named = 0

    def changes(self) -> Iterator[Changeset]:
        put = self.columns
        more = _once(put["more"])
        rows = zip(
            put["stream"], put["seq"], put["prev"], put["depth"], put["time"], put["doubt"], put["signer"],
            put["version"], put["ops"], strict=True,
        )  # fmt: skip
        time = position = 0
        for number, row in enumerate(rows):
            while position in self.verbatim:
                yield self._verbatim(position)
                position += 1
            time += row[4]
            yield self._change(number, row, time, more.get(number, {}))
            position += 1
        while position in self.verbatim:
            yield self._verbatim(position)
            position += 1
        at_end = position == len(self.made) + len(self.verbatim) and more.keys() <= set(range(len(self.made)))
        if not at_end or not self._used_up():
            raise ValueError("left over")

    def _used_up(self) -> bool:
        """Whether nothing is left in any column: what no changeset holds, nobody vouches for."""
        columns = (self.ops, self.codes, self.near, *self.values.values())
        left = [column for column in columns if next(column, _END) is not _END]
        return not left and self.far_at == len(self.far) and self.pool.used_up

    def _verbatim(self, position: int) -> Changeset:
        """A changeset as it is; of a later format only what stays the same for ever is read."""
        raw = self.verbatim[position]
        return decode(raw)

    def _change(self, number: int, row: tuple[Any, ...], time: int, more: Mapping[str, Any]) -> Changeset:
        stream, step, link, deeper, _time, doubt, signer, version, count = row
        key = self.streams[stream]
        before = self.last.get(key)
        ends = self.base.get(key, ())
        expected = before.seq + 1 if before else ends[0][0] + 1 if len(ends) == 1 else 1
        seq = expected + step
        prev = self._prev(number, key, seq, link, before)
        in_order = not more
        parts = []
        for _i in range(_natural(count)):
            shape, row_code, code = next(self.ops)
            in_order = in_order and self.in_order[shape]
            parts.append(self._op(number, shape, row_code, code))
        person, office, device = self.signers[signer]
        schema, app = self.versions[version]
        deepest = max((self.depths.get(i, 0) for i in (*refs_of(parts), prev) if i is not None), default=0)
        incarnation, scope = self.split[key]
        change = sealed(Changeset(
            incarnation=incarnation, scope=scope, seq=seq, prev=prev, depth=deepest + 1 + deeper, person=person,
            office=office, device=device, claimed=time, ops=parts, doubt=doubt, schema=schema, app=app, more=more,
        ), in_order=in_order)  # fmt: skip
        mine = [change.id]
        for op in parts:
            written = self.writers.setdefault((op.table, op.row), {})
            for name in op.values:
                written[name] = mine
        self.made.append(change)
        self.depths[change.id] = change.depth
        self.last[key] = change
        return change

    def _prev(self, number: int, key: str, seq: int, link: Any, before: Changeset | None) -> bytes | None:
        if link != 0:
            return self._link(number, link[0]) if link else None
        if before is not None:
            return before.id
        if seq == 1:
            return None
        return self._outside(key, seq - 1)

    def _op(self, number: int, shape: int, row_code: int, link: int) -> Op:
        table, names = self.shapes[shape]
        row = self.pool.id(row_code)
        values = {name: next(reader) for name, reader in zip(names, self.readers[shape], strict=True)}
        written = self.writers.get((table, row))
        if link == 0:
            if written is None:
                return Op(table, row, values)
            return Op(table, row, values, {name: written[name] for name in names if name in written})
        kind, sees = link & 3, link >> 2
        preds: dict[str, Sequence[bytes]]
        if kind == 0:
            preds = {name: written[name] for name in names if written and name in written}
        elif kind == 1:
            ids = self._links(number)
            self._count(len(ids) * len(names))
            preds = {name: ids for name in names if ids}
        else:
            lists = {name: self._links(number) for name in names}
            preds = {name: ids for name, ids in lists.items() if ids}
        return Op(table, row, values, preds, self._links(number) if sees else ())

    def _links(self, number: int) -> list[bytes]:
        count = _natural(next(self.codes))
        self._count(count)
        return [self._link(number, next(self.codes)) for _i in range(count)]

    def _count(self, more: int) -> None:
        """Bound what a few bytes can multiply into."""
        self.named += more
        if self.named > self.limits.items:
            raise TooMuch("links")

    def _link(self, number: int, code: int) -> bytes:
        if code >= 2:
            return self.made[number - _natural(code - 1, number)].id
        if code == 1:
            at = self.far_at
            self.far_at += 32
            if self.far_at > len(self.far):
                raise ValueError("far")
            return bytes(self.far[at : at + 32])
        stream, step = next(self.near)
        seq = self.near_seq.get(stream, 0) + step
        self.near_seq[stream] = seq
        return self._outside(self.streams[stream], seq)

    def _outside(self, key: str, seq: int) -> bytes:
        """A changeset that the receiver acknowledged."""
        found = self.find(key, seq)
        if found is None:
            raise OutOfReach(key, seq)
        self.depths[found[0]] = found[1]
        return found[0]


def _once(pairs: Iterable[Sequence[Any]]) -> dict[Any, Any]:
    """Pairs as a dictionary. Raises ValueError when one key comes twice."""
    found: dict[Any, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError("twice")
        found[key] = value
    return found


def _natural(value: int, most: int | None = None) -> int:
    if value < 0 or (most is not None and value > most):
        raise ValueError("number")
    return value


def ids_of(raws: Sequence[bytes]) -> list[bytes]:
    """The ids of changesets given by their canonical bytes."""
    return [changeset_id(raw) for raw in raws]
