"""What no import can be refused for and people should see: references without a record, rings, codes used twice.

All of it is read from the rows when it is asked for, so that it follows from the set of changes as the rows do. Nothing
is written, at no merge: a person mends it with a save like any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from server.base.trees import rings
from server.db.base import reference_columns, synced_models
from server.sync import sql
from server.sync.project import Issue

#: kinds of issues that this module and `server.sync.approvals` find
FOUND = ("soft", "dangling", "cycle", "unique", "clock")
_VISIBLE = "coalesce(deleted, 0) = 0"


def dangling(connection: sa.Connection) -> list[Issue]:
    """References of visible records to one that is not here or was deleted, sorted.

    `info`: {"missing": [ids], "deleted": [ids], "of": table they should be in}. The value itself stays as it is.
    """
    found = []
    for table, model in synced_models().items():
        for column, target, several in reference_columns(model.__table__):
            absent = _absent(connection, table, column, target, several)
            for value, (missing, deleted) in absent.items():
                info = _json({"missing": missing, "deleted": deleted, "of": target})
                rows = _with(connection, table, [column], [value])
                found += [Issue("dangling", table, row, column, info) for row in rows]
    return _sorted(found)


def cycles(connection: sa.Connection, trees: Mapping[str, str]) -> list[Issue]:
    """Rings among visible records that name the one they are part of; `trees` is {table: field}. Sorted.

    `info`: {"members": ids from the one that is shown on its own, each part of the next}. One issue a ring.
    """
    found = []
    for table, field in trees.items():
        query = (
            f"SELECT id, {sql.quoted(field)} FROM {sql.quoted(table)}"  # noqa: S608 - quoted
            f" WHERE {_VISIBLE} AND {sql.quoted(field)} IS NOT NULL"
        )
        parents = {row[0]: row[1] for row in sql.rows(connection, query)}
        found += [Issue("cycle", table, ring[0], field, _json({"members": list(ring)})) for ring in rings(parents)]
    return _sorted(found)


def duplicates(connection: sa.Connection, unique: Mapping[str, Sequence[str]]) -> list[Issue]:
    """Visible records that have the same values in fields that belong to one only; `unique` is {table: fields}. Sorted.

    `info`: {"rows": ids, the oldest first, "values": [the values]}. One issue for each group, named after its oldest.
    """
    found = []
    for table, fields in unique.items():
        columns = ",".join(sql.quoted(field) for field in fields)
        query = (
            f"SELECT {columns} FROM {sql.quoted(table)} WHERE {_VISIBLE}"  # noqa: S608 - quoted
            f" AND {sql.quoted(fields[0])} IS NOT NULL GROUP BY {columns} HAVING count(*) > 1"
        )
        for values in sql.tolerant_rows(connection, query):
            if values[0] == "":
                continue
            rows = _with(connection, table, fields, values)
            info = _json({"rows": rows, "values": list(values)})
            found.append(Issue("unique", table, rows[0], fields[-1], info))
    return _sorted(found)


def doubtful_clocks(connection: sa.Connection) -> list[Issue]:
    """Authors whose laptop's clock could not be right when they saved, sorted.

    `row` is the device, `field` the person; `info`: {"office", "changes": how many, "earliest", "latest": claimed times
    in seconds since 1970 UTC}. The changes count like any other: no order comes from clocks.
    """
    query = (
        "SELECT g.device, g.person, g.office, count(*), min(c.claimed), max(c.claimed) FROM sync_changeset c"
        " JOIN sync_signer g ON g.n = c.signer WHERE c.doubt = 1 GROUP BY g.device, g.person, g.office"
    )
    return _sorted(
        Issue("clock", "device", device, person, _json(
            {"office": office, "changes": count, "earliest": earliest, "latest": latest}))
        for device, person, office, count, earliest, latest in sql.rows(connection, query)
    )  # fmt: skip


def _absent(
    connection: sa.Connection, table: str, column: str, target: str, several: bool
) -> dict[str, tuple[list[str], list[str]]]:
    """Stored value -> (ids that are not here, ids of deleted records), of values with such ids."""
    if several:
        return _absent_among(connection, table, column, target)
    name, there = sql.quoted(column), sql.quoted(target)
    query = (
        f"SELECT t.value, r.id FROM (SELECT DISTINCT {name} AS value FROM {sql.quoted(table)}"  # noqa: S608
        f" WHERE {name} > '') t LEFT JOIN {there} r ON r.id = t.value"
        f" WHERE r.id IS NULL OR coalesce(r.deleted, 0) <> 0"
    )
    return {
        value: ([value], []) if row is None else ([], [value]) for value, row in sql.rows(connection, query)
    }


def _absent_among(
    connection: sa.Connection, table: str, column: str, target: str
) -> dict[str, tuple[list[str], list[str]]]:
    """The same for a column that holds several ids."""
    name = sql.quoted(column)
    query = f"SELECT DISTINCT {name} FROM {sql.quoted(table)} WHERE {name} IS NOT NULL AND {name} <> ''"  # noqa: S608
    values = [str(value) for (value,) in sql.rows(connection, query)]
    if not values:
        return {}
    known = dict(sql.rows(connection, f"SELECT id, coalesce(deleted, 0) FROM {sql.quoted(target)}"))  # noqa: S608
    found = {}
    for value in values:
        ids = value.split()
        missing, deleted = [i for i in ids if i not in known], [i for i in ids if known.get(i)]
        if missing or deleted:
            found[value] = (missing, deleted)
    return found


def _with(connection: sa.Connection, table: str, fields: Sequence[str], values: Sequence[Any]) -> list[str]:
    """Ids of the visible records with these values, the oldest first."""
    given = [(sql.quoted(field), value) for field, value in zip(fields, values, strict=True)]
    where = " AND ".join(f"{name} IS NULL" if value is None else f"{name} = ?" for name, value in given)
    query = f"SELECT id FROM {sql.quoted(table)} WHERE {_VISIBLE} AND {where} ORDER BY id"  # noqa: S608 - quoted
    return [row for (row,) in sql.rows(connection, query, [value for _name, value in given if value is not None])]


def _sorted(issues: Iterable[Issue]) -> list[Issue]:
    return sorted(issues, key=lambda issue: (issue.table, issue.row, issue.field))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
