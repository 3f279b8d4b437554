"""A backup is whole and proven so, or there is none; what a restore replaces is never deleted."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from server.base.errors import Refused
from server.base.paths import DataDir
from server.db import backup
from server.db.backup import restore_backup, snapshot, write_backup

_AT = datetime(2014, 5, 14, 8, 30, tzinfo=UTC)
#: a data folder whose database holds some words
CreateFolder = Callable[..., DataDir]


@pytest.fixture
def create_folder(tmp_path: Path) -> Iterator[CreateFolder]:
    """Makes data folders with a database in use, as the window has it; its connection stays open."""
    opened: list[sqlite3.Connection] = []

    def create(name: str = "data", words: str = "before") -> DataDir:
        data = DataDir(tmp_path / name).create()
        connection = sqlite3.connect(data.database)
        opened.append(connection)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE words (word TEXT)")
        connection.execute("INSERT INTO words VALUES (?)", (words,))
        connection.commit()
        for path, content in ((data.key, b"key"), (data.blobs / "ab" / "abc", b"photo" * 1000),
                              (data.inbox / "one.pdf", b"%PDF"), (data.outbox / "two.pdf", b"%PDF-2"),
                              (data.log, b"log"), (data.witness, b"{}"), (data.backups / "old.db", b"")):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return data

    yield create
    for connection in opened:
        connection.close()


def words_in(path: Path) -> list[str]:
    """What a database of these tests says."""
    with closing(sqlite3.connect(path)) as connection:
        return [word for word, in connection.execute("SELECT word FROM words ORDER BY rowid")]


def content(root: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def write_zip(path: Path, parts: dict[str, bytes], **listed: object) -> None:
    """A file that claims to be a backup."""
    claim = {"valise-backup": 1, "sha256": {name: sha256(part).hexdigest() for name, part in parts.items()}, **listed}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
        archive.writestr("contents.json", json.dumps(claim))


# writing one


def test_a_backup_holds_the_database_the_files_the_dispatches_and_the_key(
        create_folder: CreateFolder, tmp_path: Path) -> None:
    data = create_folder()
    done = write_backup(data, tmp_path / "out" / "my.backup")
    restored = DataDir(tmp_path / "restored")
    assert restore_backup(done.path, restored, _AT) is None
    assert set(content(restored.root)) == {"valise.db", "device.key", "files/ab/abc", "inbox/one.pdf", "outbox/two.pdf"}
    assert (done.parts, done.size) == (5, done.path.stat().st_size)
    assert words_in(restored.database) == ["before"]
    assert (restored.blobs / "ab" / "abc").read_bytes() == b"photo" * 1000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
def test_a_restored_folder_is_closed_to_others(create_folder: CreateFolder, tmp_path: Path) -> None:
    done = write_backup(create_folder(), tmp_path / "my.backup")
    restored = DataDir(tmp_path / "restored")
    restore_backup(done.path, restored, _AT)
    assert stat.S_IMODE(restored.root.stat().st_mode) == 0o700
    assert stat.S_IMODE(restored.key.stat().st_mode) == 0o600


def test_what_another_program_is_still_writing_is_left_out_and_what_is_saved_is_in(
        create_folder: CreateFolder, tmp_path: Path) -> None:
    data = create_folder()
    with closing(sqlite3.connect(data.database)) as writer:
        writer.execute("INSERT INTO words VALUES ('saved')")
        writer.commit()
        writer.execute("INSERT INTO words VALUES ('half')")
        done = write_backup(data, tmp_path / "my.backup")
    restored = DataDir(tmp_path / "restored")
    restore_backup(done.path, restored, _AT)
    assert words_in(restored.database) == ["before", "saved"]


def test_there_is_no_backup_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="There is nothing to back up") as refused:
        write_backup(DataDir(tmp_path / "none"), tmp_path / "my.backup")
    assert refused.value.code == "backup_empty"
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_gives_no_backup(create_folder: CreateFolder, tmp_path: Path) -> None:
    data = create_folder()
    data.database.write_bytes(b"no database at all" * 500)
    for path in data.root.glob("valise.db-*"):
        path.unlink()
    with pytest.raises(Refused, match="The backup could not be verified"):
        write_backup(data, tmp_path / "my.backup")
    with pytest.raises(Refused, match="The backup could not be verified"):
        snapshot(data, "import", _AT)
    assert [path.name for path in data.backups.iterdir()] == ["old.db"]
    assert not (tmp_path / "my.backup").exists()


@pytest.mark.parametrize("broken", [slice(8192, 12288), slice(8200, 8240)], ids=["page", "pointers"])
def test_a_database_with_a_broken_page_is_not_passed_off_as_a_copy(tmp_path: Path, broken: slice) -> None:
    data = DataDir(tmp_path / "data").create()
    with closing(sqlite3.connect(data.database)) as connection, connection:
        connection.execute("CREATE TABLE words (word TEXT)")
        connection.executemany("INSERT INTO words VALUES (?)", [("word" * 100,)] * 200)
    pages = bytearray(data.database.read_bytes())
    pages[broken] = b"\x05" * (broken.stop - broken.start)
    data.database.write_bytes(pages)
    with pytest.raises(Refused, match=r"The backup could not be verified \(.+\): nothing was changed"):
        snapshot(data, "import", _AT)
    with pytest.raises(Refused, match="The backup could not be verified"):
        write_backup(data, tmp_path / "my.backup")
    assert list(data.backups.iterdir()) == []
    assert not (tmp_path / "my.backup").exists()


def test_a_backup_counts_only_once_it_was_read_again(
        create_folder: CreateFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "_digest", lambda _path: "0" * 64)
    with pytest.raises(Refused, match="not a whole Valise backup"):
        write_backup(create_folder(), tmp_path / "my.backup")
    assert not (tmp_path / "my.backup").exists()


def test_a_place_that_cannot_be_written_is_named(create_folder: CreateFolder, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Refused, match="cannot be written"):
        write_backup(create_folder(), tmp_path / "file" / "my.backup")


# restoring


def test_what_was_there_is_moved_aside_never_deleted(create_folder: CreateFolder, tmp_path: Path) -> None:
    done = write_backup(create_folder("one", "old"), tmp_path / "my.backup")
    data = create_folder("data", "newer")
    first = restore_backup(done.path, data, _AT)
    second = restore_backup(done.path, data, _AT)
    assert first is not None
    assert second is not None
    assert first.name == "data-before-restore-20140514T083000"
    assert (words_in(first / "valise.db"), words_in(second / "valise.db"), words_in(data.database)) == (
        ["newer"], ["old"], ["old"])
    assert (first / "valise.log").read_bytes() == b"log"


def test_an_empty_folder_is_simply_filled(create_folder: CreateFolder, tmp_path: Path) -> None:
    done = write_backup(create_folder(), tmp_path / "my.backup")
    data = DataDir(tmp_path / "empty").create()
    assert restore_backup(done.path, data, _AT) is None
    assert words_in(data.database) == ["before"]


def test_a_folder_that_never_was_is_made(create_folder: CreateFolder, tmp_path: Path) -> None:
    done = write_backup(create_folder(), tmp_path / "my.backup")
    data = DataDir(tmp_path / "another" / "place" / "data")
    assert restore_backup(done.path, data, _AT) is None
    assert words_in(data.database) == ["before"]
    assert snapshot(data, "import", _AT) is not None


def test_every_part_is_on_disk_before_the_folder_takes_its_place(
        create_folder: CreateFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = write_backup(create_folder(), tmp_path / "my.backup")
    order: list[str] = []
    sync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda descriptor: (order.append("sync"), sync(descriptor))[1])
    monkeypatch.setattr(Path, "replace", lambda self, target: (order.append("move"), replace(self, target))[1])
    restore_backup(done.path, DataDir(tmp_path / "restored"), _AT)
    first = order.index("move")
    assert first > done.parts, "the parts, and the names of all of them"
    assert order[first:] == ["move", "sync"] * 2, "it waits whole beside its place, and then takes it"


def test_a_folder_that_cannot_take_its_place_leaves_the_old_one_there(
        create_folder: CreateFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = write_backup(create_folder("one", "old"), tmp_path / "my.backup")
    data = create_folder("data", "newer")
    before = content(data.root)
    replace = Path.replace

    def held(self: Path, target: Path) -> Path:
        if self.name == "folder":
            raise PermissionError("another program holds it")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(PermissionError):
        restore_backup(done.path, data, _AT)
    assert content(data.root) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "my.backup", "one"]


def _not_a_zip(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7 not a backup")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def _cut_early(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _without_a_part(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            if name != "files/ab/abc":
                archive.writestr(name, part)


def _another_content(path: Path) -> None:
    write_zip(path, {"valise.db": b"x"}, sha256={"valise.db": sha256(b"y").hexdigest()})


def _without_database(path: Path) -> None:
    write_zip(path, {"files/a": b"x"})


def _list_is_no_list(path: Path) -> None:
    write_zip(path, {"valise.db": b"x"}, sha256=["valise.db"])


def _list_is_no_json(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("contents.json", b"\xff{")


def _list_is_too_deep(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("contents.json", "[" * 100_000)


def _list_is_a_word(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("contents.json", '"sha256"')


def _digest_is_a_number(path: Path) -> None:
    write_zip(path, {"valise.db": b"x"}, sha256={"valise.db": 5})


@pytest.mark.parametrize("damage", [
    _not_a_zip, _empty, _other_zip, _cut, _cut_early, _without_a_part, _another_content, _without_database,
    _list_is_no_list, _list_is_no_json, _list_is_too_deep, _list_is_a_word, _digest_is_a_number,
], ids=lambda damage: damage.__name__.strip("_"))
def test_a_damaged_backup_is_refused_in_one_sentence_and_changes_nothing(
        create_folder: CreateFolder, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    data = create_folder()
    broken = write_backup(data, tmp_path / "my.backup").path
    damage(broken)
    before = content(data.root)
    with pytest.raises(Refused) as refused:
        restore_backup(broken, data, _AT)
    assert refused.value.message == "my.backup is not a whole Valise backup: take another copy."
    assert refused.value.code == "backup_broken"
    assert content(data.root) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "my.backup"]


def test_no_flipped_byte_gets_through(create_folder: CreateFolder, tmp_path: Path) -> None:
    data = create_folder()
    whole = write_backup(data, tmp_path / "whole").path.read_bytes()
    restored = DataDir(tmp_path / "restored")
    restore_backup(tmp_path / "whole", restored, _AT)
    good = content(restored.root)
    codes: list[str] = []
    left: list[Path] = []
    for place in [*range(0, 80), *range(80, len(whole), max(1, len(whole) // 150))]:
        (tmp_path / "flipped").write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1:])
        target = DataDir(tmp_path / "target")
        try:
            restore_backup(tmp_path / "flipped", target, _AT)
        except Refused as refused:
            codes.append(refused.code)
            left.extend(tmp_path.glob("target*"))
        else:  # a date or a right in the archive's own head says nothing about its parts
            assert content(target.root) == good
            target.root.rename(tmp_path / f"restored-{place}")
    assert left == []
    assert set(codes) == {"backup_broken"}
    assert len(codes) > 100


@pytest.mark.parametrize("name", [
    "../evil", "/evil", "files/../../evil", "..\\evil", "C:\\evil", "C:/evil", "C:evil", "files/photo.jpg:stream", "..",
])
def test_a_part_that_would_land_outside_the_folder_is_refused(
        create_folder: CreateFolder, tmp_path: Path, name: str) -> None:
    data = create_folder()
    before = content(tmp_path)
    crafted = tmp_path / "crafted.backup"
    write_zip(crafted, {"valise.db": data.database.read_bytes(), name: b"evil"})
    with pytest.raises(Refused, match="not a whole Valise backup"):
        restore_backup(crafted, data, _AT)
    crafted.unlink()
    assert content(tmp_path) == before


def test_a_backup_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"There is no file .*none\.backup: check its name") as refused:
        restore_backup(tmp_path / "none.backup", DataDir(tmp_path / "data"), _AT)
    assert refused.value.code == "backup_missing"


# snapshots


def test_a_snapshot_is_a_whole_database_named_for_its_reason(create_folder: CreateFolder) -> None:
    data = create_folder()
    made = snapshot(data, "import", _AT)
    assert made is not None
    assert made.parent == data.backups
    assert made.name.endswith("20140514T083000-import.db")
    assert words_in(made) == ["before"]
    assert sorted(p.name for p in data.backups.iterdir()) == sorted([made.name, "old.db"])


def test_there_is_no_snapshot_before_there_is_a_database(tmp_path: Path) -> None:
    assert snapshot(DataDir(tmp_path), "import", _AT) is None
    assert list(tmp_path.iterdir()) == []


def test_two_snapshots_of_one_second_are_both_kept(create_folder: CreateFolder) -> None:
    data = create_folder()
    assert snapshot(data, "import", _AT) != snapshot(data, "import", _AT)


def test_only_the_latest_snapshots_are_kept_whatever_the_clock_says(create_folder: CreateFolder) -> None:
    data = create_folder()
    (data.backups / "old.db").unlink()
    made = [snapshot(data, "import", _AT - timedelta(days=days)) for days in range(backup._KEPT + 5)]
    assert set(data.backups.iterdir()) == set(made[5:])
