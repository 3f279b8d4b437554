"""Backups that a person makes: the whole folder as one file, and the note of when the last one was made.

The note is a file in the data folder: the command makes it without opening the database, and it never travels.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from server.base.clock import Clock
from server.base.paths import DataDir, write_atomically


def note_backup(data: DataDir, clock: Clock) -> None:
    """Remember that a verified backup was made now, and is where its maker wanted it.

    Where the data folder's disk is full the backup counts all the same; Home asks for another one too early, then.
    """
    with suppress(OSError):
        write_atomically(data.last_backup, clock().isoformat().encode())


def last_backup(data: DataDir) -> datetime | None:
    """When the last backup was made; None when none was, or its note cannot be read."""
    try:
        found = datetime.fromisoformat(data.last_backup.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return found if found.tzinfo else None
