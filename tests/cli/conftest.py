"""The commands, run as a person types them, on copies of the example's folders."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server.cli import execute
from tests.services.world import Desk, Example, example_once


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def complaints(self) -> list[str]:
        """The lines on stderr."""
        return self.err.splitlines()


#: runs `valise ARGUMENTS…`
Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """What `valise demo` makes, made once. Nobody changes it: take copies from the desk."""
    return example_once(tmp_path_factory)


@pytest.fixture
def desk(example: Example, tmp_path: Path) -> Iterator[Desk]:
    """Copies of the example's folders."""
    desk = Desk(example, tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in this process; without --data it has the folder `user` of the test."""
    monkeypatch.setenv("VALISE_DATA", str(tmp_path / "user"))

    def no_window(*_arguments: object, **_options: object) -> int:
        raise AssertionError("a command opened a window")

    def command(*arguments: object) -> Ran:
        capsys.readouterr()
        code = execute(no_window, [str(one) for one in arguments])
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return command
