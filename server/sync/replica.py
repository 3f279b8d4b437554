"""Who this database is: programme, office, device and the incarnation it writes under."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from server.base.clock import Clock, system_clock
from server.base.errors import Refused
from server.base.i18n import _
from server.sync import sql


@dataclass(frozen=True)
class Identity:
    """Ids of programme, office and device; `incarnation` is 32 hex digits."""

    programme: str
    office: str
    device: str
    incarnation: str
    hq: bool


def initialise(
    connection: sa.Connection,
    *,
    programme: str,
    office: str,
    device: str,
    hq: bool = False,
    incarnation: str | None = None,
    clock: Clock = system_clock,
) -> Identity:
    """Give an empty database its identity. Raises Refused (`replica_set_up`) when it has one."""
    if identity(connection) is not None:
        raise Refused(_("This data folder is set up already. Choose an empty folder."), "replica_set_up")
    name = incarnation or secrets.token_hex(16)
    values = (1, programme, office, device, name, int(hq), 0)
    sql.run(connection, "INSERT INTO sync_replica VALUES(?,?,?,?,?,?,?)", values)
    _note_incarnation(connection, name, device, office, clock)
    audit(connection, "initialise", {"incarnation": name}, clock)
    return Identity(programme, office, device, name, hq)


def identity(connection: sa.Connection) -> Identity | None:
    """The identity, or None before `initialise`."""
    query = "SELECT programme, office, device, incarnation, hq FROM sync_replica WHERE n = 1"
    found = sql.rows(connection, query)
    if not found:
        return None
    programme, office, device, incarnation, hq = found[0]
    return Identity(programme, office, device, incarnation, bool(hq))


def require_identity(connection: sa.Connection) -> Identity:
    """The identity. Raises Refused (`replica_not_set_up`) before `initialise`."""
    found = identity(connection)
    if found is None:
        raise Refused(_("This data folder is not set up yet. Open a set-up dispatch first."), "replica_not_set_up")
    return found


def rotate(connection: sa.Connection, why: str, clock: Clock = system_clock) -> Identity:
    """Go on under a new incarnation, because another copy of this database may exist. Cheap, and loses nothing."""
    old = require_identity(connection)
    name = secrets.token_hex(16)
    sql.run(connection, "UPDATE sync_replica SET incarnation=? WHERE n=1", (name,))
    _note_incarnation(connection, name, old.device, old.office, clock)
    audit(connection, "rotate", {"from": old.incarnation, "to": name, "why": why}, clock)
    return Identity(old.programme, old.office, old.device, name, old.hq)


def own_incarnations(connection: sa.Connection) -> list[str]:
    """Every incarnation this database has had, in no particular order."""
    return [row[0] for row in sql.rows(connection, "SELECT id FROM sync_incarnation WHERE own = 1")]


def audit(connection: sa.Connection, what: str, info: object, clock: Clock = system_clock) -> None:
    """Keep a note of what happened. `info` is anything JSON can hold."""
    text = json.dumps(info, ensure_ascii=False, sort_keys=True)
    insert = "INSERT INTO sync_audit(at,what,info) VALUES(?,?,?)"
    sql.run(connection, insert, (clock().isoformat(), what, text))


def note_incarnation(
    connection: sa.Connection, name: str, device: str | None, office: str | None, clock: Clock = system_clock
) -> None:
    """Remember another replica's incarnation."""
    insert = "INSERT INTO sync_incarnation(id,device,office,own,at) VALUES(?,?,?,0,?) ON CONFLICT(id) DO NOTHING"
    sql.run(connection, insert, (name, device, office, clock().isoformat()))


def _note_incarnation(connection: sa.Connection, name: str, device: str, office: str, clock: Clock) -> None:
    insert = sql.upsert("sync_incarnation", ("id",), ("device", "office", "own", "at"))
    sql.run(connection, insert, (name, device, office, 1, clock().isoformat()))
