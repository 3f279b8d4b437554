"""Every table is a sheet that counts on: typed numbers, a frozen head, and no cell that could run as a formula."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from server.base.i18n import money_text, number_text, percent_text, use_language
from server.reports.frame import Cover, Frame
from server.reports.manuscript import Manuscript
from server.reports.office.workbook import as_workbook
from server.reports.story import Band, Story

WHEN = datetime(2015, 8, 15, 9, tzinfo=UTC)


def packed(tell: Any, language: str = "en") -> bytes:
    frame = Frame("Financial statement", subtitle="Year 1", author="Unit", when=WHEN, cover=Cover("UNDP", [("A", "B")]))
    return as_workbook(Manuscript(language, frame, tell))


def opened(tell: Any, language: str = "en") -> Any:
    return openpyxl.load_workbook(io.BytesIO(packed(tell, language)))


def delivery(story: Story) -> None:
    story.heading(1, "Delivery")
    story.table(["Country", "Spent", "Budget", "Rate"], [
        Band("Asia"),
        ("Kyrgyzstan", number_text(Decimal("24860.40"), 2), money_text(Decimal("40000.00"), "USD"),
         percent_text(Decimal("62.2"))),
    ])


@pytest.mark.parametrize("language", ["en", "fr", "bn"])
def test_numbers_are_numbers_whatever_the_language_writes(language: str) -> None:
    with use_language(language):
        sheet = opened(delivery, language)["Delivery"]
    row = [cell.value for cell in sheet[3]]
    assert row[1:] == [24860.40, 40000, 62.2]
    assert sheet["B3"].number_format == "#,##0.00"
    assert sheet["C3"].number_format == '"USD "#,##0.00'
    assert sheet["A2"].value == "Asia"


def test_the_head_is_frozen_and_stands_apart() -> None:
    sheet = opened(delivery)["Delivery"]
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.bold for cell in sheet[1])


def test_the_first_sheet_says_what_the_workbook_is() -> None:
    book = opened(delivery)
    assert book.sheetnames == ["Financial statement", "Delivery"]
    assert book.worksheets[0]["A1"].value == "Financial statement"
    assert book.properties.title == "Financial statement"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://a.example")'])
def test_nothing_that_people_typed_runs_as_a_formula(text: str) -> None:
    sheet = opened(lambda story: story.table(["Note"], [(text,)], caption="Notes"))["Notes"]
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].quotePrefix
    assert sheet["A2"].value.strip() == text.strip()


def test_sheets_have_names_that_excel_takes_and_none_twice() -> None:
    def tell(story: Story) -> None:
        for caption in ("A/B: [what?] *very* long caption that goes on and on", "Delivery", "delivery", "''"):
            story.table(["x"], [("y",)], caption=caption)

    names = opened(tell).sheetnames
    assert len({name.casefold() for name in names}) == len(names) == 5
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_arabic_sheets_run_from_right_to_left() -> None:
    assert opened(delivery, "ar").worksheets[-1].sheet_view.rightToLeft
    assert not opened(delivery, "en").worksheets[-1].sheet_view.rightToLeft


@pytest.mark.parametrize("text", ["\x00\x0b", "\ud800", "x" * 40_000, "😀", ""])
def test_any_text_gives_a_file_that_opens(text: str) -> None:
    sheet = opened(lambda story: story.table(["Note"], [(text,)], caption="Notes"))["Notes"]
    assert len(sheet["A2"].value or "") <= 32_767


def test_the_same_manuscript_gives_the_same_bytes() -> None:
    assert packed(delivery) == packed(delivery)
