"""Record ids in a payload: each once, as few bytes as its kind allows, everywhere else by its number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: Kinds of ids: UUIDv7 (its milliseconds as a difference), other UUIDs, any text.
_TIMED, _PLAIN, _TEXT = 0, 1, 2


def looks_like_id(value: object) -> bool:
    """Whether a value is a UUID in the one form that comes back from 16 bytes."""
    return isinstance(value, str) and len(value) == 36 and _UUID.fullmatch(value) is not None


class PoolWriter:
    """Gives numbers to ids: 0 says "the next new one", k + 1 says "the one met as number k"."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._ids: list[str] = []

    def code(self, name: str) -> int:
        """The code of an id at this place."""
        number = self._numbers.get(name)
        if number is not None:
            return number + 1
        self._numbers[name] = len(self._ids)
        self._ids.append(name)
        return 0

    def to_wire(self) -> list[Any]:
        """[kinds, differences of milliseconds, 10 bytes of each timed id, 16 of each plain one, texts]."""
        kinds: list[int] = []
        steps: list[int] = []
        tails, plain = bytearray(), bytearray()
        texts: list[str] = []
        before = 0
        for name in self._ids:
            if not looks_like_id(name):
                kinds.append(_TEXT)
                texts.append(name)
                continue
            data = bytes.fromhex(name.replace("-", ""))
            if data[6] >> 4 == 7:
                kinds.append(_TIMED)
                millisecond = int.from_bytes(data[:6], "big")
                steps.append(millisecond - before)
                before = millisecond
                tails += data[6:]
            else:
                kinds.append(_PLAIN)
                plain += data
        return [bytes(kinds), steps, bytes(tails), bytes(plain), texts]


class PoolReader:
    """The ids of a payload in the order of their first use."""

    def __init__(self, wire: Sequence[Any]) -> None:
        kinds, steps, tails, plain, texts = wire
        self._ids: list[str] = list(_ids(kinds, steps, tails, plain, texts))
        self._met = 0

    @property
    def used_up(self) -> bool:
        """Whether every id was met."""
        return self._met == len(self._ids)

    def id(self, code: int) -> str:
        """The id that a code means at this place. Raises IndexError for a code that means none."""
        if code == 0:
            self._met += 1
            return self._ids[self._met - 1]
        if not 1 <= code <= self._met:
            raise IndexError(code)
        return self._ids[code - 1]


def _ids(
    kinds: bytes, steps: Sequence[int], tails: bytes, plain: bytes, texts: Sequence[str]
) -> Iterable[str]:
    timed = plains = words = millisecond = 0
    for kind in kinds:
        if kind == _TIMED:
            millisecond += steps[timed]
            yield _hyphened(millisecond.to_bytes(6, "big").hex() + tails[timed * 10 : timed * 10 + 10].hex())
            timed += 1
        elif kind == _PLAIN:
            yield _hyphened(plain[plains * 16 : plains * 16 + 16].hex())
            plains += 1
        else:
            yield texts[words]
            words += 1
    if (timed, timed * 10, plains * 16, words) != (len(steps), len(tails), len(plain), len(texts)):
        raise ValueError("ids left over")


def _hyphened(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
