"""How pages look: colours, sizes and the text styles by name, for every script."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from server.reports.text.faces import NO_ITALICS, Style
from server.reports.text.paragraph import TextStyle

#: Blues of the United Nations' family; the first is the organisation's own, for bands and rules but not for small text.
BLUE = "#009edb"
DEEP = "#0a4a7a"
NAVY = "#0b2f4e"
PALE = "#e8f3fa"
MIST = "#f4f8fb"
INK = "#1d2429"
GREY = "#5a666f"
RULE = "#c9d4dc"
WHITE = "#ffffff"

#: Cell tints by name; light enough for ink on them. Colour never speaks alone: the cell's words say the same.
TINTS = {
    "green": "#d3ecd6",
    "amber": "#fde8b8",
    "red": "#f8d0cb",
    "blue": "#d5e9f7",
    "grey": "#e6eaed",
    "none": WHITE,
}

#: Series of charts, distinguishable without colour sight: they differ in lightness.
SERIES = ("#0a4a7a", "#4db1e2", "#f2a900", "#7a8a95", "#2e8b57", "#b5443a")

#: Scripts with tall letters need larger lines (and Arabic larger letters) for the same ease of reading.
_LEADING = {"ar": 1.18, "bn": 1.12}
_SIZE = {"ar": 1.08, "bn": 1.0}

#: No style is justified: without hyphenation a justified line has holes, and even blanks are easier to read (WCAG 2.2,
#: 1.4.8).
_LATIN = {
    "body": TextStyle(10, 14.2, INK, before=0, after=6),
    "lead": TextStyle(12, 17, DEEP, before=0, after=9),
    "note": TextStyle(8.5, 12, GREY, before=0, after=6, keep_last=True),
    "footnote": TextStyle(8, 11, GREY, before=1, after=2, indent=9, keep_last=True),
    "caption": TextStyle(9, 12.5, DEEP, Style.BOLD, before=8, after=4, keep_next=True),
    "photo": TextStyle(8.5, 12, GREY, align="center", before=0, after=10),
    "quote": TextStyle(10, 14.5, DEEP, Style.ITALIC, before=4, after=8, indent=18, indent_end=18, role="BlockQuote"),
    "part": TextStyle(22, 28, NAVY, Style.BOLD, before=0, after=16, keep_next=True, role="H1"),
    "heading1": TextStyle(16, 21, NAVY, Style.BOLD, before=22, after=8, keep_next=True, role="H1"),
    "heading2": TextStyle(12.5, 17, DEEP, Style.BOLD, before=15, after=5, keep_next=True, role="H2"),
    "heading3": TextStyle(10.5, 14.5, DEEP, Style.BOLD, before=10, after=3, keep_next=True, role="H3"),
    "item-title": TextStyle(10, 14.2, INK, Style.BOLD, before=5, after=1, indent=22, keep_next=True),
    "item": TextStyle(10, 14.2, INK, before=0, after=3, indent=22),
    "item-note": TextStyle(8.5, 12, GREY, before=0, after=5, indent=22, keep_last=True),
    "bullet": TextStyle(10, 14.2, INK, before=1, after=3, indent=14),
    "enumerated": TextStyle(10, 14.2, INK, before=1, after=3, indent=20),
    "contents0": TextStyle(11, 17, NAVY, Style.BOLD, before=9, after=2),
    "contents1": TextStyle(10, 15.5, INK, Style.BOLD, before=4, after=1),
    "contents2": TextStyle(9.5, 14, INK, before=0, after=1, indent=14),
    "contents3": TextStyle(9, 13, GREY, before=0, after=0, indent=28),
    "running": TextStyle(7.5, 10, GREY),
    "cell": TextStyle(8.5, 11.6, INK),
    "cell-head": TextStyle(8.5, 11.4, DEEP, Style.BOLD),
    "cover-kicker": TextStyle(11, 15, WHITE, Style.BOLD),
    "cover-title": TextStyle(27, 34, NAVY, Style.BOLD, role="H1"),
    "cover-subtitle": TextStyle(14, 20, DEEP, before=10),
    "cover-label": TextStyle(8, 11.5, GREY),
    "cover-text": TextStyle(10, 14.2, INK),
    "cover-strong": TextStyle(10, 14.2, INK, Style.BOLD),
}

#: The names that a story's paragraphs may ask for.
PARAGRAPHS = ("body", "lead", "note", "caption", "quote")


@cache
def text_style(name: str, language: str) -> TextStyle:
    """The style of a name, fitted to the language's script."""
    style = _LATIN[name]
    size, leading = _SIZE.get(language, 1.0), _LEADING.get(language, 1.0)
    if size == leading == 1.0:
        return style
    font = Style.of(style.font.bold, italic=False) if language in NO_ITALICS else style.font
    return replace(style, size=round(style.size * size, 2), leading=round(style.leading * leading, 2), font=font)
