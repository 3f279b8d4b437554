"""The canonical state: every record, head and issue, sorted and without anything local. Equal sets of changes give
equal bytes."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from server.sync import merge, sql
from server.sync.shape import shape


def canonical_state(connection: sa.Connection) -> bytes:
    """JSON lines in UTF-8: {"changes"…}, then records, heads and issues, each sorted."""
    return b"".join(line + b"\n" for line in state_lines(connection))


def state_lines(connection: sa.Connection) -> Iterator[bytes]:
    """The lines of `canonical_state`, one at a time."""
    yield _line({"changes": _changes(connection)})
    yield from _records(connection)
    yield from _heads(connection)
    query = "SELECT kind,tbl,row,field,info FROM sync_issue ORDER BY tbl,row,field,kind"
    for kind, table, row, field, info in sql.rows(connection, query):
        yield _line({"issue": kind, "table": table, "row": row, "field": field, "info": json.loads(info)})


def _changes(connection: sa.Connection) -> dict[str, Any]:
    """Number of changesets and the hash of their sorted ids."""
    digest = hashlib.sha256()
    number = 0
    for (changeset,) in sql.rows(connection, "SELECT id FROM sync_changeset ORDER BY id"):
        digest.update(changeset)
        number += 1
    return {"number": number, "sha256": digest.hexdigest()}


def _records(connection: sa.Connection) -> Iterator[bytes]:
    for table in shape().values():
        columns = ",".join(sql.quoted(c) for c in table.columns)
        query = f"SELECT id,{columns} FROM {sql.quoted(table.name)} ORDER BY id"  # noqa: S608 - names are quoted
        for row, *values in sql.tolerant_rows(connection, query):
            yield _line({"table": table.name, "id": row, **_shown(zip(table.columns, values, strict=True))})


def _shown(values: Iterator[tuple[str, Any]]) -> dict[str, Any]:
    """The fields that hold something; none of the empty ones."""
    return {name: value for name, value in values if value is not None and (name != "deleted" or value)}


def _heads(connection: sa.Connection) -> Iterator[bytes]:
    ids = {n: bytes(i).hex() for n, i in sql.rows(connection, "SELECT n,id FROM sync_changeset")}
    names: dict[str, list[tuple[str, int]]] = {}
    for table, name, bit in sql.rows(connection, "SELECT tbl,name,bit FROM sync_field ORDER BY tbl,name"):
        names.setdefault(table, []).append((name, bit))
    for table, row, stored in sql.rows(connection, "SELECT tbl,row,heads FROM sync_row ORDER BY tbl,row"):
        heads = merge.parse(stored)
        by_field = {name: sorted(ids[n] for n in merge.holders(heads, bit)) for name, bit in names[table]}
        yield _line({"heads": table, "row": row, "fields": {name: of for name, of in by_field.items() if of}})


def _line(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_odd)
    return text.encode("utf-8", "backslashreplace")


def _odd(value: Any) -> Any:
    """Values of unknown types that another program put into a column."""
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else str(value)
