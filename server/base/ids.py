"""Identifiers: UUIDv7 (RFC 9562 §5.7) as 36-character lowercase text."""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid


def new_id(milliseconds: int | None = None) -> str:
    """A new UUIDv7. The time in it only helps locality in the index; nothing is ever decided by it."""
    ms = (time.time_ns() // 1_000_000 if milliseconds is None else milliseconds) & (1 << 48) - 1
    value = ms << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def is_short_for(typed: str, full: str) -> bool:
    """Whether somebody who types this means that id or hash: six characters of its beginning, or more.

    Fewer would soon be a number of something else that happens to be how the id begins.
    """
    return len(typed) >= 6 and full.startswith(typed.casefold())


def named_id(*parts: str) -> str:
    """The same id for the same parts, as UUIDv8 (RFC 9562 §5.8): for records that a data file names by a code."""
    digest = bytearray(hashlib.sha256("\x1f".join(parts).encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))
