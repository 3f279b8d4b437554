"""Undoing an import: what it brought goes, what stands on its own stays, and what was built upon it is told first.

The records return to the copy made just before the import. Changes that came or were made since and do not build on it
are put in again in the same transaction. What does build on it goes only when the person says so; a verified copy with
all of it is made first, and every file stays in the inbox, from where it can be imported again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from server.base.errors import NotFound, Refused
from server.base.i18n import _, n_
from server.db import backup
from server.db.session import UnitSession, read_session, write_session
from server.db.turnback import beside, turn_back
from server.domain.activities import search
from server.reports.carrier import open_sealed
from server.services import arrivals, losses, vouching
from server.services.folder import Folder
from server.services.losses import Plan, Since, among, can_be, copy_of
from server.sync import capture, inbox, keys, replica, sql, tips, witness
from server.sync.apply import apply_changesets
from server.sync.canonical import Changeset
from server.sync.inbox import Arrival
from server.sync.models import LostChange
from server.sync.triggers import muted

__all__ = ["Plan", "Undone", "can_be", "last", "named", "plan", "undo"]

#: what is this folder's own history, what lies on its disk, or what follows by itself: it does not turn back
_STAYS = frozenset({
    "alembic_version", "draft", "setting", "sync_acknowledgement", "sync_audit", "sync_blob", "sync_blob_asked",
    "sync_blob_sent", "sync_capture", "sync_inbox", "sync_incarnation", "sync_mute", "sync_outbox", "sync_replica",
    "sync_seal_key", "trust_device", "trust_invitation",
})  # fmt: skip


@dataclass(frozen=True)
class Undone:
    """An import that was undone: what went with it, the copy made before, and the sentence."""

    plan: Plan
    copy: Path | None
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**self.plan.as_dict(), "state": "undone", "backup": self.copy.name if self.copy else None,
                "message": self.sentence}  # fmt: skip


def plan(folder: Folder, sha256: str) -> Plan:
    """What undoing that import would mean; nothing is changed. Errors: NotFound, Refused (not_imported, no_copy)."""
    one = arrivals.found(folder, sha256)
    with beside(folder.engine, copy_of(folder, one)) as connection:
        since = losses.since(connection, one)
        return losses.planned(connection, one, since)


def undo(folder: Folder, sha256: str, *, anyway: bool = False) -> Undone:
    """Undo an import. When something was built upon it, only `anyway`.

    Errors: NotFound, Refused (not_imported, no_copy, built_upon, backup); then nothing was changed.
    """
    one = arrivals.found(folder, sha256)
    copy = copy_of(folder, one)
    person = folder.author().person
    with write_session(folder.engine, arrivals.importer(folder)) as session:
        capture.repair(session)  # what another program wrote is a change of ours, and must be seen as one
    with beside(folder.engine, copy, writing=True) as connection:
        since = losses.since(connection, one)
        planned = losses.planned(connection, one, since)
        _must_be_clean(planned, anyway)
        kept = backup.snapshot(folder.data, "undo", folder.clock())  # nobody else writes until the end
        _go_back(connection, folder, one, since, planned)
        told = {**planned.as_dict(), "imports": [late.sha256 for late in planned.imports], "person": person}
        replica.audit(connection, "undo", {**told, "backup": kept.name if kept else None}, folder.clock)
        if not planned.clean:
            replica.rotate(connection, "an import was undone with what was built upon it", folder.clock)
    with folder.engine.connect() as connection:
        witness.write(folder.data.witness, folder.data.database, connection)
    search.catch_up(folder.engine)
    return Undone(planned, kept, _sentence(one, planned, kept))


def last(folder: Folder) -> str:
    """The hash of the file that was imported last and can still be undone. Errors: NotFound."""
    with read_session(folder.engine) as session:
        done = [one for one in inbox.arrivals(session.connection(), (inbox.IMPORTED,)) if can_be(folder, one)]
    if not done:
        raise NotFound(_("There is no import that can be undone."))
    return max(done, key=lambda one: (one.last or 0, one.changed, one.n)).sha256


def named(folder: Folder, name: str) -> str:
    """The hash of the import that a person means: a file, its name, the beginning of its hash or of its dispatch's id.

    Errors: NotFound, Refused (ambiguous).
    """
    with read_session(folder.engine) as session:
        every = inbox.arrivals(session.connection())
    wanted, called = name.casefold(), Path(name).name.casefold()
    with suppress(OSError):
        wanted = hashlib.sha256(Path(name).read_bytes()).hexdigest()
    found = [one for one in every if one.sha256 == wanted]
    found = found or [one for one in every if (one.file_name or "").casefold() == called]
    if not found and len(wanted) >= 6:
        found = [one for one in every if one.sha256.startswith(wanted) or (one.dispatch or "").startswith(wanted)]
    imported = [one for one in found if one.state == inbox.IMPORTED] or found
    if not imported:
        raise NotFound(_("No file called “%(name)s” came here: see “valise audit”.", name=name))
    if len(imported) > 1:
        sentence = _("“%(name)s” names %(count)s files: give the beginning of a hash, see “valise audit”.",
                     name=name, count=len(imported))  # fmt: skip
        raise Refused(sentence, "ambiguous")
    return imported[0].sha256


def _must_be_clean(planned: Plan, anyway: bool) -> None:
    if not planned.clean and not anyway:
        sentence = _("Something was built upon this import, so that nothing was undone.")
        raise Refused(" ".join([sentence, *planned.lines()]), "built_upon")


def _go_back(connection: sa.Connection, folder: Folder, one: Arrival, since: Since, planned: Plan) -> None:
    """Turn back to the copy, put in what stays, and bring the notes of what came and went in line with it."""
    undone = (one, *planned.imports)
    signatures = tips.signatures(connection)
    with muted(connection):
        turn_back(connection, _STAYS)
    with _as_another(connection):
        _put_in(connection, [change for _n, change in since.stays])
    tips.keep_signatures(connection, signatures)
    _renumber(connection, since, undone)
    _forget_acquaintances(connection, folder, undone)
    _take_acknowledgements_back(connection, undone, since.later)
    waiting = _parked_before(connection)
    for gone in undone:
        waited = gone is not one and gone.sha256 in waiting
        inbox.settle(connection, gone.sha256, inbox.PARKED if waited else inbox.UNDONE, clock=folder.clock)


@contextmanager
def _as_another(connection: sa.Connection) -> Iterator[None]:
    """Inside the block this replica has no name, so that its own changes, put in again, are not taken for a copy's."""
    name = replica.require_identity(connection).incarnation
    update = "UPDATE sync_replica SET incarnation=? WHERE n=1"
    sql.run(connection, update, ("",))
    yield
    sql.run(connection, update, (name,))


def _put_in(connection: sa.Connection, changes: Sequence[Changeset]) -> None:
    session = UnitSession(connection, join_transaction_mode="rollback_only")
    lost = [bytes.fromhex(row.changeset or "") for row in session.query(LostChange) if not row.deleted]
    done = apply_changesets(connection, changes, allowed=vouching.authority(session), lost=lost)
    session.close()
    assert not done.missing, "what stays builds on nothing that goes"


def _renumber(connection: sa.Connection, since: Since, undone: Iterable[Arrival]) -> None:
    """Imports that stay were put in under new numbers."""
    gone = {one.sha256 for one in undone}
    for late in since.later:
        ids = [change.id for n, change in since.stays if among(late, n)]
        if late.sha256 not in gone and ids:
            numbers = [n for (n,) in sql.rows_in(connection, "SELECT n FROM sync_changeset WHERE id IN (%s)", ids)]
            inbox.renumber(connection, late.sha256, min(numbers), max(numbers))


def _forget_acquaintances(connection: sa.Connection, folder: Folder, undone: Iterable[Arrival]) -> None:
    """A laptop that proved its invitation by what is undone did not, and may prove it again."""
    for one in undone:
        signed_by = _key_of(folder, one)
        known = "SELECT 1 FROM before.trust_device WHERE key=?"
        if signed_by and not sql.rows(connection, known, (signed_by,)):
            sql.run(connection, "DELETE FROM trust_device WHERE key=?", (signed_by,))
            sql.run(connection, "UPDATE trust_invitation SET used_by=NULL WHERE used_by=?", (signed_by,))


def _key_of(folder: Folder, one: Arrival) -> str:
    path = arrivals.bytes_of(folder.data, one.sha256)
    try:
        return keys.key_fingerprint(open_sealed(path.read_bytes()).certificate) if path else ""
    except (Refused, ValueError, OSError):
        return ""


def _take_acknowledgements_back(
    connection: sa.Connection, undone: Sequence[Arrival], later: Sequence[Arrival]
) -> None:
    """What a sender said it holds is again what it said before, unless something of it stays that came later."""
    gone = {one.sha256 for one in undone}
    stays = {late.incarnation for late in later if late.sha256 not in gone}
    for sender in {one.incarnation for one in undone} - stays:
        columns = "incarnation,office,device,serial,tips,durable,at"
        sql.run(connection, "DELETE FROM sync_acknowledgement WHERE incarnation=?", (sender,))
        sql.run(connection, f"INSERT INTO sync_acknowledgement({columns}) SELECT {columns} FROM"  # noqa: S608
                " before.sync_acknowledgement WHERE incarnation=?", (sender,))  # fmt: skip
    before = "SELECT n FROM before.sync_outbox WHERE state=?"
    sure = {n for (n,) in sql.rows(connection, before, (inbox.ACKNOWLEDGED,))}
    inbox.doubt_acknowledgements(connection, tips.peers(connection), sure)


def _parked_before(connection: sa.Connection) -> set[str]:
    query = "SELECT sha256 FROM before.sync_inbox WHERE state=?"
    return {sha256 for (sha256,) in sql.rows(connection, query, (inbox.PARKED,))}


def _sentence(one: Arrival, planned: Plan, kept: Path | None) -> str:
    done = n_("%(file)s was undone: %(num)s change it brought is gone from here.",
              "%(file)s was undone: %(num)s changes it brought are gone from here.",
              planned.brought, file=one.file_name or "–")  # fmt: skip
    if planned.clean:
        return done + " " + _("The file stays in the inbox and can be imported again.")
    copy = kept.name if kept else "–"
    return done + " " + _("Everything as it was before lies in the backup %(name)s.", name=copy)
