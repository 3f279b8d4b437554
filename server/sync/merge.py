"""What a set of changes means for a row. Pure: no database, no clock.

The heads of a field are the changesets that wrote it and that no later writer named as predecessor. Heads of a row are
kept as {changeset number: mask of the fields it is a head of}.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import cbor2

#: Heads of one row.
Heads = dict[int, int]


def parse(text: str) -> Heads:
    """Heads from their stored form `n:mask n:mask` (hexadecimal)."""
    heads = {}
    for pair in text.split():
        number, _colon, mask = pair.partition(":")
        heads[int(number, 16)] = int(mask, 16)
    return heads


def form(heads: Mapping[int, int]) -> str:
    """The stored form of `heads`, sorted by number."""
    return " ".join(f"{n:x}:{heads[n]:x}" for n in sorted(heads))


def supersede(heads: Heads, new: int, bits: int, preds: Iterable[tuple[int, int]]) -> None:
    """Apply one op in place: heads = (heads - predecessors) + new.

    `bits` are the fields the changeset `new` wrote; `preds` gives (number of a predecessor, fields it lost).
    """
    for number, lost in preds:
        left = heads.get(number, 0) & ~lost
        if left:
            heads[number] = left
        else:
            heads.pop(number, None)
    if bits:
        heads[new] = heads.get(new, 0) | bits


def holders(heads: Mapping[int, int], bit: int) -> list[int]:
    """Numbers of the changesets that are heads of the field with that bit number."""
    return [n for n, mask in heads.items() if mask >> bit & 1]


def winner(contenders: Sequence[tuple[int, bytes]]) -> int:
    """Index of the head that is shown, of (depth, id) pairs: the deepest in ancestry, then the greatest id."""
    return max(range(len(contenders)), key=lambda i: contenders[i])


def same(values: Sequence[Any]) -> bool:
    """Whether all values are the same, type and all (1 is not 1.0, and -0.0 is not 0.0)."""
    first = values[0]
    if all(type(v) is type(first) and isinstance(v, (str, int, type(None))) for v in values):
        return all(v == first for v in values)
    return len({cbor2.dumps(v, canonical=True) for v in values}) == 1


def unseen(heads: Mapping[int, int], deleted_bit: int, deleters: Iterable[int], seen: Iterable[int]) -> list[int]:
    """Heads of the row's other fields that no deletion's author had seen, sorted. None left means: hide the row."""
    known = {*deleters, *seen}
    others = ~(1 << deleted_bit)
    return sorted(n for n, mask in heads.items() if mask & others and n not in known)
