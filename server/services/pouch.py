"""Packing a dispatch: what the receiver lacks, drawn pages, one signed file, and the note of it in the outbox."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from server import __version__
from server.base.errors import Refused
from server.base.i18n import _
from server.base.ids import new_id
from server.base.paths import write_atomically
from server.db.session import UnitSession, read_session, write_session
from server.domain.people.queries import OfficeFacts
from server.reports.carrier import seal
from server.reports.sheets import Letter, Rendered, Stamp
from server.services.folder import Folder
from server.sync import acquaintance, inbox, keys, replica, tips, trust
from server.sync.canonical import SCHEMA, changeset_id
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


@dataclass(frozen=True)
class Packed:
    """A dispatch as it was written: its files in order of parts, number, changes carried, short fingerprint.

    `drafts` are the e-mails written for its files, in the same order.
    """

    files: tuple[Path, ...]
    number: int
    changes: int
    fingerprint: str
    dispatch: str
    drafts: tuple[Path, ...] = ()


#: draws the pages for a stamp; the second argument says which part of how many
Draw = Callable[[Stamp, tuple[int, int]], Rendered]
#: seals some of the changes as a part: its cover and its bytes
SealPart = Callable[[Sequence[bytes], tuple[int, int]], tuple[Manifest, bytes]]


def pack(folder: Folder, order: Order, draw: Draw, target: Path, max_size: int | None = None) -> Packed:
    """Write a dispatch to `target` (and to numbered files beside it when it does not fit `max_size` bytes).

    The file lies in the outbox before it is noted as sent, so that what was sent can always be sent again.
    Errors: Refused (too_large) when even a single change does not fit, or the disk refuses.
    """
    keyring = _signing(folder)
    with write_session(folder.engine, folder.author()) as session:
        session.info["clock"] = folder.clock
        connection = session.connection()
        for incarnation in replica.own_incarnations(connection):
            tips.sign_tips(connection, incarnation, lambda statement: _sign(keyring, statement))
        raws = tips.delta(connection, order.base, order.scopes)
        manifest = _manifest(session, folder, order, keyring)
    fingerprint = short_fingerprint(manifest.dispatch, raws)
    stamp = Stamp(folder.clock(), manifest.number, fingerprint, keys.holder_of(keyring.certificates[0]).title)

    def seal_part(piece: Sequence[bytes], part: tuple[int, int]) -> tuple[Manifest, bytes]:
        return _sealed(folder, manifest, piece, keyring, draw(stamp, part), part)

    sealed = _sealed_parts(raws, seal_part, max_size)
    files = []
    for place, (part, data) in enumerate(sealed, 1):
        path = target if len(sealed) == 1 else target.with_name(f"{target.stem}-{place}of{len(sealed)}{target.suffix}")
        digest = hashlib.sha256(data).hexdigest()
        write_atomically(folder.data.outbox / f"{digest}.pdf", data)
        write_atomically(path, data, mode=0o644)
        with write_session(folder.engine, folder.author()) as session:
            inbox.depart(
                session.connection(), part, file_name=path.name, sha256=digest, size=len(data), clock=folder.clock
            )
        files.append(path)
    return Packed(tuple(files), manifest.number, len(raws), fingerprint, manifest.dispatch)


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


def _manifest(session: UnitSession, folder: Folder, order: Order, keyring: keys.Keyring) -> Manifest:
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


def _sealed_parts(raws: Sequence[bytes], seal_part: SealPart, max_size: int | None) -> list[tuple[Manifest, bytes]]:
    """The file, or as many as it takes for each to stay within `max_size` bytes. Errors: Refused (too_large)."""
    whole = seal_part(raws, (1, 1))
    if max_size is None or len(whole[1]) <= max_size:
        return [whole]
    # the first part has the report's pages, further ones a letter's
    pages = [len(seal_part((), (place, 2))[1]) for place in (1, 2)]
    if max(pages) > max_size:
        raise _too_large(max(pages))
    weight = (len(whole[1]) - pages[0]) * 1000 // max(sum(map(len, raws)), 1) + 1
    while True:
        pieces = _cut(raws, [(max_size - bare) * 1000 for bare in pages], weight)
        parts = [seal_part(piece, (place, len(pieces))) for place, piece in enumerate(pieces, 1)]
        largest, piece = max(((len(data), piece) for (_m, data), piece in zip(parts, pieces, strict=True)), key=_size)
        if largest <= max_size:
            return parts
        if len(piece) <= 1:
            raise _too_large(largest)
        # small pieces compress less well than the whole did
        weight += max(weight * (largest - max_size) // max_size, weight // 10 + 1)


def _size(sized: tuple[int, Sequence[bytes]]) -> int:
    return sized[0]


def _too_large(needed: int) -> Refused:
    return Refused(
        _("The dispatch cannot be made smaller than %(needed)s bytes: allow a larger size.", needed=needed), "too_large"
    )


def _cut(raws: Sequence[bytes], room: Sequence[int], weight: int) -> list[Sequence[bytes]]:
    """`raws` in order, in pieces that are expected to fit: `room` is that of the first and of the others, a byte of
    a change takes `weight` of it."""
    pieces: list[list[bytes]] = [[]]
    left = room[0]
    for raw in raws:
        needed = len(raw) * weight
        if needed > left and (pieces[-1] or len(pieces) == 1):
            pieces.append([])
            left = room[1]
        pieces[-1].append(raw)
        left -= needed
    return list(pieces)


def _sealed(
    folder: Folder,
    manifest: Manifest,
    raws: Sequence[bytes],
    keyring: keys.Keyring,
    drawn: Rendered,
    part: tuple[int, int],
) -> tuple[Manifest, bytes]:
    signed = replace(
        manifest,
        part=part[0],
        parts=part[1],
        counts={"changesets": len(raws)},
        pages=hashlib.sha256(drawn.pdf).digest(),
    )
    with read_session(folder.engine) as session:
        place = tips.placer(session.connection(), manifest.base)
        payload = write_payload(signed, raws, place=place)
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
    return signed, data
