"""Filing: a file becomes a document, kept under the hash of its content; the record travels, the file stays here."""

from __future__ import annotations

import hashlib
import mimetypes

from server.base.errors import NotFound, Refused
from server.base.i18n import _
from server.base.paths import DataDir, write_atomically
from server.base.text import one_line
from server.domain.activities.commands import log_activity
from server.domain.activities.queries import activity
from server.domain.documents.commands import file_document
from server.domain.documents.queries import DocumentFacts
from server.domain.records import Work

#: bytes; scanned minutes are some megabytes
LARGEST = 50 * 1024 * 1024


def file_evidence(
    work: Work, data: DataDir, activity_id: str, title: str, note: str, upload: tuple[str, bytes] | None
) -> str:
    """File a document (`upload`: file name and content, if there is one) and name it as evidence of an activity.

    The file is on disk before the record that names it. Returns the document's id. Errors: Refused, RulesBroken.
    """
    values: dict[str, object] = {"kind": "evidence", "title": title or None, "note": note or None}
    if upload is not None:
        name, content = upload
        if len(content) > LARGEST:
            raise Refused(_("This file is too large: scan or save it smaller than 50 MB."), "too_large", "file")
        sha256 = keep_file(data, content)
        values |= {
            "title": title or name,
            "file_name": one_line(name),
            "sha256": sha256,
            "size": len(content),
            "media_type": mimetypes.guess_type(name)[0] or "application/octet-stream",
        }
    document = file_document(work, values)
    name_evidence(work, activity_id, document)
    return document


def name_evidence(work: Work, activity_id: str, document: str) -> None:
    """Say that a document shows an activity. Errors: NotFound, RulesBroken."""
    known = activity(work.session, activity_id).evidence_ids
    if document not in known:
        log_activity(work, {"evidence_ids": [*known, document]}, id=activity_id)


def take_evidence_away(work: Work, activity_id: str, document: str) -> None:
    """Say that a document does not show an activity after all; it stays filed. Errors: NotFound, RulesBroken."""
    known = activity(work.session, activity_id).evidence_ids
    log_activity(work, {"evidence_ids": [one for one in known if one != document] or None}, id=activity_id)


def keep_file(data: DataDir, content: bytes) -> str:
    """Put a file under the hash of its content, which is returned (SHA-256, hex)."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = data.blobs / sha256
    if not path.is_file():
        write_atomically(path, content)
    return sha256


def lies_here(document: DocumentFacts, data: DataDir) -> bool:
    """Whether the document's file is in this data folder."""
    return document.sha256 is not None and (data.blobs / document.sha256).is_file()


def content_of(document: DocumentFacts, data: DataDir) -> bytes:
    """The document's file. Errors: NotFound when it is not in this data folder."""
    if not lies_here(document, data):
        raise NotFound(_("The file is not in this data folder: ask the office that filed it."))
    return (data.blobs / str(document.sha256)).read_bytes()
