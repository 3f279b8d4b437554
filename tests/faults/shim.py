"""Builds tests/faults/shim.c and drives it: at the k-th call that changes a file a process dies, or its disk fails."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

#: what happens, in the order of the shim's `enum`
_WHAT = ("off", "count", "kill", "torn", "full", "broken", "log")
What = Literal["count", "kill", "torn", "full", "broken", "log"]
SOURCE = Path(__file__).with_name("shim.c")
#: how a record of the journal begins: letter, lengths of two paths, offset or length, number of bytes
_HEAD = struct.Struct("<cHHqQ")


@dataclass(frozen=True)
class Fault:
    """What happens at the `at`-th call that changes a file below one of `rooms`.

    count: nothing, calls are counted. kill: SIGKILL before the call. torn: SIGKILL after half of the write. full: half
    of the write, then every call that needs room fails with `error` for good. broken: this one call fails with `error`.
    log: every change is written to `journal`, and nothing is forced to the disk.
    """

    what: What
    rooms: tuple[Path, ...]
    at: int = 0
    error: int = errno.ENOSPC
    journal: Path | None = None

    def as_dict(self) -> dict[str, Any]:
        """For the way to another process."""
        rooms = "\n".join(str(room.resolve()) for room in self.rooms)
        return {"what": self.what, "rooms": rooms, "at": self.at, "error": self.error,
                "journal": str(self.journal) if self.journal else None}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A record of the journal.

    letter: W bytes written at `where`, T cut to `where` bytes, S forced to disk, C created, R renamed to `other`,
    U removed, D folder made, M a mark that the process made (its text is `path`).
    """

    letter: str
    path: str
    other: str
    where: int
    data: bytes


def supported() -> bool:
    """Whether processes can be disturbed here: Linux with a C compiler."""
    return sys.platform == "linux" and Path("/proc/self/fd").is_dir()


def build(compiler: str, room: Path) -> Path:
    """Compile the shim; the library to preload."""
    library = room / "shim.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", library, SOURCE, "-ldl"], check=True)
    return library


def arm(fault: dict[str, Any]) -> None:
    """In a process with the shim preloaded: begin with what `Fault.as_dict` gave."""
    journal = os.open(fault["journal"], os.O_WRONLY | os.O_CREAT | os.O_APPEND) if fault["journal"] else -1
    _shim().valise_faults_arm(
        fault["rooms"].encode(), _WHAT.index(fault["what"]), ctypes.c_long(fault["at"]), fault["error"], journal
    )


def disarm() -> None:
    """From here on the disk is as it should be."""
    _shim().valise_faults_disarm()


def calls() -> int:
    """Calls that were counted."""
    return int(_shim().valise_faults_calls())


def mark(text: str) -> None:
    """Write a mark into the journal, such as what was confirmed to a person at this moment."""
    _shim().valise_faults_mark(text.encode())


def _shim() -> Any:
    library = ctypes.CDLL(None)
    library.valise_faults_calls.restype = ctypes.c_long
    return library


def read_journal(path: Path) -> Iterator[Change]:
    """The records of a journal, in order."""
    content = path.read_bytes()
    at = 0
    while at < len(content):
        letter, named, other, where, size = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        ends = (at + named, at + named + other, at + named + other + size)
        yield Change(letter.decode(), content[at:ends[0]].decode(), content[ends[0]:ends[1]].decode(), where,
                     content[ends[1]:ends[2]])  # fmt: skip
        at = ends[2]
