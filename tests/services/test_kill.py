"""Nothing accepted is lost: processes are killed in the middle of their work, at moments all over it."""

from __future__ import annotations

import html
import http.client
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from server.base.paths import DataDir
from server.services.diagnostics import examine
from server.services.folder import open_folder
from tests.desktop_app.support import Started
from tests.house import ROOT
from tests.services.mortal import Workshop, workshop
from tests.services.world import NOW, Desk, Example, copy_folder, rows, state

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks processes"),
]
#: kills spread evenly over the time that the work takes, and kills around the imports in it
EVENLY, AT_IMPORTS = 10, 18


@pytest.fixture(scope="module")
def works() -> Iterator[Workshop]:
    """Where processes that may be killed are made."""
    with workshop() as opened:
        yield opened


def assert_sound(data: DataDir) -> None:
    """The folder opens, and the doctor finds nothing wrong."""
    assert [finding.sentence for finding in examine(data, NOW) if not finding.good] == []


def after(seconds: float) -> Callable[[DataDir], None]:
    """Wait for so long."""
    return lambda _data: time.sleep(seconds)


def after_arrival(number: int, seconds: float) -> Callable[[DataDir], None]:
    """Wait until that many dispatches lie in the inbox, each just before its import, and then for so long."""

    def wait(data: DataDir) -> None:
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            if len(list(data.inbox.glob("*.pdf"))) >= number:
                break
            time.sleep(0.0005)
        time.sleep(seconds)

    return wait


class TestReceiving:
    """An import is whole or not at all."""

    @pytest.fixture(scope="class")
    @classmethod
    def known(cls, example: Example, works: Workshop, tmp_path_factory: pytest.TempPathFactory):
        """The dispatches, the states before and after each of them, and how long receiving them takes at least."""
        room = tmp_path_factory.mktemp("known")
        files = [example.dispatch("ec"), example.dispatch("jm")]
        data = copy_folder(example.root / "hq-empty", room / "step-by-step")
        states = [state(data)]
        for path in files:
            works.start("valise", "receive", path, "--data", data.root)
            assert works.ended() == 0
            states.append(state(data))
        durations = []
        for turn in range(2):
            data = copy_folder(example.root / "hq-empty", room / f"at-once-{turn}")
            began = time.monotonic()
            works.start("valise", "receive", *files, "--data", data.root)
            assert works.ended() == 0
            durations.append(time.monotonic() - began)
        return files, states, min(durations)

    @pytest.mark.parametrize("turn", range(EVENLY + AT_IMPORTS))
    def test_a_killed_import_left_all_or_nothing_and_goes_in_the_second_time(
        self, known, works: Workshop, desk: Desk, turn: int
    ):
        files, states, duration = known
        chance = random.Random(turn)
        if turn < EVENLY:
            wait = after(duration * 0.9 * (turn + chance.random()) / EVENLY)
        else:
            wait = after_arrival(1 + turn % 2, chance.random() * duration / 7)
        data = desk.copy("hq-empty")
        pid = works.start("valise", "receive", *files, "--data", data.root)
        wait(data)
        code = works.kill(pid)
        assert code in (0, -signal.SIGKILL)
        assert state(data) in states
        if code == 0:
            assert state(data) == states[-1]
        else:
            assert_sound(data)
        works.start("valise", "receive", *files, "--data", data.root)
        assert works.ended() == 0
        assert state(data) == states[-1]
        assert rows(data, "SELECT state, count(*) FROM sync_inbox GROUP BY state") == [("imported", len(files))]

    def test_the_command_itself_as_a_process_survives_a_kill(self, known, desk: Desk):
        """Without the workshop, the imports and all."""
        files, states, _duration = known
        data = desk.copy("hq-empty")
        command = [sys.executable, "-m", "server", "receive", *map(str, files), "--data", str(data.root)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after_arrival(1, 0.02)(data)
        process.kill()
        process.wait()
        assert state(data) in states
        assert_sound(data)
        assert subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode == 0
        assert state(data) == states[-1]


class TestSaving:
    """A save that was confirmed survives a kill in the next instant."""

    def test_every_id_that_was_told_is_there(self, works: Workshop, desk: Desk):
        data, notes = desk.copy("kg"), desk.file("notes")
        chance = random.Random(0)
        told: list[str] = []
        for _turn in range(25):
            before = len(told)
            pid = works.start("log", data.root, notes)
            wait_for_a_note(notes, before)
            time.sleep(chance.random() * 0.05)
            assert works.kill(pid) == -signal.SIGKILL
            told = notes.read_text().split()
            assert len(told) > before
            with open_folder(data, NOW) as folder, folder.engine.connect() as connection:
                found = {id for (id,) in connection.exec_driver_sql("SELECT id FROM activity")}
                assert connection.exec_driver_sql("SELECT count(*) FROM sync_capture").scalar() == 0
            assert set(told) <= found
        assert len(told) == len(set(told))
        assert_sound(data)


def wait_for_a_note(notes: Path, count: int) -> None:
    """Until more than `count` ids were told."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        if notes.exists() and len(notes.read_bytes().split()) > count:
            return
        time.sleep(0.001)
    raise AssertionError("nothing was logged")


class TestForms:
    """Each save is on disk before the page says so."""

    def test_every_activity_that_a_page_confirmed_is_there(self, desk: Desk):
        data = desk.copy("kg")
        chance = random.Random(1)
        for turn in range(3):
            confirmed = post_until_killed(data, f"Turn {turn}", 0.2 + chance.random() / 2)
            assert confirmed
            titles = {title for (title,) in rows(data, "SELECT title FROM activity")}
            assert set(confirmed) <= titles
        assert_sound(data)


def post_until_killed(data: DataDir, name: str, seconds: float) -> list[str]:
    """Serve the folder, log activities by its form, kill the server after so long; the titles it confirmed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "serve", "--data", str(data.root)],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C.UTF-8", "DISPLAY": "", "WAYLAND_DISPLAY": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    confirmed: list[str] = []
    try:
        served = Started(process, data.root)
        connection = http.client.HTTPConnection(served.note()["address"], timeout=30)
        headers, answers = signed_in(connection, served.link())
        threading.Timer(seconds, process.kill).start()
        for number in range(10_000):
            answers["title"] = f"{name}, activity {number}"
            connection.request("POST", "/activities/new", urlencode(answers), headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 302
            confirmed.append(answers["title"])
    except (OSError, http.client.HTTPException):
        return confirmed
    finally:
        process.kill()
        process.communicate()
    raise AssertionError("the server was not killed")


def signed_in(connection: http.client.HTTPConnection, link: str) -> tuple[dict[str, str], dict[str, str]]:
    """Headers and answers with which the form for a new activity is sent."""
    connection.request("GET", "/open/" + link.rpartition("/")[2])
    answer = connection.getresponse()
    answer.read()
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    connection.request("GET", "/activities/new", headers={"Cookie": cookie})
    answer = connection.getresponse()
    page = answer.read().decode()
    cookies = [cookie, *(value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie") or ())]
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    output = re.search(r'name="output_id".*?<option value="([^"]+)"', page, re.DOTALL)
    assert token
    assert output
    headers = {
        "Cookie": "; ".join(cookies),
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": f"http://{connection.host}:{connection.port}",
    }
    answers = {"csrf_token": html.unescape(token[1]), "output_id": output[1], "date_from-year": "2014"}
    return headers, answers
