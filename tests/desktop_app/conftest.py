"""Valise as a process, and a display of its own for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.desktop_app.support import Started

_TINY = Path(__file__).with_name("tiny.py")

#: (data folder, more arguments, DISPLAY) -> a started Valise with the tiny app
Start = Callable[..., Started]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts Valise with the tiny app, without a display unless one is given; ends what is left running."""
    started: list[Started] = []

    def begin(data: Path, *arguments: str, display: str | None = None, **environment: str) -> Started:
        variables = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "LANGUAGE")}
        variables |= {"LC_ALL": "C.UTF-8", "HOME": str(tmp_path / "home"), **environment}
        if display is not None:
            variables["DISPLAY"] = display
        process = subprocess.Popen(
            [sys.executable, str(_TINY), str(data), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=variables,
        )
        started.append(Started(process, data))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


@pytest.fixture(scope="session")
def display(require_tool: Callable[[str], str]) -> Iterator[str]:
    """An X display of our own, as large as the laptops that Valise is made for."""
    read, write = os.pipe()
    command = [require_tool("Xvfb"), "-displayfd", str(write), "-screen", "0", "1366x768x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as answer:
        number = answer.readline().strip()
    yield f":{number}"
    process.terminate()
    process.wait()
