"""Several laptops of several offices that work, mail, lose, copy and restore.

`World` has one method per thing that can happen. The random machine (test_machine.py) calls them in random order, the
mutants (test_mutants.py) in the few orders that once told on somebody, and each of them checks at once what is cheap to
check. `settle` and the laws (laws.py) are the end of every history.
"""

from __future__ import annotations

import random
from collections.abc import Sequence, Set
from typing import Any

from server.sync import canonical, cuts, sql
from server.sync.canonical import Changeset, Op
from server.sync.judgement import cut_text
from tests.sync import oracle
from tests.sync.laws import authority, follows
from tests.sync.offices import Offices, Seat, device_of
from tests.sync.older import make_older, upgrade
from tests.sync.replicas import copy_of, make_node


def _needed(change: oracle.Change) -> Set[bytes]:
    """What must be here before it: of a change that its author may not make, only the one before it in its stream."""
    if authority(change.office, change.scope):
        return change.named
    return {change.prev} if change.prev else set()


class World(Offices):
    """What happens between laptops; what was mailed may arrive never, late, often and anywhere."""

    # what happens to whole laptops

    def backup(self, at: int) -> None:
        """A copy of the database is put aside."""
        seat = self.seat(at)
        if seat.name in self.backups:
            self.backups[seat.name].node.close()
        self.backups[seat.name] = self._copy(seat, seat.name)

    def _copy(self, seat: Seat, name: str) -> Seat:
        spoke, parked = list(seat.spoke), list(seat.parked)
        return Seat(copy_of(seat.node), name, seat.old, seat.pending, seat.stored, parked, spoke)

    def restore(self, at: int, *, noticed: bool) -> None:
        """The copy comes back; the witness file notices, or was restored with it."""
        old = self.seat(at)
        copy = self.backups.get(old.name)
        if copy is None:
            return
        self.copied = True
        old.node.close()
        seat = self.seats[self.seats.index(old)] = self._copy(copy, old.name)
        if noticed:
            self.rename(seat)

    def clone(self, at: int, *, noticed: bool) -> None:
        """A disk is copied, and both go on."""
        if len(self.seats) < 6:
            self.copied = True
            seat = self._copy(self.seat(at), f"{self.seat(at).name}'")
            self.seats.append(seat)
            if noticed:
                self.rename(seat)

    def join(self, office: str, *, old: bool) -> None:
        """One more laptop, perhaps with an older Valise."""
        if len(self.seats) < 6:
            name = f"{office[-1]}{len(self.seats)}"
            self.take_a_seat(make_older(name, office) if old else make_node(name, office=office), name, old)

    def upgrade(self, at: int) -> None:
        """An older Valise is replaced by this one."""
        seat = self.seat(at)
        if seat.old:
            seat.old = False
            with self.saving(seat):
                upgrade(seat.node)

    def newer_valise(self, at: int, which: int, value: Any) -> None:
        """A laptop of the same office, of a later version, has written what nobody here knows."""
        seat = self.seat(at)
        table, row = self.pick(seat, which)
        office = seat.node.office
        values = {"office": office, "deleted": 0, "invented_later": value, self.fields(seat, table)[0]: value}
        scope = "framework" if table == "agency" else f"office:{office}"
        self._stranger(seat, scope, office, [Op(table, row, values), Op("table_of_tomorrow", row, {"office": office})])

    def intruder(self, at: int, which: int, how: int) -> None:
        """Somebody of office B writes where only others may."""
        seat = self.seat(at)
        table, row = self.pick(seat, which)
        heads = [bytes.fromhex(i) for ids in self.standing(seat, table, row).values() for i in ids]
        op = Op(table, row, {"title": "Mine now", "deleted": 1}, {"title": heads[:1]}, heads)
        scope = ["framework", f"office:{seat.node.office}", "office:office-b"][how % 3]
        self._stranger(seat, scope, "office-b", [op], heads)

    def _stranger(self, seat: Seat, scope: str, office: str, ops: Sequence[Op], named: Sequence[bytes] = ()) -> None:
        """A changeset of a laptop that is none of ours reaches one of them."""
        self.strangers += 1
        changes = [canonical.decode(raw) for raw in seat.node.raws()] if named else []
        depth = 1 + max((change.depth for change in changes if change.id in named), default=0)
        made = canonical.sealed(Changeset(
            f"{self.strangers:032x}", scope, 1, None, depth, "Officer", office, "device-x", 0, ops, schema=9
        ))  # fmt: skip
        if not named:
            parts = canonical.load(made.raw)
            parts[11][0].append({"later": 1})
            made = canonical.decode(canonical.dump([*parts, "also later"]))
        self.made.add(made.id)
        self.importing(seat)
        with seat.code():
            seat.node.apply([made.raw])
        self._imported(seat)

    # headquarters' word on laptops

    def _apart(self, seat: Seat) -> list[Changeset]:
        with seat.node.engine.connect() as connection:
            return [change for _n, change in cuts.kept_apart(connection)]

    def revoke(self, at: int, *, before: int | None = None) -> None:
        """Headquarters takes a laptop off the list; only what is among the first `before` changes it got counts."""
        hq, device = self.seats[0], device_of(self.seat(at))
        if not self.seat(at).node.hq:
            self.importing(hq)
            with hq.node.engine.connect() as connection:
                ends = cuts.cut(connection, device, before).ends
            with self.saving(hq):
                hq.node.put("device", device, {"revoked": "2020-01-01", "revoked_cut": cut_text(ends)})

    def put_back(self, at: int) -> None:
        """It was a mistake."""
        hq, device = self.seats[0], device_of(self.seat(at))
        if hq.node.row("device", device):
            self.importing(hq)
            with self.saving(hq):
                hq.node.put("device", device, {"revoked": None, "revoked_cut": None})

    def adopt(self, which: int) -> None:
        """Headquarters lets a change count that is kept apart."""
        hq = self.seats[0]
        self.importing(hq)
        waiting = self._apart(hq)
        if waiting:
            change = waiting[which % len(waiting)]
            with self.saving(hq):
                hq.node.put("adopted_change", change.id.hex()[:36], {
                    "changeset": change.id.hex(), "stream": change.stream, "deleted": 0})
                assert change.id not in {one.id for one in self._apart(hq)}, "it counts at once"

    def keep_apart_again(self, which: int) -> None:
        """And takes that back."""
        hq = self.seats[0]
        self.importing(hq)
        with hq.node.engine.connect() as connection:
            adopted = sql.rows(connection, "SELECT id FROM adopted_change WHERE deleted=0 ORDER BY id")
        if adopted:
            with self.saving(hq):
                hq.node.delete("adopted_change", adopted[which % len(adopted)][0])

    # the mail

    def send(self, at: int, to: int, *, full: bool = False, old_address: bool = False) -> None:
        """A dispatch is made; where it ends up is another question."""
        seat, other = self.seat(at), self.seat(to)
        if seat is not other:
            with seat.code():
                address = other.spoke[0] if old_address else other.spoke[-1]
                self.mail.append(seat.node.send_to(address, full=full))

    def pass_on(self, at: int, to: int) -> None:
        """A dispatch is made and arrives at once."""
        self.send(at, to)
        self.deliver(-1, to)

    def lose(self, which: int) -> None:
        """Never seen again."""
        if self.mail:
            self.mail.pop(which % len(self.mail))

    def deliver(self, which: int, to: int) -> None:
        """A dispatch arrives: at its addressee or at anybody, for the first time or again."""
        if self.mail:
            self.receive(self.seat(to), self.mail[which % len(self.mail)])

    def receive(self, seat: Seat, data: bytes) -> None:
        """As the service does it: what another program wrote first, then all or nothing, then what waited."""
        self.importing(seat)
        serials = self.serials(seat)
        with seat.code():
            if seat.node.receive(data) == "waits":
                if data not in seat.parked:
                    seat.parked.append(data)
            else:
                self._retry(seat)
        self._imported(seat)
        after = self.serials(seat)
        assert all(after[name] >= serial for name, serial in serials.items()), "no receipt is lowered"

    def serials(self, seat: Seat) -> dict[str, int]:
        """The number of the latest dispatch that was read of everybody."""
        with seat.node.engine.connect() as connection:
            return dict(sql.rows(connection, "SELECT incarnation, serial FROM sync_acknowledgement"))  # type: ignore[arg-type]

    def _retry(self, seat: Seat) -> None:
        progress = True
        while progress:
            waiting = [data for data in seat.parked if seat.node.receive(data) == "waits"]
            progress = len(waiting) < len(seat.parked)
            seat.parked = waiting

    def _imported(self, seat: Seat) -> None:
        arrived = [oracle.read(raw) for raw in self.new(seat)]
        assert {change.id for change in arrived} <= self.made, "a merge makes no change"
        incarnation = seat.node.incarnation
        if incarnation != seat.spoke[-1]:
            assert self.copied, "who was never copied keeps their name"
            seat.spoke.append(incarnation)
        mine = [change for change in arrived if change.stream.startswith(incarnation)]
        assert not mine, "who finds their own stream continued elsewhere goes on under a new name"
        self.in_order(seat)

    # the end

    def torn(self, at: int, to: int, keep: int) -> None:
        """Only some of the changes of one arrive at another: what builds on a missing one is not applied."""
        seat, other = self.seat(at), self.seat(to)
        raws = seat.node.raws()
        given = raws[:: 1 + keep % 3] if keep % 2 else raws[len(raws) // 2 :]
        here = {canonical.changeset_id(raw) for raw in (*other.node.raws(), *given)}
        missing = {i for raw in given for i in _needed(oracle.read(raw))} - here
        self.importing(other)
        before = other.node.tips()
        with other.code():
            applied = other.node.apply(given)
        assert {bytes.fromhex(i) for i in applied.missing} == missing, "what is missing is named"
        assert not missing or other.node.tips() == before, "and nothing is done"
        self._imported(other)

    def look(self, at: int) -> None:
        """One laptop now, compared with the definition."""
        seat = self.seat(at)
        if not seat.pending:
            with seat.code():
                follows(seat.node, seat.old)

    def settle(self, chance: random.Random) -> None:
        """Everybody upgrades, looks and mails until all hold the same; nothing is lost any more."""
        for number, seat in enumerate(self.seats):
            if seat.old:
                self.repair(number)
                with seat.code():
                    follows(seat.node, True)
                self.upgrade(number)
            self.repair(number)
        alive = {raw for seat in self.seats for raw in seat.node.raws()}
        hub = self.seats[0]
        for turn in range(10):
            for seat in chance.sample(self.seats, len(self.seats)):
                if seat is not hub:
                    old = not turn and chance.random() < 0.3
                    data = seat.node.send_to(hub.spoke[0] if old else hub.spoke[-1])
                    for _repeat in range(chance.randint(1, 2)):
                        self.receive(hub, data)
                    self.receive(seat, hub.node.send_to(seat.spoke[0] if old else seat.spoke[-1]))
            held = {frozenset(seat.node.raws()) for seat in self.seats}
            if len(held) == 1:
                assert alive <= held.pop(), "what anybody held is everywhere"
                for seat in self.seats[1:]:
                    self.receive(seat, hub.node.send(seat.node))
                return
        raise AssertionError("laptops do not come to the same set of changes")
