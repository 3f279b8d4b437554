"""The pen of one page: text lines, rules, fills, links and outline entries as PDF operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from server.reports.text.layout import Line
from server.reports.text.packed import Packed
from server.reports.text.pdffont import DocumentFonts
from server.reports.text.structure import PageTags, Tag


@dataclass(frozen=True, slots=True)
class Link:
    """A place to press: rectangle in points (left, bottom, right, top), an anchor's name, what it says, its number.

    `anchor` is an address of the web where `outside` says so.
    """

    box: tuple[float, float, float, float]
    anchor: str
    title: str
    mark: int | None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture on the page: the JPEG, left edge, bottom, width and height in points, and its marked content."""

    jpeg: bytes
    x: float
    y: float
    width: float
    height: float
    mark: int | None


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place to arrive at: `top` in points from the page's bottom."""

    name: str
    top: float


@cache
def ink_operands(colour: str) -> str:
    """`#rrggbb` as three operands between 0 and 1."""
    return " ".join(number(int(colour[i : i + 2], 16) / 255, 3) for i in (1, 3, 5))


def number(value: float, places: int = 2) -> str:
    """A number as PDF writes it: no exponent, no zeros behind."""
    if places == 2:
        return _HUNDREDTHS[round(value * 100)]
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


class _Hundredths(dict[int, str]):
    """Hundredths of a point as PDF writes them; a page has the same few again and again."""

    def __missing__(self, hundredths: int) -> str:
        if len(self) > 20_000:
            self.clear()
        text = self[hundredths] = f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")
        return text


_HUNDREDTHS = _Hundredths()


class Pen:
    """Collects one page. The origin is the page's lower left corner, y grows upwards, units are points.

    What is drawn between `begin` and `end` belongs to a tag; all else is decoration, which is not read aloud.
    """

    def __init__(self, fonts: DocumentFonts, width: float, height: float, tags: PageTags | None = None) -> None:
        self.fonts, self.width, self.height, self.tags = fonts, width, height, tags
        self.links: list[Link] = []
        self.anchors: list[Anchor] = []
        self.photos: list[Placed] = []
        #: Run when the number of pages is known; takes the page of every anchor and adds to this page.
        self.late: list[Callable[[Pen, Mapping[str, int]], None]] = []
        self._code: list[str] = []
        self._fill = self._stroke = ""
        self._stroke_width = 0.0
        self._font: tuple[str, float] = ("", 0.0)
        #: where the open text object stands, in whole hundredths of a point: what is rounded never adds up
        self._at: tuple[int, int] | None = None
        self._packed = Packed()
        #: what is being marked: nothing yet, decoration, content around text objects, or content inside one
        self._marked: Literal["", "decoration", "around", "inside"] = ""

    def rest(self) -> None:
        """Pack what has been drawn: the page is full, but for what is drawn when all pages are known."""
        self._end_decoration()
        self._packed.add(self._code)
        self._code = []
        self.fonts.forget()

    def finish(self, more: Sequence[str] = ()) -> bytes:
        """The page's content stream with more operators behind it, compressed as FlateDecode reads it."""
        self._end_decoration()
        return self._packed.finish([*self._code, *more])

    def begin(self, tag: Tag) -> None:
        """What follows belongs to a tag. Inside an open text object only text may follow."""
        if self.tags is None:
            return
        if self._marked == "decoration":
            self._end_decoration()
        number_on_page = self.tags.content(tag)
        self._code.append(f"/{tag.kind}<</MCID {number_on_page}>>BDC")
        self._marked = "around" if self._at is None else "inside"

    def end(self) -> None:
        """The end of what belongs to a tag."""
        if self.tags is None:
            return
        if self._marked == "around":
            self.end_text()
        self._code.append("EMC")
        self._marked = ""

    def _decorate(self) -> None:
        """What follows is decoration, unless it belongs to a tag."""
        assert self._marked != "inside" or self._at is not None, "a text object was closed inside a tag"
        if self.tags is not None and not self._marked:
            self.end_text()
            self._code.append("/Artifact BMC")
            self._marked = "decoration"

    def _end_decoration(self) -> None:
        self.end_text()
        if self._marked == "decoration":
            self._code.append("EMC")
            self._marked = ""

    def begin_text(self) -> None:
        """Open one text object for many short tagged texts."""
        self._end_decoration()
        self._code.append("BT")
        self._at, self._font = (0, 0), ("", 0.0)

    def rectangle(
        self, x: float, y: float, width: float, height: float, fill: str, stroke: str = "", line: float = 0.5
    ) -> None:
        """A filled rectangle, with a line around it if `stroke` is a colour; without a fill colour the line only."""
        self._decorate()
        self.end_text()
        shape = f"{number(x)} {number(y)} {number(width)} {number(height)} re"
        if fill:
            self._set_fill(fill)
        if stroke:
            self._set_stroke(stroke, line)
        self._code.append(f"{shape} {'B' if fill and stroke else 'f' if fill else 'S'}")

    def rule(self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 0.5) -> None:
        """A straight line."""
        self._decorate()
        self.end_text()
        self._set_stroke(colour, width)
        self._code.append(f"{number(x1)} {number(y1)} m {number(x2)} {number(y2)} l S")

    def text(self, line: Line, x: float, y: float, size: float, ink: str, stretch: float = 0.0) -> None:
        """One line with its left end at x and its baseline at y; `stretch` points are added to every blank."""
        code = self._code
        if not self._marked:
            self._decorate()
        at = self._at
        if at is None:
            code.append("BT")
            at, self._font = (0, 0), ("", 0.0)
        pieces, inks = line.pieces, line.inks
        if line.trailing and line.trailing.right_to_left:
            pieces, inks = (line.trailing, *pieces), (None, *inks) if inks else inks
            x -= line.trailing.width * size / 1000.0
        elif line.trailing:
            pieces, inks = (*pieces, line.trailing), (*inks, None) if inks else inks
        across, up = round(x * 100), round(y * 100)
        code.append(f"{_HUNDREDTHS[across - at[0]]} {_HUNDREDTHS[up - at[1]]} Td")
        self._at = (across, up)
        widen = number(-stretch * 1000.0 / size) if stretch else ""
        whole = "" if widen or inks else self.fonts.joined(pieces)
        if whole:
            if ink != self._fill:
                self._set_fill(ink)
            self._choose(self.fonts.coded(pieces[0]).font, size)
            code.append(whole)
            return
        array = ""
        for shaped, colour in zip(pieces, inks or (None,) * len(pieces), strict=True):
            coded = self.fonts.coded(shaped)
            if array and (self._font[0] != coded.font or (colour or ink) != self._fill):
                self._show(array)
                array = ""
            if (colour or ink) != self._fill:
                self._set_fill(colour or ink)
            self._choose(coded.font, size)
            array += coded.array + (widen if shaped.blank else "")
        self._show(array)

    def _show(self, array: str) -> None:
        if array:
            array = array.replace(")(", "")
            self._code.append(f"[{array}]TJ")

    def _choose(self, font: str, size: float) -> None:
        if self._font != (font, size):
            self._code.append(f"/{font} {number(size)} Tf")
            self._font = (font, size)

    def end_text(self) -> None:
        """Close the text object, if one is open."""
        if self._at is not None:
            self._code.append("ET")
            self._at = None

    def rules(self, x1: float, x2: float, heights: Sequence[float], colour: str, width: float) -> None:
        """Level lines of one look, from x1 to x2."""
        self._decorate()
        self.end_text()
        self._set_stroke(colour, width)
        left, right = number(x1), number(x2)
        self._code.append(" ".join([f"{left} {(y := number(height))} m {right} {y} l" for height in heights]) + " S")

    def dots(self, x1: float, x2: float, y: float, colour: str, size: float, step: float) -> None:
        """Square dots in a row, the first at x1, none behind x2; their lower edges at y."""
        self._decorate()
        self.end_text()
        self._set_stroke(colour, size)
        middle = number(y + size / 2)
        dash = f"[{number(size)} {number(step - size)}] 0 d"
        self._code.append(f"{dash} {number(x1)} {middle} m {number(x2)} {middle} l S [] 0 d")

    def photo(self, jpeg: bytes, x: float, y: float, width: float, height: float, tag: Tag) -> None:
        """Put a JPEG on the page with its lower left corner at (x, y)."""
        mark = self.tags.content(tag) if self.tags else None
        self.photos.append(Placed(jpeg, x, y, width, height, mark))

    def link(self, left: float, bottom: float, right: float, top: float, anchor: str, title: str, tag: Tag) -> None:
        """Make a rectangle lead to an anchor of this document; `title` says where to."""
        mark = self.tags.link(tag) if self.tags else None
        self.links.append(Link((left, bottom, right, top), anchor, title, mark))

    def lead_out(self, box: tuple[float, float, float, float], address: str, title: str, tag: Tag) -> None:
        """Make a rectangle (left, bottom, right, top) lead to an address of the web; `title` says what it is."""
        mark = self.tags.link(tag) if self.tags else None
        self.links.append(Link(box, address, title, mark, outside=True))

    def anchor(self, name: str, top: float) -> None:
        """Give a place of this page a name."""
        self.anchors.append(Anchor(name, top))

    def _set_fill(self, colour: str) -> None:
        if colour != self._fill:
            self._code.append(f"{ink_operands(colour)} rg")
            self._fill = colour

    def _set_stroke(self, colour: str, width: float) -> None:
        if colour != self._stroke:
            self._code.append(f"{ink_operands(colour)} RG")
            self._stroke = colour
        if width != self._stroke_width:
            self._code.append(f"{number(width)} w")
            self._stroke_width = width
