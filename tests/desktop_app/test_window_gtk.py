"""The real window, under an X server of its own: opens, comes to the front, saves through its dialog, closes."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Require, RequireTool
from tests.desktop_app.conftest import Start
from tests.desktop_app.support import PATIENCE, Started, fetch, wait_for
from tests.desktop_app.tiny import ONWARD

pytestmark = [pytest.mark.window, pytest.mark.skipif(sys.platform != "linux", reason="X is Linux's")]

#: calls xdotool on the test's display and gives what it prints
Press = Callable[..., str]


def webkit_is_there() -> bool:
    """Whether the window can be a GTK one, asked in a process of its own: `gi` loads once per process."""
    words = "import gi; gi.require_version('Gtk', '3.0'); gi.require_version('WebKit2', '4.1')"
    return (
        importlib.util.find_spec("gi") is not None
        and not subprocess.run([sys.executable, "-c", words], capture_output=True, check=False).returncode
    )


@pytest.fixture
def press(display: str, require_tool: RequireTool, require: Require) -> Press:
    """Needs what a window needs; gives the hands for it."""
    require(webkit_is_there(), "PyGObject with WebKit2 4.1")
    tool = require_tool("xdotool")

    def call(*words: str) -> str:
        done = subprocess.run(
            [tool, *words], env={**os.environ, "DISPLAY": display}, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    return call


def window_of(press: Press, title: str) -> str:
    """The X id of the visible window with this title."""
    return wait_for(lambda: press("search", "--onlyvisible", "--name", f"^{title}$"), f"a window {title}").split()[-1]


@pytest.fixture
def valise(start: Start, display: str, press: Press, tmp_path: Path) -> Started:
    """Valise with its window open."""
    started = start(tmp_path / "data", display=display)
    window_of(press, "Valise")
    return started


def test_the_window_opens_at_the_page_and_needs_no_second_link(valise: Started, tmp_path: Path) -> None:
    log = (tmp_path / "data" / "valise.log").read_text()
    assert "ready" in log
    assert "ERROR" not in log
    assert valise.process.poll() is None


def test_a_second_start_brings_it_to_the_front_and_ends(
    valise: Started, start: Start, display: str, press: Press
) -> None:
    window = window_of(press, "Valise")
    press("windowminimize", "--sync", window)
    second = start(valise.data, "dispatch.pdf", display=display)
    assert second.process.wait(PATIENCE) == 0
    assert second.process.stdout is not None
    assert "in front" in second.process.stdout.read()
    assert window_of(press, "Valise") == window
    wait_for(lambda: "dispatch.pdf" in fetch(valise.url("/files"))[1], "the file")


def test_a_file_it_is_started_with_is_shown_once_the_window_is_let_in(
    start: Start, display: str, press: Press, tmp_path: Path
) -> None:
    valise = start(tmp_path / "data", "dispatch.pdf", display=display)
    window_of(press, "Valise")
    wait_for(lambda: '"/taken in=yes"' in fetch(valise.url("/files"))[1], "the page about the file, with the cookie")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_closes_the_window(valise: Started, how: signal.Signals) -> None:
    assert valise.end(how) == 0
    log = (valise.data / "valise.log").read_text()
    assert "ended as it should" in log
    assert "ending without it" not in log
    assert not (valise.data / "running.json").exists()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_where_the_window_is_in_the_main_process_it_ends_as_well(
    start: Start, display: str, press: Press, tmp_path: Path, how: signal.Signals
) -> None:
    valise = start(tmp_path / "data", "--one-process", display=display)
    window_of(press, "Valise")
    pid = valise.process.pid
    wait_for(lambda: "in=yes" in fetch(valise.url("/files"))[1], "the page")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    assert not any("tiny.py" in Path(f"/proc/{one}/cmdline").read_text() for one in children)
    assert valise.end(how) == 0
    assert "ended as it should" in (valise.data / "valise.log").read_text()


def test_a_display_that_does_not_answer_is_no_display(start: Start, press: Press, tmp_path: Path) -> None:
    assert press("version"), "the tools are there"
    valise = start(tmp_path / "data", display=":4242")
    assert fetch(valise.link()) == (200, ONWARD)
    assert valise.end() == 0


def test_killed_it_opens_again(valise: Started, start: Start, display: str, press: Press) -> None:
    valise.end(signal.SIGKILL)
    again = start(valise.data, display=display)
    window_of(press, "Valise")
    assert '"last_run": "cut"' in fetch(again.url("/files"))[1]


def window_process(valise: Started) -> int:
    """The process that has the window: the child that is not a part of WebKit."""
    pid = valise.process.pid
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def test_killed_it_takes_the_window_with_it(valise: Started) -> None:
    child = Path(f"/proc/{window_process(valise)}")
    assert child.exists()
    valise.end(signal.SIGKILL)
    wait_for(lambda: not child.exists() or "Z" in (child / "stat").read_text().split()[2], "the end of the window")


def test_a_window_that_breaks_down_ends_it_as_it_should(valise: Started) -> None:
    wait_for(lambda: "ready" in (valise.data / "valise.log").read_text(), "the app")
    os.kill(window_process(valise), signal.SIGSEGV)
    assert valise.process.wait(PATIENCE) == 0
    log = (valise.data / "valise.log").read_text()
    assert "the window's process ended with -11" in log
    assert "ended as it should" in log


def press_close_button(display: str, window: str) -> None:
    """What a window manager sends for the cross in the title bar: the client message WM_DELETE_WINDOW (ICCCM 4.2.8.1).

    xdotool has no word for it in the versions that we test with.
    """
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    opened = ctypes.c_void_p(x11.XOpenDisplay(display.encode()))
    x11.XInternAtom.restype = ctypes.c_ulong
    protocols, delete = (x11.XInternAtom(opened, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW"))
    # XClientMessageEvent: type, serial, send_event, display, window, message_type, format, five longs; padded to XEvent
    event = struct.pack("@iLiPLLi5l", 33, 0, 1, opened.value, int(window), protocols, 32, delete, 0, 0, 0, 0)
    x11.XSendEvent(opened, ctypes.c_ulong(int(window)), 0, ctypes.c_long(0), event.ljust(192, b"\0"))
    x11.XCloseDisplay(opened)


def test_closing_the_window_ends_the_program(valise: Started, display: str, press: Press) -> None:
    press_close_button(display, window_of(press, "Valise"))
    assert valise.process.wait(PATIENCE) == 0
    assert not (valise.data / "running.json").exists()


def save_in_background(valise: Started) -> tuple[threading.Thread, list[str]]:
    """Ask the app to save, as a page does; the answer comes when the dialog is done."""
    said: list[str] = []
    thread = threading.Thread(target=lambda: said.append(fetch(valise.url("/save"))[1]))
    thread.start()
    return thread, said


def choose(press: Press, path: Path) -> None:
    """Type a path into the save dialog and press Enter."""
    dialog = window_of(press, "Save the file")
    press("windowfocus", "--sync", dialog)
    press("key", "ctrl+a")
    press("type", "--delay", "5", str(path))
    press("key", "Return")


def test_the_save_dialog_adds_the_suffix_and_asks_before_it_replaces(
    valise: Started, press: Press, tmp_path: Path
) -> None:
    saved = tmp_path / "chosen.pdf"
    thread, said = save_in_background(valise)
    choose(press, tmp_path / "chosen")
    thread.join(PATIENCE)
    assert said == [str(saved)]
    assert saved.read_bytes() == b"%PDF-tiny"

    saved.write_bytes(b"older")
    thread, said = save_in_background(valise)
    choose(press, saved)
    press("windowfocus", "--sync", wait_for(lambda: other_window(press), "the question"))
    press("key", "Return")  # Cancel is what Enter does
    choose(press, saved)
    assert saved.read_bytes() == b"older"
    press("windowfocus", "--sync", wait_for(lambda: other_window(press), "the question"))
    press("key", "Tab")
    press("key", "Return")
    thread.join(PATIENCE)
    assert said == [str(saved)]
    assert saved.read_bytes() == b"%PDF-tiny"


def other_window(press: Press) -> str:
    """A visible window of ours that is neither the main one nor the save dialog: a question."""
    shown = press("search", "--onlyvisible", "--class", "valise").split()
    known = {"Valise", "Save the file"}
    return next((one for one in shown if press("getwindowname", one) not in known), "")


def test_a_dialog_that_is_open_does_not_keep_it_from_ending(valise: Started, press: Press) -> None:
    thread, said = save_in_background(valise)
    window_of(press, "Save the file")
    assert valise.end() == 0
    thread.join(PATIENCE)
    assert said == ["None"], "the page that waits for the dialog is told that nothing was saved"
    assert "ending without it" not in (valise.data / "valise.log").read_text()
