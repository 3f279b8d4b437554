"""Files that were dropped in and are looked at before they are imported. They lie in the data folder until then."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

from server.base.errors import NotFound, Refused
from server.base.i18n import _
from server.base.ids import new_id
from server.base.paths import DataDir
from server.base.text import one_line

_MOST = 200
_LONGEST_NAME = 120


def stage(data: DataDir, files: Iterable[tuple[str, Callable[[Path], object]]]) -> str:
    """Keep files, each given by its name and what writes it to a path. Returns the name of the batch.

    Errors: Refused for no file or too many.
    """
    batch = new_id()
    count = 0
    for count, (name, write) in enumerate(files, 1):
        if count > _MOST:
            forget(data, batch)
            raise Refused(_("These are more than %(most)s files: drop them in smaller lots.", most=_MOST), "too_many")
        path = _room(data) / batch / f"{count:03}" / safe_name(name)
        path.parent.mkdir(parents=True)
        write(path)
    if not count:
        raise Refused(_("Choose the files first."), "no_file")
    return batch


def staged(data: DataDir, batch: str) -> list[Path]:
    """The files of a batch in the order they came. Errors: NotFound when they were imported or given up."""
    folder = _batch(data, batch)
    found = sorted(path for path in folder.glob("*/*") if path.is_file()) if folder.is_dir() else []
    if not found:
        raise NotFound(_("These files were dealt with already: look under what was received."))
    return found


def forget(data: DataDir, batch: str) -> None:
    """Remove a batch."""
    shutil.rmtree(_batch(data, batch), ignore_errors=True)


def sweep(data: DataDir) -> None:
    """Remove what earlier runs left."""
    shutil.rmtree(_room(data), ignore_errors=True)


def safe_name(name: str) -> str:
    """A file's own name without folders or control characters; only ever shown."""
    last = one_line(name.replace("\\", "/").rpartition("/")[2])
    kept = "".join(c for c in last if c not in '<>:"|?*')[-_LONGEST_NAME:].strip(". ")
    return kept or "file.pdf"


def _room(data: DataDir) -> Path:
    return data.root / "dropped"


def _batch(data: DataDir, batch: str) -> Path:
    try:
        return _room(data) / str(uuid.UUID(batch))
    except ValueError:
        raise NotFound(_("These files were dealt with already: look under what was received.")) from None
