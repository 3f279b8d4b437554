"""A deed done again and again, each time on fresh folders and with something else going wrong."""

from __future__ import annotations

import random
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults import shim
from tests.faults.deeds import Deed, Known, Place, run
from tests.faults.shim import Fault
from tests.services.mortal import Workshop
from tests.services.world import state


@dataclass
class Attempts:
    """`deed` done by processes of `works`, in a room that is emptied each time."""

    deed: Deed
    works: Workshop
    room: Path

    @property
    def told(self) -> Path:
        """What the process printed."""
        return self.room / "told"

    def laid(self) -> Place:
        """Fresh folders."""
        shutil.rmtree(self.room, ignore_errors=True)
        self.room.mkdir()
        return self.deed.lay(self.room)

    def known(self) -> Known:
        """What it does undisturbed, and which calls of it change files."""
        place = self.laid()
        before = state(place.data) if place.data.database.exists() else b""
        fault = Fault("count", self.deed.rooms(place), journal=self.room / "calls").as_dict()
        began = time.monotonic()
        self.works.start(*place.job, fault=fault, told=self.told)
        code = self.works.ended()
        seconds = time.monotonic() - began
        assert code == 0, self.told.read_text("utf-8")
        letters = "".join(call.letter for call in shim.read_journal(self.room / "calls"))
        known = Known(before, state(place.data), letters, seconds)
        self.deed.judge(place, 0, known)
        return known

    def killed_at(self, call: int, what: shim.What, known: Known) -> None:
        """SIGKILL at that call."""
        place = self.laid()
        self.works.start(*place.job, fault=Fault(what, self.deed.rooms(place), call).as_dict())
        self._look(place, self.works.ended(), known)

    def killed_after(self, seconds: float, known: Known) -> None:
        """SIGKILL at that instant."""
        place = self.laid()
        pid = self.works.start(*place.job)
        time.sleep(seconds)
        self._look(place, self.works.kill(pid), known)

    def failed_at(self, call: int, what: shim.What, error: int, known: Known) -> tuple[int, str]:
        """The disk is full, or does not answer, from that call on. The exit code, and what was said."""
        place = self.laid()
        fault = Fault(what, self.deed.rooms(place), call, error).as_dict()
        self.works.start(*place.job, fault=fault, told=self.told)
        code = self.works.ended()
        said = self.told.read_text("utf-8")
        self._look(place, code, known)
        return code, said

    def _look(self, place: Place, code: int, known: Known) -> None:
        """Nothing lost, nothing half; and the second time it goes to its end."""
        assert code in (0, 1, -signal.SIGKILL), self.told.read_text("utf-8")
        self.deed.judge(place, code, known)
        if code:
            assert run(self.works, self.deed.again(place), self.told) == 0, self.told.read_text("utf-8")
            self.deed.judge(place, 1, known)


def chosen(calls: str, count: int, chance: random.Random) -> list[int]:
    """Numbers of so many calls: half of them spread over what is named, created, renamed and removed, of which there is
    little and which matters much, the others over writing and forcing to disk."""
    rare = [number for number, letter in enumerate(calls, 1) if letter in "CRUD"]
    often = [number for number, letter in enumerate(calls, 1) if letter not in "CRUD"]
    first = spread(rare, max(count // 2, count - len(often)), chance)
    return sorted(first + spread(often, count - len(first), chance))


def spread(numbers: list[int], count: int, chance: random.Random) -> list[int]:
    """So many of the numbers, one of each of as many stretches of equal length; all when there are no more."""
    count = min(count, len(numbers))
    return [numbers[int((turn + chance.random()) * len(numbers) / count)] for turn in range(count)]


class telling:  # noqa: N801 - reads as a word in `with`
    """Adds to a failure at which moment it happened."""

    def __init__(self, moment: str) -> None:
        self.moment = moment

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is not None:
            error.add_note(self.moment)
