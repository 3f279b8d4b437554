"""Files of documents: kept by the hash of their content, offered to whoever lacks them, taken in and asked for.

The data folder is the truth about what is here; sync_blob repeats it for pages that have no folder at hand. A file
never travels as a path, is verified before it is used, and when it is missing nothing waits for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from server.base.errors import NotFound, Refused
from server.base.i18n import _
from server.base.paths import DataDir, write_atomically
from server.db.session import UnitSession, read_session, write_session
from server.domain.documents.models import Document
from server.services import peers
from server.services.arrivals import importer
from server.services.folder import Folder
from server.sync import files, replica, tips
from server.sync.canonical import decode
from server.sync.files import File, is_hash
from server.sync.manifest import FileEntry, Manifest
from server.sync.payload import FilePart, Payload
from server.sync.shape import office_scope

#: what of the files goes into a dispatch: all of them in as many parts as it takes, what fits, or none
ALL, FIT, NONE = "all", "fit", "none"
CHOICES = (ALL, FIT, NONE)
#: seconds after which a file that is being written was given up by whoever wrote it
_STALE = 24 * 3600
_TABLE, _FIELDS = "document", ("sha256", "copy_sha256")
#: how the table's name is written inside a change (CBOR text of eight letters)
_MARK = b"\x68" + _TABLE.encode()


@dataclass(frozen=True)
class Offer:
    """What a dispatch says of files: those it asks for, those it refers to with their bytes, and those that are here
    and that its receiver lacks, the most urgent first."""

    wants: tuple[str, ...] = ()
    names: tuple[tuple[str, int], ...] = ()
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class _Named:
    """A file that a document names; `original` of a photo whose copy travels."""

    sha256: str
    size: int
    document: str
    original: bool


def place_of(data: DataDir, sha256: str) -> Path:
    """Where a file lies, or would lie. Raises ValueError for what is no hash: nobody's text becomes a path."""
    if not is_hash(sha256):
        raise ValueError("hash")
    return data.blobs / sha256


def is_here(data: DataDir, sha256: str | None) -> bool:
    """Whether a file is in this data folder."""
    return is_hash(sha256) and (data.blobs / sha256).is_file()


def keep(data: DataDir, content: bytes) -> str:
    """Put a file under the hash of its content, which is returned (SHA-256, hex). Errors: OSError."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = place_of(data, sha256)
    if not path.is_file() or path.stat().st_size != len(content):
        write_atomically(path, content)
    return sha256


def content(data: DataDir, sha256: str | None) -> bytes:
    """A file, verified. Errors: NotFound when it is not here, or is damaged: then it is set aside and asked for."""
    if not is_here(data, sha256):
        raise NotFound(_("The file has not arrived yet: it is asked for in the next dispatch."))
    path = place_of(data, str(sha256))
    found = path.read_bytes()
    if hashlib.sha256(found).hexdigest() != sha256:
        _set_aside(path)
        raise NotFound(_("The file in this data folder is damaged: it is asked for in the next dispatch."))
    return found


def _set_aside(path: Path) -> None:
    """A damaged file is as good as missing; its bytes stay for whoever wants to rescue something."""
    with suppress(OSError):
        path.replace(path.with_name(f"{path.name}.damaged"))


# Sending


def offer(
    session: UnitSession,
    folder: Folder,
    receiver: str,
    base: tips.Tips | None,
    raws: Sequence[bytes],
    scopes: Collection[str] | None,
) -> Offer:
    """What to say of files in a dispatch for the office `receiver` (id) that carries the changes `raws` on top of
    `base`, in `scopes`.

    The receiver has a file when it acknowledged a document that names it and none of its laptops asks for it.
    Between laptops of one office the originals of photos travel too.
    """
    within = receiver == folder.identity.office
    named = _named(session, scopes, originals_of=receiver if within else None)
    connection = session.connection()
    spoken = peers.spoken(session, receiver, but=folder.identity.device if within else None)
    asked = files.asked_by(connection, [peer.incarnation for peer in spoken])
    unknown = None if base is None else _written_in(raws)
    held = {one.sha256 for one in named if unknown is not None and one.document not in unknown} - asked
    sizes = {one.sha256: one for one in reversed(named)}
    lacking = {one.sha256: one for one in named if one.sha256 not in held}
    sent = files.sent_to(connection, receiver)
    order = sorted(lacking.values(), key=lambda one: (one.sha256 not in asked, one.sha256 in sent, one.original))
    here = {one.sha256: path.stat().st_size for one in order
            if (path := place_of(folder.data, one.sha256)).is_file()}
    return Offer(
        tuple(one for one in sizes if not is_here(folder.data, one))[: files.MOST_NAMED],
        tuple((one.sha256, one.size) for one in lacking.values())[: files.MOST_NAMED],
        tuple(File(one.sha256, here[one.sha256]) for one in order if one.sha256 in here),
    )


def verified(data: DataDir, chosen: Iterable[FileEntry]) -> set[str]:
    """Those of the chosen files that are not what their names say; they are set aside. Each is read once."""
    bad = set()
    for sha256 in dict.fromkeys(one.sha256 for one in chosen):
        path = place_of(data, sha256)
        if files.hash_of(path) != sha256:
            _set_aside(path)
            bad.add(sha256)
    return bad


def piece_of(data: DataDir, entry: FileEntry) -> FilePart:
    """The bytes of a piece. Errors: OSError."""
    with place_of(data, entry.sha256).open("rb") as stream:
        stream.seek(entry.offset)
        return FilePart(entry.sha256, entry.size, entry.offset, stream.read(entry.length))


def _named(
    session: UnitSession, scopes: Collection[str] | None = None, *, originals_of: str | None = None
) -> list[_Named]:
    """The files that visible documents of those scopes name, the newest document first. Of photos the copies, and of
    those of the office `originals_of` (id) the originals as well."""
    columns = (Document.id, Document.office, Document.sha256, Document.size, Document.copy_sha256, Document.copy_size)
    query = sa.select(*columns).where(sa.func.coalesce(Document.deleted, 0) == 0, Document.sha256.is_not(None))
    found: dict[str, _Named] = {}
    for document, office, sha256, size, copy, copy_size in session.execute(query.order_by(Document.id.desc())):
        if scopes is not None and office_scope(office or "") not in scopes:
            continue
        if is_hash(copy):
            found.setdefault(copy, _Named(copy, _bytes(copy_size), document, original=False))
        if is_hash(sha256) and (not is_hash(copy) or (originals_of is not None and office == originals_of)):
            found.setdefault(sha256, _Named(sha256, _bytes(size), document, original=is_hash(copy)))
    return list(found.values())


def _bytes(size: object) -> int:
    """What a record says of a size, as a manifest may repeat it."""
    return size if isinstance(size, int) and 0 <= size < 1 << 53 else 0


def _written_in(raws: Sequence[bytes]) -> set[str]:
    """Documents whose file was named or changed by one of those changes."""
    found = set()
    for raw in raws:
        if _MARK in raw:
            found |= {op.row for op in decode(raw).ops if op.table == _TABLE and any(f in op.values for f in _FIELDS)}
    return found


# Receiving


def take(session: UnitSession, folder: Folder, payload: Payload) -> None:
    """File what a dispatch carries, inside the transaction of its import, and remember what its sender asks for.

    Files are written before the rows that tell of them are committed: when the import fails, they lie there unused
    and harmless. Pieces wait until their file is whole, whichever dispatches they came in. Errors: Refused (full).
    """
    came: list[str] = []
    broken: list[str] = []
    try:
        for part in payload.files:
            whole = _take_part(folder.data, part)
            if whole is not None:
                (came if whole else broken).append(part.sha256)
    except OSError as error:
        raise Refused(
            _("The files of this dispatch do not fit on the disk (%(why)s): free some space, then try again.",
              why=error.strerror or error), "full"
        ) from error  # fmt: skip
    connection = session.connection()
    _note_asked(connection, payload.manifest)
    files.note_state(connection, _state(session, folder.data), broken)
    if came or broken:
        told = {"came": len(set(came)), "damaged": sorted(set(broken)), "from": payload.manifest.from_office}
        replica.audit(connection, "files", told, folder.clock)


def settle(folder: Folder) -> None:
    """Outside of an import: sweep what interrupted work left, and bring the notes in line with the folder.

    Safe at any time, and cheap when there is nothing to do.
    """
    data = folder.data
    for room in (data.blobs, _pieces(data), data.outbox, data.thumbnails):
        for path in room.glob(".*"):
            if folder.clock().timestamp() - path.stat().st_mtime > _STALE:  # another program may be writing it
                path.unlink(missing_ok=True)
    for sha256 in files.waiting_pieces(_pieces(data)):
        if is_here(data, sha256):
            files.forget_pieces(_pieces(data), sha256)
    with read_session(folder.engine) as session:
        if files.is_noted(session.connection(), _state(session, data)):
            return
    with write_session(folder.engine, importer(folder)) as session:
        files.note_state(session.connection(), _state(session, data))


def _pieces(data: DataDir) -> Path:
    return data.blobs / "parts"


def _take_part(data: DataDir, part: FilePart) -> bool | None:
    """True when its file is whole now, None when more has to come, False when the pieces are not that file."""
    target = place_of(data, part.sha256)
    whole = part.offset == 0 and len(part.data) == part.size  # then its hash was compared when the payload was read
    if target.is_file() and target.stat().st_size == part.size and (not whole or files.hash_of(target) == part.sha256):
        return None
    if whole:
        write_atomically(target, part.data)
        files.forget_pieces(_pieces(data), part.sha256)
        return True
    files.keep_piece(_pieces(data), part)
    return files.join(_pieces(data), part.sha256, part.size, target)


def _note_asked(connection: sa.Connection, manifest: Manifest) -> None:
    """Only what the newest dispatch of a peer asks for counts; all its parts ask for the same."""
    peer = next((one for one in tips.peers(connection) if one.incarnation == manifest.from_incarnation), None)
    if peer is not None and peer.serial == manifest.serial:
        wants = [one for one in manifest.wants if is_hash(one)]
        files.note_asked(connection, manifest.from_incarnation, wants[: files.MOST_NAMED])


def _state(session: UnitSession, data: DataDir) -> files.State:
    named = _named(session)
    return {one.sha256: (one.size, is_here(data, one.sha256)) for one in named}


# Telling


def missing_titles(folder: Folder) -> list[str]:
    """Titles of the documents whose file is not here, the newest first."""
    with read_session(folder.engine) as session:
        lacks = {one.document for one in _named(session)
                 if not is_here(folder.data, one.sha256)}
        query = sa.select(Document.title, Document.file_name).where(Document.id.in_(lacks)).order_by(Document.id.desc())
        return [title or name or "" for title, name in session.execute(query)]
