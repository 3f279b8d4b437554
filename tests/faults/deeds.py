"""What people do that must not be lost or left half done, and how to tell afterwards that it was not.

A deed is laid out on fresh copies of folders, done by a process that may not get to its end, judged, and done again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.base.paths import DataDir
from server.db import migrate
from server.db.backup import restore_backup, write_backup
from server.db.session import open_engine
from server.reports.carrier import open_sealed
from server.services.diagnostics import examine
from server.services.folder import is_set_up, open_folder
from server.services.send import send
from tests.services.mortal import Workshop
from tests.services.world import NOW, Example, copy_folder, rows, state

#: records of the file that is loaded at once
BULK = 120
#: the revision from which a folder is upgraded
OLDER = "0003"


@dataclass(frozen=True)
class Place:
    """Where a deed is done: its data folder, a room beside it for what goes out, the words of the job."""

    data: DataDir
    room: Path
    job: tuple[object, ...]

    @property
    def notes(self) -> Path:
        """What the process says was confirmed."""
        return self.room / "notes"

    @property
    def out(self) -> Path:
        """The stick: files that are written for people."""
        return self.room / "stick"

    def confirmed(self) -> list[str]:
        """What was confirmed until the end."""
        return self.notes.read_text("utf-8").splitlines() if self.notes.exists() else []


@dataclass(frozen=True)
class Known:
    """What the deed does when nothing disturbs it: states before and after, a letter (shim.Change) for each call that
    changes a file, seconds."""

    before: bytes
    after: bytes
    calls: str
    seconds: float


@dataclass(frozen=True)
class Deed:
    """`lay` puts fresh folders into a room; `judge` looks at them after a deed that ended with an exit code;
    `again` does it to its end, after which `judge` is asked once more. `share` is its part of all kills."""

    name: str
    lay: Callable[[Path], Place]
    judge: Callable[[Place, int, Known | None], None]
    share: int
    #: words of the job for the second time
    again: Callable[[Place], Sequence[object]] = field(default=lambda place: place.job)
    #: the whole folder's path comes and goes: its calls are those of everything beside it
    beside: bool = False

    def rooms(self, place: Place) -> tuple[Path, ...]:
        """Where the disk is disturbed."""
        return (place.data.root.parent,) if self.beside else (place.data.root, place.out)


def assert_sound(data: DataDir) -> None:
    """The folder opens, and the doctor finds nothing wrong."""
    assert [finding.sentence for finding in examine(data, NOW) if not finding.good] == []


def _all_or_nothing(place: Place, code: int, known: Known | None) -> None:
    """One state or the other; the one after when the process came to its end."""
    assert_sound(place.data)
    if known is not None:
        assert state(place.data) in ((known.after,) if code == 0 else (known.before, known.after))


def _titles(data: DataDir) -> list[str]:
    return [title for (title,) in rows(data, "SELECT title FROM activity WHERE deleted = 0")]


def _logged(place: Place, code: int, _known: Known | None) -> None:
    """Everything confirmed is there, at most one more, and nothing waits to be captured."""
    assert_sound(place.data)
    found = {id for (id,) in rows(place.data, "SELECT id FROM activity WHERE title LIKE 'Activity %'")}
    assert set(place.confirmed()) <= found
    assert len(found) <= len(place.confirmed()) + (code != 0)
    assert rows(place.data, "SELECT count(*) FROM sync_capture") == [(0,)]


def _posted(place: Place, code: int, _known: Known | None) -> None:
    assert_sound(place.data)
    found = [title for title in _titles(place.data) if title.endswith("by form")]
    assert set(place.confirmed()) <= set(found)
    assert len(set(found)) <= len(set(place.confirmed())) + (code != 0)


def _loaded(place: Place, code: int, _known: Known | None) -> None:
    assert_sound(place.data)
    found = sum(title.startswith("Loaded") for title in _titles(place.data))
    assert found == BULK if code == 0 else found in (0, BULK)


def _sent(place: Place, code: int, _known: Known | None) -> None:
    """Whatever is noted lies in the outbox; whatever lies on the stick is whole."""
    assert_sound(place.data)
    noted = rows(place.data, "SELECT sha256 FROM sync_outbox WHERE at > '2016'")
    for (sha256,) in noted:
        open_sealed((place.data.outbox / f"{sha256}.pdf").read_bytes())
    handed = [path for path in place.out.iterdir() if not path.name.startswith(".")]
    for path in handed:
        open_sealed(path.read_bytes())
    if code == 0:
        assert handed
        assert noted


def _backed_up(place: Place, code: int, known: Known | None) -> None:
    _all_or_nothing(place, code, known)
    target = place.out / "kept.valise-backup"
    assert target.exists() or code
    if target.exists():
        shutil.rmtree(place.room / "tried", ignore_errors=True)
        restore_backup(target, DataDir(place.room / "tried"), NOW())
        assert known is None or state(DataDir(place.room / "tried")) == known.before


def _restored(place: Place, code: int, known: Known | None) -> None:
    """The folder is the one before or the one of the backup, and what was there before is somewhere."""
    _all_or_nothing(place, code, known)
    aside = [DataDir(path) for path in place.data.root.parent.glob("folder-before-restore-*")]
    if known is not None and state(place.data) == known.after:
        assert known.before in [state(one) for one in aside]


def _set_up(place: Place, code: int, known: Known | None) -> None:
    """A folder that says it is set up has all it needs; another can be set up."""
    assert is_set_up(place.data) or code
    if is_set_up(place.data):
        _all_or_nothing(place, code, None)
        assert known is None or state(place.data) == known.after
        with open_folder(place.data, NOW) as folder:
            send(folder, place.room / "first.pdf", receiver="replica")


def _older(data: DataDir) -> DataDir:
    """The folder as an older Valise would have left it."""
    engine = open_engine(data.database)
    with engine.begin() as connection:
        for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    migrate.downgrade(engine, OLDER)
    with engine.begin() as connection:  # fields that it did not know it would have kept without a column
        for table, name in connection.exec_driver_sql("SELECT tbl, name FROM sync_field").all():
            columns = {row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")}
            update = "UPDATE sync_field SET shown = ? WHERE tbl = ? AND name = ?"
            connection.exec_driver_sql(update, (int(name in columns), table, name))
    engine.dispose()
    return data


NAMES = (
    "saving by command", "saving by form", "loading a file", "sending a report", "sending a circular", "receiving",
    "undoing an import", "backing up", "restoring", "upgrading", "setting up an office",
)  # fmt: skip


def deeds(example: Example) -> dict[str, Deed]:
    """All of them by name, on folders of the example."""

    def office(room: Path, job: Callable[[Place], tuple[object, ...]]) -> Place:
        return _place(copy_folder(example.root / "kg", room / "data" / "folder"), room, job)

    def with_a_file(room: Path) -> Place:
        many = [{"id": f"loaded-{n}", "title": f"Loaded {n}", "date_from": "2014-05-02", "output_id": "output-1",
                 "country_id": "kg", "narrative": f"Of some length, number {n}. " * 10}
                for n in range(BULK)]  # fmt: skip
        file = {"valise": 1, "office": "KG", "records": {"activity": many}}
        (room / "many.json").write_text(json.dumps(file), "utf-8")
        return office(room, lambda at: ("valise", "load", room / "many.json", "--data", at.data.root))

    def two_dispatches(room: Path) -> Place:
        data = copy_folder(example.root / "hq-empty", room / "data" / "folder")
        files = (example.dispatch("ec"), example.dispatch("jm"))
        return _place(data, room, lambda at: ("valise", "receive", *files, "--data", at.data.root))

    def an_import(room: Path) -> Place:
        return _place(copy_folder(imported, room / "data" / "folder"), room,
                      lambda at: ("valise", "undo", example.dispatch("jm"), "--data", at.data.root))  # fmt: skip

    def a_circular(room: Path) -> Place:
        data = copy_folder(example.root / "hq", room / "data" / "folder")
        return _place(data, room, lambda at: ("valise", "send", "--for", "KG", "--full", "--to", at.out / "to-kg.pdf",
                                              "--data", at.data.root))  # fmt: skip

    def a_backup(room: Path) -> Place:
        write_backup(DataDir(example.root / "jm"), room / "older.valise-backup")
        return office(room, lambda at: ("valise", "restore", room / "older.valise-backup", "--data", at.data.root))

    def an_old_folder(room: Path) -> Place:
        place = office(room, lambda at: tuple(_looking(at)))
        shutil.rmtree(place.data.root)
        copy_folder(older, place.data.root)
        return place

    def nothing_yet(room: Path) -> Place:
        joining = ("valise", "setup", "office", example.setup("kg"), "--person", "Officer")
        return _place(DataDir(room / "data" / "folder"), room, lambda at: (*joining, "--data", at.data.root))

    older = example.root.parent / "older"
    if not older.exists():
        _older(copy_folder(example.root / "kg", older))
    imported = example.root.parent / "with-an-import"
    if not imported.exists():
        data = copy_folder(example.root / "hq-empty", imported)
        from server.services.receive import receive

        with open_folder(data, NOW) as folder:
            assert [one.state for one in receive(folder, [example.dispatch("jm")])] == ["imported"]
    every = [
        Deed("saving by command", lambda room: office(room, lambda at: (
            "log", at.data.root, at.notes, 4)), _logged, 16),
        Deed("saving by form", lambda room: office(room, lambda at: ("post", at.data.root, at.notes, 2)), _posted, 12),
        Deed("loading a file", with_a_file, _loaded, 10),
        Deed("sending a report", lambda room: office(room, lambda at: (
            "valise", "send", "--period", "y1", "--to", at.out / "y1.pdf", "--data", at.data.root)), _sent, 10),
        Deed("sending a circular", a_circular, _sent, 8),
        Deed("receiving", two_dispatches, _all_or_nothing_of_two(example), 16),
        Deed("undoing an import", an_import, _all_or_nothing, 10, again=_what_is_left_to_undo),
        Deed("backing up", lambda room: office(room, lambda at: (
            "valise", "backup", at.out / "kept.valise-backup", "--data", at.data.root)), _backed_up, 6),
        Deed("restoring", a_backup, _restored, 6, beside=True),
        Deed("upgrading", an_old_folder, _all_or_nothing, 10),
        Deed("setting up an office", nothing_yet, _set_up, 8,
             again=lambda place: _looking(place) if is_set_up(place.data) else place.job),
    ]  # fmt: skip
    assert tuple(deed.name for deed in every) == NAMES
    return {deed.name: deed for deed in every}


def _place(data: DataDir, room: Path, job: Callable[[Place], tuple[object, ...]]) -> Place:
    made = Place(data, room, ())
    made.out.mkdir()
    return Place(data, room, job(made))


def _all_or_nothing_of_two(example: Example) -> Callable[[Place, int, Known | None], None]:
    """Each of the two dispatches is whole or absent."""
    count = "SELECT count(*) FROM activity a JOIN office o ON o.id = a.office WHERE lower(o.code) = ?"
    wholes = {office: rows(DataDir(example.root / office), count, office)[0][0] for office in ("ec", "jm")}

    def judge(place: Place, code: int, known: Known | None) -> None:
        assert_sound(place.data)
        for office, whole in wholes.items():
            ((found,),) = rows(place.data, count, office)
            assert found == whole if code == 0 else found in (0, whole)
        if code == 0:
            assert known is None or state(place.data) == known.after
            assert rows(place.data, "SELECT state, count(*) FROM sync_inbox GROUP BY state") == [("imported", 2)]

    return judge


def _what_is_left_to_undo(place: Place) -> Sequence[object]:
    """An import that was undone after all needs no second time."""
    ((what_became,),) = rows(place.data, "SELECT state FROM sync_inbox")
    return place.job if what_became == "imported" else _looking(place)


def _looking(place: Place) -> Sequence[object]:
    """A command that only opens the folder."""
    return ("valise", "conflicts", "--data", place.data.root)


def run(works: Workshop, job: Sequence[object], told: Path) -> int:
    """Do a job to its end; its exit code."""
    works.start(*job, told=told)
    return works.ended()
