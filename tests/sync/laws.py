"""The laws of replication: what holds of laptops that have exchanged everything, however they came there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from server.sync import canonical, doctor, tips
from server.sync.canonical import Changeset
from tests.sync import oracle
from tests.sync.older import LATER_FIELD, LATER_TABLE
from tests.sync.replicas import Node, make_node

if TYPE_CHECKING:
    from tests.sync.world import Seat, World

HQ = "office-hq"


def authority(office: str, scope: str) -> bool:
    """Headquarters writes everywhere, an office in its own scope."""
    return office == HQ or scope == f"office:{office}"


def by_office(change: Changeset) -> bool:
    """The same, as the product asks it."""
    return authority(change.office, change.scope)


def obey_the_laws(world: World, chance: random.Random) -> None:
    """The laws of replication, once all is settled."""
    first = world.seats[0].node
    state = first.state()
    assert {seat.node.state() for seat in world.seats} == {state}, "equal sets give equal states"
    follows(first)
    raws = first.raws()
    assert {canonical.changeset_id(raw) for raw in raws} <= world.made, "only people make changes"
    for seat in world.seats[1:]:
        if [other.spoke[-1] for other in world.seats].count(first.incarnation) == 1:
            assert not missing(seat, world.seats[0]), "what was acknowledged is not sent again"
    with first.engine.connect() as connection:
        assert doctor.examine(connection) == (), "the doctor finds nothing"
    newcomer = make_node("newcomer", office="office-c")
    newcomer.allowed = by_office
    assert newcomer.receive(first.send_to(None)) == "applied"
    assert newcomer.state() == state, "who joins by one full dispatch holds what a participant since day one holds"
    newcomer.close()
    for office in ("office-a", "office-b"):
        of_one_house(first, office)
    assert shuffled(raws, chance, first) == state, "any order, any split, any repeats give the same state"


def of_one_house(hq: Node, office: str) -> None:
    """A laptop that gets only the framework and its own office's records shows exactly those."""
    with hq.engine.connect() as connection:
        given = tips.delta(connection, None, ["framework", f"office:{office}"])
    reader = make_node("reader", office=office)
    reader.allowed = by_office
    changes = [oracle.read(raw) for raw in given]
    lacking = {i for change in changes for i in change.named} - {change.id for change in changes}
    own = [change for change in changes if change.office == office and change.named & lacking]
    if not own:  # a laptop of this very office that names what its office does not get makes its own office wait
        assert reader.apply(given).missing == (), "nobody else's change makes it wait"
        follows(reader)
    reader.close()


def missing(seat: Seat, other: Seat) -> list[bytes]:
    """What the one would still send to the other."""
    with seat.node.engine.connect() as connection:
        return tips.delta(connection, tips.acknowledged(connection, other.node.incarnation))


def follows(node: Node, old: bool = False) -> None:
    """What a replica shows is what the definition says of its changes."""
    known = oracle.tables().without(LATER_TABLE, LATER_FIELD) if old else oracle.tables()
    expected = oracle.Oracle(node.raws(), authority if node.allowed else oracle.anybody, known)
    found = oracle.comparable(node.state())
    lines = expected.lines()
    assert set(found) == set(lines), sorted(set(found) ^ set(lines))
    assert found == lines
    assert node.tips() == expected.tips()


def shuffled(raws: Sequence[bytes], chance: random.Random, like: Node) -> bytes:
    """State of a reader that got the changes in batches, in some order that respects ancestry, with repeats."""
    left = {change.id: (change, raw) for change, raw in ((oracle.read(raw), raw) for raw in raws)}
    reader = make_node("reader")
    reader.allowed = like.allowed
    while left:
        ready = sorted(i for i, (change, _raw) in left.items() if not any(d in left for d in change.named))
        batch = [left.pop(i)[1] for i in chance.sample(ready, chance.randint(1, len(ready)))]
        assert not reader.apply(batch).missing
        if chance.random() < 0.3:
            assert reader.apply(batch).new == ()
    state = reader.state()
    reader.close()
    return state
