"""Starting, starting twice, being told to end, and being killed: each on a real process without a display."""

from __future__ import annotations

import re
import signal
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from desktop_app.local_server import own_socket
from tests.desktop_app.conftest import Start
from tests.desktop_app.support import fetch, wait_for
from tests.desktop_app.tiny import ONWARD

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and modes are POSIX's")


def test_without_a_display_it_prints_a_link_and_serves(start: Start, tmp_path: Path) -> None:
    valise = start(tmp_path / "data")
    link = valise.link()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/open/[\w-]{43}", link)
    assert fetch(link) == (200, ONWARD)
    assert fetch(link)[0] == 403
    assert valise.end() == 0
    assert valise.process.stderr is not None
    assert "no display" in valise.process.stderr.read()


def test_the_data_folder_and_what_lies_in_it_are_the_users_own(start: Start, tmp_path: Path) -> None:
    valise = start(tmp_path / "data")
    valise.note()
    assert stat.S_IMODE(valise.data.stat().st_mode) == 0o700
    for name in ("running.json", "valise.log"):
        assert stat.S_IMODE((valise.data / name).stat().st_mode) == 0o600


def test_it_serves_on_the_port_it_is_given(start: Start, tmp_path: Path) -> None:
    with own_socket() as free:
        port = free.getsockname()[1]
    valise = start(tmp_path / "data", "--browser", f"--port={port}")
    assert valise.note()["address"] == f"127.0.0.1:{port}"


def test_a_port_that_is_taken_is_one_sentence(start: Start, tmp_path: Path) -> None:
    with own_socket() as taken:
        port = taken.getsockname()[1]
        valise = start(tmp_path / "data", "--browser", f"--port={port}")
        assert valise.process.wait(30) == 1
    assert valise.process.stderr is not None
    assert valise.process.stderr.read().startswith(f"Port {port} cannot be used")
    assert not (valise.data / "running.json").exists()


def test_a_second_start_hands_its_files_over_and_ends(start: Start, tmp_path: Path) -> None:
    first = start(tmp_path / "data")
    first.note()
    second = start(tmp_path / "data", "rapport été.pdf")
    assert second.process.wait(30) == 0
    expected = str(Path.cwd() / "rapport été.pdf")
    wait_for(lambda: expected in fetch(first.url("/files"))[1].encode().decode("unicode_escape"), "the file")
    link = second.link()
    assert link.startswith(first.url("/open/"))
    assert fetch(link) == (200, ONWARD)
    assert first.process.poll() is None


def test_two_folders_are_two_valises(start: Start, tmp_path: Path) -> None:
    first, second = start(tmp_path / "one"), start(tmp_path / "two")
    assert first.note()["address"] != second.note()["address"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_end_it_ends_as_it_should(start: Start, tmp_path: Path, how: signal.Signals) -> None:
    valise = start(tmp_path / "data")
    valise.link()
    assert valise.end(how) == 0
    assert not (valise.data / "running.json").exists()
    assert "ended as it should" in (valise.data / "valise.log").read_text()


def test_killed_it_starts_again_and_knows_it(start: Start, tmp_path: Path) -> None:
    first = start(tmp_path / "data")
    assert '"last_run": "ended"' in fetch(first.url("/files"))[1]
    first.end(signal.SIGKILL)
    again = start(tmp_path / "data")
    assert '"last_run": "cut"' in fetch(again.url("/files"))[1]
    assert again.end() == 0
    third = start(tmp_path / "data")
    assert '"last_run": "ended"' in fetch(third.url("/files"))[1]


def make_database(path: Path, rows: int) -> None:
    """A database whose pages are worth damaging."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE activity (id INTEGER PRIMARY KEY, narrative TEXT)")
        connection.executemany("INSERT INTO activity VALUES (?, ?)", [(n, "x" * 900) for n in range(rows)])
        connection.commit()


def test_a_damaged_database_is_named_and_the_newest_backup_takes_its_place(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "backups").mkdir(parents=True)
    make_database(data / "backups" / "20140601T080000-import.db", 10)
    make_database(data / "backups" / "20140630T120500-import.db", 20)
    make_database(data / "valise.db", 200)
    with (data / "valise.db").open("r+b") as stream:
        stream.seek(4096 * 3)
        stream.write(b"\xff" * 4096 * 20)
    (data / "running.json").write_text('{"pid": 1}')
    valise = start(data)
    status, page = fetch(valise.link())
    assert status == 200
    assert "file with your data was damaged" in page
    assert "2014-06-30 12:05 UTC" in page
    secret = re.search(r'name="secret" value="([\w-]+)"', page)
    assert secret is not None
    status, page = fetch(valise.url("/put-back"), f"secret={secret[1]}".encode())
    assert status == 200
    onward = re.search(r'url=(http://[^"]+)"', page)
    assert onward is not None
    assert fetch(onward[1]) == (200, ONWARD)
    with closing(sqlite3.connect(data / "valise.db")) as connection:
        assert connection.execute("SELECT count(*) FROM activity").fetchone() == (20,)
    assert len(list(data.glob("valise.db-damaged-*"))) >= 1


def test_the_page_about_trouble_answers_its_link_only(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "valise.db").write_bytes(b"this is no database" * 500)
    (data / "running.json").write_text("{}")
    valise = start(data)
    link = valise.link()
    assert fetch(valise.url("/"))[0] == 403
    assert fetch(valise.url("/put-back"), b"secret=guess")[0] == 403
    assert fetch(link, headers={"Host": "valise.example"})[0] == 403
    status, page = fetch(link)
    assert status == 200
    assert "valise.log" in page
    assert "<button>" not in page, "there is no backup to go on with"


def test_an_app_that_refuses_to_start_says_why_on_screen(start: Start, tmp_path: Path) -> None:
    valise = start(tmp_path / "data", TINY_REFUSES="Install the newer Valise.")
    status, page = fetch(valise.link())
    assert status == 200
    assert "Install the newer Valise." in page


def test_an_app_that_fails_says_so_on_screen_and_in_the_log(start: Start, tmp_path: Path) -> None:
    valise = start(tmp_path / "data", TINY_FAILS="unheard of")
    assert "unheard of" in fetch(valise.link())[1]
    assert "RuntimeError: unheard of" in (valise.data / "valise.log").read_text()


def test_a_folder_that_cannot_be_made_is_one_sentence(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    valise = start(tmp_path / "file" / "data")
    assert valise.process.wait(30) == 1
    assert valise.process.stderr is not None
    said = valise.process.stderr.read().splitlines()
    assert len(said) == 1
    assert "cannot be used" in said[0]
