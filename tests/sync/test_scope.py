"""One's own house: what an author may not write is kept, told, passed on, and not applied; the rest goes in."""

from __future__ import annotations

import pytest

from server.sync import canonical, doctor, tips
from server.sync.canonical import Changeset, Op
from tests.sync.replicas import Node, exchange, make_node

INTRUDER = "e" * 32


@pytest.fixture
def hq() -> Node:
    """Headquarters, which believes a device for its office and itself for everything."""
    node = make_node("hq", office="office-hq", hq=True)
    node.allowed = by_office
    return node


def by_office(change: Changeset) -> bool:
    return change.office == "office-hq" or change.scope == f"office:{change.office}"


def made(scope: str, *ops: Op, office: str = "office-b", depth: int = 1) -> Changeset:
    return canonical.sealed(Changeset(INTRUDER, scope, 1, None, depth, "Officer", office, "device-b", 0, ops))


def test_a_framework_change_by_an_office_is_quarantined_and_the_rest_goes_in(hq: Node) -> None:
    bad = made("framework", Op("agency", "undp", {"code": "MINE"}))
    good = made("office:office-b", Op("activity", "b", {"office": "office-b", "title": "Fine"}))
    applied = hq.apply([bad.raw, good.raw])
    assert [(q.table, q.row, q.reason) for q in applied.quarantined] == [("agency", "undp", "author")]
    assert hq.row("agency", "undp") == {}
    assert hq.row("activity", "b")["title"] == "Fine"
    assert hq.issues() == [("quarantine", "agency", "undp", bad.id.hex())]


def test_a_change_in_another_offices_scope_is_quarantined(hq: Node) -> None:
    hq.apply([made("office:office-a", Op("activity", "a", {"office": "office-a", "title": "Mine now"})).raw])
    assert hq.row("activity", "a") == {}
    assert len(hq.issues("quarantine")) == 1


def test_a_record_of_another_office_cannot_be_touched_from_ones_own_scope(hq: Node) -> None:
    one = make_node("one", office="office-a")
    one.put("activity", "a", {"title": "Ours"})
    hq.receive(one.send_to(None))
    (owned,) = [canonical.decode(raw) for raw in hq.raws()]
    for op, reason in (
        (Op("activity", "a", {"title": "Theirs"}, {"title": [owned.id]}), "foreign"),
        (Op("activity", "a", {"narrative": "Slander"}, {}, [owned.id]), "foreign"),
        (Op("activity", "a", {"narrative": "Slander"}), "owner"),
        (Op("activity", "a", {"office": "office-a", "title": "Theirs"}), "owner"),
        (Op("agency", "undp", {"office": "office-b", "code": "MINE"}), "table"),
        (Op("activity", "a", {"deleted": 1}, {}, [owned.id]), "foreign"),
    ):
        reader = make_node("reader", office="office-hq", hq=True)
        reader.receive(hq.send_to(None))
        applied = reader.apply([made("office:office-b", op, depth=2 if op.preds or op.seen else 1).raw])
        assert [q.reason for q in applied.quarantined] == [reason], op
        assert reader.row("activity", "a") == hq.row("activity", "a")
        assert reader.row("agency", "undp") == {}


def test_quarantine_does_not_depend_on_the_order_of_arrival(hq: Node) -> None:
    one = make_node("one", office="office-a")
    one.put("activity", "a", {"title": "Ours"})
    slander = made("office:office-b", Op("activity", "a", {"narrative": "Slander"}))
    states = set()
    for order in ((*one.raws(), slander.raw), (slander.raw, *one.raws())):
        reader = make_node("reader")
        for raw in order:
            reader.apply([raw])
        states.add(reader.state())
    assert len(states) == 1


def test_the_same_record_made_by_two_offices_is_told(hq: Node) -> None:
    one, two = make_node("one", office="office-a"), make_node("two", office="office-b")
    one.put("activity", "same", {"title": "One"})
    two.put("activity", "same", {"title": "Two"})
    hq.receive(one.send_to(None))
    hq.receive(two.send_to(None))
    assert ("clash", "activity", "same", "") in hq.issues()
    other = make_node("other")
    other.receive(two.send_to(None))
    other.receive(one.send_to(None))
    assert other.state() == hq.state()


def test_headquarters_settles_a_conflict_of_an_office(hq: Node) -> None:
    one, two = make_node("one"), make_node("two")
    one.put("activity", "a", {"title": "Launch"})
    exchange(one, two)
    one.put("activity", "a", {"title": "One"})
    two.put("activity", "a", {"title": "Two"})
    exchange(hq, one, two)
    hq.resolve("activity", "a", {"title": "Settled"})
    assert canonical.decode(hq.raws()[-1]).scope == "office:office-a"
    exchange(hq, one, two)
    assert one.row("activity", "a")["title"] == "Settled"
    assert one.issues() == two.issues() == hq.issues() == []


def test_quarantined_changes_are_passed_on(hq: Node) -> None:
    bad = made("framework", Op("agency", "undp", {"code": "MINE"}))
    hq.apply([bad.raw])
    other = make_node("other", office="office-hq", hq=True)
    other.allowed = by_office
    other.receive(hq.send_to(None))
    assert other.raws() == hq.raws() == [bad.raw]
    assert other.state() == hq.state()


def test_nobody_makes_others_wait_by_naming_what_they_may_not_have(hq: Node) -> None:
    """A change of the framework by an office, upon a record that other offices do not get, stops no circular."""
    one, two = make_node("one", office="office-a"), make_node("two", office="office-b")
    two.allowed = by_office
    one.put("activity", "a", {"title": "Ours"})
    hq.put("agency", "undp", {"code": "UNDP"})
    hq.receive(one.send_to(None))
    (owned,) = [canonical.decode(raw) for raw in one.raws()]
    bad = made("framework", Op("agency", "undp", {"code": "MINE"}, {"code": [owned.id]}), office="office-a", depth=2)
    hq.apply([bad.raw])
    with hq.engine.connect() as connection:
        circular = tips.delta(connection, None, ["framework", "office:office-b"])
    assert two.apply(circular).missing == ()
    assert two.row("agency", "undp")["code"] == "UNDP"
    assert two.issues("quarantine") == hq.issues("quarantine") != []
    with two.engine.connect() as connection:
        assert doctor.examine(connection) == ()


def test_a_changeset_that_contradicts_its_chain_is_refused(hq: Node) -> None:
    from server.base.errors import Refused

    first = made("office:office-b", Op("activity", "b", {"office": "office-b", "title": "Fine"}))
    hq.apply([first.raw])
    ops = [Op("activity", "b", {"title": "Next"}, {"title": [first.id]})]
    for seq, depth in ((3, 2), (2, 1), (2, 9)):
        wrong = canonical.sealed(Changeset(
            INTRUDER, "office:office-b", seq, first.id, depth, "Officer", "office-b", "device-b", 0, ops
        ))  # fmt: skip
        before = hq.state()
        with pytest.raises(Refused) as refused:
            hq.apply([wrong.raw])
        assert refused.value.code == "changeset_chain"
        assert hq.state() == before
