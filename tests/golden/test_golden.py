"""Folders and dispatches of every released version open, go in in any order, and show what they showed then."""

from __future__ import annotations

import json
import random
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import zstandard

from server.base.clock import fixed_clock
from server.base.paths import DataDir
from server.db import migrate
from server.db.backup import restore_backup
from server.services.diagnostics import examine
from server.services.folder import Folder, open_folder
from server.services.receive import inspect, receive
from server.services.redraw import DIFFERENT, NOT_COMPARED
from server.services.send import send
from server.services.setup import set_up_office
from server.sync.dump import canonical_state
from tests.golden.make import FOR_HQ, FOR_OFFICE

#: long after the files were made
NOW = fixed_clock("2016-06-01T09:00:00+00:00")
RELEASES = sorted(path for path in Path(__file__).parent.iterdir() if (path / "state.jsonl.zst").is_file())
#: what the files were made for
FILES = {"hq": FOR_HQ, "office": FOR_OFFICE}

Lines = list[dict[str, Any]]


@pytest.fixture(params=RELEASES, ids=lambda path: path.name)
def release(request: pytest.FixtureRequest) -> Path:
    """The folder of one release."""
    found = request.param
    assert isinstance(found, Path)
    return found


@pytest.fixture(params=["hq", "office"])
def kept(request: pytest.FixtureRequest, release: Path, tmp_path: Path) -> Iterator[tuple[str, Folder]]:
    """Headquarters and an office as the release left them, opened by this version."""
    data = DataDir(tmp_path / request.param)
    restore_backup(release / f"{request.param}.zip", data, NOW())
    with open_folder(data, NOW) as folder:
        yield request.param, folder


def test_there_is_a_release_to_look_at() -> None:
    assert "0.1.0" in [path.name for path in RELEASES]


def test_a_folder_is_upgraded_whole(kept: tuple[str, Folder], release: Path, tmp_path: Path) -> None:
    name, folder = kept
    with zipfile.ZipFile(release / f"{name}.zip") as archive:
        archive.extract("valise.db", tmp_path)
    with closing(sqlite3.connect(tmp_path / "valise.db")) as connection:
        (written,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    with folder.engine.connect() as connection:
        assert migrate.revision(connection) == migrate.newest()
    assert bool(list(folder.data.backups.glob("*-upgrade.db"))) == (written != migrate.newest())
    assert [finding.sentence for finding in examine(folder.data, NOW) if not finding.good] == []


@pytest.mark.parametrize("order", ["as they were made", "the last first", "shuffled 1", "shuffled 2", "one by one"])
def test_the_dispatches_are_received_in_any_order(release: Path, kept: tuple[str, Folder], order: str) -> None:
    name, folder = kept
    files = made_for(name, release)
    if order == "the last first":
        files.reverse()
    elif order.startswith("shuffled"):
        random.Random(order).shuffle(files)
    if order == "one by one":
        results = [result for one in files for result in receive(folder, [one])]
    else:
        results = receive(folder, files)
    assert [result.sentence for result in results if not result.accepted] == []
    assert differences(expected(release), state(folder)) == []
    assert {result.state for result in receive(folder, files)} == {"already"}


def test_a_released_setup_sets_an_office_up(release: Path, tmp_path: Path) -> None:
    with set_up_office(DataDir(tmp_path / "new"), release / "setup-1.pdf", "Programme officer", NOW) as folder:
        assert folder.office.code == "KG"
        found = {line["id"]: line for line in state(folder) if line.get("table") == "reporting_period"}
    then = {line["id"]: line for line in expected(release) if line.get("table") == "reporting_period"}
    assert found.keys() == then.keys()


def test_released_files_are_inspected_without_a_folder(release: Path, tmp_path: Path) -> None:
    for path in sorted(release.glob("*.pdf")):
        found = inspect(DataDir(tmp_path / "none"), path, NOW)
        sealed = path.name.startswith("sealed")
        assert (found.code, found.manifest is None) == ("sealed" if sealed else "", sealed), path.name


def test_no_released_report_is_taken_for_a_forgery(release: Path, kept: tuple[str, Folder]) -> None:
    """Whoever changes what is drawn gives Valise a new version."""
    name, folder = kept
    told = [result.pages for result in receive(folder, made_for(name, release))]
    assert DIFFERENT not in told
    assert any(pages not in ("", NOT_COMPARED) for pages in told)


def test_what_was_upgraded_goes_on_writing_and_is_received(release: Path, kept: tuple[str, Folder]) -> None:
    name, folder = kept
    receive(folder, made_for(name, release))
    receiver = {"hq": "KG", "office": "hq"}[name]
    target = folder.data.root.parent / "next.pdf"
    send(folder, target, receiver=receiver, period=None if name == "hq" else "y1")
    other = DataDir(folder.data.root.parent / "other")
    restore_backup(release / f"{'office' if name == 'hq' else 'hq'}.zip", other, NOW())
    with open_folder(other, NOW) as there:
        receive(there, made_for("office" if name == "hq" else "hq", release))
        (result,) = receive(there, [target])
        assert result.state == "imported", result.sentence
        assert state(there) == state(folder)


def made_for(name: str, release: Path) -> list[Path]:
    """The release's dispatches for headquarters or the office, in the order in which they were made."""
    return [path for one in FILES[name] if (path := release / f"{one}.pdf").is_file()]


def state(folder: Folder) -> Lines:
    """What `valise dump` says of a folder."""
    with folder.engine.connect() as connection:
        return [json.loads(line) for line in canonical_state(connection).splitlines()]


def expected(release: Path) -> Lines:
    """What it said then."""
    packed = (release / "state.jsonl.zst").read_bytes()
    return [json.loads(line) for line in zstandard.ZstdDecompressor().decompress(packed).splitlines()]


def name_of(line: dict[str, Any]) -> tuple[Any, ...]:
    """What a line of a dump is about."""
    kind = next(name for name in ("changes", "issue", "heads", "table") if name in line)
    about = {"changes": (), "table": ("table", "id"), "heads": ("heads", "row"),
             "issue": ("issue", "table", "row", "field")}[kind]
    return (kind, *(line[name] for name in about))


def differences(then: Lines, now: Lines) -> list[str]:
    """What of a release's dump today's says otherwise, or not at all; and records that the release did not know of.

    A later version may show more fields of a record, more of an issue, and further kinds of issues.
    """
    found = {name_of(line): line for line in now}
    told = []
    for line in then:
        name, today = name_of(line), found.get(name_of(line))
        if today is None:
            told.append(f"{name} is gone")
        elif name[0] in ("changes", "heads"):
            told += [] if line == today else [f"{name}: {line} is {today} now"]
        else:
            inner = ("info",) if "info" in line else ()
            for part_then, part_now in [(line, today), *((line[key], today[key]) for key in inner)]:
                told += [f"{name}: {key} was {value!r}, is {part_now.get(key)!r}" for key, value in part_then.items()
                         if key not in inner and part_now.get(key) != value]
    tables = {line["table"] for line in then if "id" in line}
    known = {name_of(line) for line in then}
    told += [f"{name} is new" for name in found if name[0] == "table" and name[1] in tables and name not in known]
    return told
