"""Random histories of several replicas with loss, repeats, any order, restores and clones: the laws of replication."""

from __future__ import annotations

import os
import random
from contextlib import closing
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.sync import replica
from tests.sync.laws import follows, shuffled
from tests.sync.replicas import Node, copy_of, exchange, make_node

#: histories a run plays; a release plays ten thousand
EXAMPLES = int(os.environ.get("VALISE_HISTORIES", "40"))
ROWS = ("r1", "r2", "r3")
FIELDS = ("title", "narrative", "women")
VALUES = (None, 0, 1, "1", "é", "e\u0301")

_place = st.integers(0, 5)
_step = st.one_of(
    st.tuples(st.just("edit"), _place, st.sampled_from(ROWS), st.sampled_from(FIELDS), st.sampled_from(VALUES)),
    st.tuples(st.just("edit"), _place, st.sampled_from(ROWS), st.sampled_from(FIELDS), st.sampled_from(VALUES)),
    st.tuples(st.just("stale"), _place, st.sampled_from(ROWS), st.sampled_from(FIELDS), st.sampled_from(VALUES)),
    st.tuples(st.just("delete"), _place, st.sampled_from(ROWS)),
    st.tuples(st.just("resolve"), _place, st.sampled_from(ROWS), st.sampled_from(FIELDS), st.sampled_from(VALUES)),
    st.tuples(st.just("open"), _place, st.sampled_from(ROWS)),
    st.tuples(st.just("send"), _place, _place, st.booleans()),
    st.tuples(st.just("deliver"), st.integers(0, 99), _place),
    st.tuples(st.just("deliver"), st.integers(0, 99), _place),
    st.tuples(st.just("backup"), _place),
    st.tuples(st.just("restore"), _place),
    st.tuples(st.just("clone"), _place),
)


class World:
    """What happens between the replicas; what was mailed may arrive never, late, often and anywhere."""

    def __init__(self) -> None:
        self.nodes = [make_node("hq", office="office-a", hq=True), make_node("one"), make_node("two")]
        self.mail: list[bytes] = []
        self.backups: dict[int, Node] = {}
        self.forms: dict[tuple[int, str], dict[str, list[str]]] = {}

    def close(self) -> None:
        for node in (*self.nodes, *self.backups.values()):
            node.close()

    def play(self, step: tuple[Any, ...]) -> None:
        at = step[1] % len(self.nodes)
        node = self.nodes[at]
        match step[0]:
            case "edit":
                node.put("activity", step[2], {step[3]: step[4]})
            case "stale":
                node.put("activity", step[2], {step[3]: step[4]}, seen=self.forms.get((at, step[2])))
            case "open":
                self.forms[at, step[2]] = node.displayed("activity", step[2])
            case "delete":
                if node.row("activity", step[2]):
                    node.delete("activity", step[2])
            case "resolve":
                if node.row("activity", step[2]):
                    node.resolve("activity", step[2], {step[3]: step[4]})
            case "send":
                to = self.nodes[step[2] % len(self.nodes)]
                if to is not node:
                    self.mail.append(node.send(to, full=step[3]))
            case "deliver":
                if self.mail:
                    self.nodes[step[2] % len(self.nodes)].receive(self.mail[step[1] % len(self.mail)])
            case "backup":
                self.backups[at] = copy_of(node)
            case "restore":
                if at in self.backups:
                    node.close()
                    self.nodes[at] = copy_of(self.backups[at])
            case "clone":
                if len(self.nodes) < 5:
                    self.nodes.append(copy_of(node))


def agree(nodes: list[Node]) -> None:
    """Lossless exchange until all hold the same changes."""
    for _ in range(8):
        exchange(*nodes, rounds=1)
        if len({frozenset(node.raws()) for node in nodes}) == 1:
            return
    raise AssertionError("replicas do not come to the same set of changes")


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_step, min_size=8, max_size=45))
def test_replicas_converge_and_lose_nothing(steps: list[tuple[Any, ...]]) -> None:
    with closing(World()) as world:
        for step in steps:
            world.play(step)
        _converges(world)


def _converges(world: World) -> None:
    alive = {raw for node in world.nodes for raw in node.raws()}
    agree(world.nodes)
    first = world.nodes[0]
    assert alive <= set(first.raws())
    assert len({node.state() for node in world.nodes}) == 1
    follows(first)
    newcomer = make_node("newcomer")
    with closing(newcomer):
        newcomer.receive(first.send_to(None))
        assert newcomer.state() == first.state()
    assert shuffled(first.raws(), random.Random(len(first.raws())), first) == first.state()


@settings(max_examples=EXAMPLES // 3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_step, min_size=15, max_size=60), st.integers(0, 1000))
def test_any_split_of_the_changes_gives_the_same_state(steps: list[tuple[Any, ...]], seed: int) -> None:
    """Merging is associative and commutative: two halves merged in either order equal the whole."""
    with closing(World()) as world:
        for step in steps:
            world.play(step)
        agree(world.nodes)
        first = world.nodes[0]
        for turn in range(2):
            assert shuffled(first.raws(), random.Random(seed + turn), first) == first.state()


def test_a_restored_replica_is_found_out_and_goes_on_under_a_new_name() -> None:
    """Restored from a backup, edited, sequence used again: both branches are kept, an incident is raised."""
    hq, one = make_node("hq", hq=True), make_node("one")
    one.put("activity", "r1", {"title": "Before"})
    backup = copy_of(one)
    one.put("activity", "r1", {"title": "Sent, then lost"})
    hq.receive(one.send(hq))
    before = backup.incarnation
    backup.put("activity", "r1", {"title": "After the restore"})
    exchange(hq, backup)
    assert backup.incarnation != before
    assert hq.state() == backup.state()
    assert hq.issues("fork") != []
    assert sorted(hq.opponents("value")) == ["After the restore", "Sent, then lost"]
    with backup.engine.connect() as connection:
        assert before in replica.own_incarnations(connection)


def test_headquarters_restored_gets_back_what_the_offices_hold() -> None:
    hq, one = make_node("hq", hq=True), make_node("one")
    old = copy_of(hq)
    hq.put("review", "v", {"text": "Well done"})
    one.put("activity", "r1", {"title": "Done"})
    exchange(hq, one)
    exchange(old, one)
    assert old.row("review", "v")["text"] == "Well done"
    assert old.state() == one.state()


def test_what_one_copy_acknowledged_is_not_taken_for_what_the_other_holds() -> None:
    """Two copies of a database answer to one name until they notice; what is meant for the one waits at the other."""
    hq, one = make_node("hq", hq=True), make_node("one")
    other = copy_of(one)
    one.put("activity", "r1", {"title": "From the one"})
    other.put("activity", "r1", {"title": "From the other"})
    hq.receive(one.send(hq))
    hq.put("activity", "r1", {"title": "Seen by headquarters"})
    before = other.incarnation
    assert other.receive(hq.send(other)) == "waits"
    assert other.incarnation != before
    exchange(hq, one, other)
    agree([hq, one, other])
