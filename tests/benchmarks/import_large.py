"""A dispatch of 100,000 changes, received as a person receives it: seconds, memory, the bar, stopping, and once more.

Each import runs in a process of its own, through the window's own job. A fifth of the changes are new activities, the
others edit one; what is measured ends when the job is done, with the index of words at its end.
"""

from __future__ import annotations

import json
import re
import resource
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from server.base.paths import DataDir
from server.services.folder import open_folder
from server.services.receive import receive
from server.services.send import send
from server.web.importing import Job
from tests.benchmarks import stock
from tests.benchmarks.dispatch_large import office_with
from tests.benchmarks.rounds import Asked, Figure, end, run

SIZE = 100_000
#: seconds, bytes, seconds until a stopped import is as if it had not come, milliseconds of what is known already
_LONGEST, _MOST, _STOPS, _AGAIN = 60, 500_000_000, 2, 50
#: parts of the way at which it is stopped
_STOPPED_AT = (0.1, 0.5, 0.95)


def measure(asked: Asked) -> Iterator[Figure]:
    """One process for the whole import, one for each stop."""
    prepared = asked.folder / "prepared"
    files = _dispatches(asked.folder, prepared, asked.size)
    note = f"{asked.size:,} changes, {files[0].stat().st_size:,} bytes"
    told = _in_a_process(asked.folder, prepared, files, "1")
    yield Figure("import it: seconds", told["seconds"], _LONGEST, 1.0, "s", note)
    yield Figure("import it: peak of memory", told["peak"], _MOST, 1.0, "bytes", note)
    yield Figure("longest that the bar stands still", told["still"] * 1000, 2000, 1.0, note="until the commit")
    yield Figure("the same file again", told["again"] * 1000, _AGAIN, 1.0)
    yield Figure("a new file, all of it known", told["known"] * 1000, told["seconds"] * 1000,
                 note="against the import itself")  # fmt: skip
    for part in _STOPPED_AT:
        stopped = _in_a_process(asked.folder, prepared, files, str(part))
        assert stopped["state"] == "stopped"
        assert stopped["left"] == 0
        yield Figure(f"stop it at {part:.0%} of the way", stopped["seconds"] * 1000, _STOPS * 1000, 1.0)


def _dispatches(folder: Path, prepared: Path, size: int) -> tuple[Path, Path]:
    """Headquarters before it, the dispatch, and one that carries the same in another file."""
    with stock.headquarters(prepared) as hq:
        office = office_with(folder, hq, size)
    names = (folder / "large.pdf", folder / "same.pdf")
    with office:
        for name in names:
            send(office, name, period="y1", full=True, cover_only=True, openly=True)
    return names


def _in_a_process(folder: Path, prepared: Path, files: tuple[Path, ...], part: str) -> dict[str, Any]:
    target = folder / "receiver"
    shutil.copytree(prepared, target)
    command = [sys.executable, "-m", "tests.benchmarks.import_large", "--receive", str(target), part, *map(str, files)]
    try:
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    finally:
        shutil.rmtree(target)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


class _Watched(Job):
    """The window's job, with what it told and when."""

    def __init__(self, folder: Any, files: list[Path], part: float) -> None:
        super().__init__(str(uuid.uuid4()), folder, files)
        self.part, self.moments, self.resting = part, [time.perf_counter()], 0.0

    def _watch(self, step: Any) -> None:
        self.moments.append(time.perf_counter())
        if step.total and step.share >= self.part and self.part < 1 and not self.stopping:
            self.resting = self.moments[-2]  # the worst moment: right after the job looked whether it is to stop
            self.stop()
        super()._watch(step)


def received(root: str, part: str, large: str, same: str) -> None:
    """In the process of its own: import it, or stop it on the way; prints what was seen as one line of JSON."""
    with open_folder(DataDir(Path(root)), stock.CLOCK) as folder:
        before = _activities(folder)
        job = _Watched(folder, [Path(large)], float(part))
        started = time.perf_counter()
        job.start()
        while not job.done:
            time.sleep(0.005)
        begun = job.resting or started
        told: dict[str, Any] = {"seconds": time.perf_counter() - begun, "state": job.results[0].state}
        told["peak"] = _peak()
        told["still"] = max(b - a for a, b in zip(job.moments, job.moments[1:], strict=False))
        told["left"] = _activities(folder) - before
        if told["state"] == "imported":
            for name, file in (("again", large), ("known", same)):
                started = time.perf_counter()
                receive(folder, [Path(file)])
                told[name] = time.perf_counter() - started
    print(json.dumps(told))


def _peak() -> int:
    """Most bytes of memory that this process had. Its parent's would be in getrusage's answer."""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _activities(folder: Any) -> int:
    with folder.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM activity").scalar_one())


def main(arguments: list[str] | None = None) -> int:
    """The program."""
    return run(measure, size=SIZE, description=__doc__ or "", arguments=arguments)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--receive"]:
        received(*sys.argv[2:])
    else:
        end(main())
