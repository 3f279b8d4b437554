"""Short histories that once told on somebody: each is the smallest that shows one mistake a replication can make.

They are played as they are (test_mutants.py shows that each of them does notice its mistake); the random machine found
most of them. Laptops are 0 headquarters, 1 and 2 of office A, 3 of office B; record 0 is the office's first activity.
"""

from __future__ import annotations

from collections.abc import Callable

from server.sync import tips
from tests.sync.world import World

#: a history, played on a new world; settling and the laws come after it
History = Callable[[World], None]


def _shared(world: World, *, at: tuple[int, ...] = (2, 0)) -> None:
    """Laptop 1 makes a record that others have."""
    world.edit(1, 0, {"title": "Launch", "women": 3})
    for to in at:
        world.pass_on(1, to)


def same_field(world: World) -> None:
    """Two laptops change one field; the changes meet in different orders."""
    _shared(world)
    world.edit(1, 0, {"title": "One"})
    world.edit(2, 0, {"title": "Two"})
    world.pass_on(1, 0)
    world.pass_on(2, 0)
    world.pass_on(2, 1)
    world.pass_on(1, 2)


def clocks(world: World) -> None:
    """The laptop whose clock is a century ahead writes first, the other corrects it later."""
    world.clock(1, 4_070_908_800)
    _shared(world)
    world.clock(2, 0)
    world.edit(2, 0, {"title": "Corrected"})


def lost_dispatch(world: World) -> None:
    """A dispatch is lost; the next one heals it."""
    _shared(world, at=(0,))
    world.pass_on(0, 1)
    world.edit(1, 0, {"title": "Lost on the way"})
    world.send(1, 0)
    world.lose(-1)


def old_dispatch_last(world: World) -> None:
    """An old dispatch arrives after a newer one."""
    _shared(world)
    world.send(1, 0)
    world.edit(1, 0, {"title": "Newer"})
    world.pass_on(1, 0)
    world.deliver(0, 0)


def delete_and_edit(world: World) -> None:
    """One deletes what the other edits."""
    _shared(world)
    world.delete(1, 0)
    world.edit(2, 0, {"title": "Two"})


def deleted_and_back(world: World) -> None:
    """Deleted by mistake and brought back."""
    _shared(world)
    world.delete(1, 0)
    world.pass_on(1, 2)
    world.undelete(2, 0)


def brought_back_twice(world: World) -> None:
    """Brought back by two at the same time, then deleted by one who saw both."""
    _shared(world)
    world.delete(1, 0)
    world.pass_on(1, 2)
    world.undelete(1, 0)
    world.undelete(2, 0)
    world.pass_on(2, 1)
    world.delete(1, 0)


def three_values(world: World) -> None:
    """Three values stand; somebody chooses."""
    _shared(world)
    for at in (0, 1, 2):
        world.edit(at, 4 if at == 0 else 0, {"title": f"Title {at}"})
    world.pass_on(1, 2)
    world.resolve(2, 0, {"title": "Chosen"})


def old_form(world: World) -> None:
    """A form is opened, a dispatch comes in, the form is saved."""
    _shared(world)
    world.open_form(1, 0)
    world.edit(2, 0, {"title": "Two", "women": 5})
    world.pass_on(2, 1)
    world.save_form(1, 0, {"title": "One"})


def the_same_thought(world: World) -> None:
    """Two write the same."""
    _shared(world)
    world.edit(1, 0, {"title": "Same"})
    world.edit(2, 0, {"title": "Same"})


def look_alikes(world: World) -> None:
    """A later version writes one as truth, number and text into a field nobody here knows."""
    _shared(world)
    for value in (True, 1, "1"):
        world.newer_valise(1, 0, value)


def truth_and_one(world: World) -> None:
    """The same with what Python takes for equal."""
    _shared(world)
    for value in (True, 1):
        world.newer_valise(1, 0, value)


def unknown_fields(world: World) -> None:
    """What an older version does not know goes through it and shows after its upgrade."""
    world.join("office-a", old=True)
    world.edit(1, 0, {"title": "Launch", "place": "Bishkek"})
    world.pass_on(1, 4)
    world.edit(4, 0, {"title": "Launch event"})
    world.upgrade(4)


def restored(world: World) -> None:
    """A laptop restored from a backup uses its sequence again."""
    world.backup(1)
    _shared(world, at=(0,))
    world.restore(1, noticed=False)
    world.edit(1, 0, {"title": "After the restore"})
    world.pass_on(1, 2)


def forgotten(world: World) -> None:
    """A restored laptop gets its own changes back from whoever has them."""
    world.backup(1)
    _shared(world, at=(0,))
    world.restore(1, noticed=True)
    world.pass_on(0, 1)


def cloned(world: World) -> None:
    """A copied disk: both work on, both mail."""
    _shared(world)
    world.clone(1, noticed=False)
    world.edit(1, 0, {"title": "Mine"})
    world.edit(4, 1, {"title": "Also mine"})
    world.pass_on(1, 0)
    world.pass_on(4, 0)


def gap(world: World) -> None:
    """The first of three changes is missing."""
    for title in ("First", "Second", "Third"):
        world.edit(1, 0, {"title": title})
    world.edit(1, 1, {"title": "Another"})
    world.torn(1, 2, 2)


def two_houses(world: World) -> None:
    """The same record is made by two offices."""
    world.edit(1, 4, {"title": "Of office A"})
    world.edit(3, 4, {"title": "Of office B", "women": 2})
    world.pass_on(3, 2)
    world.pass_on(1, 2)
    world.pass_on(1, 0)
    world.pass_on(1, 3)
    world.pass_on(3, 1)
    for at in (1, 3, 0):
        world.edit(at, 4 if at else 3, {"women": 4, "title": "Still ours", "place": "Tunis"})
        world.delete(at, 4 if at else 3)


def trespass(world: World) -> None:
    """Somebody of another office writes into the framework and into office A."""
    world.edit(0, 4, {"code": "UNDP"})
    _shared(world)
    world.intruder(0, 4, 0)
    world.intruder(1, 0, 1)
    world.intruder(2, 0, 2)


def many_rows(world: World) -> None:
    """One statement changes many records."""
    _shared(world)
    world.edit(1, 1, {"title": "Second"})
    world.bulk(1, "All of them")


def browser(world: World) -> None:
    """A database browser changes a record, and an import comes before anybody looked."""
    _shared(world)
    world.another_program(1, 0, 0, "By a browser")
    world.edit(2, 0, {"title": "Two"})
    world.pass_on(2, 1)


def browser_and_upgrade(world: World) -> None:
    """A database browser replaces records of an older version, which is upgraded before anybody looked."""
    world.join("office-a", old=True)
    world.edit(1, 0, {"title": "Launch", "place": "Bishkek"})
    world.edit(1, 1, {"title": "Training", "place": "Osh"})
    world.pass_on(1, 4)
    world.another_program(4, 0, 2, "By a browser")
    world.another_program(4, 1, 0, "By a browser, too")
    world.upgrade(4)
    assert world.seats[4].node.row("activity", "office-a-1")["place"] == "Bishkek"


def early_form(world: World) -> None:
    """A form is opened before there is a record, and deletes it afterwards."""
    world.open_form(1, 0)
    world.edit(1, 0, {"title": "Launch"})
    world.delete(1, 0, from_form=True)
    world.save_form(1, 0, {"narrative": "Words"})


def browser_next_door(world: World) -> None:
    """A database browser changes the framework and another office's record, or makes and removes some."""
    world.edit(0, 4, {"code": "UNDP"})
    world.edit(3, 0, {"title": "Of office B"})
    world.pass_on(0, 1)
    world.pass_on(3, 1)
    for which in (5, 7):  # the framework's record, that of office B
        for how in range(5):
            world.another_program(1, which, how, "Mine now")
            world.repair(1)
            world.look(1)
    world.another_program(2, 7, 2, "Invented")


def stolen(world: World) -> None:
    """A laptop is taken off the list; what it wrote later came to headquarters before, to its colleague after."""
    _shared(world)
    world.edit(1, 0, {"title": "By the thief"})
    world.pass_on(1, 0)
    world.revoke(1, before=2)
    world.pass_on(0, 2)
    world.edit(1, 0, {"women": 9})
    world.pass_on(1, 2)
    world.edit(2, 0, {"narrative": "By the colleague"})
    world.pass_on(2, 0)
    world.pass_on(0, 1)
    world.edit(1, 1, {"title": "It knows, and goes on"})


def adopted(world: World) -> None:
    """Headquarters lets one change of a revoked laptop count, which reaches its colleague after that word."""
    _shared(world)
    world.edit(1, 0, {"title": "Before the theft, too"})
    world.edit(1, 1, {"title": "By the thief"})
    world.send(1, 2)
    world.pass_on(1, 0)
    world.revoke(1, before=2)
    world.adopt(0)
    with world.seats[0].node.engine.connect() as connection:
        word = tips.delta(connection, None, ["framework"])
    world.seats[2].node.apply(word)
    world.deliver(-1, 2)


def forgiven(world: World) -> None:
    """The laptop was found again, and an adoption is taken back before that."""
    _shared(world)
    world.edit(1, 0, {"title": "Later"})
    world.pass_on(1, 0)
    world.revoke(1, before=2)
    world.adopt(0)
    world.keep_apart_again(0)
    world.pass_on(0, 2)
    world.put_back(1)
    world.edit(1, 0, {"narrative": "Words"})


def torn_trespass(world: World) -> None:
    """A change that its author may not make arrives without what it names: nobody waits for that."""
    _shared(world)
    world.intruder(1, 0, 0)
    world.torn(1, 3, 0)


TOLD: tuple[History, ...] = (
    same_field, clocks, lost_dispatch, old_dispatch_last, delete_and_edit, deleted_and_back, brought_back_twice,
    three_values, old_form, the_same_thought, look_alikes, truth_and_one, unknown_fields, restored, forgotten, cloned,
    gap, two_houses, trespass, many_rows, browser, browser_and_upgrade, browser_next_door, early_form,
    stolen, adopted, forgiven, torn_trespass,
)  # fmt: skip
