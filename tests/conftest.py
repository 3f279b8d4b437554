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
from hypothesis import HealthCheck, settings
from sqlalchemy.orm import Session

from server.base.clock import fixed_clock
from server.db.base import Base
from server.db.session import Author, open_engine
from server.domain.records import Work
from tests.house import table_modules
from tests.samples import OFFICE, create_world

table_modules()

# machines are slow and noisy at times: tests assert behaviour, never seconds
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

#: gives the path of a command; skips the test where it is missing, and fails it under VALISE_REQUIRE_ALL=1
RequireTool = Callable[[str], str]
#: the same for any other condition: (is it there, what is missing)
Require = Callable[[bool, str], None]
#: an engine on a new database with all tables; its name in the test's folder may be given
CreateDatabase = Callable[..., sa.Engine]
#: the work of one person of an office ("hq", "kg", "rs") in the test's session
CreateWork = Callable[[str], Work]

#: the day on which the small programme is worked at
CLOCK = fixed_clock("2014-09-01T08:00:00+00:00")

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


def _working_in(session: Session) -> CreateWork:
    return lambda code: Work(session, Author("Programme officer", OFFICE(code), code == "hq"), CLOCK)


@pytest.fixture(scope="session")
def small_programme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """A database with the small programme of tests/samples.py, made once; tests roll back what they add."""
    engine = open_engine(tmp_path_factory.mktemp("small") / "valise.db")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        create_world(_working_in(session))
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def small_session(small_programme: sa.Engine) -> Iterator[Session]:
    """A session on the small programme; it is rolled back."""
    with Session(small_programme) as session:
        yield session
        session.rollback()


@pytest.fixture
def create_work(small_session: Session) -> CreateWork:
    """The work of a person of an office, in that session."""
    return _working_in(small_session)
