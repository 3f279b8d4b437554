"""What a document embeds of a face: the glyphs it used, as one Type0 font with exact Unicode for every code.

A code (CID) stands for a cluster: all glyphs that together show some letters, with these letters. Text thus copies,
and is found, as it was written, in any script and without replacement texts, of which readers turn the right-to-left
ones round. ISO 32000-1, 9.7 (composite fonts) and 9.10.3 (ToUnicode).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from reportlab.pdfbase import pdfdoc

from server.reports.text.compose import Composition, compose_font
from server.reports.text.faces import Face
from server.reports.text.shape import Glyph, Shaped


class Coded(NamedTuple):
    """A shaped piece as PDF operands: the font's name and the inside of a TJ array."""

    font: str
    array: str


class DocumentFont:
    """One face in one document: hands out codes while pages are drawn, writes itself when they all are."""

    def __init__(self, face: Face, name: str) -> None:
        self.face, self.name = face, name
        self._codes: dict[tuple[Composition, str], int] = {(((0, 0, 0),), ""): 0}

    def code(self, composition: Composition, text: str) -> int:
        """The two-byte code for glyphs that together show this text."""
        return self._codes.setdefault((composition, text), len(self._codes))

    def width(self, composition: Composition) -> int:
        """How far a code moves the pen."""
        return sum(self.face.advance(glyph) for glyph, _x, _y in composition)

    def write(self, document: Any) -> None:
        """Add the font's objects to a ReportLab document."""
        codes = [key for key, _code in sorted(self._codes.items(), key=lambda item: item[1])]
        data, places = compose_font(self.face, [composition for composition, _text in codes])
        digest = hashlib.sha256(repr(codes).encode()).digest()
        base = "".join(chr(65 + b % 26) for b in digest[:6]) + "+" + self.face.name
        program = self._stream(document, "file", data, Length1=len(data))
        glyphs = b"".join(places[composition].to_bytes(2, "big") for composition, _text in codes)
        descendant = pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": pdfdoc.PDFName(base),
                "CIDSystemInfo": pdfdoc.PDFDictionary(
                    {
                        "Registry": pdfdoc.PDFString("Adobe"),
                        "Ordering": pdfdoc.PDFString("Identity"),
                        "Supplement": 0,
                    }
                ),
                "FontDescriptor": self._refer(document, "descriptor", self._descriptor(base, program)),
                "DW": 1000,
                "W": pdfdoc.PDFArray([0, pdfdoc.PDFArray([self.width(c) for c, _text in codes])]),
                "CIDToGIDMap": self._stream(document, "glyphs", glyphs),
            }
        )
        mapping = _unicode_map([(n, text) for n, (_composition, text) in enumerate(codes) if text])
        font = pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": pdfdoc.PDFName(base),
                "Encoding": "/Identity-H",
                "DescendantFonts": pdfdoc.PDFArray([self._refer(document, "descendant", descendant)]),
                "ToUnicode": self._stream(document, "unicode", mapping),
            }
        )
        document.idToObject["BasicFonts"].dict[self.name] = self._refer(document, "font", font)

    def _descriptor(self, base: str, program: Any) -> Any:
        face = self.face
        bold, italic = "Bold" in face.name, "Italic" in face.name
        return pdfdoc.PDFDictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": pdfdoc.PDFName(base),
                "Flags": 4 + (64 if italic else 0),
                "FontBBox": pdfdoc.PDFArray(list(face.box)),
                "ItalicAngle": -12 if italic else 0,
                "Ascent": round(face.ascent),
                "Descent": round(face.descent),
                "CapHeight": 714,
                "StemV": 140 if bold else 80,
                "FontFile2": program,
            }
        )

    def _refer(self, document: Any, part: str, thing: Any) -> Any:
        return document.Reference(thing, f"{self.name}-{part}")

    def _stream(self, document: Any, part: str, content: bytes, **entries: object) -> Any:
        stream = pdfdoc.PDFStream()
        stream.content = content
        stream.filters = [pdfdoc.PDFZCompress]
        for key, value in entries.items():
            stream.dictionary[key] = value
        return self._refer(document, part, stream)


class DocumentFonts:
    """The fonts of one document, and its shaped pieces turned into operands, each once."""

    def __init__(self) -> None:
        self._fonts: dict[str, DocumentFont] = {}
        self._coded: dict[Shaped, Coded] = {}
        #: for each face the arrays of its simple pieces, to join lines of one face in one go
        self._arrays: dict[Face, dict[Shaped, str]] = {}

    def coded(self, shaped: Shaped) -> Coded:
        """The operands of a shaped piece in this document."""
        known = self._coded.get(shaped)
        if known is None:
            known = self._coded[shaped] = self._encode(shaped)
        return known

    def joined(self, pieces: Sequence[Shaped]) -> str:
        """One operator that shows all pieces, when they are of one face on one baseline; else nothing."""
        if not pieces:
            return ""
        arrays = self._arrays.setdefault(pieces[0].face, {})
        try:
            array = "".join([arrays[piece] for piece in pieces])
        except KeyError:
            for piece in pieces:
                if piece.face is not pieces[0].face:
                    return ""
                arrays[piece] = self.coded(piece).array
            array = "".join([arrays[piece] for piece in pieces])
        return f"[{array.replace('><', '')}]TJ"

    def write(self, document: Any) -> None:
        """Add every font that was used to a ReportLab document; after the last page, before saving."""
        for font in self._fonts.values():
            font.write(document)

    def _font(self, face: Face) -> DocumentFont:
        font = self._fonts.get(face.name)
        if font is None:
            font = self._fonts[face.name] = DocumentFont(face, f"T{len(self._fonts) + 1}")
        return font

    def _encode(self, shaped: Shaped) -> Coded:
        font = self._font(shaped.face)
        array, digits, owed = "", "", 0.0
        for glyphs, text in _clusters(shaped):
            composition = _composed(glyphs, shaped.face)
            shift = round(owed, 1)
            if shift:
                array, digits = array + f"<{digits}>" * bool(digits) + _number(shift), ""
            digits += f"{font.code(composition, text):04X}"
            owed = font.width(composition) - sum([glyph.advance for glyph in glyphs])
        array += f"<{digits}>" * bool(digits)
        if round(owed, 1):
            array += _number(round(owed, 1))
        return Coded(font.name, array)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _clusters(shaped: Shaped) -> Iterator[tuple[Sequence[Glyph], str]]:
    """Glyphs that belong together, as they are seen, with the text that they show."""
    glyphs, text = shaped.glyphs, shaped.text
    if len(glyphs) == len(text) and all(glyph.cluster == n for n, glyph in enumerate(glyphs)):
        for glyph, character in zip(glyphs, text, strict=True):
            yield (glyph,), character
        return
    starts = sorted({glyph.cluster for glyph in glyphs})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    for start, members in groupby(glyphs, key=lambda glyph: glyph.cluster):
        whole, shown = tuple(members), text[start : ends[start]]
        while shaped.right_to_left and len(whole) > 1 and len(shown) > 1 and _is_mark(whole[0], shown[-1], shaped.face):
            yield whole[:1], shown[-1]
            whole, shown = whole[1:], shown[:-1]
        yield whole, shown


def _is_mark(glyph: Glyph, character: str, face: Face) -> bool:
    """Whether a glyph draws just this mark, which then has a code of its own: readers that turn right-to-left text
    round would put it before its letter."""
    return unicodedata.combining(character) != 0 and face.glyph(character) == glyph.number


def _composed(glyphs: Sequence[Glyph], face: Face) -> Composition:
    """The glyphs of a cluster from its origin; those that draw nothing are left out, if others draw."""
    if len(glyphs) == 1 and not glyphs[0].dx and not glyphs[0].dy:
        return ((glyphs[0].number, 0, 0),)
    placed, x = [], 0.0
    for glyph in glyphs:
        placed.append((glyph.number, round(x + glyph.dx), round(glyph.dy)))
        x += glyph.advance
    drawn = tuple(place for place in placed if face.draws(place[0]))
    return drawn or ((placed[0][0], 0, 0),)


def _unicode_map(pairs: list[tuple[int, str]]) -> bytes:
    """The ToUnicode CMap for (code, text)."""
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for first in range(0, len(pairs), 100):
        chunk = pairs[first : first + 100]
        lines.append(f"{len(chunk)} beginbfchar")
        lines += [f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in chunk]
        lines.append("endbfchar")
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines).encode("ascii")
