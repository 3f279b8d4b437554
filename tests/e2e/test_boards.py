"""A board's work in a real browser: who came is entered in a table, a decision is closed with one click."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage, Serve
from tests.e2e.test_looks import findings

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False])
def test_a_decision_is_closed_with_one_click(serve: Serve, open_page: OpenPage, script: bool) -> None:
    served = serve("kg")
    page = open_page(served, java_script_enabled=script) if script else None
    if page is None:  # the door leads on by itself; the key it gave is a cookie of the context
        page = open_page(served)
        cookies = page.context.cookies()
        page.context.close()
        page = open_page(served, java_script_enabled=False, storage_state={"cookies": cookies, "origins": []})
    page.goto(f"{served.address}/decisions")
    row = page.locator("tbody tr").first
    title = row.locator("td.title a").inner_text()
    row.get_by_role("button", name="Close").click()
    if script:
        expect(row.get_by_text("Saved")).to_be_visible()
        expect(row.get_by_role("button", name="Open again")).to_be_visible()
        assert findings(page) == []
        row.get_by_role("button", name="Open again").click()
        expect(row.get_by_role("button", name="Close")).to_be_visible()
    else:
        expect(page.locator("td.title").get_by_text(title)).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("td.title").get_by_text(title)).to_have_count(1)


def test_who_came_is_entered_with_the_keyboard(serve: Serve, open_page: OpenPage) -> None:
    served = serve("kg")
    page = open_page(served)
    page.goto(f"{served.address}/meetings")
    page.locator("td.title a").first.click()
    page.get_by_role("link", name="Enter who came").click()
    page.get_by_label("Women: IOM").fill("2")
    page.get_by_label("Men: IOM", exact=True).fill("x")
    page.keyboard.press("Control+s")
    expect(page.locator(".errors")).to_be_focused()
    assert findings(page) == []
    page.get_by_label("Men: IOM", exact=True).fill("3")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("row", name="IOM")).to_contain_text("5")
