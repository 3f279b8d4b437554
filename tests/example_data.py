"""The example programme as a test database: records entered through the rules, without sync."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

import server
from server.base.clock import fixed_clock
from server.db.base import Base
from server.db.session import Author, open_engine, write_session
from server.domain.records import Work
from server.services.load import enter, read_json, record_id

CLOCK = fixed_clock("2015-08-15T09:00:00+00:00")
OFFICES = ("hq", "bd", "ec", "jm", "kg", "md", "ma", "rs", "tn")
EXAMPLE = Path(server.__file__).parent / "example"


def create_example(path: Path, offices: Iterable[str] = OFFICES) -> sa.Engine:
    """A database at `path` that holds what `offices` entered."""
    engine = open_engine(path)
    Base.metadata.create_all(engine)
    for code in offices:
        name = f"{code}.json"
        file = read_json(json.loads((EXAMPLE / name).read_text(encoding="utf-8")), name)
        author = Author(file.person or "", office(code), code == "hq")
        with write_session(engine, author) as session:
            enter(Work(session, author, CLOCK), file)
    return engine


def office(code: str) -> str:
    """The id of an example office."""
    return record_id("office", code.lower())
