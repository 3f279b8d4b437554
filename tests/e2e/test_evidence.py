"""Photos and papers on an activity in a real browser: dropped, pasted, chosen, put in order; also without script."""

from __future__ import annotations

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, Serve
from tests.e2e.test_looks import findings, too_wide
from tests.e2e.test_work import log_an_activity
from tests.services.evidence import photo

pytestmark = pytest.mark.browser

#: gives files to the page as an event that carries them
_BRING = """([kind, files]) => {
  const carried = new DataTransfer();
  for (const [name, type, bytes] of files) {
    carried.items.add(new File([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], name, {type}));
  }
  const told = kind === "paste" ? new ClipboardEvent(kind, {clipboardData: carried, bubbles: true, cancelable: true})
    : new DragEvent(kind, {dataTransfer: carried, bubbles: true, cancelable: true});
  document.querySelector("h1").dispatchEvent(told);
}"""


def bring(page: Page, kind: str, *files: tuple[str, str, bytes]) -> None:
    """Drop or paste files beside the area that takes them."""
    page.evaluate(_BRING, [kind, [(name, type, base64.b64encode(content).decode()) for name, type, content in files]])


def filed(page: Page) -> list[str]:
    """Titles of what is filed."""
    return page.locator("li[id^=paper-] a bdi").all_inner_texts()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_two_photos_are_dropped_and_a_screenshot_is_pasted(serve: Serve, open_page: OpenPage, language: str) -> None:
    office = serve("kg")
    page = open_page(office, locale=language)
    page.goto(f"{office.address}/activities")
    page.locator("td.title a").first.click()
    page.wait_for_selector("[data-gather]", state="attached")
    page.wait_for_load_state()
    before = filed(page)
    bring(page, "drop", ("stand.jpg", "image/jpeg", photo(1)), ("hall.jpg", "image/jpeg", photo(2)),
          ("broken.jpg", "image/jpeg", photo(3)[:3000]))
    bring(page, "drop", ("stand.jpg", "image/jpeg", photo(4)))
    bring(page, "paste", ("image.png", "image/png", photo(5)))
    chosen = page.locator("[data-chosen] li")
    expect(chosen).to_have_count(5)
    assert findings(page) + too_wide(page) == []
    chosen.nth(3).get_by_role("button").click()
    expect(chosen).to_have_count(4)
    page.locator("form[action$='/evidence'] .buttons button").click()
    page.wait_for_selector(".errors")
    assert page.evaluate("document.activeElement.className") == "errors"
    expect(page.locator("#turned-1")).to_contain_text("broken.jpg")
    assert findings(page) + too_wide(page) == []
    assert filed(page)[: len(before) + 2] == [*before, "stand.jpg", "hall.jpg"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png", filed(page)[-1])
    shown = page.locator("li[id^=paper-] img")
    assert all(one.evaluate("(image) => image.decode().then(() => image.naturalWidth)") for one in shown.all())

    last = page.locator("li[id^=paper-]").last
    last.locator("summary").click()
    last.locator("input[name=title]").fill("The register on screen")
    last.locator("details button").click()
    page.wait_for_url("**#paper-*")
    assert filed(page)[-1] == "The register on screen"
    last.locator("form[action$='/earlier'] button").click()
    page.wait_for_load_state()
    assert filed(page)[-2:] == ["The register on screen", "hall.jpg"]
    page.locator("li[id^=paper-]").nth(-2).locator("form[action$='/away'] button").click()
    page.wait_for_selector("form[action*='/back']")
    assert filed(page)[-1] == "hall.jpg"
    assert findings(page) + too_wide(page) == []
    page.locator("form[action*='/back'] button").click()
    page.wait_for_load_state()
    assert filed(page)[-2:] == ["The register on screen", "hall.jpg"]


def test_photos_are_dropped_on_the_form_that_logs_and_text_is_pasted_where_one_types(
        serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/activities/new")
    bring(page, "drop", ("fair.jpg", "image/jpeg", photo(1)), ("list.pdf", "application/pdf", b"%PDF-1.4"))
    expect(page.locator("[data-chosen] li")).to_have_count(2)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector(".errors")
    expect(page.locator("input[name=held]:checked")).to_have_count(2)
    page.get_by_label("What happened?").fill("Fair of Osh")
    page.get_by_role("group", name="When did it happen").get_by_label("Year").fill("2014")
    page.get_by_label("Which output does it serve?").select_option(index=1)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Fair of Osh")).to_be_visible()
    assert filed(page) == ["fair.jpg", "list.pdf"]


def test_a_file_that_is_too_large_is_told_before_it_is_sent(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/activities/new")
    page.locator("[data-gather]").evaluate("(area) => { area.dataset.largest = 10; }")
    bring(page, "drop", ("scan.pdf", "application/pdf", b"%PDF-1.4 and more"), ("a.txt", "text/plain", b"small"))
    row = page.locator("[data-chosen] li").first
    expect(row.locator("[data-large]")).to_have_text("scan.pdf is too large: scan or save it smaller than 50 MB.")
    assert page.locator("#file").evaluate("(input) => [...input.files].map((one) => one.name)") == ["a.txt"]


def test_files_are_filed_without_script(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office, java_script_enabled=False)
    log_an_activity(page, office.address, "Without script")
    page.locator("#file").set_input_files([
        {"name": "one.jpg", "mimeType": "image/jpeg", "buffer": photo(1)},
        {"name": "two.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"},
    ])
    page.get_by_label("Let photos travel with the place they were taken at").check()
    page.get_by_role("button", name="File it").click()
    assert filed(page) == ["one.jpg", "two.pdf"]
