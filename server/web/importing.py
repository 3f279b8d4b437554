"""Imports in the window: one at a time, in a thread of their own, with how far they are and a way to stop them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from server.base.errors import NotFound, Refused, ValiseError
from server.base.i18n import _, screen, use_language
from server.db.trouble import told
from server.services.folder import Folder
from server.services.receive import receive
from server.services.received import Received, Step, Stopped
from server.web.staged import forget

log = logging.getLogger("valise.web")
_IMPORTS = "valise.imports"
#: a batch of up to so many bytes is waited for, because it is done before a bar could be read
_SMALL = 1_500_000
#: seconds that a small batch is waited for, and a larger one
_PATIENCE, _GLANCE = 30.0, 0.8


class Job:
    """The import of one batch. `results` are there when it is `done`; `problem` says why it broke off, if it did."""

    def __init__(self, batch: str, folder: Folder, files: Sequence[Path]) -> None:
        self.batch = batch
        self.files = tuple(files)
        self.results: tuple[Received, ...] = ()
        self.problem = ""
        self.step: Step | None = None
        self._folder = folder
        self._language = screen()
        self._stop = threading.Event()
        self._done = threading.Event()

    @property
    def done(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self._done.is_set()

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stop.is_set()

    @property
    def percent(self) -> int:
        """How far it is, of all its files."""
        if self.step is None:
            return 0
        return int(round(100 * (self.step.place + self.step.share) / self.step.files, 6))

    def start(self) -> None:
        """Begin. The thread ends with the program; what is not committed then was never here."""
        threading.Thread(target=self._run, name="import", daemon=True).start()

    def stop(self) -> None:
        """Have it stop at the next batch of changes; a file that is in stays in."""
        self._stop.set()

    def wait(self) -> bool:
        """Wait a little: whether it is done."""
        size = sum(path.stat().st_size for path in self.files if path.is_file())
        return self._done.wait(_PATIENCE if size <= _SMALL else _GLANCE)

    def _watch(self, step: Step) -> None:
        self.step = step
        if self._stop.is_set():
            raise Stopped

    def _run(self) -> None:
        with use_language(self._language):
            try:
                self.results = tuple(receive(self._folder, self.files, self._watch))
            except ValiseError as refused:
                self.problem = refused.message
            except sa.exc.DatabaseError as error:
                log.exception("an import failed")
                self.problem = told(error).message
            except Exception:
                log.exception("an import failed")
                self.problem = _("The import broke off and changed nothing. Try it again; if it happens again, send "
                                 "the log file from the data folder to headquarters.")  # fmt: skip
            finally:
                try:
                    forget(self._folder.data, self.batch)
                finally:
                    self._done.set()


class Imports:
    """The imports of one run of the app; the latest is remembered, so that its page can be read again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: Job | None = None

    @property
    def running(self) -> Job | None:
        """The import that is not done, if there is one."""
        job = self._latest
        return job if job is not None and not job.done else None

    def begin(self, batch: str, folder: Folder, files: Sequence[Path]) -> Job:
        """Start an import, or give the one that this batch is. Errors: Refused while another one runs."""
        with self._lock:
            if self._latest is not None and self._latest.batch == batch:
                return self._latest
            if self.running is not None:
                raise Refused(_("Another import is running: wait until it is done, or stop it."), "importing")
            self._latest = Job(batch, folder, files)
            self._latest.start()
            return self._latest

    def of(self, batch: str) -> Job:
        """The import of a batch. Errors: NotFound when it was not the latest."""
        if self._latest is None or self._latest.batch != batch:
            raise NotFound(_("These files were dealt with already: look under what was received."))
        return self._latest


def imports() -> Imports:
    """This app's imports."""
    found: Imports = current_app.extensions.setdefault(_IMPORTS, Imports())
    return found
