"""What is sent and noted: deltas by acknowledgement, scopes, receipts, gaps, changes that nobody holds any more."""

from __future__ import annotations

import pytest

from server.sync import canonical, inbox, tips
from server.sync.apply import apply_changesets, preview
from server.sync.manifest import Manifest
from tests.sync.replicas import Node, copy_of, exchange, make_node, moment


def raws(node: Node, base: tips.Tips | None, scopes: list[str] | None = None) -> list[bytes]:
    with node.engine.connect() as connection:
        assert tips.count_beyond(connection, base, scopes) == len(tips.delta(connection, base, scopes))
        return tips.delta(connection, base, scopes)


def test_a_delta_is_what_the_receiver_has_not_acknowledged() -> None:
    one, two = make_node("one"), make_node("two")
    one.put("activity", "a", {"title": "First"})
    exchange(one, two)
    one.put("activity", "a", {"title": "Second"})
    one.send(two)
    assert len(raws(one, two.tips())) == 1, "sent is not received"
    assert raws(one, None) == raws(one, {}) == one.raws()
    assert raws(one, one.tips()) == []


def test_an_unknown_base_means_everything_of_that_stream() -> None:
    one = make_node("one")
    one.put("activity", "a", {"title": "First"})
    stream = next(iter(one.tips()))
    assert raws(one, {stream: [(9, "ff" * 32)]}) == one.raws()


def test_the_receivers_own_stream_goes_back_to_it() -> None:
    one, two = make_node("one"), make_node("two")
    one.put("activity", "a", {"title": "First"})
    two.receive(one.send_to(None))
    assert raws(two, {}) == one.raws()


def test_a_delta_from_a_fork_leaves_out_only_the_branch_that_is_held() -> None:
    hq, one = make_node("hq"), make_node("one")
    one.put("activity", "a", {"title": "Shared"})
    clone = copy_of(one)
    one.put("activity", "b", {"title": "Branch one"})
    held = one.tips()
    clone.put("activity", "c", {"title": "Branch two"})
    for node in (one, clone):
        hq.receive(node.send_to(None))
    left = [canonical.decode(raw).ops[0].row for raw in raws(hq, held)]
    assert left == ["c"]


def test_scopes_limit_what_is_sent() -> None:
    hq = make_node("hq", office="office-hq", hq=True)
    hq.put("agency", "undp", {"code": "UNDP"})
    hq.put("activity", "mine", {"title": "Global"})
    for office in ("a", "b"):
        node = make_node(office, office=f"office-{office}")
        node.put("activity", office, {"title": office})
        hq.receive(node.send_to(None))
    sent = raws(hq, None, ["framework", "office:office-a"])
    assert sorted(canonical.decode(raw).scope for raw in sent) == ["framework", "office:office-a"]
    reader = make_node("reader")
    assert reader.apply(sent).missing == ()


def test_what_is_missing_is_named_and_nothing_is_done() -> None:
    one = make_node("one")
    for title in ("First", "Second", "Third"):
        one.put("activity", "a", {"title": title})
    first, second, third = one.raws()
    reader = make_node("reader")
    before = reader.state()
    applied = reader.apply([first, third])
    assert applied.missing == (canonical.changeset_id(second).hex(),)
    assert reader.state() == before
    assert len(reader.apply([third, second, first, first]).new) == 3
    assert reader.apply([first, second, third]).already == 3


def test_changes_that_nobody_holds_any_more_can_be_declared_lost() -> None:
    hq, one = make_node("hq", hq=True), make_node("one")
    for title in ("First", "Lost", "Third"):
        one.put("activity", "a", {"title": title})
    first, lost, third = one.raws()
    hq.apply([first])
    assert hq.apply([third]).missing
    stream = next(iter(one.tips()))
    declaration = {"changeset": canonical.changeset_id(lost).hex(), "stream": stream, "note": "Disk broken"}
    hq.put("lost_change", "l", declaration)
    assert len(hq.apply([third]).new) == 1
    assert "Third" in (hq.row("activity", "a")["title"], *hq.opponents("value"))


def test_a_preview_tells_what_would_happen_and_changes_nothing() -> None:
    one, two = make_node("one"), make_node("two")
    one.put("activity", "a", {"title": "Launch"})
    exchange(one, two)
    one.put("activity", "a", {"title": "One"})
    one.put("activity", "b", {"title": "New"})
    two.put("activity", "a", {"title": "Two"})
    before = two.state()
    with two.engine.begin() as connection:
        seen = preview(connection, one.raws())
    assert two.state() == before
    counts = seen.tables["activity"]
    assert (counts.created, counts.changed, counts.deleted) == (1, 1, 0)
    assert [issue.kind for issue in seen.issues] == ["value"]
    assert two.apply(one.raws()).tables == seen.tables


def manifest(number: int, incarnation: str = "ab" * 16, held: tips.Tips | None = None) -> Manifest:
    return Manifest(
        dispatch=f"{number:032x}", programme="programme", kind="report", from_office="office-a", from_device="device",
        from_incarnation=incarnation, number=number, serial=number, to_office="office-hq", tips=held or {},
    )  # fmt: skip


def test_a_dispatch_is_noted_before_it_is_opened_and_settled_once() -> None:
    node = make_node("hq")
    with node.engine.begin() as connection:
        first = inbox.receive(connection, "aa" * 32, "../evil.pdf", moment())
        assert (first.state, first.file_name) == ("received", "../evil.pdf")
        inbox.settle(connection, "aa" * 32, inbox.PARKED, manifest=manifest(2), reason="missing", note="waits")
        again = inbox.receive(connection, "aa" * 32, "copy.pdf", moment())
        assert (again.state, again.number, again.reason, again.file_name) == ("parked", 2, "missing", "../evil.pdf")
        assert [one.sha256 for one in inbox.arrivals(connection, (inbox.PARKED,))] == ["aa" * 32]
        inbox.settle(connection, "aa" * 32, inbox.IMPORTED, first=1, last=4)
        assert inbox.arrivals(connection, (inbox.PARKED,)) == ()


def test_numbers_that_never_came_are_named() -> None:
    node = make_node("hq")
    with node.engine.begin() as connection:
        for number in (1, 3, 6):
            inbox.receive(connection, f"{number:064x}", None, moment())
            inbox.settle(connection, f"{number:064x}", inbox.IMPORTED, manifest=manifest(number))
        assert inbox.missing_numbers(connection) == {"ab" * 16: (2, 4, 5)}


def test_numbers_count_per_receiver_and_serials_over_all() -> None:
    node = make_node("one")
    with node.engine.begin() as connection:
        for number in (1, 2):
            inbox.depart(connection, manifest(number), file_name="x.pdf", sha256="00" * 32, size=1)
        assert inbox.next_numbers(connection, "ab" * 16, "office-hq") == (3, 3)
        assert inbox.next_numbers(connection, "ab" * 16, "office-b") == (1, 3)
        assert inbox.next_numbers(connection, "cd" * 16, "office-hq") == (1, 1)


@pytest.mark.parametrize(("seq", "expected"), [(1, "sent"), (2, "acknowledged"), (3, "acknowledged")])
def test_sent_becomes_acknowledged_when_the_receiver_says_it_holds_it(seq: int, expected: str) -> None:
    node = make_node("one")
    stream = f"{'ab' * 16}/office:office-a"
    with node.engine.begin() as connection:
        inbox.depart(
            connection, manifest(1, held={stream: [(2, "11" * 32)]}), file_name="x.pdf", sha256="00" * 32, size=1
        )
        done = inbox.note_acknowledgements(connection, "office-hq", {stream: [(seq, "22" * 32)]})
        assert [one.state for one in inbox.departures(connection)] == [expected]
        assert bool(done) == (expected == "acknowledged")


def test_one_signature_covers_a_stream_and_follows_its_end() -> None:
    one = make_node("one")
    one.put("activity", "a", {"title": "First"})

    def sign(statement: bytes) -> bytes:
        return b"signed " + statement[:5]

    incarnation = one.incarnation
    with one.engine.begin() as connection:
        tips.sign_tips(connection, incarnation, sign)
        (tip,) = [i for ends in tips.tips(connection).values() for _seq, i in ends]
        assert tips.signatures(connection) == {tip: b"signed valis"}
    one.put("activity", "a", {"title": "Second"})
    with one.engine.begin() as connection:
        assert tips.signatures(connection) == {}


def test_applying_is_whole_or_not_at_all() -> None:
    """A change that cannot be stored takes the rest of its dispatch with it."""
    one, two = make_node("one"), make_node("two")
    one.put("activity", "a", {"title": "First"})
    before = two.state()
    two.sql("CREATE TRIGGER full_disk BEFORE INSERT ON sync_row BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    with pytest.raises(Exception, match="disk full"), two.engine.begin() as connection:
        apply_changesets(connection, one.raws())
    two.sql("DROP TRIGGER full_disk")
    assert two.state() == before
    two.put("activity", "b", {"title": "Still captured"})
    assert len(two.raws()) == 1
