"""The manual speaks of what is there: each page has its topic, and each name in bold is on the screen."""

from __future__ import annotations

import re

import pytest

from server.web.nav import MENU
from server.web.pages.help import TOPICS
from tests.house import ROOT
from tests.web.conftest import CreateClient

MANUAL = ROOT / "server/help"
SCREEN = "\n".join(path.read_text(encoding="utf-8") for folder, ending in (("templates", "html"), ("server/web", "py"))
                   for path in sorted((ROOT / folder).rglob(f"*.{ending}")))


def test_every_page_of_the_menu_has_its_topic() -> None:
    pages = {entry.endpoint.partition(".")[0] for entry in MENU} - {"help"}
    assert pages <= set(TOPICS)
    assert {path.stem for path in (MANUAL / "en").glob("*.md")} == set(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_what_the_manual_names_is_on_the_screen(topic: str) -> None:
    text = (MANUAL / "en" / f"{topic}.md").read_text(encoding="utf-8")
    assert text.startswith("# ")
    named = {" ".join(name.split()) for name in re.findall(r"\*\*([^*]+)\*\*", text)}
    assert {name for name in named if f'"{name}"' not in SCREEN} <= {"Dates", "The narrative", "Participants"}


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_opens_in_both_directions(create_client: CreateClient, topic: str) -> None:
    client = create_client("kg")
    for language in ("en", "ar"):
        page = client.get(f"/help/{topic}", headers={"Accept-Language": language}).get_data(as_text=True)
        assert f'href="/help/{topic}" aria-current="page"' in page


def test_the_help_link_of_a_page_opens_its_topic(create_client: CreateClient) -> None:
    client = create_client("hq")
    for page, topic in (("/", "home"), ("/conflicts", "exchange"), ("/overview", "overview"), ("/nowhere", "home")):
        assert f'href="/help/{topic}"' in client.get(page).get_data(as_text=True), page
