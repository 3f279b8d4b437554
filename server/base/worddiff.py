"""What differs between two texts, word by word, in any script. Joining the pieces of a side gives its text back.

A letter is never parted from the marks that belong to it: a word is cut only where Unicode begins a new letter, so that
Bengali vowel signs, Arabic vowels and joined emoji stay whole. Chinese, Japanese and Thai have no blanks between words;
there each letter is a word of its own.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

#: piece of both texts, of the first only, of the second only
SAME, OUT, IN = "same", "out", "in"
#: beyond this many words on a side the middle that differs is told as one piece: comparing grows with the square
_MOST_WORDS = 4_000
#: two texts with less than this share of their words in common are told as one out and one in
_ALIKE = 0.25
#: zero-width joiner and non-joiner, variation selectors, emoji's skin tones: they belong to the letter before
_JOINERS = "\u200c\u200d"
#: scripts that write without blanks between words, by the beginning of their letters' names
_WITHOUT_BLANKS = ("CJK ", "HIRAGANA", "KATAKANA", "THAI", "LAO ", "KHMER", "MYANMAR")


@dataclass(frozen=True)
class Piece:
    """A run of words: `kind` is "same", "out" (only in the first text) or "in" (only in the second)."""

    kind: str
    text: str


def words(text: str) -> list[str]:
    """The text cut into words, runs of blanks and single signs; joined they are the text."""
    found: list[str] = []
    last = ""
    for letter in _letters(text):
        kind = _kind(letter)
        if found and kind == last and kind in ("word", "blank"):
            found[-1] += letter
        else:
            found.append(letter)
        last = kind
    return found


def differences(before: str, after: str) -> list[Piece]:
    """The pieces in reading order; what went out stands before what came in its place."""
    if before == after:
        return [Piece(SAME, before)] if before else []
    first, second = words(before), words(after)
    head = _common(first, second)
    tail = _common(first[head:][::-1], second[head:][::-1])
    pieces = [Piece(SAME, "".join(first[:head]))]
    pieces += _middle(first[head : len(first) - tail], second[head : len(second) - tail])
    pieces.append(Piece(SAME, "".join(first[len(first) - tail :])))
    return [piece for piece in _joined(pieces) if piece.text]


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _middle(first: Sequence[str], second: Sequence[str]) -> Iterator[Piece]:
    if max(len(first), len(second)) > _MOST_WORDS:
        yield Piece(OUT, "".join(first))
        yield Piece(IN, "".join(second))
        return
    matcher = difflib.SequenceMatcher(str.isspace, first, second, autojunk=False)
    codes = matcher.get_opcodes()
    alike = sum(_counted(first[i:j]) for what, i, j, _k, _m in codes if what == "equal")
    if alike < _ALIKE * max(_counted(first), _counted(second)) and len(codes) > 3:
        codes = [("replace", 0, len(first), 0, len(second))]
    for what, i, j, k, m in codes:
        if what == "equal":
            yield Piece(SAME, "".join(first[i:j]))
        else:
            yield Piece(OUT, "".join(first[i:j]))
            yield Piece(IN, "".join(second[k:m]))


def _counted(pieces: Sequence[str]) -> int:
    """How many of some pieces are words."""
    return sum(1 for piece in pieces if piece[0].isalnum())


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbours as one; a lone blank between two changes belongs to both, so that a phrase reads as a phrase."""
    kept = [piece for piece in pieces if piece.text]
    made: list[Piece] = []
    out = come = ""
    for place, piece in enumerate(kept):
        between = 0 < place < len(kept) - 1 and kept[place - 1].kind != SAME and kept[place + 1].kind != SAME
        if piece.kind == SAME and not (between and piece.text.isspace() and "\n" not in piece.text):
            made += [Piece(OUT, out), Piece(IN, come), piece]
            out = come = ""
        else:
            out += piece.text if piece.kind != IN else ""
            come += piece.text if piece.kind != OUT else ""
    return [*made, Piece(OUT, out), Piece(IN, come)]


def _letters(text: str) -> Iterator[str]:
    """The text in letters with all that belongs to them (UAX #29 in its main points)."""
    if not text:
        return
    start = 0
    for place, (one, other) in enumerate(pairwise(text), 1):
        if not _belongs(one, other):
            yield text[start:place]
            start = place
    yield text[start:]


def _belongs(one: str, other: str) -> bool:
    """Whether the second character is part of the same letter as the first."""
    if one == "\r" and other == "\n":
        return True
    if one.isspace() or unicodedata.category(one) == "Cc":
        return False
    if one == "\u200d" and not other.isspace():
        return True
    return (
        unicodedata.category(other) in ("Mn", "Mc", "Me")
        or other in _JOINERS
        or "\U0001f3fb" <= other <= "\U0001f3ff"
    )


def _kind(letter: str) -> str:
    """What a letter makes with its neighbours: a word, a blank, or nothing."""
    first = letter[0]
    if first in "\r\n":
        return "line"
    if first.isspace():
        return "blank"
    if unicodedata.category(first)[0] not in "LNM":
        return "sign"
    return "letter" if unicodedata.name(first, "").startswith(_WITHOUT_BLANKS) else "word"
