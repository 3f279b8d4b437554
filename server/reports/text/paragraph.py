"""A paragraph: lines of shaped text with alignment, indents, a label before it, and splitting without lone lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from typing import Literal

from server.base.i18n import _
from server.reports.flow import Block, Piece
from server.reports.text.faces import Style
from server.reports.text.layout import Line, Text, lay_out
from server.reports.text.pen import Pen
from server.reports.text.structure import Tag

Align = Literal["start", "end", "center", "justify"]

#: Height of capitals in Noto Sans, as a share of the size: lines are centred on it.
_CAPITALS = 0.714
#: colour of words that lead somewhere; a line below them says the same
LINK_INK = "#0a4a7a"


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How a paragraph looks. Measures in points; `indent` is on the side where lines start."""

    size: float
    leading: float
    ink: str
    font: Style = Style.REGULAR
    align: Align = "start"
    before: float = 0.0
    after: float = 0.0
    indent: float = 0.0
    indent_end: float = 0.0
    keep_next: bool = False
    keep_last: bool = False
    #: what a paragraph of this style is, as a structure type of tagged PDF
    role: str = "P"

    @property
    def drop(self) -> float:
        """From the top of a line to its baseline."""
        return (self.leading + _CAPITALS * self.size) / 2


class Paragraph(Block):
    """Text in a style. `label` (a number, a bullet) stands in the indent of the first line.

    `tag` says what the text is and where it belongs, if it is not simply what its style says; `label_tag` the same of
    the label.
    """

    def __init__(
        self,
        text: Text,
        style: TextStyle,
        *,
        language: str,
        right_to_left: bool,
        label: Text = "",
        anchor: str = "",
        tag: Tag | None = None,
        label_tag: Tag | None = None,
    ) -> None:
        self.text, self.style, self.label, self.anchor = text, style, label, anchor
        self.tag, self.label_tag = tag or Tag(style.role), label_tag or Tag("Lbl")
        self.language, self.right_to_left = language, right_to_left
        self.before, self.after = style.before, style.after
        self.keep_next, self.keep_last = style.keep_next, style.keep_last
        self._rest: tuple[Line, ...] | None = None
        self._link: tuple[str, Tag] | None = None
        #: the lines of the width they were last broken for: who asks for a height takes them right after
        self._known: tuple[float, tuple[Line, ...]] | None = None

    def lines(self, width: float) -> tuple[Line, ...]:
        """The lines at a column width in points."""
        if self._rest is not None:
            return self._rest
        if self._known is None or self._known[0] != width:
            style = self.style
            room = (width - style.indent - style.indent_end) * 1000.0 / style.size
            lines = lay_out(self.text, style.font, room, language=self.language, right_to_left=self.right_to_left)
            self._known = (width, lines)
        return self._known[1]

    def height(self, width: float) -> float:
        """Height of the whole paragraph."""
        return len(self.lines(width)) * self.style.leading

    def least(self, width: float) -> float:
        count = len(self.lines(width))
        if self.keep_next or count <= 3:
            return count * self.style.leading
        return 2 * self.style.leading

    def take(self, width: float, room: float, fresh: bool) -> tuple[Piece | None, Block | None]:
        lines = self.lines(width)
        count = self._lines_for(room, len(lines), fresh)
        if count == 0:
            return None, self
        rest, self._known = None, None
        if count < len(lines):
            rest = copy(self)
            rest.anchor, rest._rest = "", lines[count:]
        return self._piece(lines[:count]), rest

    def _lines_for(self, room: float, total: int, fresh: bool) -> int:
        """How many lines to give: never one alone at a page's foot or head, unless nothing else is possible."""
        fitting = int(room / self.style.leading)
        if fitting >= total:
            return total
        if not fresh and (self.keep_next or total <= 3):
            return 0
        count = min(fitting, total - 2) if total > 3 else fitting
        if fresh:
            return max(count, 1)
        return count if count >= 2 else 0

    def _piece(self, lines: tuple[Line, ...]) -> Piece:
        style = self.style

        def draw(pen: Pen, x: float, top: float, width: float) -> None:
            if self.anchor:
                pen.anchor(self.anchor, top)
            y = top - style.drop
            if self.label and self._rest is None:
                pen.begin(self.label_tag)
                self._draw_label(pen, x, y, width)
                pen.end()
            pen.begin(self.tag)
            for line in lines:
                if line.links:
                    self._draw_linked(pen, line, self._place(x, width), y)
                else:
                    draw_line(pen, line, self._place(x, width), y, style, right_to_left=self.right_to_left)
                y -= style.leading
            pen.end()

        return Piece(len(lines) * style.leading, draw)

    def _draw_linked(self, pen: Pen, line: Line, place: tuple[float, float], y: float) -> None:
        """A line with places to press: each is a part of the structure of its own, words and place together."""
        style, k = self.style, self.style.size / 1000.0
        at = start_of(line, place, style, right_to_left=self.right_to_left)
        for part, address in parts_of(line):
            goes_on = self._link if self._link and self._link[0] == address else None
            self._link = (goes_on or (address, Tag("Link", self.tag))) if address else None
            if address.startswith("#"):
                draw_mark(pen, part, at, y, style, self.tag, address[1:])
            elif self._link is None:
                pen.text(part, at, y, style.size, style.ink)
            else:
                link = self._link[1]
                pen.end()
                pen.begin(link)
                pen.text(replace(part, inks=(LINK_INK,) * len(part.pieces)), at, y, style.size, style.ink)
                pen.end()
                right = at + part.width * k
                pen.rule(at, y - 0.12 * style.size, right, y - 0.12 * style.size, LINK_INK, 0.4)
                pen.lead_out((at, y - 0.25 * style.size, right, y + 0.85 * style.size), address, part.text, link)
                pen.begin(self.tag)
            at += part.width * k

    def _place(self, x: float, width: float) -> tuple[float, float]:
        style = self.style
        left, right = (style.indent_end, style.indent) if self.right_to_left else (style.indent, style.indent_end)
        return x + left, width - left - right

    def _draw_label(self, pen: Pen, x: float, y: float, width: float) -> None:
        style = self.style
        (line,) = lay_out(self.label, style.font, 1e9, language=self.language, right_to_left=self.right_to_left)[:1]
        at = x + width - line.width * style.size / 1000.0 if self.right_to_left else x
        pen.text(line, at, y, style.size, style.ink)


def draw_line(
    pen: Pen, line: Line, place: tuple[float, float], y: float, style: TextStyle, *, right_to_left: bool
) -> None:
    """Set one line at its side of a place (left edge, width); a justified one is stretched unless it is the last."""
    left, width = place
    room = width - line.width * style.size / 1000.0
    stretch = 0.0
    if style.align == "justify" and not line.last and line.blanks and room > 0:
        stretch, room = room / line.blanks, 0.0
    if style.align == "center":
        left += room / 2
    elif (style.align == "end") != right_to_left:
        left += room
    pen.text(line, left, y, style.size, style.ink, stretch)


def start_of(line: Line, place: tuple[float, float], style: TextStyle, *, right_to_left: bool) -> float:
    """Where a line that is not stretched begins on the left, in a place (left edge, width)."""
    left, width = place
    room = width - line.width * style.size / 1000.0
    if style.align == "center":
        return left + room / 2
    return left + room if (style.align == "end") != right_to_left else left


def parts_of(line: Line) -> Iterator[tuple[Line, str]]:
    """The line cut, from left to right, where one address ends and another or none begins."""
    start, count = 0, len(line.pieces)
    for end in range(1, count + 1):
        if end < count and line.links[end] == line.links[start]:
            continue
        pieces, inks = line.pieces[start:end], line.inks[start:end]
        trailing = line.trailing if end == count and not (line.trailing and line.trailing.right_to_left) else None
        yield Line(pieces, inks, sum(piece.width for piece in pieces), line.last, trailing), line.links[start]
        start = end


def draw_mark(pen: Pen, mark: Line, x: float, y: float, style: TextStyle, tag: Tag, anchor: str) -> None:
    """The raised number of a footnote, within the words of `tag`: it is a reference, and pressing it leads there."""
    k = style.size / 1000.0
    link = Tag("Link", Tag("Reference", tag))
    pen.end()
    pen.begin(link)
    pen.text(mark, x, y, style.size, style.ink)
    pen.end()
    number = "".join(str(unicodedata.digit(c)) for c in mark.text if c.isdigit())
    title = _("Footnote %(number)s", number=number)
    pen.link(x - 1, y - 0.2 * style.size, x + mark.width * k + 1, y + style.size, anchor, title, link)
    pen.begin(tag)
