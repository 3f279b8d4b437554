"""Restored and copied databases: found out by the witness file or on contact, and never a loss."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.base.errors import Refused
from server.db.base import Base
from server.db.session import Author, UnitSession, open_engine, write_session
from server.sync import capture, replica, sql, witness
from tests.sync.replicas import DECLARED, copy_of, exchange, make_node

AUTHOR = Author("Officer", "office-a", False)
assert DECLARED


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with one saved record and its witness."""
    here = tmp_path / "data"
    here.mkdir()
    engine = open_engine(here / "valise.db")
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        capture.install(connection)
        replica.initialise(connection, programme="programme", office="office-a", device="device-a")
    engine.dispose()
    save(here, "First")
    return here


def save(folder: Path, title: str) -> None:
    engine = open_engine(folder / "valise.db")
    with write_session(engine, AUTHOR) as session:
        session.execute(sa.text("INSERT INTO activity(id,office,title) VALUES(:t,'office-a',:t)"), {"t": title})
    with engine.begin() as connection:
        witness.write(folder / "witness.json", folder / "valise.db", connection)
    engine.dispose()


def opened(folder: Path) -> str | None:
    """What opening the folder finds."""
    engine = open_engine(folder / "valise.db")
    with engine.begin() as connection:
        why = witness.check(folder / "witness.json", folder / "valise.db", connection)
    with engine.begin() as connection:
        witness.write(folder / "witness.json", folder / "valise.db", connection)
    engine.dispose()
    return why


def test_opening_again_changes_nothing(folder: Path) -> None:
    assert opened(folder) is None
    save(folder, "Second")
    assert opened(folder) is None


def test_a_missing_witness_is_a_doubt(folder: Path) -> None:
    (folder / "witness.json").unlink()
    assert opened(folder) == "witness missing"
    assert opened(folder) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"ends": 5}', "\x00"])
def test_a_witness_that_cannot_be_read_counts_as_missing(folder: Path, content: str) -> None:
    (folder / "witness.json").write_text(content)
    assert opened(folder) == "witness missing"


def test_an_older_database_in_place_of_the_newer_is_found_out(folder: Path) -> None:
    backup = folder / "backup.db"
    shutil.copyfile(folder / "valise.db", backup)
    save(folder, "Second")
    with (folder / "valise.db").open("r+b") as target:  # the same file, older content
        target.truncate(0)
        target.write(backup.read_bytes())
    for name in ("valise.db-wal", "valise.db-shm"):
        (folder / name).unlink(missing_ok=True)
    assert opened(folder) == "database older than its witness"


def test_a_copied_folder_on_the_same_machine_is_found_out(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    assert opened(tmp_path / "copy") == "another file"
    assert opened(folder) is None


def test_another_machine_is_found_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness, "_machine_id", lambda: "elsewhere")
    assert opened(folder) == "another machine"


def test_the_witness_follows_every_commit(folder: Path) -> None:
    class Watched(UnitSession):
        pass

    witness.attach(Watched, folder / "witness.json", folder / "valise.db")
    engine = open_engine(folder / "valise.db")
    with Watched(engine) as session:
        session.info["author"] = AUTHOR
        session.execute(sa.text("INSERT INTO activity(id,office,title) VALUES('x','office-a','X')"))
        session.commit()
    said = witness.read(folder / "witness.json")
    assert said is not None
    assert [seq for seq, _id in said.ends.values()] == [2]
    engine.dispose()
    assert opened(folder) is None


def test_a_witness_that_cannot_be_written_stops_no_save(folder: Path) -> None:
    """Read-only, or in the way of something: saving goes on, and the next start goes on under a new name."""
    (folder / "witness.json").unlink()
    (folder / "witness.json").mkdir()
    save(folder, "Saved all the same")
    assert opened(folder) == "witness missing"
    engine = open_engine(folder / "valise.db")
    with engine.connect() as connection:
        titles = [row[0] for row in sql.rows(connection, "SELECT title FROM activity ORDER BY title")]
    engine.dispose()
    assert titles == ["First", "Saved all the same"]
    assert [path.name for path in folder.glob(".witness*")] == []


def test_a_folder_is_set_up_once(folder: Path) -> None:
    engine = open_engine(folder / "valise.db")
    with engine.begin() as connection, pytest.raises(Refused) as refused:
        replica.initialise(connection, programme="other", office="office-b", device="device-b")
    assert refused.value.code == "replica_set_up"
    engine.dispose()


def test_rotation_keeps_everything_and_starts_new_streams() -> None:
    one, two = make_node("one"), make_node("two")
    one.put("activity", "a", {"title": "Before"})
    one.rotate()
    one.put("activity", "a", {"title": "After"})
    exchange(one, two)
    assert two.row("activity", "a")["title"] == "After"
    assert len(two.tips()) == 2
    assert two.issues() == []


def test_two_clones_that_both_edit_and_send_are_a_fork_that_nobody_loses_by() -> None:
    hq, one = make_node("hq", hq=True), make_node("one")
    one.put("activity", "a", {"title": "Before"})
    clone = copy_of(one)
    one.put("activity", "b", {"title": "Mine"})
    clone.put("activity", "c", {"title": "Also mine"})
    exchange(hq, one, clone)
    assert hq.state() == one.state() == clone.state()
    assert hq.row("activity", "b")["title"], hq.row("activity", "c")["title"]
    assert hq.issues("fork") != []
    with hq.engine.connect() as connection:
        words = [row[0] for row in sql.rows(connection, "SELECT what FROM sync_audit")]
    assert "rotate" not in words
    for node in (one, clone):
        node.put("activity", "a", {"title": f"By {node.incarnation}"})
    exchange(hq, one, clone)
    assert hq.state() == one.state() == clone.state()
    assert len(hq.issues("fork")) == 1, "the new incarnations do not collide again"
