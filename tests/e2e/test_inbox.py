"""What came, in a browser: an import is undone, a large one shows how far it is by itself, and everybody can use it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from server.services import receive as receiving
from server.web import importing
from tests.e2e.conftest import OpenPage, Serve, Served
from tests.e2e.test_looks import findings, too_wide
from tests.services.world import Example

pytestmark = pytest.mark.browser


def take_in(page: Page, served: Served, *files: Path) -> None:
    """Drop files in and press the main button of the page that shows them."""
    page.goto(f"{served.address}/exchange")
    page.set_input_files("#files", files)
    page.locator("[data-drop] button.main").click()
    page.wait_for_url("**/exchange/look/**")
    page.locator(".actions button.main").click()
    page.wait_for_url("**/exchange/import/**")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_import_is_undone_and_every_row_can_be_used_by_everybody(
    serve: Serve, open_page: OpenPage, example: Example, tmp_path: Path, language: str
) -> None:
    hq = serve("hq-empty")
    page = open_page(hq, locale=language)
    cut = tmp_path / "cut.pdf"
    cut.write_bytes(example.dispatch("md").read_bytes()[:-100])
    take_in(page, hq, example.dispatch("kg"), example.dispatch("ma"), cut)
    wrong = findings(page)
    page.goto(f"{hq.address}/exchange")
    rows = page.locator("#received tbody tr")
    expect(rows).to_have_count(3)
    rows.last.locator("form[action*='/undo/'] button").click()
    page.wait_for_url("**/exchange#received")
    expect(page.locator("#received form[action*='/again/']")).to_have_count(2)
    wrong += findings(page) + too_wide(page)
    address = page.locator("#received form[action*='/undo/']").first.get_attribute("action")
    page.goto(f"{hq.address}{address}")
    wrong += findings(page) + too_wide(page)
    assert wrong == []


def test_a_large_import_shows_how_far_it_is_and_what_came_of_it(
    serve: Serve, open_page: OpenPage, example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    original = receiving.apply_changesets

    def slowly(*given: object, progress: receiving.Progress | None = None, **named: object) -> object:
        if progress is not None:
            progress(4_000, 10_000)
            assert go_on.wait(20)
        return original(*given, progress=progress, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(receiving, "apply_changesets", slowly)
    monkeypatch.setattr(importing, "_SMALL", 0)
    hq = serve("hq-empty")
    page = open_page(hq)
    take_in(page, hq, example.dispatch("kg"))
    expect(page.get_by_text("4,000 of 10,000 changes")).to_be_visible()
    # reading them is three tenths of the way, and four tenths of the rest are taken in
    assert page.locator("progress").get_attribute("value") == "58"
    assert findings(page) == []
    go_on.set()
    expect(page.get_by_text("imported dispatch 1 of Kyrgyzstan country office")).to_be_visible(timeout=10_000)
