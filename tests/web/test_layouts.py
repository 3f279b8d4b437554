"""Layouts through the pages: headquarters arranges, with numbers or with arrows, and prints by the layout."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from tests.web.conftest import CreateClient, csrf, seen


def made(client: FlaskClient) -> str:
    page = client.get("/layouts/new").get_data(as_text=True)
    answer = client.post("/layouts/new", data={"csrf_token": csrf(page), "title": "For SDC", "kind": "annual"})
    assert answer.status_code == 302, answer.get_data(as_text=True)[-800:]
    return str(answer.headers["Location"])


def answers(client: FlaskClient, address: str, **more: str) -> dict[str, str]:
    """The form as it is shown, with some answers changed; an empty tick is not sent."""
    page = client.get(address).get_data(as_text=True)
    form = {"csrf_token": csrf(page), "seen": seen(page), "title": "For SDC"}
    form |= dict(re.findall(r'name="(place-\w+)" value="(\d+)"', page))
    form |= dict.fromkeys(re.findall(r'name="(shown-\w+)" value="1" checked', page), "1")
    form |= dict(re.findall(r'name="(heading-\w+-en)" value="([^"]*)"', page))
    return {name: value for name, value in {**form, **more}.items() if value or not name.startswith("shown-")}


def order(client: FlaskClient, address: str) -> list[str]:
    return re.findall(r'id="section-(\w+)"', client.get(address).get_data(as_text=True))


def test_an_office_has_no_page_for_them(create_client: CreateClient) -> None:
    assert create_client("kg").get("/layouts").status_code == 404


def test_places_ticks_and_headings_are_kept(create_client: CreateClient) -> None:
    client = create_client("hq")
    address = made(client)
    assert client.post(address, data=answers(
        client, address, **{"place-next": "1", "place-executive": "2", "shown-results": "",
                            "heading-next-en": "Way ahead"})).status_code == 302  # fmt: skip
    page = client.get(address).get_data(as_text=True)
    assert order(client, address)[:3] == ["next", "executive", "data"]
    assert 'name="shown-results" value="1">' in page
    assert 'value="Way ahead"' in page
    assert "For SDC" in client.get("/layouts").get_data(as_text=True)


def test_an_arrow_moves_one_section_and_keeps_what_was_typed(create_client: CreateClient) -> None:
    client = create_client("hq")
    address = made(client)
    sent = client.post(address, data=answers(client, address, move="data:up", **{"heading-data-en": "The facts"}))
    assert sent.headers["Location"].endswith("#section-data")
    assert order(client, address)[:2] == ["data", "executive"]
    assert 'value="The facts"' in client.get(address).get_data(as_text=True)


def test_it_is_chosen_on_the_print_page(create_client: CreateClient) -> None:
    client = create_client("hq")
    address = made(client)
    client.post(address, data=answers(client, address, **{"shown-data": ""}))
    page = client.get("/print?kind=annual&period=Y1&layout=For+SDC").get_data(as_text=True)
    assert '<option value="For SDC" selected>' in page
    assert "layout=For+SDC" in page
    assert client.get("/print?kind=annual&layout=Nobody").status_code == 422
    assert 'id="layout"' not in client.get("/print?kind=finance").get_data(as_text=True)


def test_a_layout_is_deleted_and_brought_back(create_client: CreateClient) -> None:
    client = create_client("hq")
    address = made(client)
    client.post(f"{address}/delete", data={"csrf_token": csrf(client.get(address).get_data(as_text=True))})
    listed = client.get("/layouts").get_data(as_text=True)
    assert f"{address}/restore" in listed
    client.post(f"{address}/restore", data={"csrf_token": csrf(listed)})
    assert "For SDC" in client.get("/layouts").get_data(as_text=True)


def test_an_activity_is_printed_from_its_page(create_client: CreateClient) -> None:
    client = create_client("kg")
    activity = re.search(r'href="(/activities/[0-9a-f-]{36})"', client.get("/activities").get_data(as_text=True))
    assert activity
    page = client.get(activity[1]).get_data(as_text=True)
    printed = re.search(r'href="(/print\?kind=activity[^"]+)"', page)
    assert printed
    shown = client.get(printed[1].replace("&amp;", "&"))
    assert shown.status_code == 200
    assert "Page 1 of" in shown.get_data(as_text=True)
