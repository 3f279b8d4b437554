"""Whether a window can be opened, asked before any toolkit is loaded: without a display they end the process."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from typing import Literal

from server.base.i18n import _

#: Chromium 109 is the oldest that the pages are made for
_OLDEST_WEBVIEW2 = 109
_WEBVIEW2_CLIENT = r"{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"

#: pywebview's names of the toolkits that we open windows with
Toolkit = Literal["gtk", "qt", "cocoa", "edgechromium"]


class NoWindow(Exception):
    """There is no window to be had here; the message says why in a sentence."""


def find_toolkit() -> Toolkit:
    """What this computer can open a window with; loads it on Linux. NoWindow when there is nothing."""
    problem = plain_problem()
    if problem:
        raise NoWindow(problem)
    if sys.platform == "win32":
        return "edgechromium"
    if sys.platform == "darwin":
        return "cocoa"
    if _has_webkitgtk():
        return "gtk"
    if _has_qt():
        return "qt"
    raise NoWindow(_("Neither WebKitGTK nor Qt WebEngine is installed for Python."))


def plain_problem() -> str:
    """Why there can be no window, as far as that is seen without loading anything; empty when nothing is seen."""
    if sys.platform == "win32":
        return _problem_on_windows()
    if not has_display():
        return _("There is no display here to open a window on.")
    if sys.platform.startswith("linux") and not any(importlib.util.find_spec(name) for name in ("gi", "qtpy")):
        return _("Neither WebKitGTK nor Qt WebEngine is installed for Python.")
    return ""


def has_display() -> bool:
    """True where programs can show something; always so on Windows and macOS."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _has_webkitgtk() -> bool:
    try:
        gi = importlib.import_module("gi")
        gi.require_version("Gtk", "3.0")
    except (ImportError, ValueError):
        return False
    for version in ("4.1", "4.0"):
        try:
            gi.require_version("WebKit2", version)
        except ValueError:
            continue
        return True
    return False


def _has_qt() -> bool:
    try:
        importlib.import_module("qtpy")
        importlib.import_module("qtpy.QtWebEngineWidgets")
    except Exception:  # qtpy has errors of its own for a missing binding
        return False
    return True


def _problem_on_windows() -> str:
    """Without WebView2, pywebview would fall back to Internet Explorer's engine and say nothing."""
    newest = _webview2_major()
    if newest is None:
        return _("The Microsoft Edge WebView2 runtime is not installed.")
    if newest < _OLDEST_WEBVIEW2:
        return _("The Microsoft Edge WebView2 runtime is too old (%(version)s).", version=newest)
    return ""


def _webview2_major() -> int | None:
    """The newest installed WebView2's major version, from where its installer registers it."""
    found: list[int] = []
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415 (only there)

        for hive in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER):
            for part in (r"SOFTWARE\WOW6432Node", "SOFTWARE"):
                try:
                    with winreg.OpenKey(hive, rf"{part}\Microsoft\EdgeUpdate\Clients\{_WEBVIEW2_CLIENT}") as key:
                        version = str(winreg.QueryValueEx(key, "pv")[0])
                except OSError:
                    continue
                major = version.partition(".")[0]
                if major.isdigit() and int(major) > 0:
                    found.append(int(major))
    return max(found, default=None)
