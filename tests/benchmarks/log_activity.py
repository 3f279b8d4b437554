"""Log an activity where many are stored, against the bare SQLite transaction that writes the same rows."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import sqlalchemy as sa

from server.base.ids import new_id
from server.db.session import Author, read_session, write_session
from server.domain.activities.commands import log_activity
from server.domain.records import Work
from server.services.folder import Folder, open_folder
from tests.benchmarks import stock
from tests.benchmarks.rounds import Asked, Figure, end, run, taken
from tests.benchmarks.texts import Logged, activities
from tests.benchmarks.web import Browser, browser_on

SIZE, BAR = 100_000, 3.0
#: saves of each side in a round
_SAVES = 5


def measure(asked: Asked) -> Iterator[Figure]:
    """One line for the command, one for the page: from the form's arrival at the server to its answer."""
    folder = stock.headquarters(asked.folder / "hq")
    stock.fill(folder, asked.size)
    folder.close()
    bare = Bare(stock.bare_connection(stock.copied(folder.data.database, asked.folder / "bare.db")))
    folder = open_folder(folder.data, stock.CLOCK)
    logged = iter(activities((asked.rounds + 1) * _SAVES * 2, seed=7, offices=(("hq", None),)))
    note = f"{asked.size:,} stored"
    author = folder.author("Programme officer")
    command = partial(_command, folder, author)
    yield _turns("log an activity, command", command, bool, folder, bare, logged, asked, note)
    browser = browser_on(folder)
    # a browser then reads the page that the answer leads to, and with it the message
    yield _turns("log an activity, POST to answer", lambda one: _post(browser, one),
                 lambda: browser.read("/activities/new"), folder, bare, logged, asked, note)  # fmt: skip
    folder.close()


def _turns(
    name: str,
    save: Callable[[Logged], None],
    after: Callable[[], object],
    folder: Folder,
    bare: Bare,
    logged: Iterator[Logged],
    asked: Asked,
    note: str,
) -> Figure:
    """Save with us, then write the rows that this made into the bare database, then do what is not timed; and so on."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(asked.rounds + 1):
        for _save in range(_SAVES):
            one = next(logged)
            started = time.perf_counter()
            save(one)
            mine = time.perf_counter() - started
            rows = made(folder)
            other = bare.write(rows)
            after()
            if number:
                times[0].append(mine)
                times[1].append(other)
    return taken(name, *times, bar=BAR, note=f"{note}, {asked.rounds * _SAVES} saves")


def _command(folder: Folder, author: Author, one: Logged) -> None:
    with write_session(folder.engine, author) as session:
        session.info["clock"] = folder.clock
        log_activity(Work(session, author, folder.clock), _fields(one), id=new_id())


def _post(browser: Browser, one: Logged) -> None:
    answer = browser.send("/activities/new", _form(_fields(one)))
    assert answer.status_code == 302, answer.get_data(as_text=True)


def _fields(one: Logged) -> dict[str, object]:
    return {name: value for name, value in one.values.items() if name != "in_report"} | {"in_report": 0}


def _form(fields: dict[str, object]) -> dict[str, str]:
    """The fields as the form's inputs: a date is a day, a month and a year."""
    year, _dash, rest = str(fields["date_from"]).partition("-")
    month, _dash, day = ("", "", "") if rest.startswith("Q") else rest.partition("-")
    named = {name: str(value) for name, value in fields.items() if name not in ("date_from", "in_report")}
    return {**named, "date_from-year": year, "date_from-month": month.lstrip("0"), "date_from-day": day.lstrip("0")}


@dataclass(frozen=True)
class Rows:
    """What one save left: the activity, its changeset and heads, and the stream's new end in place of `before`."""

    activity: tuple[object, ...]
    changeset: tuple[object, ...]
    heads: tuple[object, ...]
    tip: tuple[object, ...]
    before: bytes | None


def made(folder: Folder) -> Rows:
    """The rows of the last save."""
    with read_session(folder.engine) as session:
        connection = session.connection()
        changeset = _row(connection, "SELECT * FROM sync_changeset ORDER BY n DESC LIMIT 1")
        heads = _row(connection, f"SELECT * FROM sync_row WHERE tbl='activity' AND heads LIKE '{changeset[0]:x}:%'")
        columns = ",".join(_activity_columns(connection))
        activity = _row(connection, f"SELECT {columns} FROM activity WHERE id='{heads[1]}'")
        tip = connection.execute(sa.text("SELECT * FROM sync_tip WHERE id=:id"), {"id": changeset[1]}).one()
        return Rows(activity, changeset, heads, tuple(tip), changeset[4])


def _row(connection: sa.Connection, query: str) -> tuple[Any, ...]:
    return tuple(connection.exec_driver_sql(query).one())


def _activity_columns(connection: sa.Connection) -> list[str]:
    return [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(activity)")]


class Bare:
    """The same tables without anything of ours above them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.statements = {
            table: stock.insert(connection, table) for table in ("activity", "sync_changeset", "sync_row", "sync_tip")
        }
        self.numbers = count(connection.execute("SELECT max(n) + 1 FROM sync_changeset").fetchone()[0])

    def write(self, rows: Rows) -> float:
        """One transaction; seconds until it is on the disk."""
        run_, statements = self.connection.execute, self.statements
        changeset = (next(self.numbers), *rows.changeset[1:])
        started = time.perf_counter()
        run_("BEGIN IMMEDIATE")
        run_(statements["activity"], rows.activity)
        run_(statements["sync_changeset"], changeset)
        run_(statements["sync_row"], rows.heads)
        run_("DELETE FROM sync_tip WHERE stream=? AND id=?", (rows.tip[0], rows.before))
        run_(statements["sync_tip"], rows.tip)
        run_("COMMIT")
        return time.perf_counter() - started


def main(arguments: list[str] | None = None) -> int:
    """The program."""
    return run(measure, size=SIZE, description=__doc__ or "", arguments=arguments)


if __name__ == "__main__":
    end(main())
