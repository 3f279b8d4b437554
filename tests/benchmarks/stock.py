"""Folders full of activities: headquarters of the example, changesets of its offices, copies without our triggers."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from server.base.clock import fixed_clock
from server.base.paths import DataDir
from server.domain.activities import search
from server.services.folder import Folder
from server.services.load import record_id
from server.services.setup import set_up_hq
from server.sync.apply import apply_changesets
from server.sync.canonical import Changeset, Op, sealed
from server.sync.shape import office_scope
from tests.benchmarks.texts import EXAMPLE, Logged, activities

CLOCK = fixed_clock("2018-02-01T09:00:00+00:00")
#: changesets in one transaction while a folder is being filled
_BATCH = 10_000


def headquarters(root: Path) -> Folder:
    """A new data folder that is headquarters of the example, with its framework and no office's records."""
    return set_up_hq(DataDir(root), EXAMPLE / "hq.json", None, CLOCK)


def changesets(logged: Iterable[Logged], laptop: int = 1) -> Iterator[Changeset]:
    """One changeset for each activity, as if every one had been logged by itself on its office's laptop."""
    last: dict[str, Changeset] = {}
    for number, one in enumerate(logged):
        office, before = record_id("office", one.office), last.get(one.office)
        place = int(one.office, 36)
        change = sealed(Changeset(
            incarnation=f"{laptop:02x}{place:030x}", scope=office_scope(office),
            seq=before.seq + 1 if before else 1, prev=before.id if before else None,
            depth=before.depth + 1 if before else 1, person=f"Programme officer {one.office.upper()}", office=office,
            device=record_id("device", f"{one.office}-{laptop}"), claimed=1_400_000_000 + 1_200 * number,
            ops=[Op("activity", one.id, {"office": office, **one.values})], app="0.1.0",
        ))  # fmt: skip
        last[one.office] = change
        yield change


def fill(folder: Folder, count: int, seed: int = 1) -> None:
    """Bring that many activities in, the way a dispatch would."""
    stream = changesets(activities(count, seed=seed))
    while batch := list(islice(stream, _BATCH)):
        with folder.engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
            done = apply_changesets(connection, batch)
            assert len(done.new) == len(batch)
    search.catch_up(folder.engine)


def copied(database: Path, target: Path) -> Path:
    """A copy of a database that nobody has open."""
    shutil.copyfile(database, target)
    return target


def bare_connection(database: Path) -> sqlite3.Connection:
    """The database as plain SQLite sees it: the same tables and indexes, none of our triggers, as safe as ours."""
    connection = sqlite3.connect(database, isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-32000")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return connection


def stored_columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """The columns that are written: all but the computed ones."""
    return [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]


def insert(connection: sqlite3.Connection, table: str) -> str:
    """A plain INSERT of all written columns."""
    columns = stored_columns(connection, table)
    return f'INSERT INTO "{table}"({",".join(columns)}) VALUES({",".join("?" * len(columns))})'
