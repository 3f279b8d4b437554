"""No list of the log makes the database sort the log: each is walked in an index, page by page."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from server.db.session import read_session
from server.domain.activities.queries import SORTS, Filter, activities
from tests.conftest import CreateDatabase

_ONE = "0190a6e0-0000-7000-8000-000000000001"
_FILTERS = {
    "everything": Filter(), "an output": Filter(output_id=_ONE), "a country": Filter(country_id=_ONE),
    "an office": Filter(office=_ONE), "an output in a country": Filter(output_id=_ONE, country_id=_ONE),
    "the report": Filter(in_report=True), "a late page": Filter(page=40), "a word": Filter(words="launch"),
}  # fmt: skip


def _plan(engine: sa.Engine, wanted: Filter) -> str:
    """How the database answers the query of a page."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        asked.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        with read_session(engine) as session:
            activities(session, wanted)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    statement, parameters = next(one for one in asked if "FROM activity" in one[0])
    with engine.connect() as connection:
        return "\n".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))


@pytest.mark.parametrize("sort", SORTS)
def test_the_whole_log_is_walked_in_every_order(create_database: CreateDatabase, sort: str) -> None:
    assert "TEMP B-TREE" not in _plan(create_database(), Filter(sort=sort))


@pytest.mark.parametrize("wanted", _FILTERS.values(), ids=_FILTERS)
def test_no_filter_makes_the_database_sort(create_database: CreateDatabase, wanted: Filter) -> None:
    plan = _plan(create_database(), wanted)
    assert "USING INDEX activity_by_" in plan
    assert "TEMP B-TREE" not in plan
