"""The example, opened beside one's own folder: the same pages under `/example/<room>/`, on a folder of their own.

Which folder a page belongs to is part of its address, so two tabs, a reload or the way back never save what was typed
for one folder into the other, and a Valise that starts again is in one's own folder.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from flask import Flask, current_app

from server.base import example
from server.base.clock import going_on_from
from server.base.config import Config
from server.base.errors import Refused, ValiseError
from server.base.i18n import _, screen, use_language
from server.base.paths import DataDir
from server.services.example import Step, is_there, make_example, throw_away
from server.web.database import db
from server.web.importing import imports

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: makes the app of a folder
Create = Callable[[Config], Flask]
_EXTENSION = "valise.example"
#: what only a window can do, and every app in it is handed
_OF_THE_WINDOW = ("valise.save_file", "valise.view_file", "valise.open_file", "valise.show_file")
_ADDRESS = re.compile(rf"/example/({'|'.join(example.ROOMS)})(/.*)?")
#: seconds in which the making may be over before a page about it is shown
_GLANCE = 0.3
log = logging.getLogger("valise.web")


class Making:
    """The example being made in a thread of its own. `problem` says why it broke off, if it did."""

    def __init__(self, data: DataDir) -> None:
        self.step = Step("", 0)
        self.problem = ""
        self._data = data
        self._language = screen()
        self._done = threading.Event()

    @property
    def done(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self._done.is_set()

    def start(self) -> None:
        """Begin. When the program ends before it is over, the next start finds no example."""
        threading.Thread(target=self._run, name="example", daemon=True).start()
        self._done.wait(_GLANCE)

    def _run(self) -> None:
        with use_language(self._language):
            try:
                for step in make_example(self._data):
                    self.step = step
            except ValiseError as refused:
                self.problem = refused.message
            except OSError as problem:
                log.exception("the example could not be made")
                self.problem = _("The example cannot be made beside your folder: %(why)s. Free some space, or look "
                                 "whether that folder may be written to, then try again.",
                                 why=problem.strerror or str(problem))  # fmt: skip
            except Exception:
                log.exception("the example could not be made")
                self.problem = _("The example could not be made. Your own folder is as it was: try again.")
            finally:
                self._done.set()


class Example:
    """The rooms of the example beside an app's folder, each opened when somebody first looks at it."""

    def __init__(self, app: Flask, config: Config, create: Create) -> None:
        self._app = app
        self._config = config
        self._create = create
        self._own_pages = app.wsgi_app
        self._lock = threading.RLock()
        self._rooms: dict[str, tuple[Flask, FileLock]] = {}
        self.making: Making | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the room that the address names, once it is open; anything else from one's own pages."""
        found = _ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        opened = self._rooms.get(found[1]) if found else None
        if found is None or opened is None:
            return self._own_pages(environ, start_response)
        inner = {**environ, "SCRIPT_NAME": f"{environ.get('SCRIPT_NAME', '')}/example/{found[1]}",
                 "PATH_INFO": found[2] or "/"}  # fmt: skip
        return opened[0].wsgi_app(inner, start_response)

    @property
    def is_there(self) -> bool:
        """Whether it is made."""
        return is_there(self._config.data)

    def make(self) -> Making | None:
        """Have it made, unless it is there; the making that runs, or None. What was half made is made again."""
        with self._lock:
            if self.making is not None and not self.making.done:
                return self.making
            if self.is_there:
                return None
            self.making = Making(self._config.data)
            self.making.start()
            return self.making

    def open(self, room: str) -> None:
        """Let its pages answer. Errors: Refused when another Valise has that folder open, or it cannot be opened."""
        with self._lock:
            if room in self._rooms:
                return
            data = DataDir(self._config.data.example / room)
            lock = FileLock(data.lock, timeout=0, thread_local=False)
            try:
                lock.acquire()
            except Timeout:
                raise Refused(_("Another Valise has the example open: close that one first."), "example_open") from None
            try:
                self._rooms[room] = (self._create(self._config_of(room, data)), lock)
            except BaseException:
                lock.release()
                raise
            for name in _OF_THE_WINDOW:
                if name in self._app.extensions:
                    self._rooms[room][0].extensions[name] = self._app.extensions[name]

    def throw_away(self) -> None:
        """Close it and remove it. Errors: Refused while it is made, imports a file or is open elsewhere."""
        with self._lock:
            if self.making is not None and not self.making.done:
                raise Refused(_("The example is being made: wait until it is there."), "example_made")
            if any(_imports(app) for app, _lock in self._rooms.values()):
                raise Refused(_("An import is running in the example: wait until it is done."), "importing")
            while self._rooms:
                app, lock = self._rooms.popitem()[1]
                with app.app_context():
                    db.engine.dispose()
                lock.release()
            throw_away(self._config.data)

    def _config_of(self, room: str, data: DataDir) -> Config:
        clock = going_on_from(example.BEGINS, self._config.clock)
        return replace(self._config, data=data, example=room, last_run="ended", links=None, clock=clock)


def _imports(app: Flask) -> bool:
    with app.app_context():
        return imports().running is not None


def offer_example(app: Flask, config: Config, create: Create) -> None:
    """Put the example beside an app, unless that is one of its rooms; tell every page of a room that it is one."""
    app.context_processor(lambda: {"example": _shown_as(config)})
    if config.example is None:
        beside = Example(app, config, create)
        app.extensions[_EXTENSION] = beside
        app.wsgi_app = beside  # type: ignore[method-assign]


def _shown_as(config: Config) -> dict[str, Any] | None:
    """For the banner: which room this is, and every room with its words."""
    if config.example is None:
        return None
    return {"room": config.example, "rooms": [(room, _(words)) for room, words in example.ROOMS.items()]}


def beside() -> Example:
    """The example beside this app's folder."""
    found: Example = current_app.extensions[_EXTENSION]
    return found
