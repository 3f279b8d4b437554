"""Operators of a page, compressed while the page waits for the rest: one deflate stream out of several parts."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

#: Head of a zlib stream (RFC 1950) whose parts follow as raw deflate.
_HEAD = b"\x78\x9c"
_RAW = -15


class Packed:
    """A content stream that is not held in full. Operators are text of one byte a character."""

    def __init__(self) -> None:
        self._parts = [_HEAD]
        self._check = zlib.adler32(b"")

    def add(self, operators: Sequence[str]) -> None:
        """Put operators behind those that are there."""
        if operators:
            self._put(operators, zlib.Z_FULL_FLUSH)

    def finish(self, operators: Sequence[str]) -> bytes:
        """The whole stream, with these operators as its last; nothing can be added to it."""
        self._put(operators, zlib.Z_FINISH)
        whole = b"".join([*self._parts, self._check.to_bytes(4, "big")])
        self._parts = []
        return whole

    def _put(self, operators: Sequence[str], end: int) -> None:
        data = "".join([f"{operator}\n" for operator in operators]).encode("latin-1")
        self._check = zlib.adler32(data, self._check)
        packer = zlib.compressobj(wbits=_RAW)
        self._parts.append(packer.compress(data) + packer.flush(end))
