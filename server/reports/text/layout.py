"""Lines: text with spans broken at a width, every line in visual order, measured by its shaped glyphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from server.reports.text import bidi
from server.reports.text.faces import NO_ITALICS, Style
from server.reports.text.linebreak import breaks, plain_blanks
from server.reports.text.shape import Shaped, cut_places, shape_part, shape_word


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in one style; `ink` is a colour `#rrggbb`, or None for the paragraph's.

    `link` is the address that pressing it leads to; empty for none.
    """

    text: str
    bold: bool = False
    italic: bool = False
    ink: str | None = None
    link: str = ""


#: What every text argument takes: plain text, or spans.
Text = str | Sequence[Span]


@dataclass(frozen=True, slots=True)
class Line:
    """One line in visual order. `width` in 1/1000 of the size, without blanks at its end; `last` ends a paragraph.

    `inks` has the colour of each piece, or nothing where all have the paragraph's. `trailing` is the blank that the
    break took: it is drawn where nobody sees it, so that words of two lines stay two words for who hears them.
    `links` has the address of each piece, or nothing where none leads anywhere. `indent`, in 1/1000 of the size too, is
    how far it begins behind the lines of its cell that are not part of a list's item.
    """

    pieces: tuple[Shaped, ...]
    inks: tuple[str | None, ...]
    width: float
    last: bool
    trailing: Shaped | None = None
    links: tuple[str, ...] = ()
    indent: float = 0.0

    @property
    def text(self) -> str:
        """Its characters in the order they are seen."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def blanks(self) -> int:
        """How many places a justified line may be stretched at."""
        return sum(1 for piece in self.pieces if piece.blank)


class _Bit(NamedTuple):
    """A shaped piece on its way to a line."""

    shaped: Shaped
    level: int
    look: _Look


class _Look(NamedTuple):
    style: Style
    ink: str | None
    link: str = ""


#: Blanks that a line's end swallows, so unlike those that do not break.
_BLANKS = " \t\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f\u3000"
#: What forces a new line.
_FORCED = re.compile("[\n\u2028\u2029]")

#: Characters that no page can show: control characters and halves of surrogate pairs.
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


def plain(text: Text) -> str:
    """The characters of a text, without its styles; a blank for each that no page can show."""
    content = text if isinstance(text, str) else "".join(span.text for span in text)
    return _UNSHOWN.sub(" ", content)


def lay_out(text: Text, style: Style, width: float, *, language: str, right_to_left: bool) -> tuple[Line, ...]:
    """Break a text into lines at most `width` (1/1000 of the size) wide; newlines in it force a break.

    A word wider than the line is cut between letters: nothing ever sticks out. `style` is for text without a style of
    its own; `right_to_left` is the base direction.
    """
    if isinstance(text, str):
        return _lay_out_plain(text, style, round(width, 1), language, right_to_left)
    return tuple(_lines(text, style, width, language, right_to_left))


@lru_cache(maxsize=4096)
def _lay_out_plain(text: str, style: Style, width: float, language: str, right_to_left: bool) -> tuple[Line, ...]:
    return tuple(_lines(text, style, width, language, right_to_left))


def _lines(text: Text, style: Style, width: float, language: str, right_to_left: bool) -> Iterator[Line]:
    content = plain(text)
    looks = _looks(text, style, italics=language not in NO_ITALICS)
    marked = not isinstance(text, str) and any(span.ink or span.link for span in text)
    if isinstance(looks, _Look) and not right_to_left and plain_blanks(content) and not bidi.needs_levels(content):
        yield from _simple_lines(content, style, width, language)
        return
    start = 0
    for paragraph in _FORCED.split(content):
        part = looks if isinstance(looks, _Look) else looks[start : start + len(paragraph)]
        for line in _Paragraph(paragraph, part, language, right_to_left, marked).lines(width):
            forced = line.last and start + len(paragraph) < len(content)
            yield replace(line, trailing=shape_word(" ", style, right_to_left, language)[0]) if forced else line
        start += len(paragraph) + 1


def _simple_lines(text: str, style: Style, width: float, language: str) -> Iterator[Line]:
    """Lines of a left-to-right text whose only breaks are single blanks: most text, so the short way pays."""
    blank = shape_word(" ", style, False, language)
    space = blank[0].width
    pieces: list[Shaped] = []
    used = 0.0
    words = [shape_word(word, style, False, language) for word in text.split(" ")] if text else []
    lengths = [sum([piece.width for piece in word]) if len(word) != 1 else word[0].width for word in words]
    if lengths and max(lengths) > width:
        yield from _Paragraph(text, _Look(style, None), language, False).lines(width)
        return
    for shaped, length in zip(words, lengths, strict=True):
        if pieces and used + space + length > width:
            yield Line(tuple(pieces), (), used, False, blank[0])
            pieces, used = [], 0.0
        if pieces:
            pieces += blank
            used += space
        pieces += shaped
        used += length
    yield Line(tuple(pieces), (), used, True)


def _looks(text: Text, style: Style, italics: bool) -> _Look | list[_Look]:
    """One look for all, or one for each character."""
    if isinstance(text, str):
        return _Look(style, None)
    out = []
    for span in text:
        slanted = italics and (span.italic or style.italic)
        out += [_Look(Style.of(span.bold or style.bold, slanted), span.ink, span.link)] * len(span.text)
    return out


class _Unit(NamedTuple):
    """An unbreakable stretch with the blanks behind it; widths in 1/1000 of the size."""

    word: tuple[_Bit, ...]
    width: float
    blanks: tuple[_Bit, ...]
    blank_width: float


class _Paragraph:
    """One paragraph on its way to lines. `marked`: some of its looks have a colour or a link."""

    def __init__(
        self, text: str, looks: _Look | list[_Look], language: str, right_to_left: bool, marked: bool = False
    ) -> None:
        self.text, self.looks, self.language, self.marked = text, looks, language, marked
        self.base = int(right_to_left)
        ordered = right_to_left or bidi.needs_levels(text)
        self.levels: list[int] | None = bidi.levels(text, right_to_left) if ordered else None

    def lines(self, width: float) -> Iterator[Line]:
        """Greedy breaking: a unit goes on the line it fits on."""
        line: list[_Unit] = []
        used = 0.0
        for begin, end, after in self._breaks():
            start = begin
            unit = self._unit(start, end, after)
            if line and used + unit.width > width:
                yield self._line(line, last=False)
                line, used = [], 0.0
            while unit.width > width and end - start > 1:
                cut = self._cut(start, end, width)
                if cut >= end:
                    break
                yield self._line([self._unit(start, cut, cut)], last=False)
                start = cut
                unit = self._unit(start, end, after)
            line.append(unit)
            used += unit.width + unit.blank_width
        yield self._line(line, last=True)

    def _breaks(self) -> Iterator[tuple[int, int, int]]:
        """(start, end of the word, end of the blanks behind it) of each unit."""
        text, start = self.text, 0
        if text and plain_blanks(text):
            for word in text.split(" "):
                end = start + len(word)
                yield start, end, min(end + 1, len(text))
                start = end + 1
            return
        for at in (*breaks(text), len(text)):
            word = text[start:at].rstrip(_BLANKS)
            yield start, start + len(word), at
            start = at

    def _unit(self, start: int, end: int, after: int) -> _Unit:
        looks = self.looks
        if self.levels is None and start < after:
            look = looks if isinstance(looks, _Look) else looks[start]
            if look is looks or look is looks[after - 1]:  # each span has its own look, so all between is of one span
                return _plain_unit(self.text[start:end], self.text[end:after], look, self.language)
        return _sum_up(tuple(self._bits(start, end)), tuple(self._bits(end, after)))

    def _bits(self, start: int, end: int) -> Iterator[_Bit]:
        """Pieces of one look and level, in the order of the text."""
        if start == end:
            return
        levels = self.levels
        word = self.text[start:end]
        a = start
        for i in range(start + 1, end + 1):
            if i < end and self._same(i, a):
                continue
            look, level = self._look(a), levels[a] if levels else 0
            if (a, i) == (start, end):
                pieces = shape_word(word, look.style, bool(level % 2), self.language)
            else:
                pieces = shape_part(word, a - start, i - start, look.style, bool(level % 2), self.language)
            for shaped in pieces:
                yield _Bit(shaped, level, look)
            a = i

    def _look(self, i: int) -> _Look:
        return self.looks if isinstance(self.looks, _Look) else self.looks[i]

    def _same(self, i: int, j: int) -> bool:
        return self._look(i) == self._look(j) and (self.levels is None or self.levels[i] == self.levels[j])

    def _cut(self, start: int, end: int, width: float) -> int:
        """How much of an over-long word fits on a line of its own; at least one cluster."""
        level = self.levels[start] % 2 if self.levels else 0
        places = cut_places(self.text[start:end], self._look(start).style, bool(level), self.language)
        fitting = [at for at, before in places if before <= width] or [places[0][0]]
        while len(fitting) > 1 and self._unit(start, start + fitting[-1], start + fitting[-1]).width > width:
            fitting.pop()  # a letter at the cut takes its final form, which may be wider
        return start + fitting[-1]

    def _line(self, units: list[_Unit], last: bool) -> Line:
        bits: list[_Bit] = []
        for n, unit in enumerate(units):
            bits += unit.word
            if n + 1 < len(units):
                bits += unit.blanks
        width = sum([b.shaped.width for b in bits])
        if self.levels is not None:
            bits = bidi.reorder(bits, _level)
        trailing = units[-1].blanks[-1].shaped if units and units[-1].blanks and not last else None
        pieces = tuple([b.shaped for b in bits])
        if not self.marked:
            return Line(pieces, (), width, last, trailing)
        inks, links = tuple([b.look.ink for b in bits]), tuple([b.look.link for b in bits])
        return Line(pieces, inks if any(inks) else (), width, last, trailing, links if any(links) else ())


def _sum_up(word: tuple[_Bit, ...], blanks: tuple[_Bit, ...]) -> _Unit:
    return _Unit(word, sum([b.shaped.width for b in word]), blanks, sum([b.shaped.width for b in blanks]))


@lru_cache(maxsize=4096)
def _plain_unit(word: str, blanks: str, look: _Look, language: str) -> _Unit:
    """A unit of one look that runs from left to right."""
    shaped = [shape_word(part, look.style, False, language) for part in (word, blanks)]
    return _sum_up(*[tuple([_Bit(piece, 0, look) for piece in pieces]) for pieces in shaped])


def _level(bit: _Bit) -> int:
    return bit.level


def text_width(text: Text, style: Style = Style.REGULAR, *, language: str = "en", right_to_left: bool = False) -> float:
    """Width of the widest line without any breaking, in 1/1000 of the size."""
    if isinstance(text, str) and not right_to_left and text.isascii() and text.isprintable() and plain_blanks(text):
        words = [shape_word(word, style, False, language) for word in re.split("( )", text)]
        return sum([piece.width for word in words for piece in word])
    return max(line.width for line in lay_out(text, style, 1e9, language=language, right_to_left=right_to_left))


def longest_word(text: Text, style: Style, language: str) -> float:
    """Width of the widest unbreakable stretch, in 1/1000 of the size."""
    if isinstance(text, str) and text.isascii() and text.isprintable() and plain_blanks(text):
        words = [shape_word(word, style, False, language) for word in text.split(" ")]
        return max([sum([piece.width for piece in word]) for word in words], default=0.0)
    widest = 0.0
    for paragraph in _FORCED.split(plain(text)):
        for unit in _Paragraph(paragraph, _Look(style, None), language, False)._breaks():
            word = paragraph[unit[0] : unit[1]]
            widest = max(widest, sum(s.width for s in shape_word(word, style, False, language)))
    return widest
