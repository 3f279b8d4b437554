"""Odd values travel exactly: from one replica through a payload into another, and back."""

from __future__ import annotations

import pytest

from server.base.errors import Refused
from server.sync import canonical
from server.sync.canonical import Changeset, Op
from tests.sync.replicas import exchange, make_node, refusal

TEXTS = [
    "", " ", "a\0b", "\0", "\r\n\t", "'; DROP TABLE activity; --", "<script>alert(1)</script>", "=1+1", "%s %(x)s {y}",
    "café", "cafe\u0301", "\u202eabc\u202c", "👩‍👩‍👧‍👦", "\U0010ffff", "\ufeff", "العربية", "বাংলা", "x" * 200_000,
    "0190f0f0-aaaa-7bbb-8ccc-0123456789ab", "0190F0F0-AAAA-7BBB-8CCC-0123456789AB", "12500.00", "-0.0", "1e308",
]  # fmt: skip
NUMBERS = [0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)]


@pytest.mark.parametrize("text", TEXTS)
def test_text_arrives_as_it_was(text: str) -> None:
    one, two = make_node("one"), make_node("two")
    one.put("activity", "a", {"title": text, "partners": text})
    exchange(one, two)
    assert two.row("activity", "a")["title"] == text
    two.put("activity", "a", {"title": text + "!"})
    exchange(one, two)
    assert one.row("activity", "a")["title"] == text + "!"
    assert one.state() == two.state()


@pytest.mark.parametrize("number", NUMBERS)
def test_whole_numbers_arrive_exactly(number: int) -> None:
    one, two = make_node("one"), make_node("two")
    one.put("activity", "a", {"women": number})
    exchange(one, two)
    assert two.row("activity", "a")["women"] == number


def test_ids_may_be_any_text() -> None:
    one, two = make_node("one"), make_node("two")
    for row in ("a", "with space", "0190f0f0-aaaa-7bbb-8ccc-0123456789ab", "é\0", "A" * 36):
        one.put("activity", row, {"title": row})
    exchange(one, two)
    assert one.state() == two.state()
    assert two.row("activity", "é\0")["title"] == "é\0"


UNKNOWN = [1.5, -0.0, float("inf"), True, False, b"\x00\xff", [1, [2, {"x": None}]], {"a": {"b": 1}}, 2**64 - 1, "x"]


@pytest.mark.parametrize("value", UNKNOWN, ids=repr)
def test_values_of_types_unknown_here_are_kept_and_passed_on(value: object) -> None:
    written = canonical.sealed(_change({"title": value}))
    one, two = make_node("one"), make_node("two")
    one.apply([written.raw])
    two.receive(one.send_to(None))
    assert two.raws() == [written.raw]
    assert one.state() == two.state()
    back = canonical.decode(two.raws()[0]).ops[0].values["title"]
    assert (type(back), back) == (type(value), value)


def test_one_as_text_number_and_truth_are_different_values() -> None:
    one = make_node("one")
    one.apply([canonical.sealed(_change({"women": value}, letter)).raw for letter, value in (("a", 1), ("b", True))])
    assert one.issues("value") == [("value", "activity", "a", "women")]


def _change(values: dict[str, object], letter: str = "a") -> Changeset:
    values = {"office": "office-a", **values}
    return Changeset(
        letter * 32, "office:office-a", 1, None, 1, "Officer", "office-a", "device", 0, [Op("activity", "a", values)]
    )


def test_the_bytes_of_a_changeset_are_fixed_for_ever() -> None:
    """Dispatches written by this version must be readable by all later ones: these bytes never change."""
    change = canonical.sealed(Changeset(
        incarnation="000102030405060708090a0b0c0d0e0f", scope="office:kg", seq=2, prev=b"\x01" * 32, depth=7,
        person="Officer", office="kg", device="d1", claimed=1_400_000_000, doubt=1, schema=1, app="0.1.0",
        ops=[
            Op("activity", "a1", {"title": "Launch", "women": 12, "men": None},
               {"title": [b"\x03" * 32], "women": [b"\x02" * 32, b"\x03" * 32]}),
            Op("activity", "a2", {"deleted": 1}, {}, [b"\x03" * 32]),
        ],
        more={"kind": "repair"},
    ))  # fmt: skip
    assert change.raw.hex() == GOLDEN
    assert change.id.hex() == GOLDEN_ID
    read = canonical.decode(change.raw)
    assert (read.ops[0].preds["women"], read.ops[1].seen) == ([b"\x02" * 32, b"\x03" * 32], [b"\x03" * 32])
    assert (read.more, read.doubt, read.depth) == ({"kind": "repair"}, 1, 7)


GOLDEN = (
    "8d0150000102030405060708090a0b0c0d0e0f696f66666963653a6b67025820010101010101010101010101010101010101"
    "0101010101010101010101010101078258200202020202020202020202020202020202020202020202020202020202020202"
    "5820030303030303030303030303030303030303030303030303030303030303030383674f666669636572626b676264311a"
    "53724e0001820165302e312e308285686163746976697479626131a3636d656ef6657469746c65664c61756e636865776f6d"
    "656e0ca2657469746c65810165776f6d656e8200018085686163746976697479626132a16764656c6574656401a08101a164"
    "6b696e6466726570616972"
)
GOLDEN_ID = "734d4c2f26784d3f87f1996f5f9b0780712ecbcb7c93afdb67e0b7364ce9c8c8"


def test_elements_appended_by_a_later_version_are_kept() -> None:
    parts = canonical.load(canonical.sealed(_change({"title": "x"})).raw)
    parts[11][0].append({"later": 1})
    raw = canonical.dump([*parts, "also later"])
    assert canonical.decode(raw).ops[0].values["title"] == "x"
    one, two = make_node("one"), make_node("two")
    one.apply([raw])
    two.receive(one.send_to(None))
    assert two.raws() == [raw]


def test_a_later_format_is_named_as_such() -> None:
    with pytest.raises(Refused) as refused:
        canonical.decode(canonical.dump([2, "whatever"]))
    assert refused.value.code == "changeset_newer"


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff", b"\x80", canonical.dump([]), canonical.dump({}), canonical.dump([1]), canonical.dump([1] * 13),
        b"\x9f\x01\xff", b"\xd8\x1c\x80", b"\x81" * 500 + b"\x80", b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff",
    ],
)  # fmt: skip
def test_bytes_that_are_no_changeset_are_refused(raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        canonical.decode(raw)
    assert refused.value.code == "changeset_malformed"


@pytest.mark.parametrize("place", [-1, True, 2, None])
def test_an_index_counts_from_the_beginning(place: object) -> None:
    parts = canonical.load(canonical.sealed(_change({"title": "x"})).raw)
    table, row, values = parts[11][0][:3]
    for preds, seen, sound in (({"title": [1]}, [0], True), ({"title": [place]}, [0], False), ({}, [place], False)):
        changed = [*parts[:6], [bytes(32), b"1" * 32], *parts[7:11], [[table, row, values, preds, seen]], parts[12]]
        assert refusal(canonical.decode, canonical.dump(changed)) == ("" if sound else "changeset_malformed")


def test_every_change_of_a_type_inside_a_changeset_is_refused_or_read() -> None:
    """Any element replaced by something else: a refusal, never another error."""
    parts = canonical.load(canonical.sealed(_change({"title": "x"})).raw)
    for place in range(len(parts)):
        for wrong in (None, -1, 1.5, "x", b"x", [], {}, [[]], [1, 2, 3, 4, 5], {"a": 1}, True):
            changed = [*parts[:place], wrong, *parts[place + 1 :]]
            assert refusal(canonical.decode, canonical.dump(changed)) in ("", "changeset_malformed", "changeset_newer")
