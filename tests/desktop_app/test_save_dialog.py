"""Files that leave by the save dialog or the system's viewer, with a person's answers played."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app import files as files_module
from desktop_app.files import Files, fit_name
from server.base.errors import Refused


class Person:
    """Chooses these places one after the other, and gives these answers to questions."""

    def __init__(self, places: list[Path | None], answers: list[bool] | None = None, *, system_asks: bool = False):
        self.places = places
        self.answers = answers or []
        self.asks_before_overwriting = system_asks
        self.shown: list[tuple[str, str]] = []
        self.questions: list[str] = []

    def ask_where(self, folder: Path, name: str, kind: str) -> Path | None:
        assert folder
        self.shown.append((name, kind))
        return self.places.pop(0)

    def confirm(self, title: str, text: str) -> bool:
        assert title
        self.questions.append(text)
        return self.answers.pop(0)


Make = Callable[[Person], Files]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return lambda person: Files(person, tmp_path / "viewed")


def test_a_file_goes_where_the_person_says(make: Make, tmp_path: Path) -> None:
    person = Person([tmp_path / "mine.pdf"])
    assert make(person).save("report.pdf", b"%PDF") == tmp_path / "mine.pdf"
    assert (tmp_path / "mine.pdf").read_bytes() == b"%PDF"
    assert person.shown == [("report.pdf", "PDF (*.pdf)")]


def test_cancelled_nothing_is_written(make: Make, tmp_path: Path) -> None:
    assert make(Person([None])).save("report.pdf", b"%PDF") is None
    assert list(tmp_path.iterdir()) == []


def test_a_missing_suffix_is_added(make: Make, tmp_path: Path) -> None:
    assert make(Person([tmp_path / "v1.2 final"])).save("a.xlsx", b"") == tmp_path / "v1.2 final.xlsx"
    assert make(Person([tmp_path / "CAPITALS.XLSX"])).save("a.xlsx", b"") == tmp_path / "CAPITALS.XLSX"


def test_a_file_without_suffix_is_offered_without_a_filter(make: Make, tmp_path: Path) -> None:
    person = Person([tmp_path / "LICENCE"])
    assert make(person).save("LICENCE", b"") == tmp_path / "LICENCE"
    assert person.shown == [("LICENCE", "")]


def test_an_existing_file_is_replaced_after_a_yes(make: Make, tmp_path: Path) -> None:
    (tmp_path / "old.pdf").write_bytes(b"old")
    person = Person([tmp_path / "old.pdf"], [True])
    assert make(person).save("a.pdf", b"new") is not None
    assert (tmp_path / "old.pdf").read_bytes() == b"new"
    assert "old.pdf" in person.questions[0]


def test_after_a_no_the_dialog_comes_again(make: Make, tmp_path: Path) -> None:
    (tmp_path / "old.pdf").write_bytes(b"old")
    person = Person([tmp_path / "old.pdf", tmp_path / "other.pdf"], [False])
    assert make(person).save("a.pdf", b"new") == tmp_path / "other.pdf"
    assert (tmp_path / "old.pdf").read_bytes() == b"old"


def test_where_the_system_asks_we_do_not_ask_again(make: Make, tmp_path: Path) -> None:
    (tmp_path / "old.pdf").write_bytes(b"old")
    person = Person([tmp_path / "old.pdf"], system_asks=True)
    assert make(person).save("a.pdf", b"new") is not None
    assert person.questions == []


def test_where_the_added_suffix_meets_an_old_file_we_ask_even_so(make: Make, tmp_path: Path) -> None:
    (tmp_path / "old.pdf").write_bytes(b"old")
    person = Person([tmp_path / "old", None], [False], system_asks=True)
    assert make(person).save("a.pdf", b"new") is None
    assert (tmp_path / "old.pdf").read_bytes() == b"old"


def test_a_place_that_cannot_be_written_to_is_refused_in_a_sentence(make: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match=r"Choose another folder\."):
        make(Person([tmp_path / "file" / "a.pdf"])).save("a.pdf", b"")


def test_the_next_dialog_opens_in_the_last_folder(make: Make, tmp_path: Path) -> None:
    folders: list[Path] = []

    class Watching(Person):
        def ask_where(self, folder: Path, name: str, kind: str) -> Path | None:
            folders.append(folder)
            return super().ask_where(folder, name, kind)

    files = make(Watching([tmp_path / "there" / "a.pdf", None]))
    files.save("a.pdf", b"")
    files.save("b.pdf", b"")
    assert folders[1] == tmp_path / "there"


def test_there_is_one_dialog_at_a_time(make: Make) -> None:
    open_now, close = threading.Event(), threading.Event()

    class Slow(Person):
        def ask_where(self, folder: Path, name: str, kind: str) -> Path | None:
            open_now.set()
            close.wait(10)
            return None

    files = make(Slow([]))
    first = threading.Thread(target=files.save, args=("a.pdf", b""))
    first.start()
    open_now.wait(10)
    with pytest.raises(Refused, match=r"open already"):
        files.save("b.pdf", b"")
    close.set()
    first.join(10)


@pytest.mark.parametrize(
    ("suggested", "name"),
    [
        ("Rapport de la Tunisie – 2014.pdf", "Rapport de la Tunisie – 2014.pdf"),
        ("../../etc/passwd", "etc-passwd"),
        ('a<b>c:"d"|e?.pdf', "a-b-c-d-e-.pdf"),
        ("отчёт\n2014.pdf", "отчёт-2014.pdf"),
        ("", "valise"),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_a_suggested_name_is_fit_for_every_system(suggested: str, name: str) -> None:
    assert fit_name(suggested) == name


@pytest.mark.skipif(sys.platform == "win32", reason="the viewer is a command on POSIX only")
def test_a_viewed_file_is_a_copy_of_ones_own(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(files_module, "start_viewer", lambda command, _target: started.append(command))
    files = make(Person([]))
    path = files.view("matrix.pdf", b"%PDF")
    assert path.read_bytes() == b"%PDF"
    assert path.parent == tmp_path / "viewed"
    assert path.stat().st_mode & 0o077 == 0
    assert started == [[str(path)]]
    files.clear()
    assert not path.exists()


def test_only_what_was_saved_just_now_is_opened(make: Make, tmp_path: Path) -> None:
    (tmp_path / "other.pdf").write_bytes(b"")
    with pytest.raises(Refused):
        make(Person([])).open(tmp_path / "other.pdf")
    with pytest.raises(Refused):
        make(Person([])).show_in_folder(tmp_path / "other.pdf")


@pytest.mark.parametrize("name", ["evidence.exe", "evidence.bat", "evidence.desktop", "evidence.html", "evidence"])
def test_a_program_that_came_as_evidence_is_never_started(make: Make, tmp_path: Path, name: str) -> None:
    files = make(Person([tmp_path / name]))
    saved = files.save(name, b"#!/bin/sh\n")
    assert saved is not None
    with pytest.raises(Refused, match=r"does not open files of this kind"):
        files.open(saved)


@pytest.mark.skipif(sys.platform == "win32", reason="the viewer is a command on POSIX only")
def test_a_desktop_without_a_viewer_says_where_the_file_is(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    files = make(Person([tmp_path / "a.pdf"]))
    saved = files.save("a.pdf", b"")
    assert saved is not None
    with pytest.raises(Refused, match=str(saved)):
        files.open(saved)


@pytest.mark.skipif(sys.platform != "linux", reason="xdg-open is Linux's")
def test_the_systems_viewer_is_called_with_the_file(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opener = tmp_path / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/called\n')
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    files = make(Person([tmp_path / "a b.pdf"]))
    saved = files.save("a.pdf", b"")
    assert saved is not None
    files.open(saved)
    assert (tmp_path / "called").read_text().strip() == str(saved)
