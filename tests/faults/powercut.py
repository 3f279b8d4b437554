"""Rebuilds what a disk holds after a power cut, from the journal of everything a process did to its files.

The model is that of a journalling file system without favours. Names change in the order in which the process changed
them, and a cut keeps some beginning of that order: at least up to the last name whose folder was forced to disk. Bytes
and lengths of a file are sure once that file was forced to disk; of what was written since, any part may be there,
block by block, whatever the order. A renamed file brings the bytes it has by then, which may be none.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.shim import Change

#: bytes that a disk writes whole or not at all
_BLOCK = 512
#: the shared memory of SQLite does not survive its processes and is made anew
_NEVER = ("-shm",)


@dataclass
class _File:
    """A file's bytes that are sure, and what was done to it since."""

    sure: bytes = b""
    since: list[Change] = field(default_factory=list)

    def now(self, keep: random.Random | None) -> bytes:
        """Its bytes: with all that was written since, or by chance with parts of it; None keeps nothing of it."""
        content = bytearray(self.sure)
        for change in self.since if keep is not None else ():
            _do(content, change, keep)
        return bytes(content)

    def force(self) -> None:
        """All of it is on disk."""
        content = bytearray(self.sure)
        for change in self.since:
            _do(content, change, None)
        self.sure, self.since = bytes(content), []


def _do(content: bytearray, change: Change, keep: random.Random | None) -> None:
    """Write or cut; with `keep`, by chance, and only some blocks of what was written."""
    if change.letter == "T":
        if keep is None or keep.random() < 0.5:
            content[:] = content[: change.where].ljust(change.where, b"\0")
        return
    end = change.where + len(change.data)
    if len(content) < end and (keep is None or keep.random() < 0.8):
        content.extend(bytes(end - len(content)))
    start = change.where
    while start < end:
        stop = min(end, (start // _BLOCK + 1) * _BLOCK)
        if stop <= len(content) and (keep is None or keep.random() < 0.5):
            content[start:stop] = change.data[start - change.where : stop - change.where]
        start = stop


class Disk:
    """A disk with the files below `room` as they are now; changes of the journal are done to it one by one."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self._files: dict[str, _File] = {}
        self._folders: set[str] = {str(room)}
        for path in sorted(room.rglob("*")):
            if path.is_dir():
                self._folders.add(str(path))
            else:
                self._files[str(path)] = _File(path.read_bytes())
        #: names as they surely are, and what was done to names since
        self._sure = (dict(self._files), set(self._folders))
        self._since: list[Change] = []
        self._made: list[_File | None] = []
        self.marks: list[str] = []

    def do(self, change: Change) -> None:
        """The next change of the journal."""
        if change.letter == "M":
            self.marks.append(change.path)
        elif change.path.endswith(_NEVER) or change.path.endswith(" (deleted)"):
            return
        elif change.letter in "WT":
            self._files.setdefault(change.path, _File()).since.append(change)
        elif change.letter == "S":
            self._force(change.path)
        else:
            if change.letter == "C":
                self._files.setdefault(change.path, _File())
            made = self._files.get(change.path)
            _name(change, self._files, self._folders, made)
            self._since.append(change)
            self._made.append(made)

    def _force(self, path: str) -> None:
        """A file's bytes, or the names up to the last one changed in a folder, are on disk from now on."""
        if path in self._files:
            self._files[path].force()
            return
        last = max((n for n, one in enumerate(self._since, 1) if path in _folders_of(one)), default=0)
        for change, made in zip(self._since[:last], self._made[:last], strict=True):
            _name(change, *self._sure, made)
        del self._since[:last], self._made[:last]

    def cut(self, target: Path, chance: random.Random | None) -> None:
        """Write what is there after a cut at this moment: only what is sure, or by `chance` more of it."""
        files, folders = dict(self._sure[0]), set(self._sure[1])
        kept = chance.randint(0, len(self._since)) if chance else 0
        for change, made in zip(self._since[:kept], self._made[:kept], strict=True):
            _name(change, files, folders, made)
        shutil.rmtree(target, ignore_errors=True)
        for folder in sorted(folders):
            (target / Path(folder).relative_to(self.room)).mkdir(parents=True, exist_ok=True)
        for path, file in files.items():
            place = target / Path(path).relative_to(self.room)
            if place.parent.is_dir() and not path.endswith(_NEVER):
                place.write_bytes(file.now(chance))


def _folders_of(change: Change) -> Sequence[str]:
    """Folders whose names a change changes."""
    return [str(Path(path).parent) for path in (change.path, change.other) if path]


def _name(change: Change, files: dict[str, _File], folders: set[str], made: _File | None) -> None:
    """Change a name: C create, D make a folder, R rename with all that is in it, U remove."""
    if change.letter == "C" and made is not None:
        files[change.path] = made
    elif change.letter == "D":
        folders.add(change.path)
    elif change.letter == "U":
        files.pop(change.path, None)
        folders.discard(change.path)
    elif change.letter == "R":
        moved = [one for one in (*files, *folders) if one == change.path or one.startswith(f"{change.path}/")]
        for old in moved:
            new = change.other + old[len(change.path) :]
            if old in files:
                files[new] = files.pop(old)
            else:
                folders.discard(old)
                folders.add(new)
