"""The main job in a real browser: log, tick, send, receive, look; with script and without."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, Serve
from tests.services.world import Example

pytestmark = pytest.mark.browser


def log_an_activity(page: Page, base: str, title: str, *, in_report: bool = True) -> None:
    """Fill in the form as an officer would, and save it."""
    page.goto(f"{base}/activities/new")
    page.get_by_label("What happened?").fill(title)
    when = page.get_by_role("group", name="When did it happen")
    when.get_by_label("Month").select_option(label="December")
    when.get_by_label("Year").fill("2014")
    page.get_by_label("Which output does it serve?").select_option(index=1)
    page.get_by_label("Put it into the report").set_checked(in_report)
    page.get_by_role("button", name="Save", exact=True).click()


def test_what_an_office_logs_reaches_the_overview_of_headquarters(
    serve: Serve, open_page: OpenPage, tmp_path: Path
) -> None:
    office, hq = serve("kg"), serve("hq")
    page = open_page(office)
    log_an_activity(page, office.address, "Study tour to Chisinau")
    expect(page.get_by_role("heading", name="Study tour to Chisinau")).to_be_visible()
    page.goto(f"{office.address}/milestones")
    row = page.get_by_role("row", name="Visibility material is produced")
    row.get_by_label("How far is").select_option("done")
    row.get_by_label("Month").select_option(label="January")
    row.get_by_label("Year").fill("2015")
    row.get_by_role("button").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    page.goto(f"{office.address}/exchange")
    page.get_by_role("button", name="Make the dispatch").click()
    with page.expect_download() as saved:
        page.get_by_text("Save the PDF").click()
    dispatch = tmp_path / saved.value.suggested_filename
    saved.value.save_as(dispatch)
    assert dispatch.read_bytes().startswith(b"%PDF")

    page = open_page(hq)
    page.goto(f"{hq.address}/overview")
    before = page.get_by_role("row", name="Kyrgyzstan").first.inner_text()
    page.goto(f"{hq.address}/exchange")
    page.locator("#files").set_input_files(dispatch)
    page.get_by_role("button", name="See what they would change").click()
    page.get_by_role("button", name="Import 1 file").click()
    page.goto(f"{hq.address}/overview")
    after = page.get_by_role("row", name="Kyrgyzstan").first.inner_text()
    assert (before.split()[-1], after.split()[-1]) == ("4", "5")
    steps = page.get_by_role("row", name="Kyrgyzstan").last.inner_text()
    assert "Done\nJanuary 2015" in steps
    page.goto(f"{hq.address}/activities?q=Chisinau")
    expect(page.get_by_role("link", name="Study tour to Chisinau")).to_be_visible()


def test_files_can_be_dropped_on_the_page(serve: Serve, open_page: OpenPage, example: Example) -> None:
    hq = serve("hq-empty")
    page = open_page(hq)
    page.goto(f"{hq.address}/exchange")
    content = example.dispatch("kg").read_bytes()
    page.evaluate(
        """(bytes) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(bytes)], "kg.pdf", {type: "application/pdf"}));
          const drop = new DragEvent("drop", {dataTransfer: transfer, bubbles: true});
          document.querySelector("[data-drop]").dispatchEvent(drop);
        }""",
        list(content),
    )
    page.wait_for_url("**/exchange/look/**")
    expect(page.get_by_text("kg.pdf").first).to_be_visible()


def test_what_is_typed_is_kept_before_it_is_saved(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/activities/new")
    page.get_by_label("What happened?").fill("Half a sentence")
    expect(page.get_by_text("Kept as a draft")).to_be_visible(timeout=10_000)
    page.goto(f"{office.address}/activities")
    page.goto(f"{office.address}/activities/new")
    expect(page.get_by_label("What happened?")).to_have_value("Half a sentence")
    page.get_by_role("button", name="Throw the draft away").click()
    expect(page.get_by_label("What happened?")).to_have_value("")


def test_the_keyboard_saves_and_leads_to_what_is_wrong(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/activities/new")
    page.keyboard.press("Control+s")
    page.wait_for_selector(".errors")
    assert page.evaluate("document.activeElement.className") == "errors"
    assert page.title().startswith("Error: ")
    page.get_by_role("link", name="Enter a title").click()
    assert page.evaluate("document.activeElement.id") == "title"
    page.keyboard.press("Control+s")
    page.wait_for_load_state()
    expect(page.locator(".errors")).to_be_focused()
    assert not page.url.endswith("#title"), "the second time leads past the list of what is wrong"


def test_a_deletion_is_undone_from_the_next_page(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    log_an_activity(page, office.address, "Logged by mistake")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Deleted: Logged by mistake")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Logged by mistake")).to_be_visible()


def test_the_list_narrows_while_typing_and_the_address_keeps_it(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/activities")
    expect(page.locator("tbody tr")).to_have_count(4)
    page.locator("#q").press_sequentially("launch")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "q=launch" in page.url
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_status_and_rag_of_a_line_are_saved_as_they_are_chosen(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/workplan?period=Y2")
    line = page.get_by_role("row", name="Prepare an analytical report")
    line.get_by_label("on track").select_option("red")
    expect(line.get_by_text("Saved")).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith("/progress")):
        line.get_by_label("How far").select_option("delayed")
    page.reload()
    expect(line.get_by_label("on track")).to_have_value("red")
    expect(line.get_by_label("How far")).to_have_value("delayed")


def test_figures_fill_themselves_in_while_a_text_is_written(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office)
    page.goto(f"{office.address}/reports")
    page.get_by_role("link", name="Year 1").first.click()
    page.get_by_role("link", name="Edit Opening").click()
    page.get_by_label("Text in English").fill("We spent {spent} on {nonsense}.")
    expect(page.get_by_alt_text("We spent USD")).to_be_visible()
    expect(page.get_by_text("There is no figure called {nonsense}")).to_be_visible()


def test_the_pages_work_without_script(serve: Serve, open_page: OpenPage) -> None:
    office = serve("kg")
    page = open_page(office, java_script_enabled=False)
    log_an_activity(page, office.address, "Without script")
    expect(page.get_by_role("heading", name="Without script")).to_be_visible()
    page.goto(f"{office.address}/milestones")
    row = page.get_by_role("row", name="Budget is finalised")
    row.get_by_label("How far is").select_option("done")
    row.get_by_label("Year").fill("2015")
    row.get_by_role("button").click()
    expect(page.get_by_text("Saved: Budget is finalised")).to_be_visible()
    page.goto(f"{office.address}/workplan?period=Y2")
    line = page.get_by_role("row", name="Prepare an analytical report")
    line.get_by_label("How far").select_option("ongoing")
    line.get_by_role("button", name="Save").click()
    expect(line.get_by_label("How far")).to_have_value("ongoing")
    page.goto(f"{office.address}/activities?q=script")
    expect(page.get_by_role("link", name="Without script")).to_be_visible()


def test_the_first_day_of_an_office_begins_with_a_pdf(serve: Serve, open_page: OpenPage, example: Example) -> None:
    page = open_page(serve(""))
    page.get_by_role("button", name="English").click()
    page.locator("#office-file").set_input_files(example.setup("md"))
    page.get_by_role("button", name="Go on – Join a programme").click()
    page.get_by_label("Your name or your role").fill("Programme officer")
    page.get_by_role("button", name="Set this copy up").click()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Moldova country office")).to_be_visible()
    expect(page.get_by_role("link", name="Programme officer")).to_be_visible()
