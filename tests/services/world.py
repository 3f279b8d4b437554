"""The example's folders, made once for the whole run, and copies of them that tests may spoil."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from server.base.clock import Clock, fixed_clock
from server.base.example import ROOMS
from server.base.paths import DataDir
from server.db import migrate
from server.db.backup import copy_database
from server.db.session import read_session, write_session
from server.domain.activities.commands import log_activity
from server.domain.records import Work
from server.domain.reporting.commands import review_report
from server.domain.reporting.queries import ReportFacts, reports
from server.reports.carrier import open_sealed
from server.services.demo import EXAMPLE, Made, make_demo
from server.services.example import make_example
from server.services.folder import Folder, open_folder
from server.services.home import Travel, travel
from server.services.load import record_id
from server.services.receive import receive
from server.services.send import send
from server.services.setup import invite, set_up_office
from server.sync import tips, witness
from server.sync.dump import canonical_state
from server.sync.manifest import Manifest
from server.sync.payload import read_manifest

#: the day on which the tests happen, after the example's dispatches were sent
NOW = fixed_clock("2015-08-15T09:00:00+00:00")
EXAMPLE_FILES = EXAMPLE


@dataclass(frozen=True)
class Example:
    """What the demo made: its root, and what it said it made."""

    root: Path
    told: tuple[Made, ...]

    @property
    def dispatches(self) -> list[Path]:
        """One per office, by name."""
        return sorted((self.root / "dispatches").glob("*.pdf"))

    def dispatch(self, code: str) -> Path:
        """The dispatch of one office."""
        return self.root / "dispatches" / f"{code}-y1.pdf"

    def setup(self, code: str) -> Path:
        """The set-up PDF of one office."""
        return self.root / "setups" / f"{code}.pdf"


_made: list[Example] = []


def example_once(factory: pytest.TempPathFactory) -> Example:
    """The demo's folders, made at the first call. Nobody changes them: take copies."""
    if not _made:
        root = factory.mktemp("example") / "demo"
        _made.append(Example(root, tuple(make_demo(root))))
    return _made[0]


_looked_at: list[DataDir] = []


def example_to_look_at(factory: pytest.TempPathFactory) -> DataDir:
    """A folder with the example beside it that people look at, made at the first call. Take copies of its rooms."""
    if not _looked_at:
        data = DataDir(factory.mktemp("looked-at") / "data")
        assert [step.percent for step in make_example(data)][-1] == 100
        _looked_at.append(data)
    return _looked_at[0]


def copy_example(source: DataDir, data: DataDir) -> None:
    """Put a copy of the example beside a folder, as if it had been made there."""
    shutil.copytree(source.example, data.example, ignore=lambda _folder, _names: [*ROOMS])
    for room in ROOMS:
        copy_folder(source.example / room, data.example / room)


def copy_folder(source: Path, target: Path) -> DataDir:
    """A copy that passes for its original, as if the test had used that: the witness would tell them apart."""
    shutil.copytree(source, target)
    data = DataDir(target)
    engine = sa.create_engine(f"sqlite:///{data.database}")
    with engine.connect() as connection:
        witness.write(data.witness, data.database, connection)
    engine.dispose()
    return data


def state(data: DataDir) -> bytes:
    """The canonical state of a folder that nobody has open, without opening it as Valise does.

    What an older Valise left is read from a copy with today's tables.
    """
    engine = sa.create_engine(f"sqlite:///{data.database}")
    try:
        with engine.connect() as connection:
            if migrate.revision(connection) == migrate.newest():
                return canonical_state(connection)
        with tempfile.TemporaryDirectory() as room:
            copy_database(data.database, Path(room) / "valise.db")
            copy = sa.create_engine(f"sqlite:///{Path(room) / 'valise.db'}")
            migrate.upgrade(copy)
            with copy.connect() as connection:
                told = canonical_state(connection)
            copy.dispose()
            return told
    finally:
        engine.dispose()


def rows(data: DataDir, query: str, *values: object) -> list[tuple[Any, ...]]:
    """What a query finds in the folder's database."""
    engine = sa.create_engine(f"sqlite:///{data.database}")
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query, values)]
    finally:
        engine.dispose()


def everything(data: DataDir) -> tuple[object, ...]:
    """All that a refused file must leave as it was: records, changes, what came and counts, files, and whom this folder
    believes. Only the list of what was refused grows."""
    counted = ("sync_changeset", "sync_inbox WHERE state <> 'refused'", "sync_acknowledgement", "sync_incarnation",
               "trust_device")  # fmt: skip
    counts = tuple(rows(data, f"SELECT count(*) FROM {name}")[0][0] for name in counted)
    used = rows(data, "SELECT id, used_by FROM trust_invitation ORDER BY id")
    kept = sorted(path.name for path in data.inbox.glob("*")) if data.inbox.is_dir() else []
    return state(data), counts, used, kept


def log(folder: Folder, title: str, *, id: str | None = None, **values: object) -> str:
    """Log an activity, or change the one with `id`, as a form would. Returns its id."""
    fields: dict[str, object] = {"title": title, **values}
    if id is None:
        where = {"output_id": record_id("output", "output-1"), "country_id": folder.office.country_id}
        fields = {"date_from": "2015-03-02", **where, **fields}
    author = folder.author()
    with write_session(folder.engine, author) as session:
        session.info["clock"] = folder.clock
        return log_activity(Work(session, author, folder.clock), fields, id=id)


def shown(folder: Folder, table: str, row: str) -> dict[str, Any]:
    """The fields of a record as the folder shows them; empty when it is not there."""
    with folder.engine.connect() as connection:
        found = connection.execute(sa.text(f"SELECT * FROM {table} WHERE id = :id"), {"id": row}).mappings().first()
        return dict(found) if found else {}


def dump(folder: Folder) -> bytes:
    """The canonical state of an opened folder."""
    with folder.engine.connect() as connection:
        return canonical_state(connection)


class Desk:
    """A table with laptops on it: opens copies of the example's folders and closes them when the test ends."""

    def __init__(self, example: Example, room: Path) -> None:
        self.example = example
        self.room = room
        self._open: list[Folder] = []
        self._copies = 0
        self._moments = count()

    def clock(self) -> datetime:
        """A clock that goes on by a minute whenever somebody looks."""
        return NOW() + timedelta(minutes=next(self._moments))

    def copy(self, name: str, called: str | None = None) -> DataDir:
        """A copy of the example's folder `name` ("hq", "hq-empty", "kg" …)."""
        self._copies += 1
        return copy_folder(self.example.root / name, self.room / (called or f"{name}-{self._copies}"))

    def open(self, name: str | DataDir, clock: Clock | None = None) -> Folder:
        """An opened copy of the example's folder `name`, or the folder that is given."""
        folder = open_folder(self.copy(name) if isinstance(name, str) else name, clock or self.clock)
        self._open.append(folder)
        return folder

    def keep(self, folder: Folder) -> Folder:
        """Close this folder too when the test ends."""
        self._open.append(folder)
        return folder

    def again(self, folder: Folder) -> Folder:
        """The same folder after its program was ended and started."""
        folder.close()
        return self.open(folder.data)

    def folder(self, name: str) -> DataDir:
        """An empty place for a data folder."""
        return DataDir(self.room / name)

    def file(self, name: str) -> Path:
        """A path for something the test writes."""
        return self.room / name

    def close(self) -> None:
        """Close what is open."""
        for folder in self._open:
            folder.close()


@dataclass
class Laptops:
    """Two laptops of the office in Kyrgyzstan that know each other, and headquarters."""

    desk: Desk
    mine: Folder
    theirs: Folder
    hq: Folder
    swaps: int = 0

    def give(self, giver: Folder, taker: Folder) -> None:
        """One sends, the other takes it in."""
        self.swaps += 1
        path = self.desk.file(f"swap-{self.swaps}.pdf")
        receiver = "hq" if taker.identity.hq else "replica"
        (result,) = receive(taker, [send(giver, path, receiver=receiver).files[0]])
        assert result.state == "imported", result.sentence

    def swap(self) -> None:
        """Both ways."""
        self.give(self.mine, self.theirs)
        self.give(self.theirs, self.mine)

    def settle_everywhere(self) -> None:
        """Until all have seen the same changes."""
        self.swap()
        self.give(self.mine, self.theirs)
        for laptop in (self.mine, self.theirs):
            self.give(laptop, self.hq)


def introduce(desk: Desk) -> Laptops:
    """A second laptop is invited, set up, and made known to headquarters and to the first."""
    hq, mine = desk.open(desk.copy("hq", "hq")), desk.open(desk.copy("kg", "mine"))
    setup = invite(hq, "KG", desk.file("setup.pdf")).file
    theirs = desk.keep(set_up_office(desk.folder("theirs"), setup, "Colleague", desk.clock))
    log(theirs, "The first activity of the second laptop")
    receive(hq, [send(theirs, desk.file("hello.pdf")).files[0]])
    for laptop, name in ((mine, "to-mine.pdf"), (theirs, "to-theirs.pdf")):
        (result,) = receive(laptop, [send(hq, desk.file(name), receiver="KG", full=True).files[0]])
        assert result.state == "imported", result.sentence
    return Laptops(desk, mine, theirs, hq)


def sentences(results: Iterable[Any]) -> list[str]:
    """What people are told of each file."""
    return [result.sentence for result in results]


def manifest_of(path: Path) -> Manifest:
    """The cover of a dispatch."""
    return read_manifest(open_sealed(path.read_bytes()).payload)


def how_far(folder: Folder) -> Travel:
    """How far the office's changes travelled, as Home tells it."""
    with read_session(folder.engine) as session:
        found = travel(session, folder.office)
    assert found is not None
    return found


def report_of(folder: Folder, code: str = "KG") -> ReportFacts:
    """The office's report of the first year, as a folder has it."""
    with read_session(folder.engine) as session:
        office = record_id("office", code.lower())
        (found,) = reports(session, office=office, kind="progress", period_id=record_id("reporting_period", "y1"))
    return found


def review(hq: Folder, report: ReportFacts, verdict: str, text: str) -> None:
    """Headquarters says something of a report."""
    with write_session(hq.engine, hq.author()) as session:
        session.info["clock"] = hq.clock
        work = Work(session, hq.author(), hq.clock)
        values = {"report_id": report.id, "verdict": verdict, "text": text, "dated": work.today().isoformat()}
        review_report(work, values)


def pretend_received(office: Folder, hq: Folder) -> None:
    """As if headquarters had acknowledged all, then lost it: it was restored from a backup."""
    with office.engine.begin() as connection:
        peer = next(p for p in tips.peers(connection) if p.office == hq.identity.office)
        tips.acknowledge(
            connection,
            peer.incarnation,
            peer.serial + 1,
            tips.tips(connection),
            office=peer.office,
            device=peer.device,
            clock=office.clock,
        )


def hq_has_all_of(hq: Folder, office: Folder) -> bool:
    """Whether the office's records are at headquarters as the office has them."""
    return all(
        rows(hq.data, query, office.identity.office) == rows(office.data, query, office.identity.office)
        for query in (
            f"SELECT * FROM {table} WHERE office = ? ORDER BY id"
            for table in ("activity", "planned_activity", "report", "report_section", "milestone", "expenditure")
        )
    )


def log_much(office: Folder, count: int) -> None:
    """Log activities whose texts do not compress well."""
    for number in range(count):
        noise = " ".join(f"{number * 7919 * step % 100_003:x}" for step in range(900))
        log(office, f"Activity {number}", narrative=noise)
