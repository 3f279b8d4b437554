"""Confidential programmes came eighth: records are left alone, and nothing is confidential until somebody says so."""

from __future__ import annotations

from pathlib import Path

from server.db import migrate
from server.db.session import open_engine
from tests.db.revisions import fill, kept, rows, upgrade_to


def test_records_are_left_alone_and_nothing_is_confidential_yet(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0007")
    written = fill(engine)
    upgrade_to(engine, "0008")
    found = rows(engine)
    assert kept(written, found)
    assert [row["confidential"] for row in found["programme"]] == [None]
    assert [row["reads_confidential"] for row in found["office"]] == [None]
    assert [row["encryption_key"] for row in found["device"]] == [None]
    assert found["sync_seal_key"] == []
    engine.dispose()


def test_it_can_be_taken_back(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0008")
    migrate.downgrade(engine, "0007")
    assert "sync_seal_key" not in rows(engine)
    upgrade_to(engine, "0008")
    assert rows(engine)["sync_seal_key"] == []
    engine.dispose()
