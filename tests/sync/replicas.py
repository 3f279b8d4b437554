"""A small world for the tests of this folder: replicas in memory that edit records and mail each other payloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any

import sqlalchemy as sa

from server.base.errors import Refused
from server.db.base import Base
from server.db.session import Author, UnitSession, prepare, write_session
from server.services import kinds
from server.sync import capture, dump, heads, inbox, replica, tips
from server.sync.apply import Applied, apply_changesets
from server.sync.canonical import Changeset
from server.sync.manifest import Manifest
from server.sync.payload import read_manifest, read_payload, write_payload
from server.sync.scope import Allowed

#: importing these declares every table there is
DECLARED = kinds
capture.attach(UnitSession)
_dispatches = count(1)

Values = Mapping[str, Any]


def moment(seconds: int = 1_700_000_000) -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: datetime.fromtimestamp(seconds, UTC)


@dataclass
class Node:
    """One replica. `office` is an office's id; `hq` says whether it is headquarters."""

    engine: sa.Engine
    office: str
    hq: bool
    clock: Callable[[], datetime]
    allowed: Allowed | None = None

    @property
    def author(self) -> Author:
        return Author(f"Officer of {self.office}", self.office, self.hq)

    @property
    def incarnation(self) -> str:
        with self.engine.connect() as connection:
            return replica.require_identity(connection).incarnation

    def put(self, table: str, row: str, values: Values, seen: Mapping[str, Sequence[str]] | None = None) -> list[str]:
        """One save: create the record or change it. Returns the ids of the changesets made."""
        with write_session(self.engine, self.author) as session:
            session.info["clock"] = self.clock
            if seen is not None:
                session.info["seen"] = {(table, row): seen}
            connection = session.connection()
            there = connection.execute(sa.text(f"SELECT 1 FROM {table} WHERE id=:id"), {"id": row}).first()
            if there:
                setting = ", ".join(f"{name}=:{name}" for name in values)
                connection.execute(sa.text(f"UPDATE {table} SET {setting} WHERE id=:id"), {**values, "id": row})
            else:
                full = {"office": self.office, "deleted": 0, **values, "id": row}
                names, marks = ",".join(full), ",".join(f":{name}" for name in full)
                connection.execute(sa.text(f"INSERT INTO {table}({names}) VALUES({marks})"), full)
            session.commit()
            return list(session.info["captured"])

    def delete(self, table: str, row: str, seen: Mapping[str, Sequence[str]] | None = None) -> list[str]:
        return self.put(table, row, {"deleted": 1}, seen)

    def resolve(self, table: str, row: str, values: Values) -> list[str]:
        with write_session(self.engine, self.author) as session:
            session.info["clock"] = self.clock
            capture.resolve(session, table, row, values)
            session.commit()
            return list(session.info["captured"])

    def sql(self, statement: str, values: Sequence[object] = ()) -> None:
        """What another program does to the file: no session of ours."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql(statement, tuple(values))

    def repair(self) -> list[Changeset]:
        with write_session(self.engine, self.author) as session:
            return list(capture.repair(session, self.clock).changesets)

    def row(self, table: str, row: str) -> dict[str, Any]:
        with self.engine.connect() as connection:
            found = connection.execute(sa.text(f"SELECT * FROM {table} WHERE id=:id"), {"id": row}).mappings().first()
            return dict(found) if found else {}

    def displayed(self, table: str, row: str) -> dict[str, list[str]]:
        with self.engine.connect() as connection:
            return heads.displayed(connection, table, row)

    def issues(self, *kinds: str) -> list[tuple[str, str, str, str]]:
        with self.engine.connect() as connection:
            return [(i.kind, i.table, i.row, i.field) for i in heads.issues(connection, kinds)]

    def opponents(self, kind: str) -> list[Any]:
        with self.engine.connect() as connection:
            (issue,) = heads.issues(connection, (kind,))
            return [contender.value for contender in heads.opponents(connection, issue)]

    def state(self) -> bytes:
        with self.engine.connect() as connection:
            return dump.canonical_state(connection)

    def raws(self) -> list[bytes]:
        with self.engine.connect() as connection:
            return tips.delta(connection, None)

    def tips(self) -> dict[str, list[tuple[int, str]]]:
        with self.engine.connect() as connection:
            return tips.tips(connection)

    def acknowledged(self, other: Node) -> tips.Tips | None:
        incarnation = other.incarnation
        with self.engine.connect() as connection:
            return tips.acknowledged(connection, incarnation)

    def apply(self, raws: Sequence[bytes | Changeset]) -> Applied:
        with self.engine.begin() as connection:
            return apply_changesets(connection, raws, **({"allowed": self.allowed} if self.allowed else {}))

    def close(self) -> None:
        self.engine.dispose()

    def rotate(self) -> None:
        with self.engine.begin() as connection:
            replica.rotate(connection, "test")

    def send(self, to: Node, *, full: bool = False) -> bytes:
        """A payload with all that `to` has not acknowledged under the incarnation we know it by."""
        return self.send_to(to.incarnation, full=full)

    def send_to(self, incarnation: str | None, *, full: bool = False) -> bytes:
        with self.engine.begin() as connection:
            base = None if full else tips.acknowledged(connection, incarnation)
            own = replica.require_identity(connection)
            number, serial = inbox.next_numbers(connection, own.incarnation, incarnation or "")
            manifest = Manifest(
                dispatch=f"{next(_dispatches):032x}", programme=own.programme, kind="exchange",
                from_office=own.office, from_device=own.device, from_incarnation=own.incarnation, number=number,
                serial=serial, to_office=incarnation or "", to_incarnation=incarnation, base=base or {},
                tips=tips.tips(connection),
            )  # fmt: skip
            place = tips.placer(connection, manifest.base)
            data = write_payload(manifest, tips.delta(connection, base), place=place)
            inbox.depart(connection, manifest, file_name=None, sha256="", size=len(data))
            return data

    def receive(self, data: bytes) -> str:
        """As the service does it: "applied", "waits" (nothing done), in one transaction."""
        manifest = read_manifest(data)
        with self.engine.begin() as connection:
            payload = read_payload(data, find=tips.finder(connection, manifest.base))
            if payload.waits_for or tips.unknown(connection, manifest.base):
                return self._wait(connection, manifest)
            applied = apply_changesets(
                connection, payload.changes, **({"allowed": self.allowed} if self.allowed else {})
            )
            if applied.missing:
                return self._wait(connection, manifest)
            self._acknowledge(connection, manifest)
            return "applied"

    def _wait(self, connection: sa.Connection, manifest: Manifest) -> str:
        if manifest.to_incarnation == replica.require_identity(connection).incarnation:
            replica.rotate(connection, "base unknown to its addressee")
        return "waits"

    def _acknowledge(self, connection: sa.Connection, manifest: Manifest) -> None:
        own = replica.require_identity(connection)
        if manifest.from_incarnation != own.incarnation:
            tips.acknowledge(connection, manifest.from_incarnation, manifest.serial, manifest.tips)


def _memory() -> sa.Engine:
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool, connect_args={"check_same_thread": False})
    prepare(engine)
    return engine


@cache
def _template() -> sa.Engine:
    """An empty database with all tables and triggers, made once: the others are copies of it."""
    engine = _memory()
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        capture.install(connection)
    return engine


def _copy(source: sa.Engine) -> sa.Engine:
    engine = _memory()
    there, here = source.raw_connection(), engine.raw_connection()
    there.driver_connection.backup(here.driver_connection)  # type: ignore[union-attr]
    there.close()
    here.close()
    return engine


def make_node(
    name: str, *, office: str = "office-a", hq: bool = False, clock: Callable[[], datetime] | None = None
) -> Node:
    """A replica with all tables, triggers and an identity."""
    engine = _copy(_template())
    with engine.begin() as connection:
        replica.initialise(connection, programme="programme", office=office, device=f"device-{name}", hq=hq)
    return Node(engine, office, hq, clock or moment())


def copy_of(node: Node) -> Node:
    """A clone of a replica's disk: same incarnation, same everything."""
    engine = _copy(node.engine)
    return Node(engine, node.office, node.hq, node.clock, node.allowed)


def refusal(do: Callable[..., object], *arguments: object) -> str:
    """The code with which `do` refuses its arguments, or nothing; any other error comes through."""
    try:
        do(*arguments)
    except Refused as refused:
        return refused.code
    return ""


def exchange(*nodes: Node, rounds: int = 3) -> None:
    """Everybody mails everybody, nothing is lost."""
    for _ in range(rounds):
        for one in nodes:
            for other in nodes:
                if one is not other:
                    other.receive(one.send(other))
