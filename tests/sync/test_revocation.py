"""What headquarters says of a laptop: cut, adoption, all taken back. The set of changes decides, not the order."""

from __future__ import annotations

import itertools
import json
import random

import pytest
import sqlalchemy as sa

from server.sync import canonical, cuts, doctor
from server.sync.canonical import Changeset, Op
from server.sync.judgement import cut_text
from server.sync.rebuild import rebuild_tables
from tests.reader import records as second
from tests.sync import oracle
from tests.sync.laws import HQ, authority, by_office
from tests.sync.replicas import Node, copy_of, exchange, make_node

THIEF = "device-stolen"


@pytest.fixture
def hq() -> Node:
    """Headquarters."""
    node = make_node("hq", office=HQ, hq=True)
    node.allowed = by_office
    return node


@pytest.fixture
def stolen() -> Node:
    """A laptop of office A that has saved twice."""
    node = make_node("stolen")
    node.allowed = by_office
    node.put("activity", "a", {"title": "First"})
    node.put("activity", "a", {"title": "Second"})
    return node


def reader(*parts: list[bytes]) -> Node:
    """A replica that got these, part by part."""
    node = make_node("reader", office="office-c")
    node.allowed = by_office
    for part in parts:
        assert not node.apply(part).missing
    return node


def cut_of(node: Node, before: int | None = None, device: str = THIEF) -> cuts.Cut:
    with node.engine.connect() as connection:
        return cuts.cut(connection, device, before)


def revoke(hq: Node, before: int | None = None, device: str = THIEF) -> list[str]:
    """Off the list, with the cut after what is here, or after what came under numbers before `before`."""
    values = {"revoked": "2020-01-01", "revoked_cut": cut_text(cut_of(hq, before, device).ends)}
    return hq.put("device", device, values)


def adopt(hq: Node, change: bytes, row: str = "adopted") -> list[str]:
    values = {"changeset": canonical.changeset_id(change).hex(), "stream": canonical.decode(change).stream}
    return hq.put("adopted_change", row, {**values, "deleted": 0})


def sound(*nodes: Node) -> None:
    """All hold the same, it is what the definition says, and the doctor finds nothing."""
    assert len({node.state() for node in nodes}) == 1
    for node in nodes:
        expected = oracle.Oracle(node.raws(), authority)
        assert oracle.comparable(node.state()) == expected.lines()
        changes = {change.id: change for change in map(second.Changeset, node.raws())}
        assert [json.loads(line) for line in expected.lines()] == second.state(changes, {HQ})
        with node.engine.connect() as connection:
            assert doctor.examine(connection) == ()


def test_what_it_sent_before_counts_and_what_comes_later_is_kept_apart(hq: Node, stolen: Node) -> None:
    hq.apply(stolen.raws())
    revoke(hq)
    assert hq.row("activity", "a")["title"] == "Second"
    stolen.put("activity", "a", {"title": "By the thief"})
    (late,) = stolen.raws()[2:]
    applied = hq.apply([late])
    assert [(one.row, one.reason) for one in applied.quarantined] == [("a", "revoked")]
    assert hq.row("activity", "a")["title"] == "Second"
    assert hq.issues("quarantine") == [("quarantine", "activity", "a", canonical.changeset_id(late).hex())]
    assert late in hq.raws(), "it is kept and handed on"
    sound(hq)


def test_what_came_already_is_taken_back_to_an_earlier_cut(hq: Node, stolen: Node) -> None:
    hq.apply(stolen.raws())
    assert cut_of(hq, 2).apart == 1
    revoke(hq, before=2)
    assert hq.row("activity", "a")["title"] == "First"
    sound(hq)


def test_nothing_of_a_laptop_counts_when_the_cut_is_before_all(hq: Node, stolen: Node) -> None:
    hq.apply(stolen.raws())
    revoke(hq, before=1)
    assert hq.row("activity", "a") == {}
    sound(hq)


def test_the_order_of_arrival_does_not_matter(hq: Node, stolen: Node) -> None:
    """Word, adoption, what is before and what is after the cut, in all orders that ancestry allows."""
    stolen.put("activity", "a", {"title": "Third"})
    first, second, third = stolen.raws()
    hq.apply([first, second, third])
    before = set(hq.raws())
    revoke(hq, before=2)
    adopt(hq, third)
    word = [raw for raw in hq.raws() if raw not in before]
    everything = {"first": [first], "second": [second], "third": [third], "revoked": word[:1], "adopted": word[1:]}
    states = set()
    for order in itertools.permutations(everything):
        places = {name: order.index(name) for name in everything}
        if places["first"] < places["second"] < places["third"] and places["revoked"] < places["adopted"]:
            node = reader(*(everything[name] for name in order))
            states.add(node.state())
            node.close()
    assert states == {hq.state()}
    assert hq.row("activity", "a")["title"] == "Third"
    sound(hq)


def test_a_branch_that_grew_beside_the_cut_does_not_count(hq: Node, stolen: Node) -> None:
    """The disk was copied before it was stolen: the copy goes on under the same numbers."""
    copy = copy_of(stolen)
    stolen.put("activity", "a", {"title": "Honest"})
    stolen.put("activity", "a", {"title": "Honest, too"})
    hq.apply(stolen.raws())
    revoke(hq)
    copy.put("activity", "a", {"title": "By the thief"})  # a number that the cut covers
    hq.apply(copy.raws())
    assert hq.row("activity", "a")["title"] == "Honest, too"
    assert len(hq.issues("fork")) == 1
    late = reader(copy.raws(), hq.raws())
    sound(hq, late)


def test_of_a_fork_that_was_here_already_both_branches_count_when_one_is_adopted(hq: Node, stolen: Node) -> None:
    copy = copy_of(stolen)
    stolen.put("activity", "b", {"title": "Mine"})
    copy.put("activity", "c", {"title": "Also mine"})
    hq.apply(stolen.raws())
    hq.apply(copy.raws())
    found = cut_of(hq)
    assert found.apart == 0
    ((_stream, beside),) = found.beside
    revoke(hq)
    (raw,) = [raw for raw in hq.raws() if canonical.changeset_id(raw).hex() == beside]
    adopt(hq, raw)
    assert {hq.row("activity", "b")["title"], hq.row("activity", "c")["title"]} == {"Mine", "Also mine"}
    sound(hq)


def test_a_stream_that_the_cut_does_not_name_does_not_count(hq: Node, stolen: Node) -> None:
    hq.apply(stolen.raws())
    revoke(hq)
    stolen.rotate()
    stolen.put("activity", "b", {"title": "Under a new name"})
    hq.apply(stolen.raws())
    assert hq.row("activity", "b") == {}
    sound(hq)


def test_while_the_end_of_the_cut_is_not_here_what_is_before_it_counts(hq: Node, stolen: Node) -> None:
    hq.apply(stolen.raws())
    revoke(hq)
    word = [raw for raw in hq.raws() if raw not in stolen.raws()]
    first, second = stolen.raws()
    node = reader(word, [first])
    assert node.row("activity", "a")["title"] == "First"
    sound(node)
    node.apply([second])
    sound(node, hq)


class TestAdoption:
    def test_an_adopted_change_counts_and_its_neighbour_does_not(self, hq: Node, stolen: Node) -> None:
        stolen.put("activity", "b", {"title": "Good work"})
        stolen.put("activity", "c", {"title": "Nonsense"})
        hq.apply(stolen.raws())
        revoke(hq, before=2)
        assert hq.row("activity", "b") == {}
        adopt(hq, stolen.raws()[2])
        assert hq.row("activity", "b")["title"] == "Good work"
        assert hq.row("activity", "c") == {}
        sound(hq)

    def test_an_adoption_taken_back_keeps_it_apart_again(self, hq: Node, stolen: Node) -> None:
        hq.apply(stolen.raws())
        revoke(hq, before=2)
        apart = hq.issues("quarantine")
        adopt(hq, stolen.raws()[1])
        assert hq.issues("quarantine") == []
        hq.delete("adopted_change", "adopted")
        assert hq.row("activity", "a")["title"] == "First"
        assert hq.issues("quarantine") == apart
        sound(hq)

    def test_only_headquarters_adopts(self, hq: Node, stolen: Node) -> None:
        hq.apply(stolen.raws())
        revoke(hq, before=2)
        change = canonical.decode(stolen.raws()[1])
        op = Op("adopted_change", "x", {"office": "office-a", "changeset": change.id.hex(), "stream": change.stream})
        forged = canonical.sealed(Changeset(
            "e" * 32, "framework", 1, None, 1, "Thief", "office-a", "device-other", 0, [op]
        ))  # fmt: skip
        hq.apply([forged.raw])
        assert hq.row("activity", "a")["title"] == "First"
        sound(hq)


def test_a_laptop_that_is_put_back_is_as_if_nothing_had_been_said(hq: Node, stolen: Node) -> None:
    hq.apply(stolen.raws())
    revoke(hq, before=2)
    stolen.put("activity", "b", {"title": "Meanwhile"})
    hq.apply(stolen.raws())
    hq.put("device", THIEF, {"revoked": None, "revoked_cut": None})
    assert hq.row("activity", "a")["title"] == "Second"
    assert hq.row("activity", "b")["title"] == "Meanwhile"
    assert hq.issues() == []
    stolen.apply(hq.raws())
    sound(hq, stolen)


def test_the_laptop_itself_shows_what_counts_as_soon_as_it_hears(hq: Node, stolen: Node) -> None:
    hq.apply(stolen.raws())
    revoke(hq)
    stolen.apply(hq.raws())
    stolen.put("activity", "a", {"title": "It goes on"})
    assert stolen.row("activity", "a")["title"] == "Second"
    assert len(stolen.issues("quarantine")) == 1
    hq.apply(stolen.raws())
    sound(hq, stolen)


def test_a_third_hands_it_on_and_everybody_judges_alike(hq: Node, stolen: Node) -> None:
    colleague = make_node("colleague")
    colleague.allowed = by_office
    hq.apply(stolen.raws())
    revoke(hq)
    stolen.put("activity", "a", {"title": "By the thief"})
    exchange(stolen, colleague)  # it has not heard yet
    assert colleague.row("activity", "a")["title"] == "By the thief"
    exchange(colleague, hq)
    assert hq.row("activity", "a")["title"] == "Second"
    sound(hq, colleague)


def test_what_a_colleague_built_upon_it_stays(hq: Node, stolen: Node) -> None:
    colleague = make_node("colleague")
    colleague.allowed = by_office
    exchange(stolen, colleague)
    stolen.put("activity", "a", {"title": "By the thief"})
    exchange(stolen, colleague)
    colleague.put("activity", "a", {"title": "Corrected"})
    hq.apply(colleague.raws())
    revoke(hq, before=3)
    assert hq.row("activity", "a")["title"] in ("Corrected", "Second")
    values = hq.opponents("value") if hq.issues("value") else []
    assert "Corrected" in (hq.row("activity", "a")["title"], *values)
    sound(hq)


class TestLists:
    """What is said of the lists of trust counts whoever said it at headquarters: they are what trust is read from."""

    def test_they_are_never_kept_apart(self, hq: Node) -> None:
        second = make_node("second", office=HQ, hq=True)
        second.allowed = by_office
        second.put("device", "device-x", {"name": "A laptop"})
        second.put("agency", "g1", {"code": "UNDP"})
        hq.apply(second.raws())
        revoke(hq, before=1, device="device-second")
        assert hq.row("device", "device-x")["name"] == "A laptop"
        assert hq.row("agency", "g1") == {}
        sound(hq)

    def test_of_a_save_of_both_only_the_rest_is_kept_apart(self, hq: Node) -> None:
        both = canonical.sealed(Changeset(
            "e" * 32, "framework", 1, None, 1, "Officer", HQ, "device-second", 0,
            [Op("device", "device-x", {"office": HQ, "name": "A laptop"}), Op("agency", "g1", {"code": "UNDP"})],
        ))  # fmt: skip
        revoke(hq, device="device-second")
        word = hq.raws()
        first, later = reader(word, [both.raw]), reader([both.raw], word)
        assert first.row("device", "device-x")["name"] == "A laptop"
        assert first.row("agency", "g1") == {}
        sound(first, later)

    def test_a_revoked_laptop_that_puts_itself_back_is_the_same_everywhere(self, hq: Node) -> None:
        """It may say so where it is still believed; then headquarters sees two values and chooses."""
        second = make_node("second", office=HQ, hq=True)
        second.allowed = by_office
        second.put("agency", "g1", {"code": "UNDP"})
        second.put("device", "device-second", {"revoked": None, "name": "Trust me"})
        revoke(hq, device="device-second")
        one, other = reader(hq.raws(), second.raws()), reader(second.raws(), hq.raws())
        sound(one, other)

    def test_a_rebuilt_table_keeps_apart_what_was(self, hq: Node, stolen: Node) -> None:
        hq.apply(stolen.raws())
        revoke(hq, before=2)
        before = hq.state()
        with hq.engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM activity"))
            connection.execute(sa.text("DELETE FROM sync_capture"))
            rebuild_tables(connection, ("activity", "device"))
        assert hq.state() == before


def test_what_was_declared_lost_and_turns_up_is_judged_like_all_else(hq: Node, stolen: Node) -> None:
    first, second = stolen.raws()
    assert hq.apply([second]).missing
    hq.put("lost_change", "l", {"changeset": canonical.changeset_id(first).hex()})
    assert not hq.apply([second]).missing
    assert hq.row("activity", "a")["title"] == "Second"
    newcomer = reader(hq.raws())  # gets the word and what builds on the lost one in one dispatch
    assert newcomer.state() == hq.state()
    hq.apply([first])
    word = [raw for raw in hq.raws() if raw not in (first, second)]
    other = reader([first, second], word)
    assert other.state() == hq.state()
    revoke(hq)
    sound(hq)


@pytest.mark.parametrize("taken_back", ["adopted", "put back"])
def test_what_builds_on_a_lost_change_counts_again_like_all_else(hq: Node, stolen: Node, taken_back: str) -> None:
    first, second = stolen.raws()
    hq.put("lost_change", "l", {"changeset": canonical.changeset_id(first).hex()})
    lost = hq.raws()
    hq.put("device", THIEF, {"revoked": "2020-01-01", "revoked_cut": "{}"})
    assert hq.apply([second]).quarantined
    if taken_back == "adopted":
        adopt(hq, second)
    else:
        hq.put("device", THIEF, {"revoked": None})
    assert hq.row("activity", "a")["title"] == "Second"
    word = [raw for raw in hq.raws() if raw not in (*lost, second)]
    sound(hq, reader([*lost, *word], [second]))


def test_any_split_in_any_order_gives_one_state(hq: Node, stolen: Node) -> None:
    chance = random.Random(7)
    colleague = make_node("colleague")
    colleague.allowed = by_office
    for number in range(6):
        stolen.put("activity", "ab"[number % 2], {"title": f"Title {number}"})
        exchange(stolen, colleague)
        colleague.put("activity", "ab"[number % 2], {"narrative": f"Words {number}"})
        exchange(stolen, colleague)
    hq.apply(colleague.raws())
    revoke(hq, before=9)
    adopt(hq, [raw for raw in stolen.raws() if canonical.decode(raw).device == THIEF][-1])
    raws = hq.raws()
    for _turn in range(8):
        left = {canonical.changeset_id(raw): raw for raw in raws}
        node = reader()
        while left:
            ready = sorted(i for i, raw in left.items() if not any(d in left for d in oracle.read(raw).named))
            batch = chance.sample(ready, chance.randint(1, len(ready)))
            node.apply([left.pop(i) for i in batch])
        assert node.state() == hq.state()
        node.close()
    sound(hq)
