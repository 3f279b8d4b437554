"""Font faces: the vendored Noto files, what each covers, and which face sets which character."""

from __future__ import annotations

import unicodedata
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import uharfbuzz as hb

from server.base.paths import asset_dir


class Style(Enum):
    """The four styles of text; scripts without italics are set upright."""

    REGULAR = "Regular"
    BOLD = "Bold"
    ITALIC = "Italic"
    BOLD_ITALIC = "BoldItalic"

    __hash__ = object.__hash__  # a key of every word in the cache: the stock hash of an Enum is slow

    @staticmethod
    def of(bold: bool, italic: bool) -> Style:
        """The style with these two properties."""
        return _STYLES[bold, italic]

    @property
    def bold(self) -> bool:
        """Whether it is one of the two bold ones."""
        return self in (Style.BOLD, Style.BOLD_ITALIC)

    @property
    def italic(self) -> bool:
        """Whether it is one of the two italic ones."""
        return self in (Style.ITALIC, Style.BOLD_ITALIC)


_STYLES = {
    (False, False): Style.REGULAR,
    (True, False): Style.BOLD,
    (False, True): Style.ITALIC,
    (True, True): Style.BOLD_ITALIC,
}


#: Languages whose script has no italics: their foreign words stay upright too.
NO_ITALICS = frozenset(("ar", "bn"))


class Face:
    """One font file. Measures are in thousandths of the font size, as PDF counts them."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        blob = hb.Blob(path.read_bytes())
        self.hb_face: Any = hb.Face(blob)
        self.hb_font: Any = hb.Font(self.hb_face)
        self.scale: float = 1000.0 / self.hb_face.upem
        self.characters: frozenset[int] = frozenset(self.hb_face.unicodes)
        extents = self.hb_font.get_font_extents("ltr")
        self.ascent: float = extents.ascender * self.scale
        self.descent: float = extents.descender * self.scale
        head = self.hb_face.reference_table("head").data
        corners = [int.from_bytes(head[at : at + 2], "big", signed=True) for at in range(36, 44, 2)]
        #: the box around all glyphs: left, bottom, right, top
        self.box: tuple[int, ...] = tuple(round(corner * self.scale) for corner in corners)
        self._advances: dict[int, int] = {}
        self._draws: dict[int, bool] = {}

    def advance(self, glyph: int) -> int:
        """The glyph's own width, whole, as the PDF's width array states it."""
        known = self._advances.get(glyph)
        if known is None:
            known = self._advances[glyph] = round(self.hb_font.get_glyph_h_advance(glyph) * self.scale)
        return known

    def glyph(self, character: str) -> int | None:
        """The glyph that a character has when it stands alone."""
        found: int | None = self.hb_font.get_nominal_glyph(ord(character))
        return found

    def draws(self, glyph: int) -> bool:
        """Whether the glyph leaves any ink."""
        known = self._draws.get(glyph)
        if known is None:
            extents = self.hb_font.get_glyph_extents(glyph)
            known = self._draws[glyph] = bool(extents and extents.width and extents.height)
        return known

    def covers(self, character: str) -> bool:
        """Whether the face has a glyph for it; joiners and marks of direction need none."""
        return ord(character) in self.characters or character in _INVISIBLE

    def __repr__(self) -> str:
        return f"Face({self.name})"


#: Characters that steer shaping or order and are never drawn.
_INVISIBLE = frozenset(
    "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069"
)

#: What stands in for a sign that no face has. The page shows the substitute, copied text has the sign itself.
_SUBSTITUTES = {"→": "›", "←": "‹", "✓": "√", "✔": "√", "●": "•", "▪": "•", "■": "•", "◦": "•", "☐": "–", "\t": " "}
_UNKNOWN = "\ufffd"


@cache
def face(name: str) -> Face:
    """The vendored face of a file name without its ending, loaded once."""
    return Face(asset_dir() / "static" / "fonts" / f"{name}.ttf")


@cache
def stack(style: Style) -> tuple[Face, ...]:
    """The faces of a style in the order they are asked for a character."""
    weight = "Bold" if style.bold else "Regular"
    return (face(f"NotoSans-{style.value}"), face(f"NotoSansArabic-{weight}"), face(f"NotoSansBengali-{weight}"))


@cache
def drawable(character: str, style: Style) -> str:
    """The character itself, or what is drawn in its place when no face has it."""
    if any(f.covers(character) for f in stack(style)):
        return character
    return _SUBSTITUTES.get(character, _UNKNOWN)


def face_for(character: str, style: Style, before: Face | None) -> Face:
    """The face for a drawable character; marks, joiners and common signs stay with the face before them."""
    if before is not None and before.covers(character) and _clings(character):
        return before
    for candidate in stack(style):
        if candidate.covers(character):
            return candidate
    return stack(style)[0]


@cache
def _clings(character: str) -> bool:
    category = unicodedata.category(character)
    return category in ("Mn", "Mc", "Me", "Cf") or category[0] in "PZ" or character == "\u0640"
