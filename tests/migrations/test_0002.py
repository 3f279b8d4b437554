"""What stays in one data folder came second: records are left alone, and there is a place for the rest."""

from __future__ import annotations

from pathlib import Path

from server.base.clock import fixed_clock
from server.db import migrate
from server.db.base import synced_models
from server.db.drafts import draft_keys, keep_draft
from server.db.session import Author, open_engine, read_session, write_session
from server.db.settings import read_setting, write_setting
from tests.db.revisions import fill, kept, rows, upgrade_to


def test_records_are_left_alone_and_drafts_and_choices_find_their_place(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0001")
    written = fill(engine)
    assert set(written) <= set(synced_models())
    upgrade_to(engine, "0002")
    assert kept(written, rows(engine))
    migrate.upgrade(engine)
    with write_session(engine, Author("", "", False)) as session:
        write_setting(session, "language", "ru")
        keep_draft(session, "activity/new", {"title": ["Запуск"]}, fixed_clock("2014-05-14T08:00:00+00:00"))
    with read_session(engine) as session:
        assert (read_setting(session, "language"), draft_keys(session)) == ("ru", ("activity/new",))
    engine.dispose()
