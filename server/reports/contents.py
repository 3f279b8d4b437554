"""The table of contents: titles with dots and page numbers, pressed to go there; numbers come when pages are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.base.i18n import direction, number_text, use_language
from server.reports import styles
from server.reports.flow import Block, Piece
from server.reports.text.layout import Line, lay_out
from server.reports.text.paragraph import TextStyle
from server.reports.text.pen import Pen
from server.reports.text.structure import Tag

#: Room at the end of an entry that titles keep free for the page number, in points.
_NUMBER_ROOM = 34.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading as the contents list it; level 0 is a part."""

    level: int
    title: str
    anchor: str
    language: str


class ContentsBlock(Block):
    """All entries; splits between them. `entries` may grow until the pages are filled."""

    after = 12.0

    def __init__(self, entries: Sequence[Entry], start: int = 0, tag: Tag | None = None) -> None:
        self.entries, self.start = entries, start
        self.tag = tag or Tag("TOC")

    def least(self, width: float) -> float:
        shown = self.entries[self.start : self.start + 2]
        return sum(_height(entry, width) for entry in shown)

    def take(self, width: float, room: float, fresh: bool) -> tuple[Piece | None, Block | None]:
        used, end = 0.0, self.start
        while end < len(self.entries):
            height = _height(self.entries[end], width)
            if used + height > room and not (fresh and end == self.start):
                break
            used, end = used + height, end + 1
        if end < len(self.entries):  # no part's name at a page's foot
            while end - 1 > self.start and self.entries[end - 1].level < self.entries[end].level:
                end -= 1
        shown = self.entries[self.start : end]
        if not shown and self.start < len(self.entries):
            return None, self
        rest = ContentsBlock(self.entries, end, self.tag) if end < len(self.entries) else None

        def draw(pen: Pen, x: float, top: float, width: float) -> None:
            for entry in shown:
                _draw(pen, entry, x, top, width, self.tag)
                top -= _height(entry, width)

        return Piece(sum(_height(entry, width) for entry in shown), draw), rest


def _style(entry: Entry) -> TextStyle:
    return styles.text_style(f"contents{min(entry.level, 3)}", entry.language)


def _title_lines(entry: Entry, width: float) -> tuple[Line, ...]:
    style, rtl = _style(entry), direction(entry.language) == "rtl"
    room = (width - style.indent - _NUMBER_ROOM) * 1000.0 / style.size
    return lay_out(entry.title, style.font, room, language=entry.language, right_to_left=rtl)


def _height(entry: Entry, width: float) -> float:
    style = _style(entry)
    return style.before + len(_title_lines(entry, width)) * style.leading + style.after


def _draw(pen: Pen, entry: Entry, x: float, top: float, width: float, contents: Tag) -> None:
    tag = Tag("Link", Tag("Reference", Tag("TOCI", contents)))
    style, rtl = _style(entry), direction(entry.language) == "rtl"
    lines = _title_lines(entry, width)
    y = top - style.before - style.drop
    line_width = 0.0
    pen.begin(tag)
    for n, line in enumerate(lines):
        line_width = line.width * style.size / 1000.0
        left = x + width - style.indent - line_width if rtl else x + style.indent
        pen.text(line, left, y - n * style.leading, style.size, style.ink)
    pen.end()
    y -= (len(lines) - 1) * style.leading
    bottom = top - _height(entry, width)
    pen.link(x, bottom, x + width, top - style.before, entry.anchor, entry.title, tag)
    start = style.indent + line_width + 6

    def number(pen: Pen, pages: Mapping[str, int]) -> None:
        with use_language(entry.language):
            text = number_text(pages[entry.anchor])
        (line,) = lay_out(text, style.font, 1e9, language=entry.language, right_to_left=rtl)
        room = line.width * style.size / 1000.0
        pen.begin(tag)
        pen.text(line, x if rtl else x + width - room, y, style.size, style.ink)
        pen.end()
        _dots(pen, (x, width), start, width - room - 6, y, style, rtl)

    pen.late.append(number)


def _dots(
    pen: Pen, column: tuple[float, float], start: float, end: float, y: float, style: TextStyle, right_to_left: bool
) -> None:
    """Leader dots on a grid common to all entries, from `start` to `end` measured from the side where lines start."""
    step, size = 5.0, 0.9
    first, last = int(start / step) + 1, int(end / step)
    if first >= last:
        return
    x, width = column
    left = x + width - (last - 1) * step - size if right_to_left else x + first * step
    pen.dots(left, left + (last - 1 - first) * step + size, y, styles.RULE, size, step)
