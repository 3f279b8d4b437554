"""The small programme of samples.py in a database; each test's changes are rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.base.clock import fixed_clock
from server.db.base import Base
from server.db.session import Author, open_engine
from server.domain.records import Work
from tests.domain.samples import OFFICE, create_world

#: the work of one person of an office ("hq", "kg", "rs") in the test's session
CreateWork = Callable[[str], Work]

CLOCK = fixed_clock("2014-09-01T08:00:00+00:00")


def _working_in(session: Session) -> CreateWork:
    return lambda code: Work(session, Author("Programme officer", OFFICE(code), code == "hq"), CLOCK)


@pytest.fixture(scope="session")
def small_programme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """The database, made once."""
    engine = open_engine(tmp_path_factory.mktemp("domain") / "valise.db")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        create_world(_working_in(session))
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def session(small_programme: sa.Engine) -> Iterator[Session]:
    """A session on the small programme."""
    with Session(small_programme) as session:
        yield session
        session.rollback()


@pytest.fixture
def create_work(session: Session) -> CreateWork:
    """The work of a person of an office."""
    return _working_in(session)
