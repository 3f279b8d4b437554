"""Charts: one description, the same figures on paper and on screen, mirrored for right-to-left readers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from server.base.i18n import use_language
from server.reports.charts import (
    BarChart,
    Chart,
    ChartBlock,
    GridCell,
    GridChart,
    ProgressChart,
    Series,
    StackedChart,
    page_by_page,
    to_svg,
)
from server.reports.charts.drawing import lines_within, width_of
from server.reports.charts.grid import draw_grid
from server.reports.frame import sheet
from tests.reports.conftest import fill_pages

SVG = "{http://www.w3.org/2000/svg}"
BARS = BarChart(
    "Budget & expenditure",
    ["Kyrgyzstan", "Republic of Moldova, with a very long name that needs several lines"],
    [Series("Budget", [Decimal(120000), Decimal("80000.50")]), Series("Spent", [Decimal(30000), None])],
    "USD",
)
STEPS = StackedChart(
    "Milestones",
    ["Serbia", "Tunisia"],
    [Series("Done", [Decimal(3), Decimal(0)]), Series("Left", [Decimal(1), Decimal(0)])],
    whole=True,
    tints=("#2e8b57", "#c9d4dc"),
)
EMPTY = BarChart("Nothing", [], [])
GRID = GridChart(
    "Timetable", ["Launch the programme", "A very long title of a planned activity that needs more than one line here"],
    ["Q1", "Q2", "Q3", "Q4"],
    [[GridCell("#0a4a7a"), None, GridCell("#4db1e2", part=0.5), None], [None, None, None, GridCell("#f2a900", "!")]],
    [(GridCell("#0a4a7a"), "Completed"), (GridCell("#f2a900", "!"), "Delayed")], [("Year 1", 4)],
)
PROGRESS = ProgressChart(
    "Indicators", ["1.1", "1.2", "1.3"], [Decimal("87.5"), None, Decimal(400)], ["7 of 8", "– of 8", "8 of 2"])


@pytest.mark.parametrize("language", ["en", "ar", "bn", "ru"])
@pytest.mark.parametrize(
    "chart", [BARS, STEPS, EMPTY, GRID, PROGRESS], ids=["bars", "stacked", "empty", "grid", "progress"])
def test_nothing_of_a_chart_leaves_the_column(chart: Chart, language: str) -> None:
    page = sheet(language)
    (filled,) = fill_pages([ChartBlock(chart, language)], language) or [None]
    assert filled is not None
    for line in filled.lines:
        assert page.left - 0.01 <= line.left, line
        assert line.right <= page.left + page.column + 0.01, line


def test_paper_shows_names_values_and_unit() -> None:
    (page,) = fill_pages([ChartBlock(BARS, "en")])
    for text in ("Budget", "Spent", "Kyrgyzstan", "120,000", "30,000", "USD"):
        assert text in page.texts
    assert "80,000" in page.texts or "80,001" in page.texts


def test_bars_are_as_long_as_their_values() -> None:
    root = ET.fromstring(to_svg(BARS))
    fills = {n.get("fill") for n in root.iter(f"{SVG}rect")}
    assert {"#0a4a7a", "#4db1e2"} <= fills
    places = [n for n in root.iter(f"{SVG}rect") if n.get("height") == "8" != n.get("width")]  # the legend has squares
    bars = [float(n.get("width", 0)) for n in places]
    assert bars[1] / bars[0] == pytest.approx(0.25, abs=0.01)
    assert len(bars) == 3, "no bar for a value that is not there"


def test_a_share_of_nothing_is_no_bar() -> None:
    root = ET.fromstring(to_svg(STEPS))
    bars = [n for n in root.iter(f"{SVG}rect") if n.get("height") == "12"]
    assert [n.get("fill") for n in bars] == ["#2e8b57", "#c9d4dc"]
    assert float(bars[0].get("width", 0)) == pytest.approx(3 * float(bars[1].get("width", 0)), abs=0.02)


def test_a_grid_tells_its_states_without_colour() -> None:
    boxes = list(ET.fromstring(to_svg(GRID)).iter(f"{SVG}rect"))
    whole = [n for n in boxes if n.get("fill") == "#0a4a7a"]
    half = [n for n in boxes if n.get("fill") == "#4db1e2"]
    assert len(whole) == 2, "one in the legend, one in the grid"
    assert float(half[0].get("height", 0)) == pytest.approx(float(whole[1].get("height", 0)) / 2, abs=0.01)
    words = [n.text for n in ET.fromstring(to_svg(GRID)).iter(f"{SVG}text")]
    assert {"Year 1", "Q1", "Completed", "!"} <= set(words)


def test_progress_ends_at_its_scale_and_says_what_is_not_known() -> None:
    root = ET.fromstring(to_svg(PROGRESS))
    tracks = [n for n in root.iter(f"{SVG}rect") if n.get("height") == "10"]
    widths = [float(n.get("width", 0)) for n in tracks]
    assert len(tracks) == 5, "three tracks and two bars: nothing is drawn for what is not known"
    assert max(widths) == widths[0], "what is far beyond its target stays inside the track"
    words = [n.text for n in root.iter(f"{SVG}text")]
    assert {"87.5%", "400.0%", "– of 8", "Target"} <= set(words)


def test_svg_is_well_formed_named_and_described() -> None:
    root = ET.fromstring(to_svg(BARS, alternative="Kyrgyzstan <has> more"))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Budget & expenditure"
    assert root.findtext(f"{SVG}desc") == "Kyrgyzstan <has> more"


def test_svg_and_paper_are_mirrored_for_arabic() -> None:
    def category(svg: str) -> float:
        node = next(n for n in ET.fromstring(svg).iter(f"{SVG}text") if n.text == "Kyrgyzstan")
        return float(node.get("x", 0))

    with use_language("ar"):
        mirrored = to_svg(BARS)
    assert category(to_svg(BARS)) < 320 < category(mirrored)
    left = next(line for line in fill_pages([ChartBlock(BARS, "ar")], "ar")[0].lines if line.text == "Kyrgyzstan")
    assert left.left > 300


@pytest.mark.parametrize("chart", [BARS, STEPS, GRID, PROGRESS], ids=["bars", "stacked", "grid", "progress"])
def test_a_chart_taller_than_a_page_is_told_on_several_that_share_their_scale(chart: Chart) -> None:
    names = [f"{name} {n}" for n in range(60) for name in chart.categories]
    if isinstance(chart, GridChart):
        long: Chart = replace(chart, categories=names, cells=list(chart.cells) * 60)
    elif isinstance(chart, ProgressChart):
        long = replace(chart, categories=names, shares=list(chart.shares) * 60, notes=list(chart.notes) * 60)
    else:
        series = [Series(one.name, list(one.values) * 60) for one in chart.series]
        long = replace(chart, categories=names, series=series)
    parts = page_by_page(long, 470, 600, "en")
    assert [name for part in parts for name in part.categories] == names
    assert len(parts) > 1
    for part in parts:
        assert ChartBlock(part, "en").least(470) <= 600
    if isinstance(long, BarChart):
        assert {part.top for part in parts if isinstance(part, BarChart)} == {Decimal(120000)}


def test_a_chart_moves_to_the_next_page_whole() -> None:
    blocks = [ChartBlock(BARS, "en") for _ in range(8)]
    for page in fill_pages(blocks):
        assert page.texts.count("Kyrgyzstan") == page.texts.count("USD")


def test_a_long_month_over_a_narrow_column_is_set_smaller_and_touches_no_other() -> None:
    months = [f"{month} 2014" for month in ("septembre", "octobre", "novembre", "décembre") * 3]
    grid = GridChart("Calendar", ["Maroc"], months, [[None] * 12])
    labels = [label for label in draw_grid(grid, 471.0, "fr").labels if label.anchor == "middle"]
    assert [label.text for label in labels] == [part for month in months for part in month.split()]
    words = [(label, width_of(label.text, label.size, "fr") / 2) for label in labels if not label.text.isdigit()]
    spans = sorted((label.x - half, label.x + half) for label, half in words)
    assert all(left - right > 2 for (_left, right), (left, _right) in pairwise(spans))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_word_too_long_for_its_room_is_cut_and_a_line_begins_with_no_ellipsis(language: str) -> None:
    lines = lines_within("Verwaltungsvereinbarungsentwurfsbesprechung of focal …", 60.0, 8.5, language)
    assert "".join(lines).replace(" ", "") == "Verwaltungsvereinbarungsentwurfsbesprechungoffocal…"
    assert all(width_of(line, 8.5, language) <= 60.0 for line in lines)
    assert lines[-1] != "…"
