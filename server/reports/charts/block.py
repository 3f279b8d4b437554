"""A chart in the flow of a page, and the same chart as SVG for the screen."""

from __future__ import annotations

from server.base.i18n import language, use_language
from server.reports.charts.bars import BarLayout
from server.reports.charts.drawing import Drawing, as_svg, put
from server.reports.charts.grid import draw_grid
from server.reports.charts.kinds import Chart, GridChart, ProgressChart, cut
from server.reports.charts.progress import draw_progress
from server.reports.flow import Block, Piece
from server.reports.text.pen import Pen
from server.reports.text.structure import Tag


class ChartBlock(Block):
    """A chart in the flow of a page; never split."""

    before = 4.0
    after = 8.0

    def __init__(self, chart: Chart, code: str, alternative: str = "") -> None:
        self.chart, self.language = chart, code
        self.tag = Tag("Figure", alternative=alternative or chart.title)
        self._known: tuple[float, Drawing] | None = None

    def least(self, width: float) -> float:
        return self._drawing(width).height

    def _drawing(self, width: float) -> Drawing:
        if self._known is None or self._known[0] != width:
            self._known = (width, _draw(self.chart, width, self.language))
        return self._known[1]

    def take(self, width: float, room: float, fresh: bool) -> tuple[Piece | None, Block | None]:
        drawing = self._drawing(width)
        if drawing.height > room and not fresh:
            return None, self
        self._known = None

        def draw(pen: Pen, x: float, top: float, _width: float) -> None:
            pen.begin(self.tag)
            put(pen, drawing, x, top, self.language)
            pen.end()

        return Piece(drawing.height, draw), None


def page_by_page(chart: Chart, width: float, height: float, code: str) -> list[Chart]:
    """The chart, or as many as it takes for each to fit `width` and `height` in points; they share their scale."""
    found: list[Chart] = []
    start, count = 0, len(chart.categories)
    while start < count:
        end = count
        while end > start + 1 and (high := _draw(cut(chart, start, end), width, code).height) > height:
            end = max(start + 1, min(end - 1, start + int((end - start) * height / high)))
        found.append(cut(chart, start, end) if (start, end) != (0, count) else chart)
        start = end
    return found or [chart]


def to_svg(chart: Chart, *, width: float = 640.0, alternative: str = "") -> str:
    """The chart as an SVG element in the current language; `alternative` says in words what it shows."""
    code = language()
    return as_svg(_draw(chart, width, code), chart.title, code, alternative)


def _draw(chart: Chart, width: float, code: str) -> Drawing:
    with use_language(code):
        if isinstance(chart, GridChart):
            return draw_grid(chart, width, code)
        if isinstance(chart, ProgressChart):
            return draw_progress(chart, width, code)
        return BarLayout(chart, width, code).draw()
