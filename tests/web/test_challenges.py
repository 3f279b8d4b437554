"""Challenges and lessons: entered, found, changed, and read by headquarters."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from lxml import html

from tests.services.world import rows
from tests.web.conftest import CreateClient, csrf
from tests.web.people import answers_of, change_twice, conflicts_of, page_of, send_form

LANGUAGES = pytest.mark.parametrize("language", ["en", "ar"])


def titles(client: FlaskClient, address: str) -> list[str]:
    """The titles of a list."""
    return [one.text_content() for one in
            html.fromstring(page_of(client, address)).xpath("//td[contains(@class, 'title')]/a")]


def enter(client: FlaskClient, title: str, **answers: object) -> str:
    """Enter a challenge; its address."""
    return send_form(client, "/challenges/new", page_of(client, "/challenges/new"), title=title, **answers)


def stored(client: FlaskClient, query: str) -> list[tuple[object, ...]]:
    """Rows of the client's database."""
    return rows(client.application.extensions["valise.config"].data, query)


def test_the_list_is_searched_filtered_and_ordered_by_its_address(create_client: CreateClient) -> None:
    hq = create_client("hq")
    everything = titles(hq, "/challenges")
    assert len(everything) > 5
    assert 0 < len(titles(hq, "/challenges?kind=issue")) < len(everything)
    assert titles(hq, "/challenges?sort=title") == sorted(everything)
    assert titles(hq, "/challenges?sort=nonsense&status=nonsense") == everything
    assert "Restructuring of UNDP" in titles(hq, "/challenges?status=watched")
    output = stored(hq, "SELECT id FROM output WHERE number = 1")[0][0]
    found = stored(hq, f"SELECT title FROM challenge WHERE output_id = '{output}'")
    assert sorted(titles(hq, f"/challenges?output={output}")) == sorted(str(title) for (title,) in found)
    assert "Nothing fits" in page_of(hq, "/challenges?q=zebra")


@LANGUAGES
def test_a_challenge_is_entered_changed_deleted_and_brought_back(create_client: CreateClient, language: str) -> None:
    client = create_client("kg")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    address = enter(client, "Наводнение в Оше", kind="risk", cause="Rain\nand snow", effect="Roads closed",
                    response="Wait", owner="Country office", in_report="1",
                    **{"dated-year": "2015", "dated-month": "Q1"})
    page = page_of(client, address)
    assert "<h1><bdi>Наводнение в Оше</bdi></h1>" in page
    assert "Rain\nand snow" in page
    query = "SELECT kind, status, dated, in_report, country_id IS NULL FROM challenge WHERE title = 'Наводнение в Оше'"
    assert stored(client, query) == [("risk", "open", "2015-Q1", 1, 0)], "the office's own country goes without asking"
    assert titles(client, "/challenges?q=наводнение&kind=risk") == ["Наводнение в Оше"]
    assert titles(client, "/challenges")[0] == "Наводнение в Оше", "what is open comes first"
    send_form(client, f"{address}/edit", page_of(client, f"{address}/edit"), status="closed")
    assert titles(client, "/challenges?status=closed") == ["Наводнение в Оше"]
    client.post(f"{address}/delete", data={"csrf_token": csrf(page)})
    listed = page_of(client, "/challenges")
    assert f"{address}/restore" in listed
    assert "Наводнение в Оше" not in titles(client, "/challenges")
    client.post(f"{address}/restore", data={"csrf_token": csrf(listed)})
    assert "Наводнение в Оше" in titles(client, "/challenges")


def test_bad_input_keeps_what_was_typed(create_client: CreateClient) -> None:
    client = create_client("kg")
    answers = answers_of(page_of(client, "/challenges/new"), cause="Rain", position="first", **{"dated-month": "2"})
    answer = client.post("/challenges/new", data=answers)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Enter the year." in page
    assert 'value="first"' in page
    assert ">\nRain</textarea>" in page
    answers = {**answers, "position": "", "dated-month": ""}
    page = client.post("/challenges/new", data=answers).get_data(as_text=True)
    assert 'href="#title">Enter the challenge in a few words.' in page
    answers = answers_of(page_of(client, "/lessons/new"), title="Plan early")
    page = client.post("/lessons/new", data=answers).get_data(as_text=True)
    assert 'href="#text">Enter the lesson.' in page
    assert 'value="Plan early"' in page


def test_stale_forms_keep_both_values(create_client: CreateClient) -> None:
    client = create_client("kg")
    one = enter(client, "Floods")
    change_twice(client, one, {"title": "Floods in Osh"}, {"title": "Floods in Naryn"})
    page = page_of(client, "/lessons/new")
    lesson = send_form(client, "/lessons/new", page, title="Plan early", text="Begin in spring.")
    change_twice(client, lesson, {"text": "Begin in March."}, {"text": "Begin in April."})
    assert len(conflicts_of(client)) == 2
    told = page_of(client, "/conflicts")
    assert f'href="{one}"' in told
    assert f'href="{lesson}"' in told
    assert "was set in two places" in page_of(client, one)


def test_the_office_writes_it_in_its_own_language_too(create_client: CreateClient) -> None:
    client = create_client("kg")
    one = enter(client, "Floods", text_local="Наводнение закрыло дороги.")
    assert 'lang="ru">Наводнение закрыло дороги.' in page_of(client, one)
    assert 'name="text_local"' not in page_of(create_client("hq"), "/challenges/new")


@LANGUAGES
def test_a_lesson_is_entered_found_and_changed(create_client: CreateClient, language: str) -> None:
    client = create_client("kg")
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    page = page_of(client, "/lessons/new")
    answers = {"title": "Plan early", "text": "Begin in spring.", "dated-year": "2015"}
    address = send_form(client, "/lessons/new", page, **answers)
    assert "Begin in spring." in page_of(client, address)
    assert titles(client, "/lessons?q=SPRING") == ["Plan early"]
    send_form(client, f"{address}/edit", page_of(client, f"{address}/edit"), title="Plan earlier")
    assert titles(client, "/lessons")[0] == "Plan earlier"


@LANGUAGES
def test_headquarters_reads_the_offices_challenges_and_changes_none(create_client: CreateClient, language: str) -> None:
    hq = create_client("hq")
    hq.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    office = stored(hq, "SELECT id FROM office WHERE code = 'KG'")[0][0]
    for address in ("/challenges", "/lessons"):
        listed = page_of(hq, f"{address}?office={office}")
        assert "<bdi>Kyrgyzstan country office</bdi>" in listed
        one = str(html.fromstring(listed).xpath("//td[@class='title']/a/@href")[0])
        assert "/edit" not in page_of(hq, one)
        for what in ("delete", "edit"):
            answers = {"csrf_token": csrf(page_of(hq, "/settings")), "title": "X", "text": "X", "kind": "risk",
                       "status": "open"}
            assert hq.post(f"{one}/{what}", data=answers).status_code == 422, (one, what)


def test_an_office_sees_its_own_only_and_an_empty_list_says_what_belongs_there(create_client: CreateClient) -> None:
    client = create_client("kg")
    (only,) = titles(client, "/challenges?office=anything")
    assert only == "New counterparts at UNDP needed time to settle in"
    for address, table in (("/challenges", "challenge"), ("/lessons", "lesson")):
        for (id,) in stored(client, f"SELECT id FROM {table}"):
            client.post(f"{address}/{id}/delete", data={"csrf_token": csrf(page_of(client, "/settings"))})
        assert "belongs here" in page_of(client, address)
