"""The window: pywebview, and its traps. The only file that knows it."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop_app.webview_check import NoWindow, Toolkit, find_toolkit
from server.base.i18n import _

log = logging.getLogger("valise.desktop")

_BACKGROUND = "#ffffff"


class Window:
    """One window over one address. Made and run in the main thread; everything else may come from any other."""

    def __init__(self, title: str, icon: Path, storage: Path) -> None:
        self._title = title
        self._icon = icon
        self._storage = storage
        self._window: Any = None
        self._closing = threading.Event()
        #: pywebview's name of what it is made with
        self.toolkit = find_toolkit()

    @property
    def asks_before_overwriting(self) -> bool:
        """True where the system's own save dialog does; GTK's, as pywebview opens it, does not."""
        return self.toolkit != "gtk"

    def run(self, link: str, shown: Callable[[], None] = lambda: None) -> None:
        """Open at `link`, call `shown` when it can be seen, return when it is closed. NoWindow when it did not open."""
        try:
            prepare_environment(self.toolkit)
            import webview  # noqa: PLC0415 (slow, and not wanted where there is no window)

            webview.settings.update(
                {"ALLOW_DOWNLOADS": False, "ALLOW_FILE_URLS": False, "OPEN_EXTERNAL_LINKS_IN_BROWSER": True}
            )
            self._window = webview.create_window(
                self._title,
                link,
                width=1180,
                height=660,
                min_size=(640, 480),
                text_select=True,
                zoomable=True,
                background_color=_BACKGROUND,
                localization=dialog_words(),
            )
            self._window.events.shown += shown
            if self._closing.is_set():
                return
            webview.start(gui=self.toolkit, private_mode=False, storage_path=str(self._storage), icon=str(self._icon))
        except NoWindow:
            raise
        except Exception as problem:
            log.exception("the window failed")
            raise NoWindow(
                _("The window could not be opened: %(why)s.", why=f"{type(problem).__name__}: {problem}")
            ) from problem
        finally:
            self._window = None

    def show(self) -> None:
        """Bring the window to the front, from behind others or from the task bar."""
        window = self._window
        if window is None:
            return
        window.restore()
        window.show()
        window.on_top = True  # window managers keep a mere request behind the window in use
        time.sleep(0.2)
        window.on_top = False

    def go(self, address: str) -> None:
        """Show another of our own pages."""
        window = self._window
        if window is not None:
            window.load_url(address)

    def close(self) -> None:
        """Close the window; `run` returns. Harmless when it is closed or not open yet."""
        self._closing.set()
        window = self._window
        if window is not None:
            if self.toolkit == "gtk":
                cancel_gtk_dialogs()
            window.destroy()

    def kill(self) -> None:
        """Nothing: the window ends with this process."""

    def end(self) -> None:
        """Nothing: `run` has ended it."""

    def ask_where(self, folder: Path, name: str, kind: str) -> Path | None:
        """The system's save dialog, with `name` proposed in `folder`; None when cancelled. Not from the main thread.

        `kind` is pywebview's filter, as in `PDF (*.pdf)`, or empty for all files.
        """
        import webview  # noqa: PLC0415

        window = self._window
        if window is None:
            return None
        chosen = window.create_file_dialog(
            webview.FileDialog.SAVE, directory=str(folder), save_filename=name, file_types=(kind,) if kind else ()
        )
        if not chosen:
            return None
        return Path(chosen if isinstance(chosen, str) else chosen[0])

    def confirm(self, title: str, text: str) -> bool:
        """A question with OK and Cancel; True for OK. Not from the main thread."""
        window = self._window
        return window is not None and bool(window.create_confirmation_dialog(title, text))


def cancel_gtk_dialogs() -> None:
    """Answer open dialogs with Cancel: each runs a loop of its own, inside which the window's loop cannot end."""
    from gi.repository import GLib, Gtk  # noqa: PLC0415

    def cancel() -> bool:
        for shown in Gtk.Window.list_toplevels():
            if isinstance(shown, Gtk.Dialog):
                shown.response(Gtk.ResponseType.CANCEL)
        return False  # once

    GLib.idle_add(cancel)


def prepare_environment(toolkit: Toolkit) -> None:
    """What web views must find in the environment before they load. NoWindow without a display that answers."""
    for name in ("NO_PROXY", "no_proxy"):
        ours = os.environ.get(name, "")
        if "127.0.0.1" not in ours.split(","):
            os.environ[name] = ",".join(filter(None, [ours, "127.0.0.1"]))
    if toolkit == "gtk":
        os.environ.setdefault("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        from gi.repository import GLib  # noqa: PLC0415

        GLib.set_prgname("valise")  # what docks match with the .desktop entry; before GTK starts
        from gi.repository import Gtk  # noqa: PLC0415

        if not Gtk.init_check()[0]:  # pywebview does not ask, and GTK would end the process
            raise NoWindow(_("The display does not answer."))
    if toolkit == "qt" and sys.platform.startswith("linux") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")  # Chromium's sandbox refuses to run for root


def dialog_words() -> dict[str, str]:
    """pywebview's own words, in the current language."""
    return {
        "global.ok": _("OK"),
        "global.cancel": _("Cancel"),
        "global.quit": _("Quit"),
        "global.saveFile": _("Save the file"),
        "linux.openFile": _("Choose a file"),
        "linux.openFiles": _("Choose files"),
        "linux.openFolder": _("Choose a folder"),
    }
