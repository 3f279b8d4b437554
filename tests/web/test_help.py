"""The manual speaks of what is there: each page has its topic, and each name in bold is on the screen."""

from __future__ import annotations

import re

import pytest

from server.base.i18n import LANGUAGES
from server.services.manual import TOPICS
from server.web.nav import MENU
from tests import catalogs
from tests.help_pictures import ALL_OF_THEM, FOLDER, ONE_OF_THEM, PICTURES, README, pictured
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


def _names(text: str) -> set[str]:
    return {" ".join(name.split()) for name in re.findall(r"\*\*([^*]+)\*\*", text)}


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_the_manual_of_a_language_names_what_stands_on_its_screen(code: str) -> None:
    said = catalogs.read(code)
    for topic in TOPICS:
        english = (MANUAL / "en" / f"{topic}.md").read_text(encoding="utf-8")
        own = (MANUAL / code / f"{topic}.md").read_text(encoding="utf-8")
        assert own.startswith("# ")
        assert len(re.findall(r"^#", own, re.MULTILINE)) == len(re.findall(r"^#", english, re.MULTILINE)), topic
        known = {name: message.string for name in _names(english) if (message := said.get(name)) is not None}
        wanted = {text if isinstance(text, str) else text[0] for text in known.values()}
        assert {" ".join(name.split()) for name in wanted} <= _names(own), topic


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


@pytest.mark.parametrize(("language", "asked", "topic"), [
    ("en", "undo IMPORT", "exchange"), ("fr", "annuler l’import", "exchange"), ("sr-Latn", "uvoz", "importing"),
    ("ar", "مسودة", "exchange"),
])
def test_the_manual_is_searched_in_the_readers_language(
    create_client: CreateClient, language: str, asked: str, topic: str
) -> None:
    page = create_client("kg").get("/help", query_string={"q": asked}, headers={"Accept-Language": language}).text
    found = re.findall(r'<a href="/help/(\w+)#part-(\d+)">(.*?)</a>', page)
    assert topic in {name for name, _place, _words in found}
    assert "<mark>" in page


def test_what_stands_in_a_heading_is_found_first_and_its_link_leads_there(create_client: CreateClient) -> None:
    client = create_client("kg")
    topic, place = re.findall(r'href="/help/(\w+)#part-(\d+)"', client.get("/help?q=undo+an+import").text)[0]
    assert topic == "exchange"
    assert f'<h2 id="part-{place}">Undo an import</h2>' in client.get(f"/help/{topic}").text


def test_nothing_found_says_so_and_signs_of_markdown_are_no_words(create_client: CreateClient) -> None:
    client = create_client("kg")
    for asked in ("xylophone", "**", "](", "\x00"):
        assert "#part-" not in client.get("/help", query_string={"q": asked}).text
    assert "No page of Help holds all of these words." in client.get("/help?q=xylophone").text


# pictures


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_page_of_the_manual_shows_its_screen_in_its_own_language(code: str) -> None:
    for topic in TOPICS:
        text = (MANUAL / code / f"{topic}.md").read_text(encoding="utf-8")
        shown = re.findall(r"^!\[([^\]]+)\]\(\.\./\.\./\.\./([^)]+)\)$", text, re.MULTILINE)
        assert [place for _words, place in shown] == [
            one.place(code) for one in PICTURES if one.topic == topic], "run python -m tests.help_pictures"
        assert shown, f"{topic} has no picture"
        assert {words for words, _place in shown} == {text.splitlines()[0].removeprefix("# ")}
        assert text.count("![") == len(shown)


def test_there_are_the_pictures_that_the_manual_shows_and_no_others() -> None:
    wanted = {one.place(code) for code in LANGUAGES for one in PICTURES}
    assert {path.relative_to(ROOT).as_posix() for path in FOLDER.glob("*/*")} == wanted
    assert set(pictured()) == wanted | {README}, "run python -m tests.help_pictures"


def test_pictures_stay_small() -> None:
    sizes = {path.relative_to(ROOT).as_posix(): path.stat().st_size for path in FOLDER.glob("*/*")}
    assert {name: size for name, size in sizes.items() if size > ONE_OF_THEM} == {}
    assert sum(sizes.values()) <= ALL_OF_THEM


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_page_of_the_manual_serves_its_picture(create_client: CreateClient, language: str) -> None:
    client = create_client("kg")
    page = client.get("/help/boards", headers={"Accept-Language": language}).get_data(as_text=True)
    (source,) = re.findall(r'<img src="([^"]+)" alt="[^"]+"', page)
    assert source.startswith(f"/static/help/{language}/boards.webp?v=")
    answer = client.get(source)
    assert answer.status_code == 200
    assert answer.mimetype == "image/webp"
