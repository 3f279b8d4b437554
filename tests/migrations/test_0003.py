"""Lists got indexes of their own: records are left alone, and the log is walked to its page instead of sorted."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from server.db.session import open_engine
from tests.db.revisions import fill, kept, rows, upgrade_to

_NEWEST = "EXPLAIN QUERY PLAN SELECT * FROM activity WHERE coalesce(deleted,0)=0 ORDER BY starts DESC, id DESC LIMIT 50"


def test_records_are_left_alone_and_the_newest_are_no_longer_sorted_for(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0002")
    written = fill(engine)
    assert "TEMP B-TREE" in _plan(engine)
    upgrade_to(engine, "0003")
    assert kept(written, rows(engine))
    assert "TEMP B-TREE" not in _plan(engine)
    engine.dispose()


def _plan(engine: sa.Engine) -> str:
    with engine.connect() as connection:
        return "\n".join(row[3] for row in connection.exec_driver_sql(_NEWEST))
