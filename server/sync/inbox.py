"""Dispatches that came and went: what became of each, what waits for what, and who was sent what.

Every file that ever came has a row, whatever became of it; the rows and the audit trail outlive an undone import.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from server.base.clock import Clock, system_clock
from server.sync import sql
from server.sync.manifest import Manifest
from server.sync.tips import Peer, Tips, as_json, from_json

#: States of a dispatch that came.
RECEIVED, IMPORTED, PARKED, REFUSED = "received", "imported", "parked", "refused"
UNDONE, DROPPED = "undone", "dropped"
#: The reason of one that was tried again at an opening: not at the next one, until a person says so.
TRIED = "tried"
#: States of a dispatch that was made.
SENT, ACKNOWLEDGED = "sent", "acknowledged"
_IN = (
    "n,sha256,state,dispatch,kind,office,incarnation,number,part,parts,file_name,reason,note,first,last,at,changed,"
    "size,signer,changes,records,again,again_at,snapshot,waits"
)
_OUT = (
    "n,dispatch,incarnation,serial,number,part,parts,to_office,to_incarnation,kind,period,tips,state,file_name,sha256,"
    "size,at,acknowledged,handed,changes"
)


@dataclass(frozen=True)
class Arrival:
    """A file that came. `reason` is a code, `note` the sentence; `first`, `last` are numbers of its changesets.

    `size` in bytes; `signer` as its certificate says it; `changes` it brought to so many `records`; `again` how often
    the same file came again, last at `again_at`; `snapshot` names the copy made before its import; `waits` the
    changesets (hex) that a parked one lacks.
    """

    n: int
    sha256: str
    state: str
    dispatch: str | None
    kind: str | None
    office: str | None
    incarnation: str | None
    number: int | None
    part: int | None
    parts: int | None
    file_name: str | None
    reason: str | None
    note: str | None
    first: int | None
    last: int | None
    at: str
    changed: str
    size: int | None
    signer: str | None
    changes: int | None
    records: int | None
    again: int
    again_at: str | None
    snapshot: str | None
    waits: tuple[str, ...]


@dataclass(frozen=True)
class Departure:
    """A dispatch that was made here. `tips` is what it brings its receiver up to; `size` in bytes; `handed` is when a
    person first took the file; `changes` it carries."""

    n: int
    dispatch: str
    incarnation: str
    serial: int
    number: int
    part: int
    parts: int
    to_office: str
    to_incarnation: str | None
    kind: str
    period: str | None
    tips: Tips
    state: str
    file_name: str | None
    sha256: str | None
    size: int | None
    at: str
    acknowledged: str | None
    handed: str | None
    changes: int | None


def receive(
    connection: sa.Connection,
    sha256: str,
    file_name: str | None,
    clock: Clock = system_clock,
    *,
    size: int | None = None,
) -> Arrival:
    """Note that a file came, before it is opened. The same file again gives what is known of it."""
    found = arrival(connection, sha256)
    if found is not None:
        return found
    now = clock().isoformat()
    insert = "INSERT INTO sync_inbox(sha256,state,file_name,at,changed,size) VALUES(?,?,?,?,?,?)"
    sql.run(connection, insert, (sha256, RECEIVED, file_name, now, now, size))
    made = arrival(connection, sha256)
    assert made is not None
    return made


def settle(
    connection: sa.Connection,
    sha256: str,
    state: str,
    *,
    manifest: Manifest | None = None,
    reason: str | None = None,
    note: str | None = None,
    first: int | None = None,
    last: int | None = None,
    signer: str | None = None,
    changes: int | None = None,
    records: int | None = None,
    snapshot: str | None = None,
    waits: Sequence[str] = (),
    clock: Clock = system_clock,
) -> None:
    """Say what became of a file, and from its manifest who it is from. What is not said of signer and counts stays."""
    update = (
        "UPDATE sync_inbox SET state=?, reason=?, note=?, first=?, last=?, snapshot=?, waits=?, changed=?,"
        " signer=coalesce(?,signer), changes=coalesce(?,changes), records=coalesce(?,records) WHERE sha256=?"
    )
    lacks = json.dumps(list(waits)) if waits else None
    now = clock().isoformat()
    told = (state, reason, note, first, last, snapshot, lacks, now, signer, changes, records, sha256)
    sql.run(connection, update, told)
    if manifest is not None:
        cover = (
            manifest.dispatch, manifest.kind, manifest.from_office, manifest.from_incarnation, manifest.number,
            manifest.part, manifest.parts, sha256,
        )  # fmt: skip
        columns = "dispatch=?, kind=?, office=?, incarnation=?, number=?, part=?, parts=?"
        sql.run(connection, f"UPDATE sync_inbox SET {columns} WHERE sha256=?", cover)  # noqa: S608 - constant


def arrival(connection: sa.Connection, sha256: str) -> Arrival | None:
    """What is known of a file, or None."""
    found = sql.rows(connection, f"SELECT {_IN} FROM sync_inbox WHERE sha256=?", (sha256,))  # noqa: S608 - constant
    return _arrival(found[0]) if found else None


def _arrival(row: Sequence[object]) -> Arrival:
    values = dict(zip(_IN.split(","), row, strict=True))
    lacks = json.loads(str(values["waits"])) if values["waits"] else ()
    return Arrival(**{**values, "again": values["again"] or 0, "waits": tuple(lacks)})  # type: ignore[arg-type]


def came_again(connection: sa.Connection, sha256: str, clock: Clock = system_clock) -> None:
    """Note that a file that is known came once more."""
    update = "UPDATE sync_inbox SET again=coalesce(again,0)+1, again_at=? WHERE sha256=?"
    sql.run(connection, update, (clock().isoformat(), sha256))


def try_once(connection: sa.Connection, sha256: str) -> None:
    """Note that a file that was never dealt with is tried now; one that was dealt with meanwhile stays what it is."""
    sql.run(connection, "UPDATE sync_inbox SET reason=? WHERE sha256=? AND state=?", (TRIED, sha256, RECEIVED))


def unread(connection: sa.Connection, sha256: str) -> None:
    """Take back that a file came: a person stopped its import, and everything is to be as before."""
    sql.run(connection, "DELETE FROM sync_inbox WHERE sha256=? AND state=?", (sha256, RECEIVED))


def arrivals(connection: sa.Connection, states: Sequence[str] = ()) -> tuple[Arrival, ...]:
    """What came, in order of arrival; of some states only when they are named. Parked ones are to be tried again."""
    query = f"SELECT {_IN} FROM sync_inbox ORDER BY n"  # noqa: S608 - constant
    found = (_arrival(row) for row in sql.rows(connection, query))
    return tuple(one for one in found if not states or one.state in states)


def heard(connection: sa.Connection) -> dict[str, tuple[int, int]]:
    """Incarnation -> places in the order of arrival of the first and the last of its dispatches that went in."""
    query = "SELECT incarnation, min(n), max(n) FROM sync_inbox WHERE state=? GROUP BY incarnation"
    return {name: (first, last) for name, first, last in sql.rows(connection, query, (IMPORTED,)) if name}


def missing_numbers(connection: sa.Connection) -> dict[str, tuple[int, ...]]:
    """Numbers of dispatches to us that never came, by incarnation of the sender: "dispatch 7 of Moldova is missing"."""
    query = "SELECT incarnation, number FROM sync_inbox WHERE number IS NOT NULL AND state NOT IN (?,?)"
    seen: dict[str, set[int]] = {}
    for incarnation, number in sql.rows(connection, query, (REFUSED, DROPPED)):
        seen.setdefault(incarnation, set()).add(number)
    gaps = {name: tuple(n for n in range(1, max(numbers)) if n not in numbers) for name, numbers in seen.items()}
    return {name: numbers for name, numbers in gaps.items() if numbers}


def next_numbers(connection: sa.Connection, incarnation: str, to_office: str) -> tuple[int, int]:
    """(number among our dispatches to that office, serial among all of our incarnation) of the next one."""
    query = "SELECT coalesce(max(number),0)+1 FROM sync_outbox WHERE incarnation=? AND to_office=?"
    number = sql.rows(connection, query, (incarnation, to_office))[0][0]
    query = "SELECT coalesce(max(serial),0)+1 FROM sync_outbox WHERE incarnation=?"
    return int(number), int(sql.rows(connection, query, (incarnation,))[0][0])


def depart(
    connection: sa.Connection,
    manifest: Manifest,
    *,
    file_name: str | None,
    sha256: str,
    size: int,
    clock: Clock = system_clock,
) -> None:
    """Note a dispatch that was made; `sha256` and `size` are those of its file. The manifest's tips must be those of
    the scopes that its receiver may have."""
    insert = (
        "INSERT INTO sync_outbox(dispatch,incarnation,serial,number,part,parts,to_office,to_incarnation,kind,period,"
        "tips,state,file_name,sha256,size,at,handed,changes) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
    )
    now = clock().isoformat()
    sql.run(connection, insert, (
        manifest.dispatch, manifest.from_incarnation, manifest.serial, manifest.number, manifest.part, manifest.parts,
        manifest.to_office or "", manifest.to_incarnation, manifest.kind, manifest.period, as_json(manifest.tips),
        SENT, file_name, sha256, size, now, now, manifest.counts.get("changesets"),
    ))  # fmt: skip


def lies_here(connection: sa.Connection, dispatch: str) -> None:
    """A dispatch was made into the outbox only: nobody took its files yet."""
    sql.run(connection, "UPDATE sync_outbox SET handed=NULL WHERE dispatch=?", (dispatch,))


def hand_over(connection: sa.Connection, sha256: str, clock: Clock = system_clock) -> None:
    """A person took a file of the outbox to mail or carry it; the first time counts."""
    sql.run(connection, "UPDATE sync_outbox SET handed=coalesce(handed,?) WHERE sha256=?",
            (clock().isoformat(), sha256))  # fmt: skip


def departures(connection: sa.Connection, states: Sequence[str] = ()) -> tuple[Departure, ...]:
    """What was made here, the latest first; of some states only when they are named."""
    query = f"SELECT {_OUT} FROM sync_outbox ORDER BY n DESC"  # noqa: S608 - constant
    found = (_departure(row) for row in sql.rows(connection, query))
    return tuple(one for one in found if not states or one.state in states)


def _departure(row: Sequence[object]) -> Departure:
    values = dict(zip(_OUT.split(","), row, strict=True))
    return Departure(**{**values, "tips": from_json(str(values["tips"]))})  # type: ignore[arg-type]


def note_acknowledgements(
    connection: sa.Connection, to_office: str, held: Tips, clock: Clock = system_clock
) -> tuple[str, ...]:
    """Mark dispatches to an office acknowledged whose changes it now says it holds. Returns their ids."""
    done = []
    for departure in departures(connection, (SENT,)):
        if departure.to_office == to_office and _covers(held, departure.tips):
            update = "UPDATE sync_outbox SET state=?, acknowledged=? WHERE n=?"
            sql.run(connection, update, (ACKNOWLEDGED, clock().isoformat(), departure.n))
            done.append(departure.dispatch)
    return tuple(dict.fromkeys(done))


def doubt_acknowledgements(connection: sa.Connection, peers: Sequence[Peer], sure: Collection[int]) -> None:
    """Back to sent with dispatches that no peer's word covers any more; `sure` are numbers of rows that are exempt."""
    for departure in departures(connection, (ACKNOWLEDGED,)):
        said = [peer.tips for peer in peers if peer.office == departure.to_office]
        if departure.n not in sure and not any(_covers(held, departure.tips) for held in said):
            update = "UPDATE sync_outbox SET state=?, acknowledged=NULL WHERE n=?"
            sql.run(connection, update, (SENT, departure.n))


def renumber(connection: sa.Connection, sha256: str, first: int, last: int) -> None:
    """The changesets of an import have other arrival numbers now."""
    sql.run(connection, "UPDATE sync_inbox SET first=?, last=? WHERE sha256=?", (first, last, sha256))


def _covers(held: Tips, brought: Tips) -> bool:
    """Whether a receiver that holds `held` has all that a dispatch brought it up to."""
    for key, ends in brought.items():
        most = max((seq for seq, _i in held.get(key, ())), default=0)
        if any(seq > most for seq, _i in ends):
            return False
    return True


def audit_trail(connection: sa.Connection, most: int = 200) -> tuple[tuple[str, str, object], ...]:
    """(ISO time, word, details) of what happened to this database, the latest first."""
    query = "SELECT at, what, info FROM sync_audit ORDER BY n DESC LIMIT ?"
    return tuple((at, what, json.loads(info)) for at, what, info in sql.rows(connection, query, (most,)))
