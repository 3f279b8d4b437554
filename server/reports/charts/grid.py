"""Grids: categories down, columns across, a coloured and marked cell where something is."""

from __future__ import annotations

from server.reports import styles
from server.reports.charts.drawing import LABEL, SMALL, Box, Drawing, Label, lines_within, readable, width_of
from server.reports.charts.kinds import GridCell, GridChart

_ROW, _GAP, _HEAD = 14.0, 4.0, 13.0


def draw_grid(chart: GridChart, width: float, code: str) -> Drawing:
    """The grid at a width in points."""
    return _Grid(chart, width, code).draw()


class _Grid:
    def __init__(self, chart: GridChart, width: float, code: str) -> None:
        self.chart, self.width, self.code = chart, width, code
        names = max((width_of(name, LABEL, code) for name in chart.categories), default=0.0)
        self.gutter = min(names, width * 0.42) + 8
        self.step = (width - self.gutter) / max(len(chart.columns), 1)
        self.boxes: list[Box] = []
        self.labels: list[Label] = []

    def draw(self) -> Drawing:
        y = self._legend(0.0)
        if self.chart.bands:
            y = self._bands(y)
        y = self._heads(y)
        for number, name in enumerate(self.chart.categories):
            y = self._row(number, name, y)
        self.boxes.append(Box(0, y, self.width, 0.5, styles.RULE))
        return Drawing(self.width, y + 4, tuple(self.boxes), tuple(self.labels))

    def _legend(self, y: float) -> float:
        x = 0.0
        for cell, words in self.chart.legend:
            room = 15 + width_of(words, LABEL, self.code) + 16
            if x and x + room > self.width:
                x, y = 0.0, y + 14
            self._cell(cell, x, y, 11, 10)
            if cell.mark:
                self.labels.append(Label(cell.mark, x + 5.5, y + 7.8, "middle", SMALL - 0.5, readable(cell.fill), True))
            self.labels.append(Label(words, x + 15, y + 8.2, "start", LABEL, styles.INK))
            x += room
        return y + 20 if self.chart.legend else y

    def _cell(self, cell: GridCell, x: float, y: float, width: float, height: float) -> None:
        filled = height * cell.part
        if cell.part < 1:
            self.boxes.append(Box(x, y, width, height, styles.TINTS["grey"]))
        if filled:
            self.boxes.append(Box(x, y + height - filled, width, filled, cell.fill))

    def _bands(self, y: float) -> float:
        x = self.gutter
        for name, count in self.chart.bands:
            wide = self.step * count
            self.labels.append(Label(name, x + wide / 2, y + 9, "middle", SMALL, styles.GREY, bold=True))
            self.boxes.append(Box(x + 1, y + 12, max(wide - 2, 0.5), 0.5, styles.RULE))
            x += wide
        return y + 14

    def _heads(self, y: float) -> float:
        """Names of the columns, in as many lines as the longest needs; a long word is set smaller before it is cut."""
        room = self.step - 4
        told = [lines_within(name, room, SMALL, self.code, word=room / 0.6) for name in self.chart.columns]
        lines = max((len(one) for one in told), default=0)
        for number, one in enumerate(told):
            for k, line in enumerate(one):
                x = self.gutter + (number + 0.5) * self.step
                at = y + 9 + (lines - len(one) + k) * SMALL * 1.2
                size = min(SMALL, SMALL * room / max(width_of(line, SMALL, self.code), 1.0))
                self.labels.append(Label(line, x, at, "middle", size, styles.GREY))
        return y + _HEAD + max(lines - 1, 0) * SMALL * 1.2

    def _row(self, number: int, name: str, y: float) -> float:
        lines = lines_within(name, self.gutter - 8, LABEL, self.code)
        height = max(_ROW, len(lines) * LABEL * 1.25 + _GAP)
        self.boxes.append(Box(0, y, self.width, 0.5, styles.RULE))
        first = y + height / 2 - (len(lines) - 1) * LABEL * 0.625 + LABEL * 0.33
        for k, line in enumerate(lines):
            self.labels.append(Label(line, 0, first + k * LABEL * 1.25, "start", LABEL, styles.INK))
        for column, cell in enumerate(self.chart.cells[number]):
            if cell is None:
                continue
            x = self.gutter + column * self.step
            self._cell(cell, x + 1, y + 2, max(self.step - 2, 0.5), height - 3.5)
            if cell.mark:
                size = min(SMALL, SMALL * (self.step - 3) / max(width_of(cell.mark, SMALL, self.code, bold=True), 1.0))
                self.labels.append(Label(cell.mark, x + self.step / 2, y + height / 2 + SMALL * 0.35, "middle", size,
                                         readable(cell.fill), bold=True))
        return y + height
