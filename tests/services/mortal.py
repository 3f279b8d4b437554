"""Runs commands in processes of their own, which can be killed at any moment.

Run as a program it imports Valise once and then makes a child for every job on stdin, so that a kill falls into the
work itself and not into the imports before it. A line is a JSON object: "job" is a list of words, "fault" (or null)
what tests/faults/shim.py is armed with, "told" (or null) a file for what the child prints and how many calls were
counted. The answers are the child's process id, then its exit code.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from tests.house import ROOT


class Workshop:
    """The parent of processes that may be killed. `preload` is a library that all of them get, such as the shim."""

    def __init__(self, preload: Path | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.services.mortal"],
            cwd=ROOT,
            env={**os.environ, **({"LD_PRELOAD": str(preload)} if preload else {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._answer() == "ready"

    def start(self, *job: object, fault: dict[str, Any] | None = None, told: Path | None = None) -> int:
        """Start a job; its process id."""
        assert self._process.stdin is not None
        line = {"job": [str(part) for part in job], "fault": fault, "told": str(told) if told else None}
        self._process.stdin.write(json.dumps(line) + "\n")
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
def workshop(preload: Path | None = None) -> Iterator[Workshop]:
    """A workshop that is closed at the end."""
    opened = Workshop(preload)
    yield opened
    opened.close()


def _valise(*arguments: str) -> int:
    """A command."""
    from server import cli

    return cli.execute(lambda *_given, **_options: 1, arguments)


def _log(folder: str, notes: str, most: str = "0") -> int:
    """Log activities, for ever unless `most` says how many, and note each id after its commit."""
    from server.base.clock import system_clock
    from server.base.paths import DataDir
    from server.services.folder import open_folder
    from tests.services.world import log

    opened = open_folder(DataDir(Path(folder)), system_clock)
    told = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in range(int(most)) if int(most) else count():
        done = log(opened, f"Activity {number}", narrative="Of some length. " * 20)
        os.write(told, f"{done}\n".encode())
        _marked(done)
    opened.close()
    return 0


def _post(folder: str, notes: str, most: str, first: str = "0") -> int:
    """Log activities by the form of the page, and note the title of each that a page confirmed.

    What was not confirmed is told by the page's status and its words; the disk is well again after that.
    """
    from server.app import create_app
    from server.base.config import Config
    from server.base.paths import DataDir
    from tests.faults.forms import log_by_form, said

    client = create_app(Config(DataDir(Path(folder)), "secret")).test_client()
    told = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in range(int(first), int(first) + int(most)):
        answer = log_by_form(client, f"Activity {number} by form")
        if answer.status_code == 302:
            os.write(told, f"Activity {number} by form\n".encode())
            _marked(f"Activity {number} by form")
        else:
            print(answer.status_code, said(answer.get_data(as_text=True)), flush=True)
            _mended()
    return 0


def _marked(text: str) -> None:
    if "LD_PRELOAD" in os.environ:
        from tests.faults import shim

        shim.mark(text)


def _mended() -> None:
    if "LD_PRELOAD" in os.environ:
        from tests.faults import shim

        shim.disarm()


_WORK: dict[str, Callable[..., int]] = {"valise": _valise, "log": _log, "post": _post}


def _child(job: list[str], fault: dict[str, Any] | None, told: str | None) -> None:
    """What the child does; it never returns."""
    silence = os.open(os.devnull, os.O_RDWR)
    shown = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) if told else silence
    for stream, place in ((0, silence), (1, shown), (2, shown)):
        os.dup2(place, stream)
    code, made = 70, 0
    try:
        if fault:
            from tests.faults import shim

            shim.arm(fault)
        code = _WORK[job[0]](*job[1:])
        if fault:
            made = shim.calls()
            shim.disarm()
            print(f"calls {made}", flush=True)
    except BaseException:
        _mended()
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """The workshop's own process."""
    import server.app
    import server.cli  # noqa: F401  (so that children have it)
    import tests.faults.forms
    import tests.faults.shim
    import tests.services.world  # noqa: F401
    from server.reports.carrier import sealing  # noqa: F401

    assert threading.active_count() == 1
    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _child(**json.loads(line))
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
