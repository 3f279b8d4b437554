"""A confirmed save is on disk, a broken one leaves nothing, and one writes at a time."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from server.db.session import Author, open_engine, read_session, write_session
from server.db.settings import Setting, read_setting, write_setting
from tests.conftest import CreateDatabase

_AUTHOR = Author("Programme officer", "office", False)


def test_every_connection_writes_ahead_and_waits_for_the_disk(create_database: CreateDatabase) -> None:
    engine = create_database()
    with engine.connect() as one, engine.connect() as other:
        for connection in (one, other):
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in (
                "journal_mode", "synchronous", "foreign_keys")}
            assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 0}
            assert (connection.exec_driver_sql("PRAGMA busy_timeout").scalar() or 0) >= 10_000


def test_a_block_that_ends_is_saved_whole(create_database: CreateDatabase) -> None:
    engine = create_database()
    with write_session(engine, _AUTHOR) as session:
        write_setting(session, "language", "fr")
        write_setting(session, "theme", "dark")
    with Session(engine) as session:
        assert {s.name: s.value for s in session.query(Setting)} == {"language": "fr", "theme": "dark"}


@pytest.mark.parametrize("trouble", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_block_that_breaks_saves_nothing(create_database: CreateDatabase, trouble: type[BaseException]) -> None:
    engine = create_database()
    with pytest.raises(trouble), write_session(engine, _AUTHOR) as session:  # noqa: PT012
        write_setting(session, "language", "fr")
        raise trouble
    with read_session(engine) as session:
        assert read_setting(session, "language") is None
    with write_session(engine, _AUTHOR) as session:
        write_setting(session, "language", "es")


def test_a_session_says_who_writes(create_database: CreateDatabase) -> None:
    with write_session(create_database(), _AUTHOR) as session:
        assert session.info["author"] == _AUTHOR
        assert session.info["seen"] == {}


def test_what_a_reader_changed_is_not_kept(create_database: CreateDatabase) -> None:
    engine = create_database()
    with read_session(engine) as session:
        write_setting(session, "language", "fr")
    with read_session(engine) as session:
        assert read_setting(session, "language") is None


def test_the_second_writer_is_kept_out_from_the_first_ones_start(
        create_database: CreateDatabase, tmp_path: Path) -> None:
    engine = create_database()
    impatient = sa.create_engine(f"sqlite:///{tmp_path / 'valise.db'}", connect_args={"timeout": 0})
    with (write_session(engine, _AUTHOR), pytest.raises(OperationalError, match="locked"),
          impatient.begin() as connection):
        connection.exec_driver_sql("INSERT INTO setting VALUES ('language', 'fr')")
    with impatient.begin() as connection:
        connection.exec_driver_sql("INSERT INTO setting VALUES ('language', 'fr')")
    impatient.dispose()


def test_readers_go_on_while_one_writes_and_see_what_was_saved_before(create_database: CreateDatabase) -> None:
    engine = create_database()
    with write_session(engine, _AUTHOR) as session:
        write_setting(session, "language", "fr")
        with read_session(engine) as reader:
            assert read_setting(reader, "language") is None
    with read_session(engine) as reader:
        assert read_setting(reader, "language") == "fr"


_KILLED = """
import os, signal, sys
from pathlib import Path
from server.db.base import Base
from server.db.session import Author, open_engine, write_session
from server.db.settings import write_setting
engine = open_engine(Path(sys.argv[1]))
Base.metadata.create_all(engine)
with write_session(engine, Author("", "", False)) as session:
    write_setting(session, "language", "fr")
print("saved", flush=True)
with write_session(engine, Author("", "", False)) as session:
    write_setting(session, "language", "es")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
def test_a_confirmed_save_survives_being_killed_and_a_half_one_is_gone(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _KILLED, str(tmp_path / "valise.db")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("saved\n", -signal.SIGKILL)
    engine = open_engine(tmp_path / "valise.db")
    with closing(engine.raw_connection()) as connection:
        assert connection.cursor().execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with read_session(engine) as session:
        assert read_setting(session, "language") == "fr"
    engine.dispose()
