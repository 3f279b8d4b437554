"""Valise as one of the peers: an office that sends, headquarters that takes in; payloads without their PDF."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from server.base.paths import DataDir
from server.db.session import open_engine, write_session
from server.services.setup import invite, set_up_office
from server.sync import sql, tips
from server.sync.apply import apply_changesets
from server.sync.payload import read_manifest, read_payload, write_payload
from tests.benchmarks import stock
from tests.benchmarks.dispatches import manifest
from tests.benchmarks.peer_work import Workload


class Valise:
    """Every record logged in a save of its own; the edits in one. Rows, heads and the history are kept."""

    name = "Valise"

    def prepare(self, work: Workload, folder: Path) -> None:
        """Headquarters and an office that it set up, with the records."""
        self.work, self.files = work, (folder / f"valise-{n}.db" for n in count())
        with stock.headquarters(folder / "hq") as hq:
            invite(hq, "KG", folder / "setup.pdf")
        office = set_up_office(DataDir(folder / "office"), folder / "setup.pdf", "Programme officer", stock.CLOCK)
        self.author, self.computed = office.author(), 0.0
        self.empty, self.filled, self.sender = hq.data.database, next(self.files), office.data.database
        self.changes = list(stock.changesets(work.records))
        self.initial = write_payload(manifest(), self.changes)
        with office.engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
            apply_changesets(connection, self.changes)
        office.close()
        self._take_in(self.empty, self.initial, self.filled)

    def capture(self) -> float:
        """The edits as plain statements, noted by the triggers; the commit makes the change of them."""
        engine = open_engine(shutil.copyfile(self.sender, next(self.files)))
        with engine.connect() as connection, connection.begin():
            before = tips.tips(connection)
        started = time.perf_counter()
        with write_session(engine, self.author) as session:
            for name in self.work.fields:
                values = [(edit.value, edit.id) for edit in self.work.edits if edit.field == name]
                sql.many(session.connection(), sql.update("activity", [name]), values)
        taken = time.perf_counter() - started
        with engine.connect() as connection, connection.begin():
            raws = tips.delta(connection, before)
            known = {key: ends for key, ends in before.items() if key.endswith("/" + self.changes[0].scope)}
            place = tips.placer(connection, known)
            self.delta = write_payload(manifest(base=known), raws, place=place)
        engine.dispose()
        return taken

    def merge_initial(self) -> float:
        """From the payload's bytes to the commit."""
        return self._take_in(self.empty, self.initial)

    def merge_delta(self) -> float:
        """The same with the edits."""
        return self._take_in(self.filled, self.delta)

    def apply_initial(self) -> float:
        """What was read and checked already, to the commit."""
        read = read_payload(self.initial).changes
        return self._on(self.empty, lambda connection: apply_changesets(connection, read).new)

    def _take_in(self, database: Path, payload: bytes, target: Path | None = None) -> float:
        def work(connection: sa.Connection) -> object:
            base = read_manifest(payload).base
            read = read_payload(payload, find=tips.finder(connection, base))
            assert read.waits_for is None
            return apply_changesets(connection, read.changes).new

        return self._on(database, work, target)

    def _on(self, database: Path, work: Callable[[sa.Connection], object], target: Path | None = None) -> float:
        engine = open_engine(shutil.copyfile(database, target or next(self.files)))
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT count(*) FROM activity"))
        with engine.connect().execution_options(begin="IMMEDIATE") as connection:
            started, computed = time.perf_counter(), time.process_time()
            with connection.begin():
                assert work(connection)
            taken = time.perf_counter() - started
            self.computed = time.process_time() - computed
        engine.dispose()
        return taken
