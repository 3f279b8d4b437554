"""Files that came, as they lie in the folder: kept by hash before they are opened, and what stays of each.

What is imported or waits lies in the inbox. Of refused files the newest small ones are kept aside, so that they can be
tried again when headquarters' list or this Valise knows more; a large one is asked for again, and its row tells.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from server.base.errors import NotFound, Refused
from server.base.i18n import _
from server.base.paths import DataDir, write_atomically
from server.base.text import one_line
from server.db.session import Author, read_session, write_session
from server.services.folder import Folder
from server.sync import inbox, replica
from server.sync.inbox import Arrival
from server.sync.manifest import Manifest

#: of refused files so many bytes each, and so many of them, are kept
REFUSED_BYTES, REFUSED_FILES = 5_000_000, 20
#: a file that is too large to be read is hashed up to so many bytes
_HASHED = 512 << 20
#: codes that say: a newer Valise wrote this
NEWER = ("payload_newer", "envelope_newer", "changeset_newer")
#: longest name and title of a stranger's that a row keeps
_LONGEST = 200
#: states that a person may take off the list, and those that may be tried by hand
DROPPABLE = (inbox.PARKED, inbox.REFUSED, inbox.RECEIVED)
TRIABLE = (inbox.PARKED, inbox.REFUSED, inbox.RECEIVED, inbox.UNDONE)


@dataclass(frozen=True)
class Came:
    """A file's bytes with their hash (hex), its name, and what was known of it before."""

    sha256: str
    name: str
    data: bytes
    before: Arrival | None


def importer(folder: Folder) -> Author:
    """Who writes when a file is taken in: nobody in person."""
    return Author("", folder.identity.office, folder.identity.hq)


def known(folder: Folder, sha256: str) -> Arrival | None:
    """What is known of a file."""
    with read_session(folder.engine) as session:
        return inbox.arrival(session.connection(), sha256)


def found(folder: Folder, sha256: str) -> Arrival:
    """What is known of a file. Errors: NotFound."""
    one = known(folder, sha256)
    if one is None:
        raise NotFound(_("This file never came here: choose one from the list of what was received."))
    return one


def keep(folder: Folder, name: str, data: bytes) -> Came:
    """Keep a file by its hash and note that it came, before anything reads it."""
    sha256 = hashlib.sha256(data).hexdigest()
    before = known(folder, sha256)
    copy = folder.data.inbox / f"{sha256}.pdf"
    if not copy.is_file():
        write_atomically(copy, data)
    try:
        with write_session(folder.engine, importer(folder)) as session:
            inbox.receive(session.connection(), sha256, _shown(name), folder.clock, size=len(data))
            if before is not None:
                inbox.came_again(session.connection(), sha256, folder.clock)
    except BaseException:
        if before is None:
            copy.unlink(missing_ok=True)
        raise
    return Came(sha256, name, data, before)


def take_back(folder: Folder, came: Came) -> None:
    """As if the file had not come: its import was stopped, or the disk refused. What was known of it before stays."""
    if came.before is None:
        # the disk may still be full; then the row stays, and the file is tried again at the next opening
        with suppress(sa.exc.OperationalError), write_session(folder.engine, importer(folder)) as session:
            inbox.unread(session.connection(), came.sha256)
    now = known(folder, came.sha256)
    if now is None or now.state in (inbox.REFUSED, inbox.DROPPED):
        (folder.data.inbox / f"{came.sha256}.pdf").unlink(missing_ok=True)


def refuse(
    folder: Folder,
    came: Came,
    refused: Refused,
    signer: str = "",
    manifest: Manifest | None = None,
    *,
    newer: bool = False,
) -> None:
    """Note why a file was refused, with the signer and the cover as far as they could be read.

    One that waits or was undone stays what it is, and says why it cannot go in now. What a `newer` Valise wrote for us
    waits too: it is tried again at every opening, and goes in after the update.
    """
    state = came.before.state if came.before else ""
    stays = state if state in (inbox.PARKED, inbox.UNDONE) else inbox.REFUSED
    if newer and stays == inbox.REFUSED:
        stays = inbox.PARKED
    with write_session(folder.engine, importer(folder)) as session:
        inbox.settle(
            session.connection(), came.sha256, stays, manifest=manifest, reason=refused.code, note=refused.message,
            signer=_shown(signer) or None, waits=came.before.waits if came.before else (), clock=folder.clock,
        )  # fmt: skip
    if stays == inbox.REFUSED:
        _set_aside(folder.data, came)


def refuse_unread(folder: Folder, path: Path, refused: Refused) -> None:
    """Note a file that could not be read at all, or only in part: there is a name, and no content."""
    sha256, size = _what_can_be_told(path)
    before = known(folder, sha256)
    with write_session(folder.engine, importer(folder)) as session:
        connection = session.connection()
        inbox.receive(connection, sha256, _shown(path.name), folder.clock, size=size)
        if before is not None:
            inbox.came_again(connection, sha256, folder.clock)
        inbox.settle(connection, sha256, inbox.REFUSED, reason=refused.code, note=refused.message, clock=folder.clock)


def _what_can_be_told(path: Path) -> tuple[str, int | None]:
    """(hash, bytes) of a file that is not read; a made-up hash of its name when its content cannot be had."""
    with suppress(OSError):
        size = path.stat().st_size
        if size <= _HASHED:
            with path.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest(), size
    return "unread-" + hashlib.sha256(path.name.encode("utf-8", "replace")).hexdigest()[:56], None


def bytes_of(data: DataDir, sha256: str) -> Path | None:
    """Where the bytes of a file that came lie; None when they were not kept."""
    for path in (data.inbox / f"{sha256}.pdf", data.refused / f"{sha256}.pdf"):
        if path.is_file():
            return path
    return None


def drop(folder: Folder, sha256: str) -> Arrival:
    """Take a refused or waiting file off the list. Its bytes go; its row and a note stay. Errors: NotFound, Refused."""
    one = found(folder, sha256)
    if one.state not in DROPPABLE:
        raise Refused(_("Only a file that was refused or waits can be taken off the list."), "not_droppable")
    person = folder.author().person
    with write_session(folder.engine, importer(folder)) as session:
        connection = session.connection()
        inbox.settle(connection, sha256, inbox.DROPPED, reason=one.reason, note=one.note, clock=folder.clock)
        told = {"file": one.file_name, "sha256": sha256, "was": one.state, "reason": one.reason, "person": person}
        replica.audit(connection, "drop", told, folder.clock)
    path = bytes_of(folder.data, sha256)
    if path is not None:
        path.unlink(missing_ok=True)
    return one


def _set_aside(data: DataDir, came: Came) -> None:
    """Move a refused file out of the inbox; the newest small ones stay."""
    came_to = data.inbox / f"{came.sha256}.pdf"
    if len(came.data) <= REFUSED_BYTES:
        data.refused.mkdir(parents=True, exist_ok=True)
        came_to.replace(data.refused / came_to.name)
    else:
        came_to.unlink(missing_ok=True)
    newest_first = sorted(data.refused.glob("*.pdf"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for old in newest_first[REFUSED_FILES:]:
        old.unlink(missing_ok=True)


def _shown(text: str) -> str:
    return one_line(text)[:_LONGEST]
