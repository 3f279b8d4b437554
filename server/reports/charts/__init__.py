"""Charts: one frozen description, drawn on paper by our pen (shaped text) and on screen as SVG (shaped there).

Lives here: kinds (what charts say) · bars, grid, progress (where it stands) · drawing (boxes and words) · block.
"""

from server.reports.charts.block import ChartBlock, page_by_page, to_svg
from server.reports.charts.kinds import BarChart, Chart, GridCell, GridChart, ProgressChart, Series, StackedChart

__all__ = [
    "BarChart",
    "Chart",
    "ChartBlock",
    "GridCell",
    "GridChart",
    "ProgressChart",
    "Series",
    "StackedChart",
    "page_by_page",
    "to_svg",
]
