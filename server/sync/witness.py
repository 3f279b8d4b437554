"""A note outside the database and its backups of where our own streams ended: it betrays restored and copied databases.

A copy that went on writing under the same incarnation would give two changes the same place in a stream. Nothing would
be lost, but people would have to be told; a new incarnation at the first doubt avoids it and costs one row.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from server.base.clock import Clock, system_clock
from server.sync import replica, sql


@dataclass(frozen=True)
class Witness:
    """What the last commit knew. `ends` gives (seq, id in hex) of each own stream by scope."""

    incarnation: str
    ends: Mapping[str, tuple[int, str]]
    machine: str
    file: str


def check(path: Path, database: Path, connection: sa.Connection, clock: Clock = system_clock) -> str | None:
    """At every opening, in a writing transaction: go on under a new incarnation when the witness says that this
    database is not the one that wrote last. Returns why, or None. Call `write` after the commit.

    A fresh database without any change of its own needs no witness.
    """
    own = replica.identity(connection)
    if own is None:
        return None
    why = _doubt(read(path), present(database, connection), connection)
    if why is not None:
        replica.rotate(connection, why, clock)
    return why


def _doubt(last: Witness | None, now: Witness, connection: sa.Connection) -> str | None:
    if last is None:
        return "witness missing" if now.ends else None
    if last.incarnation != now.incarnation:
        return "database of another run"
    if last.machine != now.machine:
        return "another machine"
    if last.file != now.file:
        return "another file"
    for scope, (seq, changeset) in last.ends.items():
        if scope not in now.ends or now.ends[scope][0] < seq:
            return "database older than its witness"
        found = sql.rows(connection, "SELECT n FROM sync_changeset WHERE id=?", (bytes.fromhex(changeset),))
        if not found:
            return "database differs from its witness"
    return None


def present(database: Path, connection: sa.Connection) -> Witness:
    """What the witness should say of the database now."""
    own = replica.require_identity(connection)
    query = (
        "SELECT s.scope, t.seq, t.id FROM sync_tip t JOIN sync_stream s ON s.n = t.stream"
        " WHERE s.incarnation=? ORDER BY t.seq, t.id"
    )
    ends = {scope: (seq, tip.hex()) for scope, seq, tip in sql.rows(connection, query, (own.incarnation,))}
    return Witness(own.incarnation, ends, machine(own.incarnation), file_id(database))


def write(path: Path, database: Path, connection: sa.Connection) -> None:
    """Bring the witness up to date; after a commit."""
    _put(path, present(database, connection))


def read(path: Path) -> Witness | None:
    """The witness, or None when it is missing or not whole."""
    try:
        said = json.loads(path.read_text("utf-8"))
        ends = {scope: (int(seq), str(i)) for scope, (seq, i) in said["ends"].items()}
        return Witness(said["incarnation"], ends, said["machine"], said["file"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _put(path: Path, witness: Witness) -> None:
    """Replace the file at once. It is not forced to disk: an older witness never raises a false alarm."""
    said = {
        "incarnation": witness.incarnation,
        "ends": {scope: list(end) for scope, end in witness.ends.items()},
        "machine": witness.machine,
        "file": witness.file,
    }
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_text(json.dumps(said, sort_keys=True), "utf-8")
        temporary.replace(path)
    except OSError:
        # Without a witness the next opening rotates, which is safe; a save must not fail for it.
        temporary.unlink(missing_ok=True)


def attach(session_class: type[Session], path: Path, database: Path) -> None:
    """Bring the witness up to date after every commit of sessions of this class that wrote changes."""

    def after_commit(session: Session) -> None:
        made = session.info.pop("ends", None)
        if not made:
            return
        incarnation, ends = made
        last = read(path)
        before = last.ends if last and last.incarnation == incarnation else {}
        _put(path, Witness(incarnation, {**before, **ends}, machine(incarnation), file_id(database)))

    event.listen(session_class, "after_commit", after_commit)


def machine(salt: str) -> str:
    """A fingerprint of this computer that means nothing outside this database."""
    return hashlib.sha256(f"{salt}\n{_machine_id()}".encode()).hexdigest()[:32]


def _machine_id() -> str:
    for name in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        try:
            return Path(name).read_text("utf-8").strip()
        except OSError:
            continue
    return _windows_id() or f"{uuid.getnode():x}"


def _windows_id() -> str | None:
    """Windows' own id of the installation; None elsewhere."""
    if os.name != "nt":
        return None
    registry: Any = importlib.import_module("winreg")
    try:
        with registry.OpenKey(registry.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(registry.QueryValueEx(key, "MachineGuid")[0])
    except OSError:
        return None


def file_id(database: Path) -> str:
    """Which file this is on its disk: a copy of a folder on the same machine has another."""
    try:
        return f"{os.stat(database).st_ino:x}"  # noqa: PTH116 - works for paths of every kind
    except OSError:
        return ""
