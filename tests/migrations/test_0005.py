"""The inbox and the outbox learned more of each file: what came and went before keeps all that was known of it."""

from __future__ import annotations

from pathlib import Path

from server.db import migrate
from server.db.session import open_engine
from server.sync import inbox
from tests.db.revisions import fill, kept, rows, upgrade_to

_CAME = (
    "INSERT INTO sync_inbox(sha256,state,dispatch,kind,office,incarnation,number,part,parts,file_name,first,last,at,"
    "changed) VALUES(?,?,'d','report','kg','i',1,1,1,?,?,?,'2015-02-16T09:00:00+00:00','2015-02-16T09:01:00+00:00')"
)
_WENT = (
    "INSERT INTO sync_outbox(dispatch,incarnation,serial,number,part,parts,to_office,kind,tips,state,file_name,at)"
    " VALUES('d','i',1,1,1,1,'hq','report','{}','sent','a.pdf','2015-02-16T09:00:00+00:00')"
)


def test_what_came_and_went_before_is_told_with_what_was_known_of_it(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0004")
    with engine.begin() as connection:
        connection.exec_driver_sql(_CAME, ("a" * 64, "imported", "a.pdf", 11, 30))
        connection.exec_driver_sql(_CAME, ("b" * 64, "parked", "b.pdf", None, None))
        connection.exec_driver_sql(_WENT)
    before = rows(engine)
    migrate.upgrade(engine)
    assert kept(before, rows(engine))
    with engine.connect() as connection:
        imported, parked = inbox.arrivals(connection)
        assert (imported.changes, imported.again, imported.snapshot, imported.waits) == (20, 0, None, ())
        assert (parked.state, parked.changes, parked.size) == ("parked", None, None)
        (sent,) = inbox.departures(connection)
        assert sent.handed == sent.at, "before, a dispatch that was made counted as handed over"
    engine.dispose()


def test_every_table_survives_the_step_down_again(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0004")
    before = fill(engine)
    upgrade_to(engine, "0005")
    migrate.downgrade(engine, "0004")
    assert kept(before, rows(engine))
    assert set(before["sync_inbox"][0]) == set(rows(engine)["sync_inbox"][0])
    engine.dispose()
