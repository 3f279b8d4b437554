"""A dispatch that a newer Valise wrote waits until this one is updated, and is handed on as it came."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from server.services.receive import inspect, receive
from server.services.send import send
from server.sync import inbox, manifest
from server.sync.canonical import dump
from tests.services.forging import resealed, ring_of, self_made
from tests.services.world import Desk, everything, rows


def newer(source: Path, desk: Desk, signer: str, *, known: bool = True) -> Path:
    """The dispatch as a Valise would have made it whose dispatches ask for a later reader."""
    folder = desk.open(signer)
    ring = ring_of(folder) if known else self_made(folder)
    path = desk.file("newer.pdf")
    path.write_bytes(resealed(source, ring, lambda m: replace(m, reader=manifest.READER + 1)))
    return path


def arrival(desk_folder: object, path: Path) -> inbox.Arrival:
    """What the inbox says of a file."""
    with desk_folder.engine.connect() as connection:  # type: ignore[attr-defined]
        found = inbox.arrival(connection, hashlib.sha256(path.read_bytes()).hexdigest())
    assert found is not None
    return found


def test_it_waits_and_goes_in_after_the_update(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    hq = desk.open("hq-empty")
    path = newer(desk.example.dispatch("kg"), desk, "kg")
    receive(hq, [desk.example.dispatch("tn")])
    receive(hq, [send(desk.open("kg"), desk.file("first.pdf"), period="y1").files[0]])  # its key is known from here on
    before = rows(hq.data, "SELECT count(*) FROM sync_changeset")
    (result,) = receive(hq, [path])
    assert (result.state, result.code) == ("waiting", "payload_newer")
    assert "Update Valise" in result.sentence
    assert (arrival(hq, path).state, arrival(hq, path).reason) == (inbox.PARKED, "payload_newer")
    assert rows(hq.data, "SELECT count(*) FROM sync_changeset") == before
    hq = desk.again(hq)
    assert arrival(hq, path).state == inbox.PARKED, "without an update it goes on waiting"
    hq.close()
    monkeypatch.setattr(manifest, "READER", manifest.READER + 1)
    hq = desk.open(hq.data)
    assert arrival(hq, path).state == inbox.IMPORTED
    assert any(path.name in sentence for sentence in hq.resumed)


def test_the_file_is_handed_on_as_it_came(desk: Desk) -> None:
    hq = desk.open("hq")
    path = newer(desk.example.dispatch("kg"), desk, "kg")
    receive(hq, [path])
    kept = hq.data.inbox / f"{hashlib.sha256(path.read_bytes()).hexdigest()}.pdf"
    assert kept.read_bytes() == path.read_bytes()


def test_a_strangers_is_refused_whatever_it_says(desk: Desk) -> None:
    hq = desk.open("hq")
    path = newer(desk.example.dispatch("kg"), desk, "kg", known=False)
    before = everything(hq.data)[0]
    (result,) = receive(hq, [path])
    assert (result.state, result.code) == ("refused", "payload_newer")
    assert everything(hq.data)[0] == before


def test_looking_at_it_asks_for_the_update(desk: Desk) -> None:
    path = newer(desk.example.dispatch("kg"), desk, "kg")
    found = inspect(desk.copy("hq"), path, desk.clock)
    assert (found.code, found.signer) == ("payload_newer", "Kyrgyzstan country office")


def test_a_change_of_a_later_form_keeps_its_whole_dispatch_waiting(desk: Desk) -> None:
    hq, path = desk.open("hq"), desk.file("later.pdf")
    later = dump([2, "whatever later versions put here"])
    path.write_bytes(resealed(desk.example.dispatch("kg"), ring_of(desk.open("kg")), more=[later]))
    before = everything(hq.data)[0]
    (result,) = receive(hq, [path])
    assert (result.state, result.code) == ("waiting", "changeset_newer")
    assert everything(hq.data)[0] == before
    assert arrival(hq, path).state == inbox.PARKED
