"""From words to glyphs: cut by script and face, shaped by HarfBuzz in the text's language, every word once."""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

import uharfbuzz as hb
from fontTools.unicodedata import script as unicode_script

from server.reports.text.faces import Face, Style, drawable, face_for, stack


class Glyph(NamedTuple):
    """One glyph in visual order. `cluster` is the index of its first character; measures in 1/1000 of the size."""

    number: int
    cluster: int
    advance: float
    dx: float
    dy: float


@dataclass(frozen=True, slots=True, eq=False)
class Shaped:
    """A piece of one word in one face, left to right as it is seen. `text` is what it says (and copies as).

    Tens of thousands of words are kept, so their glyphs are packed: the numbers, the advances in 1/1000 of the size,
    and (cluster, dx, dy) of each, or nothing where every letter has one glyph in its place.
    """

    text: str
    face: Face
    right_to_left: bool
    numbers: array[int]
    advances: array[float]
    places: tuple[tuple[int, float, float], ...]
    width: float

    @property
    def glyphs(self) -> tuple[Glyph, ...]:
        """Its glyphs from left to right."""
        places = self.places or [(cluster, 0.0, 0.0) for cluster in range(len(self.numbers))]
        return tuple(
            [
                Glyph(number, cluster, advance, dx, dy)
                for number, advance, (cluster, dx, dy) in zip(self.numbers, self.advances, places, strict=True)
            ]
        )

    @property
    def blank(self) -> bool:
        """Whether it is space between words."""
        return self.text.isspace()


#: Script to shape digits and signs in, by language, when a piece has no letters.
_SCRIPT_OF_LANGUAGE = {"ru": "Cyrl", "sr": "Cyrl", "ar": "Arab", "bn": "Beng"}

_LETTER = re.compile("[A-Za-z]")

_BY_CHARACTER = hb.BufferClusterLevel.MONOTONE_CHARACTERS  # by grapheme, if nothing is said


@lru_cache(maxsize=8192)
def shape_word(word: str, style: Style, right_to_left: bool, language: str) -> tuple[Shaped, ...]:
    """The pieces of a word (or of a run of blanks) in the order of its characters; each is visual inside."""
    return shape_part(word, 0, len(word), style, right_to_left, language)


def shape_part(word: str, start: int, end: int, style: Style, right_to_left: bool, language: str) -> tuple[Shaped, ...]:
    """Pieces of `word[start:end]`, joined to the letters around it where the script joins."""
    if start == end:
        return ()
    if word.isascii() and word.isprintable():  # the common case: the first face, Latin letters or signs
        script = "Latn" if _LETTER.search(word, start, end) else _SCRIPT_OF_LANGUAGE.get(language, "Latn")
        return (_shape(word, word, start, end, stack(style)[0], script, right_to_left, language),)
    drawn = "".join([drawable(c, style) for c in word])
    return tuple(
        _shape(word, drawn, a, b, face, script, right_to_left, language)
        for a, b, face, script in _cut(drawn, start, end, style, language)
    )


@cache
def _script(character: str) -> str:
    return str(unicode_script(character))


def _cut(drawn: str, start: int, end: int, style: Style, language: str) -> list[tuple[int, int, Face, str]]:
    """Stretches of one script and face: (start, end, face, script)."""
    common = ("Zyyy", "Zinh", "Zzzz")
    scripts = [_script(c) for c in drawn]
    current = next((s for s in scripts[start:end] if s not in common), _SCRIPT_OF_LANGUAGE.get(language, "Latn"))
    out: list[tuple[int, int, Face, str]] = []
    face: Face | None = None
    for i in range(start, end):
        script = scripts[i] if scripts[i] not in common else current
        face = face_for(drawn[i], style, face)
        if out and out[-1][2] is face and out[-1][3] == script:
            out[-1] = (out[-1][0], i + 1, face, script)
        else:
            out.append((i, i + 1, face, script))
        current = script
    return out


def _shape(
    word: str, drawn: str, start: int, end: int, face: Face, script: str, right_to_left: bool, language: str
) -> Shaped:
    """One call of HarfBuzz; the rest of the word is given as context, so joining letters know their neighbours."""
    buffer: Any = hb.Buffer()  # one for each call: several threads may draw at a time
    if drawn.isascii() and end - start == len(drawn):
        buffer.add_str(drawn)
    else:
        buffer.add_codepoints([ord(c) for c in drawn], start, end - start)
    buffer.direction = "rtl" if right_to_left else "ltr"
    buffer.script = script
    buffer.language = language
    # A mark on a right-to-left letter is a cluster of its own: readers that turn the text round turn glyphs, not texts.
    if right_to_left:
        buffer.cluster_level = _BY_CHARACTER
    hb.shape(face.hb_font, buffer)
    k = face.scale
    infos = buffer.glyph_infos
    dx, dy, across, _up = zip(*[position.position for position in buffer.glyph_positions], strict=True)
    numbers = array("H", [info.codepoint for info in infos])
    advances = [advance * k for advance in across]
    clusters = [info.cluster for info in infos]
    places: tuple[tuple[int, float, float], ...] = ()
    if any(dx) or any(dy) or clusters != list(range(start, end)):
        places = tuple([(n - start, x * k, y * k) for n, x, y in zip(clusters, dx, dy, strict=True)])
    return Shaped(word[start:end], face, right_to_left, numbers, array("d", advances), places, sum(advances))


def cut_places(word: str, style: Style, right_to_left: bool, language: str) -> list[tuple[int, float]]:
    """Where a word too long for its line may be cut: (index, width before it), at whole clusters only."""
    places: list[tuple[int, float]] = []
    offset, width = 0, 0.0
    for piece in shape_word(word, style, right_to_left, language):
        advance: dict[int, float] = {}
        for glyph in piece.glyphs:
            advance[glyph.cluster] = advance.get(glyph.cluster, 0.0) + glyph.advance
        for cluster in sorted(advance):
            at = offset + cluster
            if at and not unicodedata.combining(word[at]):
                places.append((at, width))
            width += advance[cluster]
        offset += len(piece.text)
    places.append((len(word), width))
    return places
