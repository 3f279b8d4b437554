"""A chart worked out, and put on paper or on screen: the same boxes and words, mirrored for right-to-left readers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from server.base.i18n import direction
from server.reports import styles
from server.reports.text.faces import Style
from server.reports.text.layout import lay_out, text_width
from server.reports.text.linebreak import breaks
from server.reports.text.pen import Pen
from server.reports.text.shape import cut_places

#: sizes of the words beside and inside a chart, in points
LABEL, SMALL = 8.5, 7.5
#: FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE
_FSI, _PDI = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle from the chart's upper left corner, x along the reading direction."""

    x: float
    y: float
    width: float
    height: float
    fill: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a baseline; `anchor` says which of their ends is at x: start, middle or end."""

    text: str
    x: float
    y: float
    anchor: str
    size: float
    ink: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart worked out at a width, in points; x runs in the reading direction."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    labels: tuple[Label, ...]


def width_of(text: str, size: float, code: str, *, bold: bool = False) -> float:
    """How wide words are, in points."""
    style = Style.BOLD if bold else Style.REGULAR
    return text_width(text, style, language=code, right_to_left=direction(code) == "rtl") * size / 1000.0


def lines_within(text: str, room: float, size: float, code: str, *, word: float = 0.0) -> list[str]:
    """Words in lines that fit `room` points; one that is longer is cut between letters, or has a line up to `word`."""
    out: list[str] = []
    places = [0, *breaks(text), len(text)]
    for start, end in pairwise(places):
        for part in _cut(text[start:end], max(room, word), size, code):
            if out and width_of((out[-1] + part).rstrip(), size, code) <= room:
                out[-1] += part
            else:
                out.append(part)
    return _isolated_by_line([line.rstrip() for line in out])


def _isolated_by_line(lines: list[str]) -> list[str]:
    """Each line with the isolate (UAX #9) that it stands in: lines are ordered one by one."""
    out, opened = [], ""
    for line in lines:
        whole = opened + line
        opened = _FSI if whole.count(_FSI) > whole.count(_PDI) else ""
        out.append(whole + (_PDI if opened else ""))
    return out


def _cut(word: str, room: float, size: float, code: str) -> list[str]:
    """A word in parts that fit `room` points each; whole when it fits."""
    parts = []
    while width_of(word.rstrip(), size, code) > room:
        places = cut_places(word, Style.REGULAR, direction(code) == "rtl", code)
        fitting = [at for at, before in places if before * size / 1000.0 <= room * 0.98 and at < len(word)]
        at = fitting[-1] if fitting else places[0][0]
        if at >= len(word):
            break
        parts.append(word[:at])
        word = word[at:]
    return [*parts, word]


def readable(fill: str) -> str:
    """White or ink, whichever is read better on a colour (relative luminance, WCAG 2.2)."""
    parts = [int(fill[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return styles.WHITE if light < 0.18 else styles.INK


def as_svg(drawing: Drawing, title: str, code: str, alternative: str) -> str:
    """The drawing as an SVG element; `alternative` says in words what it shows."""
    width = drawing.width
    rtl = direction(code) == "rtl"
    flip = {"start": "end", "middle": "middle", "end": "start"}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_n(width)} {_n(drawing.height)}"'
        f' lang="{code}" font-family="Noto Sans, Segoe UI, sans-serif">',
        f"<title>{escape(title)}</title>",
    ]
    if alternative:
        parts.append(f"<desc>{escape(alternative)}</desc>")
    for box in drawing.boxes:
        x = width - box.x - box.width if rtl else box.x
        parts.append(
            f'<rect x="{_n(x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}" fill="{box.fill}"/>'
        )
    for label in drawing.labels:
        # SVG's start and end follow the text's direction: left-to-right for all makes them left and right
        anchor = flip[label.anchor] if rtl else label.anchor
        x = width - label.x if rtl else label.x
        weight = ' font-weight="700"' if label.bold else ""
        bidi = ' direction="ltr" unicode-bidi="plaintext"' if rtl else ""
        parts.append(
            f'<text x="{_n(x)}" y="{_n(label.y)}" font-size="{_n(label.size)}" text-anchor={quoteattr(anchor)}'
            f' fill="{label.ink}"{weight}{bidi}>{escape(label.text)}</text>'
        )
    return "".join([*parts, "</svg>"])


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def put(pen: Pen, drawing: Drawing, x: float, top: float, code: str) -> None:
    """A drawing on paper with its upper left corner at (x, top); mirrored for right-to-left readers."""
    rtl = direction(code) == "rtl"
    for box in drawing.boxes:
        left = drawing.width - box.x - box.width if rtl else box.x
        pen.rectangle(x + left, top - box.y - box.height, box.width, box.height, box.fill)
    for label in drawing.labels:
        style = Style.BOLD if label.bold else Style.REGULAR
        line = lay_out(label.text, style, 1e9, language=code, right_to_left=rtl)[0]
        room = line.width * label.size / 1000.0
        left = drawing.width - label.x if rtl else label.x
        anchor = {"start": "end", "end": "start"}.get(label.anchor, "middle") if rtl else label.anchor
        left -= {"start": 0.0, "middle": room / 2, "end": room}[anchor]
        pen.text(line, x + left, top - label.y, label.size, label.ink)
    pen.end_text()
