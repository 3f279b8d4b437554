"""The first run: four screens, in every direction, with nothing lost between them and one sentence for a wrong file."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.base.i18n import direction
from server.base.paths import DataDir
from server.services.demo import EXAMPLE
from server.services.folder import is_set_up, open_folder
from server.services.setup import invite
from tests.services.world import NOW, Example, copy_example, example_to_look_at
from tests.web.conftest import CreateClient, csrf


def text(client: FlaskClient, address: str) -> str:
    """The page at an address, which must answer."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code, answer.headers.get("Location"))
    return answer.get_data(as_text=True)


def send_form(client: FlaskClient, action: str, **answers: object) -> tuple[int, str]:
    """Status, and the address that follows or the page."""
    token = csrf(client.get("/setup", follow_redirects=True).get_data(as_text=True))
    answer = client.post(action, data={"csrf_token": token, **answers})
    return answer.status_code, answer.headers.get("Location") or answer.get_data(as_text=True)


def upload(path: Path, name: str = "") -> tuple[io.BytesIO, str]:
    """A file as a form brings it."""
    return io.BytesIO(path.read_bytes()), name or path.name


def data_of(client: FlaskClient) -> DataDir:
    """The folder a client's pages are about."""
    found: DataDir = client.application.extensions["valise.config"].data
    return found


@pytest.mark.parametrize("language", ["en", "ar"])
def test_four_screens_make_an_office(create_client: CreateClient, example: Example, language: str) -> None:
    client = create_client("")
    html = f'<html lang="{language}" dir="{direction(language)}">'
    assert client.get("/activities").headers["Location"] == "/setup"
    assert send_form(client, "/setup/language", language=language) == (302, "/setup/begin")
    assert html in text(client, "/setup/begin")
    assert send_form(client, "/setup/office", file=upload(example.setup("kg"))) == (302, "/setup/person")
    page = text(client, "/setup/person")
    assert html in page
    assert "Kyrgyzstan country office" in page
    assert not is_set_up(data_of(client)), "nothing is set up before the last answer"
    assert send_form(client, "/setup/person", person="Programme officer") == (302, "/setup/done")
    assert html in text(client, "/setup/done")
    home = client.get("/", headers={"Accept-Language": "fr"}).get_data(as_text=True)
    assert html in home, "the language that was chosen is kept in the folder"
    assert "Kyrgyzstan country office" in home
    assert "Programme officer" in home
    assert not list(data_of(client).root.glob(".trial-*")), "what was tried is gone"


def test_headquarters_begins_with_the_file_of_its_programme(create_client: CreateClient) -> None:
    client = create_client("")
    assert send_form(client, "/setup/hq", file=upload(EXAMPLE / "hq.json")) == (302, "/setup/person")
    assert "Mainstreaming Migration" in text(client, "/setup/person")
    assert send_form(client, "/setup/person", person="") == (302, "/setup/done")
    assert send_form(client, "/setup/done", tour="take") == (302, "/#first-steps")
    assert 'id="first-steps"' in text(client, "/")
    assert 'href="/overview"' in text(client, "/")


def test_the_sample_of_a_programmes_file_sets_headquarters_up(create_client: CreateClient, tmp_path: Path) -> None:
    client = create_client("")
    sample = tmp_path / "programme.json"
    sample.write_bytes(client.get("/setup/programme-file").get_data())
    assert send_form(client, "/setup/hq", file=upload(sample)) == (302, "/setup/person")


def test_back_and_forward_lose_neither_the_file_nor_the_name(create_client: CreateClient, example: Example) -> None:
    client = create_client("")
    send_form(client, "/setup/office", file=upload(example.setup("kg")))
    assert send_form(client, "/setup/person", person="Officer in Bishkek", back="1") == (302, "/setup/begin")
    assert "Kyrgyzstan country office" in text(client, "/setup/begin")
    text(client, "/setup")
    assert 'value="Officer in Bishkek"' in text(client, "/setup/person")
    send_form(client, "/setup/office", file=upload(example.setup("md")))
    page = text(client, "/setup/person")
    assert "Moldova country office" in page, "another file takes its place"
    assert 'value="Officer in Bishkek"' in page
    send_form(client, "/setup/person", person="Officer")
    for address in ("/setup/begin", "/setup/person"):
        assert client.get(address).headers["Location"] == "/setup/done"
    assert send_form(client, "/setup/office", file=upload(example.setup("kg"))) == (302, "/setup/done")
    assert "Moldova country office" in text(client, "/")


def test_screens_cannot_be_skipped(create_client: CreateClient) -> None:
    client = create_client("")
    assert client.get("/setup/person").headers["Location"] == "/setup/begin"
    assert client.get("/setup/done").headers["Location"] == "/setup/begin"
    assert send_form(client, "/setup/person", person="Officer") == (302, "/setup/begin")
    assert send_form(client, "/setup/done", tour="take")[0] == 409


def test_a_wrong_file_is_one_sentence_and_what_was_brought_before_stays(
    create_client: CreateClient, example: Example, tmp_path: Path
) -> None:
    client = create_client("")
    send_form(client, "/setup/office", file=upload(example.setup("kg")))
    broken = tmp_path / "cut.pdf"
    broken.write_bytes(example.setup("kg").read_bytes()[:20_000])
    photo = tmp_path / "photo.pdf"
    photo.write_bytes(b"\xff\xd8\xff\xe0 no PDF at all")
    for action, path in (("office", example.root / "annual-report.pdf"), ("office", example.dispatch("kg")),
                         ("office", broken), ("office", photo), ("hq", example.setup("kg")),
                         ("hq", EXAMPLE / "kg.json")):  # fmt: skip
        status, page = send_form(client, f"/setup/{action}", file=upload(path))
        assert status == 422, path
        assert page.count("<li>", page.index('id="errors-title"'), page.index("</ul></div>")) == 1, path
        assert "Traceback" not in page
        assert not is_set_up(data_of(client))
        assert "Kyrgyzstan country office" in page, "the file that was right is still there"
    assert "Choose the file first." in send_form(client, "/setup/office")[1]
    assert send_form(client, "/setup/person", person="Officer") == (302, "/setup/done")


def test_a_set_up_of_the_example_sets_nothing_real_up(
    create_client: CreateClient, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source, data = example_to_look_at(tmp_path_factory), DataDir(tmp_path / "mine")
    copy_example(source, data)
    setup = tmp_path / "setup.pdf"
    with open_folder(DataDir(data.example / "hq"), NOW) as hq:
        invite(hq, "KG", setup)
    client = create_client("")
    status, page = send_form(client, "/setup/office", file=upload(setup))
    assert status == 422
    assert "was made in the example and sets up nothing outside of it" in page
    assert not is_set_up(data_of(client))
