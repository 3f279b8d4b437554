"""Packing a dispatch: what the receiver lacks, drawn pages, one signed file, and the note of it in the outbox."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from server import __version__
from server.base.i18n import _, n_
from server.base.ids import new_id
from server.base.paths import copy_atomically, write_atomically
from server.db.session import UnitSession, read_session, write_session
from server.domain.people.queries import OfficeFacts
from server.reports.carrier import seal
from server.reports.sheets import Letter, Rendered, Stamp
from server.services import files, sealing
from server.services.folder import Folder
from server.services.parcels import Load, Parcel, Shipment, ship
from server.sync import acquaintance, inbox, keys, replica, tips, trust
from server.sync.canonical import SCHEMA, changeset_id
from server.sync.files import note_sent
from server.sync.manifest import Enrolment, Manifest, Setup
from server.sync.payload import write_payload

#: how an office and headquarters name the scopes of changes
FRAMEWORK = "framework"


@dataclass(frozen=True)
class Order:
    """What to pack. `scopes` None means all there is; `base` None means everything; `period` is an id."""

    kind: str
    receiver: OfficeFacts
    to_incarnation: str | None
    base: tips.Tips | None
    scopes: Collection[str] | None
    period: str | None = None
    languages: Sequence[str] = ("en",)
    setup: Setup | None = None
    #: of a confidential programme all the same without a seal, on a person's word
    openly: bool = False
    #: which files go along: files.ALL, FIT or NONE
    files: str = files.ALL


@dataclass(frozen=True)
class Packed:
    """A dispatch as it was written: its files in order of parts, number, changes carried, short fingerprint.

    `drafts` are the e-mails written for its files, in the same order; `readers` are whom it was sealed for, if it was.
    `evidence` counts the files of documents that go along whole, `waiting` those that wait for a later dispatch.
    """

    files: tuple[Path, ...]
    number: int
    changes: int
    fingerprint: str
    dispatch: str
    drafts: tuple[Path, ...] = ()
    readers: sealing.Readers | None = None
    evidence: int = 0
    waiting: int = 0

    def told_of_files(self) -> list[str]:
        """For whoever sends: how many files of documents go along and how many wait; nothing when there are none."""
        told = []
        if self.evidence:
            told.append(n_("%(num)s file of evidence goes along.", "%(num)s files of evidence go along.",
                           self.evidence))  # fmt: skip
        if self.waiting:
            told.append(n_("%(num)s file waits for a later dispatch.", "%(num)s files wait for a later dispatch.",
                           self.waiting))  # fmt: skip
        return told


#: draws the pages for a stamp; the second argument says which part of how many
Draw = Callable[[Stamp, tuple[int, int]], Rendered]


def pack(folder: Folder, order: Order, draw: Draw, target: Path, max_size: int | None = None) -> Packed:
    """Write a dispatch to `target` (and to numbered files beside it when it does not fit `max_size` bytes).

    The file lies in the outbox before it is noted as sent, so that what was sent can always be sent again.
    Errors: Refused (too_large) when even a single change does not fit, or the disk refuses.
    """
    keyring = _signing(folder)
    sealing.list_keys(folder)
    with write_session(folder.engine, folder.author()) as session:
        session.info["clock"] = folder.clock
        connection = session.connection()
        for incarnation in replica.own_incarnations(connection):
            tips.sign_tips(connection, incarnation, lambda statement: _sign(keyring, statement))
        raws = tips.delta(connection, order.base, order.scopes)
        offered = files.Offer()
        if order.kind != "setup":  # a new laptop asks for the files it lacks in its first dispatch
            offered = files.offer(session, folder, order.receiver.id, order.base, raws, order.scopes)
        manifest = _manifest(session, folder, order, keyring, offered)
        readers = None if order.openly else sealing.readers(session, folder, order.kind, order.receiver)
    fingerprint = short_fingerprint(manifest.dispatch, raws)
    stamp = Stamp(folder.clock(), manifest.number, fingerprint, keys.holder_of(keyring.certificates[0]).title)
    drawn: dict[tuple[int, int], Rendered] = {}

    def seal_part(load: Load, part: tuple[int, int]) -> Parcel:
        if part not in drawn:  # with and without files, and until they fit, the pages are the same
            drawn[part] = draw(stamp, part)
        return _sealed(folder, manifest, load, keyring, drawn[part], part, readers)

    sent = ship(folder.data, raws, offered.files, order.files, seal_part, max_size)
    paths = _handed_out(folder, sent, target)
    with write_session(folder.engine, folder.author()) as session:
        for parcel, path in zip(sent.parcels, paths, strict=True):
            inbox.depart(
                session.connection(), parcel.manifest, file_name=path.name, sha256=parcel.sha256, size=parcel.size,
                clock=folder.clock,
            )  # fmt: skip
        note_sent(session.connection(), order.receiver.id, sent.files)
    return Packed(
        paths, manifest.number, len(raws), fingerprint, manifest.dispatch, readers=readers,
        evidence=len(sent.files), waiting=sent.waiting,
    )  # fmt: skip


def _handed_out(folder: Folder, sent: Shipment, target: Path) -> tuple[Path, ...]:
    """The files in the outbox under their names, and copies of them where a person wants them."""
    count = len(sent.parcels)
    paths = []
    for place, parcel in enumerate(sent.parcels, 1):
        path = target if count == 1 else target.with_name(f"{target.stem}-{place}of{count}{target.suffix}")
        kept = parcel.path.replace(folder.data.outbox / f"{parcel.sha256}.pdf")
        copy_atomically(kept, path, mode=0o644)
        paths.append(path)
    return tuple(paths)


def letter(letter: Letter) -> Draw:
    """Draws the same letter for whichever part."""

    def draw(stamp: Stamp, _part: tuple[int, int]) -> Rendered:
        from server.reports.letter import letter_pages  # noqa: PLC0415  (paper loads when drawn)

        return letter_pages(letter, stamp)

    return draw


def short_fingerprint(dispatch: str, raws: Sequence[bytes]) -> str:
    """Eight hexadecimal digits of the dispatch and the changes it carries, in two groups, for pages and telephone."""
    digest = hashlib.sha256(bytes.fromhex(dispatch))
    for raw in raws:
        digest.update(changeset_id(raw))
    text = digest.hexdigest()[:8].upper()
    return f"{text[:4]} {text[4:]}"


def _signing(folder: Folder) -> keys.Keyring:
    """This laptop's key, with the certificate that headquarters issued for it as soon as that is here.

    Whoever trusts the programme's root then accepts it, also a headquarters that was restored and lost its list.
    """
    ring = keys.load(folder.data.key)
    own = keys.key_fingerprint(ring.certificates[0])
    with read_session(folder.engine) as session:
        root = acquaintance.root(session)
        listed = next((one for one in acquaintance.listed(session) if keys.key_fingerprint(one) == own), None)
    if root is None or listed is None or not keys.issued_by(listed, root):
        return ring
    return keys.Keyring(ring.key, (listed, root))


def _sign(keyring: keys.Keyring, statement: bytes) -> bytes:
    return keys.sign(keyring.key, statement)


def _manifest(
    session: UnitSession, folder: Folder, order: Order, keyring: keys.Keyring, offered: files.Offer
) -> Manifest:
    connection = session.connection()
    identity = replica.require_identity(connection)
    number, serial = inbox.next_numbers(connection, identity.incarnation, order.receiver.id)
    return Manifest(
        dispatch=new_id().replace("-", ""),
        programme=identity.programme,
        kind=order.kind,
        from_office=identity.office,
        from_device=identity.device,
        from_incarnation=identity.incarnation,
        number=number,
        serial=serial,
        to_office=order.receiver.id,
        to_incarnation=order.to_incarnation,
        person=folder.author().person,
        made=int(folder.clock().timestamp()),
        base=order.base or {},
        tips=tips.tips(connection, order.scopes),
        signatures=tips.signatures(connection),
        schema=SCHEMA,
        app=__version__,
        period=order.period,
        languages=tuple(order.languages),
        setup=order.setup,
        enrolment=_enrolment(session, folder, keyring),
        encryption=sealing.announced(session, folder),
        wants=offered.wants,
        blobs=offered.names,
    )


def _enrolment(session: UnitSession, folder: Folder, keyring: keys.Keyring) -> Enrolment | None:
    """An office shows its invitation until headquarters' list names its key."""
    mine = [i for i in acquaintance.invitations(session) if i.office == folder.identity.office]
    own = keys.key_fingerprint(keyring.certificates[0])
    listed = any(device.key == own for device in acquaintance.devices(session))
    if folder.identity.hq or listed or not mine:
        return None
    certificate = keyring.certificates[0]
    proof = trust.proof(
        mine[0].secret,
        certificate,
        office=folder.identity.office,
        programme=folder.identity.programme,
        invitation_id=mine[0].id,
    )
    return Enrolment(certificate, mine[0].id, proof)


def _sealed(
    folder: Folder,
    manifest: Manifest,
    load: Load,
    keyring: keys.Keyring,
    drawn: Rendered,
    part: tuple[int, int],
    readers: sealing.Readers | None,
) -> Parcel:
    """One part as a signed file in the outbox, under a name that nobody looks for yet."""
    signed = replace(
        manifest,
        part=part[0],
        parts=part[1],
        counts={"changesets": len(load.raws)},
        pages=hashlib.sha256(drawn.pdf).digest(),
    )
    with read_session(folder.engine) as session:
        place = tips.placer(session.connection(), manifest.base)
        pieces = [files.piece_of(folder.data, entry) for entry in load.files]
        payload = sealing.closed(write_payload(signed, load.raws, pieces, place=place), readers, signed)
        del pieces
    holder = keys.holder_of(keyring.certificates[0])
    data = seal(
        drawn.pdf,
        payload,
        key=keyring.key,
        certificate=keyring.certificates[0],
        chain=keyring.certificates[1:],
        title=_("%(office)s, dispatch %(number)s", office=holder.title, number=manifest.number),
        author=holder.title,
        subject=folder.programme_title,
        language=manifest.languages[0],
        when=folder.clock(),
        box=drawn.signature_box,
        page=drawn.signature_page,
    )
    digest = hashlib.sha256(data).hexdigest()
    path = folder.data.outbox / f".{digest}.sealed"  # it gets its name once all parts fit
    write_atomically(path, data)
    return Parcel(signed, path, digest, len(data))
