"""The server answers the window that was opened with it, and nobody else on the machine or the network."""

from __future__ import annotations

import pytest

from server.base.links import SingleUseLinks
from tests.web.conftest import CreateClient, csrf

ORIGIN = "127.0.0.1:5123"
KEY = {"token_cookie": "valise_5123", "token": "right", "origin": ORIGIN}
BASE = {"base_url": f"http://{ORIGIN}"}


def test_without_the_cookie_there_is_no_page(create_client: CreateClient) -> None:
    client = create_client("kg", **KEY)
    assert client.get("/", **BASE).status_code == 403
    client.set_cookie("valise_5123", "wrong", domain="127.0.0.1")
    assert client.get("/", **BASE).status_code == 403
    client.set_cookie("valise_5123", "right", domain="127.0.0.1")
    assert client.get("/", **BASE).status_code == 200


@pytest.mark.parametrize("host", ["localhost:5123", "evil.example:5123", "127.0.0.1:9", "127.0.0.1"])
def test_another_host_name_is_refused(create_client: CreateClient, host: str) -> None:
    client = create_client("kg", **KEY)
    client.set_cookie("valise_5123", "right", domain=host.partition(":")[0])
    assert client.get("/", base_url=f"http://{host}").status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_a_page_of_somebody_else_cannot_read_ours(create_client: CreateClient, headers: dict[str, str]) -> None:
    client = create_client("kg", **KEY)
    client.set_cookie("valise_5123", "right", domain="127.0.0.1")
    assert client.get("/", headers=headers, **BASE).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://evil.example"}, {"Origin": "null"}])
def test_a_form_of_somebody_else_is_refused(create_client: CreateClient, headers: dict[str, str]) -> None:
    client = create_client("kg", **KEY)
    client.set_cookie("valise_5123", "right", domain="127.0.0.1")
    page = client.get("/settings", **BASE).get_data(as_text=True)
    answers = {"csrf_token": csrf(page), "person": "Somebody", "language": "en"}
    assert client.post("/settings", data=answers, headers=headers, **BASE).status_code == 403
    ours = {"Origin": f"http://{ORIGIN}"}
    assert client.post("/settings", data=answers, headers=ours, **BASE).status_code == 302


def test_a_form_without_its_token_changes_nothing(create_client: CreateClient) -> None:
    client = create_client("kg")
    answer = client.post("/settings", data={"person": "Somebody", "language": "en"})
    assert answer.status_code == 400
    assert "Somebody" not in client.get("/settings").get_data(as_text=True)


def test_a_link_opens_the_door_once(create_client: CreateClient) -> None:
    links = SingleUseLinks()
    client = create_client("kg", **KEY, links=links)
    secret = links.issue()
    answer = client.get(f"/open/{secret}", **BASE)
    assert answer.status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert client.get("/", **BASE).status_code == 200
    stranger = create_client("kg", **KEY, links=links)
    assert stranger.get(f"/open/{secret}", **BASE).status_code == 403


def test_every_page_forbids_scripts_from_elsewhere_and_is_not_kept(create_client: CreateClient) -> None:
    client = create_client("kg")
    headers = client.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
