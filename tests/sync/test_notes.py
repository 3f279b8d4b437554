"""Nothing that happens to a travelling record goes unnoticed: random SQL, compared with the rows before and after."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.sync import doctor
from tests.sync import oracle
from tests.sync.laws import by_office, follows
from tests.sync.replicas import Node, make_node

ROWS = ("a", "b", "c")
_row = st.sampled_from(ROWS)
_value = st.sampled_from((None, 0, 7, "x", "7", "é", "a\0b", 1.5, b"\xff"))
_column = st.sampled_from(("title", "women", "narrative", "deleted", "office"))
_statement = st.one_of(
    st.tuples(st.just("UPDATE activity SET {1}=? WHERE id='{0}'"), _row, _column, _value),
    st.tuples(st.just("UPDATE activity SET {1}=? WHERE id>='{0}'"), _row, _column, _value),
    st.tuples(st.just("UPDATE activity SET {1}=?, women=coalesce(women,0)+1"), _row, _column, _value),
    st.tuples(st.just("INSERT OR IGNORE INTO activity(id,{1}) VALUES('{0}',?)"), _row, _column, _value),
    st.tuples(st.just("INSERT OR REPLACE INTO activity(id,{1}) VALUES('{0}',?)"), _row, _column, _value),
    st.tuples(st.just("INSERT INTO activity(id,title) VALUES('{0}','new') ON CONFLICT(id) DO UPDATE SET {1}=?"),
              _row, _column, _value),
    st.tuples(st.just("DELETE FROM activity WHERE id='{0}' OR {1} IS ?"), _row, _column, _value),
    st.tuples(st.just("UPDATE OR REPLACE activity SET id='{0}', {1}=? WHERE id='b'"), _row, _column, _value),
)  # fmt: skip


Cells = dict[tuple[str, str], Any]


def cells(node: Node) -> Cells:
    """Every cell of the table that travels and holds something; a record that is not deleted holds no such flag."""
    with node.engine.connect() as connection:
        found = connection.execute(sa.text("SELECT * FROM activity")).mappings().all()
    columns = oracle.tables().columns["activity"]
    return {
        (row["id"], name): row[name]
        for row in found
        for name in columns
        if row[name] is not None and (name != "deleted" or row[name])
    }


def different(one: Cells, other: Cells) -> set[tuple[str, str]]:
    """The cells in which two states differ, in value or in type."""
    return {key for key in one.keys() | other.keys() if repr(one.get(key)) != repr(other.get(key))}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(_statement, min_size=1, max_size=4), min_size=1, max_size=4))
def test_every_cell_that_changed_is_in_a_change_and_no_other(turns: list[list[tuple[str, str, str, Any]]]) -> None:
    node = make_node("one")
    node.allowed = by_office
    for row in ROWS[:2]:
        node.put("activity", row, {"title": "Launch", "women": 3})
    for statements in turns:
        before = cells(node)
        for statement, row, column, value in statements:
            node.sql(statement.format(row, column), (value,))
        touched = different(before, cells(node))
        written = {(op.row, name) for change in node.repair() for op in change.ops for name in op.values}
        unhidden = {(row, "deleted") for row, _name in written}  # an edit after a deletion brings a record back
        assert different(before, cells(node)) <= written | unhidden, "what changed is in a change"
        mended = {(row, name) for row, name in written if name in ("deleted", "office")}  # nothing is 0, 7 is 1
        assert written - mended <= touched, "what did not change is not"
        assert node.repair() == [], "and only once"
        with node.engine.connect() as connection:
            assert doctor.examine(connection) == ()
        follows(node)
    node.close()
