"""Receiving dispatches: verified, judged, previewed, and imported whole in one transaction after a verified backup."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from server.base.clock import Clock
from server.base.errors import Refused
from server.base.i18n import _
from server.base.paths import DataDir, write_atomically
from server.db import backup
from server.db.session import Author, UnitSession, read_session, write_session
from server.domain.activities import search
from server.domain.people.queries import office
from server.reports.carrier import open_sealed, read_bounded
from server.services import vouching
from server.services.folder import Folder, is_set_up, open_folder
from server.services.received import Inspection, Judged, Received, absent_parts, already, still_missing, told
from server.sync import acquaintance, inbox, keys, replica, tips, trust
from server.sync.apply import Applied, apply_changesets
from server.sync.manifest import Manifest
from server.sync.models import LostChange
from server.sync.payload import Payload, read_manifest, read_payload

__all__ = ["Inspection", "Judged", "Received", "inspect", "judge_file", "preview_file", "receive"]


def receive(folder: Folder, files: Sequence[Path]) -> list[Received]:
    """Import files in the order given; what waited before is tried again after each. Never half a file."""
    results = []
    for path in files:
        result = _receive(folder, path)
        results.append(result)
        if result.state == "imported":
            _retry_waiting(folder)
    search.catch_up(folder.engine)
    return [_settled(folder, path, result) for path, result in zip(files, results, strict=True)]


def inspect(data: DataDir, path: Path, clock: Clock) -> Inspection:
    """Who signed `path`, what it carries, what it would change in the folder `data` (if that is set up)."""
    try:
        opened = open_sealed(read_bounded(path))
        manifest = read_manifest(opened.payload)
    except Refused as refused:
        return Inspection(path.name, refusal=refused.message, code=refused.code)
    try:
        signer = keys.holder_of(opened.certificate).title
    except ValueError:
        signer = ""
    found = Inspection(path.name, signer, keys.short_fingerprint(opened.certificate), manifest)
    if not is_set_up(data):
        return found
    with open_folder(data, clock) as folder:
        try:
            return Inspection(path.name, signer, found.fingerprint, manifest, preview_file(folder, path))
        except Refused as refused:
            return Inspection(path.name, signer, found.fingerprint, manifest, None, refused.message, refused.code)


def preview_file(folder: Folder, path: Path) -> Received:
    """What importing `path` would do; nothing is changed. Errors: Refused."""
    judged = judge_file(folder, path)
    with read_session(folder.engine) as session:
        if _is_imported(session, judged.sha256):
            return already(path.name, judged)
        payload = _payload(session, judged)
        outcome = _apply(session, judged, payload)
        return told(session, path.name, judged, outcome, done=False)


def judge_file(folder: Folder, path: Path) -> Judged:
    """Verify a file and its signer, reading no more than its manifest. Errors: Refused; nothing is changed."""
    data = read_bounded(path)
    opened = open_sealed(data)
    manifest = read_manifest(opened.payload)
    identity = folder.identity
    with read_session(folder.engine) as session:
        root, devices = acquaintance.root(session), acquaintance.devices(session)
        known = any(d.key == _key_of(opened.certificate) for d in devices)
        if manifest.enrolment and not known and identity.hq:
            verdict = trust.accept_first_contact(
                opened.certificate,
                manifest.enrolment.proof,
                manifest.enrolment.invitation,
                invitations=acquaintance.invitations(session),
                devices=devices,
                programme_id=identity.programme,
                at=folder.clock(),
                office=manifest.from_office,
                device=manifest.from_device,
            )
        else:
            verdict = trust.judge(
                opened.certificate,
                root=root,
                devices=devices,
                programme_id=identity.programme,
                at=folder.clock(),
                office=manifest.from_office,
                device=manifest.from_device,
                from_hq=manifest.kind in ("setup", "circular"),
            )
        _for_us(session, folder, manifest)
    return Judged(hashlib.sha256(data).hexdigest(), data, opened.certificate, manifest, verdict)


def _key_of(certificate: bytes) -> str:
    try:
        return keys.key_fingerprint(certificate)
    except ValueError:
        return ""


def _for_us(session: UnitSession, folder: Folder, manifest: Manifest) -> None:
    """An office takes in what is for it, and what its own laptops made; headquarters whatever it gets."""
    receiver, here = manifest.to_office, folder.identity.office
    if not folder.identity.hq and here not in (receiver, manifest.from_office):
        found = office(session, receiver or "")
        raise Refused(
            _(
                "This file is for %(office)s: give it to that office.",
                office=found.name if found else _("another office"),
            ),
            "other_office",
        )


def _receive(folder: Folder, path: Path) -> Received:
    try:
        return _import(folder, path.name, judge_file(folder, path))
    except Refused as refused:
        return Received(path.name, "refused", f"{path.name}: {refused.message}", refused.code)


def _import(folder: Folder, name: str, judged: Judged) -> Received:
    """Import one judged file: everything it brings and every note of it, or nothing. Errors: Refused."""
    with read_session(folder.engine) as session:
        if _is_imported(session, judged.sha256):
            return already(name, judged)
    kept = folder.data.inbox / f"{judged.sha256}.pdf"
    came_before = kept.is_file()
    write_atomically(kept, judged.data)
    try:
        backup.snapshot(folder.data, "import", folder.clock())
        return _taken_in(folder, name, judged)
    except BaseException:
        if not came_before:
            kept.unlink(missing_ok=True)
        raise


def _taken_in(folder: Folder, name: str, judged: Judged) -> Received:
    """The import itself, in one transaction."""
    author = Author("", folder.identity.office, folder.identity.hq)
    with write_session(folder.engine, author) as session:
        session.info["clock"] = folder.clock
        payload = _payload(session, judged)
        savepoint = session.begin_nested()
        applied = _apply(session, judged, payload)
        if applied.missing:
            savepoint.rollback()
            _settle(session, folder, name, judged, "parked", reason="missing")
            _go_on_under_a_new_name(session, folder, judged)
        else:
            savepoint.commit()
            _note(session, folder, name, judged, applied)
        return told(session, name, judged, applied, done=True)


def _go_on_under_a_new_name(session: UnitSession, folder: Folder, judged: Judged) -> None:
    """We are said to have acknowledged what is not here: we are a copy, or restored, and must not write as before."""
    connection, manifest = session.connection(), judged.manifest
    mine = replica.require_identity(connection).incarnation
    if manifest.to_incarnation == mine and tips.unknown(connection, manifest.base):
        replica.rotate(connection, "base unknown to its addressee", folder.clock)


def _apply(session: UnitSession, judged: Judged, payload: Payload) -> Applied:
    """Take the changes in, or tell what they wait for. They are whole or not at all."""
    if payload.waits_for:
        return Applied(missing=(" ".join(map(str, payload.waits_for)),))
    counted = vouching.proved(session, judged, payload.changes)
    allowed = vouching.authority(session)
    applied = apply_changesets(session.connection(), counted, allowed=allowed, lost=_lost(session))
    return replace(applied, left_out=len(payload.changes) - len(counted))


def _payload(session: UnitSession, judged: Judged) -> Payload:
    from_base = tips.finder(session.connection(), judged.manifest.base)
    return read_payload(open_sealed(judged.data).payload, find=from_base)


def _note(session: UnitSession, folder: Folder, name: str, judged: Judged, applied: Applied) -> None:
    """What else an import leaves: the signer filed, what it holds, what it acknowledged, the inbox and the audit."""
    connection, m = session.connection(), judged.manifest
    if judged.verdict.standing == "invited" and m.enrolment:
        used = next(i for i in acquaintance.invitations(session) if i.id == m.enrolment.invitation)
        acquaintance.keep_device(session, judged.certificate, folder.clock().isoformat(), used)
    replica.note_incarnation(connection, m.from_incarnation, m.from_device, m.from_office, folder.clock)
    tips.acknowledge(
        connection,
        m.from_incarnation,
        m.serial,
        m.tips,
        office=m.from_office,
        device=m.from_device,
        durable=m.durable,
        clock=folder.clock,
    )
    vouching.keep_signatures(session, m, judged.certificate)
    inbox.note_acknowledgements(connection, m.from_office, m.tips, folder.clock)
    _settle(session, folder, name, judged, "imported", first=applied.first, last=applied.last)
    replica.audit(
        connection, "import", {"file": name, "sha256": judged.sha256, "changes": len(applied.new)}, folder.clock
    )


def _settle(
    session: UnitSession,
    folder: Folder,
    name: str,
    judged: Judged,
    state: str,
    *,
    reason: str | None = None,
    first: int | None = None,
    last: int | None = None,
) -> None:
    connection = session.connection()
    inbox.receive(connection, judged.sha256, name, folder.clock)
    inbox.settle(
        connection,
        judged.sha256,
        state,
        manifest=judged.manifest,
        reason=reason,
        first=first,
        last=last,
        clock=folder.clock,
    )


def _is_imported(session: UnitSession, sha256: str) -> bool:
    found = inbox.arrival(session.connection(), sha256)
    return found is not None and found.state == inbox.IMPORTED


def _lost(session: UnitSession) -> list[bytes]:
    return [bytes.fromhex(row.changeset or "") for row in session.query(LostChange) if not row.deleted]


def _retry_waiting(folder: Folder) -> None:
    """Try what is parked again, until nothing more goes in."""
    progress = True
    while progress:
        progress = False
        with read_session(folder.engine) as session:
            waiting = inbox.arrivals(session.connection(), (inbox.PARKED,))
        for one in waiting:
            path = folder.data.inbox / f"{one.sha256}.pdf"
            result = _receive_parked(folder, one.file_name or path.name, path)
            progress = progress or result == "imported"


def _receive_parked(folder: Folder, name: str, path: Path) -> str:
    try:
        return _import(folder, name, judge_file(folder, path)).state
    except Refused:
        return "refused"


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
        result = Received(path.name, "imported", sentence, office=result.office, number=result.number)
    if absent:
        sentence = f"{sentence} {still_missing(absent)}"
    return replace(result, sentence=sentence, parts_missing=absent)
