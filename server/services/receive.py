"""Receiving dispatches: kept, verified, judged, previewed, and imported whole in one transaction after a backup."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from server.base.clock import Clock
from server.base.errors import Refused, ValiseError
from server.base.i18n import _
from server.base.paths import DataDir
from server.db import backup
from server.db.session import UnitSession, read_session, write_session
from server.domain.activities import search
from server.reports.carrier import open_sealed, read_bounded
from server.services import arrivals, files, sealing, vouching
from server.services.arrivals import Came, importer
from server.services.folder import Folder, is_set_up, open_folder
from server.services.judging import Judged, believed, judge, judge_file, title_of
from server.services.received import (
    Inspection,
    Progress,
    Received,
    Stopped,
    Watch,
    absent_parts,
    already,
    still_missing,
    stopped,
    told,
)
from server.sync import acquaintance, capture, inbox, keys, replica, tips
from server.sync.apply import Applied, apply_changesets
from server.sync.canonical import Changeset
from server.sync.models import LostChange
from server.sync.payload import Payload, read_manifest, read_payload
from server.sync.scope import declared_lost, depends_on, needs

#: so many of the changes that a parked file lacks are noted; when these are here, it is tried again
_WAITS = 50

__all__ = ["Inspection", "Judged", "Received", "again", "inspect", "judge_file", "preview_file", "receive", "resume"]


def receive(folder: Folder, files: Sequence[Path], watch: Watch | None = None) -> list[Received]:
    """Import files in the order given; what waited before is tried again after each. Never half a file.

    `watch` is told how far it is; when it raises Stopped, or the person presses Ctrl-C, the file at hand is as if it
    had not come, and those after it are left alone.
    """
    results: list[Received] = []
    try:
        for place, path in enumerate(files):
            results.append(_receive(folder, path, Progress(watch, path.name, place, len(files))))
            if results[-1].state == "imported":
                _retry_waiting(folder)
        search.catch_up(folder.engine)
    except (Stopped, KeyboardInterrupt):
        results += [stopped(path.name) for path in files[len(results) :]]
    return [_settled(folder, path, result) for path, result in zip(files, results, strict=True)]


def resume(folder: Folder) -> list[Received]:
    """At every opening: finish what came and was not dealt with when the program died, and try what waits again.

    Cheap when there is nothing. Each file is tried once like this, so that one that ends the program does not do so
    at every start; what became of it is told like any other.
    """
    with read_session(folder.engine) as session:
        began = inbox.arrivals(session.connection(), (inbox.RECEIVED, inbox.PARKED))
    results = []
    for one in began:
        if one.state == inbox.RECEIVED and one.reason != inbox.TRIED:
            # when it does not go in, it stays on the list, and can be tried by hand; somebody else may be at it
            with suppress(ValiseError, sa.exc.SQLAlchemyError, OSError):
                with write_session(folder.engine, importer(folder)) as session:
                    inbox.try_once(session.connection(), one.sha256)
                results.append(_again(folder, one.sha256))
    results += _retry_waiting(folder)
    files.settle(folder)
    if results:
        search.catch_up(folder.engine)
    return results


def note_refusals(folder: Folder, files: Sequence[Path]) -> None:
    """Of files that a person looked at and does not import, note those that would have been refused."""
    for path in files:
        try:
            judge_file(folder, path)
        except Refused:
            _receive(folder, path, Progress())


def again(folder: Folder, sha256: str) -> Received:
    """Try a file that lies here once more: one that waits, was undone, or was refused and kept; what waits for it goes
    in behind it. Errors: NotFound."""
    result = _again(folder, sha256)
    if result.state == "imported":
        _retry_waiting(folder)
        search.catch_up(folder.engine)
    return result


def _again(folder: Folder, sha256: str) -> Received:
    one = arrivals.found(folder, sha256)
    path = arrivals.bytes_of(folder.data, sha256)
    name = one.file_name or f"{sha256[:8]}.pdf"
    if path is not None and path.parent != folder.data.inbox:
        path = path.replace(folder.data.inbox / path.name)
    if path is None:
        sentence = _("%(file)s: its content is not here any more. Ask for it again.", file=name)
        return Received(name, "refused", sentence, "unreadable")
    return _receive_bytes(folder, Came(sha256, name, path.read_bytes(), one), Progress())


def inspect(data: DataDir, path: Path, clock: Clock) -> Inspection:
    """Who signed `path`, what it carries, what it would change in the folder `data` (if that is set up)."""
    found = Inspection(path.name)
    try:
        opened = open_sealed(read_bounded(path))
        found = replace(found, signer=title_of(opened.certificate), sealed_for=sealing.sealed_for(opened),
                        fingerprint=keys.short_fingerprint(opened.certificate))  # fmt: skip
        if not is_set_up(data):
            return replace(found, manifest=read_manifest(sealing.payload_of(data, opened)))
        with open_folder(data, clock) as folder:
            found = replace(found, manifest=read_manifest(sealing.unsealed(folder, opened).payload))
            return replace(found, outcome=preview_file(folder, path))
    except Refused as refused:
        return replace(found, refusal=refused.message, code=refused.code)


def preview_file(folder: Folder, path: Path) -> Received:
    """What importing `path` would do; nothing is changed. Errors: Refused."""
    judged = judge_file(folder, path)
    with read_session(folder.engine) as session:
        known = inbox.arrival(session.connection(), judged.sha256)
        if known is not None and known.state == inbox.IMPORTED:
            return already(session, path.name, known)
        outcome = _apply(session, _read(session, judged, Progress()))
        return _with_pages(session, judged, told(session, path.name, judged, outcome, done=False))


def _receive(folder: Folder, path: Path, progress: Progress) -> Received:
    progress.begun()
    try:
        data = read_bounded(path)
    except Refused as refused:
        arrivals.refuse_unread(folder, path, refused)
        return _refused(path.name, refused)
    came = arrivals.keep(folder, path.name, data)
    try:
        return replace(_receive_bytes(folder, came, progress), sha256=came.sha256)
    except BaseException:
        arrivals.take_back(folder, came)
        raise


def _receive_bytes(folder: Folder, came: Came, progress: Progress) -> Received:
    """Take in a file that is kept already, or note why not."""
    if came.before is not None and came.before.state == inbox.IMPORTED:
        with read_session(folder.engine) as session:
            return already(session, came.name, came.before)
    signer, manifest, opened = "", None, None
    try:
        opened = open_sealed(came.data)
        signer = title_of(opened.certificate)
        opened = sealing.unsealed(folder, opened)
        manifest = read_manifest(opened.payload)
        return _import(folder, came.name, judge(folder, came.data, opened), progress)
    except Refused as refused:
        newer = refused.code in arrivals.NEWER and opened is not None and believed(folder, opened.certificate)
        arrivals.refuse(folder, came, refused, signer, manifest, newer=newer)
        return replace(_refused(came.name, refused), state="waiting" if newer else "refused")


def _refused(name: str, refused: Refused) -> Received:
    return Received(name, "refused", f"{name}: {refused.message}", refused.code)


@dataclass(frozen=True)
class _Read:
    """A payload with those of its changes that count, and the ids (hex) of what they build on that is not here."""

    payload: Payload
    counted: Sequence[Changeset]
    waits: tuple[str, ...]

    @property
    def ready(self) -> bool:
        return not self.waits and not self.payload.waits_for


def _read(session: UnitSession, judged: Judged, progress: Progress) -> _Read:
    payload = _payload(session, judged, progress)
    counted = vouching.proved(session, judged, payload.changes)
    if payload.waits_for:
        stream = {payload.waits_for[0]: judged.manifest.base.get(payload.waits_for[0], ())}
        return _Read(payload, counted, tuple(tips.unknown(session.connection(), stream)))
    return _Read(payload, counted, _lacks(session, counted))


def _lacks(session: UnitSession, changes: Sequence[Changeset]) -> tuple[str, ...]:
    """Ids (hex) of what the changes build on that is neither among them nor here nor declared lost."""
    given = {change.id for change in changes}
    outside = {i for change in changes for i in depends_on(change)} - given
    absent = outside - tips.held(session.connection(), outside)
    if absent:
        allowed = vouching.authority(session)
        absent &= {i for change in changes for i in needs(change, allowed)} - declared_lost(changes, allowed)
    return tuple(sorted(i.hex() for i in absent.difference(_lost(session)))) if absent else ()


def _import(folder: Folder, name: str, judged: Judged, progress: Progress) -> Received:
    """Import one judged file: everything it brings and every note of it, or nothing. Errors: Refused."""
    with read_session(folder.engine) as session:
        read = _read(session, judged, progress)
    if not read.ready:
        return _park(folder, name, judged, read)
    copy = backup.snapshot(folder.data, "import", folder.clock())
    result = _taken_in(folder, name, judged, read, copy.name if copy else None, progress)
    with read_session(folder.engine) as session:  # drawing takes a while, and nobody has to wait with saving for it
        return _with_pages(session, judged, result)


def _with_pages(session: UnitSession, judged: Judged, result: Received) -> Received:
    """The outcome with what its pages are worth: they are drawn again from the data that came with them.

    A file that brought nothing new is not unpacked for it; who looks at one before it is taken in is always told.
    """
    if result.state not in ("imported", "would", "already") or (result.state == "imported" and not result.changes):
        return result
    from server.services.redraw import compared, pages_sentence  # noqa: PLC0415  (paper loads when drawn)

    pages = compared(session, judged)
    said = pages_sentence(pages, judged.manifest.app)
    return replace(result, pages=pages, sentence=f"{result.sentence} {said}" if said else result.sentence)


def _taken_in(
    folder: Folder, name: str, judged: Judged, read: _Read, snapshot: str | None, progress: Progress
) -> Received:
    """The import itself, in one transaction."""
    with write_session(folder.engine, importer(folder)) as session:
        session.info["clock"] = folder.clock
        known = inbox.arrival(session.connection(), judged.sha256)
        if known is not None and known.state == inbox.IMPORTED:  # by another window, meanwhile
            return already(session, name, known)
        capture.repair(session, folder.clock)  # what another program wrote meanwhile is a change, too
        applied = _apply(session, read, progress)
        if not applied.missing:
            _note(session, folder, name, judged, applied, read.payload, snapshot)
            return told(session, name, judged, applied, done=True)
    return _park(folder, name, judged, read)  # what it builds on was undone meanwhile


def _park(folder: Folder, name: str, judged: Judged, read: _Read) -> Received:
    """The file waits, visibly, for what it builds on."""
    with write_session(folder.engine, importer(folder)) as session:
        session.info["clock"] = folder.clock
        known = inbox.arrival(session.connection(), judged.sha256)
        if known is not None and known.state == inbox.IMPORTED:  # by another window, meanwhile
            return already(session, name, known)
        _settle(session, folder, name, judged, inbox.PARKED, reason="missing", waits=read.waits[:_WAITS])
        _go_on_under_a_new_name(session, folder, judged)
        return told(session, name, judged, Applied(missing=read.waits or ("",)), done=True)


def _go_on_under_a_new_name(session: UnitSession, folder: Folder, judged: Judged) -> None:
    """We are said to have acknowledged what is not here: we are a copy, or restored, and must not write as before."""
    connection, manifest = session.connection(), judged.manifest
    mine = replica.require_identity(connection).incarnation
    if manifest.to_incarnation == mine and tips.unknown(connection, manifest.base):
        replica.rotate(connection, "base unknown to its addressee", folder.clock)


def _apply(session: UnitSession, read: _Read, progress: Progress | None = None) -> Applied:
    """Take the changes in, or tell what they wait for. They are whole or not at all."""
    if not read.ready:
        return Applied(missing=read.waits or ("",))
    allowed = vouching.authority(session)
    applied = apply_changesets(
        session.connection(), read.counted, allowed=allowed, lost=_lost(session),
        progress=progress.taking_in if progress else None,
    )  # fmt: skip
    return replace(applied, left_out=len(read.payload.changes) - len(read.counted))


def _payload(session: UnitSession, judged: Judged, progress: Progress) -> Payload:
    connection, manifest = session.connection(), judged.manifest
    carried = manifest.counts.get("changesets")
    # a file may carry more than its tips tell of: one that does is read
    if tips.all_here(connection, manifest.tips) and carried == tips.between(manifest.base, manifest.tips):
        return read_payload(judged.payload, without_changes=True)
    from_base = tips.finder(connection, manifest.base)
    return read_payload(judged.payload, find=from_base, progress=progress.reading)


def _note(
    session: UnitSession,
    folder: Folder,
    name: str,
    judged: Judged,
    applied: Applied,
    payload: Payload,
    snapshot: str | None,
) -> None:
    """What else an import leaves: the signer filed, what it holds, what it acknowledged, the inbox and the audit."""
    connection, m = session.connection(), judged.manifest
    if judged.verdict.standing == "invited" and m.enrolment:
        used = next(i for i in acquaintance.invitations(session) if i.id == m.enrolment.invitation)
        acquaintance.keep_device(session, judged.certificate, folder.clock().isoformat(), used)
    replica.note_incarnation(connection, m.from_incarnation, m.from_device, m.from_office, folder.clock)
    newest = tips.acknowledge(
        connection,
        m.from_incarnation,
        m.serial,
        m.tips,
        office=m.from_office,
        device=m.from_device,
        durable=m.durable,
        clock=folder.clock,
    )
    if newest:
        sealing.note_key(session, m, folder.clock)
    vouching.keep_signatures(session, m, judged.certificate)
    inbox.note_acknowledgements(connection, m.from_office, m.tips, folder.clock)
    files.take(session, folder, payload)
    _settle(
        session, folder, name, judged, inbox.IMPORTED, first=applied.first, last=applied.last,
        changes=len(applied.new), records=sum(c.created + c.changed + c.deleted for c in applied.tables.values()),
        snapshot=snapshot,
    )  # fmt: skip
    replica.audit(
        connection, "import", {"file": name, "sha256": judged.sha256, "changes": len(applied.new)}, folder.clock
    )


def _settle(session: UnitSession, folder: Folder, name: str, judged: Judged, state: str, **facts: Any) -> None:
    """Say in the inbox what became of a file whose signer counts."""
    connection = session.connection()
    inbox.receive(connection, judged.sha256, name, folder.clock, size=len(judged.data))
    inbox.settle(
        connection, judged.sha256, state, manifest=judged.manifest, signer=judged.verdict.holder.title,
        clock=folder.clock, **facts,
    )  # fmt: skip


def _lost(session: UnitSession) -> list[bytes]:
    return [bytes.fromhex(row.changeset or "") for row in session.query(LostChange) if not row.deleted]


def _retry_waiting(folder: Folder) -> list[Received]:
    """Try what is parked again, until nothing more goes in. Those that went in."""
    went: list[Received] = []
    progress = True
    while progress:
        progress = False
        for one in _may_go_in(folder):
            result = _again(folder, one.sha256)
            if result.state == "imported":
                went.append(result)
                progress = True
    return went


def _may_go_in(folder: Folder) -> list[inbox.Arrival]:
    """Parked files of which it is not known that what they build on is still missing."""
    with read_session(folder.engine) as session:
        waiting = inbox.arrivals(session.connection(), (inbox.PARKED,))
        awaited = {bytes.fromhex(i) for one in waiting for i in one.waits}
        here = {i.hex() for i in tips.held(session.connection(), awaited)} if awaited else set()
        here |= {i.hex() for i in _lost(session)} if awaited else set()
    return [one for one in waiting if here.issuperset(one.waits)]


def _settled(folder: Folder, path: Path, result: Received) -> Received:
    """A file that waited may have gone in behind a later one of the same call; of one in parts, some may be missing."""
    if result.state not in ("waiting", "imported"):
        return result
    with read_session(folder.engine) as session:
        here = inbox.arrival(session.connection(), hashlib.sha256(read_bounded(path)).hexdigest())
        if here is None or here.state != inbox.IMPORTED:
            return result
        absent = absent_parts(session, here.dispatch or "", here.parts or 1)
    sentence = result.sentence
    if result.state == "waiting":
        sentence = _("%(file)s: imported after the dispatch it waited for.", file=path.name)
        result = replace(result, state="imported", code="", parts_missing=())
    if absent:
        sentence = f"{sentence} {still_missing(absent)}"
    return replace(result, sentence=sentence, parts_missing=absent)
