"""Charts: one description, the same figures on paper and on screen, mirrored for right-to-left readers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest

from server.base.i18n import use_language
from server.reports.charts import BarChart, Chart, ChartBlock, Series, StackedChart, to_svg
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


@pytest.mark.parametrize("language", ["en", "ar", "bn", "ru"])
@pytest.mark.parametrize("chart", [BARS, STEPS, EMPTY], ids=["bars", "stacked", "empty"])
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
    bars = [float(n.get("width", 0)) for n in root.iter(f"{SVG}rect") if n.get("height") == "9"]
    assert bars[1] / bars[0] == pytest.approx(0.25, abs=0.01)
    assert len(bars) == 3, "no bar for a value that is not there"


def test_a_share_of_nothing_is_no_bar() -> None:
    root = ET.fromstring(to_svg(STEPS))
    bars = [n for n in root.iter(f"{SVG}rect") if n.get("height") == "13"]
    assert [n.get("fill") for n in bars] == ["#2e8b57", "#c9d4dc"]
    assert float(bars[0].get("width", 0)) == pytest.approx(3 * float(bars[1].get("width", 0)), abs=0.02)


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


def test_a_chart_moves_to_the_next_page_whole() -> None:
    blocks = [ChartBlock(BARS, "en") for _ in range(8)]
    for page in fill_pages(blocks):
        assert page.texts.count("Kyrgyzstan") == page.texts.count("USD")
