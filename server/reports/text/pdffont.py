"""What a document embeds of a face: the glyphs it used, as one Type0 font with exact Unicode for every code.

A code (CID) stands for a cluster: all glyphs that together show some letters, with these letters. Text thus copies,
and is found, as it was written, in any script and without replacement texts, of which readers turn the right-to-left
ones round. ISO 32000-1, 9.7 (composite fonts) and 9.10.3 (ToUnicode).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

from reportlab.pdfbase import pdfdoc

from server.reports.text.compose import Composition, compose_font
from server.reports.text.faces import Face
from server.reports.text.shape import Glyph, Shaped

#: The empty box, which stands for no text: code 0, and codes that are never used.
_NOTHING: tuple[Composition, str] = (((0, 0, 0),), "")
#: Bytes that would need an escape inside a string: carriage return, parentheses, backslash.
_ESCAPED = frozenset(b"\r()\\")
#: Pieces whose operands are kept.
_KEPT = 8192


K = TypeVar("K")
V = TypeVar("V")


class Coded(NamedTuple):
    """A shaped piece as PDF operands: the font's name and the inside of a TJ array."""

    font: str
    array: str


class _Made(dict[K, V]):
    """What follows from a key, made when it is first asked for."""

    def __init__(self, make: Callable[[K], V]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: K) -> V:
        made = self[key] = self._make(key)
        return made


class DocumentFont:
    """One face in one document: hands out codes while pages are drawn, writes itself when they all are."""

    def __init__(self, face: Face, name: str) -> None:
        self.face, self.name = face, name
        self._codes: dict[tuple[Composition, str], int] = {_NOTHING: 0}
        self._next = 1
        #: (glyph, letter) -> the code of the glyph in its place, as it stands in a string
        self.letters = _Made(self._letter)
        self.widths = _Made(face.advance)

    def code(self, composition: Composition, text: str) -> str:
        """The code for glyphs that together show this text: two characters that need no escape inside a string."""
        number = self._codes.get((composition, text))
        if number is None:
            while not _ESCAPED.isdisjoint(divmod(self._next, 256)):
                self._next += 1
            number = self._codes[composition, text] = self._next
            self._next += 1
        return chr(number >> 8) + chr(number & 255)

    def _letter(self, key: tuple[int, str]) -> str:
        glyph, text = key
        return self.code(((glyph, 0, 0),), text)

    def width(self, composition: Composition) -> int:
        """How far a code moves the pen."""
        return sum(self.face.advance(glyph) for glyph, _x, _y in composition)

    def write(self, document: Any) -> None:
        """Add the font's objects to a ReportLab document."""
        used = {number: key for key, number in self._codes.items()}
        codes = [used.get(number, _NOTHING) for number in range(self._next)]
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
        #: piece -> the inside of its TJ array
        self._arrays = _Made(self._encode)

    def forget(self) -> None:
        """Forget the operands of pieces when they are many: a long list of sums and names uses each but once."""
        if len(self._arrays) > _KEPT:
            self._arrays.clear()

    def coded(self, shaped: Shaped) -> Coded:
        """The operands of a shaped piece in this document."""
        array = self._arrays[shaped]
        return Coded(self._fonts[shaped.face.name].name, array)

    def joined(self, pieces: Sequence[Shaped]) -> str:
        """One operator that shows all pieces, when they are of one face on one baseline; else nothing."""
        if not pieces:
            return ""
        face, arrays = pieces[0].face, self._arrays
        for piece in pieces:
            if piece.face is not face:
                return ""
        array = "".join([arrays[piece] for piece in pieces])
        return f"[{array.replace(')(', '')}]TJ"

    def write(self, document: Any) -> None:
        """Add every font that was used to a ReportLab document; after the last page, before saving."""
        for font in self._fonts.values():
            font.write(document)

    def _font(self, face: Face) -> DocumentFont:
        font = self._fonts.get(face.name)
        if font is None:
            font = self._fonts[face.name] = DocumentFont(face, f"T{len(self._fonts) + 1}")
        return font

    def _encode(self, shaped: Shaped) -> str:
        font = self._font(shaped.face)
        if shaped.places:
            clusters = list(_combined(shaped, font))
        else:
            letters = [font.letters[key] for key in zip(shaped.numbers, shaped.text, strict=True)]
            widths = [font.widths[glyph] for glyph in shaped.numbers]
            if widths == (advances := shaped.advances.tolist()):
                return f"({''.join(letters)})"
            clusters = list(zip(letters, widths, advances, strict=True))
        array, codes, owed = "", "", 0.0
        for code, width, advance in clusters:
            if owed and (shift := round(owed, 1)):
                array, codes = f"{array}({codes}){_number(shift)}", ""
            codes += code
            owed = width - advance
        array += f"({codes})" * bool(codes)
        if round(owed, 1):
            array += _number(round(owed, 1))
        return array


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _combined(shaped: Shaped, font: DocumentFont) -> Iterator[tuple[str, int, float]]:
    """Code, width and advance of each cluster."""
    for glyphs, text in _clusters(shaped):
        composition = _composed(glyphs, shaped.face)
        yield font.code(composition, text), font.width(composition), sum([glyph.advance for glyph in glyphs])


def _clusters(shaped: Shaped) -> Iterator[tuple[Sequence[Glyph], str]]:
    """Glyphs that belong together, as they are seen, with the text that they show."""
    glyphs, text = shaped.glyphs, shaped.text
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
