"""An older Valise among the replicas of these tests: inside the block the code knows one table and one column less."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from types import MappingProxyType

from server.db.base import Base
from server.db.session import write_session
from server.sync import capture, rebuild, shape, triggers
from tests.sync.replicas import Node, make_node

#: what the older version of these tests does not know yet
LATER_TABLE, LATER_FIELD = "lesson", ("activity", "place")
_REAL = shape.shape


@cache
def _less() -> Mapping[str, shape.TableShape]:
    tables = dict(_REAL())
    table, column = LATER_FIELD
    del tables[LATER_TABLE]
    kept = tuple(name for name in tables[table].columns if name != column)
    tables[table] = shape.TableShape(table, tables[table].scope, kept, frozenset(kept))
    return MappingProxyType(tables)


@contextmanager
def older_code() -> Iterator[None]:
    """Every module that asks for the shape of tables gets that of the older version."""
    asking = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("server.") and module is not shape and vars(module).get("shape") is _REAL
    ]
    for module in asking:
        module.shape = _less  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for module in asking:
            module.shape = _REAL  # type: ignore[attr-defined]


def make_older(name: str = "older", office: str = "office-a") -> Node:
    """A replica of the older version: it has neither table nor column, and no trigger on them."""
    node = make_node(name, office=office)
    with older_code():
        node.sql(f"DROP TABLE {LATER_TABLE}")
        with node.engine.begin() as connection:
            triggers.install(connection)
    return node


def upgrade(node: Node) -> tuple[str, ...]:
    """The older replica becomes one of this version, as the next start does it. Returns the tables made anew."""
    with write_session(node.engine, node.author) as session:
        session.info["clock"] = node.clock
        connection = session.connection()
        Base.metadata.create_all(connection)
        triggers.install(connection)
        capture.repair(session, node.clock)
        return rebuild.materialise_unknown(connection)
