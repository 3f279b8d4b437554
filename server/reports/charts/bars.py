"""Bars: side by side, or one behind the other."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_percent

from server.base.i18n import locale, number_text
from server.reports import styles
from server.reports.charts.drawing import LABEL, SMALL, Box, Drawing, Label, lines_within, readable, width_of
from server.reports.charts.kinds import BarChart, Series, StackedChart

_BAR = 8.0
_GAP = 2.0
_GROUP = 7.0


class BarLayout:
    """Works a chart out: gutter for the categories' names, scale, bars, values, legend."""

    def __init__(self, chart: BarChart | StackedChart, width: float, code: str) -> None:
        self.chart, self.width, self.code = chart, width, code
        self.stacked = isinstance(chart, StackedChart)
        names = max((self._width(c, LABEL) for c in chart.categories), default=0.0)
        self.gutter = min(names, width * 0.34) + 8.1
        beyond = [self._mark_text(Decimal(100))] if self._whole else self._value_texts()
        self.values_room = max((self._width(t, SMALL) for t in beyond), default=0.0) / (2 if self.stacked else 1)
        self.scale = width - self.gutter - self.values_room - 6
        self.top = self._maximum()
        self.boxes: list[Box] = []
        self.labels: list[Label] = []

    def draw(self) -> Drawing:
        y = self._legend(0.0)
        start = y
        marks = [] if self.top == 0 else _marks(self.top)
        rows = [self._row_height(n) for n in range(len(self.chart.categories))]
        height = sum(rows)
        for mark in marks:
            x = self.gutter + self._length(mark)
            self.boxes.append(Box(x - 0.25, start, 0.5, height, styles.RULE))
            self.labels.append(Label(self._mark_text(mark), x, start + height + 11, "middle", SMALL, styles.GREY))
        for n, row in enumerate(rows):
            self._category(n, y, row)
            (self._stack if self.stacked else self._group)(n, y, row)
            y += row
        self.boxes.append(Box(self.gutter - 0.4, start, 0.8, height, styles.GREY))
        if self.chart.unit and not self._whole:
            self.labels.append(Label(self.chart.unit, 0, y + 11, "start", SMALL, styles.GREY))
        return Drawing(self.width, y + 16, tuple(self.boxes), tuple(self.labels))

    @property
    def _whole(self) -> bool:
        return isinstance(self.chart, StackedChart) and self.chart.whole

    def _ink(self, n: int) -> str:
        tints = self.chart.tints if isinstance(self.chart, StackedChart) else ()
        return tints[n] if n < len(tints) else styles.SERIES[n % len(styles.SERIES)]

    def _width(self, text: str, size: float, bold: bool = False) -> float:
        return width_of(text, size, self.code, bold=bold)

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
            return max((self.chart.top, *(self._sum(n) for n in range(count))))
        return max((self.chart.top, *(self._value(s, n) for s in self.chart.series for n in range(count))))

    def _length(self, value: Decimal) -> float:
        return float(value / self.top) * self.scale if self.top else 0.0

    def _mark_text(self, mark: Decimal) -> str:
        if self._whole:
            return str(format_percent(mark / 100, locale=locale(self.code)))
        return number_text(mark, 0 if mark == int(mark) else 1)

    def _row_height(self, n: int) -> float:
        bars = 1 if self.stacked else len(self.chart.series)
        thickness = _BAR + 4 if self.stacked else _BAR
        names = len(self._name_lines(n)) * LABEL * 1.25
        return max(bars * thickness + (bars - 1) * _GAP, names) + _GROUP

    def _name_lines(self, n: int) -> list[str]:
        """The category's name, in lines that fit the gutter."""
        return lines_within(self.chart.categories[n], self.gutter - 8, LABEL, self.code)

    def _category(self, n: int, y: float, height: float) -> None:
        lines = self._name_lines(n)
        middle = y + height / 2
        first = middle - (len(lines) - 1) * LABEL * 0.625 + LABEL * 0.33
        for k, line in enumerate(lines):
            self.labels.append(Label(line, self.gutter - 7, first + k * LABEL * 1.25, "end", LABEL, styles.INK))

    def _group(self, n: int, y: float, height: float) -> None:
        count = len(self.chart.series)
        at = y + (height - count * _BAR - (count - 1) * _GAP) / 2
        for k, series in enumerate(self.chart.series):
            if n < len(series.values) and series.values[n] is not None:
                value = self._value(series, n)
                length = self._length(value)
                self.boxes.append(Box(self.gutter, at, length, _BAR, self._ink(k)))
                text = number_text(value, 0)
                self.labels.append(
                    Label(text, self.gutter + length + 4, at + _BAR * 0.82, "start", SMALL, styles.INK)
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
            self.boxes.append(Box(x, at, length, thickness, self._ink(k)))
            text = number_text(value, 0)
            if self._width(text, SMALL, bold=True) + 4 <= length:
                ink = readable(self._ink(k))
                self.labels.append(Label(text, x + length / 2, at + thickness * 0.7, "middle", SMALL, ink, bold=True))
            x += length

    def _legend(self, y: float) -> float:
        """Names of the series with their colours, as many in a row as fit; answers where the bars begin."""
        x = 0.0
        for k, series in enumerate(self.chart.series):
            room = 13 + self._width(series.name, LABEL) + 16
            if x and x + room > self.width:
                x, y = 0.0, y + 14
            self.boxes.append(Box(x, y + 1, 8, 8, self._ink(k)))
            self.labels.append(Label(series.name, x + 13, y + 8.2, "start", LABEL, styles.INK))
            x += room
        return y + 20


def _marks(top: Decimal) -> list[Decimal]:
    """Three to five round numbers from 0 up to the largest value."""
    step = Decimal(1).scaleb(top.adjusted())
    for factor in (Decimal("0.1"), Decimal("0.2"), Decimal("0.25"), Decimal("0.5"), Decimal(1), Decimal(2)):
        if top / (step * factor) <= 5:
            step *= factor
            break
    return [step * n for n in range(int(top / step) + 1)]
