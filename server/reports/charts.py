"""Charts: one frozen description, drawn on paper by our pen (shaped text) and on screen as SVG (shaped there)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from babel.numbers import format_percent

from server.base.i18n import direction, language, locale, number_text, use_language
from server.reports import styles
from server.reports.flow import Block, Piece
from server.reports.text.faces import Style
from server.reports.text.layout import lay_out, text_width
from server.reports.text.pen import Pen
from server.reports.text.structure import Tag


@dataclass(frozen=True)
class Series:
    """One colour of bars: a value for each category; None where there is none."""

    name: str
    values: Sequence[Decimal | None]


@dataclass(frozen=True)
class BarChart:
    """Horizontal bars side by side, a group for each category. `unit` stands behind the scale (USD, participants)."""

    title: str
    categories: Sequence[str]
    series: Sequence[Series]
    unit: str = ""


@dataclass(frozen=True)
class StackedChart:
    """One bar for each category, its series one behind the other; `whole` stretches every bar to 100 %.

    `tints` are colours `#rrggbb` of the series where their meaning has one (done, in progress, not started).
    """

    title: str
    categories: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    whole: bool = False
    tints: Sequence[str] = ()


Chart = BarChart | StackedChart


@dataclass(frozen=True, slots=True)
class _Box:
    """A filled rectangle from the chart's upper left corner, x along the reading direction."""

    x: float
    y: float
    width: float
    height: float
    fill: str


@dataclass(frozen=True, slots=True)
class _Label:
    """Words at a baseline; `anchor` says which of their ends is at x: start, middle or end."""

    text: str
    x: float
    y: float
    anchor: str
    size: float
    ink: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A chart worked out at a width, in points; x runs in the reading direction."""

    width: float
    height: float
    boxes: tuple[_Box, ...]
    labels: tuple[_Label, ...]


_BAR = 9.0
_GAP = 2.0
_GROUP = 9.0
_LABEL = 8.5
_SMALL = 7.5


class ChartBlock(Block):
    """A chart in the flow of a page; never split."""

    before = 4.0
    after = 8.0

    def __init__(self, chart: Chart, code: str, alternative: str = "") -> None:
        self.chart, self.language = chart, code
        self.tag = Tag("Figure", alternative=alternative or chart.title)

    def least(self, width: float) -> float:
        return _draw(self.chart, width, self.language).height

    def take(self, width: float, room: float, fresh: bool) -> tuple[Piece | None, Block | None]:
        drawing = _draw(self.chart, width, self.language)
        if drawing.height > room and not fresh:
            return None, self

        def draw(pen: Pen, x: float, top: float, _width: float) -> None:
            pen.begin(self.tag)
            _put(pen, drawing, x, top, self.language)
            pen.end()

        return Piece(drawing.height, draw), None


def to_svg(chart: Chart, *, width: float = 640.0, alternative: str = "") -> str:
    """The chart as an SVG element in the current language; `alternative` says in words what it shows."""
    code = language()
    drawing = _draw(chart, width, code)
    rtl = direction(code) == "rtl"
    flip = {"start": "end", "middle": "middle", "end": "start"}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_n(width)} {_n(drawing.height)}"'
        f' lang="{code}" font-family="Noto Sans, Segoe UI, sans-serif">',
        f"<title>{escape(chart.title)}</title>",
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


def _put(pen: Pen, drawing: _Drawing, x: float, top: float, code: str) -> None:
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


def _draw(chart: Chart, width: float, code: str) -> _Drawing:
    with use_language(code):
        return _Layout(chart, width, code).draw()


class _Layout:
    """Works a chart out: gutter for the categories' names, scale, bars, values, legend."""

    def __init__(self, chart: Chart, width: float, code: str) -> None:
        self.chart, self.width, self.code = chart, width, code
        self.stacked = isinstance(chart, StackedChart)
        names = max((self._width(c, _LABEL) for c in chart.categories), default=0.0)
        self.gutter = min(names, width * 0.34) + 8
        beyond = [self._mark_text(Decimal(100))] if self._whole else self._value_texts()
        self.values_room = max((self._width(t, _SMALL) for t in beyond), default=0.0) / (2 if self.stacked else 1)
        self.scale = width - self.gutter - self.values_room - 6
        self.top = self._maximum()
        self.boxes: list[_Box] = []
        self.labels: list[_Label] = []

    def draw(self) -> _Drawing:
        y = self._legend(0.0)
        start = y
        marks = [] if self.top == 0 else _marks(self.top)
        rows = [self._row_height(n) for n in range(len(self.chart.categories))]
        height = sum(rows)
        for mark in marks:
            x = self.gutter + self._length(mark)
            self.boxes.append(_Box(x - 0.25, start, 0.5, height, styles.RULE))
            self.labels.append(_Label(self._mark_text(mark), x, start + height + 11, "middle", _SMALL, styles.GREY))
        for n, row in enumerate(rows):
            self._category(n, y, row)
            (self._stack if self.stacked else self._group)(n, y, row)
            y += row
        self.boxes.append(_Box(self.gutter - 0.4, start, 0.8, height, styles.GREY))
        if self.chart.unit and not self._whole:
            self.labels.append(_Label(self.chart.unit, 0, y + 11, "start", _SMALL, styles.GREY))
        return _Drawing(self.width, y + 16, tuple(self.boxes), tuple(self.labels))

    @property
    def _whole(self) -> bool:
        return isinstance(self.chart, StackedChart) and self.chart.whole

    def _ink(self, n: int) -> str:
        tints = self.chart.tints if isinstance(self.chart, StackedChart) else ()
        return tints[n] if n < len(tints) else styles.SERIES[n % len(styles.SERIES)]

    def _width(self, text: str, size: float, bold: bool = False) -> float:
        rtl = direction(self.code) == "rtl"
        style = Style.BOLD if bold else Style.REGULAR
        return text_width(text, style, language=self.code, right_to_left=rtl) * size / 1000.0

    def _value_texts(self) -> list[str]:
        return [number_text(v, 0) for s in self.chart.series for v in s.values if v is not None]

    def _value(self, series: Series, n: int) -> Decimal:
        value = series.values[n] if n < len(series.values) else None
        return max(value or Decimal(0), Decimal(0))

    def _sum(self, n: int) -> Decimal:
        return sum((self._value(s, n) for s in self.chart.series), Decimal(0))

    def _maximum(self) -> Decimal:
        count = len(self.chart.categories)
        if self._whole:
            return Decimal(100)
        if self.stacked:
            return max((self._sum(n) for n in range(count)), default=Decimal(0))
        return max((self._value(s, n) for s in self.chart.series for n in range(count)), default=Decimal(0))

    def _length(self, value: Decimal) -> float:
        return float(value / self.top) * self.scale if self.top else 0.0

    def _mark_text(self, mark: Decimal) -> str:
        if self._whole:
            return str(format_percent(mark / 100, locale=locale(self.code)))
        return number_text(mark, 0 if mark == int(mark) else 1)

    def _row_height(self, n: int) -> float:
        bars = 1 if self.stacked else len(self.chart.series)
        thickness = _BAR + 4 if self.stacked else _BAR
        names = len(self._name_lines(n)) * _LABEL * 1.25
        return max(bars * thickness + (bars - 1) * _GAP, names) + _GROUP

    def _name_lines(self, n: int) -> list[str]:
        """The category's name, in lines that fit the gutter."""
        room = (self.gutter - 8) * 1000.0 / _LABEL
        out: list[str] = []
        for word in self.chart.categories[n].split(" "):
            longer = f"{out[-1]} {word}" if out else word
            if out and text_width(longer, language=self.code) <= room:
                out[-1] = longer
            else:
                out.append(word)
        return out

    def _category(self, n: int, y: float, height: float) -> None:
        lines = self._name_lines(n)
        middle = y + height / 2
        first = middle - (len(lines) - 1) * _LABEL * 0.625 + _LABEL * 0.33
        for k, line in enumerate(lines):
            self.labels.append(_Label(line, self.gutter - 7, first + k * _LABEL * 1.25, "end", _LABEL, styles.INK))

    def _group(self, n: int, y: float, height: float) -> None:
        count = len(self.chart.series)
        at = y + (height - count * _BAR - (count - 1) * _GAP) / 2
        for k, series in enumerate(self.chart.series):
            if n < len(series.values) and series.values[n] is not None:
                value = self._value(series, n)
                length = self._length(value)
                self.boxes.append(_Box(self.gutter, at, length, _BAR, self._ink(k)))
                text = number_text(value, 0)
                self.labels.append(
                    _Label(text, self.gutter + length + 4, at + _BAR * 0.82, "start", _SMALL, styles.INK)
                )
            at += _BAR + _GAP

    def _stack(self, n: int, y: float, height: float) -> None:
        thickness = _BAR + 4
        at, x = y + (height - thickness) / 2, self.gutter
        whole = self._sum(n)
        for k, series in enumerate(self.chart.series):
            value = self._value(series, n)
            shown = value * 100 / whole if self._whole and whole else value
            length = self._length(shown)
            if not length:
                continue
            self.boxes.append(_Box(x, at, length, thickness, self._ink(k)))
            text = number_text(value, 0)
            if self._width(text, _SMALL, bold=True) + 4 <= length:
                ink = _readable(self._ink(k))
                self.labels.append(_Label(text, x + length / 2, at + thickness * 0.7, "middle", _SMALL, ink, bold=True))
            x += length

    def _legend(self, y: float) -> float:
        """Names of the series with their colours, as many in a row as fit; answers where the bars begin."""
        x = 0.0
        for k, series in enumerate(self.chart.series):
            room = 13 + self._width(series.name, _LABEL) + 16
            if x and x + room > self.width:
                x, y = 0.0, y + 14
            self.boxes.append(_Box(x, y + 1, 8, 8, self._ink(k)))
            self.labels.append(_Label(series.name, x + 13, y + 8.2, "start", _LABEL, styles.INK))
            x += room
        return y + 20


def _readable(fill: str) -> str:
    """White or ink, whichever is read better on a colour (relative luminance, WCAG 2.2)."""
    parts = [int(fill[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return styles.WHITE if light < 0.18 else styles.INK


def _marks(top: Decimal) -> list[Decimal]:
    """Three to five round numbers from 0 up to the largest value."""
    step = Decimal(1).scaleb(top.adjusted())
    for factor in (Decimal("0.1"), Decimal("0.2"), Decimal("0.25"), Decimal("0.5"), Decimal(1), Decimal(2)):
        if top / (step * factor) <= 5:
            step *= factor
            break
    return [step * n for n in range(int(top / step) + 1)]
