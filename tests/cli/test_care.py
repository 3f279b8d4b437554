"""backup, restore and doctor from the command line."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run
from tests.services.world import Desk, rows, state


def test_a_folder_goes_into_a_backup_and_comes_back(desk: Desk, run: Run):
    office, target = desk.copy("kg"), desk.folder("restored")
    ran = run("backup", desk.file("kg.backup"), "--data", office.root)
    assert (ran.code, ran.err) == (0, "")
    assert "verified" in ran.out
    ran = run("restore", desk.file("kg.backup"), "--data", target.root)
    assert (ran.code, ran.err) == (0, "")
    assert state(target) == state(office)
    assert run("doctor", "--data", target.root).code == 0


def test_restoring_over_a_folder_says_where_the_old_one_lies(desk: Desk, run: Run):
    office = desk.copy("kg")
    run("backup", desk.file("b"), "--data", office.root)
    ran = run("restore", desk.file("b"), "--data", office.root)
    assert ran.code == 0
    assert "before-restore" in ran.out


@pytest.mark.parametrize("name", ["gone", "broken"])
def test_what_is_no_backup_is_one_sentence(desk: Desk, run: Run, name: str):
    office = desk.copy("kg")
    before = state(office)
    desk.file("broken").write_bytes(b"PK not a backup")
    ran = run("restore", desk.file(name), "--data", office.root)
    assert (ran.code, ran.out) == (1, "")
    assert len(ran.complaints) == 1
    assert state(office) == before


def test_nothing_to_back_up_is_one_sentence(desk: Desk, run: Run):
    ran = run("backup", desk.file("b"), "--data", desk.folder("nothing").root)
    assert ran.code == 1
    assert len(ran.complaints) == 1
    assert not desk.file("b").exists()


def test_the_doctor_finds_a_sound_folder_sound(desk: Desk, run: Run):
    hq = desk.copy("hq")
    ran = run("doctor", "--data", hq.root)
    assert (ran.code, ran.err) == (0, "")
    found = run("doctor", "--json", "--data", hq.root).json
    assert found
    assert all(set(one) == {"good", "message"} and one["good"] for one in found)


def test_the_doctor_tells_what_is_wrong_on_stderr(desk: Desk, run: Run):
    hq = desk.copy("hq")
    path = sorted(hq.inbox.glob("*.pdf"))[0]
    path.write_bytes(b"damaged")
    ran = run("doctor", "--data", hq.root)
    assert ran.code == 1
    (complaint,) = ran.complaints
    assert path.name in complaint
    found = run("doctor", "--json", "--data", hq.root)
    assert found.code == 1
    assert [one["good"] for one in found.json].count(False) == 1


def test_a_database_that_is_none_is_one_sentence(desk: Desk, run: Run):
    data = desk.folder("odd").create()
    data.database.write_bytes(b"this is no database, however long it may be " * 200)
    for command in ("doctor", "dump", "conflicts"):
        ran = run(command, "--data", data.root)
        assert ran.code == 1
        assert len(ran.complaints) == 1, ran.err
        assert "Traceback" not in ran.err


def test_a_damaged_database_is_named_and_the_backup_too(desk: Desk, run: Run):
    """Pages in the middle of the file are overwritten, as a failing disk would."""
    hq = desk.copy("hq")
    size = hq.database.stat().st_size
    with hq.database.open("r+b") as stream:
        stream.seek(size // 2)
        stream.write(b"\xff" * (size // 4))
    ran = run("doctor", "--data", hq.root)
    assert ran.code == 1
    assert "backup" in ran.err
    assert "Traceback" not in ran.err
    assert rows(desk.copy("hq"), "PRAGMA integrity_check") == [("ok",)]
