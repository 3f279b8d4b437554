"""Smoke test of the built program: VALISE_FROZEN names the folder that PyInstaller made.

pyinstaller build.spec && VALISE_FROZEN=dist/valise pytest -s tests/desktop_app/test_frozen.py
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import RequireTool
from tests.desktop_app.support import Started, fetch, wait_for

_FOLDER = os.environ.get("VALISE_FROZEN", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.window,
    pytest.mark.skipif(not _FOLDER, reason="VALISE_FROZEN does not name a built folder"),
]

_PROGRAM = Path(_FOLDER).resolve() / ("valise-cli.exe" if sys.platform == "win32" else "valise")


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    """Nothing of the developer's Python, and a home of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VALISE", "DISPLAY", "WAYLAND"))}
    return {**kept, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", **more}


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One command of the built program."""
    return subprocess.run(
        [str(_PROGRAM), *arguments],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=600,
        cwd=tmp_path,
        check=False,
    )


@pytest.fixture
def served(tmp_path: Path, display: str) -> Iterator[Started]:
    """The built program with its window open on a new folder."""
    process = subprocess.Popen(
        [str(_PROGRAM), "--data", str(tmp_path / "data")],
        env=environment(tmp_path, DISPLAY=display),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield Started(process, tmp_path / "data")
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_it_knows_its_version(tmp_path: Path) -> None:
    done = run(tmp_path, "--version")
    assert done.returncode == 0, done.stderr
    assert "valise" in done.stdout


def test_its_window_opens_at_a_page_and_it_ends_as_it_should(
    served: Started, display: str, require_tool: RequireTool
) -> None:
    def look() -> str:
        command = [require_tool("xdotool"), "search", "--onlyvisible", "--name", "^Valise$"]
        found = subprocess.run(
            command, env={**os.environ, "DISPLAY": display}, capture_output=True, text=True, check=False
        )
        return found.stdout

    assert fetch(served.url("/"))[0] == 403, "a stranger is refused"
    wait_for(look, "the window")
    log = served.data / "valise.log"
    wait_for(lambda: "ready" in log.read_text(), "the app")
    assert "not caught" not in log.read_text()
    assert "ERROR" not in log.read_text()
    assert served.end() == 0


def test_it_makes_the_example_programme(tmp_path: Path) -> None:
    done = run(tmp_path, "demo", str(tmp_path / "demo"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "demo" / "annual-report.pdf").read_bytes().startswith(b"%PDF-")
    assert len(list((tmp_path / "demo" / "dispatches").glob("*.pdf"))) == 8


def test_without_a_display_it_serves(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [str(_PROGRAM), "serve", "--data", str(tmp_path / "data")],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    valise = Started(process, tmp_path / "data")
    try:
        assert fetch(valise.link())[0] == 200
        assert valise.end() == 0
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the web view is not WebKitGTK")
def test_it_brings_no_library_that_the_systems_webkit_has() -> None:
    names = {path.name for path in _PROGRAM.parent.rglob("*.so*")}
    foreign = {"libglib", "libgobject", "libgio", "libgtk", "libgdk", "libwebkit2gtk", "libcairo", "libfontconfig"}
    assert not {name for name in names if name.split("-")[0].split(".")[0] in foreign}


def test_what_is_downloaded_is_small(capsys: pytest.CaptureFixture[str]) -> None:
    plain = sum(path.stat().st_size for path in _PROGRAM.parent.rglob("*") if path.is_file() and not path.is_symlink())
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as archive:
        archive.add(_PROGRAM.parent, "valise")
    said = {"megabytes": round(plain / 1e6, 1), "tar.xz": round(packed.tell() / 1e6, 1)}
    with capsys.disabled():
        print(f"\nbuilt folder: {json.dumps(said)}")
    assert said["tar.xz"] <= 45, "the bar for what is downloaded"
