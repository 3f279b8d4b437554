"""After a run that was cut off: is the database whole, and which copy of it can take its place."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from server.base.paths import DataDir
from server.db.backup import copy_database

log = logging.getLogger("valise.desktop")

#: what SQLite keeps beside its file
_BESIDE = ("", "-wal", "-shm")


def is_whole(database: Path) -> bool:
    """SQLite's quick_check; a database that is not there yet is whole."""
    if not database.exists():
        return True
    try:
        with closing(sqlite3.connect(database, timeout=15)) as connection:
            verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as problem:
        verdict = str(problem)
    if verdict != "ok":
        log.error("the database is damaged: %s", verdict)
    return verdict == "ok"


def newest_copy(data: DataDir) -> Path | None:
    """The newest of the folder's own backups that is whole; None when there is none."""
    copies = sorted(data.backups.glob("*.db"), reverse=True) if data.backups.is_dir() else []
    return next((copy for copy in copies if is_whole(copy)), None)


def put_back(data: DataDir, copy: Path, at: datetime) -> Path:
    """Make `copy` the database. The one that was there is kept, renamed; gives its new path."""
    aside = data.database.with_name(f"{data.database.name}-damaged-{at:%Y%m%dT%H%M%S}")
    for part in _BESIDE:
        old = data.database.with_name(data.database.name + part)
        if old.exists():
            old.replace(aside.with_name(aside.name + part))
    copy_database(copy, data.database)
    log.warning("%s took the place of the damaged database, which is kept as %s", copy.name, aside.name)
    return aside
