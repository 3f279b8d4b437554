"""The socket, and who is answered before the app is there."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from desktop_app import local_server
from desktop_app.instance import CALL_PATH, KEY_HEADER, Answer, Call
from desktop_app.local_server import LocalServer, own_socket
from tests.desktop_app.support import fetch


@pytest.fixture
def server() -> Iterator[LocalServer]:
    made = LocalServer(own_socket(), lambda call: Answer(f"{len(call.files)} files"))
    yield made
    made.stop()


def page(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"the page"]


def test_the_socket_listens_on_this_computer_only() -> None:
    with own_socket() as own:
        assert own.getsockname()[0] == "127.0.0.1"


def test_nobody_can_share_the_port() -> None:
    with own_socket() as own, pytest.raises(OSError, match=r"."):
        own_socket(own.getsockname()[1])


def test_a_window_that_comes_before_the_app_is_told_to_wait(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_server, "_PATIENCE", 0.01)
    status, text = fetch(f"http://{server.address}/")
    assert status == 200
    assert "getting ready" in text
    assert 'http-equiv="refresh"' in text
    server.serve(page)
    assert fetch(f"http://{server.address}/") == (200, "the page")


def test_a_request_waits_for_the_app_that_is_nearly_there(server: LocalServer) -> None:
    threading.Timer(0.2, server.serve, [page]).start()
    assert fetch(f"http://{server.address}/") == (200, "the page")


def test_a_second_start_is_answered_before_the_app_is_there(server: LocalServer) -> None:
    answer = fetch(f"http://{server.address}{CALL_PATH}", Call().as_bytes(), {KEY_HEADER: server.key})
    assert answer == (200, json.dumps({"link": "0 files"}))


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b'{"files": []}', 403),
        ({KEY_HEADER: "guessed"}, b'{"files": []}', 403),
        ({KEY_HEADER: "KEY", "Host": "valise.example:80"}, b'{"files": []}', 403),
        ({KEY_HEADER: "KEY"}, None, 403),
        ({KEY_HEADER: "KEY"}, b"not a call", 400),
    ],
    ids=["no key", "wrong key", "another host", "not a post", "not a call"],
)
def test_strangers_are_not_heard(server: LocalServer, headers: dict[str, str], body: bytes | None, status: int) -> None:
    headers = {name: server.key if value == "KEY" else value for name, value in headers.items()}
    assert fetch(f"http://{server.address}{CALL_PATH}", body, headers)[0] == status


def test_a_running_request_is_finished_before_the_end(server: LocalServer) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slow(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        began.set()
        go_on.wait(10)
        return page(environ, start_response)

    server.serve(slow)
    got: list[tuple[int, str]] = []
    asking = threading.Thread(target=lambda: got.append(fetch(f"http://{server.address}/save")))
    asking.start()
    began.wait(10)
    threading.Timer(0.2, go_on.set).start()
    server.stop()
    asking.join(10)
    assert got == [(200, "the page")]
    with pytest.raises(OSError, match=r"."):
        socket.create_connection(("127.0.0.1", int(server.address.partition(":")[2])), timeout=2)
