"""Bounds that hostile data meets before anything is allocated for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The most that a payload may hold: bytes unpacked, CBOR items, depth of nesting, changesets, ops, files."""

    manifest: int = 4 << 20
    body: int = 256 << 20
    items: int = 12_000_000
    depth: int = 16
    changesets: int = 1_000_000
    ops: int = 2_000_000
    files: int = 10_000
    file_bytes: int = 1 << 30


DEFAULT = Limits()


class TooMuch(ValueError):
    """A bound was reached."""


def scan(data: bytes, limits: Limits) -> None:
    """Walk over CBOR without building anything. Raises TooMuch beyond the bounds, ValueError for what is no plain
    CBOR (tags, indefinite lengths, bytes missing or left over)."""
    at, end, items = 0, len(data), 0
    open_items = [1]
    while open_items:
        if open_items[-1] == 0:
            open_items.pop()
            continue
        open_items[-1] -= 1
        items += 1
        first = data[at] if at < end else -1
        major, info = first >> 5, first & 31
        if first < 0 or major == 6 or info > 27:
            raise ValueError("not plain CBOR")
        at += 1
        value = info
        if info > 23:
            width = 1 << info - 24
            value = int.from_bytes(data[at : at + width], "big")
            at += width
        if major in (2, 3):
            at += value
        elif major in (4, 5):
            count = value * (major - 3)
            items_left = end - at
            if count > items_left:
                raise ValueError("bytes missing")
            open_items.append(count)
            if len(open_items) > limits.depth + 1:
                raise TooMuch("depth")
        if at > end:
            raise ValueError("bytes missing")
        if items > limits.items:
            raise TooMuch("items")
    if at != end:
        raise ValueError("bytes left over")
