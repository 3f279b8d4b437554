"""The first steps on Home: shown until they are done, ticked off from the data, put away per person, taken again."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from server.base.i18n import direction
from server.services.demo import EXAMPLE
from tests.services.world import Example
from tests.web.conftest import CreateClient, csrf
from tests.web.test_setup import send_form, upload

CARD = 'id="first-steps"'


def new_office(client: FlaskClient, example: Example, tour: str = "take") -> None:
    """The first run of an office."""
    send_form(client, "/setup/office", file=upload(example.setup("kg")))
    send_form(client, "/setup/person", person="Programme officer")
    send_form(client, "/setup/done", tour=tour)


def home(client: FlaskClient, language: str = "en") -> str:
    """Home."""
    return client.get("/", headers={"Accept-Language": language}).get_data(as_text=True)


def done(page: str) -> list[str]:
    """Words of the steps that are ticked."""
    card = page.split(CARD)[1].split("</section>", maxsplit=1)[0]
    steps = [one.split("</li>")[0] for one in card.split("<li>")[1:]]
    return [one.partition("</a>")[0].rpartition(">")[2] for one in steps if 'class="tag good"' in one]


@pytest.mark.parametrize("folder", ["office", "hq"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_step_leads_to_a_page(create_client: CreateClient, example: Example, folder: str, language: str) -> None:
    client = create_client("")
    send_form(client, "/setup/language", language=language)
    if folder == "office":
        new_office(client, example)
    else:
        send_form(client, "/setup/hq", file=upload(EXAMPLE / "hq.json"))
        send_form(client, "/setup/person", person="")
        send_form(client, "/setup/done", tour="take")
    page = home(client)
    assert f'dir="{direction(language)}"' in page
    card = page.split(CARD)[1].split("</section>")[0]
    links = [one.partition('"')[0] for one in card.split('href="')[1:] if not one.startswith("/static")]
    assert 4 <= len(links) <= 6
    for link in links:
        address, _hash, anchor = link.partition("#")
        answer = client.get(address)
        assert answer.status_code == 200, link
        assert not anchor or f'id="{anchor}"' in answer.get_data(as_text=True), link


def test_a_step_is_ticked_when_it_was_done(create_client: CreateClient, example: Example) -> None:
    client = create_client("")
    new_office(client, example)
    assert done(home(client)) == []
    page = client.get("/activities/new").get_data(as_text=True)
    output = page.split('name="output_id"')[1].split('<option value="')[2].split('"')[0]
    client.post("/activities/new", data={"csrf_token": csrf(page), "title": "Launch", "date_from-year": "2014",
                                         "output_id": output})  # fmt: skip
    assert done(home(client)) == ["Log an activity"]
    client.post("/backup", data={"csrf_token": csrf(page)})
    client.post("/exchange/send", data={"csrf_token": csrf(page), "receiver": "replica"})
    assert done(home(client)) == ["Log an activity", "Send it to headquarters", "Make a backup"]
    client.post("/exchange/send", data={"csrf_token": csrf(page), "receiver": "hq", "period": "Y1"})
    assert "Write the report" in done(home(client)), "the dispatch of a period brings its report along"


def test_the_steps_are_put_away_for_good_for_one_person_and_taken_again(
    create_client: CreateClient, example: Example
) -> None:
    client = create_client("")
    new_office(client, example, tour="skip")
    assert CARD not in home(client)
    settings = {"csrf_token": csrf(client.get("/settings").get_data(as_text=True)), "language": "en"}
    client.post("/settings", data={**settings, "person": "Colleague"})
    assert CARD in home(client), "a colleague at the same laptop has not seen them"
    client.post("/settings", data={**settings, "person": "Programme officer"})
    assert CARD not in home(client)
    assert 'action="/tour"' in client.get("/help").get_data(as_text=True)
    again = client.post("/tour", data={"csrf_token": settings["csrf_token"], "tour": "take"})
    assert again.headers["Location"] == "/#first-steps"
    assert CARD in home(client)


@pytest.mark.parametrize("folder", ["jm", "hq"])
def test_whoever_works_already_is_not_bothered_and_may_still_ask(create_client: CreateClient, folder: str) -> None:
    client = create_client(folder)
    page = home(client)
    assert CARD not in page
    client.post("/tour", data={"csrf_token": csrf(page), "tour": "take"})
    assert "is left" in home(client) or "are left" in home(client)
