"""Filing: a file becomes a document, kept under the hash of its content; of a photo a scaled copy is what travels."""

from __future__ import annotations

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
from server.domain.documents.queries import DocumentFacts
from server.domain.records import Work
from server.services import files, pictures
from server.sync.files import asked_by, is_hash, note_here
from server.sync.tips import peers

#: bytes; scanned minutes are some megabytes
LARGEST = 50 * 1024 * 1024
_BINARY = "application/octet-stream"

#: a picture's bytes and their media type
Shown = tuple[bytes, str]


@dataclass(frozen=True)
class Upload:
    """A file that a person chose: its name, which is only ever shown, and what reads it."""

    name: str
    read: Callable[[], bytes]


def file_evidence(
    work: Work, data: DataDir, activity_id: str, title: str, note: str, uploads: Sequence[Upload] = ()
) -> list[str]:
    """File a document for each upload, or one without a file, and name them as evidence of an activity.

    Of several files each keeps `title` with its number behind it, or else its own name. Every file is on disk before
    the record that names it. Returns the documents' ids. Errors: Refused, RulesBroken.
    """
    made = file_papers(work, data, {"kind": "evidence", "title": title or None, "note": note or None}, uploads)
    for document in made:
        name_evidence(work, activity_id, document)
    return made


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
    content = upload.read()
    if len(content) > LARGEST:
        raise Refused(
            _("%(file)s is too large: scan or save it smaller than 50 MB.", file=upload.name), "too_large", "file"
        )
    try:
        sha256 = files.keep(data, content)
        copy = pictures.scaled(content)
        copy_sha256 = files.keep(data, copy.data) if copy else None
    except OSError as error:
        raise Refused(
            _("%(file)s cannot be filed (%(why)s): free some disk space and try again.", file=upload.name,
              why=error.strerror or error), "full", "file"
        ) from error  # fmt: skip
    note_here(work.session.connection(), copy_sha256 or sha256, len(copy.data) if copy else len(content))
    return {
        "file_name": one_line(upload.name),
        "sha256": sha256,
        "size": len(content),
        "media_type": mimetypes.guess_type(upload.name)[0] or _BINARY,
        "copy_sha256": copy_sha256,
        "copy_size": len(copy.data) if copy else None,
    }


def name_evidence(work: Work, activity_id: str, document: str) -> None:
    """Say that a document shows an activity. Errors: NotFound, RulesBroken."""
    known = activity(work.session, activity_id).evidence_ids
    if document not in known:
        log_activity(work, {"evidence_ids": [*known, document]}, id=activity_id)


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

    `missing` says that what should have travelled here has not arrived.
    """

    document: DocumentFacts
    original: bool
    copy: bool
    picture: bool

    @property
    def missing(self) -> bool:
        """Whether a file is known that is not here in any form."""
        return self.document.sha256 is not None and not (self.original or self.copy)


def evidence_of(documents: Sequence[DocumentFacts], data: DataDir) -> list[Evidence]:
    """Documents with what of them is in this data folder."""
    return [_evidence(one, data) for one in documents]


def _evidence(one: DocumentFacts, data: DataDir) -> Evidence:
    original, copy = files.is_here(data, one.sha256), files.is_here(data, one.copy_sha256)
    return Evidence(one, original, copy, copy or (original and _can_be_shown(one, data)))


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
