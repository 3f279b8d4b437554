"""Edits and deletions that cross: what each replica shows, and what it tells people."""

from __future__ import annotations

import itertools

import pytest

from tests.sync.replicas import Node, exchange, make_node


@pytest.fixture
def pair() -> tuple[Node, Node]:
    """Two laptops of one office that share one activity."""
    one, two = make_node("one"), make_node("two")
    one.put("activity", "a", {"title": "Launch", "women": 3})
    exchange(one, two)
    return one, two


def agreed(*nodes: Node) -> None:
    """After a lossless exchange all replicas are byte for byte equal."""
    exchange(*nodes)
    assert len({node.state() for node in nodes}) == 1


def test_edits_of_different_fields_both_stay(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.put("activity", "a", {"title": "Launch event"})
    two.put("activity", "a", {"women": 7})
    agreed(one, two)
    assert one.row("activity", "a")["title"] == "Launch event"
    assert one.row("activity", "a")["women"] == 7
    assert one.issues() == []


def test_edits_of_the_same_field_are_both_kept_and_told_everywhere(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.put("activity", "a", {"title": "One"})
    two.put("activity", "a", {"title": "Two"})
    agreed(one, two)
    assert one.issues() == [("value", "activity", "a", "title")]
    assert sorted(one.opponents("value")) == ["One", "Two"]
    assert one.row("activity", "a")["title"] == two.row("activity", "a")["title"] == one.opponents("value")[0]


def test_the_same_new_value_is_no_conflict(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.put("activity", "a", {"title": "Same"})
    two.put("activity", "a", {"title": "Same"})
    agreed(one, two)
    assert one.issues() == []
    one.put("activity", "a", {"title": "Newer"})
    agreed(one, two)
    assert {issue[0] for issue in two.issues()} <= {"value"}


def test_three_laptops_give_three_values() -> None:
    nodes = [make_node(name) for name in ("one", "two", "three")]
    nodes[0].put("activity", "a", {"title": "Launch"})
    exchange(*nodes)
    for number, node in enumerate(nodes):
        node.put("activity", "a", {"title": f"Title {number}"})
    agreed(*nodes)
    assert sorted(nodes[2].opponents("value")) == ["Title 0", "Title 1", "Title 2"]


def test_a_choice_clears_the_conflict_everywhere(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.put("activity", "a", {"title": "One"})
    two.put("activity", "a", {"title": "Two"})
    agreed(one, two)
    shown = one.row("activity", "a")["title"]
    assert one.resolve("activity", "a", {"title": shown}), "choosing the value shown is a change too"
    agreed(one, two)
    assert two.issues() == []
    assert two.row("activity", "a")["title"] == shown


def test_two_different_choices_are_a_new_conflict_between_the_choices(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.put("activity", "a", {"title": "One"})
    two.put("activity", "a", {"title": "Two"})
    agreed(one, two)
    one.resolve("activity", "a", {"title": "One"})
    two.resolve("activity", "a", {"title": "Both"})
    agreed(one, two)
    assert sorted(one.opponents("value")) == ["Both", "One"]


def test_two_alike_choices_are_no_conflict(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.put("activity", "a", {"title": "One"})
    two.put("activity", "a", {"title": "Two"})
    agreed(one, two)
    one.resolve("activity", "a", {"title": "Two"})
    two.resolve("activity", "a", {"title": "Two"})
    agreed(one, two)
    assert one.issues() == []


def test_an_ordinary_save_in_a_conflict_replaces_only_what_was_shown(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.put("activity", "a", {"title": "One"})
    two.put("activity", "a", {"title": "Two"})
    agreed(one, two)
    hidden = one.opponents("value")[1]
    one.put("activity", "a", {"title": "Three"})
    assert sorted(one.opponents("value")) == sorted(["Three", hidden])


def test_an_old_form_saved_after_an_import_is_a_conflict_not_an_overwrite(pair: tuple[Node, Node]) -> None:
    one, two = pair
    form = one.displayed("activity", "a")
    two.put("activity", "a", {"title": "Two"})
    one.receive(two.send(one))
    one.put("activity", "a", {"title": "One"}, seen=form)
    assert sorted(one.opponents("value")) == ["One", "Two"]
    agreed(one, two)


def test_an_old_form_does_not_bring_back_what_its_author_left_alone(pair: tuple[Node, Node]) -> None:
    one, two = pair
    form = one.displayed("activity", "a")
    two.put("activity", "a", {"title": "Two"})
    one.receive(two.send(one))
    one.put("activity", "a", {"title": "Launch", "women": 9}, seen=form)
    assert one.issues() == []
    assert one.row("activity", "a")["title"] == "Two"
    assert one.row("activity", "a")["women"] == 9
    agreed(one, two)


def test_an_old_form_with_nothing_new_makes_no_change(pair: tuple[Node, Node]) -> None:
    one, two = pair
    form = one.displayed("activity", "a")
    two.put("activity", "a", {"title": "Two"})
    one.receive(two.send(one))
    assert one.put("activity", "a", {"title": "Launch"}, seen=form) == []
    assert one.row("activity", "a")["title"] == "Two"


def test_a_field_first_filled_on_both_sides_is_a_conflict(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.put("activity", "a", {"narrative": "One"})
    two.put("activity", "a", {"narrative": "Two"})
    agreed(one, two)
    assert sorted(two.opponents("value")) == ["One", "Two"]


def test_a_value_taken_away_competes_with_a_value_changed(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.put("activity", "a", {"women": None})
    two.put("activity", "a", {"women": 4})
    agreed(one, two)
    assert sorted(one.opponents("value"), key=str) == [4, None]


def test_a_deletion_against_an_unseen_edit_leaves_the_record_visible_and_told(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.delete("activity", "a")
    two.put("activity", "a", {"title": "Two"})
    agreed(one, two)
    assert one.row("activity", "a")["deleted"] == 0
    assert one.issues() == [("delete", "activity", "a", "deleted")]


@pytest.mark.parametrize("keep", [0, 1])
def test_a_deletion_conflict_is_settled_either_way(pair: tuple[Node, Node], keep: int) -> None:
    one, two = pair
    one.delete("activity", "a")
    two.put("activity", "a", {"title": "Two"})
    agreed(one, two)
    two.resolve("activity", "a", {"deleted": 1 - keep})
    agreed(one, two)
    assert one.row("activity", "a")["deleted"] == 1 - keep
    assert one.issues() == []


def test_a_deletion_that_saw_the_edit_hides_the_record(pair: tuple[Node, Node]) -> None:
    one, two = pair
    two.put("activity", "a", {"title": "Two"})
    one.receive(two.send(one))
    one.delete("activity", "a")
    agreed(one, two)
    assert two.row("activity", "a")["deleted"] == 1
    assert two.issues() == []


def test_a_deletion_from_an_old_form_does_not_hide_what_came_since(pair: tuple[Node, Node]) -> None:
    one, two = pair
    form = one.displayed("activity", "a")
    two.put("activity", "a", {"title": "Two"})
    one.receive(two.send(one))
    one.delete("activity", "a", seen=form)
    assert one.row("activity", "a")["deleted"] == 0
    assert one.issues() == [("delete", "activity", "a", "deleted")]


def test_two_deletions_agree(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.delete("activity", "a")
    two.delete("activity", "a")
    agreed(one, two)
    assert one.row("activity", "a")["deleted"] == 1
    assert one.issues() == []


def test_deleted_brought_back_and_edited_meanwhile(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.delete("activity", "a")
    one.put("activity", "a", {"deleted": 0})
    two.put("activity", "a", {"title": "Two"})
    agreed(one, two)
    assert one.row("activity", "a")["deleted"] == 0
    assert one.row("activity", "a")["title"] == "Two"
    assert one.issues() == []


def test_a_child_of_a_deleted_parent_stays(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.delete("activity", "a")
    two.put("attendance", "n", {"activity_id": "a", "institution": "Ministry"})
    agreed(one, two)
    assert one.row("activity", "a")["deleted"] == 1
    assert one.row("attendance", "n")["deleted"] == 0


def test_dispatches_arrive_in_all_orders_and_often() -> None:
    """Six dispatches of three laptops, in all 720 orders with repeats, waiting ones tried again: one state."""
    nodes = [make_node(name) for name in ("one", "two", "three")]
    nodes[0].put("activity", "a", {"title": "Launch"})
    mailed = [nodes[0].send_to(None)]
    for node in nodes[1:]:
        node.receive(mailed[0])
    for number, node in enumerate(nodes):
        node.put("activity", "a", {"title": f"Title {number}", "women": number})
        mailed.append(node.send_to(None))
    nodes[1].receive(mailed[-1])
    nodes[1].delete("activity", "a")
    mailed.append(nodes[1].send_to(None))
    nodes[2].resolve("activity", "a", {"title": "Chosen"})
    mailed.append(nodes[2].send_to(None))
    states = set()
    for order in itertools.islice(itertools.permutations(mailed), 0, 720, 17):
        reader = make_node("reader")
        for data in (*order, *order[:2]):
            reader.receive(data)
        states.add(reader.state())
    assert len(states) == 1


def test_a_lost_dispatch_is_made_good_by_the_next(pair: tuple[Node, Node]) -> None:
    one, two = pair
    one.put("activity", "a", {"title": "Lost"})
    one.send(two)
    one.put("activity", "a", {"women": 8})
    assert two.receive(one.send(two)) == "applied"
    assert two.row("activity", "a")["title"] == "Lost"


def test_an_older_acknowledgement_lowers_nothing(pair: tuple[Node, Node]) -> None:
    one, two = pair
    old = two.send(one)
    two.put("activity", "b", {"title": "Second"})
    one.receive(two.send(one))
    one.receive(old)
    assert one.acknowledged(two) == two.tips()
