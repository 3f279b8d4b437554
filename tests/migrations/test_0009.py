"""Layouts of reports came ninth: records are left alone, and without a layout reports look as before."""

from __future__ import annotations

from pathlib import Path

from server.db import migrate
from server.db.session import open_engine
from tests.db.revisions import fill, kept, rows, upgrade_to

NEW = ("report_layout", "layout_section")


def test_records_are_left_alone_and_no_layout_is_there_yet(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0008")
    written = fill(engine)
    upgrade_to(engine, "0009")
    found = rows(engine)
    assert kept(written, found)
    assert [found[name] for name in NEW] == [[], []]
    engine.dispose()


def test_it_can_be_taken_back(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0008")
    written = fill(engine)
    upgrade_to(engine, "0009")
    assert set(rows(engine)) >= set(NEW)
    migrate.downgrade(engine, "0008")
    assert not set(NEW) & set(rows(engine))
    assert rows(engine)["report"][:1] == written["report"]
    engine.dispose()
