"""The page of the search across everything."""

from __future__ import annotations

import pytest
from lxml import html

from tests.web.conftest import CreateClient
from tests.web.people import log_one, page_of


@pytest.mark.parametrize("folder", ["kg", "hq"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_is_found_stands_by_kind_and_leads_to_its_page(
    create_client: CreateClient, folder: str, language: str
) -> None:
    client = create_client(folder)
    tree = html.fromstring(page_of(client, "/search?q=board", headers={"Accept-Language": language}))
    kinds = [one.get("id") for one in tree.xpath("//section/h2")]
    assert "found-activity" in kinds
    assert len(kinds) >= 3
    links = tree.xpath("//ul[contains(@class, 'hits')]//a/@href")
    assert links
    for link in links[:5]:
        page_of(client, link)
    assert all("board" in one.text_content().casefold() for one in tree.xpath("//mark"))


def test_words_are_marked_and_nothing_typed_is_markup(create_client: CreateClient) -> None:
    client = create_client("kg")
    log_one(client, "Zebra <script>alert(1)</script> Étude")
    page = page_of(client, "/search?q=zebra+etude")
    assert "<mark>Zebra</mark>" in page
    assert "<mark>Étude</mark>" in page
    assert "<script>alert" not in page
    assert "<script>x" not in page_of(client, "/search?q=<script>x")


def test_nothing_asked_and_nothing_found_each_say_what_to_do(create_client: CreateClient) -> None:
    client = create_client("kg")
    assert "Parts of words are enough" in page_of(client, "/search")
    assert "Nothing holds all of these words" in page_of(client, "/search?q=zeppelin")


def test_many_activities_lead_on_to_their_list(create_client: CreateClient) -> None:
    client = create_client("hq")
    page = page_of(client, "/search?q=the")
    assert 'href="/activities?q=the"' in page
