"""Choosing files: the button speaks the page's language, whatever the browser speaks, and says what was chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.base.i18n import _, use_language
from tests.e2e.conftest import OpenPage, Serve

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "ar"])
def test_files_are_chosen_with_a_button_in_the_pages_language(
    serve: Serve, open_page: OpenPage, tmp_path: Path, language: str
) -> None:
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    for path in (first, second):
        path.write_bytes(b"%PDF-1.7")
    served = serve("kg")
    page = open_page(served, locale=language)
    for address, several in (("/exchange", True), ("/import", False), ("/documents/new", True)):
        page.goto(served.address + address)
        with use_language(language):
            words = _("Choose files") if several else _("Choose a file")
        button = page.locator("main label.button")
        assert button.inner_text() == words
        with page.expect_file_chooser() as opening:
            button.click()
        opening.value.set_files([first, second] if several else [first])
        assert page.locator(".chooses ~ bdi").inner_text() == ("first.pdf, second.pdf" if several else "first.pdf")


def test_the_keyboard_reaches_the_button_and_is_seen_there(serve: Serve, open_page: OpenPage) -> None:
    served = serve("kg")
    page = open_page(served)
    page.on("filechooser", lambda _chooser: None)  # asked for long before: the browser hears of it with a delay
    page.goto(served.address + "/import")
    button, outline = page.locator("main label.button"), "one => getComputedStyle(one).outlineStyle"
    assert button.evaluate(outline) == "none"
    page.locator("#content").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "file"
    assert button.evaluate(outline) == "solid"
    with page.expect_file_chooser():
        page.keyboard.press("Enter")
