"""The data inside a dispatch, as bytes: `write_payload` and `read_payload`. docs/dispatch-format.md is the reference.

Layout: 8 bytes of magic · lengths of manifest and body frames (4 bytes each, big-endian) · two Zstandard frames of
CBOR · the carried files end to end · SHA-256 of all before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import zstandard

from server.base.errors import Refused
from server.base.i18n import _
from server.sync import collector
from server.sync.canonical import Changeset, dump, load
from server.sync.limits import DEFAULT, Limits, TooMuch, scan
from server.sync.manifest import FileEntry, Manifest, from_wire, to_wire
from server.sync.pack import nowhere, pack
from server.sync.tips import Find, Place
from server.sync.unpack import OutOfReach, no_history, unpack

MAGIC = b"VALISE\x00\x01"
_LEVEL = 19
#: Above this many bytes a body is walked over before it is built, because empty arrays take 64 times their bytes.
_WALK = 8 << 20
_SHA = 32


@dataclass(frozen=True)
class FilePart:
    """A file, or a piece of it from `offset`; `size` is that of the whole file, `sha256` its hash (hex)."""

    sha256: str
    size: int
    offset: int
    data: bytes

    @classmethod
    def whole(cls, data: bytes) -> FilePart:
        """A file in one piece."""
        return cls(hashlib.sha256(data).hexdigest(), len(data), 0, data)


@dataclass(frozen=True)
class Payload:
    """What a dispatch carries. `changes` in an order that can be applied; empty while `waits_for` is not.

    `waits_for` names (stream key, seq) of a changeset that the sender took for known and that is not here.
    """

    manifest: Manifest
    changes: tuple[Changeset, ...]
    files: tuple[FilePart, ...]
    waits_for: tuple[str, int] | None = None

    @property
    def raws(self) -> list[bytes]:
        """The canonical bytes of the changesets."""
        return [change.raw for change in self.changes]


def write_payload(
    manifest: Manifest,
    raws: Sequence[bytes | Changeset],
    files: Sequence[FilePart] = (),
    *,
    place: Place = nowhere,
) -> bytes:
    """The bytes of a payload; the same for the same arguments. `manifest.files` and its counts of changes and ops are
    filled in. `place` is `tips.placer(connection, manifest.base)`."""
    body = pack(raws, manifest.base, place)
    entries = tuple(FileEntry(f.sha256, f.size, f.offset, len(f.data)) for f in files)
    counts = {**manifest.counts, "changesets": len(raws), "ops": len(body["ops"]["shape"])}
    head = _squeeze(dump(to_wire(replace(manifest, files=entries, counts=counts))))
    packed = _squeeze(dump(body))
    lengths = len(head).to_bytes(4, "big") + len(packed).to_bytes(4, "big")
    sections = [MAGIC, lengths, head, packed, *(f.data for f in files)]
    digest = hashlib.sha256()
    for section in sections:
        digest.update(section)
    return b"".join([*sections, digest.digest()])


def read_manifest(data: bytes, limits: Limits = DEFAULT) -> Manifest:
    """The manifest alone: cheap, needs no history. Raises Refused as `read_payload` does."""
    head, _body, _files = _sections(data)
    return _manifest(head, limits)


def read_payload(
    data: bytes,
    limits: Limits = DEFAULT,
    *,
    find: Find = no_history,
    progress: Callable[[int, int], None] | None = None,
    without_changes: bool = False,
) -> Payload:
    """Everything in a payload. `find` is `tips.finder(connection, manifest.base)`; without it only a payload that
    builds on nothing gives its changes. `progress` is told (changes read, changes in all); what it raises goes up.
    `without_changes` leaves them unread: for a dispatch of which it is known that they are all here.

    Raises Refused: `payload_not_ours`, `payload_truncated`, `payload_damaged`, `payload_newer`, `payload_too_large`,
    `payload_manifest`, `payload_body`, `payload_file`.
    """
    head, packed, rest = _sections(data)
    manifest = _manifest(head, limits)
    files = _files(manifest, rest, limits)
    if without_changes:
        return Payload(manifest, (), files)
    try:
        with collector.paused():
            # nobody but `unpack` holds the body, so that it can let go of it on the way
            found = unpack(_cbor(_unsqueeze(packed, limits.body), limits), manifest.base, find, limits, progress)
    except OutOfReach as missing:
        return Payload(manifest, (), files, (missing.stream, missing.seq))
    return Payload(manifest, tuple(found), files)


def _sections(data: bytes) -> tuple[bytes, bytes, memoryview]:
    """(manifest frame, body frame, files), after the hash over everything. The files are not copied: they are large."""
    if data[:6] != MAGIC[:6]:
        raise Refused(_("There is no Valise data in this file. Choose a dispatch."), "payload_not_ours")
    if data[:8] != MAGIC and len(data) >= 8:
        raise Refused(_("This was written by a newer Valise. Update Valise, then open it again."), "payload_newer")
    if len(data) < 16 + _SHA:
        raise _truncated()
    head_end = 16 + int.from_bytes(data[8:12], "big")
    body_end = head_end + int.from_bytes(data[12:16], "big")
    if body_end > len(data) - _SHA:
        raise _truncated()
    if hashlib.sha256(memoryview(data)[:-_SHA]).digest() != data[-_SHA:]:
        raise _damaged()
    return data[16:head_end], data[head_end:body_end], memoryview(data)[body_end:-_SHA]


def _manifest(frame: bytes, limits: Limits) -> Manifest:
    return from_wire(_cbor(_unsqueeze(frame, limits.manifest), limits))


def _files(manifest: Manifest, data: memoryview, limits: Limits) -> tuple[FilePart, ...]:
    """The carried files, each whole one checked against its hash."""
    if len(manifest.files) > limits.files or sum(f.length for f in manifest.files) > limits.file_bytes:
        raise _too_large()
    if sum(f.length for f in manifest.files) != len(data):
        raise _truncated()
    parts, at = [], 0
    for entry in manifest.files:
        content = bytes(data[at : at + entry.length])
        at += entry.length
        whole = entry.offset == 0 and entry.length == entry.size
        if entry.offset + entry.length > entry.size or (whole and hashlib.sha256(content).hexdigest() != entry.sha256):
            raise Refused(_("A file in this dispatch is damaged. Ask the sender to send it again."), "payload_file")
        parts.append(FilePart(entry.sha256, entry.size, entry.offset, content))
    return tuple(parts)


def _squeeze(data: bytes) -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        _LEVEL, source_size=len(data), write_checksum=False, write_content_size=True
    )
    return zstandard.ZstdCompressor(compression_params=parameters).compress(data)


def _unsqueeze(frame: bytes, most: int) -> bytes:
    """One Zstandard frame that says its size, which is checked before anything is allocated."""
    try:
        size = zstandard.frame_content_size(frame)
        if size < 0:
            raise _damaged()
        if size > most:
            raise _too_large()
        decompressor = zstandard.ZstdDecompressor(max_window_size=max(most, 1 << 10))
        data = decompressor.decompress(frame, max_output_size=size, allow_extra_data=False)
    except zstandard.ZstdError as failure:
        raise _damaged() from failure
    if len(data) != size:
        raise _damaged()
    return data


def _cbor(data: bytes, limits: Limits) -> Any:
    try:
        if len(data) > _WALK:
            scan(data, limits)
        return load(data, limits.depth)
    except TooMuch as failure:
        raise _too_large() from failure
    except Exception as failure:  # hostile bytes: decoders fail in many ways
        raise _damaged() from failure


def _truncated() -> Refused:
    sentence = _("This dispatch is incomplete: its end is missing. Ask the sender to send it again.")
    return Refused(sentence, "payload_truncated")


def _damaged() -> Refused:
    return Refused(_("The data in this dispatch is damaged. Ask the sender to send it again."), "payload_damaged")


def _too_large() -> Refused:
    sentence = _("This dispatch holds more than Valise opens at once. Ask the sender to send it in parts.")
    return Refused(sentence, "payload_too_large")
