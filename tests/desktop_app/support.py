"""Waiting, fetching, and a started Valise."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

#: generous: a busy machine must not fail a test
PATIENCE = 30.0


def wait_for(look: Callable[[], T | None], what: str) -> T:
    """The first thing that `look` finds."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


def fetch(url: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and text of an answer, refusals included."""
    request = urllib.request.Request(url, data=data, headers=headers or {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


@dataclass
class Started:
    """A started Valise."""

    process: subprocess.Popen[str]
    data: Path

    def note(self) -> dict[str, str]:
        """Its running.json, once it serves."""

        def look() -> dict[str, str] | None:
            assert self.process.poll() is None, self.process.communicate()
            try:
                note: dict[str, str] = json.loads((self.data / "running.json").read_text())
            except (OSError, ValueError):
                return None
            return note if note["address"] and int(note["pid"]) == self.process.pid else None

        return wait_for(look, "the server")

    def url(self, path: str) -> str:
        """One of its addresses."""
        return f"http://{self.note()['address']}{path}"

    def link(self) -> str:
        """The link that it prints."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("http://"):
                return line.strip()
        raise AssertionError(f"no link was printed: {self.process.communicate()}")

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send it a signal; its exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)
