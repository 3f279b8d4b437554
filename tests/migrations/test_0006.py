"""Trust came sixth: laptops are left alone, none was replaced, and nothing is adopted before somebody says so."""

from __future__ import annotations

from pathlib import Path

from server.db import migrate
from server.db.session import open_engine
from tests.db.revisions import fill, kept, rows, upgrade_to


def test_laptops_are_left_alone_and_nothing_is_adopted(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0005")
    written = fill(engine)
    upgrade_to(engine, "0006")
    found = rows(engine)
    assert kept(written, found)
    (device,) = found["device"]
    assert device["revoked_cut"] == written["device"][0]["revoked_cut"]
    assert device["replaced_by_id"] is None
    assert found["adopted_change"] == []
    engine.dispose()


def test_it_can_be_taken_back(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0005")
    written = fill(engine)
    upgrade_to(engine, "0006")
    migrate.downgrade(engine, "0005")
    assert rows(engine) == written
    engine.dispose()
