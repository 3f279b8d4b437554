"""Charts of a document's facts: every figure of them stands in the facts, and nothing is drawn of nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from server.base.i18n import number_text, use_language
from server.reports import model
from server.reports.charts import page_by_page
from server.reports.frame import sheet
from server.reports.parts.pictures import (
    calendar_chart,
    people_chart,
    progress_chart,
    timetable,
)
from server.reports.words import FSI, PDI

YEAR = model.Period("Y1", "Year 1", "2014-02-01", "2015-01-31")
NEXT = model.Period("Y2", "Year 2", "2015-02-01", "2016-01-31")


def line(title: str, quarters: tuple[int, ...], status: str = "planned", period: str = "Y1") -> model.PlanLine:
    return model.PlanLine(title, "Serbia", quarters, "", "", "", None, status, "", period)


def achievement(date_from: str | None, country: str = "Serbia") -> model.Achievement:
    return model.Achievement("A", "", date_from, None, "", "", (), "", model.People(), (), country, 1)


def result(code: str, target: str, actual: str, unit: str = "number") -> model.ResultRow:
    return model.ResultRow(code, "", None, unit, "", target, actual, None, None, False, "", "", ())


def test_a_timetable_fills_the_quarters_of_the_plan() -> None:
    chart = timetable([line("Launch", (1, 3))], [YEAR])
    assert chart is not None
    assert list(chart.columns) == ["Q1", "Q2", "Q3", "Q4"]
    assert [cell is not None for cell in chart.cells[0]] == [True, False, True, False]
    assert chart.categories == ["Serbia: Launch"]


def test_several_years_stand_side_by_side() -> None:
    chart = timetable([line("Launch", (4,)), line("Review", (1,), period="Y2")], [YEAR, NEXT])
    assert chart is not None
    assert list(chart.bands) == [("Year 1", 4), ("Year 2", 4)]
    filled = [[n for n, cell in enumerate(row) if cell] for row in chart.cells]
    assert filled == [[3], [4]]


@pytest.mark.parametrize("words", [2, 14])
def test_a_long_plan_fills_its_pages_and_loses_no_line(words: int) -> None:
    """No page has a lonely row of it while the page before has room."""
    chart = timetable([line(f"Activity {n} " + "of several " * words, (1,)) for n in range(50)], [YEAR])
    assert chart is not None
    page = sheet("en", landscape=True)
    parts = page_by_page(chart, page.column, 360.0, "en")
    assert [name for part in parts for name in part.categories] == list(chart.categories)
    assert min(len(part.categories) for part in parts[:-1]) > 10


def test_what_has_no_quarter_is_in_no_timetable() -> None:
    assert timetable([line("Some day", ())], [YEAR]) is None


def test_an_english_activity_under_an_arabic_country_keeps_its_order() -> None:
    with use_language("ar"):
        chart = timetable([replace(line("Launch, and more", (1,)), country="صربيا")], [YEAR])
    assert chart is not None
    assert chart.categories == [f"صربيا: {FSI}Launch, and more{PDI}"]


@pytest.mark.parametrize(("target", "actual", "share"), [
    ("8", "7", Decimal("87.5")), ("8", "", None), ("0", "0", None), ("1,000", "500", None),
    (number_text(Decimal(1000)), number_text(Decimal(500)), Decimal("50.0")),
])  # fmt: skip
def test_an_indicator_is_shown_as_a_share_of_its_target(target: str, actual: str, share: Decimal | None) -> None:
    chart = progress_chart([result("1.1", target, actual)])
    assert chart is not None
    assert chart.shares == [share]


def test_indicators_in_words_or_without_a_target_have_no_bar() -> None:
    assert progress_chart([result("1.1", "", "7"), result("1.2", "outline", "draft", unit="text")]) is None


def test_people_not_counted_by_sex_are_not_taken_for_men() -> None:
    chart = people_chart([("A", model.People(3, 2, None)), ("B", model.People(None, None, 52)), ("C", model.People())])
    assert chart is not None
    told = {one.name: list(one.values) for one in chart.series}
    assert told == {"Women": [3, 0], "Men": [2, 0], "Sex not recorded": [0, 52]}


def test_achievements_stand_in_the_month_in_which_they_began() -> None:
    chart = calendar_chart([achievement("2014-06-02"), achievement("2014-06"), achievement("2014-Q3"),
                            achievement("2014"), achievement(None), achievement("2014-02-03", "")], YEAR)
    assert chart is not None
    assert len(chart.columns) == 12
    marks = {name: [cell.mark if cell else "" for cell in row]
             for name, row in zip(chart.categories, chart.cells, strict=True)}
    assert marks["Serbia"] == ["", "", "", "", "2", *[""] * 7]
    assert marks["Global level"] == ["1", *[""] * 11]


def test_without_a_dated_achievement_there_is_no_calendar() -> None:
    assert calendar_chart([achievement("2014")], YEAR) is None
