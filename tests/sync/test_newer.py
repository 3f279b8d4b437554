"""Fields and tables of a newer Valise survive an older one, and show after its upgrade."""

from __future__ import annotations

import pytest

from server.sync.canonical import Changeset, Op, sealed
from tests.sync.older import LATER_TABLE, make_older, older_code, upgrade
from tests.sync.replicas import exchange, make_node


def test_unknown_survives_an_older_replica_and_shows_after_its_upgrade() -> None:
    newer, third = make_node("newer"), make_node("third")
    old = make_older()
    newer.put("activity", "a", {"title": "Launch", "place": "Bishkek"})
    newer.put("lesson", "l", {"text": "Start earlier"})
    with older_code():
        old.receive(newer.send_to(None))
        assert old.row("activity", "a")["title"] == "Launch"
        assert old.row("activity", "a")["place"] is None
        old.put("activity", "a", {"title": "Launch event"})
        relayed = old.send_to(None)
    third.receive(relayed)
    assert third.row("activity", "a")["place"] == "Bishkek"
    assert third.row("activity", "a")["title"] == "Launch event"
    assert third.row("lesson", "l")["text"] == "Start earlier"
    assert upgrade(old) == ("activity", LATER_TABLE)
    assert upgrade(old) == ()
    assert old.state() == third.state()


def test_conflicts_in_unknown_fields_are_told_alike() -> None:
    one, two = make_node("one"), make_node("two")
    one.put("activity", "a", {"title": "Launch", "place": "Tunis"})
    exchange(one, two)
    one.put("activity", "a", {"place": "Sfax"})
    two.put("activity", "a", {"place": "Sousse"})
    old = make_older()
    with older_code():
        old.receive(one.send_to(None))
        old.receive(two.send_to(None))
        assert old.issues() == [("value", "activity", "a", "place")]
    exchange(one, two)
    assert upgrade(old) == ("activity",)
    assert old.state() == one.state()


def test_an_older_replica_deletes_what_it_does_not_wholly_see() -> None:
    newer = make_node("newer")
    old = make_older()
    newer.put("activity", "a", {"title": "Launch", "place": "Bishkek"})
    newer.put("activity", "a", {"place": "Osh"})
    with older_code():
        old.receive(newer.send_to(None))
        old.delete("activity", "a")
        back = old.send_to(None)
    newer.receive(back)
    assert newer.row("activity", "a")["deleted"] == 1
    assert newer.issues() == []


def test_a_newer_edit_that_the_older_one_had_not_seen_keeps_the_record() -> None:
    newer = make_node("newer")
    old = make_older()
    newer.put("activity", "a", {"title": "Launch", "place": "Bishkek"})
    with older_code():
        old.receive(newer.send_to(None))
        old.delete("activity", "a")
    newer.put("activity", "a", {"place": "Osh"})
    with older_code():
        old.receive(newer.send_to(None))
        assert old.row("activity", "a")["deleted"] == 0
        assert old.issues() == [("delete", "activity", "a", "deleted")]
        back = old.send_to(None)
    newer.receive(back)
    assert newer.row("activity", "a")["deleted"] == 0
    assert newer.issues() == [("delete", "activity", "a", "deleted")]


def test_records_of_an_unknown_table_disagree_alike() -> None:
    one, two = make_node("one"), make_node("two")
    one.put("lesson", "l", {"text": "Start earlier"})
    exchange(one, two)
    one.put("lesson", "l", {"text": "Start in spring"})
    two.put("lesson", "l", {"text": "Start in autumn"})
    old = make_older()
    with older_code():
        for node in (two, one):
            old.receive(node.send_to(None))
        assert old.issues() == [("value", "lesson", "l", "text")]
        relayed = old.send_to(None)
    third = make_node("third")
    third.receive(relayed)
    exchange(one, two)
    assert third.state() == one.state() == two.state()


@pytest.mark.parametrize("value", [True, 1.5, -0.0, 2**63, b"\x00\xff", ["a", ["b"]], {"a": {"b": None}}])
def test_values_of_types_that_came_later_come_back_as_they_were(value: object) -> None:
    node, third = make_node("node"), make_node("third")
    node.put("activity", "a", {"title": "Launch"})
    (before,) = node.displayed("activity", "a")["title"]
    change = sealed(Changeset(
        incarnation="f" * 32, scope="office:office-a", seq=1, prev=None, depth=2, person="", office="office-a",
        device="later", claimed=0, ops=[Op("activity", "a", {"title": value}, {"title": [bytes.fromhex(before)]})],
        schema=99, app="9.0",
    ))  # fmt: skip
    node.apply([change.raw])
    node.put("activity", "a", {"place": "Osh"})
    third.receive(node.send_to(None))
    assert change.raw in third.raws()
    assert third.state() == node.state()
    assert third.displayed("activity", "a")["title"] == [change.id.hex()]


def test_what_was_noted_of_a_field_that_is_gone_keeps_no_folder_closed() -> None:
    """Another program wrote a field; before Valise was opened again, an update took the field away."""
    node = make_node("node")
    node.put("activity", "a", {"title": "Launch", "place": "Bishkek"})
    node.sql("UPDATE activity SET place = 'Osh', title = 'Launch event' WHERE id = 'a'")
    with older_code():
        (repair,) = node.repair()
        assert repair.ops[0].values == {"title": "Launch event"}
        assert node.row("activity", "a")["title"] == "Launch event"
