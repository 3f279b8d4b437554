"""The first run in a browser: into the example, out of it, into a real set-up, and on to the first steps."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, Serve
from tests.e2e.test_looks import findings, too_wide
from tests.services.world import Example, copy_example, example_to_look_at

pytestmark = pytest.mark.browser


def is_fit(page: Page) -> None:
    """The page passes axe, and does not scroll sideways."""
    page.wait_for_load_state()
    assert findings(page) + too_wide(page) == []


def test_into_the_example_out_again_and_into_a_real_set_up(
    serve: Serve, open_page: OpenPage, example: Example
) -> None:
    served = serve("")
    page = open_page(served)
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Look at the example").click()
    expect(page.get_by_role("heading", name="The example is being made")).to_be_visible()
    is_fit(page)
    page.wait_for_url("**/example/office/", timeout=120_000)
    expect(page.get_by_text("This is the example, seen as a country office.")).to_be_visible()
    page.get_by_role("link", name="Activities", exact=True).click()
    expect(page.get_by_text("National Project Board established")).to_be_visible()
    page.get_by_role("button", name="See it as headquarters").click()
    page.get_by_role("link", name="Overview", exact=True).click()
    expect(page.get_by_text("Nothing of it goes to your programme.")).to_be_visible()
    page.get_by_role("link", name="Leave the example").click()
    page.wait_for_url("**/setup/begin")

    page.get_by_label("Drop the set-up PDF here").set_input_files(example.dispatch("kg"))
    page.get_by_role("button", name="Go on – Join a programme").click()
    expect(page.get_by_role("alert")).to_contain_text("is a dispatch but no set-up")
    page.get_by_label("Drop the set-up PDF here").set_input_files(example.setup("kg"))
    page.get_by_role("button", name="Go on – Join a programme").click()
    page.get_by_label("Your name or your role").fill("Programme officer")
    page.get_by_role("button", name="Back").click()
    page.get_by_role("link", name="Go on with it").click()
    expect(page.get_by_label("Your name or your role")).to_have_value("Programme officer")
    page.keyboard.press("Control+s")
    page.get_by_role("button", name="Show me the first steps").click()
    page.wait_for_url(re.compile("/#first-steps$"))
    steps = page.get_by_role("region", name="Your first steps")
    steps.get_by_role("link", name="Log an activity").click()
    page.wait_for_url("**/activities/new")
    page.go_back()
    steps.get_by_role("button", name="Put them away for good").click()
    expect(steps).not_to_be_visible()
    page.goto(f"{served.address}/help")
    page.get_by_role("link", name="Look at the example").click()
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_text("The example was thrown away.")).to_be_visible()
    expect(page.get_by_text("Kyrgyzstan country office")).to_be_visible()


def test_the_whole_way_goes_without_script(serve: Serve, open_page: OpenPage, example: Example) -> None:
    page = open_page(serve(""), java_script_enabled=False)
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Look at the example").click()
    page.wait_for_url("**/example/office/", timeout=120_000)
    page.get_by_role("link", name="Leave the example").click()
    page.get_by_label("Drop the set-up PDF here").set_input_files(example.setup("kg"))
    page.get_by_role("button", name="Go on – Join a programme").click()
    page.get_by_role("button", name="Set this copy up").click()
    page.get_by_role("button", name="Show me the first steps").click()
    expect(page.get_by_role("region", name="Your first steps")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("screen", [{"width": 1366, "height": 768}, {"width": 320, "height": 640}])
def test_every_screen_can_be_used_by_everybody(
    serve: Serve, open_page: OpenPage, example: Example, tmp_path_factory: pytest.TempPathFactory, language: str,
    screen: dict[str, int]
) -> None:  # fmt: skip
    served = serve("")
    copy_example(example_to_look_at(tmp_path_factory), served.data)
    page = open_page(served, locale=language, viewport=screen)
    page.wait_for_url("**/setup")
    is_fit(page)
    page.locator(f"button[lang={language}]").click()
    page.wait_for_url("**/setup/begin")
    is_fit(page)
    page.locator("form[action='/setup/office'] button").click()
    page.wait_for_selector(".errors")
    is_fit(page)
    for address in ("/example", "/example/office/", "/example/hq/"):
        page.goto(served.address + address)
        is_fit(page)
    page.goto(f"{served.address}/setup/begin")
    page.locator("#office-file").set_input_files(example.setup("kg"))
    page.locator("form[action='/setup/office'] button").click()
    page.wait_for_url("**/setup/person")
    is_fit(page)
    page.locator("button.main").click()
    page.wait_for_url("**/setup/done")
    is_fit(page)
    page.locator("main button.main").click()
    page.wait_for_url(re.compile("/#first-steps$"))
    is_fit(page)
    assert page.locator("html").get_attribute("lang") == language
