"""Every page passes axe's WCAG rules in both directions, light and dark, and fits the screens it is seen on."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.conftest import OpenPage, Serve

pytestmark = pytest.mark.browser

OF_AN_OFFICE = (
    "/", "/activities", "/activities/new", "/milestones", "/workplan?period=Y2", "/workplan/new", "/reports",
    "/exchange", "/conflicts", "/settings", "/help", "/nowhere", "/boards", "/boards/new", "/meetings", "/meetings/new",
    "/decisions", "/decisions/new", "/documents", "/documents/new", "/products", "/products/new", "/agreements",
    "/agreements/new", "/challenges", "/challenges/new", "/lessons", "/lessons/new",
    "/workplan/grid?period=Y2", "/indicators?period=Y1", "/indicators/values?period=Y1", "/finance/spending?period=Y1",
    "/finance/spending/grid?period=Y1", "/finance/new/expenditure", "/import", "/search?q=board",
)  # fmt: skip
OF_HEADQUARTERS = (
    "/", "/activities", "/milestones", "/workplan?period=Y2", "/reports", "/exchange", "/overview", "/offices",
    "/boards", "/meetings", "/decisions?status=all", "/documents", "/products", "/agreements", "/challenges",
    "/lessons", "/finance/funding", "/finance/budget?period=Y1", "/indicators?period=Y1",
    "/indicators/targets?period=Y1", "/import", "/search?q=board", "/layouts", "/layouts/new",
)  # fmt: skip
#: pages that are reached by their first link: (list, link, further link on the page behind it)
BEHIND = (("/activities", "td.title a", "/edit"), ("/reports", "tbody th a", "/text/"),
          ("/workplan?period=Y2", "td.title a", ""), ("/offices", "tbody th a", ""),
          ("/indicators?period=Y1", "td.title a", "/edit"),
          ("/finance/spending?period=Y1", "td.title a", ""),
          ("/boards", "td.title a", "/members/"), ("/meetings", "td.title a", "/attendance"),
          ("/decisions?status=all", "td.title a", "/edit"), ("/documents", "td.title a", "/edit"),
          ("/products", "td.title a", "/edit"), ("/agreements", "td.title a", "/edit"),
          ("/challenges", "td.title a", "/edit"), ("/lessons", "td.title a", "/edit"),
          ("/offices", "tbody a[href$='/laptops']", "/take-off"))  # fmt: skip
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def findings(page: Page) -> list[str]:
    """What axe finds wrong, one line each."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{page.url}: {one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def too_wide(page: Page) -> list[str]:
    """Pages that scroll sideways."""
    wide, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return [f"{page.url}: {wide} > {room}"] if wide > room else []


def visit(page: Page, base: str, folder: str) -> list[str]:
    """Look at all pages of a folder; what is wrong with them."""
    wrong: list[str] = []
    for address in OF_HEADQUARTERS if folder == "hq" else OF_AN_OFFICE:
        page.goto(base + address)
        wrong += findings(page) + too_wide(page)
    for address, first, further in BEHIND:
        if address == "/offices" and folder != "hq":
            continue
        page.goto(base + address)
        page.locator(first).first.click()
        page.wait_for_load_state()
        wrong += findings(page) + too_wide(page)
        inner = page.locator(f"main a[href*='{further}']")
        if further and inner.count():
            inner.first.click()
            page.wait_for_load_state()
            wrong += findings(page) + too_wide(page)
    return wrong


@pytest.mark.parametrize("folder", ["kg", "hq"])
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "light"), ("en", "dark")])
def test_every_page_can_be_used_by_everybody(
    serve: Serve, open_page: OpenPage, folder: str, language: str, scheme: str
) -> None:
    served = serve(folder)
    page = open_page(served, locale=language, color_scheme=scheme)
    assert visit(page, served.address, folder) == []


def test_a_form_that_was_sent_back_can_be_used_by_everybody(serve: Serve, open_page: OpenPage) -> None:
    served = serve("kg")
    page = open_page(served)
    for address in ("/activities/new", "/workplan/new", "/decisions/new", "/agreements/new", "/challenges/new"):
        page.goto(served.address + address)
        page.keyboard.press("Control+s")
        page.wait_for_selector(".errors")
        assert findings(page) == []


@pytest.mark.parametrize("folder", ["kg", "hq"])
def test_nothing_scrolls_sideways_on_a_narrow_screen(serve: Serve, open_page: OpenPage, folder: str) -> None:
    served = serve(folder)
    page = open_page(served, viewport={"width": 320, "height": 640})
    wrong = []
    for address in OF_HEADQUARTERS if folder == "hq" else OF_AN_OFFICE:
        page.goto(served.address + address)
        wrong += too_wide(page)
    assert wrong == []


def test_the_main_things_are_on_the_screen_without_scrolling(serve: Serve, open_page: OpenPage) -> None:
    office, hq = serve("kg"), serve("hq")
    for served, address, things in (
        (office, "/", ("a:has-text('Log an activity')", "#due-report", "#due-travel", "#due-actions")),
        (office, "/activities/new", ("#title", "#date_from-year", "#output_id", "#narrative", "button.main")),
        (office, "/milestones", ("tbody tr:last-child button",)),
        (office, "/exchange", ("#files", "button:has-text('Make the dispatch')")),
        (hq, "/milestones", ("tbody tr:last-child",)),
        (hq, "/overview", ("#reports-title", "#achieved-title")),
    ):
        page = open_page(served)
        page.goto(served.address + address)
        for thing in things:
            box = page.locator(thing).first.bounding_box()
            assert box is not None, (address, thing)
            assert box["y"] + box["height"] <= 768, (address, thing)
        page.context.close()


@pytest.mark.parametrize("language", ["en", "ar", "bn"])
def test_a_line_of_a_list_ends_with_its_button_on_a_small_screen(
    serve: Serve, open_page: OpenPage, language: str
) -> None:
    wide = "[...document.querySelectorAll('.scroll')].map((one) => one.scrollWidth - one.clientWidth)"
    for folder, addresses in (("kg", ("/milestones", "/workplan?period=Y2", "/reports")), ("hq", ("/offices",))):
        served = serve(folder)
        page = open_page(served, locale=language, viewport={"width": 1009, "height": 600})  # 1024 and a scroll bar
        for address in addresses:
            page.goto(served.address + address)
            assert set(page.evaluate(wide)) == {0}, (language, address)
