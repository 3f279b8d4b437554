"""Search by its key, views above a list, and a workbook that is looked at before it is loaded, in a real browser."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage, Serve
from tests.e2e.test_looks import findings
from tests.services.workbooks import columns, own_table

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_key_leads_to_the_search_and_not_while_one_types(serve: Serve, open_page: OpenPage, language: str) -> None:
    served = serve("kg")
    page = open_page(served, locale=language)
    page.goto(f"{served.address}/activities")
    page.keyboard.press("/")
    page.keyboard.type("board")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=board")
    assert page.locator("mark").count() > 2
    page.goto(f"{served.address}/activities/new")
    page.locator("#title").fill("")
    page.locator("#title").press("/")
    expect(page.locator("#title")).to_have_value("/")


def test_a_template_is_filled_in_looked_at_corrected_and_loaded(
    serve: Serve, open_page: OpenPage, tmp_path: Path
) -> None:
    served = serve("kg")
    page = open_page(served)
    page.goto(f"{served.address}/import")
    with page.expect_download() as saved:
        page.locator("a[href$='/import/template/activities']").click()
    path = tmp_path / "activities.xlsx"
    saved.value.save_as(path)

    def write(**values: object) -> None:
        book = openpyxl.load_workbook(path)
        for field, value in values.items():
            book.worksheets[0].cell(3, columns(book.worksheets[0])[field]).value = value
        book.save(path)
        page.goto(f"{served.address}/import")
        page.locator("#file").set_input_files(path)
        page.get_by_role("button", name="See what it would change").click()

    write(title="Round table", date_from="32.1.2014", output_id="1")
    expect(page.get_by_role("row", name="C3")).to_contain_text("not in the calendar")
    expect(page.locator(".errors")).to_be_focused()
    assert findings(page) == []
    write(date_from="31.1.2015")
    expect(page.get_by_text("New: 1")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("button", name="Load 1 record").click()
    page.goto(f"{served.address}/activities")
    expect(page.get_by_role("link", name="Round table")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_columns_of_an_own_table_can_be_told_by_everybody(
    serve: Serve, open_page: OpenPage, tmp_path: Path, language: str
) -> None:
    served = serve("kg")
    page = open_page(served, locale=language)
    path = tmp_path / "own.xlsx"
    path.write_bytes(own_table([["Date", "Activity", "Output", "Remark"], ["2014", "Visit", 1, "x"]]))
    page.goto(f"{served.address}/import")
    page.locator("#file").set_input_files(path)
    page.locator("form[data-main] button.main").click()
    page.wait_for_url("**/columns")
    assert findings(page) == []
    assert page.locator("select[name=title]").input_value() == "1"


def test_a_view_is_kept_above_its_list(serve: Serve, open_page: OpenPage) -> None:
    served = serve("kg")
    page = open_page(served)
    page.goto(f"{served.address}/activities?report=1")
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of this view").fill("Achievements")
    assert findings(page) == []
    page.locator(".keep-view").get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Achievements")).to_have_attribute("aria-current", "page")
    assert findings(page) == []
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as Excel workbook").click()
    assert saved.value.suggested_filename.endswith(".xlsx")
