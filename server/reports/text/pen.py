"""The pen of one page: text lines, rules, fills, links and outline entries as PDF operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from server.reports.text.layout import Line
from server.reports.text.pdffont import DocumentFonts


@dataclass(frozen=True, slots=True)
class Link:
    """A place to press: rectangle in points (left, bottom, right, top) and the name of an anchor."""

    box: tuple[float, float, float, float]
    anchor: str


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
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


class Pen:
    """Collects one page. The origin is the page's lower left corner, y grows upwards, units are points."""

    def __init__(self, fonts: DocumentFonts, width: float, height: float) -> None:
        self.fonts, self.width, self.height = fonts, width, height
        self.links: list[Link] = []
        self.anchors: list[Anchor] = []
        #: Run when the number of pages is known; takes the page of every anchor and adds to this page.
        self.late: list[Callable[[Pen, Mapping[str, int]], None]] = []
        self._code: list[str] = []
        self._fill = self._stroke = ""
        self._stroke_width = 0.0
        self._font: tuple[str, float] = ("", 0.0)
        self._at: tuple[float, float] | None = None

    @property
    def code(self) -> str:
        """The page's content stream."""
        self.end_text()
        return "\n".join(self._code)

    def rectangle(
        self, x: float, y: float, width: float, height: float, fill: str, stroke: str = "", line: float = 0.5
    ) -> None:
        """A filled rectangle, with a line around it if `stroke` is a colour; without a fill colour the line only."""
        self.end_text()
        shape = f"{number(x)} {number(y)} {number(width)} {number(height)} re"
        if fill:
            self._set_fill(fill)
        if stroke:
            self._set_stroke(stroke, line)
        self._code.append(f"{shape} {'B' if fill and stroke else 'f' if fill else 'S'}")

    def rule(self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 0.5) -> None:
        """A straight line."""
        self.end_text()
        self._set_stroke(colour, width)
        self._code.append(f"{number(x1)} {number(y1)} m {number(x2)} {number(y2)} l S")

    def polygon(self, points: list[tuple[float, float]], fill: str) -> None:
        """A filled shape."""
        self.end_text()
        self._set_fill(fill)
        path = " ".join(f"{number(x)} {number(y)} {'l' if n else 'm'}" for n, (x, y) in enumerate(points))
        self._code.append(f"{path} h f")

    def text(self, line: Line, x: float, y: float, size: float, ink: str, stretch: float = 0.0) -> None:
        """One line with its left end at x and its baseline at y; `stretch` points are added to every blank."""
        code = self._code
        if self._at is None:
            code.append("BT")
            self._at, self._font = (0.0, 0.0), ("", 0.0)
        code.append(f"{number(x - self._at[0])} {number(y - self._at[1])} Td")
        self._at = (x, y)
        widen = number(-stretch * 1000.0 / size) if stretch else ""
        whole = "" if widen or line.inks else self.fonts.joined(line.pieces)
        if whole:
            if ink != self._fill:
                self._set_fill(ink)
            self._choose(self.fonts.coded(line.pieces[0]).font, size)
            code.append(whole)
            return
        inks = line.inks or (None,) * len(line.pieces)
        for shaped, colour in zip(line.pieces, inks, strict=True):
            coded = self.fonts.coded(shaped)
            if (colour or ink) != self._fill:
                self._set_fill(colour or ink)
            self._choose(coded.font, size)
            code.append(f"[{coded.array}{widen if shaped.blank else ''}]TJ")

    def _choose(self, font: str, size: float) -> None:
        if self._font != (font, size):
            self._code.append(f"/{font} {number(size)} Tf")
            self._font = (font, size)

    def end_text(self) -> None:
        """Close the text object, if one is open."""
        if self._at is not None:
            self._code.append("ET")
            self._at = None

    def link(self, left: float, bottom: float, right: float, top: float, anchor: str) -> None:
        """Make a rectangle lead to an anchor of this document."""
        self.links.append(Link((left, bottom, right, top), anchor))

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
