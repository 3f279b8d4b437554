"""What every peer is given: records of one office, edits of some of them; and what is asked of each."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.benchmarks.texts import Logged, activities

OFFICES = (("kg", "ru"),)


@dataclass(frozen=True)
class Edit:
    """One field of one record gets another value."""

    id: str
    field: str
    value: Any


@dataclass(frozen=True)
class Workload:
    """The records as they were logged, and the edits that come after."""

    records: Sequence[Logged]
    edits: Sequence[Edit]

    @property
    def fields(self) -> list[str]:
        """Every field that some record has, sorted."""
        return sorted({name for record in self.records for name in record.values})

    def records_as_json(self) -> bytes:
        """[[id, {field: value}] ...], as short as JSON says it."""
        return _json([[record.id, record.values] for record in self.records])

    def edits_as_json(self) -> bytes:
        """[[id, {field: value}] ...] of the edits alone."""
        return _json([[edit.id, {edit.field: edit.value}] for edit in self.edits])


def workload(size: int, edits: int) -> Workload:
    """`size` records of about twelve fields, and edits of one field each of as many different ones as there are."""
    records = list(activities(size, offices=OFFICES))
    chance = random.Random(9)
    newer = activities(edits, seed=8, offices=OFFICES)
    chosen = chance.sample(records, min(edits, size))
    made = []
    for record, given in zip(chosen, newer, strict=False):
        field = chance.choice(["narrative", "title", "participants", "narrative_local", "place"])
        value = f"Osh {chance.randrange(99)}" if field == "place" else given.values[field]
        made.append(Edit(record.id, field, value))
    return Workload(records, made)


class Peer(Protocol):
    """One way of keeping two stores alike by files. The three works answer the seconds they took."""

    name: str
    initial: bytes
    delta: bytes

    def prepare(self, work: Workload, folder: Path) -> None:
        """Make the sender's store with the records, and `initial`: the file that brings all of them."""

    def capture(self) -> float:
        """On a fresh copy of the sender's store, make the edits in one transaction, ready to be sent; then `delta`."""

    def merge_initial(self) -> float:
        """Take `initial` into an empty store, until it is on the disk or as far as the peer goes."""

    def merge_delta(self) -> float:
        """Take `delta` into a fresh copy of the store that holds `initial`."""


def columns(values: Mapping[str, Any], fields: Sequence[str]) -> tuple[Any, ...]:
    """The values in the order of the fields; None for those that are not there."""
    return tuple(values.get(name) for name in fields)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
