"""Files that leave Valise: the save dialog, and the system's viewer."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import platformdirs

from server.base.errors import Refused
from server.base.i18n import _
from server.base.paths import copy_atomically, write_atomically

log = logging.getLogger("valise.desktop")

#: what a viewer may be started for; anything else could be a program that came in a dispatch
_VIEWED = re.compile(
    r"\.(pdf|docx|xlsx|pptx|odt|ods|odp|csv|txt|xml|json|eml|png|jpg|jpeg|gif|webp|zip)", re.IGNORECASE
)
#: not allowed in names on Windows, where the file may go next
_UNFIT = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
_LONGEST_NAME = 150


class Asks(Protocol):
    """The dialogs of a window."""

    @property
    def asks_before_overwriting(self) -> bool:
        """True where the save dialog itself does."""

    def ask_where(self, folder: Path, name: str, kind: str) -> Path | None:
        """The chosen path, or None."""

    def confirm(self, title: str, text: str) -> bool:
        """The answer to a question."""


class Files:
    """Saves and shows files for the pages. Every method is for worker threads: dialogs block them, not the window."""

    def __init__(self, window: Asks, viewed: Path) -> None:
        self._window = window
        self._viewed = viewed
        self._folder = first_folder()
        self._known: set[Path] = set()
        self._dialog = threading.Lock()

    def save(self, suggested_name: str, data: bytes | Path) -> Path | None:
        """Ask where, write all of `data` or nothing, and give the path; None when the person cancels.

        A path as `data` stands for what lies there.

        A missing suffix is added, and an existing file is replaced only after asking. Refused when a dialog is open
        already, or when the place cannot be written to.
        """
        if not self._dialog.acquire(blocking=False):
            raise Refused(_("A save dialog is open already. Finish that one first."), "busy")
        try:
            return self._save(fit_name(suggested_name), data)
        finally:
            self._dialog.release()

    def _save(self, name: str, data: bytes | Path) -> Path | None:
        suffix = Path(name).suffix
        kind = f"{suffix[1:].upper()} (*{suffix})" if suffix[1:].isalnum() else ""
        while True:
            chosen = self._window.ask_where(self._folder, name, kind)
            if chosen is None:
                return None
            path = with_suffix(chosen, suffix)
            asked = self._window.asks_before_overwriting and path == chosen
            if asked or not path.exists() or self._may_replace(path):
                break
            name = path.name
        try:
            if isinstance(data, Path):
                copy_atomically(data, path, mode=0o644)
            else:
                write_atomically(path, data, mode=0o644)
        except OSError as problem:
            log.warning("not saved: %s", problem)
            raise Refused(
                _("%(name)s could not be saved there. Choose another folder.", name=path.name), "not_saved"
            ) from problem
        self._folder = path.parent
        self._known.add(path)
        return path

    def _may_replace(self, path: Path) -> bool:
        return self._window.confirm(_("Replace the file?"), _("%(name)s is there already. Replace it?", name=path.name))

    def view(self, suggested_name: str, data: bytes) -> Path:
        """Show `data` in the system's viewer, from where it can be printed; gives the path of the copy it shows."""
        path = self._viewed / fit_name(suggested_name)
        write_atomically(path, data)
        self._known.add(path)
        self.open(path)
        return path

    def open(self, path: Path) -> None:
        """Open a file that was saved or viewed since the start. Refused for any other, and for programs."""
        self._check(path)
        if not _VIEWED.fullmatch(path.suffix):
            raise Refused(_("Valise does not open files of this kind. Open it from its folder."), "not_opened")
        start_viewer([str(path)], path)

    def show_in_folder(self, path: Path) -> None:
        """Open the folder of a file that was saved since the start, with the file selected where that is possible."""
        self._check(path)
        start_viewer(folder_command(path), path.parent)

    def _check(self, path: Path) -> None:
        if path not in self._known:
            raise Refused(_("This file was not saved by Valise just now. Open it from its folder."), "not_opened")
        if not path.exists():
            raise Refused(_("%(name)s is not there any more. Save it again.", name=path.name), "not_opened")

    def clear(self) -> None:
        """Remove the copies that were made for viewing; one that is still open somewhere stays."""
        if self._viewed.is_dir():
            for copy in self._viewed.iterdir():
                try:
                    copy.unlink()
                except OSError:
                    log.info("a viewed copy is still in use")


def first_folder() -> Path:
    """Where the first save dialog opens: the person's downloads, documents or home, whichever is there."""
    wanted = (Path(platformdirs.user_downloads_dir()), Path(platformdirs.user_documents_dir()))
    return next((folder for folder in wanted if folder.is_dir()), Path.home())


def fit_name(suggested: str) -> str:
    """`suggested` as a file name on every system: no folders, no reserved signs, not too long, suffix kept."""
    name = _UNFIT.sub("-", suggested).strip(" .-") or "valise"
    stem, suffix = Path(name).stem, Path(name).suffix
    return stem[: _LONGEST_NAME - len(suffix)] + suffix


def with_suffix(chosen: Path, suffix: str) -> Path:
    """`chosen`, ending in `suffix`: some dialogs leave it out."""
    return chosen if chosen.suffix.lower() == suffix.lower() else chosen.with_name(chosen.name + suffix)


def folder_command(path: Path) -> list[str]:
    """The command that shows `path` in its folder; on Linux the desktop's file manager is called over D-Bus."""
    if sys.platform == "win32":
        return ["explorer", f"/select,{path}"]
    if sys.platform == "darwin":
        return ["open", "-R", str(path)]
    address = "file://" + quote(str(path))
    return [
        "gdbus", "call", "--session", "--timeout", "3", "--dest", "org.freedesktop.FileManager1",
        "--object-path", "/org/freedesktop/FileManager1", "--method", "org.freedesktop.FileManager1.ShowItems",
        f"['{address}']", "",
    ]  # fmt: skip


def start_viewer(command: list[str], target: Path) -> None:
    """Run what shows `target`. Refused with its path when the desktop has nothing for it."""
    if sys.platform == "win32":
        if command[0] == "explorer":
            subprocess.Popen(command)  # noqa: S603 (our own words, and a path that we wrote)
        else:
            os.startfile(target)  # noqa: S606
        return
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    tries = [[opener, str(target)]] if len(command) == 1 else [command, [opener, str(target)]]
    for attempt in tries:
        try:
            done = subprocess.run(attempt, timeout=10, capture_output=True, check=False)  # noqa: S603 (as above)
        except subprocess.TimeoutExpired:
            return  # some openers stay until the viewer is closed
        except OSError:
            continue
        if done.returncode == 0:
            return
    raise Refused(_("This computer has nothing to show it with. It is in %(path)s", path=str(target)), "not_opened")
