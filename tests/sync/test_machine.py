"""A random machine of everything that can happen between laptops; in the end the laws of replication hold.

A run plays as many histories as VALISE_HISTORIES says; a release plays ten thousand:
`VALISE_HISTORIES=10000 python -m pytest tests/sync/test_machine.py tests/sync/test_histories.py`.
A history that fails is shrunk to its shortest form and printed as a few lines of Python: put it into told.py, so that
it is played for ever.
"""

from __future__ import annotations

import os
import random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.sync.laws import obey_the_laws
from tests.sync.world import World

#: histories a run plays
EXAMPLES = int(os.environ.get("VALISE_HISTORIES", "40"))

VALUES = st.sampled_from((None, 0, 1, "1", "é", "e\u0301", "a\0b", "=1+1", "x"))
#: fields by their place among those of whatever table it is
FIELD = st.sampled_from((0, 0, 0, 1, 2, 3))
WRITTEN = st.dictionaries(FIELD, VALUES, min_size=1, max_size=4)
CHOSEN = st.dictionaries(st.sampled_from((0, 0, 1, 2, "deleted")), st.sampled_from((0, 1)), min_size=1, max_size=3)
#: what no column of this version holds as it is
STRANGE = st.sampled_from((True, 1, 1, True, "1", 1.5, -0.0, 2**64 - 1, b"\0\xff", [1, {"a": None}], None))
CLOCKS = st.sampled_from((0, 1_395_000_000, 1_790_000_000, 1_790_050_000, 4_070_908_800))
#: which record: mostly the first, so that people meet
WHICH = st.sampled_from((0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9))
MAIL = st.integers(-3, 9)
SEAT = st.integers(0, 5)


class Machine(RuleBasedStateMachine):
    """Laptops of two or three offices and headquarters."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    def teardown(self) -> None:
        chance = random.Random(len(self.world.made))
        try:
            self.world.settle(chance)
            obey_the_laws(self.world, chance)
        finally:
            self.world.close()

    @initialize(shared=st.integers(0, 3))
    def begin(self, shared: int) -> None:
        """Some records are there already, and known to all."""
        for which in range(shared):
            self.world.edit(1, which, {0: "Launch", 1: "Words"})
        for to in (2, 0, 3) if shared else ():
            self.world.pass_on(1, to)

    @rule(at=SEAT, which=WHICH, values=WRITTEN)
    def edit(self, at: int, which: int, values: dict[int, Any]) -> None:
        self.world.edit(at, which, values)

    @rule(at=SEAT, which=WHICH, place=FIELD, value=VALUES)
    def edit_one_field(self, at: int, which: int, place: int, value: Any) -> None:
        self.world.edit(at, which, {place: value})

    @rule(at=SEAT, by=SEAT, which=WHICH, value=VALUES)
    def edit_both(self, at: int, by: int, which: int, value: Any) -> None:
        """Two laptops edit one record without sight of each other, and one hears of it."""
        self.world.edit(at, which, {0: value})
        self.world.edit(by, which, {0: "another", 1: value})
        self.world.pass_on(by, at)

    @rule(at=SEAT, which=WHICH)
    def open_form(self, at: int, which: int) -> None:
        self.world.open_form(at, which)

    @precondition(lambda self: self.world.forms)
    @rule(which=WHICH, values=WRITTEN)
    def save_old_form(self, which: int, values: dict[int, Any]) -> None:
        self.world.save_some_form(which, values)

    @rule(at=SEAT, which=WHICH, from_form=st.booleans())
    def delete(self, at: int, which: int, from_form: bool) -> None:
        self.world.delete(at, which, from_form=from_form)

    @rule(at=SEAT, which=WHICH)
    def undelete(self, at: int, which: int) -> None:
        self.world.undelete(at, which)

    @rule(at=SEAT, which=WHICH, values=CHOSEN)
    def resolve(self, at: int, which: int, values: dict[int | str, Any]) -> None:
        self.world.resolve(at, which, values)

    @rule(at=SEAT, value=VALUES)
    def bulk(self, at: int, value: Any) -> None:
        self.world.bulk(at, value)

    @rule(at=SEAT, which=WHICH, how=st.integers(0, 4), value=VALUES)
    def another_program(self, at: int, which: int, how: int, value: Any) -> None:
        self.world.another_program(at, which, how, value)

    @precondition(lambda self: any(seat.pending for seat in self.world.seats))
    @rule(at=SEAT)
    def repair(self, at: int) -> None:
        self.world.repair(at)

    @rule(at=SEAT, seconds=CLOCKS)
    def clock(self, at: int, seconds: int) -> None:
        self.world.clock(at, seconds)

    @rule(at=SEAT)
    def rotate(self, at: int) -> None:
        self.world.rotate(at)

    @rule(at=SEAT)
    def backup(self, at: int) -> None:
        self.world.backup(at)

    @precondition(lambda self: self.world.backups)
    @rule(at=SEAT, noticed=st.booleans())
    def restore(self, at: int, noticed: bool) -> None:
        self.world.restore(at, noticed=noticed)

    @rule(at=SEAT, which=WHICH, value=VALUES, noticed=st.booleans())
    def relapse(self, at: int, which: int, value: Any, noticed: bool) -> None:
        """Work is mailed, the disk breaks, the backup is used, and work goes on."""
        self.world.backup(at)
        self.world.edit(at, which, {0: value})
        self.world.pass_on(at, at + 1)
        self.world.restore(at, noticed=noticed)
        self.world.edit(at, which, {0: "again", 1: value})

    @rule(at=SEAT, noticed=st.booleans())
    def clone(self, at: int, noticed: bool) -> None:
        self.world.clone(at, noticed=noticed)

    @rule(office=st.sampled_from(("office-a", "office-b", "office-c")), old=st.booleans())
    def join(self, office: str, old: bool) -> None:
        self.world.join(office, old=old)

    @precondition(lambda self: any(seat.old for seat in self.world.seats))
    @rule(at=SEAT)
    def upgrade(self, at: int) -> None:
        self.world.upgrade(at)

    @rule(at=SEAT, which=WHICH, value=STRANGE)
    def newer_valise(self, at: int, which: int, value: Any) -> None:
        self.world.newer_valise(at, which, value)

    @rule(at=SEAT, which=WHICH, how=st.integers(0, 2))
    def intruder(self, at: int, which: int, how: int) -> None:
        self.world.intruder(at, which, how)

    @rule(at=SEAT, before=st.sampled_from((None, None, 1, 3, 6)))
    def revoke(self, at: int, before: int | None) -> None:
        self.world.revoke(at, before=before)

    @rule(at=SEAT)
    def put_back(self, at: int) -> None:
        self.world.put_back(at)

    @rule(which=WHICH)
    def adopt(self, which: int) -> None:
        self.world.adopt(which)

    @rule(which=WHICH)
    def keep_apart_again(self, which: int) -> None:
        self.world.keep_apart_again(which)

    @rule(at=SEAT, to=SEAT, full=st.booleans(), old_address=st.booleans())
    def send(self, at: int, to: int, full: bool, old_address: bool) -> None:
        self.world.send(at, to, full=full, old_address=old_address)

    @rule(at=SEAT, to=SEAT)
    def send_and_deliver(self, at: int, to: int) -> None:
        self.world.pass_on(at, to)

    @precondition(lambda self: self.world.mail)
    @rule(which=MAIL, to=SEAT)
    def deliver(self, which: int, to: int) -> None:
        self.world.deliver(which, to)

    @precondition(lambda self: self.world.mail)
    @rule(which=MAIL, to=SEAT)
    def deliver_again(self, which: int, to: int) -> None:
        self.world.deliver(which, to)
        self.world.deliver(which, to)

    @precondition(lambda self: self.world.mail)
    @rule(which=MAIL)
    def lose(self, which: int) -> None:
        self.world.lose(which)

    @rule(at=SEAT, by=SEAT, to=SEAT)
    def hand_on(self, at: int, by: int, to: int) -> None:
        """A third carries it: it takes in what it gets and passes everything on."""
        self.world.pass_on(at, by)
        self.world.send(by, to, full=True)
        self.world.deliver(-1, to)

    @rule(at=SEAT, to=SEAT, keep=WHICH)
    def torn(self, at: int, to: int, keep: int) -> None:
        self.world.torn(at, to, keep)

    @rule(at=SEAT)
    def look(self, at: int) -> None:
        self.world.look(at)


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
