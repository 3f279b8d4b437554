"""Columns of values in a payload: all values of one field of one table, in the order of the ops that write it.

On the wire a column is [mode, data]: 0 the values themselves · 1 record ids as pool codes, null for none · 2 several
record ids, as arrays of pool codes · 3 texts: [lengths in characters, all texts joined].
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from server.sync.pool import PoolReader, PoolWriter, looks_like_id

VALUES, IDS, LISTS, TEXTS = range(4)


def mode_of(values: Sequence[Any]) -> int:
    """The mode that keeps all the values exactly and takes the least."""
    given = [value for value in values if value is not None]
    if given and all(looks_like_id(value) for value in given):
        return IDS
    if given and all(isinstance(value, str) and all(map(looks_like_id, value.split(" "))) for value in given):
        return LISTS
    return TEXTS if given and all(isinstance(value, str) for value in given) else VALUES


def column_to_wire(mode: int, values: Sequence[Any]) -> list[Any]:
    """A column as it travels; in the modes of ids `values` are codes already."""
    if mode == TEXTS:
        return [mode, [[None if v is None else len(v) for v in values], "".join(v for v in values if v is not None)]]
    return [mode, list(values)]


def code(mode: int, value: Any, pool: PoolWriter) -> Any:
    """What the column holds for a value met at this place."""
    if mode == IDS and value is not None:
        return pool.code(value)
    if mode == LISTS and value is not None:
        return [pool.code(part) for part in value.split(" ")]
    return value


def column_reader(wire: Sequence[Any], pool: PoolReader) -> Iterator[Any]:
    """The values of a column, one after the other; codes of ids are looked up when their turn comes."""
    mode, data = wire
    if mode == TEXTS:
        return iter(list(_texts(*data)))  # at once, so that the joined texts can go
    if mode == IDS:
        return (None if item is None else pool.id(item) for item in data)
    if mode == LISTS:
        return (None if item is None else " ".join([pool.id(part) for part in item]) for item in data)
    if mode == VALUES:
        return iter(data)
    raise ValueError("mode")


def _texts(lengths: Sequence[int | None], joined: str) -> Iterator[str | None]:
    at = 0
    for length in lengths:
        if length is None:
            yield None
            continue
        if length < 0 or at + length > len(joined):
            raise ValueError("text")
        yield joined[at : at + length]
        at += length
    if at != len(joined):
        raise ValueError("text left over")
