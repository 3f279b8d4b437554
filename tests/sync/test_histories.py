"""Random histories of several replicas with loss, repeats, any order, restores and clones: the laws of replication."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import cbor2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.sync import replica
from server.sync.apply import depends_on
from server.sync.canonical import Changeset, decode
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
    changes = [decode(raw) for raw in first.raws()]
    _check_against_the_definition(first, changes)
    newcomer = make_node("newcomer")
    with closing(newcomer):
        newcomer.receive(first.send_to(None))
        assert newcomer.state() == first.state()
    assert shuffled(changes, random.Random(len(changes))) == first.state()


def shuffled(changes: list[Changeset], chance: random.Random) -> bytes:
    """State of a replica that got the changes in batches, in some order that respects ancestry, with repeats."""
    with closing(make_node("reader")) as reader:
        for batch in _batches(changes, chance):
            applied = reader.apply([change.raw for change in batch])
            assert not applied.missing
            if chance.random() < 0.3:
                assert reader.apply([change.raw for change in batch]).new == ()
        return reader.state()


def _batches(changes: list[Changeset], chance: random.Random) -> Iterator[list[Changeset]]:
    left = {change.id: change for change in changes}
    while left:
        ready = sorted(i for i, change in left.items() if not any(d in left for d in depends_on(change)))
        batch = chance.sample(ready, chance.randint(1, len(ready)))
        yield [left.pop(i) for i in batch]


def _check_against_the_definition(node: Node, changes: list[Changeset]) -> None:
    """Heads, rows and issues by the shortest reading of the rules, against what the product keeps."""
    wrote: dict[tuple[str, str], dict[bytes, Any]] = {}
    replaced: dict[tuple[str, str], set[bytes]] = {}
    saw: dict[tuple[str, bytes], set[bytes]] = {}
    depth = {change.id: change.depth for change in changes}
    for change in changes:
        for op in change.ops:
            saw[op.row, change.id] = set(op.seen)
            for name, value in op.values.items():
                wrote.setdefault((op.row, name), {})[change.id] = value
                replaced.setdefault((op.row, name), set()).update(op.preds.get(name, ()))
    heads = {key: {i: v for i, v in values.items() if i not in replaced[key]} for key, values in wrote.items()}
    expected = set()
    for (row, name), values in heads.items():
        if name == "deleted":
            continue
        shown = values[max(values, key=lambda i: (depth[i], i))]
        assert node.row("activity", row)[name] == _stored(name, shown), (row, name)
        if len({cbor2.dumps(v) for v in values.values()}) > 1:
            expected.add(("value", "activity", row, name))
    for row in {row for row, _name in heads}:
        flags = heads.get((row, "deleted"), {})
        deleters = {i for i, flag in flags.items() if flag}
        known = deleters | {i for d in deleters for i in saw[row, d]}
        others = {i for (r, name), values in heads.items() if r == row and name != "deleted" for i in values}
        against = (others - known) | (flags.keys() - deleters)
        assert bool(node.row("activity", row)["deleted"]) == bool(deleters and not against), row
        if deleters and against:
            expected.add(("delete", "activity", row, "deleted"))
    assert set(node.issues("value", "delete")) == expected
    forked = {key for key, ends in node.tips().items() if len(ends) > 1}
    assert {issue[2] for issue in node.issues("fork")} == forked


def _stored(name: str, value: Any) -> Any:
    """What SQLite makes of a value in a column of whole numbers or of text."""
    if value is None:
        return None
    if name == "women":
        return int(value) if str(value).isdigit() else value
    return str(value)


@settings(max_examples=EXAMPLES // 3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_step, min_size=15, max_size=60), st.integers(0, 1000))
def test_any_split_of_the_changes_gives_the_same_state(steps: list[tuple[Any, ...]], seed: int) -> None:
    """Merging is associative and commutative: two halves merged in either order equal the whole."""
    with closing(World()) as world:
        for step in steps:
            world.play(step)
        agree(world.nodes)
        changes = [decode(raw) for raw in world.nodes[0].raws()]
        whole = world.nodes[0].state()
    for turn in range(2):
        assert shuffled(changes, random.Random(seed + turn)) == whole


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
