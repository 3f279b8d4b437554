"""The example that people look at: made beside their own folder, whole or not at all, and thrown away like that.

It is built in a folder of another name and renamed when it is whole, so that a run which was cut off leaves nothing
that could be taken for it. A note in it says that it is ours: a folder of that name which somebody else made is never
touched.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from server.base import example
from server.base.errors import Refused
from server.base.i18n import _
from server.base.paths import DataDir, make_folder, sync_folder, write_atomically
from server.services.demo import EXAMPLE, OFFICES, make_folders

#: the office of the example that people look at, by its code
OFFICE = "kg"
_NOTE = "this-is-the-example.txt"
#: headquarters before and after, each office, each dispatch
_STEPS = 2 + 2 * len(OFFICES)
#: seconds that a folder is waited for which another page has open
_PATIENCE = 3.0


@dataclass(frozen=True)
class Step:
    """How far the making is: what was made last, in words, and how much of all in percent."""

    what: str
    percent: int


def is_there(data: DataDir) -> bool:
    """Whether the example beside `data` is made."""
    return _is_ours(data.example) and all((data.example / room).is_dir() for room in example.ROOMS)


def make_example(data: DataDir) -> Iterator[Step]:
    """Make the example beside `data`; it is there when the last step was taken. Errors: Refused, OSError.

    What an earlier try left half made is thrown away first.
    """
    target, half = data.example, _half(data)
    for folder in (half, target):
        _remove(folder)
    make_folder(half)
    write_atomically(half / _NOTE, _("This folder is Valise's example. It may be deleted.").encode())
    programme = half / "programme.json"
    named = (EXAMPLE / "hq.json").read_text(encoding="utf-8")
    programme.write_text(named.replace(f'"{example.WRITTEN_NAME}"', f'"{example.OWN_NAME}"'), encoding="utf-8")
    made = half / "made"
    for count, one in enumerate(make_folders(made, programme, keep_empty=False), 1):
        yield Step(one.what, 98 * count // _STEPS)
    (made / OFFICE).rename(half / "office")
    (made / "hq").rename(half / "hq")
    shutil.rmtree(made)
    programme.unlink()
    half.rename(target)
    sync_folder(target.parent)
    yield Step("", 100)


def throw_away(data: DataDir, sleep: Callable[[float], None] = time.sleep) -> None:
    """Remove the example beside `data`. Errors: Refused when a page or program still has it open, or it is not ours."""
    half = _half(data)
    _remove(half)
    if not data.example.exists():
        return
    _own(data.example)
    tries = 10
    for left in reversed(range(tries)):
        try:
            data.example.rename(half)
            break
        except PermissionError:  # Windows renames no folder while a file in it is open
            if not left:
                raise Refused(
                    _("The example is still open elsewhere: close its other pages, then try again."), "example_open"
                ) from None
            sleep(_PATIENCE / tries)
    _remove(half)


def _half(data: DataDir) -> Path:
    """Where the example is while it is made, and while it is taken away."""
    return data.example.with_name(f"{data.example.name}-unfinished")


def _is_ours(folder: Path) -> bool:
    return (folder / _NOTE).is_file()


def _own(folder: Path) -> None:
    if folder.exists() and not _is_ours(folder) and any(folder.iterdir()):
        raise Refused(
            _("The folder %(folder)s is not Valise's example, and lies where that belongs: give it another name.",
              folder=str(folder)), "not_the_example")  # fmt: skip


def _remove(folder: Path) -> None:
    """Take a folder of ours away; the note last, so that what is left of it by a power cut is known as ours."""
    if not folder.exists():
        return
    _own(folder)
    for inside in folder.iterdir():
        if inside.is_dir():
            shutil.rmtree(inside)
        elif inside.name != _NOTE:
            inside.unlink()
    (folder / _NOTE).unlink(missing_ok=True)
    folder.rmdir()
