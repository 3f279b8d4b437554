"""A table of inputs in a real browser: a block of a spreadsheet is pasted, mended and saved; keys move."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, Serve
from tests.e2e.test_looks import findings, too_wide

pytestmark = pytest.mark.browser

#: twelve lines as Excel puts them on the clipboard: a quoted cell with a line end and quotes, empty cells, odd digits
BLOCK = "".join(
    f"{title}\t{output}\t{quarters}\tCountry office\tSDC\t71300\t{amount}\tPlanned\t\r\n"
    for title, output, quarters, amount in [
        ('"Training ""Migration\nand development"""', "1", "1 2", "12,500.00"),
        ("Study", "Output 1", "Q1–Q2", "1 234,50"),
        *((f"Workshop {n}", "1", str(n % 4 + 1), f"{n},000.00") for n in range(3, 11)),
        ("Board meeting", "77", "2", "500"), ("Closing", "1", "5", "about 100")])  # fmt: skip


def paste(page: Page, selector: str, text: str) -> None:
    """Paste into a cell as the browser does for Ctrl+V."""
    page.locator(selector).focus()
    page.evaluate(
        """([selector, text]) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
          document.querySelector(selector).dispatchEvent(event);
        }""",
        [selector, text],
    )


def test_twelve_plan_lines_are_pasted_mended_and_saved(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/workplan?period=Y2")
    page.get_by_role("link", name="Edit as a table").click()
    paste(page, "#row-3-title", BLOCK)
    expect(page.get_by_text("Cells pasted: 108.")).to_be_visible()
    expect(page.locator("tr[data-row]")).to_have_count(15)
    expect(page.locator("#row-3-title")).to_have_value('Training "Migration and development"')
    expect(page.get_by_text("Kept as a draft")).to_be_visible(timeout=10_000)
    page.get_by_role("button", name="Save all rows").click()
    page.wait_for_selector(".errors")
    assert page.evaluate("document.activeElement.className") == "errors"
    assert findings(page) == []
    assert too_wide(page) == []
    expect(page.locator(".errors li")).to_have_count(3)
    page.get_by_role("link", name="Row 13, Output").click()
    assert page.evaluate("document.activeElement.id") == "row-13-output_id"
    page.locator("#row-13-output_id").select_option(index=1)
    page.locator("#row-14-quarters").fill("4")
    page.locator("#row-14-amount").fill("100")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("12 lines are saved.")).to_be_visible()
    for words in ("Closing", "Workshop 10", "Study", "USD 1,234.50"):
        expect(page.locator("table").get_by_text(words).first).to_be_visible()


def test_the_right_rows_go_ahead(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/workplan/grid?period=Y2")
    paste(page, "#row-3-title", BLOCK)
    page.get_by_role("button", name="Save all rows").click()
    page.get_by_label("Save the 10 rows that are right").check()
    page.get_by_role("button", name="Save all rows").click()
    expect(page.get_by_text("10 lines are saved.")).to_be_visible()
    expect(page.locator(".errors li")).to_have_count(3)
    expect(page.locator("#row-13-title")).to_have_value("Board meeting")
    page.goto(f"{office.address}/workplan?period=Y2")
    expect(page.locator("tbody tr")).to_have_count(12)


def test_keys_move_and_escape_takes_a_change_back(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/workplan/grid?period=Y2")
    focused = "document.activeElement.id"
    page.locator("#row-1-title").focus()
    first = page.locator("#row-1-title").input_value()
    for key, there in (("ArrowDown", "row-2-title"), ("ArrowUp", "row-1-title"), ("Enter", "row-2-title"),
                       ("ArrowRight", "row-2-output_id"), ("ArrowRight", "row-2-quarters"),
                       ("ArrowUp", "row-1-quarters"), ("Tab", "row-1-responsible"),
                       ("Shift+Tab", "row-1-quarters"), ("ArrowLeft", "row-1-output_id"),
                       ("ArrowDown", "row-2-output_id"), ("ArrowLeft", "row-2-title"), ("Shift+Enter", "row-1-title")):
        page.keyboard.press(key)
        assert page.evaluate(focused) == there, key
    page.keyboard.type("Something else")
    expect(page.locator("#row-1-title")).to_have_value("Something else")
    page.keyboard.press("Escape")
    expect(page.locator("#row-1-title")).to_have_value(first)
    page.locator("#row-7-title").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(focused) == "row-8-title", "a row is added at the end"
    assert page.locator("#row-8-title").get_attribute("aria-label") == "What is planned, row 8"


def test_a_paste_is_taken_back_and_what_does_not_fit_is_told(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/workplan/grid?period=Y2")
    before = page.locator("#row-1-amount").input_value()
    paste(page, "#row-1-amount", "1\tPlanned\tRed: off track\ttoo far\n2\tnonsense\t\t")
    expect(page.locator("#row-1-amount")).to_have_value("1")
    expect(page.locator("#row-1-rag")).to_have_value("red")
    expect(page.locator("#row-2-status")).to_have_value("nonsense")
    expect(page.get_by_text("left out: 1.")).to_be_visible()
    page.locator("#row-1-amount").press("Control+z")
    expect(page.locator("#row-1-amount")).to_have_value(before)
    expect(page.locator("#row-2-status")).to_have_value("planned")


def test_headings_that_were_copied_along_are_left_out_and_arrows_follow_the_page(
    serve: Serve, open_page: OpenPage
) -> None:
    office = serve("ma")
    page = open_page(office, locale="ar")
    page.goto(f"{office.address}/finance/spending/grid?period=Y1")
    heads = page.locator("thead th").all_inner_texts()[1:4]
    paste(page, "#row-4-dated", "\t".join(heads) + "\n٢٠١٤\tترجمة\t71600\n")
    expect(page.locator("#row-4-dated")).to_have_value("٢٠١٤")
    expect(page.locator("#row-4-note")).to_have_value("ترجمة")
    page.locator("#row-5-account_id").focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.id") == "row-5-output_id", "onward is to the left"
    assert findings(page) == []


def test_a_grid_works_without_script(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office, java_script_enabled=False)
    page.goto(f"{office.address}/workplan/grid?period=Y2")
    page.get_by_label("What is planned, row 3").fill("Without script")
    page.get_by_label("Output, row 3").select_option(index=1)
    page.get_by_role("button", name="More rows").click()
    expect(page.get_by_label("What is planned, row 12")).to_be_visible()
    page.get_by_role("button", name="Save all rows").click()
    expect(page.get_by_text("1 line is saved.")).to_be_visible()
    expect(page.get_by_role("link", name="Without script")).to_be_visible()
