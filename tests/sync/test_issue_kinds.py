"""What no import is refused for is told to people: the same everywhere, and without a change that nobody made."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.base.trees import cut
from tests.sync.questions import agreed, told
from tests.sync.replicas import Node, exchange, make_node, moment


def kinds(node: Node) -> list[tuple[str, str, str]]:
    return [(issue.kind, issue.table, issue.row) for issue in told(node)]


class TestDangling:
    """A reference waits for its record, and outlives it."""

    def test_a_record_that_has_not_arrived_yet_is_waited_for(self) -> None:
        one, two = make_node("one"), make_node("two")
        one.put("planned_activity", "line", {"title": "Train"})
        two.put("activity", "a", {"title": "Trained", "planned_id": "line"})
        assert [(i.kind, i.row, i.field, json.loads(i.info)["missing"]) for i in told(two)] == [
            ("dangling", "a", "planned_id", ["line"])]
        assert two.row("activity", "a")["planned_id"] == "line", "held, not dropped"
        agreed(one, two)
        assert told(two) == []

    def test_the_child_of_a_deleted_record_stays_and_is_told(self) -> None:
        one, two = make_node("one"), make_node("two")
        one.put("planned_activity", "line", {"title": "Train"})
        exchange(one, two)
        one.delete("planned_activity", "line")
        two.put("activity", "a", {"title": "Trained", "planned_id": "line"})
        agreed(one, two)
        (issue,) = told(one)
        assert (issue.kind, issue.row, json.loads(issue.info)["deleted"]) == ("dangling", "a", ["line"])
        assert not one.row("activity", "a")["deleted"]
        one.put("planned_activity", "line", {"deleted": 0})
        agreed(one, two)
        assert told(two) == []

    def test_one_of_several_ids_is_enough(self) -> None:
        node = make_node("one")
        node.put("document", "d", {"title": "Minutes"})
        node.put("document", "gone", {"title": "Draft"})
        node.delete("document", "gone")
        node.put("activity", "a", {"evidence_ids": "d never gone"})
        node.put("activity", "b", {"evidence_ids": "d"})
        (issue,) = told(node)
        assert (issue.row, json.loads(issue.info)) == (
            "a", {"deleted": ["gone"], "missing": ["never"], "of": "document"})

    def test_what_a_deleted_record_names_is_nobodys_concern(self) -> None:
        node = make_node("one")
        node.put("activity", "a", {"planned_id": "never"})
        node.delete("activity", "a")
        assert told(node) == []


class TestCycle:
    """Moves that close a ring are cut at the same place by everybody, and nobody writes anything for it."""

    @pytest.mark.parametrize("count", [2, 3, 4])
    def test_moves_made_apart_that_close_a_ring(self, count: int) -> None:
        nodes = [make_node(f"n{number}") for number in range(count)]
        for number in range(count):
            nodes[0].put("planned_activity", f"line-{number}", {"title": f"Line {number}"})
        exchange(*nodes)
        for number, node in enumerate(nodes):
            node.put("planned_activity", f"line-{number}", {"part_of_id": f"line-{(number + 1) % count}"})
        agreed(*nodes)
        for node in nodes:
            (issue,) = told(node)
            assert (issue.kind, issue.table, issue.row) == ("cycle", "planned_activity", "line-0")
            assert json.loads(issue.info)["members"] == [f"line-{number}" for number in range(count)]
        nodes[-1].put("planned_activity", "line-0", {"part_of_id": None})
        agreed(*nodes)
        assert told(nodes[0]) == []

    @settings(max_examples=20)
    @given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 3), st.integers(0, 3)), max_size=8))
    def test_any_moves_made_apart_give_the_same_tree(self, moves: list[tuple[int, int, int]]) -> None:
        nodes = [make_node("one"), make_node("two")]
        for number in range(4):
            nodes[0].put("planned_activity", f"line-{number}", {"title": "Line"})
        exchange(*nodes)
        for who, line, parent in moves:
            nodes[who].put("planned_activity", f"line-{line}", {"part_of_id": f"line-{parent}"})
        agreed(*nodes)
        trees = [cut({f"line-{n}": node.row("planned_activity", f"line-{n}")["part_of_id"] for n in range(4)})
                 for node in nodes]  # fmt: skip
        assert trees[0] == trees[1]
        for node in nodes:
            node.close()


class TestUnique:
    """Both records stay; the code is told."""

    def test_two_that_made_the_same_code_apart_keep_both(self) -> None:
        one, two = make_node("one", office="hq", hq=True), make_node("two", office="hq", hq=True)
        one.put("budget_account", "x", {"code": "71300", "title": "Consultants"})
        two.put("budget_account", "y", {"code": "71300", "title": "Local consultants"})
        agreed(one, two)
        (issue,) = told(one)
        assert (issue.kind, issue.table, issue.row, issue.field) == ("unique", "budget_account", "x", "code")
        assert json.loads(issue.info) == {"rows": ["x", "y"], "values": ["71300"]}
        two.put("budget_account", "y", {"code": "71301"})
        agreed(one, two)
        assert told(one) == []

    def test_fields_count_together_and_nothing_is_a_value_of_the_later_ones(self) -> None:
        node = make_node("one")
        for id, country in (("a", None), ("b", None), ("c", "kg")):
            node.put("indicator_value", id, {"value": "3", "country_id": country})
        assert [k for k in kinds(node) if k[0] == "unique"] == [], "no indicator is named"
        for id in "abc":
            node.put("indicator_value", id, {"indicator_id": "i", "period_id": "p"})
        assert [k for k in kinds(node) if k[0] == "unique"] == [("unique", "indicator_value", "a")]

    def test_deleted_ones_and_those_without_a_code_do_not_count(self) -> None:
        node = make_node("one", office="hq", hq=True)
        for id, code in (("a", "1"), ("b", "1"), ("c", ""), ("d", ""), ("e", None), ("f", None)):
            node.put("budget_account", id, {"code": code})
        node.delete("budget_account", "b")
        assert told(node) == []


class TestClock:
    """A time that cannot be right is told beside what it came with; the change counts like any other."""

    def test_it_is_told_by_whom_and_when_it_claims_to_be(self) -> None:
        wrong, right = make_node("wrong", clock=moment(86_400)), make_node("right")
        wrong.put("activity", "a", {"title": "Launch"})
        wrong.put("activity", "a", {"title": "Launched"})
        agreed(wrong, right)
        (issue,) = told(right)
        assert (issue.kind, issue.row, issue.field) == ("clock", "device-wrong", "Officer of office-a")
        assert json.loads(issue.info) == {"changes": 2, "earliest": 86_400, "latest": 86_400, "office": "office-a"}
        assert right.row("activity", "a")["title"] == "Launched"
