"""Approvals know what they saw: what was changed without their sight is told, until somebody approves it as it is."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.db.session import write_session
from server.domain.records import Judged
from server.sync import approvals
from server.sync.canonical import Changeset, Op, decode, sealed
from server.sync.doctor import examine
from tests.sync.questions import agreed, told
from tests.sync.replicas import Node, exchange, make_node

FIELDS = ("amount", "title")


def soft(node: Node) -> list[tuple[str, dict[str, Any]]]:
    """(record, what is said of it) of approvals that were overtaken."""
    return [(issue.row, json.loads(issue.info)) for issue in told(node) if issue.kind == "soft"]


def approve(
    node: Node,
    row: str,
    day: str,
    *,
    seen: Mapping[str, Sequence[str]] | None = None,
    more: Mapping[str, Any] | None = None,
) -> list[str]:
    """Endorse a line of the plan as its command does; `more` is saved with it."""
    with write_session(node.engine, node.author) as session:
        session.info["clock"] = node.clock
        values = {"endorsed": day, **(more or {})}
        setting = ", ".join(f"{name} = ?" for name in values)
        session.connection().exec_driver_sql(
            f"UPDATE planned_activity SET {setting} WHERE id = ?", (*values.values(), row)
        )
        session.info["approved"] = {("planned_activity", row, "endorsed"): [
            Judged("planned_activity", row, FIELDS, seen=seen)]}
        session.info["resolved"] = {("planned_activity", row): {"endorsed": day}}
        session.commit()
        return list(session.info["captured"])


@pytest.fixture
def pair() -> tuple[Node, Node]:
    """Two laptops of one office that share a line of the work plan."""
    one, two = make_node("one"), make_node("two")
    one.put("planned_activity", "line", {"title": "Train", "amount": "1000.00"})
    exchange(one, two)
    return one, two


class TestSoft:
    """An approval knows what it saw."""

    def test_what_was_approved_and_stays_is_no_issue(self, pair: tuple[Node, Node]) -> None:
        one, two = pair
        approve(one, "line", "2014-05-01")
        agreed(one, two)
        assert told(two) == []
        two.put("planned_activity", "line", {"note": "Going well"})
        agreed(one, two)
        assert told(one) == [], "how far it is was not approved"

    def test_a_budget_edited_while_it_was_approved_is_told_everywhere(self, pair: tuple[Node, Node]) -> None:
        one, two = pair
        approve(one, "line", "2014-05-01")
        two.put("planned_activity", "line", {"amount": "1500.00"})
        agreed(one, two)
        ((row, info),) = soft(one)
        assert row == "line"
        assert list(info["fields"]) == ["amount"]
        assert info["by"] == ["planned_activity", "line"]
        assert one.issues() == [], "one side alone wrote the amount: it is no conflict of values"

    def test_so_is_one_that_was_edited_by_somebody_who_knew_of_the_approval(self, pair: tuple[Node, Node]) -> None:
        one, two = pair
        approve(one, "line", "2014-05-01")
        exchange(one, two)
        two.put("planned_activity", "line", {"amount": "1500.00"})
        agreed(one, two)
        assert [row for row, _info in soft(one)] == ["line"]

    def test_approving_again_settles_it(self, pair: tuple[Node, Node]) -> None:
        one, two = pair
        approve(one, "line", "2014-05-01")
        two.put("planned_activity", "line", {"amount": "1500.00"})
        exchange(one, two)
        assert approve(one, "line", "2014-05-01"), "also on the same day"
        agreed(one, two)
        assert told(two) == []

    def test_approving_again_from_an_old_page_does_not(self, pair: tuple[Node, Node]) -> None:
        one, two = pair
        approve(one, "line", "2014-05-01")
        page = one.displayed("planned_activity", "line")
        two.put("planned_activity", "line", {"amount": "1500.00"})
        exchange(one, two)
        approve(one, "line", "2014-05-02", seen=page)
        agreed(one, two)
        assert len(soft(two)) == 1

    def test_an_approval_from_a_page_that_an_import_overtook_is_told_at_once(self, pair: tuple[Node, Node]) -> None:
        one, two = pair
        page = one.displayed("planned_activity", "line")
        two.put("planned_activity", "line", {"amount": "1500.00"})
        one.receive(two.send(one))
        approve(one, "line", "2014-05-01", seen=page)
        assert len(soft(one)) == 1

    def test_a_change_back_to_what_was_approved_settles_it(self, pair: tuple[Node, Node]) -> None:
        one, two = pair
        approve(one, "line", "2014-05-01")
        two.put("planned_activity", "line", {"amount": "1500.00"})
        exchange(one, two)
        two.put("planned_activity", "line", {"amount": "1000.00"})
        agreed(one, two)
        assert told(one) == []

    def test_what_is_written_with_the_approval_is_what_was_approved(self, pair: tuple[Node, Node]) -> None:
        one, two = pair
        approve(one, "line", "2014-05-01", more={"amount": "2000.00"})
        agreed(one, two)
        assert told(one) == []
        two.put("planned_activity", "line", {"amount": "1000.00"})
        agreed(one, two)
        assert len(soft(one)) == 1, "back to what stood there before is not what was approved"

    def test_an_approval_that_was_taken_back_says_nothing(self, pair: tuple[Node, Node]) -> None:
        one, two = pair
        approve(one, "line", "2014-05-01")
        two.put("planned_activity", "line", {"amount": "1500.00"})
        exchange(one, two)
        one.put("planned_activity", "line", {"endorsed": None})
        agreed(one, two)
        assert told(one) == []

    def test_the_approval_of_a_deleted_record_says_nothing(self, pair: tuple[Node, Node]) -> None:
        one, two = pair
        approve(one, "line", "2014-05-01")
        one.put("planned_activity", "line", {"amount": "1500.00"})
        one.delete("planned_activity", "line")
        agreed(one, two)
        assert told(one) == []

    def test_two_approvals_made_apart_are_each_enough(self, pair: tuple[Node, Node]) -> None:
        one, two = pair
        two.put("planned_activity", "line", {"amount": "1500.00"})
        approve(one, "line", "2014-05-01")
        approve(two, "line", "2014-05-02")
        agreed(one, two)
        assert soft(one) == []
        assert one.issues() == [("value", "planned_activity", "line", "endorsed")]

    def test_the_doctor_and_a_newcomer_find_the_same(self, pair: tuple[Node, Node]) -> None:
        one, two = pair
        approve(one, "line", "2014-05-01")
        two.put("planned_activity", "line", {"amount": "1500.00"})
        exchange(one, two)
        newcomer = make_node("newcomer")
        newcomer.receive(one.send_to(None, full=True))
        assert newcomer.state() == one.state()
        assert told(newcomer) == told(one) != []
        with one.engine.connect() as connection:
            assert examine(connection) == ()

    def test_the_order_of_arrival_does_not_matter(self, pair: tuple[Node, Node]) -> None:
        one, two = pair
        approve(one, "line", "2014-05-01")
        two.put("planned_activity", "line", {"amount": "1500.00"})
        exchange(one, two)
        raws = one.raws()
        found = set()
        for order in itertools.permutations(raws):
            node = make_node("late")
            waiting = list(order)
            while waiting:
                waiting = [raw for raw in waiting if node.apply([raw]).missing]
            found.add(tuple(i.info for i in told(node)))
            node.close()
        assert len(found) == 1


class TestAcceptance:
    """Headquarters approves what an office owns: its change must reach offices that have none of that office's."""

    @pytest.fixture
    def houses(self) -> tuple[Node, Node, Node]:
        hq, office, other = make_node("hq", office="hq", hq=True), make_node("a"), make_node("b", office="office-b")
        office.put("report", "r", {"kind": "progress"})
        office.put("report_section", "s", {"report_id": "r", "key": "summary", "text": "It went well."})
        hq.receive(office.send_to(None))
        return hq, office, other

    @staticmethod
    def say(hq: Node, verdict: str, sections: Iterable[str], id: str) -> None:
        with write_session(hq.engine, hq.author) as session:
            session.connection().exec_driver_sql(
                "INSERT INTO review(id, office, deleted, report_id, verdict) VALUES(?, 'hq', 0, 'r', ?)", (id, verdict)
            )
            accepted = verdict == "accepted"
            session.info["approved"] = {("review", id, "verdict"): [
                Judged("report", "r", children=("report_section.report_id",) if accepted else ()),
                *(Judged("report_section", s, ("text", "deleted") if accepted else ()) for s in sections),
            ]}

    def test_a_text_changed_after_its_acceptance_is_told(self, houses: tuple[Node, Node, Node]) -> None:
        hq, office, _other = houses
        self.say(hq, "accepted", ["s"], "v")
        office.put("report_section", "s", {"text": "It went badly."})
        agreed(hq, office)
        ((row, info),) = soft(office)
        assert (row, list(info["fields"])) == ("s", ["text"])
        assert info["by"] == ["review", "v"]

    def test_so_is_a_text_that_was_added_or_deleted(self, houses: tuple[Node, Node, Node]) -> None:
        hq, office, _other = houses
        self.say(hq, "accepted", ["s"], "v")
        office.put("report_section", "t", {"report_id": "r", "key": "next", "text": "More"})
        office.delete("report_section", "s")
        agreed(hq, office)
        assert [(row, info["added"], list(info["fields"])) for row, info in soft(hq)] == [
            ("r", ["t"], []), ("s", [], ["deleted"])]

    def test_a_new_acceptance_settles_it(self, houses: tuple[Node, Node, Node]) -> None:
        hq, office, _other = houses
        self.say(hq, "accepted", ["s"], "v")
        office.put("report_section", "s", {"text": "It went badly."})
        office.put("report_section", "t", {"report_id": "r", "key": "next", "text": "More"})
        exchange(hq, office)
        self.say(hq, "accepted", ["s", "t"], "w")
        agreed(hq, office)
        assert told(office) == []

    def test_a_report_that_was_returned_may_change(self, houses: tuple[Node, Node, Node]) -> None:
        hq, office, _other = houses
        self.say(hq, "accepted", ["s"], "v")
        self.say(hq, "returned", ["s"], "w")
        office.put("report_section", "s", {"text": "It went badly."})
        agreed(hq, office)
        assert told(office) == []

    def test_it_needs_nothing_of_the_office_to_arrive(self, houses: tuple[Node, Node, Node]) -> None:
        hq, _office, other = houses
        self.say(hq, "accepted", ["s"], "v")
        mine = [change for change in _changes(hq) if change.scope == "office:hq"]
        assert other.apply([change.raw for change in mine]).missing == ()
        assert soft(other) == []

    def test_another_office_cannot_approve_in_headquarters_place(self, houses: tuple[Node, Node, Node]) -> None:
        hq, office, _other = houses
        self.say(hq, "accepted", ["s"], "v")
        office.put("report_section", "s", {"text": "It went badly."})
        exchange(hq, office)
        with write_session(office.engine, office.author) as session:
            session.connection().exec_driver_sql(
                "INSERT INTO review(id, office, deleted, report_id, verdict) VALUES('x', ?, 0, 'r', 'accepted')",
                (office.office,))
            session.info["approved"] = {("review", "x", "verdict"): [Judged("report_section", "s", ("text",))]}
        agreed(hq, office)
        assert [row for row, _info in soft(hq)] == ["s"]


@given(st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=4), st.binary(max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=9), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=20,
))  # fmt: skip
def test_what_others_write_there_is_kept_and_says_nothing_unless_it_is_sound(given: Any) -> None:
    change = _change({approvals.KEY: given})
    for row in approvals.rows_of(1, change):
        assert cbor2.loads(row[7])  # type: ignore[arg-type]
    entry = ["t", "r", "f", "t", "r", {}, {}, []]
    assert len(approvals.rows_of(1, _change({approvals.KEY: [given, entry]}))) >= 1
    assert approvals.rows_of(1, _change({approvals.KEY: [entry[:7]]})) == []
    assert approvals.rows_of(1, _change({approvals.KEY: [["t", "r", "other", *entry[3:]]]})) == [], "it has no op"


def _change(more: Mapping[str, Any]) -> Changeset:
    return sealed(Changeset(
        incarnation="0" * 32, scope="office:a", seq=1, prev=None, depth=1, person="", office="a", device="d", claimed=0,
        ops=[Op("t", "r", {"f": "1"})], more=more,
    ))  # fmt: skip


def _changes(node: Node) -> list[Changeset]:
    return [decode(raw) for raw in node.raws()]
