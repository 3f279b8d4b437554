"""Filing: a file becomes a document, kept under the hash of its content; of a photo a scaled copy is what travels."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.base.errors import NotFound, Refused
from server.base.i18n import _
from server.base.paths import DataDir, write_atomically
from server.base.text import one_line
from server.db.session import UnitSession
from server.domain.activities.commands import log_activity
from server.domain.activities.queries import activity
from server.domain.documents.commands import file_document
from server.domain.documents.queries import DocumentFacts, documents
from server.domain.records import Work
from server.services import files, pictures
from server.sync.files import asked_by, is_hash, note_here
from server.sync.tips import peers

#: bytes; scanned minutes are some megabytes
LARGEST = 50 * 1024 * 1024
_BINARY = "application/octet-stream"
#: endings of pictures that are not in every list of media types
_PICTURES = (".heic", ".heif", ".avif", ".dng", ".cr2", ".nef", ".arw")

#: a picture's bytes and their media type
Shown = tuple[bytes, str]


@dataclass(frozen=True)
class Upload:
    """A file that a person chose: its name, which is only ever shown, and what reads it, as often as it is asked."""

    name: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Turned:
    """A file that was turned away, and the sentence that says why and what to do."""

    name: str
    sentence: str


@dataclass(frozen=True)
class Filing:
    """What became of files: ids of the documents made of them, and those that were turned away."""

    made: tuple[str, ...] = ()
    turned: tuple[Turned, ...] = ()


def file_evidence(
    work: Work, data: DataDir, activity_id: str, title: str, note: str, uploads: Sequence[Upload] = (), *,
    place: bool = False,
) -> Filing:  # fmt: skip
    """File a document for each upload, or one without a file, and name them as evidence of an activity.

    A file that cannot be evidence is turned away with a sentence; the others are filed. Of several files each keeps
    `title` with its number behind it, or else its own name. `place`: photos travel with the place they were taken at.
    Every file is on disk before the record that names it. Errors: NotFound, RulesBroken.
    """
    known = activity(work.session, activity_id).evidence_ids
    common = {"kind": "evidence", "title": title or None, "note": note or None}
    have = {one.sha256 for one in documents(work.session, known)}
    made = [] if uploads else [file_document(work, common)]
    turned: list[Turned] = []
    for upload in uploads:
        try:
            found = _evident(work, data, upload, have, place)
        except (Refused, NotFound) as error:
            turned.append(Turned(upload.name, error.message))
            continue
        have.add(str(found["sha256"]))
        named = f"{title} {len(made) + 1}" if title and len(uploads) > 1 else title or upload.name
        made.append(file_document(work, {**common, "title": named, **found}))
    if made:
        log_activity(work, {"evidence_ids": [*known, *made]}, id=activity_id)
    return Filing(tuple(made), tuple(turned))


def _evident(work: Work, data: DataDir, upload: Upload, have: set[str | None], place: bool) -> dict[str, object]:
    """What a document's record says of a file that becomes evidence: not twice the same, and no picture that nobody
    could see. Errors: Refused."""
    name, content = upload.name, _content(upload)
    if hashlib.sha256(content).hexdigest() in have:
        raise Refused(_("%(file)s is here already: it was not filed twice.", file=name), "twice", "file")
    copy = pictures.scaled(content, place=place)
    if copy is None and (sentence := _why_unseen(name, pictures.trouble(content))):
        raise Refused(sentence, "picture", "file")
    return _filed(work, data, name, content, copy)


def _why_unseen(name: str, trouble: str) -> str:
    """What is said of a picture that cannot be shown; nothing of papers, and of scans of several pages."""
    if trouble == pictures.HUGE:
        return _("%(file)s has too many pixels to be shown: save it smaller and choose it again.", file=name)
    if trouble == pictures.DAMAGED:
        return _("%(file)s is damaged and cannot be shown: copy it from the camera or telephone once more.", file=name)
    called = (mimetypes.guess_type(name)[0] or "").startswith("image/") or name.lower().endswith(_PICTURES)
    if trouble == pictures.FOREIGN and called:
        return _("%(file)s is not a picture that can be shown: save it as JPEG or PNG and choose it again.", file=name)
    return ""


def file_papers(
    work: Work, data: DataDir, common: Mapping[str, object], uploads: Sequence[Upload] = ()
) -> list[str]:
    """File a document with the values `common` for each upload, or one without a file. Titles as for evidence.

    Returns the documents' ids. Errors: Refused, RulesBroken.
    """
    if not uploads:
        return [file_document(work, common)]
    made, title = [], common.get("title")
    for number, upload in enumerate(uploads, 1):
        named = f"{title} {number}" if title and len(uploads) > 1 else title or upload.name
        made.append(file_document(work, {**common, "title": named, **filed(work, data, upload)}))
    return made


def filed(work: Work, data: DataDir, upload: Upload) -> dict[str, object]:
    """Keep a file, and the copy of a photo; what a document's record says of both. Errors: Refused."""
    content = _content(upload)
    return _filed(work, data, upload.name, content, pictures.scaled(content))


def hold(data: DataDir, upload: Upload) -> str:
    """Keep a file that no record names yet; its hash, for `held`. Errors: Refused."""
    return _keep(data, upload.name, _content(upload))


def held(data: DataDir, name: str, sha256: str) -> Upload:
    """A file that was put on hold, as if it were chosen again. Its reading raises NotFound when it is not here."""
    return Upload(name, lambda: files.content(data, sha256))


def _content(upload: Upload) -> bytes:
    content = upload.read()
    if len(content) > LARGEST:
        raise Refused(
            _("%(file)s is too large: scan or save it smaller than 50 MB.", file=upload.name), "too_large", "file"
        )
    return content


def _keep(data: DataDir, name: str, content: bytes) -> str:
    try:
        return files.keep(data, content)
    except OSError as error:
        raise Refused(
            _("%(file)s cannot be filed (%(why)s): free some disk space and try again.", file=name,
              why=error.strerror or error), "full", "file"
        ) from error  # fmt: skip


def _filed(work: Work, data: DataDir, name: str, content: bytes, copy: pictures.Picture | None) -> dict[str, object]:
    sha256 = _keep(data, name, content)
    copy_sha256 = _keep(data, name, copy.data) if copy else None
    note_here(work.session.connection(), copy_sha256 or sha256, len(copy.data) if copy else len(content))
    return {
        "file_name": one_line(name),
        "sha256": sha256,
        "size": len(content),
        "media_type": mimetypes.guess_type(name)[0] or _BINARY,
        "copy_sha256": copy_sha256,
        "copy_size": len(copy.data) if copy else None,
    }


def name_evidence(work: Work, activity_id: str, document: str, at: int | None = None) -> None:
    """Say that a document shows an activity, as the one at the place `at` (0 is first), or as the last.

    Errors: NotFound, RulesBroken.
    """
    known = [*activity(work.session, activity_id).evidence_ids]
    if document not in known:
        known.insert(len(known) if at is None else max(at, 0), document)
        log_activity(work, {"evidence_ids": known}, id=activity_id)


def move_evidence(work: Work, activity_id: str, document: str, by: int) -> None:
    """Show a document `by` places later than it is, or earlier: as far as the first or the last of those shown.

    What is named and has not arrived or was deleted is passed over. Errors: NotFound, RulesBroken.
    """
    known = [*activity(work.session, activity_id).evidence_ids]
    shown = [one.id for one in documents(work.session, known)]
    if document not in shown:
        return
    there = shown[min(max(shown.index(document) + by, 0), len(shown) - 1)]
    if there != document:
        target = known.index(there)
        known.remove(document)
        known.insert(target, document)
        log_activity(work, {"evidence_ids": known}, id=activity_id)


def take_evidence_away(work: Work, activity_id: str, document: str) -> None:
    """Say that a document does not show an activity after all; it stays filed. Errors: NotFound, RulesBroken."""
    known = activity(work.session, activity_id).evidence_ids
    log_activity(work, {"evidence_ids": [one for one in known if one != document] or None}, id=activity_id)


def travels_unscaled(documents: Sequence[DocumentFacts]) -> bool:
    """Whether one of them is a picture that could not be scaled: it travels as it is, location included."""
    return any(one.sha256 and not one.copy_sha256 and one.media_type.startswith("image/") for one in documents)


@dataclass(frozen=True)
class Evidence:
    """A document as a page shows it: which of its files are here, and whether it can be looked at.

    `missing` says that what should have travelled here has not arrived. `placed` says that the original knows where
    it was taken, `tells_place` that what travels does.
    """

    document: DocumentFacts
    original: bool
    copy: bool
    picture: bool
    placed: bool = False
    tells_place: bool = False

    @property
    def missing(self) -> bool:
        """Whether a file is known that is not here in any form."""
        return self.document.sha256 is not None and not (self.original or self.copy)


def evidence_of(documents: Sequence[DocumentFacts], data: DataDir, *, places: bool = False) -> list[Evidence]:
    """Documents with what of them is in this data folder; `places` looks into each photo for where it was taken."""
    return [_evidence(one, data, places) for one in documents]


def _evidence(one: DocumentFacts, data: DataDir, places: bool) -> Evidence:
    original, copy = files.is_here(data, one.sha256), files.is_here(data, one.copy_sha256)
    placed = places and original and bool(one.copy_sha256) and pictures.has_place(files.place_of(data, str(one.sha256)))
    tells = places and copy and pictures.has_place(files.place_of(data, str(one.copy_sha256)))
    return Evidence(one, original, copy, copy or (original and _can_be_shown(one, data)), placed, tells)


def _can_be_shown(one: DocumentFacts, data: DataDir) -> bool:
    """Of a picture without a copy: it was filed by an earlier Valise, or it could not be scaled then either."""
    if not one.media_type.startswith("image/"):
        return False
    try:
        return bool(small_picture(one, data))
    except NotFound:
        return False


def content_of(document: DocumentFacts, data: DataDir, *, copy: bool = False) -> bytes:
    """The document's file, verified: the original if it is here, else the copy, which `copy` asks for.

    Errors: NotFound when neither is in this data folder.
    """
    wanted = [document.copy_sha256] if copy else [document.sha256, document.copy_sha256]
    sha256 = next((one for one in wanted if files.is_here(data, one)), document.sha256)
    return files.content(data, sha256)


def name_of(document: DocumentFacts, content: bytes) -> str:
    """The name to save a document's file under: a copy has another form than the file it was made of."""
    name = document.file_name or document.title or "file"
    stem = name.rpartition(".")[0] or name
    if document.copy_sha256 and len(content) == document.copy_size:
        return f"{stem}.{'png' if content.startswith(pictures.PNG) else 'jpg'}"
    return name


def asked_for(session: UnitSession) -> set[str]:
    """Hashes of the files that somebody else asked for in the newest dispatch that came from there."""
    connection = session.connection()
    return asked_by(connection, [peer.incarnation for peer in peers(connection)])


def to_show(document: DocumentFacts, data: DataDir) -> tuple[str, bytes, str]:
    """Name, bytes and media type of what may be opened without saving it: a PDF as it is, a picture made anew.

    Anything else could be a program. Errors: NotFound.
    """
    content = content_of(document, data)
    stem = (document.file_name or document.title or "file").rpartition(".")[0] or document.title or "file"
    if content.startswith(b"%PDF-"):
        return f"{stem}.pdf", content, "application/pdf"
    found = pictures.scaled(content)
    if found is None:
        raise NotFound(_("This kind of file is not opened here: save it, and open it with its own program."))
    media_type = pictures.media_type(found.data)
    return f"{stem}.{media_type.rpartition('/')[2]}", found.data, media_type


def opens(one: Evidence) -> bool:
    """Whether a document's file looks like one that `to_show` shows."""
    return one.picture or (one.original and one.document.media_type == "application/pdf")


def small_picture(document: DocumentFacts, data: DataDir) -> Shown:
    """A document's picture for a list, of our own making. Errors: NotFound when there is none.

    Made once and kept beside the files; it can be thrown away at any time.
    """
    sha256 = next((one for one in (document.copy_sha256, document.sha256) if files.is_here(data, one)), None)
    if not is_hash(sha256):
        raise NotFound(_("The file has not arrived yet: it is asked for in the next dispatch."))
    kept = data.thumbnails / sha256
    if not kept.is_file():
        found = pictures.scaled(files.content(data, sha256), pictures.SMALL)
        if found is None:
            raise NotFound(_("This file is no picture that can be shown: download it."))
        write_atomically(kept, found.data)
    small = kept.read_bytes()
    return small, pictures.media_type(small)
