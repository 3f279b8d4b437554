"""The pictures of the help show what the screens say: their words are those of today."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from tests.e2e.conftest import Serve
from tests.help_pictures import FOLDERS, PICTURES, all_of, digest, look, opened, pictured

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "ar"])
def test_pictures_have_the_words_of_their_screens(serve: Serve, browser: Browser, language: str) -> None:
    known, other = pictured(), []
    for folder in FOLDERS:
        served = serve(folder)
        page = opened(browser, served, language)
        for code, picture in all_of([language], folder):
            words, _box = look(page, served, picture)
            assert len(words) > 100, (picture.name, words)
            if known.get(picture.place(code)) != digest(words):
                other.append(f"{picture.place(code)}: {words}")
        page.context.close()
    assert other == [], "the words on these screens changed: run python -m tests.help_pictures"


def test_a_picture_ends_where_what_it_shows_ends(serve: Serve, browser: Browser) -> None:
    picture = next(one for one in PICTURES if one.name == "activities")
    served = serve(picture.folder)
    page = opened(browser, served, "en")
    words, box = look(page, served, picture)
    assert words.startswith("Activities Log an activity")
    assert "Save this view" in words
    assert "Name of this view" not in words, "folded away, and so not in the picture"
    assert "Main menu" not in words
    assert box["x"] > 200, "the menu stands beside it"
    assert box["x"] + box["width"] <= picture.wide
    again, _box = look(page, served, picture)
    assert digest(again) == digest(words)
    others, _box = look(page, served, replace(picture, address="/activities?sort=title"))
    page.context.close()
    assert digest(others) != digest(words), "the same words in another order make another picture"
