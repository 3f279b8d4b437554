"""Undoing in any order, broken off, or killed: the records follow from what is imported, whatever happened before."""

from __future__ import annotations

import os
import random
import time
from contextlib import suppress
from pathlib import Path

import pytest

from server.base.errors import Refused
from server.services import arrivals, losses, undo
from server.services.diagnostics import examine
from server.services.receive import again, receive
from server.services.send import send
from tests.services.mortal import workshop
from tests.services.test_undo import assert_sound, believed, inbox_of, own, undone
from tests.services.world import NOW, Desk, Example, copy_folder, dump, log, pretend_received, rows, state


@pytest.mark.parametrize("seed", range(4))
def test_after_any_coming_and_undoing_the_same_files_give_the_same_records(desk: Desk, seed: int):
    """Imports, saves of our own and undone imports in a random order; in the end everything is imported once more."""
    chance = random.Random(seed)
    hq, control = desk.open("hq"), desk.open("hq")
    offices = [desk.open(code) for code in ("kg", "md")]
    files: list[Path] = []
    for turn in range(14):
        what = chance.choice(("send", "send", "undo", "again", "own"))
        if what == "send":
            office = chance.choice(offices)
            if chance.random() < 0.3:
                pretend_received(office, hq)
            log(office, f"Activity {turn}")
            files += send(office, desk.file(f"{turn}.pdf"), period="y1", full=chance.random() < 0.2).files
            receive(hq, [chance.choice(files), files[-1]])
        elif what == "own":
            own(hq, f"Our own {turn}")
        else:
            wanted = "imported" if what == "undo" else "undone"
            known = [row[0] for row in rows(hq.data, "SELECT sha256 FROM sync_inbox WHERE state=? AND snapshot IS NOT"
                                            " NULL OR state=?", wanted, wanted) if what == "again"
                     or losses.can_be(hq, arrivals.found(hq, row[0]))]  # fmt: skip
            if known and what == "undo":
                with suppress(Refused):  # the copies were made before something that was undone since
                    undo.undo(hq, chance.choice(known), anyway=True)
            elif known:
                again(hq, chance.choice(known))
    receive(control, files)
    receive(control, files)
    for _time in range(2):  # what builds on an earlier one goes in the second time
        receive(hq, files)
        for (gone,) in rows(hq.data, "SELECT sha256 FROM sync_inbox WHERE state='undone'"):
            again(hq, gone)
    for office in offices:
        for table in ("activity", "report", "planned_activity"):
            query = f"SELECT * FROM {table} WHERE office=? ORDER BY id"
            ours, theirs, its_own = (rows(where.data, query, office.identity.office) for where in (hq, control, office))
            assert ours == theirs == its_own
    assert_sound(hq)


def test_an_undoing_that_breaks_off_changes_nothing(example: Example, desk: Desk, monkeypatch: pytest.MonkeyPatch):
    hq = desk.open("hq-empty")
    receive(hq, [example.dispatch("kg"), example.dispatch("md")])
    before = dump(hq), believed(hq.data), inbox_of(hq)

    def fail(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(undo, "_take_acknowledgements_back", fail)
        with pytest.raises(OSError, match="No space"):
            undone(hq, "kg-y1.pdf")
    assert (dump(hq), believed(hq.data), inbox_of(hq)) == before
    undone(hq, "kg-y1.pdf")
    assert_sound(hq)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks processes")
def test_a_killed_undoing_left_all_or_nothing(example: Example, desk: Desk):
    hq = desk.open("hq-empty")
    without = dump(hq)
    receive(hq, [example.dispatch("kg"), example.dispatch("md")])
    undone(hq, "md-y1.pdf")
    full = dump(hq)
    hq.close()
    with workshop() as works:
        began = time.monotonic()
        works.start("valise", "undo", "kg-y1.pdf", "--data", copy_folder(hq.data.root, desk.folder("whole").root).root)
        assert works.ended() == 0
        lasts = time.monotonic() - began
        for turn in range(8):
            data = copy_folder(hq.data.root, desk.folder(f"killed-{turn}").root)
            pid = works.start("valise", "undo", "kg-y1.pdf", "--data", data.root)
            time.sleep(lasts * (0.3 + 0.7 * turn / 8))
            killed = works.kill(pid) != 0
            assert state(data) in (full, without)
            assert [finding.sentence for finding in examine(data, NOW) if not finding.good] == []
            if killed and state(data) == full:
                works.start("valise", "undo", "kg-y1.pdf", "--data", data.root)
                assert works.ended() == 0
            assert state(data) == without
