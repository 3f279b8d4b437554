"""Verified copies of a data folder: one file that holds the database, the filed files, sent dispatches and the key.

A copy counts only once it was opened again and every part matched its digest.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import re
import shutil
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from server.base.errors import Refused
from server.base.i18n import _
from server.base.paths import DataDir, copy_atomically, make_folder, sync_folder

_LIST = "contents.json"
_DATABASE = "valise.db"
#: snapshots made before imports and upgrades; older ones go
_KEPT = 20
#: those made before something was thrown away on purpose; imports do not push them out
_KEPT_APART, _APART = 5, "undo"
#: a copy that is not whole yet; and seconds after which it cannot be somebody's at work any more
_PART, _LONG_AGO = "part", 3600
_SCRATCH = ".backup-"
_NUMBER = re.compile(r"\d{6,}(?=-)")
#: what reading a damaged archive raises
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
)


@dataclass(frozen=True)
class Backup:
    """A verified backup: where it lies, its bytes, how many parts it holds."""

    path: Path
    size: int
    parts: int


def snapshot(data: DataDir, why: str, at: datetime) -> Path | None:
    """A verified copy of the database in the folder's own backups, before something changes it.

    `why` is one word for its name; copies made before an "undo" are kept apart from the others, and fewer of them.
    None when there is no database yet. Errors: Refused when it cannot be verified.
    """
    if not data.database.is_file():
        return None
    make_folder(data.backups)
    number, part = _reserved(data.backups)
    kept = sorted(path.name for path in data.backups.glob("*.db"))
    target = data.backups / f"{number:06}-{at:%Y%m%dT%H%M%S}-{why}.db"
    copy_database(data.database, target, part)
    alike = [name for name in kept if name.endswith(f"-{_APART}.db") == (why == _APART)]
    for old in alike[: 1 - (_KEPT_APART if why == _APART else _KEPT)]:
        (data.backups / old).unlink(missing_ok=True)
    return target


def _reserved(folder: Path) -> tuple[int, Path]:
    """The next copy's number, which another program at the same folder does not get, and the file it grows in.

    Counted, not dated: with the clock set back, the newest copy must not be the first to go. Errors: Refused.
    """
    while True:
        names = [path.name for path in folder.iterdir()]
        number = max((int(found[0]) for name in names if (found := _NUMBER.match(name))), default=0) + 1
        part = folder / f"{number:06}-{_PART}"
        try:
            part.touch(exist_ok=False)
        except FileExistsError:
            continue
        except OSError as error:
            raise _no_room(error) from error
        if not any(folder.glob(f"{number:06}-*.db")):
            _sweep(folder, f"*{_PART}*", part)
            return number, part
        part.unlink()


def _sweep(folder: Path, pattern: str, newer: Path) -> None:
    """Take away what work that was cut off left there long before `newer` was made."""
    limit = newer.stat().st_mtime - _LONG_AGO
    for path in folder.glob(pattern):
        with suppress(OSError):
            if path.stat().st_mtime < limit:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def copy_database(source: Path, target: Path, part: Path | None = None) -> None:
    """Copy a live SQLite database and check the copy. It grows in `part`. Errors: Refused; no half copy is left."""
    part = part or target.with_name(f"{target.name}.{os.getpid()}-{_PART}")
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(part)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
            verdict = new.execute("PRAGMA quick_check").fetchone()[0]
        if verdict != "ok":
            raise _unverified(str(verdict).splitlines()[-1])
        _sync(part)
        part.replace(target)
        sync_folder(target.parent)
    except (sqlite3.OperationalError, OSError) as error:
        raise _no_room(error) from error
    except sqlite3.Error as error:
        raise _unverified(error) from error
    finally:
        for path in (part, part.with_name(f"{part.name}-journal")):
            path.unlink(missing_ok=True)


def _no_room(why: object) -> Refused:
    return Refused(
        _("The backup could not be written (%(why)s): free some disk space and try again.", why=why), "backup"
    )


def _unverified(why: object) -> Refused:
    return Refused(_("The backup could not be verified (%(why)s): nothing was changed.", why=why), "backup")


def write_backup(data: DataDir, target: Path) -> Backup:
    """Write the whole folder as one verified file. Errors: Refused when there is nothing, or no match."""
    if not data.database.is_file():
        raise Refused(_("There is nothing to back up in %(folder)s yet.", folder=data.root), "backup_empty")
    with _scratch(data.root, _SCRATCH) as scratch:
        database = Path(scratch) / _DATABASE
        copy_database(data.database, database)
        packed = Path(scratch) / "backup.zip"
        listed = {}
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, path in [(_DATABASE, database), *_parts(data)]:
                # photos and dispatches are compressed already, and there may be gigabytes of them
                how = zipfile.ZIP_STORED if name.count("/") else zipfile.ZIP_DEFLATED
                archive.write(path, name, how)
                listed[name] = _digest(path)
            archive.writestr(_LIST, json.dumps({"valise-backup": 1, "sha256": listed}, indent=1))
        _verified(packed)
        try:
            size = copy_atomically(packed, target)
        except OSError as error:
            raise Refused(
                _("%(file)s cannot be written (%(why)s): choose another place, or free some disk space, then try "
                  "again.", file=target, why=error.strerror or error), "backup") from None  # fmt: skip
    return Backup(target, size, len(listed))


def restore_backup(source: Path, data: DataDir, at: datetime) -> Path | None:
    """Put a backup into a folder. What was there is moved aside, never deleted; returns where, or None if nothing was.

    Errors: Refused when the file is no backup or one of its parts does not match; the folder is as before.
    """
    parts = _verified(source)
    root, ready = data.root, _ready(data)
    make_folder(root.parent)
    with _scratch(root.parent, f".{root.name}-restore-") as scratch:
        fresh = Path(scratch) / "folder"
        with zipfile.ZipFile(source) as archive:
            for name in parts:
                target = fresh / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as stream, target.open("wb") as out:
                    shutil.copyfileobj(stream, out)
                _sync(target)
        for folder in (fresh, *(path for path in fresh.rglob("*") if path.is_dir())):
            sync_folder(folder)
        if os.name == "posix":
            fresh.chmod(0o700)
            for key in fresh.glob("*.key"):
                key.chmod(0o600)
        if ready.exists():
            shutil.rmtree(ready)
        fresh.replace(ready)
        sync_folder(root.parent)
    aside = _move_aside(root, at)
    try:
        finish_restore(data)
    except OSError:
        if aside:
            aside.replace(root)
        raise
    return aside


def _ready(data: DataDir) -> Path:
    """Where a restored folder waits, whole, for its place."""
    return data.root.with_name(f".{data.root.name}-restored")


def finish_restore(data: DataDir) -> None:
    """Bring a restore to its end that was cut off between moving the old folder aside and putting in the new one.

    Cheap when there is none; one that was cut off before that is forgotten, and the folder is as before. The database
    comes last, so that this too can be cut off and done again.
    """
    ready = _ready(data)
    if not ready.is_dir():
        return
    waiting = ready / _DATABASE
    if waiting.is_file() and not data.database.exists():
        if not data.root.exists():
            ready.replace(data.root)
        else:
            for part in sorted(ready.iterdir(), key=lambda path: path == waiting):
                part.replace(data.root / part.name)
            sync_folder(data.root)
        sync_folder(data.root.parent)
    shutil.rmtree(ready, ignore_errors=True)


@contextmanager
def _scratch(folder: Path, prefix: str) -> Iterator[str]:
    """A folder for work in between; those of work that was cut off go."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=prefix) as scratch:
        _sweep(folder, f"{prefix}*", Path(scratch))
        yield scratch


def _move_aside(root: Path, at: datetime) -> Path | None:
    if not root.exists():
        return None
    if not any(root.iterdir()):
        root.rmdir()
        return None
    aside = root.with_name(f"{root.name}-before-restore-{at:%Y%m%dT%H%M%S}")
    number = 1
    while aside.exists():
        number += 1
        aside = root.with_name(f"{root.name}-before-restore-{at:%Y%m%dT%H%M%S}-{number}")
    root.replace(aside)
    return aside


def _verified(path: Path) -> list[str]:
    """Names of the parts of a backup whose every digest matches. Errors: Refused."""
    broken = Refused(_("%(file)s is not a whole Valise backup: take another copy.", file=path.name), "backup_broken")
    try:
        with zipfile.ZipFile(path) as archive:
            listed: dict[str, str] = json.loads(archive.read(_LIST))["sha256"]
            for name, digest in listed.items():
                if not _stays_inside(name):
                    raise broken
                found = hashlib.sha256()
                with archive.open(name) as stream:
                    while block := stream.read(1 << 20):
                        found.update(block)
                if found.hexdigest() != digest:
                    raise broken
            if _DATABASE not in listed:
                raise broken
            return list(listed)
    except FileNotFoundError:
        raise Refused(_("There is no file %(file)s: check its name.", file=path), "backup_missing") from None
    except _DAMAGE:
        raise broken from None


def _stays_inside(name: str) -> bool:
    """Whether a part's name leads to a place inside the folder on every system, drive letters and streams included."""
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or not path.parts or set(name) & set("\\:"))


def _parts(data: DataDir) -> Iterator[tuple[str, Path]]:
    for key in (data.key, data.root_key, data.seal_key):
        if key.is_file():
            yield key.name, key
    for folder in (data.blobs, data.inbox, data.outbox):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
            if path.is_file() and not path.name.startswith("."):  # those are being written
                yield path.relative_to(data.root).as_posix(), path


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
