"""Headquarters' offices: added, changed, invited, and joined once their dispatch came."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from server.base.clock import fixed_clock
from server.base.paths import DataDir
from server.services.setup import set_up_office
from tests.services.world import Example
from tests.web.conftest import CreateClient, csrf, seen


def _page(client: FlaskClient, address: str = "/offices") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)[-1500:]
    return answer.get_data(as_text=True)


def _row(page: str, name: str) -> str:
    (row,) = [row for row in page.split("<tr") if f"<bdi>{name}</bdi>" in row]
    return row


def _add(client: FlaskClient, **answers: str):
    page = _page(client, "/offices/new")
    country = re.search(r'<option value="([0-9a-f-]{36})">Jamaica</option>', page)
    assert country
    return client.post("/offices/new", data={"csrf_token": csrf(page), "code": "jm2", "country_id": country[1],
                                             "name": "Jamaica, second office", **answers})  # fmt: skip


def test_an_office_is_invited_until_its_first_dispatch_came(create_client: CreateClient, example: Example) -> None:
    client = create_client("hq-empty")
    assert "Invited" in _row(_page(client), "Kyrgyzstan country office")
    looked = client.application.extensions["valise.take_files"]([example.dispatch("kg")])
    client.post(looked.replace("/look/", "/import/"), data={"csrf_token": csrf(_page(client, looked))})
    row = _row(_page(client), "Kyrgyzstan country office")
    assert "Yes" in row
    assert "Dispatch 1" in row
    assert 'href="/exchange?to=KG"' in row
    assert "Invited" in _row(_page(client), "Moldova country office")


def test_a_set_up_pdf_makes_a_laptop_that_office(create_client: CreateClient, tmp_path) -> None:
    client = create_client("hq-empty")
    page = _page(client)
    action = re.search(r'action="(/offices/[0-9a-f-]+/set-up)"', _row(page, "Moldova country office"))
    assert action
    answer = client.post(action[1], data={"csrf_token": csrf(page)})
    assert answer.mimetype == "application/pdf"
    assert "Valise-set-up-MD.pdf" in answer.headers["Content-Disposition"]
    file = tmp_path / "set-up.pdf"
    file.write_bytes(answer.get_data())
    with set_up_office(DataDir(tmp_path / "new"), file, None, fixed_clock("2015-02-21T09:00:00Z")) as folder:
        assert folder.office.name == "Moldova country office"


def test_an_office_is_added_and_can_be_invited(create_client: CreateClient) -> None:
    client = create_client("hq-empty")
    assert _add(client).headers["Location"] == "/offices"
    row = _row(_page(client), "Jamaica, second office")
    assert "JM2" in row
    assert "Not yet" in row
    action = re.search(r'action="(/offices/[0-9a-f-]+/set-up)"', row)
    assert action
    assert client.post(action[1], data={"csrf_token": csrf(_page(client))}).mimetype == "application/pdf"
    assert "Invited" in _row(_page(client), "Jamaica, second office")


def test_a_code_is_given_once_and_what_was_typed_stays(create_client: CreateClient) -> None:
    client = create_client("hq-empty")
    answer = _add(client, code="jm", mailbox_mb="0")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "There is an office with this code already" in page
    assert "at least 1" in page
    assert 'value="Jamaica, second office"' in page


def test_an_offices_mailbox_is_changed_and_its_code_is_not_asked_again(create_client: CreateClient) -> None:
    client = create_client("hq-empty")
    address = re.search(r'href="(/offices/[0-9a-f-]+/edit)"', _row(_page(client), "Kyrgyzstan country office"))
    assert address
    form = _page(client, address[1])
    assert 'name="code"' not in form
    answers = {"csrf_token": csrf(form), "seen": seen(form), "name": "Kyrgyzstan country office", "language": "ru",
               "email": "kg@valise.example", "mailbox_mb": "7"}  # fmt: skip
    assert client.post(address[1], data=answers).headers["Location"] == "/offices"
    row = _row(_page(client), "Kyrgyzstan country office")
    assert "7 MB" in row
    assert "KG" in row


def test_only_headquarters_sees_the_offices(create_client: CreateClient) -> None:
    client = create_client("kg")
    for address in ("/offices", "/offices/new"):
        assert client.get(address).status_code == 404


def test_the_offices_stand_in_arabic(create_client: CreateClient) -> None:
    client = create_client("hq")
    for address in ("/offices", "/offices/new"):
        page = client.get(address, headers={"Accept-Language": "ar"}).get_data(as_text=True)
        assert '<html lang="ar" dir="rtl">' in page
    assert "<bdi>Bangladesh country office</bdi>" in _page(client)
