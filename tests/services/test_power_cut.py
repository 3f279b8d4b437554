"""The power fails: what was confirmed is on the disk, although all that was not forced to it is gone or there in part.

What a process did to its files is written down and played back onto a disk without favours (tests/faults/powercut.py).
SQLite promises this of its own files with `synchronous=FULL` (https://sqlite.org/atomiccommit.html); played back with
them are the order in which we use it and our own files: dispatches, keys, copies, restored folders. VALISE_CUTS says
how many cuts in all.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.base.paths import DataDir, write_atomically
from tests.conftest import Require, RequireTool
from tests.faults import shim
from tests.faults.attempts import Attempts, telling
from tests.faults.deeds import NAMES, Deed, Known, Place, deeds
from tests.faults.powercut import Disk
from tests.faults.shim import Change, Fault
from tests.services.mortal import Workshop, workshop
from tests.services.world import Example

pytestmark = pytest.mark.slow
#: cuts in all, over all deeds
CUTS = int(os.environ.get("VALISE_CUTS", "77"))


@pytest.fixture(scope="module")
def works(require: Require, require_tool: RequireTool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """Where processes are made that write down what they do to their files."""
    require(shim.supported(), "a Linux system")
    with workshop(shim.build(require_tool("gcc"), tmp_path_factory.mktemp("shim"))) as opened:
        yield opened


def written_down(attempts: Attempts, place: Place) -> list[Change]:
    """Do the deed; all that it did to files."""
    journal = place.room / "journal"
    fault = Fault("log", attempts.deed.rooms(place), journal=journal)
    attempts.works.start(*place.job, fault=fault.as_dict(), told=attempts.told)
    assert attempts.works.ended() == 0, attempts.told.read_text("utf-8")
    return list(shim.read_journal(journal))


def judge(deed: Deed, disk: Disk, place: Place, target: Path, code: int, known: Known) -> None:
    """Look at the folder that is left on the disk."""
    left = Place(DataDir(target / place.data.root.relative_to(place.room)), target, ())
    left.out.mkdir(exist_ok=True)
    left.notes.write_text("".join(f"{mark}\n" for mark in disk.marks), "utf-8")
    deed.judge(left, code, known)


@pytest.mark.parametrize("name", NAMES)
def test_whenever_the_power_fails(name: str, example: Example, works: Workshop, tmp_path: Path) -> None:
    deed = deeds(example)[name]
    attempts = Attempts(deed, works, tmp_path / "room")
    known = attempts.known()
    place = attempts.laid()
    disk = Disk(place.room)
    changes = written_down(attempts, place)
    chance = random.Random(name)
    cuts = max(2, CUTS // len(NAMES) - 1)
    moments = sorted(chance.randrange(len(changes)) for _cut in range(cuts))
    target = tmp_path / "after-the-cut"
    for number, change in enumerate(changes):
        disk.do(change)
        for turn in range(moments.count(number)):
            with telling(f"after {number + 1} of {len(changes)} changes"):
                disk.cut(target, chance if (number + turn) % 3 else None)
                judge(deed, disk, place, target, -9, known)
    with telling("after the end"):
        disk.cut(target, None)
        judge(deed, disk, place, target, 0, known)
    shutil.rmtree(target)


class TestDisk:
    """The model itself forgets what it should."""

    def play(self, room: Path, *changes: Change) -> dict[str, bytes]:
        """What is surely there after those changes in an empty room."""
        disk = Disk(room)
        for change in changes:
            disk.do(change)
        after = room.with_name(f"{room.name}-after")
        disk.cut(after, None)
        return {path.name: path.read_bytes() for path in after.iterdir()}

    def test_bytes_and_names_are_gone_unless_they_were_forced(self, tmp_path: Path) -> None:
        path = str(tmp_path / "a")
        made, written = Change("C", path, "", 0, b""), Change("W", path, "", 0, b"abc")
        forced, folder = Change("S", path, "", 0, b""), Change("S", str(tmp_path), "", 0, b"")
        assert self.play(tmp_path, made, written) == {}
        assert self.play(tmp_path, made, written, forced) == {}
        assert self.play(tmp_path, made, folder, written) == {"a": b""}
        assert self.play(tmp_path, made, written, forced, folder) == {"a": b"abc"}

    def test_a_rename_that_was_not_forced_leaves_the_old_name(self, tmp_path: Path) -> None:
        old, new = str(tmp_path / "old"), str(tmp_path / "new")
        folder = Change("S", str(tmp_path), "", 0, b"")
        written = (Change("C", old, "", 0, b""), Change("W", old, "", 0, b"abc"), Change("S", old, "", 0, b""), folder)
        renamed = Change("R", old, new, 0, b"")
        assert self.play(tmp_path, *written, renamed) == {"old": b"abc"}
        assert self.play(tmp_path, *written, renamed, folder) == {"new": b"abc"}

    def test_by_chance_parts_of_what_was_written_are_there(self, tmp_path: Path) -> None:
        path = tmp_path / "a"
        path.write_bytes(b"." * 2048)
        disk = Disk(tmp_path)
        disk.do(Change("W", str(path), "", 0, b"x" * 2048))
        found = set()
        for seed in range(40):
            disk.cut(tmp_path / "after", random.Random(seed))
            found.add((tmp_path / "after" / "a").read_bytes())
        assert {len(one) for one in found} == {2048}
        blocks = {one[start : start + 512] for one in found for start in range(0, 2048, 512)}
        assert blocks == {b"x" * 512, b"." * 512}
        assert len(found) > 8


def test_a_file_that_was_written_at_once_survives_a_cut_in_the_next_instant(
    works: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`write_atomically` forces the file, then its name, then the names of folders it made."""
    forced: list[str] = []
    real = os.fsync

    def noted(descriptor: int) -> None:
        forced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    write_atomically(tmp_path / "one" / "two" / "a.pdf", b"all of it")
    assert forced == ["one", tmp_path.name, f".a.pdf.{os.getpid()}.part", "two"]
