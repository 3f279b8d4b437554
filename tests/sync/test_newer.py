"""Fields and tables of a newer Valise survive an older one, and show after its upgrade."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import MappingProxyType

import pytest

from server.db.session import write_session
from server.sync import apply as applying
from server.sync import differences, dump, project, rebuild, shape, triggers
from tests.sync.replicas import Node, exchange, make_node

#: what the older version of these tests does not know yet
LATER_TABLE, LATER_FIELD = "lesson", ("activity", "place")


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> Callable[[], object]:
    """A block in which the code knows one table and one column less."""

    @contextmanager
    def block() -> Iterator[None]:
        tables = dict(shape.shape())
        table, column = LATER_FIELD
        del tables[LATER_TABLE]
        kept = tuple(name for name in tables[table].columns if name != column)
        tables[table] = shape.TableShape(table, tables[table].scope, kept, frozenset(kept))
        with monkeypatch.context() as patch:
            for module in (applying, differences, dump, project, rebuild, triggers):
                patch.setattr(module, "shape", lambda: MappingProxyType(tables))
            yield

    return block


def make_older(older: Callable[[], object]) -> Node:
    """A replica of the older version: it has neither table nor column."""
    node = make_node("older")
    with older():  # type: ignore[attr-defined]
        node.sql(f"DROP TABLE {LATER_TABLE}")
        with node.engine.begin() as connection:
            triggers.install(connection)
    return node


def test_unknown_survives_an_older_replica_and_shows_after_its_upgrade(older: Callable[[], object]) -> None:
    newer, third = make_node("newer"), make_node("third")
    old = make_older(older)
    newer.put("activity", "a", {"title": "Launch", "place": "Bishkek"})
    newer.put("lesson", "l", {"text": "Start earlier"})
    with older():  # type: ignore[attr-defined]
        old.receive(newer.send_to(None))
        assert old.row("activity", "a")["title"] == "Launch"
        assert old.row("activity", "a")["place"] is None
        old.put("activity", "a", {"title": "Launch event"})
        relayed = old.send_to(None)
    third.receive(relayed)
    assert third.row("activity", "a")["place"] == "Bishkek"
    assert third.row("activity", "a")["title"] == "Launch event"
    assert third.row("lesson", "l")["text"] == "Start earlier"
    upgrade(old)
    assert old.state() == third.state()


def upgrade(node: Node) -> None:
    """The older replica becomes one of this version."""
    from server.db.base import Base

    with write_session(node.engine, node.author) as session:
        connection = session.connection()
        Base.metadata.create_all(connection)
        triggers.install(connection)
        assert rebuild.materialise_unknown(connection) == ("activity", LATER_TABLE)
        assert rebuild.materialise_unknown(connection) == ()


def test_conflicts_in_unknown_fields_are_told_alike(older: Callable[[], object]) -> None:
    one, two = make_node("one"), make_node("two")
    one.put("activity", "a", {"title": "Launch", "place": "Tunis"})
    exchange(one, two)
    one.put("activity", "a", {"place": "Sfax"})
    two.put("activity", "a", {"place": "Sousse"})
    old = make_older(older)
    with older():  # type: ignore[attr-defined]
        old.receive(one.send_to(None))
        old.receive(two.send_to(None))
        assert old.issues() == [("value", "activity", "a", "place")]
    exchange(one, two)
    upgrade_without_lessons(old)
    assert old.state() == one.state()


def upgrade_without_lessons(node: Node) -> None:
    from server.db.base import Base

    with write_session(node.engine, node.author) as session:
        connection = session.connection()
        Base.metadata.create_all(connection)
        triggers.install(connection)
        assert rebuild.materialise_unknown(connection) == ("activity",)
