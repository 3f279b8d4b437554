"""Conflicts in the browser: the pages can be used by everybody, in both directions, and a choice is one press away."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from server.services.load import record_id
from server.sync import heads
from server.sync.apply import apply_changesets
from server.sync.canonical import Changeset, Op, sealed
from tests.e2e.conftest import OpenPage, Serve, Served
from tests.e2e.test_looks import findings, too_wide

pytestmark = pytest.mark.browser

LAUNCH, KG = record_id("activity", "kg-launch"), record_id("office", "kg")
_OSH = re.compile("Keep this.*Launched in Osh")
_ARABIC = "اجتمع الفريق المواضيعي المعني بالهجرة، وناقش قدرات الفريق القُطري واحتياجاته في عام 2014. "


def two_laptops(served: Served) -> None:
    """Two other laptops of the office changed the same fields apart; the clock of one was wrong."""
    engine = sa.create_engine(f"sqlite:///{served.data.database}")
    with engine.begin() as connection:
        shown = heads.displayed(connection, "activity", LAUNCH)
        for number, (title, local) in enumerate((("Launched in Osh", "في أوش."), ("Launched in Naryn", "في نارين."))):
            values = {"title": title, "narrative_local": _ARABIC * 3 + local, "women": 12 + number,
                      "planned_id": "gone"}  # fmt: skip
            preds = {name: [bytes.fromhex(shown[name][0])] for name in values if name in shown}
            query = "SELECT max(depth) FROM sync_changeset WHERE id IN (" + ",".join("?" * len(preds)) + ")"
            top = connection.exec_driver_sql(query, tuple(ids[0] for ids in preds.values())).scalar_one()
            apply_changesets(connection, [sealed(Changeset(
                incarnation=f"{number + 1:032x}", scope=f"office:{KG}", seq=1, prev=None, depth=top + 1,
                person="Programme officer", office=KG, device=f"laptop-{number}", claimed=315_532_800 * (number or 5),
                ops=[Op("activity", LAUNCH, values, preds)], doubt=int(bool(number)),
            ))])  # fmt: skip
    engine.dispose()


def pages(page: Page, served: Served) -> list[str]:
    """Addresses of the list and of every conflict in it."""
    page.goto(f"{served.address}/conflicts")
    found = page.eval_on_selector_all("main a[href^='/conflicts/']", "all => all.map(one => one.getAttribute('href'))")
    return ["/conflicts", *sorted(set(found)), f"/activities/{LAUNCH}", f"/activities/{LAUNCH}/edit"]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "light"), ("en", "dark"), ("ar", "dark")])
def test_both_pages_can_be_used_by_everybody(serve: Serve, open_page: OpenPage, language: str, scheme: str) -> None:
    served = serve("kg")
    two_laptops(served)
    page = open_page(served, locale=language, color_scheme=scheme)
    wrong = []
    addresses = pages(page, served)
    assert len(addresses) == 6
    for address in addresses:
        page.goto(served.address + address)
        wrong += findings(page) + too_wide(page)
    assert wrong == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_scrolls_sideways_on_a_narrow_screen(serve: Serve, open_page: OpenPage, language: str) -> None:
    served = serve("kg")
    two_laptops(served)
    page = open_page(served, locale=language, viewport={"width": 320, "height": 640})
    wrong = []
    for address in pages(page, served):
        page.goto(served.address + address)
        wrong += too_wide(page)
    assert wrong == []


def test_added_and_removed_words_differ_by_more_than_their_colour(serve: Serve, open_page: OpenPage) -> None:
    served = serve("kg")
    two_laptops(served)
    page = open_page(served)
    page.goto(f"{served.address}/conflicts")
    page.get_by_role("link", name="Compare the texts").first.click()
    style = "one => [getComputedStyle(one).textDecorationLine, getComputedStyle(one).fontWeight >= 600]"
    assert page.locator("main ins").first.evaluate(style) == ["underline", True]
    assert page.locator(".legend del").first.evaluate(style)[0] == "line-through"


def test_a_choice_is_one_press_and_the_keyboard_is_enough(serve: Serve, open_page: OpenPage) -> None:
    served = serve("kg")
    two_laptops(served)
    page = open_page(served)
    page.goto(f"{served.address}/conflicts")
    page.get_by_role("button", name=_OSH).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".note.good")
    assert page.get_by_role("button", name=_OSH).count() == 0
    page.get_by_role("link", name="Compare the texts").first.click()
    page.locator("textarea").fill("كلاهما.")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/conflicts")
    page.goto(f"{served.address}/activities/{LAUNCH}")
    assert page.get_by_text("كلاهما.").count() == 1
