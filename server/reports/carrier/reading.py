"""Opens a sealed dispatch: the signature is verified over the raw bytes before anything in the file is parsed."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from server.base.errors import Refused
from server.base.i18n import _
from server.reports.carrier import cms, form
from server.reports.carrier.diagnosis import diagnose, refusal, too_large


@dataclass(frozen=True)
class Opened:
    """A dispatch whose bytes are exactly those its signer sealed. Whether the signer is trusted is not judged yet.

    certificate: the signer's, DER. chain: the other certificates that the signature covers, DER.
    payload: the attached data. signed_at: the time the signer's clock claimed (UTC), only to be shown.
    fingerprint: SHA-256 of the certificate in hexadecimal digits.
    """

    certificate: bytes
    chain: tuple[bytes, ...]
    payload: bytes
    signed_at: datetime | None
    fingerprint: str


class _Unsound(ValueError):
    """Something inside the signed area is not as a dispatch has it."""


class _NewerForm(ValueError):
    """The signature is sound; the form is one that this version does not know."""


def open_sealed(data: bytes, *, max_file: int = form.MAX_FILE, max_payload: int = form.MAX_PAYLOAD) -> Opened:
    """Verify the file and take the payload out of it. `max_file` and `max_payload` are in bytes.

    Raises Refused, and nothing else, with one of the codes of docs/dispatch-format.md and a sentence that says what
    happened to the file and what to do next. Takes time in proportion to the bytes of the file, whatever is in it.
    """
    if len(data) > max_file:
        raise too_large(max_file)
    try:
        return _verified(data, max_payload)
    except Refused:
        raise
    except _NewerForm as error:
        raise refusal("unsupported") from error
    except Exception as error:  # the one border: whatever a hostile file provokes becomes one sentence
        raise diagnose(data, not_understood=isinstance(error, cms.UnknownForm)) from error


def read_bounded(path: Path, max_file: int = form.MAX_FILE) -> bytes:
    """The bytes of a file, never more than `max_file` of them. Raises Refused: unreadable, or too_large."""
    try:
        with path.open("rb") as stream:
            data = stream.read(max_file + 1)
    except OSError as error:
        raise Refused(
            _(
                "The file %(name)s could not be read. Check that it is still there and not open elsewhere.",
                name=path.name,
            ),
            "unreadable",
        ) from error
    if len(data) > max_file:
        raise too_large(max_file)
    return data


def _verified(data: bytes, max_payload: int) -> Opened:
    place = _only_place(data)
    view = memoryview(data)
    digest = hashlib.sha256(view[: place.open])
    digest.update(view[place.close :])
    container = cms.verify(_container(data[place.open + 1 : place.close - 1]), digest.digest())
    # The bytes are the signer's from here on. That is no reason to trust sizes in them: signers can be hostile too.
    tail = form.TAIL.match(data, place.close, place.close + 256)
    if tail is None:
        raise _NewerForm
    version, offset, length = (int(tail[number]) for number in (1, 2, 3))
    if version != form.VERSION:
        raise _NewerForm
    if not _is_attachment(data, offset, length) or form.ranges_outside(data, offset, offset + length) != 1:
        raise _Unsound
    return Opened(
        certificate=container.certificate,
        chain=container.others,
        payload=_inflate(data[offset : offset + length], max_payload),
        signed_at=_time(tail[4]),
        fingerprint=hashlib.sha256(container.certificate).hexdigest(),
    )


def _only_place(data: bytes) -> form.Place:
    found = form.places(data)
    if not data.startswith(b"%PDF-") or len(found) != 1 or found[0].end != len(data):
        raise _Unsound
    return found[0]


def _container(hole: bytes) -> bytes:
    """The DER in the hexadecimal hole: lower case, then nothing but zeros."""
    if hole.strip(b"0123456789abcdef"):
        raise _Unsound
    raw = bytes.fromhex(hole.decode("ascii"))
    length = cms.length(raw)
    if raw[length:].strip(b"\0"):
        raise _Unsound
    return raw[:length]


def _is_attachment(data: bytes, offset: int, length: int) -> bool:
    """Whether the payload's place is that of the attachment's stream, so that other programs extract the same bytes."""
    starts, ends = form.STREAM
    dictionary = data[max(0, offset - 512) : offset]
    return dictionary.endswith(starts) and form.MEDIA_MARK in dictionary and data.startswith(ends, offset + length)


def _inflate(stream: bytes, limit: int) -> bytes:
    unpacking = zlib.decompressobj()
    payload = unpacking.decompress(stream, limit + 1)
    if len(payload) > limit:
        raise too_large(limit)
    if not unpacking.eof or unpacking.unused_data:
        raise _Unsound
    return payload


def _time(digits: bytes) -> datetime | None:
    try:
        return datetime.strptime(digits.decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
