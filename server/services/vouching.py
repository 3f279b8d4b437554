"""Whose word stands behind each change of a dispatch: its signer's, or that of the office that signed the stream's end.

A laptop hands on what it got from others. One signature over a stream's end covers all changes before it, because each
names the one before it by its hash (docs/dispatch-format.md); so what is handed on can be proved, and what cannot be
is left out: its own office's dispatch will bring it. A laptop that headquarters took off its list proves what it wrote
itself, so that this can be judged by the cut and adopted; it speaks for no other laptop any more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.db.session import UnitSession
from server.services.received import Judged
from server.sync import acquaintance, keys, tips
from server.sync.canonical import Changeset
from server.sync.manifest import Manifest
from server.sync.scope import depends_on

#: Whether an author may write where a change is
Authority = Callable[[Changeset], bool]


@dataclass(frozen=True)
class _Voucher:
    """Who signed the end of a stream: an office, or no more of it than the one device."""

    office: str
    device: str | None = None

    def stands_behind(self, change: Changeset) -> bool:
        return change.office == self.office and self.device in (None, change.device)


def authority(session: UnitSession) -> Authority:
    """Headquarters writes in the framework, an office in its own scope. The same at every replica, whoever asks.

    Who is headquarters is read from certificates, which only the root makes: what a record says of an office's kind is
    itself written in the framework, and must not decide who may write there.
    """
    headquarters = acquaintance.headquarters(session)

    def allowed(change: Changeset) -> bool:
        if change.scope == "framework":
            return change.office in headquarters
        return change.scope == f"office:{change.office}"

    return allowed


def proved(session: UnitSession, judged: Judged, changes: Sequence[Changeset]) -> list[Changeset]:
    """The changes that their authors stand behind: the signer's own, and of others those that are proved.

    Of what is handed on, only what builds on what is here or proved counts, so that nothing waits for a forgery.
    """
    signer = judged.verdict.holder
    if signer.role == "hq" or all(change.office == signer.office for change in changes):
        return list(changes)
    vouched = _vouched(session, judged.manifest, changes)
    here = tips.held(session.connection(), {i for change in changes for i in (change.id, *depends_on(change))})
    counted: list[Changeset] = []
    for change in changes:
        own = change.office == signer.office
        if own or change.id in here or (change.id in vouched and depends_on(change) <= here):
            counted.append(change)
            here.add(change.id)
    return counted


def keep_signatures(session: UnitSession, manifest: Manifest, certificate: bytes) -> None:
    """File the signatures of ends that hold, so that what came can be handed on with its proof.

    `certificate` is that of the dispatch's signer, which counts here.
    """
    held = {}
    for stream, end, signature in _signed_ends(manifest):
        if _by(session, stream, end, signature, certificate) is not None:
            held[end[1]] = signature
    tips.keep_signatures(session.connection(), held)


def _vouched(session: UnitSession, manifest: Manifest, changes: Sequence[Changeset]) -> set[bytes]:
    """Ids of the changes that stand before an end which a laptop of their author's office signed."""
    by_id = {change.id: change for change in changes}
    found: set[bytes] = set()
    for stream, end, signature in _signed_ends(manifest):
        at = by_id.get(bytes.fromhex(end[1]))
        if at is None:
            continue
        by = _by(session, stream, end, signature)
        while by is not None and at is not None and at.stream == stream and by.stands_behind(at):
            found.add(at.id)
            at = by_id.get(at.prev) if at.prev else None
    return found


def _signed_ends(manifest: Manifest) -> list[tuple[str, tuple[int, str], bytes]]:
    signatures: Mapping[str, bytes] = manifest.signatures
    return [
        (stream, (seq, tip), signatures[tip])
        for stream, ends in manifest.tips.items()
        for seq, tip in ends
        if tip in signatures
    ]


def _by(
    session: UnitSession, stream: str, end: tuple[int, str], signature: bytes, *certificates: bytes
) -> _Voucher | None:
    """Whose laptop signed that end, among those believed here or taken off the list and `certificates`; None when
    none did."""
    statement = tips.tip_statement(stream, end[0], bytes.fromhex(end[1]))
    for certificate in (*certificates, *acquaintance.believed(session)):
        if keys.verifies(certificate, statement, signature):
            return _Voucher(keys.holder_of(certificate).office)
    for certificate in acquaintance.taken_off(session):
        if keys.verifies(certificate, statement, signature):
            holder = keys.holder_of(certificate)
            return _Voucher(holder.office, holder.device)
    return None
