"""Headquarters makes a programme confidential in the settings; whoever sends is told for whom a dispatch is sealed."""

from __future__ import annotations

import io
import re

from flask.testing import FlaskClient

from server.services.load import record_id
from tests.web.conftest import CreateClient, csrf, seen


def page(client: FlaskClient, address: str) -> str:
    """What is at an address."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def settle(client: FlaskClient, **answers: str) -> str:
    """Send the settings; the page that follows."""
    shown = page(client, "/settings")
    sent = {"csrf_token": csrf(shown), "person": "Programme Management Unit", "language": "en", **answers}
    return client.post("/settings", data=sent, follow_redirects=True).get_data(as_text=True)


def send(client: FlaskClient, **answers: str) -> str:
    """Make a dispatch; the page that follows."""
    sent = {"csrf_token": csrf(page(client, "/exchange")), **answers}
    return client.post("/exchange/send", data=sent, follow_redirects=True).get_data(as_text=True)


def test_headquarters_says_that_the_programme_is_confidential_and_takes_it_back(create_client: CreateClient) -> None:
    client = create_client("hq")
    assert "sealed, because the programme is confidential" not in page(client, "/settings")
    assert "sealed, because the programme is confidential" in settle(client, confidential="1")
    assert re.search(r'name="confidential"[^>]*checked', page(client, "/settings"))
    assert "sealed, because the programme is confidential" not in settle(client)


def test_an_office_is_not_asked(create_client: CreateClient) -> None:
    client = create_client("kg")
    assert 'name="confidential"' not in page(client, "/settings")
    assert 'name="openly"' not in page(client, "/exchange")
    assert 'name="pages"' in page(client, "/exchange")


def test_whoever_sends_is_told_for_whom_it_is_sealed(create_client: CreateClient) -> None:
    client = create_client("hq")
    settle(client, confidential="1")
    assert "Sealed for Kyrgyzstan country office." in send(client, receiver="KG")
    openly = send(client, receiver="KG", openly="1")
    assert "Sealed for" not in openly
    assert "There is a problem" not in openly


def test_an_office_that_reads_along_is_named_in_its_form(create_client: CreateClient) -> None:
    client = create_client("hq")
    address = f"/offices/{record_id('office', 'kg')}/edit"
    assert 'name="reads_confidential"' not in page(client, address)
    settle(client, confidential="1")
    form = page(client, address)
    answers = {"csrf_token": csrf(form), "seen": seen(form), "name": "Kyrgyzstan country office", "language": "ru",
               "reads_confidential": "1"}  # fmt: skip
    assert client.post(address, data=answers).status_code == 302
    assert re.search(r'name="reads_confidential"[^>]*checked', page(client, address))
    assert "Sealed for Tunisia country office, Kyrgyzstan country office." in send(client, receiver="TN")


def test_a_sealed_file_for_somebody_else_says_where_to_open_it(create_client: CreateClient) -> None:
    client, other = create_client("hq"), create_client("tn")
    settle(client, confidential="1")
    kept = re.findall(r"/exchange/sent/[0-9a-f]{64}/pdf", send(client, receiver="KG"))
    data = client.get(kept[0]).data
    sent = {"csrf_token": csrf(page(other, "/exchange")), "files": [(io.BytesIO(data), "circular.pdf")]}
    looked = other.post("/exchange/look", data=sent, follow_redirects=True).get_data(as_text=True)
    assert "This dispatch is sealed for Kyrgyzstan country office: open it there." in looked
