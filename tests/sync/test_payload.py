"""The payload: every byte of the changes comes back, and hostile bytes get one plain refusal."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import replace
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.base.errors import Refused
from server.base.ids import new_id
from server.sync import canonical, limits, payload
from server.sync.canonical import Changeset, Op
from server.sync.limits import Limits
from server.sync.manifest import Enrolment, Manifest, Setup, from_wire, to_wire
from server.sync.pack import pack
from server.sync.payload import FilePart, read_manifest, read_payload, write_payload
from tests.sync.replicas import exchange, make_node, refusal

MANIFEST = Manifest(
    dispatch="01" * 16, programme="programme", kind="report", from_office="office-a", from_device="device-a",
    from_incarnation="ab" * 16, number=3, serial=9, part=1, parts=2, to_office="office-hq", to_incarnation="cd" * 16,
    person="Officer", made=1_400_000_000, base={f"{'ab' * 16}/framework": [(4, "11" * 32)]},
    tips={f"{'ab' * 16}/office:office-a": [(7, "22" * 32), (7, "33" * 32)]}, signatures={"22" * 32: b"signed"},
    durable={}, app="0.1.0", blobs=(("44" * 32, 12),), wants=("55" * 32,), period="y1", languages=("en", "ru"),
    enrolment=Enrolment(b"certificate", "invitation", b"proof"),
    setup=Setup(b"root", "invitation", b"secret", "office-a", {"later": 1}), pages=b"\x66" * 32,
    extra={"from a later version": [1, {"x": None}]},
)  # fmt: skip
FILES = (FilePart.whole(b"evidence"), FilePart("77" * 32, 100, 50, b"a piece"))


def history() -> list[bytes]:
    """Changes of every form: new, edited, stale, deleted, chosen, in two scopes, with odd ids and values."""
    one, two = make_node("one"), make_node("two", hq=True)
    two.put("agency", "undp", {"code": "UNDP"})
    for number in range(12):
        row = new_id(1_400_000_000_000 + number)
        one.put("activity", row, {"title": f"Title {number}", "output_id": new_id(), "narrative": "Words " * number})
        one.put("attendance", f"{number}", {"activity_id": row, "institution": "Ministry", "women": number})
        one.put("activity", row, {"support_agency_ids": f"{new_id()} {new_id()}", "women": number})
    exchange(one, two)
    one.put("activity", row, {"title": "One", "men": 3})
    two.put("activity", row, {"title": "Two", "men": 3})
    two.delete("attendance", "3")
    exchange(one, two)
    one.resolve("activity", row, {"title": "Three"})
    return one.raws()


def test_everything_comes_back_byte_for_byte() -> None:
    raws = history()
    data = write_payload(MANIFEST, raws, FILES)
    read = read_payload(data)
    assert read.raws == raws
    assert read.files == FILES
    expected = replace(
        MANIFEST,
        files=read.manifest.files,
        counts={"changesets": len(raws), "ops": sum(len(canonical.decode(raw).ops) for raw in raws)},
    )
    assert read.manifest == expected
    assert read_manifest(data) == expected


def test_the_same_content_gives_the_same_bytes() -> None:
    raws = history()
    assert write_payload(MANIFEST, raws, FILES) == write_payload(MANIFEST, list(raws), FILES)


def test_unknown_keys_of_a_manifest_are_written_back() -> None:
    again = from_wire(to_wire(from_wire(to_wire(MANIFEST))))
    assert again == MANIFEST


def test_predecessors_at_the_receiver_travel_as_stream_and_seq() -> None:
    one, two = make_node("one"), make_node("two")
    for number in range(40):
        one.put("activity", f"a{number}", {"title": "Words", "women": number})
    exchange(one, two)
    for number in range(40):
        one.put("activity", f"a{number}", {"women": number + 1})
    data = one.send(two)
    ids = b"".join(bytes.fromhex(i) for ends in two.displayed("activity", "a1").values() for i in ends)
    body = zstandard.ZstdDecompressor().decompress(data[16 + int.from_bytes(data[8:12], "big") : -32])
    assert ids[:32] not in body
    assert two.receive(data) == "applied"
    assert one.state() == two.state()


def test_a_payload_on_a_base_that_is_not_here_says_what_it_waits_for() -> None:
    one, two, stranger = make_node("one"), make_node("two"), make_node("stranger")
    one.put("activity", "a", {"title": "Words"})
    exchange(one, two)
    one.put("activity", "a", {"title": "Other words"})
    data = one.send(two)
    read = read_payload(data)
    assert read.changes == ()
    assert read.waits_for == (f"{one.incarnation}/office:office-a", 1)
    before = stranger.state()
    assert stranger.receive(data) == "waits"
    assert stranger.state() == before
    stranger.receive(one.send(stranger, full=True))
    assert stranger.receive(data) == "applied"
    assert stranger.row("activity", "a")["title"] == "Other words"


def test_changesets_of_a_form_that_columns_cannot_hold_travel_as_they_are() -> None:
    parts = canonical.load(history()[0])
    parts.append("a later element")
    raws = [*history()[:3], canonical.dump(parts), *history()[3:]]
    assert read_payload(write_payload(MANIFEST, raws)).raws == raws


_text = st.text(max_size=12)
_value = st.one_of(
    st.none(), _text, st.integers(-(2**63), 2**63 - 1), st.booleans(), st.floats(allow_nan=False),
    st.binary(max_size=9),
    st.lists(st.integers(), max_size=3).filter(lambda v: all(abs(i) < 2**63 for i in v)),
    st.uuids().map(str), st.lists(st.uuids().map(str), min_size=2, max_size=3).map(" ".join),
)  # fmt: skip
_ids = st.sampled_from([bytes([n]) * 32 for n in range(6)])
_op = st.builds(
    Op, st.sampled_from(["activity", "unknown"]), st.one_of(_text, st.uuids().map(str)),
    st.dictionaries(st.sampled_from(["title", "women", "x"]), _value, max_size=3),
    st.just({}), st.lists(_ids, unique=True, max_size=2),
)  # fmt: skip


@st.composite
def changesets(draw: st.DrawFn) -> list[bytes]:
    """Any well-formed changesets, whether their history makes sense or not."""
    made: list[Changeset] = []
    for _ in range(draw(st.integers(0, 8))):
        ops = {(op.table, op.row): op for op in draw(st.lists(_op, max_size=3))}
        known = st.one_of(_ids, st.sampled_from([change.id for change in made])) if made else _ids
        preds = st.lists(known, unique=True, max_size=2)
        linked = [replace(op, preds={name: draw(preds) for name in op.values}) for op in ops.values()]
        seq = draw(st.integers(1, 4))
        stream = draw(st.sampled_from(["a" * 32, "b" * 32])), draw(st.sampled_from(["framework", "office:x", ""]))
        made.append(canonical.sealed(Changeset(
            *stream, seq, None if seq == 1 else draw(known), draw(st.integers(1, 9)),
            draw(_text), draw(_text), draw(_text), draw(st.integers(-(2**40), 2**40)), linked,
            draw(st.integers(0, 2)), draw(st.integers(0, 3)), draw(_text),
            draw(st.dictionaries(_text, _value, max_size=1)),
        )))  # fmt: skip
    return [change.raw for change in made]


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(changesets())
def test_any_changesets_come_back_byte_for_byte(raws: list[bytes]) -> None:
    raws = list(dict.fromkeys(raws))
    assert read_payload(write_payload(MANIFEST, raws)).raws == raws


def test_a_payload_cut_anywhere_is_refused_as_incomplete_or_damaged() -> None:
    data = write_payload(MANIFEST, history()[:4], FILES)
    for length in range(len(data)):
        with pytest.raises(Refused) as refused:
            read_payload(data[:length])
        assert refused.value.code in ("payload_truncated", "payload_damaged", "payload_not_ours"), length


def test_a_flipped_bit_anywhere_is_refused() -> None:
    data = write_payload(MANIFEST, history()[:4], FILES)
    for place in range(0, len(data), 3):
        broken = bytearray(data)
        broken[place] ^= 1 << place % 8
        with pytest.raises(Refused):
            read_payload(bytes(broken))


def sealed(manifest: bytes, body: bytes, files: bytes = b"") -> bytes:
    """A payload around any two CBOR byte strings, with a right hash: what a hostile but enrolled sender can make."""
    frames = [zstandard.ZstdCompressor().compress(part) for part in (manifest, body)]
    data = payload.MAGIC + b"".join(len(f).to_bytes(4, "big") for f in frames) + b"".join(frames) + files
    return data + hashlib.sha256(data).digest()


GOOD = canonical.dump(to_wire(replace(MANIFEST, base={})))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\x81" * 4000 + b"\x80", "payload_damaged"),
        (b"\x9b\x00\xff\xff\xff\xff\xff\xff\xff", "payload_damaged"),
        (b"\x9f" + b"\x01" * 20, "payload_damaged"),
        (b"\xc2\x41\x01", "payload_damaged"),
        (canonical.dump([]), "payload_body"),
        (canonical.dump({}), "payload_body"),
        (b"\x00" * (65 << 10), "payload_too_large"),
    ],
)
def test_bombs_and_nonsense_are_refused(body: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_payload(sealed(GOOD, body), Limits(body=64 << 10))
    assert refused.value.code == code


def test_a_frame_that_unpacks_to_gigabytes_is_refused_by_its_declared_size() -> None:
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(300 << 20))
    frames = [zstandard.ZstdCompressor().compress(GOOD), bomb]
    data = payload.MAGIC + b"".join(len(f).to_bytes(4, "big") for f in frames) + b"".join(frames)
    with pytest.raises(Refused) as refused:
        read_payload(data + hashlib.sha256(data).digest())
    assert refused.value.code == "payload_too_large"


@pytest.mark.parametrize(
    "data", [b"\x81" * 20 + b"\x80", b"\x98\xff", b"\x00\x00", b"\xd9\x01\x00\x80", b"\x5b" + b"\xff" * 8]
)
def test_the_walk_over_cbor_refuses_before_anything_is_built(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"depth|bytes|plain"):
        limits.scan(data, Limits(depth=16))


def test_the_walk_goes_as_deep_as_what_is_built() -> None:
    for data in (b"\x81" * 16 + b"\x00", b"\x81" * 15 + b"\x80"):
        canonical.load(data, 16)
        limits.scan(data, Limits(depth=16))
    with pytest.raises(limits.TooMuch):
        limits.scan(b"\x81" * 17 + b"\x00", Limits(depth=16))


def test_the_walk_counts_items() -> None:
    limits.scan(canonical.dump(list(range(99))), Limits(items=100))
    with pytest.raises(limits.TooMuch):
        limits.scan(canonical.dump(list(range(100))), Limits(items=100))


def test_a_body_with_anything_changed_is_refused_or_reads_as_other_changes() -> None:
    """Whatever an enrolled but hostile sender puts in place of any value: a refusal, never another error."""
    body = pack(history()[:6])
    chance = random.Random(5)
    for _ in range(400):
        changed = json_like_copy(body)
        spoil(changed, chance)
        code = refusal(read_payload, sealed(GOOD, canonical.dump(changed)))
        assert code.startswith(("payload_", "changeset_")) or not code


def test_what_no_changeset_holds_is_no_part_of_a_body() -> None:
    """Nobody vouches for what is left in a column: it would travel unread under a sound signature."""
    body = pack(history())
    read_payload(sealed(GOOD, canonical.dump(body)))
    places = [("links", 0), ("links", 3), ("ids", 2), ("ids", 3), ("ids", 4), ("changes", "more"), ("values",)]
    places += [("values", number, 3) for number, column in enumerate(body["values"]) if column[2] != 3]
    places += [("values", number, 3, 1) for number, column in enumerate(body["values"]) if column[2] == 3]
    for place in places:
        changed = value = json_like_copy(body)
        for key in place[:-1]:
            value = value[key]
        last = value[place[-1]]
        more = {"values": [last[0]] if place == ("values",) else [0], "changes": [[10**6, {}]]}.get(place[0], [0])
        value[place[-1]] = last + (b"x" * 32 if isinstance(last, bytes) else "x" if isinstance(last, str) else more)
        assert refusal(read_payload, sealed(GOOD, canonical.dump(changed))) == "payload_body", place


def json_like_copy(value: Any) -> Any:
    return canonical.load(canonical.dump(value), 16)


def spoil(value: Any, chance: random.Random) -> None:
    """Replace one thing somewhere inside."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = chance.choice(keys)
        inner = value[key]
        if isinstance(inner, (dict, list)) and inner and chance.random() < 0.9:
            value = inner
            continue
        value[key] = chance.choice([None, -1, 0, 1, 2**62, "x", b"x" * 32, [], {}, [1], 1.5, inner, [[0, 0]]])
        return


@pytest.mark.parametrize("key", sorted(to_wire(MANIFEST)))
def test_a_manifest_with_anything_of_another_type_is_refused(key: str) -> None:
    for wrong in (None, -1, "x", b"x", 1.5, [], {}, [1], [[1]], [[0, [[1, b"x"]]]], True):
        wire = {**to_wire(MANIFEST), key: wrong}
        assert refusal(from_wire, json_like_copy(wire)) in ("", "payload_manifest", "payload_newer")


def test_a_newer_minimum_reader_is_named_as_such() -> None:
    with pytest.raises(Refused) as refused:
        read_manifest(sealed(canonical.dump({**to_wire(MANIFEST), "reader": 2}), b""))
    assert refused.value.code == "payload_newer"


def test_a_carried_file_that_is_not_what_its_hash_says_is_refused() -> None:
    data = write_payload(MANIFEST, [], [FilePart("88" * 32, 4, 0, b"evil")])
    with pytest.raises(Refused) as refused:
        read_payload(data)
    assert refused.value.code == "payload_file"


def test_bytes_of_a_payload_stay_below_the_values_as_compressed_json() -> None:
    """The bar: at most 1.05 times zstd -19 of the changed values as JSON."""
    one = make_node("one")
    chance = random.Random(3)
    stems = ("ministry", "labour", "migration", "diaspora", "focal", "point", "training", "board")
    words = [f"{stem}{number}" for stem in stems for number in range(40)]
    outputs = [new_id() for _ in range(7)]
    values = []
    for number in range(300):
        record = {
            "id": new_id(1_400_000_000_000 + number * 7_200_000 + chance.randrange(7_000_000)),
            "title": " ".join(chance.choices(words, k=6)), "narrative": " ".join(chance.choices(words, k=50)),
            "output_id": chance.choice(outputs), "date_from": f"2014-{chance.randrange(1, 13):02d}",
            "women": chance.randrange(60), "men": chance.randrange(60), "in_report": 1,
        }  # fmt: skip
        values.append(record)
        one.put("activity", record["id"], {name: value for name, value in record.items() if name != "id"})
    plain = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    packed = zstandard.ZstdCompressor(level=19).compress(plain)
    assert len(one.send_to(None)) <= 1.05 * len(packed)
