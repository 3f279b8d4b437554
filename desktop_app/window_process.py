"""The window in a process of its own, on Linux: GTK and Qt end the process they are in when they are in trouble.

What was accepted is then still served and written by us, and the two cores of an old laptop start both at once: the
toolkit loads there while the app is imported here. The two talk in lines of JSON over a socket pair.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import queue
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from desktop_app.webview_check import NoWindow
from desktop_app.window import Window
from server.base.i18n import _, use_language

log = logging.getLogger("valise.desktop")


def has_own_process() -> bool:
    """True on Linux; elsewhere the web view has processes of its own, and the window is ours."""
    return sys.platform.startswith("linux")


class Line:
    """One end of the socket pair; each message is a JSON object on a line of its own."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._reader = end.makefile("r", encoding="utf-8")
        self._sending = threading.Lock()

    def send(self, **message: Any) -> None:
        """Send; silently nothing when the other end is gone, which `receive` tells."""
        try:
            with self._sending:
                self._end.sendall((json.dumps(message) + "\n").encode())
        except OSError:
            log.debug("the other process is gone")

    def receive(self) -> dict[str, Any] | None:
        """The next message; None when the other end is gone."""
        try:
            line = self._reader.readline()
        except OSError:
            return None
        message: dict[str, Any] | None = json.loads(line) if line else None
        return message

    def close(self) -> None:
        """Let go, which ends the other process's wait."""
        try:
            self._end.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.debug("the line was closed already")


class WindowProcess:
    """The window as the main process sees it: the same methods as `Window`.

    The process is forked when this is made, which must be before any thread is started. It does nothing until `run`.
    """

    def __init__(self, title: str, icon: Path, storage: Path, language: str) -> None:
        ours, theirs = socket.socketpair()
        sys.stdout.flush()
        self._process = os.fork()
        if self._process == 0:
            ours.close()
            serve_window(Line(theirs), title, icon, storage, language)
        theirs.close()
        self._line = Line(ours)
        self._toolkit = ""
        self._numbers = itertools.count()
        self._answers: dict[int, queue.SimpleQueue[Any]] = {}
        self._gone = threading.Event()
        self._ended = False

    @property
    def asks_before_overwriting(self) -> bool:
        """As `Window` says it."""
        return self._toolkit != "gtk"

    def run(self, link: str) -> None:
        """Open at `link`; returns when the window is closed. NoWindow when it did not open."""
        self._line.send(do="open", link=link)
        shown, problem = False, ""
        while (message := self._line.receive()) is not None:
            match message:
                case {"toolkit": str(name)}:
                    self._toolkit = name
                case {"shown": bool()}:
                    shown = True
                case {"problem": str(why)}:
                    problem = why
                case {"number": int(number), "answer": answer}:
                    self._answers[number].put(answer)
        self._gone.set()
        for waiting in list(self._answers.values()):
            waiting.put(None)
        code = self.end()
        if code not in (0, -signal.SIGTERM):  # which a session that ends sends to both
            log.error("the window's process ended with %s", code)
        if not shown and (problem or code != 0):
            raise NoWindow(problem or _("The window could not be opened: %(why)s.", why=code))

    def show(self) -> None:
        """Bring the window to the front."""
        self._line.send(do="show")

    def go(self, address: str) -> None:
        """Show another of our own pages."""
        self._line.send(do="go", link=address)

    def close(self) -> None:
        """Close the window; `run` returns."""
        self._line.send(do="close")

    def ask_where(self, folder: Path, name: str, kind: str) -> Path | None:
        """The system's save dialog; None when cancelled."""
        chosen = self._ask(do="ask", folder=str(folder), name=name, kind=kind)
        return Path(chosen) if isinstance(chosen, str) else None

    def confirm(self, title: str, text: str) -> bool:
        """A question with OK and Cancel."""
        return self._ask(do="confirm", title=title, text=text) is True

    def _ask(self, **question: Any) -> Any:
        number = next(self._numbers)
        answer = self._answers[number] = queue.SimpleQueue()
        try:
            if self._gone.is_set():
                return None
            self._line.send(number=number, **question)
            return answer.get()
        finally:
            del self._answers[number]

    def kill(self) -> None:
        """End a process that does not end by itself."""
        os.kill(self._process, signal.SIGKILL)

    def end(self) -> int:
        """Let the process go and wait for it; gives its exit code, negative for a signal. Harmless when done twice."""
        if self._ended:
            return 0
        self._ended = True
        self._line.close()
        _process, status = os.waitpid(self._process, 0)
        return os.waitstatus_to_exitcode(status)


def serve_window(line: Line, title: str, icon: Path, storage: Path, language: str) -> NoReturn:
    """The other process: waits for `open`, runs the window, and never returns."""
    for number in (signal.SIGINT, signal.SIGHUP):  # Ctrl-C reaches both; the main process then closes the window
        signal.signal(number, signal.SIG_IGN)
    code = 0
    try:
        first = line.receive()
        if first is not None:
            with use_language(language):
                run_window(line, first["link"], Window(title, icon, storage))
    except NoWindow as problem:
        line.send(problem=str(problem))
    except BaseException:
        log.exception("the window's process failed")
        code = 1
    finally:
        logging.shutdown()
        os._exit(code)


def run_window(line: Line, link: str, window: Window) -> None:
    """The window, with the main process's wishes heard in a thread."""
    line.send(toolkit=window.toolkit)

    def listen() -> None:
        while (message := line.receive()) is not None:
            threading.Thread(target=obey, args=(line, window, message), daemon=True).start()
        window.close()  # the main process was killed

    threading.Thread(target=listen, name="wishes", daemon=True).start()
    window.run(link, shown=lambda: line.send(shown=True))


def obey(line: Line, window: Window, message: dict[str, Any]) -> None:
    """Do one wish."""
    wishes: dict[str, Callable[[], Any]] = {
        "show": window.show,
        "go": lambda: window.go(message["link"]),
        "close": window.close,
        "ask": lambda: window.ask_where(Path(message["folder"]), message["name"], message["kind"]),
        "confirm": lambda: window.confirm(message["title"], message["text"]),
    }
    answer: Any = None
    try:
        answer = wishes[message["do"]]()
    except Exception:
        log.exception("a wish to the window failed")
    if "number" in message:
        line.send(number=message["number"], answer=str(answer) if isinstance(answer, Path) else answer)
