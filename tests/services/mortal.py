"""Runs commands in processes of their own, which can be killed at any moment.

Run as a program it imports Valise once and then makes a child for every job on stdin, so that a kill falls into the
work itself and not into the imports before it. A job is a JSON list on one line: ["valise", ARGUMENT…] is a command,
["log", FOLDER, NOTES] logs activities for ever and notes each id after its commit. The answers are the child's process
id, then its exit code.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from tests.house import ROOT


class Workshop:
    """The parent of processes that may be killed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.services.mortal"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._answer() == "ready"

    def start(self, *job: object) -> int:
        """Start a job; its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([str(part) for part in job]) + "\n")
        self._process.stdin.flush()
        return int(self._answer())

    def ended(self) -> int:
        """Wait for the job's end; its exit code, -9 when it was killed."""
        return int(self._answer())

    def kill(self, pid: int) -> int:
        """Kill a job that `start` gave, as a power cut would; its exit code (it may have ended before)."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return self.ended()

    def close(self) -> None:
        """Let the parent end."""
        self._process.communicate(timeout=30)

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        assert line, "the workshop ended"
        return line


@contextlib.contextmanager
def workshop() -> Iterator[Workshop]:
    """A workshop that is closed at the end."""
    opened = Workshop()
    yield opened
    opened.close()


def _log_for_ever(folder: str, notes: str) -> None:
    from server.base.clock import system_clock
    from server.base.paths import DataDir
    from server.services.folder import open_folder
    from tests.services.world import log

    opened = open_folder(DataDir(Path(folder)), system_clock)
    told = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in count():
        done = log(opened, f"Activity {number}", narrative="Of some length. " * 20)
        os.write(told, f"{done}\n".encode())


def _work(job: Sequence[str]) -> int:
    from server import cli

    if job[0] == "log":
        _log_for_ever(*job[1:])
    return cli.execute(lambda *_given, **_options: 1, job[1:])


def _child(job: Sequence[str]) -> None:
    """What the child does; it never returns."""
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    code = 70
    try:
        code = _work(job)
    finally:
        os._exit(code)


def main() -> None:
    """The workshop's own process."""
    import server.cli  # noqa: F401  (so that children have it)
    from server.reports.carrier import sealing  # noqa: F401

    assert threading.active_count() == 1
    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _child(json.loads(line))
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
