"""The default browser in the window's place."""

from __future__ import annotations

import logging
import sys
import webbrowser

from desktop_app.plain_page import forward
from desktop_app.webview_check import has_display
from server.base.i18n import _
from server.base.paths import DataDir, write_atomically

log = logging.getLogger("valise.desktop")


def offer(data: DataDir, link: str, *, reason: str = "") -> None:
    """Print `link` and, where there is a display, open it."""
    if reason:
        print(reason, file=sys.stderr)
    print(_("Open Valise with this link, in a browser on this computer. It works once, and for two minutes;"))
    print(_("for another one, start Valise again. Valise runs until Ctrl-C."))
    print(link, flush=True)
    if has_display():
        open_link(data, link)


def open_link(data: DataDir, link: str) -> None:
    """Open `link` by way of a page that only its owner can read, so that it shows in nobody's list of processes."""
    page = data.root / "open.html"
    write_atomically(page, forward(link).encode())
    try:
        opened = webbrowser.open(page.as_uri())
    except (webbrowser.Error, OSError):
        opened = False
    if not opened:
        log.warning("no browser could be opened")


def forget_link(data: DataDir) -> None:
    """Remove that page."""
    (data.root / "open.html").unlink(missing_ok=True)
