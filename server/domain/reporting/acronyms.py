"""Acronyms in texts: which of a list are used, and which are used without standing in it. Pure functions of words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from server.base.i18n import locale

_WORD = re.compile(r"[^\W_]+(?:[-–][^\W_]+)*")
_ROMAN = re.compile(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")
#: addresses and figures in braces are no words
_NO_WORDS = re.compile(r"https?://\S+|\S+@\S+|\{\w+\}", re.IGNORECASE)
_SHORTEST, _LONGEST = 2, 10
#: words in capitals that make a line a heading
_HEADING = 4
_NEAR_A_DIGIT = re.compile(r"^[\s\u00a0]?\d|\d[\s\u00a0]?$")


def used(codes: Iterable[str], texts: Iterable[str]) -> set[str]:
    """Those of `codes` that stand in one of the texts, alone or with an English plural's s."""
    text = "\n".join(texts)
    words = set(re.findall(r"\w+", text))
    found = set()
    for code in codes:
        if not code:
            continue
        if re.fullmatch(r"\w+", code):
            if code in words or f"{code}s" in words:
                found.add(code)
        elif code in text:
            found.add(code)
    return found


def unexplained(known: Iterable[str], texts: Iterable[str]) -> list[str]:
    """Acronyms of the texts that are not among `known`, in their order, each once.

    An acronym is a word of two to ten Latin or Cyrillic capitals. Roman numerals, currencies beside an amount, and the
    words of a line that is written in capitals throughout are none.
    """
    explained = {part for code in known for part in (code, *re.findall(r"\w+", code))}
    return list(dict.fromkeys(word for text in texts for line in text.split("\n") for word in _acronyms(line)
                              if word not in explained))  # fmt: skip


def _acronyms(line: str) -> Iterator[str]:
    line = _NO_WORDS.sub(" ", line)
    words = [word for word in _WORD.findall(line) if any(letter.isalpha() for letter in word)]
    if len(words) >= _HEADING and all(word.isupper() for word in words):
        return
    for match in _WORD.finditer(line):
        for word in re.split("[-–]", match[0]):
            bare = word[:-1] if len(word) > _SHORTEST and word.endswith("s") and word[:-1].isupper() else word
            if not (_SHORTEST <= len(bare) <= _LONGEST and bare.isalpha() and bare.isupper()):
                continue
            beside = _NEAR_A_DIGIT.search(line[match.end() : match.end() + 2]) or _NEAR_A_DIGIT.search(
                line[max(match.start() - 2, 0) : match.start()])
            if not (_ROMAN.fullmatch(bare) or (beside and bare in _currencies())):
                yield bare


@cache
def _currencies() -> frozenset[str]:
    return frozenset(str(code) for code in locale("en").currencies)
