"""The way between replicas: repeated, late, lost, misdirected and handed on, with any clock, from any copy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from server.base.errors import Refused
from server.sync import canonical, dump
from server.sync.canonical import Changeset, Op
from tests.sync.laws import follows
from tests.sync.replicas import Node, copy_of, exchange, make_node, moment


@pytest.fixture
def pair() -> tuple[Node, Node]:
    """Two laptops of one office that share one activity."""
    one, two = make_node("one"), make_node("two")
    one.put("activity", "a", {"title": "Launch", "women": 3})
    exchange(one, two)
    return one, two


def agreed(*nodes: Node) -> None:
    """After a lossless exchange all replicas are byte for byte equal, and as the definition says."""
    exchange(*nodes)
    assert len({node.state() for node in nodes}) == 1
    follows(nodes[0])


def made_by(node: Node) -> list[Changeset]:
    """Everything a replica holds, decoded."""
    return [canonical.decode(raw) for raw in node.raws()]


# dispatches


def test_the_same_dispatch_ten_times_is_one(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.put("activity", "a", {"title": "One"})
    data = one.send(two)
    two.receive(data)
    once = two.state()
    for _time in range(9):
        assert two.receive(data) == "applied"
    assert two.state() == once
    assert len(two.raws()) == len(one.raws())


def test_a_lost_dispatch_that_turns_up_weeks_later_changes_nothing(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.put("activity", "a", {"title": "Lost"})
    lost = one.send(two)
    for number in range(3):
        one.put("activity", "a", {"women": number})
        exchange(one, two)
    two.put("activity", "a", {"title": "Corrected"})
    before = two.state()
    assert two.receive(lost) == "applied"
    assert two.state() == before
    agreed(one, two)
    assert one.row("activity", "a")["title"] == "Corrected"


def test_a_dispatch_for_headquarters_opened_by_a_laptop_is_merged_and_acknowledges_nothing_wrong(
    pair: tuple[Node, Node],
) -> None:
    one, two = pair
    hq = make_node("hq", hq=True)
    one.put("activity", "a", {"title": "For headquarters"})
    data = one.send(hq)
    assert two.receive(data) == "applied"
    assert two.row("activity", "a")["title"] == "For headquarters"
    assert hq.receive(two.send(hq, full=True)) == "applied", "what a third hands on serves as well"
    agreed(hq, one, two)


def test_a_dispatch_that_has_to_wait_goes_in_once_its_predecessor_is_there(pair: tuple[Node, Node]) -> None:
    one, two = pair
    third = make_node("third")
    one.put("activity", "a", {"title": "Second"})
    delta = one.send(two)
    before = third.state()
    assert third.receive(delta) == "waits"
    assert third.state() == before
    third.receive(two.send_to(None))
    assert third.receive(delta) == "applied"
    assert third.row("activity", "a")["title"] == "Second"


# identity


def test_restored_then_imports_first_then_edits() -> None:
    """The restored laptop gets its own lost changes back before it writes: nothing is forked."""
    hq, one = make_node("hq", hq=True), make_node("one")
    one.put("activity", "a", {"title": "Before"})
    backup = copy_of(one)
    one.put("activity", "a", {"title": "Sent, then lost"})
    exchange(hq, one)
    before = backup.incarnation
    hq_knows = hq.send_to(None)
    assert backup.receive(hq_knows) == "applied"
    assert backup.row("activity", "a")["title"] == "Sent, then lost"
    assert backup.incarnation != before, "it is a copy, and says so"
    backup.put("activity", "a", {"title": "After the restore"})
    agreed(hq, backup)
    assert hq.issues() == []
    assert hq.row("activity", "a")["title"] == "After the restore"


def test_a_restored_replica_that_was_never_missed_keeps_the_rest() -> None:
    """What only the lost disk held is gone; everything that anybody got comes back, and both branches stay."""
    one, two = make_node("one"), make_node("two")
    one.put("activity", "a", {"title": "Shared"})
    exchange(one, two)
    backup = copy_of(one)
    one.put("activity", "b", {"title": "Given away"})
    two.receive(one.send(two))
    one.put("activity", "c", {"title": "Only on the lost disk"})
    exchange(backup, two)
    agreed(backup, two)
    assert backup.row("activity", "b")["title"] == "Given away"
    assert backup.row("activity", "c") == {}


# clocks


@pytest.mark.parametrize("seconds", [0, 4_070_908_800], ids=["1970", "2099"])
def test_a_mad_clock_drags_nobody_along(pair: tuple[Node, Node], seconds: int) -> None:
    one, two = pair
    one.clock = moment(seconds)
    one.put("activity", "a", {"title": "From another century"})
    two.receive(one.send(two))
    two.put("activity", "a", {"title": "Corrected today"})
    last = made_by(two)[-1]
    assert (last.claimed, last.doubt) == (1_700_000_000, 0)
    agreed(one, two)
    assert one.row("activity", "a")["title"] == "Corrected today"
    doubted = [change.claimed for change in made_by(one) if change.doubt]
    assert doubted == [seconds]


def test_a_clock_that_jumps_to_and_fro_loses_nothing(pair: tuple[Node, Node]) -> None:
    one, two = pair
    for number, seconds in enumerate((1_700_000_000, 1_690_000_000, 1_733_000_000, 1_700_000_001)):
        one.clock = moment(seconds)
        one.put("activity", "a", {"title": f"Step {number}"})
        two.receive(one.send(two))
    assert two.row("activity", "a")["title"] == "Step 3"
    agreed(one, two)
    assert one.issues() == []


@pytest.mark.parametrize("hours", [-12, -3.5, 0, 5.75, 14])
def test_a_time_zone_or_the_end_of_summer_changes_no_claimed_time(pair: tuple[Node, Node], hours: float) -> None:
    """The clock is read as a moment; what it is called here does not matter, in mid-edit or ever."""
    one, _two = pair
    zone = timezone(timedelta(hours=hours))
    one.clock = lambda: datetime.fromtimestamp(1_700_000_123, UTC).astimezone(zone)
    one.put("activity", "a", {"title": "Saved"})
    assert (made_by(one)[-1].claimed, made_by(one)[-1].doubt) == (1_700_000_123, 0)


# values


def test_composed_and_decomposed_letters_are_different_values(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.put("activity", "a", {"title": "caf\u00e9"})
    two.put("activity", "a", {"title": "cafe\u0301"})
    agreed(one, two)
    assert sorted(one.opponents("value")) == ["cafe\u0301", "caf\u00e9"]


def test_amounts_are_kept_digit_by_digit(pair: tuple[Node, Node]) -> None:
    one, two = pair
    for row, amount in (("x", "0.10"), ("y", "0.1"), ("z", "12345678901234567890.123456789")):
        one.put("expenditure", row, {"amount": amount})
    agreed(one, two)
    found = [two.row("expenditure", row)["amount"] for row in ("x", "y", "z")]
    assert found == ["0.10", "0.1", "12345678901234567890.123456789"]
    two.put("expenditure", "x", {"amount": "0.1"})
    agreed(one, two)
    assert one.row("expenditure", "x")["amount"] == "0.1", "another writing is another value"


def test_text_that_is_no_unicode_is_refused_in_a_change() -> None:
    """A lone surrogate cannot be written in UTF-8; bytes that pretend to be text are no changeset."""
    op = Op("activity", "a", {"office": "office-a", "title": "surrogate"})
    change = canonical.sealed(
        Changeset("ab" * 16, "office:office-a", 1, None, 1, "Officer", "office-a", "device", 0, [op])
    )
    assert canonical.decode(change.raw).id == change.id
    with pytest.raises(Refused) as refused:
        canonical.decode(change.raw.replace(b"surrogate", b"sur\xed\xa0\x80ate"))
    assert refused.value.code == "changeset_malformed"


# versions


@pytest.mark.parametrize(("value", "shown"), [("no figure", "no figure"), (2**64 - 1, float(2**64)), (1.5, 1.5)])
def test_a_type_that_was_widened_later_is_shown_as_well_as_may_be_and_handed_on_exactly(
    pair: tuple[Node, Node], value: object, shown: object
) -> None:
    """A later version lets a whole number be text, larger or broken: nothing is refused, and the bytes go on."""
    one, two = pair
    op = Op("activity", "b", {"office": "office-a", "title": "Later", "women": value})
    later = Changeset("cd" * 16, "office:office-a", 1, None, 1, "Officer", "office-a", "device", 0, [op], schema=9)
    raw = canonical.sealed(later).raw
    one.apply([raw])
    assert one.row("activity", "b")["women"] == shown
    agreed(one, two)
    assert raw in two.raws()


def test_a_field_and_a_choice_that_this_version_does_not_have_go_through_it(pair: tuple[Node, Node]) -> None:
    """Removed here, or not invented yet; an unknown word in a list of choices is a value like any other."""
    one, two = pair
    op = Op("activity", "b", {"office": "office-a", "title": "Older", "removed_since": "kept", "status": "dreamt of"})
    older = Changeset("cd" * 16, "office:office-a", 1, None, 1, "Officer", "office-a", "device", 0, [op], schema=0)
    one.apply([canonical.sealed(older).raw])
    two.receive(one.send(two))
    assert [change.ops[0].values for change in made_by(two) if change.schema == 0] == [op.values]
    with two.engine.connect() as connection:
        lines = list(dump.state_lines(connection))
    assert any(b'"removed_since":["' in line for line in lines), "its heads are known, though no column shows it"
    agreed(one, two)


# what cannot be


@pytest.mark.parametrize("spoil", [lambda raw: raw[:-1], lambda raw: raw + b"\0", lambda raw: b"", lambda raw: raw[1:]])
def test_a_damaged_change_among_good_ones_stops_them_all(
    pair: tuple[Node, Node], spoil: Callable[[bytes], bytes]
) -> None:
    one, two = pair
    for title in ("First", "Second"):
        one.put("activity", "a", {"title": title})
    *good, last = one.raws()
    before = two.state()
    with pytest.raises(Refused):
        two.apply([*good, spoil(last)])
    assert two.state() == before
