"""The carrier: one signed PDF/A-3 file that holds pages for people and the data for Valise.

Lives here: embedding, PDF/A dressing, signing, and the reader that verifies before it parses. May import: server.base.
Must not: server.sync (who is trusted, and what the payload means, is judged by services), Flask, ReportLab.

Rooms: form (what a dispatch looks like from outside) and der below cms (verification) below diagnosis and reading;
archival and signing below sealing. The libraries that write (pikepdf, pyHanko) are imported on the first sealing only,
because they take half a second of a start. docs/dispatch-format.md describes the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from server.reports.carrier.form import ATTACHMENT, MAX_FILE, MAX_PAYLOAD
from server.reports.carrier.reading import Opened, open_sealed, read_bounded

__all__ = ["ATTACHMENT", "MAX_FILE", "MAX_PAYLOAD", "Opened", "archive", "open_sealed", "read_bounded", "seal"]


def seal(
    pages: bytes,
    payload: bytes,
    *,
    key: EllipticCurvePrivateKey,
    certificate: bytes,
    chain: Sequence[bytes],
    title: str,
    author: str,
    subject: str,
    language: str,
    when: datetime,
    box: tuple[float, float, float, float] | None = None,
    page: int = 0,
) -> bytes:
    """Pages and payload as one PDF/A-3b file signed by `key` (PAdES-B-B, ECDSA P-256, SHA-256).

    pages: a PDF whose fonts are embedded. payload: compressed data, at most MAX_PAYLOAD bytes. certificate: of `key`,
    DER; chain: further certificates to carry and to cover, DER, in any order. box: left, bottom, right, top in points
    on the page of that index, where the signature can be clicked; none makes it invisible. when: an aware time.
    The same input gives the same bytes wherever the cryptographic library signs deterministically (RFC 6979).
    Raises Refused (too_large) when the file would be refused by its receiver, ValueError for a key that does not fit.
    """
    from server.reports.carrier.sealing import seal_pages  # noqa: PLC0415  (slow libraries, see above)

    return seal_pages(
        pages,
        payload,
        key=key,
        certificate=certificate,
        chain=chain,
        title=title,
        author=author,
        subject=subject,
        language=language,
        when=when,
        box=box,
        page=page,
    )


def archive(pages: bytes, *, title: str, author: str, subject: str, language: str, when: datetime) -> bytes:
    """Drawn pages as PDF/A-3b without data and signature, for documents that are only read. Same input, same bytes."""
    from server.reports.carrier.archival import Properties, archive  # noqa: PLC0415  (slow libraries, see above)

    return archive(pages, Properties(title, author, subject, language, when))
