"""The doctor finds what is not as the changes say, and nothing else."""

from __future__ import annotations

import pytest

from server.sync import doctor
from server.sync.triggers import muted
from tests.sync.replicas import Node, exchange, make_node


@pytest.fixture
def node() -> Node:
    """A replica with conflicts, a deletion and two scopes."""
    one, two = make_node("one", hq=True), make_node("two")
    one.put("agency", "undp", {"code": "UNDP"})
    for row in ("a", "b", "c"):
        one.put("activity", row, {"title": "Launch"})
    exchange(one, two)
    one.put("activity", "a", {"title": "One"})
    two.put("activity", "a", {"title": "Two"})
    one.delete("activity", "b")
    exchange(one, two)
    return one


def findings(node: Node) -> list[tuple[str, str, str]]:
    with node.engine.connect() as connection:
        return [(found.kind, found.table, found.row) for found in doctor.examine(connection)]


def test_a_sound_database_has_no_findings(node: Node) -> None:
    assert findings(node) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE activity SET title='Behind our back' WHERE id='c'", {("record", "activity", "c")}),
        ("DELETE FROM activity WHERE id='c'", {("record", "activity", "c")}),
        ("INSERT INTO activity(id,office) VALUES('new','office-a')", {("record", "activity", "new")}),
        ("DELETE FROM sync_row WHERE row='c'", {("heads", "activity", "c")}),
        ("DELETE FROM sync_issue", {("issue", "activity", "a")}),
        ("UPDATE sync_changeset SET raw=substr(raw,1,20) WHERE n=2", None),
        ("DELETE FROM sync_changeset WHERE n=2", None),
    ],
)
def test_what_was_changed_past_the_triggers_is_found(
    node: Node, statement: str, expected: set[tuple[str, str, str]] | None
) -> None:
    with node.engine.begin() as connection, muted(connection):
        connection.exec_driver_sql(statement)
    found = findings(node)
    assert found, statement
    if expected is None:
        assert {kind for kind, _table, _row in found} <= {"changeset", "chain"}
    else:
        assert set(found) == expected


def test_a_change_that_waits_for_repair_is_named(node: Node) -> None:
    node.sql("UPDATE activity SET title='By a browser' WHERE id='c'")
    assert ("note", "activity", "c") in findings(node)
    node.repair()
    assert findings(node) == []


def test_examining_changes_nothing(node: Node) -> None:
    before = node.state()
    findings(node)
    assert node.state() == before
