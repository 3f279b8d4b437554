"""One dispatch of an office's whole history: new activities and edits of them, each change a changeset of its own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from server.base.paths import DataDir
from server.services.folder import Folder
from server.services.load import record_id
from server.services.setup import invite, set_up_office
from server.sync.apply import apply_changesets
from server.sync.canonical import Changeset, Op, sealed
from server.sync.shape import office_scope
from tests.benchmarks import texts
from tests.benchmarks.stock import CLOCK

_CODE, _LANGUAGE = "kg", "ru"
#: of so many changes one is a new activity, the others edit one that is there
_EDITS = 5
_BATCH = 10_000


def history(count: int, seed: int = 1) -> Iterator[Changeset]:
    """`count` changesets of one laptop, one after the other: an activity, then edits of one to three of its fields."""
    chance = random.Random(seed)
    stream = texts.activities(count, seed=seed, offices=((_CODE, _LANGUAGE),))
    office = record_id("office", _CODE)
    rows: list[str] = []
    writers: dict[str, dict[str, bytes]] = {}
    last: Changeset | None = None
    for number in range(count):
        given = next(stream)
        if number % _EDITS == 0 or not rows:
            op = Op("activity", given.id, {"office": office, **given.values})
            rows.append(given.id)
            writers[given.id] = {}
        else:
            row = chance.choice(rows[-200:])
            fields = chance.sample(sorted(given.values), chance.randrange(1, 4))
            known = writers[row]
            op = Op("activity", row, {name: given.values[name] for name in fields},
                    {name: [known[name]] for name in fields if name in known},
                    () if any(name in known for name in fields) else [known["office"]])  # fmt: skip
        change = sealed(Changeset(
            incarnation=f"{3:032x}", scope=office_scope(office), seq=number + 1, prev=last.id if last else None,
            depth=number + 1, person="Programme officer", office=office, device=record_id("device", f"{_CODE}-3"),
            claimed=1_400_000_000 + 600 * number, ops=[op], app="0.1.0",
        ))  # fmt: skip
        writers[op.row].update(dict.fromkeys(op.values, change.id))
        last = change
        yield change


def office_with(root: Path, hq: Folder, count: int) -> Folder:
    """An office that headquarters set up, whose other laptop's history of `count` changes came in."""
    invite(hq, _CODE.upper(), root / "setup.pdf")
    folder = set_up_office(DataDir(root / "office"), root / "setup.pdf", "Programme officer", CLOCK)
    stream = history(count)
    while batch := list(islice(stream, _BATCH)):
        with folder.engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
            done = apply_changesets(connection, batch)
            assert len(done.new) == len(batch)
            assert not done.quarantined
    return folder
