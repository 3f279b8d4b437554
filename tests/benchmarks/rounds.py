"""What every benchmark does alike: rounds with both sides in turn, a line for each ratio, a folder on a disk."""

from __future__ import annotations

import argparse
import gc
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: file systems that keep their files in memory
_IN_MEMORY = ("tmpfs", "ramfs", "devtmpfs")


@dataclass(frozen=True)
class Figure:
    """One measured ratio: `ours` and `bare` in `unit`, the bar that the ratio should not pass, and how it was got."""

    name: str
    ours: float
    bare: float
    bar: float | None = None
    unit: str = "ms"
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times the bare side."""
        return self.ours / self.bare if self.bare else float("inf")

    @property
    def missed(self) -> bool:
        """Whether there is a bar and the ratio lies above it."""
        return self.bar is not None and self.ratio > self.bar

    def line(self) -> str:
        """The figure as one line."""
        bar = "" if self.bar is None else f"(bar {self.bar:g}{', missed' if self.missed else ''})"
        sides = f"ours {self._amount(self.ours)}, against {self._amount(self.bare)}"
        return f"{self.name:<38} {self.ratio:6.2f} {bar:<18} {sides}{'; ' + self.note if self.note else ''}"

    def _amount(self, value: float) -> str:
        return f"{value:,.2f} ms" if self.unit == "ms" else f"{value:,.0f} {self.unit}"


@dataclass(frozen=True)
class Asked:
    """What a run was asked for. `folder` is empty and lies on a disk."""

    size: int
    rounds: int
    folder: Path


#: what a benchmark is: figures, one after the other
Measure = Callable[[Asked], Iterable[Figure]]


def compare(
    name: str,
    ours: Callable[[], float],
    bare: Callable[[], float],
    *,
    rounds: int,
    bar: float | None = None,
    note: str = "",
) -> Figure:
    """Run both sides in turn, each of which answers its own seconds; medians of all rounds but the first."""
    times: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    gc.freeze()  # what is here already is not walked through again before each side
    try:
        for number in range(rounds + 1):
            for side, kept in zip((ours, bare), times, strict=True):
                gc.collect()
                seconds = side()
                if number:
                    kept.append(seconds)
    finally:
        gc.unfreeze()
    return taken(name, *times, bar=bar, note=f"{rounds} rounds{', ' + note if note else ''}")


def taken(
    name: str, ours: Sequence[float], bare: Sequence[float], *, bar: float | None = None, note: str = ""
) -> Figure:
    """The figure of two rows of seconds: their medians; the ratio of the quickest of each stands in the note.

    Where others use the machine, the medians lean towards whoever computes more, the quickest do not.
    """
    quickest = f"quickest {min(ours) * 1000:,.2f} against {min(bare) * 1000:,.2f}: {min(ours) / min(bare):.2f}"
    mine, other = statistics.median(ours) * 1000, statistics.median(bare) * 1000
    return Figure(name, mine, other, bar, note=f"{quickest}; {note}")


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """The same work, answering how many seconds it took."""

    def run() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return run


def run(measure: Measure, *, size: int, description: str, arguments: Sequence[str] | None = None) -> int:
    """The program of one benchmark: read the options, print the figures. Answers the exit code."""
    asked = argparse.ArgumentParser(description=description)
    asked.add_argument("--size", type=int, default=size, help=f"how many records (default {size:,})")
    asked.add_argument("--rounds", type=int, default=9, help="rounds that count (default 9, at least 7 say anything)")
    asked.add_argument("--folder", type=Path, help="where to make the databases (default: the temporary folder)")
    asked.add_argument("--check", action="store_true", help="end with 1 when a bar is missed")
    given = asked.parse_args(arguments)
    missed = False
    with working_folder(given.folder) as folder:
        for figure in measure(Asked(given.size, given.rounds, folder)):
            print(figure.line(), flush=True)
            missed = missed or figure.missed
    return int(given.check and missed)


@contextmanager
def working_folder(parent: Path | None = None) -> Iterator[Path]:
    """A new folder on a disk, not in memory, where a commit would cost nothing; taken away at the end."""
    candidates = [parent] if parent else [Path(tempfile.gettempdir()), Path.home(), Path.cwd()]
    chosen = next((path for path in candidates if not in_memory(path)), None)
    if chosen is None:
        raise SystemExit("Every folder tried lies in memory: give one on a disk with --folder.")
    folder = Path(tempfile.mkdtemp(prefix="valise-benchmark-", dir=chosen))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def in_memory(path: Path) -> bool:
    """Whether a folder lies on a file system in memory, as far as the machine tells."""
    mounts = Path("/proc/mounts")
    if not mounts.is_file():
        return False
    best, kind = "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _device, place, file_system, *_rest = line.split(" ")
        inside = path.resolve().is_relative_to(place)
        if inside and len(place) >= len(best):
            best, kind = place, file_system
    return kind in _IN_MEMORY


def end(code: int) -> None:
    """Leave with the exit code."""
    sys.exit(code)
