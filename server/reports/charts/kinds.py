"""The kinds of charts, as frozen descriptions: figures and words, nothing of where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


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
