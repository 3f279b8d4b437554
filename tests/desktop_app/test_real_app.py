"""The door of the real app, as it is started: who gets in, and who does not."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop_app.support import Started, fetch, wait_for

_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Started]:
    """`valise serve` on a new folder."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "LANGUAGE")}
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "serve", "--data", str(tmp_path / "data")],
        cwd=_ROOT,
        env={**kept, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield Started(process, tmp_path / "data")
    if process.poll() is None:
        process.kill()
    process.communicate()


def ask(valise: Started, path: str, method: str = "GET", **headers: str) -> tuple[int, str, str]:
    """Status, cookie and text of one request; header names with `_` for `-`."""
    connection = http.client.HTTPConnection(valise.note()["address"], timeout=30)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    text = answer.read().decode()
    connection.close()
    return answer.status, cookie, text


def test_the_link_lets_one_browser_in_once(served: Started) -> None:
    path = "/open/" + served.link().rpartition("/")[2]
    status, cookie, _text = ask(served, path)
    assert status == 200
    port = served.note()["address"].partition(":")[2]
    assert port in cookie.partition("=")[0], "two Valises on one machine must not share a cookie"
    assert ask(served, path)[0] == 403
    assert ask(served, "/", Cookie=cookie)[0] in (200, 302)


def test_strangers_are_refused(served: Started) -> None:
    path = "/open/" + served.link().rpartition("/")[2]
    assert ask(served, "/")[0] == 403
    assert ask(served, "/", Cookie="valise=guess")[0] == 403
    assert ask(served, path, Host="valise.example")[0] == 403, "a link does not make up for a wrong host"
    _status, cookie, _text = ask(served, path)
    assert ask(served, "/", Cookie=cookie, Host="valise.example")[0] == 403
    assert ask(served, "/", Cookie=cookie, Host="localhost:" + served.note()["address"].partition(":")[2])[0] == 403
    assert ask(served, "/", Cookie=cookie, Sec_Fetch_Site="cross-site")[0] == 403
    assert ask(served, "/setup/example", "POST", Cookie=cookie, Origin="https://valise.example")[0] == 403


def test_scripts_and_styles_have_types_that_browsers_accept(served: Started) -> None:
    _status, cookie, page = ask(served, "/open/" + served.link().rpartition("/")[2])
    status, _cookie, page = ask(served, "/setup", Cookie=cookie)
    assert status == 200
    connection = http.client.HTTPConnection(served.note()["address"], timeout=30)
    wanted = {"js": "text/javascript", "css": "text/css"}
    found = {suffix: page.partition(f".{suffix}")[0].rpartition('"')[2] + f".{suffix}" for suffix in wanted}
    for suffix, address in found.items():
        connection.request("GET", address, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, (answer.getheader("Content-Type") or "").partition(";")[0]) == (200, wanted[suffix])
    connection.close()


def test_a_run_that_was_cut_off_is_in_the_log_of_the_next(served: Started, tmp_path: Path) -> None:
    _status, cookie, _text = ask(served, "/open/" + served.link().rpartition("/")[2])
    assert cookie
    served.process.kill()
    served.process.wait()
    assert (tmp_path / "data" / "running.json").exists()
    again = subprocess.Popen(
        [sys.executable, "-m", "server", "serve", "--data", str(tmp_path / "data")],
        cwd=_ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    valise = Started(again, tmp_path / "data")
    try:
        assert fetch(valise.link())[0] == 200
        wait_for(lambda: "the last run was cut off" in (valise.data / "valise.log").read_text(), "the log")
    finally:
        again.kill()
        again.communicate()
