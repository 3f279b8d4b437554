"""Peers on SQLite: the bare statements that everything is held against, and SQLite's own session extension."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import zstandard

from tests.benchmarks.peer_work import Workload, columns


class Bare:
    """`executemany` into one plain table, one transaction, `synchronous=FULL`; for bytes, `zstd -19` of the JSON."""

    name = "bare"

    def prepare(self, work: Workload, folder: Path) -> None:
        """A table with the records."""
        self.work, self.files = work, (folder / f"bare-{n}.db" for n in count())
        self.fields = work.fields
        self.filled = next(self.files)
        squeeze = zstandard.ZstdCompressor(level=19).compress
        self.initial, self.delta = squeeze(work.records_as_json()), squeeze(work.edits_as_json())
        self.rows = [(record.id, *columns(record.values, self.fields)) for record in work.records]
        _insert(sqlite3.connect(_made(self.filled, self.fields), isolation_level=None), self.rows)

    def capture(self) -> float:
        """The edits alone: there is nothing to capture them with."""
        return self._on(self.filled, self._edit)

    def merge_initial(self) -> float:
        """The rows."""
        return self._on(_made(next(self.files), self.fields), lambda connection: _insert(connection, self.rows))

    def merge_delta(self) -> float:
        """The edits, one statement for each field."""
        return self._on(self.filled, self._edit)

    def _edit(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for name in self.fields:
            values = [(edit.value, edit.id) for edit in self.work.edits if edit.field == name]
            connection.executemany(f"UPDATE record SET {name}=? WHERE id=?", values)
        connection.execute("COMMIT")

    def _on(self, database: Path, work: Callable[[sqlite3.Connection], None]) -> float:
        connection = sqlite3.connect(shutil.copyfile(database, next(self.files)), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        started = time.perf_counter()
        work(connection)
        taken = time.perf_counter() - started
        connection.close()
        return taken


class Sessions:
    """SQLite's session extension by way of apsw: changesets of plain tables. It keeps no history and no conflicts."""

    name = "SQLite sessions"

    def prepare(self, work: Workload, folder: Path) -> None:
        """A table whose filling was recorded."""
        import apsw

        self.apsw, self.work, self.files = apsw, work, (folder / f"sessions-{n}.db" for n in count())
        self.fields = work.fields
        self.empty, self.filled = _made(next(self.files), self.fields), next(self.files)
        connection = apsw.Connection(str(shutil.copyfile(self.empty, self.filled)))
        recorder = self._recorder(connection)
        _insert(connection, [(record.id, *columns(record.values, self.fields)) for record in work.records])
        self.initial = recorder.changeset()
        recorder.close()
        connection.close()

    def capture(self) -> float:
        """The edits under a session, and its changeset."""
        connection = self._open(self.filled)
        started = time.perf_counter()
        recorder = self._recorder(connection)
        connection.execute("BEGIN IMMEDIATE")
        for edit in self.work.edits:
            connection.execute(f"UPDATE record SET {edit.field}=? WHERE id=?", (edit.value, edit.id))
        connection.execute("COMMIT")
        self.delta = recorder.changeset()
        taken = time.perf_counter() - started
        recorder.close()
        connection.close()
        return taken

    def merge_initial(self) -> float:
        """Apply the whole."""
        return self._apply(self.empty, self.initial)

    def merge_delta(self) -> float:
        """Apply the edits."""
        return self._apply(self.filled, self.delta)

    def _apply(self, database: Path, changeset: bytes) -> float:
        connection = self._open(database)
        started = time.perf_counter()
        self.apsw.Changeset.apply(changeset, connection)
        taken = time.perf_counter() - started
        connection.close()
        return taken

    def _open(self, database: Path) -> Any:
        connection = self.apsw.Connection(str(shutil.copyfile(database, next(self.files))))
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _recorder(self, connection: Any) -> Any:
        recorder = self.apsw.Session(connection, "main")
        recorder.attach()
        return recorder


def _made(database: Path, fields: list[str]) -> Path:
    connection = sqlite3.connect(database)
    connection.execute(f"CREATE TABLE record(id TEXT PRIMARY KEY NOT NULL, {','.join(fields)})")
    connection.close()
    return database


def _insert(connection: Any, rows: list[tuple[Any, ...]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(f"INSERT INTO record VALUES({','.join('?' * len(rows[0]))})", rows)
    connection.execute("COMMIT")
