"""Serbian in Latin letters, made from Cyrillic: its orthography pairs them letter by letter."""

from __future__ import annotations

import re

_PAIRS = dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)) | {
    "љ": "lj", "њ": "nj", "џ": "dž"}  # fmt: skip
_LETTERS = str.maketrans(_PAIRS | {one.upper(): other.capitalize() for one, other in _PAIRS.items()})
#: a letter that becomes two, in a word of capitals: before a capital, or at the end after one
_CAPITALS = re.compile("[ЉЊЏ](?=[А-ЯЂЈЉЊЋЏ])|(?<=[А-ЯЂЈЉЊЋЏ])[ЉЊЏ](?![а-яђјљњћџ])")


def in_latin(text: str) -> str:
    """The same text in Latin letters; what is not Cyrillic stays."""
    return _CAPITALS.sub(lambda found: found[0].translate(_LETTERS).upper(), text).translate(_LETTERS)
