"""What every test may ask for, and what no test may do: reach beyond this machine."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from server.db.base import Base
from server.db.session import open_engine
from tests.house import table_modules

table_modules()

#: gives the path of a command; skips the test where it is missing, and fails it under VALISE_REQUIRE_ALL=1
RequireTool = Callable[[str], str]
#: the same for any other condition: (is it there, what is missing)
Require = Callable[[bool, str], None]
#: an engine on a new database with all tables; its name in the test's folder may be given
CreateDatabase = Callable[..., sa.Engine]

_THIS_MACHINE = ("127.0.0.1", "localhost")


def _missing(what: str) -> None:
    if os.environ.get("VALISE_REQUIRE_ALL") == "1":
        pytest.fail(f"{what} is missing, and VALISE_REQUIRE_ALL says that it must not be")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def require() -> Require:
    """Skip (or fail, under VALISE_REQUIRE_ALL=1) unless a condition holds."""

    def check(present: bool, what: str) -> None:
        if not present:
            _missing(what)

    return check


@pytest.fixture(scope="session")
def require_tool() -> RequireTool:
    """Skip (or fail, under VALISE_REQUIRE_ALL=1) unless a command line tool is installed."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            _missing(name)
        assert path is not None
        return path

    return find


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Connections go to this machine or fail: neither a test nor what it tests needs a network."""

    def guarded(original: Callable[[socket.socket, Any], Any]) -> Callable[[socket.socket, Any], Any]:
        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _THIS_MACHINE:
                raise AssertionError(f"a test tried to reach {address!r}: only 127.0.0.1 may be reached")
            return original(self, address)

        return connect

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        yield


@pytest.fixture
def create_database(tmp_path: Path) -> Iterator[CreateDatabase]:
    """Makes databases with all tables and no record; closes them afterwards."""
    engines: list[sa.Engine] = []

    def create(name: str = "valise.db") -> sa.Engine:
        engine = open_engine(tmp_path / name)
        Base.metadata.create_all(engine)
        engines.append(engine)
        return engine

    yield create
    for engine in engines:
        engine.dispose()
