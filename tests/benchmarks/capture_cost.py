"""What it costs that a save becomes a changeset: the same save with the triggers muted, and a bulk statement alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

import sqlalchemy as sa

from server.base.paths import DataDir
from server.db.session import read_session, write_session
from server.domain.activities.commands import log_activity
from server.domain.activities.models import Activity
from server.domain.records import Work
from server.services.folder import Folder, open_folder
from tests.benchmarks import stock
from tests.benchmarks.rounds import Asked, Figure, compare, end, run, taken
from tests.benchmarks.texts import activities

SIZE, BAR = 10_000, 1.3
#: saves of each side in a round, and rows of one bulk statement
_SAVES, _ROWS = 10, 1_000


def measure(asked: Asked) -> Iterator[Figure]:
    """A new activity, an edit of one, and one statement that changes many; until each is on the disk."""
    noted, muted = _folder(asked, "noted"), _folder(asked, "muted")
    with muted.engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        connection.execute(sa.text("INSERT INTO sync_mute(n) VALUES(1)"))
    with read_session(noted.engine) as session:
        known = list(session.scalars(sa.select(Activity.id).order_by(Activity.id).limit(_ROWS)))
    note = f"{asked.size:,} stored, {_SAVES} saves a round"
    yield _turns("a new activity: capture", noted, muted, asked, note, [])
    yield _turns("an edit of one: capture", noted, muted, asked, note, known)
    turn = count()
    note = f"{len(known):,} rows each time"
    yield compare("a bulk statement: capture", lambda: _bulk(noted, known, next(turn)),
                  lambda: _bulk(muted, known, next(turn)), rounds=asked.rounds, note=note)  # fmt: skip
    noted.close()
    muted.close()


def _folder(asked: Asked, name: str) -> Folder:
    with stock.headquarters(asked.folder / name) as folder:
        stock.fill(folder, asked.size)
    return open_folder(DataDir(asked.folder / name), stock.CLOCK)


def _turns(name: str, noted: Folder, muted: Folder, asked: Asked, note: str, known: list[str]) -> Figure:
    """Saves of both sides in turn, each with the same values; of `known` activities, or of new ones."""
    given = activities((asked.rounds + 1) * _SAVES, seed=7, offices=(("hq", None),))
    times: tuple[list[float], list[float]] = ([], [])
    own = [_log(folder, dict(next(activities(1, seed=6, offices=(("hq", None),))).values)) for folder in (noted, muted)]
    for number in range((asked.rounds + 1) * _SAVES):
        values = dict(next(given).values)
        for folder, mine, kept in zip((noted, muted), own, times, strict=True):
            changed = {name: values[name] for name in ("narrative", "title")} if known else values
            started = time.perf_counter()
            _log(folder, changed, mine if known else None)
            if number >= _SAVES:
                kept.append(time.perf_counter() - started)
    return taken(name, *times, bar=BAR, note=note)


def _log(folder: Folder, values: dict[str, object], id: str | None = None) -> str:
    author = folder.author("Programme officer")
    with write_session(folder.engine, author) as session:
        session.info["clock"] = folder.clock
        return log_activity(Work(session, author, folder.clock), values, id=id)


def _bulk(folder: Folder, ids: list[str], turn: int) -> float:
    author = folder.author("Programme officer")
    started = time.perf_counter()
    with write_session(folder.engine, author) as session:
        session.info["clock"] = folder.clock
        session.execute(sa.update(Activity).where(Activity.id.in_(ids)).values(position=turn),
                        execution_options={"synchronize_session": False})  # fmt: skip
    return time.perf_counter() - started


def main(arguments: list[str] | None = None) -> int:
    """The program."""
    return run(measure, size=SIZE, description=__doc__ or "", arguments=arguments)


if __name__ == "__main__":
    end(main())
