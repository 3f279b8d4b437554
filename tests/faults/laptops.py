"""Laptops with clocks of their own, worked by the command line, and a ledger of everything that was typed on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from server.services.load import record_id
from tests.house import ROOT

#: where distributions put the library that fakes the time of a process
_LIBRARIES = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib/faketime/libfaketime.so.1",
              "/usr/local/lib/faketime/libfaketime.so.1", "/usr/lib64/faketime/libfaketime.so.1")  # fmt: skip

#: (table, id, field) of a typed value
Spot = tuple[str, str, str]


def faketime() -> Path | None:
    """The library to preload; None where it is not installed."""
    return next((path for pattern in _LIBRARIES for path in sorted(Path("/").glob(pattern.lstrip("/")))), None)


@dataclass(frozen=True)
class Edit:
    """A value that somebody typed on a laptop, and the values that stood before their eyes and were replaced by it."""

    laptop: str
    spot: Spot
    value: str
    replaced: frozenset[str]


@dataclass
class Ledger:
    """What was typed, kept by the one who typed: no value is typed twice."""

    edits: list[Edit] = field(default_factory=list)

    def lost(self, states: Iterable[Mapping[Spot, str]], open_values: Mapping[Spot, set[str]]) -> list[Edit]:
        """Edits that are neither in every state, nor replaced by somebody who saw them, nor among open conflicts."""
        replaced = {(one.spot, value) for one in self.edits for value in one.replaced}
        shown = [{one for one in self.edits if state.get(one.spot) == one.value} for state in states]
        everywhere = set.intersection(*shown)
        return [one for one in self.edits if one not in everywhere and (one.spot, one.value) not in replaced
                and one.value not in open_values.get(one.spot, set())]  # fmt: skip

    def told(self, states: list[Mapping[Spot, str]], open_values: Mapping[Spot, set[str]]) -> str:
        """How many edits are where."""
        shown = sum(states[0].get(one.spot) == one.value for one in self.edits)
        replaced = {(one.spot, value) for one in self.edits for value in one.replaced}
        waits = sum(one.value in open_values.get(one.spot, set()) for one in self.edits)
        over = sum((one.spot, one.value) in replaced for one in self.edits)
        return (f"{len(self.edits)} values were typed: {shown} stand in the records, {over} were replaced by people"
                f" who saw them, {waits} wait in conflicts")  # fmt: skip


class Failed(Exception):
    """A laptop did what it should not; the sentence says what."""


class Diary:
    """What happened, printed as it happens."""

    def __init__(self) -> None:
        self.minute = 0

    def chapter(self, title: str) -> None:
        """A new part of the hour; some minutes pass."""
        self.minute += 4
        print(f"\n{self.minute:02} min  {title}", flush=True)

    def note(self, text: str) -> None:
        """One line."""
        print(f"        {text}", flush=True)


@dataclass
class Laptop:
    """A data folder on a machine whose clock was set to `clock` (UTC, ISO) when the hour began."""

    name: str
    folder: Path
    clock: str
    diary: Diary
    ledger: Ledger
    library: Path | None = None

    def run(self, *words: object, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """A `valise` command on this laptop, at its hour. Errors: Failed for another exit code, or a trace."""
        done = subprocess.run(
            [sys.executable, "-m", "server", *map(str, words), "--data", str(self.folder)],
            cwd=ROOT, env=self._environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if "Traceback" in done.stderr or (code is not None and done.returncode != code):
            said = " ".join(map(str, words))
            raise Failed(f"{self.name}: valise {said} ended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def _environment(self) -> dict[str, str]:
        time = {}
        if self.library is not None:
            at = f"@{datetime.fromisoformat(self.clock) + timedelta(minutes=self.diary.minute)}"
            time = {"LD_PRELOAD": str(self.library), "FAKETIME": at, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"}
        return {**os.environ, "LC_ALL": "C.UTF-8", "DISPLAY": "", "WAYLAND_DISPLAY": "", **time}

    def type(self, values: Mapping[tuple[str, str], Mapping[str, str]]) -> None:
        """Create or change records, {(table, short name): {field: value}}, as somebody who looks at the screen."""
        before = self.state()
        records: dict[str, list[dict[str, str]]] = {}
        for (table, name), fields in values.items():
            records.setdefault(table, []).append({"id": name, **fields})
        file = self.folder.with_name(f"{self.folder.name}-typed.json")
        file.write_text(json.dumps({"valise": 1, "person": self.name, "records": records}), "utf-8")
        self.run("load", file)
        for (table, name), fields in values.items():
            for one, value in fields.items():
                spot = (table, record_id(table, name), one)
                seen = before.get(spot)
                self.ledger.edits.append(Edit(self.name, spot, value, frozenset({seen} if seen else ())))
                self.diary.note(f"{self.name} types {name}.{one}: {value}" + (f"  (over: {seen})" if seen else ""))

    def log(self, name: str, title: str, **more: str) -> None:
        """Log an activity of the office, or change the one with that short name."""
        self.type({("activity", name): {"title": title, **more}})

    def log_new(self, name: str, title: str) -> None:
        """Log an activity that was not there."""
        where = {"date_from": "2014-06", "output_id": "output-1", "country_id": "kg"}
        self.run("load", self._file(name, {"title": title, **where}))
        self.ledger.edits.append(Edit(self.name, activity(name), title, frozenset()))
        self.diary.note(f"{self.name} logs {name}: {title}")

    def _file(self, name: str, fields: dict[str, str]) -> Path:
        file = self.folder.with_name(f"{self.folder.name}-typed.json")
        records = {"activity": [{"id": name, **fields}]}
        file.write_text(json.dumps({"valise": 1, "person": self.name, "records": records}), "utf-8")
        return file

    def send(self, target: Path, to: str, *more: str, code: int = 0) -> Path:
        """Write a dispatch; `to` is hq, replica or an office."""
        done = self.run("send", "--to", target, "--for", to, *more, code=code)
        told = (done.stderr or done.stdout).strip().splitlines()
        self.diary.note(f"{self.name} sends to {to}: {told[0].replace(str(target), target.name)}")
        return target

    def receive(self, *files: Path, code: int | None = 0) -> list[dict[str, Any]]:
        """Take files in; what became of each."""
        done = self.run("receive", *files, "--json", code=code)
        results: list[dict[str, Any]] = json.loads(done.stdout)
        for one in results:
            why = f" – {one['message']}" if one["state"] not in ("imported", "already") else ""
            self.diary.note(f"{self.name} receives {one['file']}: {one['state']}, {one['changes']} changes{why}")
        return results

    def resolve(self, spot: Spot, keep: str) -> None:
        """Settle the conflict at a place by writing the value that is to stand there."""
        found = next((one for one in self.conflicts() if (one["table"], one["row"], one["field"]) == spot), None)
        if found is None:
            raise Failed(f"{self.name} sees no conflict at {spot}")
        sides = frozenset(str(side["value"]) for side in found["values"])
        self.run("resolve", found["id"], "--keep", keep)
        self.ledger.edits.append(Edit(self.name, spot, keep, sides - {keep}))
        among = " / ".join(sorted(sides))
        self.diary.note(f"{self.name} settles {found['title']}, {found['field']}: {keep}  (of {among})")

    def conflicts(self) -> list[dict[str, Any]]:
        """Open conflicts between values."""
        found = json.loads(self.run("conflicts", "--json").stdout)
        return [one for one in found if one.get("values")]

    def open_values(self) -> dict[Spot, set[str]]:
        """The values that wait in conflicts."""
        found: dict[Spot, set[str]] = {}
        for one in self.conflicts():
            spot = (one["table"], one["row"], one["field"])
            found.setdefault(spot, set()).update(str(side["value"]) for side in one["values"])
        return found

    def dump(self) -> str:
        """The canonical state."""
        return self.run("dump").stdout

    def state(self) -> dict[Spot, str]:
        """The values that stand in the records."""
        found: dict[Spot, str] = {}
        for line in self.dump().splitlines():
            record = json.loads(line)
            if "table" in record and "id" in record:
                for name, value in record.items():
                    found[record["table"], record["id"], name] = str(value)
        return found

    def is_sound(self) -> None:
        """The doctor finds nothing wrong. Errors: Failed."""
        self.run("doctor")


def activity(name: str, column: str = "title") -> Spot:
    """A field of an activity by its short name."""
    return ("activity", record_id("activity", name), column)
