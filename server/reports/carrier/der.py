"""A strict reader and writer of the little DER that a signature is made of (ITU-T X.690 §8, §10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

#: Tags of the universal types a signature uses; all of one byte.
INTEGER, OCTETS, NULL, OBJECT, SEQUENCE, SET = 0x02, 0x04, 0x05, 0x06, 0x30, 0x31
#: `[0]` of a CMS structure, holding other values.
CONTEXT_0 = 0xA0
#: More values than this in one structure is no signature of ours.
MOST_CHILDREN = 32


class DerError(ValueError):
    """The bytes are not DER, or not the value that was looked for."""


@dataclass(frozen=True)
class Item:
    """One value in `data`: its header begins at `start`, its content at `body`; it ends before `end`."""

    data: bytes
    tag: int
    start: int
    body: int
    end: int

    @property
    def encoded(self) -> bytes:
        """Header and content."""
        return self.data[self.start : self.end]

    @property
    def content(self) -> bytes:
        """The content alone."""
        return self.data[self.body : self.end]

    def children(self) -> list[Item]:
        """The values inside, in order. Raises DerError when they do not fill it exactly or are too many."""
        found = []
        for item in _walk(self.data, self.body, self.end):
            found.append(item)
            if len(found) > MOST_CHILDREN:
                raise DerError("too many values")
        return found


def read(data: bytes, at: int = 0, end: int | None = None, tag: int | None = None) -> Item:
    """The value whose header begins at `at`. Only one-byte tags and the shortest definite lengths are DER here.

    Raises DerError when it reaches beyond `end`, or has another tag than `tag`.
    """
    limit = len(data) if end is None else end
    if at + 2 > limit:
        raise DerError("cut short")
    found, length, body = data[at], data[at + 1], at + 2
    if found & 0x1F == 0x1F:
        raise DerError("long tag")
    if length >= 0x80:
        count = length - 0x80
        if not 1 <= count <= 3 or body + count > limit:
            raise DerError("length")
        length = int.from_bytes(data[body : body + count])
        if length < 0x80 or length >> 8 * (count - 1) == 0:
            raise DerError("length not in its shortest form")
        body += count
    if body + length > limit:
        raise DerError("cut short")
    if tag is not None and found != tag:
        raise DerError("another kind of value")
    return Item(data, found, at, body, body + length)


def _walk(data: bytes, at: int, end: int) -> Iterator[Item]:
    while at < end:
        item = read(data, at, end)
        yield item
        at = item.end


def write(tag: int, *parts: bytes) -> bytes:
    """A value of `tag` holding `parts` one after the other."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, 0x80 + len(size))) + size + content


def object_id(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    content = bytearray()
    for number in (first * 40 + second, *rest):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        content += bytes(reversed(septets))
    return write(OBJECT, bytes(content))
