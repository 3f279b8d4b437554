"""The kinds of charts, as frozen descriptions: figures and words, nothing of where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal


@dataclass(frozen=True)
class Series:
    """One colour of bars: a value for each category; None where there is none."""

    name: str
    values: Sequence[Decimal | None]


@dataclass(frozen=True)
class BarChart:
    """Horizontal bars side by side, a group for each category. `unit` stands behind the scale (USD, participants).

    `top` is what the scale reaches at least: charts that belong together have the same.
    """

    title: str
    categories: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    top: Decimal = Decimal(0)


@dataclass(frozen=True)
class StackedChart:
    """One bar for each category, its series one behind the other; `whole` stretches every bar to 100 %.

    `tints` are colours `#rrggbb` of the series where their meaning has one (done, in progress, not started). `top` as
    in a BarChart.
    """

    title: str
    categories: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    top: Decimal = Decimal(0)
    whole: bool = False
    tints: Sequence[str] = ()


@dataclass(frozen=True)
class GridCell:
    """A cell of a grid. `part`, how much of it is filled (0 to 1) with the colour `#rrggbb`, and a mark in it say the
    same as the colour to those who see none."""

    fill: str
    mark: str = ""
    part: float = 1.0


@dataclass(frozen=True)
class GridChart:
    """Rows and columns: quarters of planned activities, steps of countries, months of activities.

    `cells` has a row for each category; None where there is nothing. `legend` tells what the colours mean. `bands`
    name groups of columns: (name, how many columns), such as years over their quarters.
    """

    title: str
    categories: Sequence[str]
    columns: Sequence[str]
    cells: Sequence[Sequence[GridCell | None]]
    legend: Sequence[tuple[GridCell, str]] = ()
    bands: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True)
class ProgressChart:
    """How far each category is towards its target. `shares` in percent of it, None when not known; `notes` beside."""

    title: str
    categories: Sequence[str]
    shares: Sequence[Decimal | None]
    notes: Sequence[str]


Chart = BarChart | StackedChart | GridChart | ProgressChart


def cut(chart: Chart, start: int, end: int) -> Chart:
    """The chart of some of its categories, on the same scale as the whole one."""
    if isinstance(chart, GridChart):
        return replace(chart, categories=chart.categories[start:end], cells=chart.cells[start:end])
    if isinstance(chart, ProgressChart):
        return replace(chart, categories=chart.categories[start:end], shares=chart.shares[start:end],
                       notes=chart.notes[start:end])
    series = [Series(one.name, one.values[start:end]) for one in chart.series]
    return replace(chart, categories=chart.categories[start:end], series=series, top=max(chart.top, _reach(chart)))


def _reach(chart: BarChart | StackedChart) -> Decimal:
    """The largest bar."""
    places = range(len(chart.categories))
    values = [[max(one.values[n] or Decimal(0), Decimal(0)) if n < len(one.values) else Decimal(0)
               for one in chart.series] for n in places]
    added = isinstance(chart, StackedChart)
    return max((sum(row, Decimal(0)) if added else max(row, default=Decimal(0)) for row in values),
               default=Decimal(0))
