"""Import new activities at headquarters, against `executemany` of the rows and changes that this leaves."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from server.db.session import open_engine
from server.sync import tips
from server.sync.apply import apply_changesets
from server.sync.canonical import Changeset
from server.sync.payload import read_payload, write_payload
from tests.benchmarks import stock
from tests.benchmarks.dispatches import manifest
from tests.benchmarks.rounds import Asked, Figure, compare, end, run
from tests.benchmarks.texts import activities

SIZE, BAR = 10_000, 2.0
#: the tables an import writes
_TABLES = ("activity", "sync_changeset", "sync_row", "sync_stream", "sync_signer", "sync_tip")
#: what an import does inside its transaction
Work = Callable[[sa.Connection], object]


def measure(asked: Asked) -> Iterator[Figure]:
    """The import of changesets that were read, and from the payload's bytes; each with its commit."""
    folder = stock.headquarters(asked.folder / "hq")
    folder.close()
    changes = list(stock.changesets(activities(asked.size)))
    rows = _left_by(asked.folder, folder.data.database, changes)
    payload = write_payload(manifest(), changes)
    files = (asked.folder / f"round-{number}.db" for number in count())
    note = f"{asked.size:,} activities"

    def bare() -> float:
        return _bare(folder.data.database, next(files), rows)

    def ours(work: Work) -> Callable[[], float]:
        return lambda: _import(folder.data.database, next(files), work)

    def apply_read() -> float:
        read = read_payload(payload).changes
        return _import(folder.data.database, next(files), lambda connection: apply_changesets(connection, read))

    def from_bytes(connection: sa.Connection) -> None:
        apply_changesets(connection, read_payload(payload, find=tips.finder(connection, {})).changes)

    raws = [change.raw for change in changes]
    yield compare("import: apply what was read", apply_read, bare, rounds=asked.rounds, bar=BAR, note=note)
    yield compare("import: decode changesets and apply", ours(lambda c: apply_changesets(c, raws)), bare,
                  rounds=asked.rounds, note=note)  # fmt: skip
    yield compare("import: read the payload and apply", ours(from_bytes), bare, rounds=asked.rounds, note=note)


def _import(database: Path, target: Path, work: Work) -> float:
    """Seconds of one import into a fresh copy, until it is on the disk."""
    engine = open_engine(stock.copied(database, target))
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT count(*) FROM activity"))
        with engine.connect().execution_options(begin="IMMEDIATE") as connection:
            started = time.perf_counter()
            with connection.begin():
                work(connection)
            return time.perf_counter() - started
    finally:
        engine.dispose()
        _remove(target)


def _left_by(folder: Path, database: Path, changes: Sequence[Changeset]) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each table that the import adds."""
    target = stock.copied(database, folder / "left.db")
    bare = stock.bare_connection(target)
    before = {table: set(_all(bare, table)) for table in _TABLES}
    bare.close()
    engine = open_engine(stock.copied(database, target))
    with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        done = apply_changesets(connection, changes)
        assert len(done.new) == len(changes)
        assert not done.quarantined
    engine.dispose()
    after = sqlite3.connect(target)
    rows = {table: [row for row in _all(after, table) if row not in before[table]] for table in _TABLES}
    after.close()
    _remove(target)
    assert len(rows["activity"]) == len(rows["sync_row"]) == len(rows["sync_changeset"]) == len(changes)
    return rows


def _all(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    columns = ",".join(stock.stored_columns(connection, table))
    return connection.execute(f'SELECT {columns} FROM "{table}"').fetchall()


def _bare(database: Path, target: Path, rows: dict[str, list[tuple[object, ...]]]) -> float:
    connection = stock.bare_connection(stock.copied(database, target))
    statements = {table: stock.insert(connection, table) for table in rows}
    started = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    for table, values in rows.items():
        connection.executemany(statements[table], values)
    connection.execute("COMMIT")
    taken = time.perf_counter() - started
    connection.close()
    _remove(target)
    return taken


def _remove(database: Path) -> None:
    for path in database.parent.glob(database.name + "*"):
        path.unlink()


def main(arguments: list[str] | None = None) -> int:
    """The program."""
    return run(measure, size=SIZE, description=__doc__ or "", arguments=arguments)


if __name__ == "__main__":
    end(main())
