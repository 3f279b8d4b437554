"""Backups, restoring and the doctor: what was accepted is there again, and what is wrong is found and named."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from server.base.errors import Refused
from server.base.paths import DataDir
from server.db.backup import restore_backup, write_backup
from server.services.conflicts import conflicts
from server.services.diagnostics import examine
from server.services.folder import Folder
from server.services.load import record_id
from server.services.receive import receive
from server.services.send import send
from tests.services.world import NOW, Desk, Example, dump, log, rows, state

LAUNCH = record_id("activity", "kg-launch")


def troubles(data: DataDir) -> list[str]:
    """What the doctor finds wrong."""
    return [finding.sentence for finding in examine(data, NOW) if not finding.good]


def run_sql(data: DataDir, statement: str, *values: object) -> None:
    """What another program does to the file."""
    connection = sqlite3.connect(data.database)
    connection.execute(statement, values)
    connection.commit()
    connection.close()


class TestBackup:
    def test_a_restored_folder_is_as_it_was(self, desk: Desk):
        data = desk.copy("hq")
        before = state(data)
        done = write_backup(data, desk.file("hq.valise-backup"))
        target = desk.folder("restored")
        assert restore_backup(done.path, target, NOW()) is None
        assert dump(desk.open(target)) == before
        assert troubles(target) == []

    def test_it_holds_keys_inbox_and_outbox(self, desk: Desk):
        """A sent dispatch is a restore point, and a folder without its key could not send any more."""
        data = desk.copy("hq")
        target = desk.folder("restored")
        restore_backup(write_backup(data, desk.file("b")).path, target, NOW())
        for room in ("inbox", "outbox"):
            assert contents(target.root / room) == contents(data.root / room) != {}
        assert target.key.read_bytes() == data.key.read_bytes()
        assert target.root_key.read_bytes() == data.root_key.read_bytes()
        assert target.key.stat().st_mode & 0o077 == 0

    def test_a_folder_in_use_can_be_backed_up(self, desk: Desk):
        office = desk.open("kg")
        logged = log(office, "In the backup")
        write_backup(office.data, desk.file("b"))
        log(office, "Not in the backup")
        target = desk.folder("restored")
        restore_backup(desk.file("b"), target, NOW())
        assert rows(target, "SELECT title FROM activity WHERE id = ?", logged) == [("In the backup",)]
        assert rows(target, "SELECT id FROM activity WHERE title = 'Not in the backup'") == []

    def test_what_was_in_the_folder_is_moved_aside(self, desk: Desk):
        data = desk.copy("kg")
        write_backup(data, desk.file("b"))
        log(desk.open(data), "Newer than the backup")
        newer = state(data)
        aside = restore_backup(desk.file("b"), data, NOW())
        assert aside is not None
        assert state(DataDir(aside)) == newer
        assert state(data) != newer

    @pytest.mark.parametrize("spoil", [
        lambda path: path.write_bytes(path.read_bytes()[:-2000]),
        lambda path: path.write_bytes(path.read_bytes()[:5000] + b"\0" * 50 + path.read_bytes()[5050:]),
        lambda path: path.write_bytes(b"PK\x03\x04 not a backup"),
        lambda path: path.unlink(),
        lambda path: without(path, "valise.db"),
    ], ids=["cut", "damaged", "another file", "gone", "a part taken out"])  # fmt: skip
    def test_a_spoiled_backup_is_refused_and_nothing_changes(self, desk: Desk, spoil: Callable[[Path], None]):
        data = desk.copy("kg")
        write_backup(data, desk.file("b"))
        spoil(desk.file("b"))
        before, files = state(data), contents(data.root)
        with pytest.raises(Refused) as error:
            restore_backup(desk.file("b"), data, NOW())
        assert error.value.code in ("backup_broken", "backup_missing")
        assert (state(data), contents(data.root)) == (before, files)

    def test_nothing_to_back_up_is_said(self, desk: Desk):
        with pytest.raises(Refused) as error:
            write_backup(desk.folder("nothing"), desk.file("b"))
        assert error.value.code == "backup_empty"


class TestRestoredBackup:
    """A restored backup would reuse sequence numbers: it goes on under a new incarnation; both branches are kept."""

    @pytest.fixture
    def branches(self, desk: Desk) -> tuple[Folder, Folder, Folder]:
        """The office that went on, its restored backup that went on too, and headquarters."""
        office, hq = desk.open("kg"), desk.open("hq")
        log(office, "Before the backup")
        write_backup(office.data, desk.file("b"))
        log(office, "After the backup")
        target = desk.folder("restored")
        restore_backup(desk.file("b"), target, NOW())
        restored = desk.open(target)
        log(restored, "After the restore")
        return office, restored, hq

    def test_it_goes_on_under_a_new_incarnation(self, branches):
        office, restored, _hq = branches
        assert restored.identity.incarnation != office.identity.incarnation
        assert restored.identity.device == office.identity.device
        noted = rows(restored.data, "SELECT info FROM sync_audit WHERE what = 'rotate'")
        assert len(noted) == 1

    def test_headquarters_gets_both_branches(self, desk: Desk, branches):
        office, restored, hq = branches
        sent = [send(one, desk.file(f"{n}.pdf"), period="y1").files[0] for n, one in enumerate((office, restored))]
        assert [result.state for result in receive(hq, sent)] == ["imported", "imported"]
        titles = {title for (title,) in rows(hq.data, "SELECT title FROM activity WHERE deleted = 0")}
        assert {"Before the backup", "After the backup", "After the restore"} <= titles
        assert rows(hq.data, "SELECT kind FROM sync_issue WHERE kind = 'fork'") == []

    def test_the_restored_one_gets_back_what_it_lost_from_headquarters(self, desk: Desk, branches):
        office, restored, hq = branches
        receive(hq, [send(office, desk.file("o.pdf"), period="y1").files[0]])
        receive(hq, [send(restored, desk.file("r.pdf"), period="y1").files[0]])
        (result,) = receive(restored, [send(hq, desk.file("c.pdf"), receiver="KG").files[0]])
        assert result.state == "imported"
        titles = {title for (title,) in rows(restored.data, "SELECT title FROM activity WHERE deleted = 0")}
        assert {"Before the backup", "After the backup", "After the restore"} <= titles

    def test_edits_of_the_same_field_in_both_branches_are_a_conflict(self, desk: Desk, branches):
        office, restored, hq = branches
        log(office, "As it went on", id=LAUNCH)
        log(restored, "As it was restored", id=LAUNCH)
        for number, folder in enumerate((office, restored)):
            receive(hq, [send(folder, desk.file(f"{number}.pdf"), period="y1").files[0]])
        (conflict,) = conflicts(hq)
        assert {side.value for side in conflict.sides} == {"As it went on", "As it was restored"}

    def test_a_cloned_folder_is_another_incarnation_too(self, desk: Desk, example: Example):
        first = desk.open("kg")
        log(first, "On the first disk")
        first.close()
        shutil.copytree(first.data.root, desk.room / "clone")
        clone = desk.open(DataDir(desk.room / "clone"))
        assert clone.identity.incarnation != first.identity.incarnation
        original = desk.open(first.data)
        assert original.identity.incarnation == first.identity.incarnation
        log(original, "On the original")
        log(clone, "On the clone")
        hq = desk.open("hq")
        sent = [send(folder, desk.file(f"{n}.pdf"), period="y1").files[0] for n, folder in enumerate((original, clone))]
        assert [result.state for result in receive(hq, sent)] == ["imported", "imported"]
        titles = {title for (title,) in rows(hq.data, "SELECT title FROM activity")}
        assert {"On the first disk", "On the original", "On the clone"} <= titles

    def test_a_restored_headquarters_takes_the_offices_dispatches_again(self, desk: Desk):
        """Also of an office that it certified after the backup: the programme's root stands for it."""
        hq, office = desk.open("hq"), desk.open("kg")
        write_backup(hq.data, desk.file("b"))
        receive(office, [send(hq, desk.file("c.pdf"), receiver="KG").files[0]])
        log(office, "After it was certified")
        receive(hq, [send(office, desk.file("1.pdf"), period="y1").files[0]])
        target = desk.folder("restored")
        restore_backup(desk.file("b"), target, NOW())
        restored = desk.open(target)
        (result,) = receive(restored, [send(office, desk.file("2.pdf"), period="y1", full=True).files[0]])
        assert result.state == "imported", result.sentence
        titles = {title for (title,) in rows(restored.data, "SELECT title FROM activity")}
        assert "After it was certified" in titles
        assert rows(restored.data, "SELECT count(*) FROM device WHERE id = ?", office.identity.device) == [(1,)]


class TestDoctor:
    def test_every_folder_of_the_example_is_sound(self, example: Example, desk: Desk):
        for name in ("hq-empty", "hq", "kg"):
            assert troubles(desk.copy(name)) == []

    def test_a_record_that_was_changed_past_us_is_taken_in_as_a_repair(self, desk: Desk):
        """Nothing is lost: what another program wrote becomes a change that says so."""
        data = desk.copy("kg")
        run_sql(data, "UPDATE activity SET title = 'By another program' WHERE id = ?", LAUNCH)
        changes = rows(data, "SELECT count(*) FROM sync_changeset")[0][0]
        assert troubles(data) == []
        assert rows(data, "SELECT count(*) FROM sync_changeset")[0][0] == changes + 1
        assert rows(data, "SELECT title FROM activity WHERE id = ?", LAUNCH) == [("By another program",)]
        assert [what for (what,) in rows(data, "SELECT what FROM sync_audit")].count("repair") == 1

    def test_a_record_that_was_changed_behind_the_triggers_is_found(self, desk: Desk):
        data = desk.copy("kg")
        run_sql(data, "INSERT INTO sync_mute(n) VALUES(1)")
        run_sql(data, "UPDATE activity SET title = 'By another program' WHERE id = ?", LAUNCH)
        run_sql(data, "DELETE FROM sync_mute")
        found = troubles(data)
        assert found
        assert any("activity" in sentence for sentence in found)

    def test_a_record_that_was_removed_behind_the_triggers_is_found(self, desk: Desk):
        data = desk.copy("kg")
        run_sql(data, "INSERT INTO sync_mute(n) VALUES(1)")
        run_sql(data, "DELETE FROM milestone WHERE id = (SELECT min(id) FROM milestone)")
        run_sql(data, "DELETE FROM sync_mute")
        assert any("milestone" in sentence and "missing" in sentence for sentence in troubles(data))

    def test_a_damaged_change_is_found_and_the_backup_named(self, desk: Desk):
        data = desk.copy("kg")
        run_sql(data, "UPDATE sync_changeset SET raw = CAST(substr(raw, 1, 40) || x'00' || substr(raw, 42) AS BLOB) "
                      "WHERE n = 2")
        (sentence,) = troubles(data)
        assert "damaged" in sentence
        assert "backup" in sentence

    @pytest.mark.parametrize("number", [1, 2, 9])
    def test_a_missing_change_is_found(self, desk: Desk, number: int):
        data = desk.copy("hq")
        run_sql(data, "DELETE FROM sync_changeset WHERE n = ?", number)
        found = troubles(data)
        assert found
        assert all("missing" in sentence or "not here" in sentence for sentence in found)

    @pytest.mark.parametrize("room", ["inbox", "outbox"])
    def test_a_damaged_dispatch_is_found(self, desk: Desk, room: str):
        data = desk.copy("hq")
        path = sorted((data.root / room).glob("*.pdf"))[0]
        path.write_bytes(path.read_bytes()[:-1])
        (sentence,) = troubles(data)
        assert path.name in sentence

    def test_a_missing_key_is_found(self, desk: Desk):
        data = desk.copy("kg")
        data.key.unlink()
        (sentence,) = troubles(data)
        assert "key" in sentence

    def test_a_broken_key_is_found(self, desk: Desk):
        data = desk.copy("kg")
        data.key.write_bytes(b"-----BEGIN PRIVATE KEY-----\n")
        (sentence,) = troubles(data)
        assert "key" in sentence

    def test_looking_changes_nothing(self, desk: Desk):
        data = desk.copy("hq")
        before = state(data)
        examine(data, NOW)
        assert state(data) == before

    def test_a_folder_that_is_not_set_up_is_refused(self, desk: Desk):
        with pytest.raises(Refused) as error:
            examine(desk.folder("nothing"), NOW)
        assert error.value.code == "not_set_up"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def without(path: Path, name: str) -> None:
    """Write the archive again without one of its parts."""
    with zipfile.ZipFile(path) as archive:
        kept = {one: archive.read(one) for one in archive.namelist() if one != name}
    with zipfile.ZipFile(path, "w") as archive:
        for one, content in kept.items():
            archive.writestr(one, content)
