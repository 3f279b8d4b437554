"""What the first Valise wrote is read by this one."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from server.db import migrate
from server.db.session import open_engine, read_session
from server.domain.activities.queries import Filter, activities
from server.domain.framework.queries import periods, programme
from server.domain.workplan.queries import planned
from tests.db.revisions import upgrade_to

_WRITTEN = (
    "INSERT INTO programme (id, office, deleted, title, starts, ends, currency)"
    " VALUES ('p', 'hq', 0, 'Programme', '2014-02-01', '2018-01-31', 'USD')",
    "INSERT INTO reporting_period (id, office, deleted, code, starts, ends) VALUES ('y1', 'hq', 0, 'Y1', '2014-02-01',"
    " '2015-01')",
    "INSERT INTO activity (id, office, deleted, title, title_local, date_from, date_to, women, in_report)"
    " VALUES ('a', 'kg', 0, 'Launched', 'Запуск', '2014-Q2', '2014-07', 12, 1)",
    "INSERT INTO activity (id, office, deleted, title, date_from) VALUES ('b', 'kg', 1, 'Deleted', '2014')",
    "INSERT INTO planned_activity (id, office, deleted, title, quarters, amount, currency)"
    " VALUES ('l', 'kg', 0, 'Train', '1 3', '12500.10', 'USD')",
)


def test_records_of_the_first_tables_are_read_by_this_version(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0001")
    with engine.begin() as connection:
        for statement in _WRITTEN:
            connection.exec_driver_sql(statement)
    migrate.upgrade(engine)
    with read_session(engine) as session:
        (launched,) = activities(session, Filter()).items
        assert (launched.title_local, launched.women, launched.in_report) == ("Запуск", 12, True)
        assert launched.when == "Quarter 2 of 2014 – July 2014"
        assert activities(session, Filter(starts="2014-07-31", ends="2014-08-31")).items == (launched,)
        assert activities(session, Filter(starts="2014-08-01")).items == ()
        (line,) = planned(session)
        assert (line.quarters, str(line.amount), line.amount) == ((1, 3), "12500.10", Decimal("12500.10"))
        found = programme(session)
        assert found is not None
        assert (found.title, [p.code for p in periods(session)]) == ("Programme", ["Y1"])
    engine.dispose()


def test_the_first_tables_compute_the_days_a_date_can_mean(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "valise.db")
    upgrade_to(engine, "0001")
    dates = {"2014": ("2014-01-01", "2014-12-31"), "2014-Q3": ("2014-07-01", "2014-09-31"),
             "2014-05": ("2014-05-01", "2014-05-31"), "2014-05-14": ("2014-05-14", "2014-05-14")}
    with engine.begin() as connection:
        for stored in dates:
            connection.execute(sa.text("INSERT INTO activity (id, date_from) VALUES (:d, :d)"), {"d": stored})
        found = connection.exec_driver_sql("SELECT id, starts, ends FROM activity").all()
    assert {id: (starts, ends) for id, starts, ends in found} == dates
    engine.dispose()
