"""Keys in a real browser: what each does, when they rest, and on keyboards of other scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, Serve
from tests.e2e.test_looks import findings, too_wide

pytestmark = pytest.mark.browser

_FOCUSED = "document.activeElement?.id"


def press(page: Page, key: str, code: str, **more: bool) -> None:
    """A key of another layout: what it writes, and where it lies."""
    page.evaluate(
        """([key, code, more]) => document.activeElement.dispatchEvent(
             new KeyboardEvent("keydown", {key, code, bubbles: true, cancelable: true, ...more}))""",
        [key, code, more],
    )


def fill(page: Page, title: str) -> None:
    """The answers that an activity cannot do without."""
    page.get_by_label("What happened?").fill(title)
    when = page.get_by_role("group", name="When did it happen")
    when.get_by_label("Day").fill("4")
    when.get_by_label("Month").select_option(label="December")
    when.get_by_label("Year").fill("2014")
    page.get_by_label("Which output does it serve?").select_option(index=1)


def test_ctrl_enter_saves_and_begins_the_next_one_with_what_they_share(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/activities")
    page.keyboard.press("n")
    page.wait_for_url("**/activities/new")
    fill(page, "First of an evening")
    output = page.get_by_label("Which output does it serve?").input_value()
    page.locator("#narrative").press("Control+Enter")
    expect(page.get_by_text("Logged: First of an evening")).to_be_visible()
    expect(page.get_by_label("What happened?")).to_have_value("")
    expect(page.get_by_label("Which output does it serve?")).to_have_value(output)
    when = page.get_by_role("group", name="When did it happen")
    expect(when.get_by_label("Month")).to_have_value("12")
    expect(when.get_by_label("Year")).to_have_value("2014")
    expect(when.get_by_label("Day")).to_have_value("")
    page.get_by_label("What happened?").fill("Second of an evening")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", name="Second of an evening")).to_be_visible()


@pytest.mark.parametrize("path", ["meetings", "decisions", "products", "lessons", "challenges", "documents",
                                  "agreements", "workplan"])
def test_every_form_that_logs_offers_another_one_without_script(
    serve: Serve, open_page: OpenPage, path: str
) -> None:
    office = serve("kg")
    page = open_page(office, java_script_enabled=False)
    page.goto(f"{office.address}/{path}/new")
    for box in page.locator("main form[data-main] input[type=text]:not(.day, .year, .short), main textarea").all():
        if box.is_visible():
            box.fill("Words")
    for date in page.locator("main input.year").all()[:1]:
        date.fill("2014")
    for choice in page.locator("main form[data-main] select:not([name*=month], [name=part_of_id])").all():
        choice.select_option(index=1)
    if path == "products":
        page.locator("#others").fill("")
    page.get_by_role("button", name="Save and add another").click()
    page.wait_for_url(f"**/{path}/new*")
    expect(page.locator(".note.good")).to_be_visible()
    expect(page.locator(".errors")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_list_of_keys_tells_those_of_the_page_and_gives_the_focus_back(
    serve: Serve, open_page: OpenPage, language: str
) -> None:
    office = serve("kg")
    page = open_page(office, locale=language)
    page.goto(f"{office.address}/activities")
    link = page.locator("[data-new]")
    link.focus()
    page.keyboard.press("?")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_be_visible()
    assert dialog.locator("kbd:visible").all_inner_texts() == ["/", "n", "?"]
    expect(dialog).to_contain_text(link.inner_text().strip())
    expect(dialog.get_by_role("button")).to_be_focused()
    assert findings(page) == []
    assert too_wide(page) == []
    page.keyboard.press("n")
    assert page.url.endswith("/activities"), "no key reaches the page below"
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()
    page.goto(f"{office.address}/activities/new")
    page.keyboard.press("?")
    assert page.locator("dialog kbd:visible").all_inner_texts() == ["Ctrl+S", "Ctrl+Enter", "/", "?"]


def test_single_keys_rest_while_one_types_with_a_modifier_and_in_a_table(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/activities")
    page.locator("#q").press_sequentially("n?/")
    expect(page.locator("#q")).to_have_value("n?/")
    page.locator("#output").focus()
    page.keyboard.press("n")
    page.locator("main").focus()
    for key in ("Alt+n", "Shift+N", "Control+/", "Alt+/"):
        page.keyboard.press(key)
    assert "/new" not in page.url
    assert page.evaluate(_FOCUSED) == "content"
    page.goto(f"{office.address}/workplan/grid?period=Y2")
    page.locator("#row-3-status").focus()
    for key in ("/", "?", "n"):
        page.keyboard.press(key)
    assert page.evaluate(_FOCUSED) == "row-3-status"
    expect(page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.parametrize(("n", "slash", "question", "s"), [
    ("т", ".", ",", "ы"), ("ى", "ظ", "؟", "س"), ("ন", "্য", "্", "স")])  # fmt: skip
def test_keys_are_found_where_they_lie_on_keyboards_of_other_scripts(
    serve: Serve, open_page: OpenPage, n: str, slash: str, question: str, s: str
) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/activities")
    press(page, slash, "Slash")
    assert page.evaluate("document.activeElement.name") == "q"
    page.locator("main").focus()
    press(page, question, "Slash", shiftKey=True)
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")
    press(page, n, "KeyN")
    page.wait_for_url("**/activities/new")
    press(page, s, "KeyS", ctrlKey=True)
    expect(page.locator(".errors")).to_be_focused()


def test_a_latin_layout_is_believed_whatever_lies_where(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/activities")
    page.locator("main").focus()
    for key, code, shift in (("-", "Slash", False), ("_", "Slash", True), ("§", "Slash", True), ("b", "KeyN", False)):
        press(page, key, code, shiftKey=shift)
    assert page.evaluate(_FOCUSED) == "content"
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert "/new" not in page.url


def test_a_person_turns_single_keys_off_for_themselves(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/settings")
    page.get_by_label("Single keys (/, n, ?)").uncheck()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Single keys (/, n, ?)")).not_to_be_checked()
    page.goto(f"{office.address}/activities")
    for key in ("n", "?", "/"):
        page.keyboard.press(key)
    assert page.url.endswith("/activities")
    assert page.evaluate("document.activeElement === document.body")
    assert page.locator("[aria-keyshortcuts='/'], [aria-keyshortcuts=n], [data-keys]").count() == 0
    page.goto(f"{office.address}/settings")
    page.get_by_label("Who is typing?").fill("Somebody else")
    page.get_by_label("Single keys (/, n, ?)").check()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(f"{office.address}/activities")
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_be_visible()
