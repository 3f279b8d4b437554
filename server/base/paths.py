"""Where things lie: the data folder, and the templates and static files of a checkout, wheel or frozen build."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs


def default_data_dir() -> Path:
    """The user's data folder: VALISE_DATA, or the operating system's place for an application's data."""
    chosen = os.environ.get("VALISE_DATA")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("Valise", appauthor=False))


def asset_dir() -> Path:
    """The folder that holds `templates/` and `static/`."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        return Path(frozen)
    package = Path(__file__).resolve().parent.parent
    inside = package / "_assets"
    return inside if inside.is_dir() else package.parent


@dataclass(frozen=True)
class DataDir:
    """The rooms of one data folder. Nothing is created by asking for a path."""

    root: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.root / "valise.db"

    @property
    def key(self) -> Path:
        """This device's private key, PEM, readable by its owner only."""
        return self.root / "device.key"

    @property
    def root_key(self) -> Path:
        """At headquarters: the programme's root key, PEM, readable by its owner only."""
        return self.root / "programme.key"

    @property
    def seal_key(self) -> Path:
        """The private key that sealed dispatches are opened with, readable by its owner only."""
        return self.root / "seal.key"

    @property
    def witness(self) -> Path:
        """What the last run knew of its own identity; lies outside the database and its backups."""
        return self.root / "witness.json"

    @property
    def lock(self) -> Path:
        """The file whose lock says that a window has this folder open."""
        return self.root / "valise.lock"

    @property
    def running(self) -> Path:
        """Address and key of the running window; left over when the last run did not end."""
        return self.root / "running.json"

    @property
    def blobs(self) -> Path:
        """Filed files by content hash."""
        return self.root / "files"

    @property
    def thumbnails(self) -> Path:
        """Small pictures of filed photos; made anew when they are gone."""
        return self.root / "thumbnails"

    @property
    def inbox(self) -> Path:
        """Dispatches as they came, by content hash."""
        return self.root / "inbox"

    @property
    def refused(self) -> Path:
        """The newest small files that were refused, by content hash; nothing in here was ever taken in."""
        return self.root / "refused"

    @property
    def outbox(self) -> Path:
        """Dispatches as they were sent: each is a restore point."""
        return self.root / "outbox"

    @property
    def backups(self) -> Path:
        """Verified backups made before imports and upgrades."""
        return self.root / "backups"

    @property
    def last_backup(self) -> Path:
        """The note of when the last backup was made."""
        return self.root / "last-backup"

    @property
    def log(self) -> Path:
        """The rotating log file."""
        return self.root / "valise.log"

    @property
    def webview(self) -> Path:
        """The web view's own storage."""
        return self.root / "webview"

    @property
    def example(self) -> Path:
        """Where the example lies: beside this folder, never in it. Each of its rooms is a data folder of its own."""
        return self.root.with_name(f"{self.root.name}-example")

    def create(self) -> DataDir:
        """Make the folder, closed to other users of the machine. Returns itself."""
        make_folder(self.root)
        if os.name == "posix":
            self.root.chmod(0o700)
        return self


def make_folder(path: Path) -> None:
    """Make a folder and those above it, so that a power cut does not take them back."""
    missing = [one for one in (path, *path.parents) if not one.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for one in missing:
        sync_folder(one.parent)


def sync_folder(path: Path) -> None:
    """Force the names in a folder to disk: until then a power cut may take a new or renamed file back (POSIX).

    Where folders cannot be opened or forced, as on Windows and some sticks, the system keeps order itself.
    """
    if os.name != "posix":
        return
    with suppress(PermissionError):
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
                raise
        finally:
            os.close(folder)


def write_atomically(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write all of `data` or nothing, on disk before it returns: temporary file beside it, fsync, rename, fsync."""
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def copy_atomically(source: Path, target: Path, mode: int = 0o600) -> int:
    """As `write_atomically`, for a file that may not fit into memory. Returns its bytes."""
    make_folder(target.parent)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as out, source.open("rb") as stream:
            shutil.copyfileobj(stream, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
            size = out.tell()
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
    return size
