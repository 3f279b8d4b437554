"""The example under the real launcher: made beside a folder, killed in it, and the next start is in one's own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from server.base.paths import DataDir
from tests.desktop_app.support import PATIENCE, Started, wait_for
from tests.services.world import copy_folder, everything, example_once

_ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
#: starts Valise on the folder of the test
Serve = Callable[[], "Visit"]


class Visit:
    """Somebody who came in by the link of a started Valise."""

    def __init__(self, valise: Started) -> None:
        self.valise = valise
        self._jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), self._jar)
        self._opener.open(valise.link(), timeout=PATIENCE).read()

    def page(self, path: str, **answers: str) -> tuple[str, str]:
        """Where a page, or a form that is sent, leads to, and what stands there."""
        address = self.valise.url("")
        body = urllib.parse.urlencode(answers).encode() if answers else None
        asked = urllib.request.Request(address + path, body, {"Origin": address} if answers else {})
        with self._opener.open(asked, timeout=PATIENCE) as answer:
            return answer.url.removeprefix(address), answer.read().decode()

    def press(self, path: str, **answers: str) -> tuple[str, str]:
        """As `page`, for a button, with the token of any form."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page("/example")[1])
        assert found is not None
        return self.page(path, csrf_token=found[1], **answers)


@pytest.fixture
def mine(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """A folder with work in it."""
    return copy_folder(example_once(tmp_path_factory).root / "md", tmp_path / "data")


@pytest.fixture
def serve(mine: DataDir, tmp_path: Path) -> Iterator[Serve]:
    """Runs `valise serve`; ends what is left running."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "LANGUAGE")}
    started: list[subprocess.Popen[str]] = []

    def start() -> Visit:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve", "--data", str(mine.root)], cwd=_ROOT, text=True,
            env={**kept, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        started.append(process)
        return Visit(Started(process, mine.root))

    yield start
    for one in started:
        if one.poll() is None:
            one.kill()
        one.communicate()


def wait_until_made(visit: Visit) -> None:
    """Until the page about the making leads into the example; a busy machine takes long, and asking slows it down."""
    ends = time.monotonic() + 6 * PATIENCE
    while visit.page("/example/making/office")[0] != "/example/office/":
        assert time.monotonic() < ends, "the example was never made"
        time.sleep(1)


def test_killed_in_the_example_it_starts_in_ones_own_folder(serve: Serve, mine: DataDir) -> None:
    before = everything(mine)
    first = serve()
    half = mine.example.with_name(f"{mine.example.name}-unfinished")
    assert first.press("/example/look", room="office")[0] == "/example/making/office"
    wait_for(lambda: list(half.glob("made/*/valise.db")), "the example half made")
    first.valise.end(signal.SIGKILL)
    assert not mine.example.exists()

    second = serve()
    assert "Moldova country office" in second.page("/")[1]
    second.press("/example/look", room="office")
    wait_until_made(second)
    assert not half.exists()
    assert "Kyrgyzstan country office" in second.page("/example/office/")[1]
    second.valise.end(signal.SIGKILL)

    third = serve()
    address, page = third.page("/")
    assert address == "/"
    assert "Moldova country office" in page
    assert "example-strip" not in page
    assert third.press("/example/look", room="hq")[0] == "/example/hq/", "it is still there, and its locks are free"
    assert third.press("/example/away", room="hq")[0] == "/"
    assert third.valise.end() == 0
    assert not mine.example.exists()
    assert everything(mine) == before
