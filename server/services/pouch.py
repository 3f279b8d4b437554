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
from server.reports.progress import Stamp
from server.reports.story import Rendered
from server.services.folder import Folder
from server.sync import acquaintance, inbox, keys, tips, trust
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


def pack(folder: Folder, order: Order, draw: Draw, target: Path, max_size: int | None = None) -> Packed:
    """Write a dispatch to `target` (and to numbered files beside it when it does not fit `max_size` bytes).

    The file lies in the outbox before it is noted as sent, so that what was sent can always be sent again.
    Errors: Refused (too_large) when even a single change does not fit, or the disk refuses.
    """
    keyring = _signing(folder)
    with write_session(folder.engine, folder.author()) as session:
        session.info["clock"] = folder.clock
        connection = session.connection()
        tips.sign_tips(connection, folder.identity.incarnation, lambda statement: _sign(keyring, statement))
        raws = tips.delta(connection, order.base, order.scopes)
        manifest = _manifest(session, folder, order, keyring)
    fingerprint = short_fingerprint(manifest.dispatch, raws)
    stamp = Stamp(folder.clock(), manifest.number, fingerprint, keys.holder_of(keyring.certificates[0]).title)
    sealed = _sealed_parts(folder, manifest, raws, keyring, lambda part: draw(stamp, part), max_size)
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
    identity = folder.identity
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


def _sealed_parts(
    folder: Folder,
    manifest: Manifest,
    raws: Sequence[bytes],
    keyring: keys.Keyring,
    draw: Callable[[tuple[int, int]], Rendered],
    max_size: int | None,
) -> list[tuple[Manifest, bytes]]:
    """The file, or as many as it takes for each to stay within `max_size` bytes."""
    count = 1
    while True:
        parts = [
            _sealed(folder, manifest, chunk, keyring, draw, (place, count))
            for place, chunk in enumerate(_cut(raws, count), 1)
        ]
        largest = max(len(data) for _part, data in parts)
        if max_size is None or largest <= max_size:
            return parts
        if count >= max(len(raws), 1):
            raise Refused(
                _("The dispatch cannot be made smaller than %(needed)s bytes: allow a larger size.", needed=largest),
                "too_large",
            )
        count = min(max(count + 1, count * largest // max_size), max(len(raws), 1))


def _cut(raws: Sequence[bytes], count: int) -> list[Sequence[bytes]]:
    """`raws` in order, as `count` pieces of about the same number of bytes."""
    total = sum(map(len, raws)) or 1
    pieces: list[list[bytes]] = [[] for _ in range(count)]
    done = 0
    for raw in raws:
        pieces[min(done * count // total, count - 1)].append(raw)
        done += len(raw)
    return list(pieces)


def _sealed(
    folder: Folder,
    manifest: Manifest,
    raws: Sequence[bytes],
    keyring: keys.Keyring,
    draw: Callable[[tuple[int, int]], Rendered],
    part: tuple[int, int],
) -> tuple[Manifest, bytes]:
    drawn = draw(part)
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
