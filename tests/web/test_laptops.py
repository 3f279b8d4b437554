"""Headquarters' page of an office's laptops: off the list and back, what counts, and what people are told."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from server.sync import replica
from server.web.database import engine
from tests.services.world import Example
from tests.web.conftest import CLOCK, CreateClient, csrf


@pytest.fixture
def client(create_client: CreateClient, example: Example) -> FlaskClient:
    """Headquarters that has the dispatch of Kyrgyzstan."""
    client = create_client("hq-empty")
    looked = client.application.extensions["valise.take_files"]([example.dispatch("kg")])
    client.post(looked.replace("/look/", "/import/"), data={"csrf_token": csrf(page_of(client, looked))})
    return client


def page_of(client: FlaskClient, address: str, language: str = "en") -> str:
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.get_data(as_text=True)[-1500:]
    return answer.get_data(as_text=True)


def address(client: FlaskClient) -> str:
    """The page of Kyrgyzstan's laptops."""
    (row,) = [row for row in page_of(client, "/offices").split("<tr") if "<bdi>Kyrgyzstan country office</bdi>" in row]
    found = re.search(r'href="(/offices/[^"]+/laptops)"', row)
    assert found
    return found[1]


def link(page: str, ending: str) -> str:
    found = re.search(rf'"(/offices/[^"]+/{ending})"', page)
    assert found, ending
    return found[1]


def take_off(client: FlaskClient, *, since: str = "all", why: str = "stolen on the way to Osh"):
    form = link(page_of(client, address(client)), "take-off")
    page = page_of(client, form)
    if since == "first":
        (since,) = re.findall(r'name="since" value="([0-9a-f]{64})"', page)
    return client.post(form, data={"csrf_token": csrf(page), "why": why, "since": since})


def test_the_page_lists_laptops_with_their_state(client: FlaskClient) -> None:
    page = page_of(client, address(client))
    assert "KG-1" in page
    assert "Joined; on the list with the next circular" in page
    assert "Dispatch 1" in page
    assert "Take off the list" in page
    (of_hq,) = re.findall(r'href="(/offices/[^"]+/laptops)">.*?Laptops of headquarters', page_of(client, "/offices"))
    page = page_of(client, of_hq)
    assert "This laptop" in page
    assert "take-off" not in page, "nobody takes off the laptop they sit at"


def test_taken_off_what_it_sent_counts_and_it_is_put_back(client: FlaskClient) -> None:
    before = page_of(client, "/activities").count("/activities/")
    answer = take_off(client)
    assert answer.status_code == 303
    page = page_of(client, answer.headers["Location"])
    assert "Off the list" in page
    assert "stolen on the way to Osh" in page
    assert "KG-1 is off the list; 0 changes are kept apart." in page
    assert page_of(client, "/activities").count("/activities/") == before > 10
    client.post(link(page, "back"), data={"csrf_token": csrf(page)})
    page = page_of(client, address(client))
    assert "Trusted" in page
    assert "stolen on the way" not in page


def test_a_reason_is_asked_for(client: FlaskClient) -> None:
    answer = take_off(client, why=" ")
    assert answer.status_code == 422
    assert "Say why: others will ask." in answer.get_data(as_text=True)
    assert "Off the list" not in page_of(client, address(client))


def test_from_a_dispatch_on_changes_are_kept_apart_and_let_count(client: FlaskClient) -> None:
    form = page_of(client, link(page_of(client, address(client)), "take-off"))
    assert re.search(r"Only what came before dispatch 1 of [^<]+: \d+ changes? (is|are) kept apart", form)
    assert take_off(client, since="first").status_code == 303
    page = page_of(client, address(client))
    ids = re.findall(r'name="changes" value="([0-9a-f]{64})"', page)
    assert ids
    assert "kept apart" in page
    adopt = link(page, "adopt")
    half = (({"note": "seen"}, "Tick what shall count."), ({"changes": ids[:1]}, "Say why they count"))
    for answers, sentence in half:
        answer = client.post(adopt, data={"csrf_token": csrf(page), **answers})
        assert answer.status_code == 422
        assert sentence in answer.get_data(as_text=True)
    answer = client.post(adopt, data={"csrf_token": csrf(page), "changes": ids[:1], "note": "confirmed by the office"})
    assert answer.status_code == 303
    page = page_of(client, address(client))
    assert "Counts all the same" in page
    assert "confirmed by the office" in page
    assert f'value="{ids[0]}"' not in page
    client.post(link(page, f"adopted/{ids[0]}"), data={"csrf_token": csrf(page)})
    page = page_of(client, address(client))
    assert f'value="{ids[0]}"' in page
    client.post(adopt, data={"csrf_token": csrf(page), "note": "all of it", "all": "yes"})
    assert 'name="changes"' not in page_of(client, address(client))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pages_answer_in_both_directions(client: FlaskClient, language: str) -> None:
    take_off(client, since="first")
    where = address(client)
    page = page_of(client, where, language)
    assert f'<html lang="{language}"' in page
    assert "<bdi>KG-1</bdi>" in page
    client.post(link(page, "back"), data={"csrf_token": csrf(page)})
    assert f'<html lang="{language}"' in page_of(client, link(page_of(client, where), "take-off"), language)


def test_only_headquarters_sees_them_and_strange_addresses_are_no_error(
    client: FlaskClient, create_client: CreateClient
) -> None:
    where = address(client)
    assert create_client("kg").get(where).status_code == 404
    for wrong in ("/offices/nothing/laptops", f"{where}/nothing/take-off"):
        assert client.get(wrong).status_code == 404


@pytest.mark.parametrize("address", ["/", "/exchange"])
def test_the_person_is_told_in_one_sentence_that_a_copy_was_found(create_client: CreateClient, address: str) -> None:
    client = create_client("kg")
    assert "is or was in use" not in page_of(client, address)
    with client.application.app_context(), engine().begin() as connection:
        replica.rotate(connection, "own stream continued elsewhere", CLOCK)
    assert page_of(client, address).count("another copy of this laptop’s records is or was in use") == 1
