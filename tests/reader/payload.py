"""The payload: its sections, the body of columns, the tips it names and the files it carries."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import cbor2
import zstandard

from tests.reader.changesets import Changeset, Op, decode, pick
from tests.reader.faults import BROKEN, ITEMS, MIB, Damaged, Waits, need


class Feed:
    """A column: its entries are taken one after the other, and all of them."""

    def __init__(self, items: Any) -> None:
        self.items, self.at = items, 0

    def take(self) -> Any:
        """The next entry."""
        return self.cut(1)[0]

    def cut(self, size: int) -> Any:
        """The next so many entries, characters or bytes."""
        need(type(size) is int and 0 <= size <= len(self.items) - self.at, "payload_body")
        self.at += size
        return self.items[self.at - size : self.at]


class Body:
    """The body of a payload, from which changesets come back byte for byte."""

    def __init__(self, body: dict[str, Any], manifest: dict[str, Any], history: Mapping[bytes, Changeset]) -> None:
        self.body, self.history, self.feeds = body, history, list[Feed]()
        self.base = {manifest["streams"][stream]: tips for stream, tips in manifest.get("base", [])}
        self.streams = [f"{incarnation.hex()}/{scope}" for incarnation, scope in body["streams"]]
        self.kinds, self.steps, self.tails, self.plain, self.texts = map(self.feed, body["ids"])
        self.codes, self.near_streams, self.near_seqs, self.far = map(self.feed, body["links"])
        self.shape, self.row, self.link = (self.feed(body["ops"][name]) for name in ("shape", "row", "link"))
        names = ("stream", "seq", "prev", "depth", "time", "doubt", "signer", "version", "ops")
        self.changes = {name: self.feed(body["changes"][name]) for name in names}
        self.columns = {
            (table, name): (mode, *map(self.feed, data if mode == 3 else [data, ""]))
            for table, name, mode, data in body["values"]
        }
        need(len(self.columns) == len(body["values"]), "payload_body")
        self.met, self.milliseconds, self.time, self.multiplied = list[str](), 0, 0, 0
        self.near_at: dict[int, int] = defaultdict(int)
        self.last: dict[str, Changeset] = {}
        self.packed, self.known, self.wrote = list[Changeset](), dict[bytes, int](), dict[tuple[str, str, str], bytes]()

    def feed(self, items: Any) -> Feed:
        """A column that must be used up."""
        self.feeds.append(Feed(items))
        return self.feeds[-1]

    def row_id(self, code: int) -> str:
        """The id of a record that a code stands for."""
        if code:
            return str(pick(self.met, code - 1))
        kind = self.kinds.take()
        need(kind in {0, 1, 2}, "payload_body")
        if kind == 0:
            self.milliseconds += self.steps.take()
            data = self.milliseconds.to_bytes(6, "big") + self.tails.cut(10)
        elif kind == 1:
            data = self.plain.cut(16)
        self.met.append(self.texts.take() if kind == 2 else str(uuid.UUID(bytes=data)))
        return self.met[-1]

    def value(self, table: str, name: str) -> Any:
        """The next value of a field."""
        mode, entries, text = self.columns[table, name]
        need(mode in {0, 1, 2, 3}, "payload_body")
        entry = entries.take()
        if entry is None or mode == 0:
            return entry
        if mode == 3:
            return text.cut(entry)
        return self.row_id(entry) if mode == 1 else " ".join([self.row_id(code) for code in entry])

    def own(self, stream: str, seq: int) -> bytes:
        """The changeset of this seq in the reader's own history, at or before the tip of `base`."""
        ((_, number),) = self.base[stream]
        while number in self.history and self.history[number].seq > seq:
            number = self.history[number].prev
        if number not in self.history:
            raise Waits(f"for {stream}")
        need(self.history[number].seq == seq, "payload_body")
        self.known[number] = self.history[number].depth
        return bytes(number)

    def linked(self, code: int) -> bytes:
        """The changeset that a link code names."""
        if code == 1:
            return bytes(self.far.cut(32))
        if code:
            return bytes(pick(self.packed, len(self.packed) - code + 1).id)
        place = self.near_streams.take()
        self.near_at[place] += self.near_seqs.take()
        return self.own(pick(self.streams, place), self.near_at[place])

    def listed(self) -> list[bytes]:
        """A list of links."""
        count = self.codes.take()
        self.multiply(count)
        return [self.linked(self.codes.take()) for _ in range(count)]

    def multiply(self, links: int) -> None:
        """Count the links that a body multiplies into."""
        self.multiplied += links
        need(self.multiplied <= ITEMS, "limits")

    def op(self) -> Op:
        """The next op."""
        table, *names = pick(self.body["shapes"], self.shape.take())
        row = self.row_id(self.row.take())
        values = {name: self.value(table, name) for name in names}
        how = self.link.take()
        need(how in {0, 1, 2, 4, 5, 6}, "payload_body")
        if how & 3 == 0:
            replaced = {n: [self.wrote[table, row, n]] for n in names if (table, row, n) in self.wrote}
        else:
            every = self.listed() if how & 3 == 1 else []
            self.multiply(len(every) * len(names))
            found = {name: every if how & 3 == 1 else self.listed() for name in names}
            replaced = {name: each for name, each in found.items() if each}
        return Op(table, row, values, replaced, self.listed() if how & 4 else [])

    def next(self, more: dict[str, Any]) -> Changeset:
        """The next packed changeset."""
        place, step, how, deeper, time, doubt, signer, version, count = (feed.take() for feed in self.changes.values())
        incarnation, scope = pick(self.body["streams"], place)
        before, tips = self.last.get(self.streams[place]), self.base.get(self.streams[place], [])
        seq = step + 1 + (before.seq if before else tips[0][0] if len(tips) == 1 else 0)
        prev = self.linked(how[0]) if how else None
        if how == 0:
            prev = before.id if before else None if seq == 1 else self.own(self.streams[place], seq - 1)
        ops = [self.op() for _ in range(count)]
        refs = sorted({each for op in ops for found in [*op.replaced.values(), op.seen] for each in found})
        at = {each: number for number, each in enumerate(refs)}
        depth = deeper + 1 + max((self.known.get(each, 0) for each in [*refs, prev] if each), default=0)
        rows = [[op.table, op.row, op.values, {name: sorted(at[each] for each in found) for name, found in
                op.replaced.items()}, sorted(at[each] for each in op.seen)] for op in ops]  # fmt: skip
        self.time += time
        who, by = pick(self.body["signers"], signer), pick(self.body["versions"], version)
        head = [1, incarnation, scope, seq, prev, depth, refs, who, self.time, doubt, by, rows, more]
        found = self.last[self.streams[place]] = Changeset(cbor2.dumps(head, canonical=True))
        self.known[found.id] = depth
        self.wrote |= {(op.table, op.row, name): found.id for op in ops for name in op.values}
        self.packed.append(found)
        return found

    def changesets(self) -> list[Changeset]:
        """All changesets in their order."""
        more, verbatim = dict(self.body["changes"]["more"]), dict(self.body.get("verbatim", []))
        need(len(more) == len(self.body["changes"]["more"]), "payload_body")
        need(len(verbatim) == len(self.body.get("verbatim", [])), "payload_body")
        total = len(self.changes["ops"].items) + len(verbatim)
        need(total <= 1_000_000 and len(self.shape.items) <= 2_000_000, "limits")
        found = [
            Changeset(verbatim.pop(place)) if place in verbatim else self.next(more.pop(len(self.packed), {}))
            for place in range(total)
        ]
        need(not verbatim and not more and all(feed.at == len(feed.items) for feed in self.feeds), "payload_body")
        need(hashlib.sha256(b"".join(each.id for each in found)).digest() == self.body["check"], "payload_body")
        return found


class Payload(NamedTuple):
    """Manifest, body, and the carried pieces: SHA-256 and size of the file, offset, bytes."""

    manifest: dict[str, Any]
    body: dict[str, Any]
    pieces: list[tuple[bytes, int, int, bytes]]


def open_payload(data: bytes) -> Payload:
    """Check a payload's hash and limits, and unpack it."""
    need(data[:7] == b"VALISE\0", "payload_not_ours")
    if data[7:8] != b"\1":
        raise Waits("a later payload")
    need(len(data) >= 48, "payload_truncated")
    need(hashlib.sha256(data[:-32]).digest() == data[-32:], "payload_damaged")
    at, items, pieces = 16, list[Any](), list[tuple[bytes, int, int, bytes]]()
    try:
        for place, limit in ((8, 4 * MIB), (12, 256 * MIB)):
            at, frame = at + int.from_bytes(data[place : place + 4], "big"), data[at:-32]
            frame = frame[: int.from_bytes(data[place : place + 4], "big")]
            need(0 <= zstandard.frame_content_size(frame) <= limit, "payload_too_large")
            unpacker = zstandard.ZstdDecompressor().decompressobj()
            items.append(decode(unpacker.decompress(frame)))
            need(unpacker.eof and not unpacker.unused_data, "payload_damaged")
        manifest, body = items
        always = ("id", "programme", "kind", "from", "to", "number", "serial", "part", "made", "schema", "reader")
        need(all(key in manifest for key in always), "payload_manifest")
        for digest, size, offset, length in manifest.get("files", []):
            piece, at = data[at : at + length], at + length
            need(len(pieces) < 10_000 and length >= 0 <= offset <= size - length == size - len(piece), "payload_file")
            need(length != size or hashlib.sha256(piece).digest() == digest, "payload_file")
            pieces.append((digest, size, offset, piece))
    except (*BROKEN, zstandard.ZstdError) as error:
        raise Damaged("payload_damaged") from error
    need(at == len(data) - 32, "payload_file")
    if manifest["reader"] > 1:
        raise Waits("for an update")
    return Payload(manifest, body, pieces)


def read_body(payload: Payload, history: Mapping[bytes, Changeset]) -> list[Changeset]:
    """The changesets of a payload; `history` are those that the reader has already."""
    try:
        return Body(payload.body, payload.manifest, history).changesets()
    except (*BROKEN, cbor2.CBOREncodeError) as error:
        raise Damaged("payload_body") from error


def tips(manifest: Mapping[str, Any]) -> Iterator[tuple[str, int, bytes, bytes]]:
    """Stream, seq, id and signed message of each tip of a manifest."""
    for place, ends in manifest.get("tips", []):
        for seq, number in ends:
            stream = manifest["streams"][place]
            yield stream, seq, number, b"\0".join([b"valise tip 1", stream.encode(), b"%d" % seq, number])


def join_files(pieces: Iterable[tuple[bytes, int, int, bytes]]) -> dict[bytes, bytes]:
    """The files that are whole and have their hash, by SHA-256."""
    files: dict[bytes, bytes] = {}
    for digest, _, offset, piece in sorted(pieces, key=lambda each: each[2]):
        here = files.get(digest, b"")
        files[digest] = here + piece[len(here) - offset :] if offset <= len(here) else here
    return {digest: data for digest, data in files.items() if hashlib.sha256(data).digest() == digest}
