"""What replicas are asked in tests of open questions, and that they answer alike."""

from __future__ import annotations

from server.domain.integrity import TREES, UNIQUE
from server.sync import approvals, integrity
from server.sync.project import Issue
from tests.sync.replicas import Node, exchange


def told(node: Node) -> list[Issue]:
    """Every issue that is read from the rows."""
    with node.engine.connect() as connection:
        return [
            *approvals.soft(connection),
            *integrity.dangling(connection),
            *integrity.cycles(connection, TREES),
            *integrity.duplicates(connection, UNIQUE),
            *integrity.doubtful_clocks(connection),
        ]


def agreed(*nodes: Node) -> None:
    """After a lossless exchange records and issues are the same, and no replica made a change of its own for it."""
    exchange(*nodes)
    made = {node.state() for node in nodes}
    assert len(made) == 1
    assert len({tuple((i.kind, i.table, i.row, i.field, i.info) for i in told(node)) for node in nodes}) == 1
    exchange(*nodes, rounds=1)
    assert {node.state() for node in nodes} == made
