"""The local server: one socket on 127.0.0.1, waitress on it, and an answer before the app itself is there."""

from __future__ import annotations

import hmac
import json
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING

from waitress import wasyncore
from waitress.server import create_server

from desktop_app import plain_page
from desktop_app.instance import CALL_PATH, KEY_HEADER, Answer, Call
from server.base.i18n import use_language

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: evidence comes in as uploads; a request larger than this is refused before it is read
_MOST_BYTES = 300 << 20
_MOST_BYTES_OF_A_CALL = 1 << 20
#: after so many seconds without the app, a page that asks again takes its place
_PATIENCE = 4.0
#: so many seconds the last answers have to get out
_LAST_BYTES = 2.0


def own_socket(port: int | None = None) -> socket.socket:
    """A socket that nobody else can share, listening on 127.0.0.1 at `port`, or at one that the system chooses.

    It listens from now on, so that a window that is opened at once waits rather than fails. OSError: `port` is taken.
    """
    own = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            own.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        elif port:  # a port of one's choice can be had again at once after a stop
            own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.bind(("127.0.0.1", port or 0))
        own.listen(128)
    except OSError:
        own.close()
        raise
    return own


class LocalServer:
    """Serves one app on one socket.

    Calls from a second start are answered by `on_call` from the first moment; everything else waits for `serve`.
    """

    def __init__(self, own: socket.socket, on_call: Callable[[Call], Answer], language: str = "en") -> None:
        self.address = f"127.0.0.1:{own.getsockname()[1]}"
        self.key = secrets.token_urlsafe(32)
        self._on_call = on_call
        self._language = language
        self._app: WSGIApplication | None = None
        #: the app is there
        self.ready = threading.Event()
        #: somebody came in by the link, and asks for pages with the cookie that it gave
        self.entered = threading.Event()
        self._stopping = threading.Lock()
        self._stopped = False
        self._ending = threading.Event()
        self._server = create_server(
            self._answer, sockets=[own], threads=6, ident=None, max_request_body_size=_MOST_BYTES, channel_timeout=600
        )
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)
        self._thread.start()

    def serve(self, app: WSGIApplication) -> None:
        """From now on `app` answers."""
        self._app = app
        self.ready.set()

    def stop(self) -> None:
        """Let running requests finish (5 seconds at most), take no more. Harmless when done twice."""
        with self._stopping:
            if self._stopped:
                return
            self._stopped = True
        self._server.accepting = False
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=5)
        self._ending.set()
        with suppress(OSError):  # the loop may have seen the end by itself, and closed what would wake it
            self._server.pull_trigger()
        self._thread.join(_LAST_BYTES + 1)

    def _run(self) -> None:
        """waitress's loop, with a way out. After the end is asked for, what was answered still goes out."""
        connections = self._server._map
        while not self._ending.is_set():
            wasyncore.loop(timeout=1.0, map=connections, count=1)
        last = time.monotonic() + _LAST_BYTES
        while time.monotonic() < last and any(getattr(one, "total_outbufs_len", 0) for one in connections.values()):
            wasyncore.loop(timeout=0.05, map=connections, count=1)
        wasyncore.close_all(connections, ignore_all=True)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == CALL_PATH:
            return self._answer_call(environ, start_response)
        if not self.ready.wait(_PATIENCE):
            with use_language(self._language):
                return plain_page.patience(start_response)
        assert self._app is not None
        if "HTTP_COOKIE" in environ and not environ["PATH_INFO"].startswith("/open/"):
            self.entered.set()
        return self._app(environ, start_response)

    def _answer_call(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A second start of the same user, who alone can read the key; a web page can neither read nor send it."""
        key = environ.get("HTTP_" + KEY_HEADER.upper().replace("-", "_"), "")
        known = hmac.compare_digest(key.encode("utf-8", "replace"), self.key.encode())
        if not known or environ["REQUEST_METHOD"] != "POST" or environ.get("HTTP_HOST") != self.address:
            return plain_page.bare(start_response, HTTPStatus.FORBIDDEN)
        try:
            size = int(environ.get("CONTENT_LENGTH") or 0)
            if size > _MOST_BYTES_OF_A_CALL:
                return plain_page.bare(start_response, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            call = Call.from_bytes(environ["wsgi.input"].read(size))
        except ValueError:
            return plain_page.bare(start_response, HTTPStatus.BAD_REQUEST)
        answer = self._on_call(call)
        return plain_page.bare(start_response, HTTPStatus.OK, json.dumps({"link": answer.link}), "application/json")
