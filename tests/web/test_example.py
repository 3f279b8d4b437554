"""The example in the pages: under addresses of its own, a banner on each, and nothing of it in one's own folder."""

from __future__ import annotations

import os
import time

import pytest
from filelock import FileLock, Timeout
from flask.testing import FlaskClient

from server.base.i18n import direction
from server.base.paths import DataDir
from server.services.example import Step
from tests.services.world import copy_example, everything, example_to_look_at
from tests.web.conftest import CreateClient, csrf
from tests.web.test_pages import OF_ALL, OF_HQ

ROOMS = ("office", "hq")
LEAVES = "Leave the example"


@pytest.fixture
def beside(create_client: CreateClient, tmp_path_factory: pytest.TempPathFactory) -> CreateClient:
    """Makes clients as `create_client` does, each with the example made beside its folder."""

    def create(folder: str = "kg", **changes: object) -> FlaskClient:
        client = create_client(folder, **changes)
        copy_example(example_to_look_at(tmp_path_factory), data_of(client))
        return client

    return create


def data_of(client: FlaskClient) -> DataDir:
    """The folder a client's own pages are about."""
    found: DataDir = client.application.extensions["valise.config"].data
    return found


def text(client: FlaskClient, address: str, **options: object) -> str:
    """The page at an address, which must answer."""
    answer = client.get(address, **options)  # type: ignore[arg-type]
    assert answer.status_code == 200, (address, answer.status_code, answer.headers.get("Location"))
    return answer.get_data(as_text=True)


def press(client: FlaskClient, action: str, **answers: str) -> str:
    """The address that a button leads to."""
    token = csrf(client.get("/example").get_data(as_text=True))
    answer = client.post(action, data={"csrf_token": token, **answers})
    assert answer.status_code == 302, answer.get_data(as_text=True)[-400:]
    return answer.headers["Location"]


def look(client: FlaskClient, room: str = "office") -> str:
    """Go into a room of the example."""
    assert press(client, "/example/look", room=room) == f"/example/{room}/"
    return text(client, f"/example/{room}/")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("room", ROOMS)
def test_every_page_of_a_room_answers_there_and_says_what_it_is(
    beside: CreateClient, room: str, language: str
) -> None:
    client = beside("")
    spoken = {"headers": {"Accept-Language": language}}
    client.get("/setup", **spoken)
    assert press(client, "/example/look", room=room) == f"/example/{room}/"
    with client.session_transaction() as cookie:
        cookie.clear()
    for address in (*OF_ALL, *(OF_HQ if room == "hq" else ())):
        page = text(client, f"/example/{room}{address}", **spoken)
        assert f'<html lang="{language}" dir="{direction(language)}">' in page, address
        assert 'class="example-strip"' in page, address
        assert 'href="/example/leave"' in page, address
        links = [one.partition('"')[0] for one in page.split('href="')[1:]]
        assert [one for one in links if one.startswith("/") and not one.startswith("/example/")] == []


def test_what_is_done_in_the_example_stays_there(beside: CreateClient) -> None:
    client = beside("kg")
    before = everything(data_of(client))
    look(client)
    page = text(client, "/example/office/activities/new")
    output = page.split('name="output_id"')[1].split('<option value="')[2].split('"')[0]
    answers = {"csrf_token": csrf(page), "title": "Tried out", "date_from-year": "2015", "output_id": output}
    saved = client.post("/example/office/activities/new", data=answers)
    assert saved.headers["Location"].startswith("/example/office/activities/")
    assert "Tried out" in text(client, "/example/office/activities")
    assert "Tried out" not in text(client, "/activities")
    assert "example-strip" not in text(client, "/activities")
    assert everything(data_of(client)) == before


def test_a_dispatch_of_the_example_lies_in_the_example(beside: CreateClient) -> None:
    client = beside("kg")
    mine = data_of(client)
    before = sorted(mine.outbox.rglob("*"))
    look(client)
    page = text(client, "/example/office/exchange")
    sent = client.post("/example/office/exchange/send", data={"csrf_token": csrf(page), "receiver": "hq"})
    assert sent.headers["Location"].startswith("/example/office/exchange/sent/")
    assert sorted(mine.outbox.rglob("*")) == before
    assert list((mine.example / "office" / "outbox").rglob("*.pdf"))


def test_one_press_leads_from_room_to_room_and_out(beside: CreateClient) -> None:
    for folder, out in (("kg", "/"), ("", "/setup/begin")):
        client = beside(folder)
        page = look(client)
        assert "seen as a country office" in page
        answer = client.post("/example/look", data={"csrf_token": csrf(page), "room": "hq"})
        assert answer.headers["Location"] == "/example/hq/"
        assert "seen as headquarters" in text(client, "/example/hq/")
        assert client.get("/example/leave").headers["Location"] == out


def test_a_page_of_the_example_opens_again_after_a_new_start(beside: CreateClient) -> None:
    client = beside("kg")
    answer = client.get("/example/hq/activities?q=board")
    assert answer.headers["Location"] == "/example/hq/activities?q=board"
    assert LEAVES in text(client, "/example/hq/activities?q=board")
    assert client.get("/example/elsewhere/").status_code == 404


def test_strangers_do_not_open_it(beside: CreateClient) -> None:
    client = beside("kg", token_cookie="valise_1", token="right")
    assert client.get("/example/office/").status_code == 403
    client.set_cookie("valise_1", "right")
    look(client)
    client.set_cookie("valise_1", "wrong")
    assert client.get("/example/office/").status_code == 403


def test_it_is_thrown_away_and_begun_anew(beside: CreateClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client = beside("kg")
    page = look(client)
    assert press(client, "/example/away", csrf_token=csrf(page)) == "/"
    assert not data_of(client).example.exists()
    assert client.get("/example/office/activities").headers["Location"] == "/example"
    assert "thrown away" in text(client, "/")
    monkeypatch.setattr("server.web.example.make_example", _copied_slowly(client))
    assert press(client, "/example/look", room="hq") == "/example/making/hq"
    assert "<progress" in text(client, "/example/making/hq")
    assert press(client, "/example/away") == "/example"
    assert "is being made: wait" in text(client, "/example")
    (data_of(client).root / "go-on").touch()
    for _try in range(200):
        answer = client.get("/example/making/hq")
        if answer.status_code == 302:
            break
        time.sleep(0.05)
    assert answer.headers["Location"] == "/example/hq/"
    assert client.get("/example/making/hq", headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert press(client, "/example/anew", room="office") in ("/example/office/", "/example/making/office")


def _copied_slowly(client: FlaskClient):
    """A making that waits for a file, then copies what was made before."""
    made = example_to_look_at(None)  # type: ignore[arg-type]  # it was made by the fixture

    def make(data: DataDir):
        yield Step("", 0)
        while not (data.root / "go-on").exists():
            time.sleep(0.02)
        copy_example(made, data)
        yield Step("", 100)

    return make


def test_what_hinders_the_making_is_one_sentence(create_client: CreateClient) -> None:
    client = create_client("kg")
    theirs = data_of(client).example
    theirs.mkdir()
    (theirs / "letter.txt").touch()
    following = press(client, "/example/look", room="office")
    for _try in range(200):
        answer = client.get(following)
        if answer.status_code == 302:
            break
        time.sleep(0.05)
    assert answer.headers["Location"] == "/example"
    assert "is not Valise&#39;s example" in text(client, "/example")
    assert (theirs / "letter.txt").exists()


def test_one_process_has_the_example(beside: CreateClient) -> None:
    client = beside("kg")
    data = DataDir(data_of(client).example / "office")
    with FileLock(data.lock, timeout=0):
        assert press(client, "/example/look", room="office") == "/example"
        assert "Another Valise has the example open" in text(client, "/example")
    look(client)
    with pytest.raises(Timeout):
        FileLock(data.lock, timeout=0).acquire()
    press(client, "/example/away")
    assert not data.root.exists()


def test_nobody_makes_a_backup_that_could_be_put_back_into_a_real_folder(beside: CreateClient) -> None:
    client = beside("kg")
    page = look(client)
    client.post("/example/office/backup", data={"csrf_token": csrf(page)})
    assert "The example is not backed up" in text(client, "/example/office/")
    assert not list((data_of(client).example / "office" / "backups").glob("*.zip"))


def test_it_is_reached_from_help_settings_and_the_first_run(beside: CreateClient) -> None:
    client = beside("kg")
    for address in ("/help", "/settings"):
        assert 'href="/example"' in text(client, address)
    assert 'action="/example/look"' in text(beside(""), "/setup/begin")
    look(client)
    for address in ("/help", "/settings"):
        assert 'href="/example"' not in text(client, f"/example/office{address}"), "the example has no example"


def test_the_example_is_closed_to_other_users_of_the_machine(beside: CreateClient) -> None:
    client = beside("kg")
    look(client)
    if os.name == "posix":
        assert (data_of(client).example / "office").stat().st_mode & 0o077 == 0
