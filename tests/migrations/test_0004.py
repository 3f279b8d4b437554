"""Lines of the plan can be parts of others and endorsed; approvals that a newer Valise sent before are found."""

from __future__ import annotations

from pathlib import Path

import cbor2
import pytest
import sqlalchemy as sa

from server.db.session import open_engine
from server.sync import approvals
from server.sync.canonical import Changeset, Op, decode, sealed
from tests.db.revisions import fill, kept, rows, upgrade_to


def test_records_are_left_alone_and_lines_are_part_of_nothing_yet(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0003")
    written = fill(engine)
    upgrade_to(engine, "0004")
    now = rows(engine)
    assert kept(written, now)
    assert [(line["part_of_id"], line["endorsed"]) for line in now["planned_activity"]] == [(None, None)]
    assert now["sync_approval"] == []
    engine.dispose()


@pytest.mark.parametrize("form", ["sound", "unsound"])
def test_what_a_newer_valise_said_of_approvals_is_found_where_it_came_before_the_upgrade(
    tmp_path: Path, form: str
) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0003")
    seen = b"\1" * 32
    entry = ["planned_activity", "line", "endorsed", "planned_activity", "line", {"amount": [seen]}, {}, []]
    change = _change({"approves": [entry] if form == "sound" else "nothing we know"})
    with engine.begin() as connection:
        _store(connection, 1, change)
        _store(connection, 2, _change({}))
    upgrade_to(engine, "0004")
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM sync_approval")]
    assert found == approvals.rows_of(1, decode(change.raw))
    if form == "sound":
        assert cbor2.loads(found[0][7]) == [{"amount": [seen]}, {}, []]
    engine.dispose()


def test_a_doubtful_clock_is_found_without_reading_all_changes(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0004")
    query = "EXPLAIN QUERY PLAN SELECT signer, count(*) FROM sync_changeset WHERE doubt = 1 GROUP BY signer"
    with engine.connect() as connection:
        assert "sync_changeset_doubt" in "\n".join(row[3] for row in connection.exec_driver_sql(query))
    engine.dispose()


def _change(more: dict[str, object]) -> Changeset:
    return sealed(Changeset(
        incarnation="0" * 32, scope="office:a", seq=1, prev=None, depth=1, person="", office="a", device="d", claimed=0,
        ops=[Op("planned_activity", "line", {"endorsed": "2014-05-01"})], more=more,
    ))  # fmt: skip


def _store(connection: sa.Connection, n: int, change: Changeset) -> None:
    connection.exec_driver_sql(
        "INSERT INTO sync_changeset VALUES(?,?,?,?,?,?,?,?,?,?,?)",
        (n, change.id, 1, n, None, 1, 1, 0, 0, 0, change.raw),
    )
