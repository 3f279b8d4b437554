"""Makes the golden files of a release: `python -m tests.golden.make DIR`, run once with it, then kept for ever.

Two laptops of one office and headquarters live through a year: they edit the same fields without sight of each other,
delete what the other edits, send deltas and a dispatch in parts. It uses only services that every release has.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import zstandard

from server import __version__
from server.base.clock import fixed_clock
from server.base.paths import DataDir
from server.db.backup import restore_backup, write_backup
from server.db.base import synced_models
from server.db.session import write_session
from server.domain.records import Work, delete
from server.domain.reporting.queries import reports
from server.services.folder import Folder, open_folder
from server.services.load import load, record_id
from server.services.receive import receive
from server.services.send import send
from server.services.setup import invite, set_up_hq, set_up_office
from server.sync.dump import canonical_state

HERE = Path(__file__).resolve().parent
#: everything that headquarters may get, and the first laptop, in the order in which they were made
FOR_HQ = ("report-1", "circular-1", "hello", "circular-2", "circular-3", "report-2", "report-3", "parts-1of2",
          "parts-2of2", "sealed-circular", "sealed-report")
FOR_OFFICE = ("circular-1", "circular-2", "exchange-1", "exchange-2", "report-2", "report-3", "parts-1of2",
              "parts-2of2", "sealed-circular", "sealed-report")
#: the largest file of the dispatch in parts, bytes
_PART = 60_000

_start = fixed_clock("2015-02-16T09:00:00+00:00")()
_moments = count()


def clock() -> datetime:
    """A clock that goes on by a minute whenever somebody looks."""
    return _start + timedelta(minutes=next(_moments))


class Maker:
    """Makes the files of one release in `target`, with the folders in `room`."""

    def __init__(self, target: Path, room: Path) -> None:
        self.target = target
        self.room = room

    def make(self) -> None:
        """All of it."""
        hq = set_up_hq(DataDir(self.room / "hq"), HERE / "programme.json", None, clock)
        for name in ("setup-1", "setup-2"):
            invite(hq, "KG", self._file(name))
        self._keep("hq", hq)
        first = set_up_office(DataDir(self.room / "first"), self._file("setup-1"), "Programme officer", clock)
        load(first.engine, HERE / "year.json", first.author(), "KG", clock)
        self._send(first, "report-1", period="y1")
        self._keep("office", first)
        self._give(hq, "report-1")
        self._review(hq)
        self._save(hq, "HQ", reporting_period=[{"id": "y2", "due": "2016-03-15"}])
        self._send(hq, "circular-1", receiver="KG")
        self._give(first, "circular-1")
        second = set_up_office(DataDir(self.room / "second"), self._file("setup-2"), "Colleague", clock)
        self._activity(second, "kg-second", title="Seen from the second laptop", date_from="2015-01")
        self._send(second, "hello", period="y2")
        self._give(hq, "hello")
        for name, laptop in (("circular-2", first), ("circular-3", second)):
            self._send(hq, name, receiver="KG", full=True)
            self._give(laptop, name)
        self._disagree(first, second)
        for name, laptop in (("report-2", first), ("report-3", second)):
            self._send(laptop, name, period="y1")
            self._give(hq, name)
        noise = [" ".join(f"{n * 7919 * step % 100_003:x}" for step in range(900)) for n in range(1, 9)]
        for number, text in enumerate(noise):
            self._activity(first, f"kg-long-{number}", title=f"Long text {number}", date_from="2015-02", narrative=text)
        self._send(first, "parts", period="y1", max_size=_PART)
        self._give(hq, "parts-1of2", "parts-2of2")
        self._give(first, "report-3")
        if "confidential" in synced_models()["programme"].__table__.columns:
            self._seal(hq, first)
        self._expect("hq", hq, FOR_HQ)
        self._expect("office", hq, FOR_OFFICE)
        for folder in (hq, first, second):
            folder.close()

    def _disagree(self, first: Folder, second: Folder) -> None:
        """Both laptops get what the other has, then edit alike, differently, and against a deletion."""
        self._send(first, "exchange-1", receiver="replica")
        self._give(second, "exchange-1")
        self._activity(first, "kg-launch", title="Programme launched in Bishkek", place="Bishkek")
        self._activity(second, "kg-launch", title="Programme launched in Osh", place="Bishkek")
        self._delete(first, "kg-talk")
        self._activity(second, "kg-talk", women=14, participants=23)
        self._delete(second, "kg-draft")
        self._send(second, "exchange-2", receiver="replica")
        self._give(first, "exchange-2")

    def _seal(self, hq: Folder, first: Folder) -> None:
        """The programme becomes confidential, and both write once more."""
        self._save(hq, "HQ", programme=[{"id": "golden", "confidential": 1}])
        self._send(hq, "sealed-circular", receiver="KG")
        self._give(first, "sealed-circular")
        self._activity(first, "kg-sealed", title="Talks behind closed doors", date_from="2015-02-10")
        self._send(first, "sealed-report", period="y1")
        self._give(hq, "sealed-report")

    def _file(self, name: str) -> Path:
        return self.target / f"{name}.pdf"

    def _send(self, folder: Folder, name: str, **how: Any) -> None:
        send(folder, self._file(name), **how)

    def _give(self, folder: Folder, *names: str) -> None:
        for result in receive(folder, [self._file(name) for name in names]):
            if result.state != "imported":
                raise SystemExit(result.sentence)

    def _save(self, folder: Folder, office: str, **records: Sequence[Mapping[str, Any]]) -> None:
        path = self.room / "entry.json"
        path.write_text(json.dumps({"valise": 1, "office": office, "records": records}), encoding="utf-8")
        load(folder.engine, path, folder.author(), office, clock)

    def _activity(self, folder: Folder, name: str, **values: Any) -> None:
        where = {"output_id": "output-1", "country_id": "kg"}
        self._save(folder, "KG", activity=[{"id": name, **where, **values}])

    def _delete(self, folder: Folder, name: str) -> None:
        author = folder.author()
        with write_session(folder.engine, author) as session:
            session.info["clock"] = clock
            delete(Work(session, author, clock), synced_models()["activity"], record_id("activity", name))

    def _review(self, hq: Folder) -> None:
        with write_session(hq.engine, hq.author()) as session:
            (found,) = reports(session, office=record_id("office", "kg"), kind="progress")
        review = {"id": "hq-review", "report_id": found.id, "verdict": "returned", "text": "Say more of the launch.",
                  "dated": "2015-02-20"}
        self._save(hq, "HQ", review=[review])

    def _keep(self, name: str, folder: Folder) -> None:
        """The folder as a backup: the database and the keys; what it sent lies here already."""
        for sent in folder.data.outbox.glob("*.pdf"):
            sent.unlink()
        for came in folder.data.inbox.glob("*.pdf"):
            came.unlink()
        write_backup(folder.data, self.target / f"{name}.zip")

    def _expect(self, name: str, live: Folder, files: Sequence[str]) -> None:
        """The kept folder shows, once it has received `files`, what headquarters shows that lived through it all."""
        data = DataDir(self.room / f"{name}-restored")
        restore_backup(self.target / f"{name}.zip", data, clock())
        with open_folder(data, clock) as folder:
            receive(folder, [self._file(one) for one in files if self._file(one).is_file()])
            shown, lived = _state(folder), _state(live)
        if shown != lived:
            raise SystemExit(f"{name}: what was received is not what was lived through")
        packed = zstandard.ZstdCompressor(level=19).compress(shown)
        (self.target / "state.jsonl.zst").write_bytes(packed)


def _state(folder: Folder) -> bytes:
    with folder.engine.connect() as connection:
        return canonical_state(connection)


def main(target: Path) -> None:
    """Make the golden files in `target`, which must be new."""
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as room:
        Maker(target, Path(room)).make()
    print(f"Valise {__version__}: {sum(path.stat().st_size for path in target.iterdir())} bytes in {target}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
