"""Files came seventh: records are left alone, a document has room for its photo's copy, and the notes begin empty."""

from __future__ import annotations

from pathlib import Path

from server.db import migrate
from server.db.session import open_engine
from tests.db.revisions import fill, kept, rows, upgrade_to

NEW = ("sync_blob_asked", "sync_blob_sent")


def test_records_are_left_alone_and_a_file_filed_before_has_no_copy(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0006")
    written = fill(engine)
    upgrade_to(engine, "0007")
    found = rows(engine)
    assert kept(written, found)
    (document,) = found["document"]
    assert document["sha256"] == written["document"][0]["sha256"]
    assert (document["copy_sha256"], document["copy_size"]) == (None, None)
    (blob,) = found["sync_blob"]
    assert blob == {"sha256": written["sync_blob"][0]["sha256"], "size": 1, "have": 1, "damaged": 1}
    assert [found[name] for name in NEW] == [[], []]
    engine.dispose()


def test_it_can_be_taken_back(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0006")
    written = fill(engine)
    upgrade_to(engine, "0007")
    migrate.downgrade(engine, "0006")
    found = rows(engine)
    assert found["document"] == written["document"]
    assert not set(NEW) & set(found)
    assert found["sync_blob"] == written["sync_blob"]
    engine.dispose()
