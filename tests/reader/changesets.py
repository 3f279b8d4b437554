"""CBOR, and the changesets that are written in it."""

import hashlib
import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

from tests.reader.faults import ITEMS, Waits, need


def decode(data: bytes, deepest: int = 16) -> Any:
    """One item of CBOR: no tags, no indefinite lengths, no repeated keys, keys of text, nothing behind it."""
    at = count = 0

    def take(size: int) -> bytes:
        nonlocal at
        need(size <= len(data) - at, "cbor")
        at += size
        return data[at - size : at]

    def item(room: int) -> Any:
        nonlocal count
        count += 1
        kind, low = divmod(take(1)[0], 32)
        need(count <= ITEMS and low < 28 and kind != 6 and (room or kind not in {4, 5}), "limits")
        more = take(1 << (low - 24)) if low > 23 else b""
        number = int.from_bytes(more, "big") if more else low
        if kind == 7:
            need(len(more) > 1 or number in {20, 21, 22}, "cbor")
            return struct.unpack(f">{' ef d'[len(more) // 2]}", more)[0] if more else (False, True, None)[number - 20]
        if kind < 2:
            return -1 - number if kind else number
        if kind < 4:
            return take(number).decode() if kind == 3 else take(number)
        need(number <= len(data) - at, "cbor")
        if kind == 4:
            return [item(room - 1) for _ in range(number)]
        pairs = [(item(room - 1), item(room - 1)) for _ in range(number)]
        need(all(isinstance(key, str) for key, _ in pairs) and len(dict(pairs)) == number, "cbor")
        return dict(pairs)

    value = item(deepest)
    need(at == len(data), "cbor")
    return value


def pick(items: Sequence[Any], place: int) -> Any:
    """The item at a place that comes from a file."""
    need(type(place) is int and 0 <= place < len(items), "place")
    return items[place]


class Op(NamedTuple):
    """What one changeset did to one record."""

    table: str
    row: str
    values: dict[str, Any]
    replaced: dict[str, list[bytes]]
    seen: list[bytes]


class Changeset:
    """One save of one author, read from its canonical bytes."""

    def __init__(self, raw: bytes) -> None:
        items = decode(raw, 10)
        if items[0] != 1:
            raise Waits("a later changeset")
        self.raw, self.id = raw, hashlib.sha256(raw).digest()
        (_, self.incarnation, self.scope, self.seq, self.prev, self.depth, self.refs, self.signer,
         self.claimed, self.doubt, self.version, rows, self.more, *_) = items  # fmt: skip
        self.stream = f"{self.incarnation.hex()}/{self.scope}"
        self.ops = [
            Op(table, row, values, {n: [pick(self.refs, i) for i in p] for n, p in replaced.items()},
               [pick(self.refs, i) for i in seen])
            for table, row, values, replaced, seen, *_ in rows
        ]  # fmt: skip
        numbers = (self.seq, self.depth, self.claimed, self.doubt, self.version[0])
        texts = (self.scope, *self.signer[:3], self.version[1], *(text for op in self.ops for text in op[:2]))
        ids = [each for each in (*self.refs, self.prev) if each is not None]
        fine = len(self.incarnation) == 16 and all(type(each) is bytes and len(each) == 32 for each in ids)
        fine &= all(type(each) is int for each in numbers) and all(type(each) is str for each in texts)
        fine &= self.seq > 0 < self.depth and (self.prev is None) == (self.seq == 1) and type(self.more) is dict
        fine &= all(op.replaced.keys() <= op.values.keys() for op in self.ops)
        need(fine and len({(op.table, op.row) for op in self.ops}) == len(rows), "changeset_malformed")
