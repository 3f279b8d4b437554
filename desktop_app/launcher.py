"""Start here: `open_window` is what happens between the double-click and the end."""

from __future__ import annotations

import gc
import importlib
import logging
import mimetypes
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from desktop_app import browser as default_browser
from desktop_app.files import Files
from desktop_app.instance import Answer, Call, Instance, absolute, take_or_call
from desktop_app.local_server import LocalServer, own_socket
from desktop_app.logs import logging_to
from desktop_app.recovery import is_whole
from desktop_app.stopping import stopping_with
from desktop_app.system_language import system_language
from desktop_app.trouble import Trouble
from desktop_app.webview_check import NoWindow, plain_problem
from desktop_app.window import Window
from desktop_app.window_process import WindowProcess, has_own_process
from server.base.config import Config
from server.base.errors import ValiseError
from server.base.i18n import _, screen, use_language
from server.base.links import SingleUseLinks
from server.base.paths import DataDir

#: an app that the pages are served by: Flask's, with `extensions`, or any WSGI app in tests
AppFactory = Callable[[Config], Any]
AnyWindow = Window | WindowProcess

_ICON = Path(__file__).resolve().parent / "resources" / "valise.png"
#: seconds after which an end that hangs in the toolkit is ended without it
_LONGEST_END = 6.0

log = logging.getLogger("valise.desktop")


def real_app(config: Config) -> Any:
    """Valise's own app, imported when it is needed: by then the window's toolkit loads beside it.

    Modules are made of things that stay. Looking among them for rubbish takes a sixth of the start, so that waits.
    """
    gc.disable()
    try:
        return importlib.import_module("server.app").create_app(config)
    finally:
        gc.freeze()
        gc.enable()


def open_window(
    data_dir: Path,
    files: Sequence[Path] = (),
    *,
    port: int | None = None,
    browser: bool = False,
    make_app: AppFactory = real_app,
) -> int:
    """Open Valise on a data folder and stay until it is closed; the exit code is 0, or 1 with a sentence on stderr.

    When it is open already, its window comes to the front with `files` (dispatches to receive), and 0 is returned at
    once. `browser` serves for the default browser instead, at `port` if given; so does a computer without display or
    web view. Call it from the main thread.
    """
    give_back_library_path()
    for kind, suffix in (("text/javascript", ".js"), ("text/css", ".css"), ("image/svg+xml", ".svg")):
        mimetypes.add_type(kind, suffix)  # Windows' registry may say otherwise
    with use_language(system_language()):
        try:
            data = DataDir(data_dir.absolute()).create()
        except OSError as problem:
            return complain(_("The folder %(path)s cannot be used: %(why)s.", path=str(data_dir), why=problem.strerror))
        with logging_to(data.log):
            try:
                window = None if browser else prepare_window(data)
                reason = ""
            except NoWindow as problem:
                window, reason = None, str(problem)
            try:
                code = claim_and_run(data, absolute(files), port, window, reason, make_app)
            finally:
                if window is not None:
                    window.end()
            leave_stuck_threads(code)
            return code


def leave_stuck_threads(code: int) -> None:
    """End now, if pywebview left threads behind that wait for scripts of pages that are gone: Python waits for them."""
    if any(not one.daemon and one is not threading.main_thread() for one in threading.enumerate()):
        log.info("ending with threads that wait for nothing")
        logging.shutdown()
        os._exit(code)


def prepare_window(data: DataDir) -> AnyWindow:
    """A window that is not open yet. NoWindow when there can be none. Before any thread is started."""
    problem = plain_problem()
    if problem:
        raise NoWindow(problem)
    if has_own_process():
        return WindowProcess(_("Valise"), _ICON, data.webview, screen())
    return Window(_("Valise"), _ICON, data.webview)


def claim_and_run(
    data: DataDir,
    files: tuple[Path, ...],
    port: int | None,
    window: AnyWindow | None,
    reason: str,
    make_app: AppFactory,
) -> int:
    """Run, if nobody else has the folder; else call whoever has it. `reason` says why there is no window."""
    instance = Instance(data)
    try:
        answer = take_or_call(instance, data, Call(files))
    except TimeoutError:
        return complain(_("Valise is open already but does not answer. Restart the computer and try again."))
    except OSError as problem:
        return complain(_("The folder %(path)s cannot be used: %(why)s.", path=str(data.root), why=problem.strerror))
    if answer is not None:
        log.info("open already; called it")
        if answer.link is None:
            print(_("Valise is open already: its window is in front now."), flush=True)
        else:
            default_browser.offer(data, answer.link)
        return 0
    try:
        return Run(data, instance, files, make_app).until_closed(window, port, reason)
    finally:
        instance.release()


class Run:
    """One run of Valise, from having the folder to giving it free."""

    def __init__(self, data: DataDir, instance: Instance, files: tuple[Path, ...], make_app: AppFactory) -> None:
        self._data = data
        self._instance = instance
        self._files = files
        self._make_app = make_app
        self._language = screen()
        self._links = SingleUseLinks()
        self._token = secrets.token_urlsafe(32)
        self._secret = secrets.token_urlsafe(32)
        self._cut_off = False
        self._stopped = threading.Event()
        self._window: AnyWindow | None = None
        self._server: LocalServer | None = None
        self._app: Any = None

    def until_closed(self, window: AnyWindow | None, port: int | None, reason: str) -> int:
        """Serve, and show, until the window is closed or a signal ends it. The exit code."""
        self._cut_off = self._instance.was_cut_off()
        self._instance.note()
        if self._cut_off:
            log.warning("the last run was cut off")
        try:
            with stopping_with(self.stop):
                if window is not None:
                    reason = self._in_window(window)
                if not self._stopped.is_set() and (window is None or reason):
                    self._in_browser(port, reason)
        except OSError as problem:
            log.warning("could not serve: %s", problem)
            return complain(_("Port %(port)s cannot be used: %(why)s.", port=port or 0, why=problem.strerror))
        finally:
            self._end()
        return 0

    def _in_window(self, window: AnyWindow) -> str:
        """Open the window and wait for its end; when it did not open, the reason in a sentence."""
        server = self._serve(own_socket(), window)
        try:
            window.run(self._link(server))
        except NoWindow as problem:
            log.warning("no window: %s", problem)
            server.stop()
            self._window = None
            return str(problem)
        log.info("the window was closed")
        return ""

    def _in_browser(self, port: int | None, reason: str) -> None:
        server = self._serve(own_socket(port), None)
        server.ready.wait()
        default_browser.offer(self._data, self._link(server), reason=reason)
        while not self._stopped.wait(3600):  # a wait without end cannot be interrupted on Windows
            pass

    def _serve(self, own: Any, window: AnyWindow | None) -> LocalServer:
        """Answer on `own` from now on, the app being built meanwhile."""
        server = LocalServer(own, self._on_call, self._language)
        self._window, self._server = window, server
        self._instance.note(server.address, server.key)
        log.info("serving at %s", server.address)
        threading.Thread(target=self._build, args=(server, window), name="start", daemon=True).start()
        return server

    def _config(self, server: LocalServer, window: AnyWindow | None) -> Config:
        return Config(
            data=self._data,
            secret=self._secret,
            token_cookie=f"valise_{server.address.partition(':')[2]}",
            token=self._token,
            origin=server.address,
            in_window=window is not None,
            links=self._links,
            last_run="cut" if self._cut_off else "ended",
        )

    def _build(self, server: LocalServer, window: AnyWindow | None) -> None:
        """Make the app, or the page that says why there is none."""
        config = self._config(server, window)

        def again() -> str:
            self._build(server, window)
            return self._link(server)

        with use_language(self._language):
            try:
                whole = not self._cut_off or is_whole(self._data.database)
                if whole:
                    self._app = self._make_app(config)
                    server.serve(self._with_window(self._app, window))
                    log.info("ready")
                    self._take(self._files)
                    return
                sentences = [_("The last run was cut off, and the file with your data was damaged.")]
            except ValiseError as problem:
                log.exception("the app refused to start")
                sentences = [problem.message]
            except Exception as problem:
                log.exception("the app could not start")
                sentences = [_("Something unexpected happened: %(what)s.", what=f"{type(problem).__name__}: {problem}")]
                whole = is_whole(self._data.database)
            server.serve(Trouble(config, sentences, self._language, again, offer_copy=not whole))

    def _with_window(self, app: Any, window: AnyWindow | None) -> Any:
        """Hand the app what only a window can do, as `app.extensions["valise.…"]`."""
        if window is not None and hasattr(app, "extensions"):
            files = Files(window, self._data.root / "viewed")
            files.clear()
            app.extensions["valise.save_file"] = files.save
            app.extensions["valise.view_file"] = files.view
            app.extensions["valise.open_file"] = files.open
            app.extensions["valise.show_file"] = files.show_in_folder
        return app

    def _link(self, server: LocalServer) -> str:
        return f"http://{server.address}/open/{self._links.issue()}"

    def _on_call(self, call: Call) -> Answer:
        """A second start: come to the front with its files, or give it a link."""
        log.info("called by a second start with %d files", len(call.files))
        window, server = self._window, self._server
        assert server is not None

        def follow() -> None:
            if window is not None:
                window.show()
            server.ready.wait()
            self._take(call.files)

        threading.Thread(target=follow, name="called", daemon=True).start()
        return Answer(None if window is not None else self._link(server))

    def _take(self, files: tuple[Path, ...]) -> None:
        """Give files to the app's inbox and show the page about them."""
        take = getattr(self._app, "extensions", {}).get("valise.take_files")
        if not files or take is None or self._server is None:
            return
        try:
            page = take(files)
        except ValiseError as problem:
            log.warning("not taken: %s", problem)
            return
        if self._window is not None and page:
            self._server.entered.wait()  # before it, the window has no cookie
            self._window.go(f"http://{self._server.address}{page}")

    def stop(self) -> None:
        """End the run from any thread: close the window, or go on where the browser is waited for."""
        log.info("told to stop")
        self._stopped.set()
        watchdog = threading.Timer(_LONGEST_END, self._end_at_once)
        watchdog.daemon = True
        watchdog.start()
        if self._window is not None:
            self._window.close()

    def _end(self) -> None:
        started = time.monotonic()
        if self._server is not None:
            self._server.stop()
        default_browser.forget_link(self._data)
        self._instance.release()
        log.info("ended as it should in %.2f s", time.monotonic() - started)

    def _end_at_once(self) -> None:
        """The toolkit hangs; everything that was accepted is on disk, so leave it."""
        log.warning("the window did not close; ending without it")
        if self._window is not None:
            self._window.kill()
        self._end()
        logging.shutdown()
        os._exit(0)


def give_back_library_path() -> None:
    """A frozen program's own libraries are for itself; the web view's processes and viewers want the system's."""
    if getattr(sys, "frozen", False) and sys.platform.startswith("linux"):
        original = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
        if original:
            os.environ["LD_LIBRARY_PATH"] = original
        else:
            os.environ.pop("LD_LIBRARY_PATH", None)


def complain(sentence: str) -> int:
    """Say it on stderr and in the log; gives the exit code for it."""
    log.error(sentence)
    print(sentence, file=sys.stderr, flush=True)
    return 1
