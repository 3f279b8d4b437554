"""Home: every line that waits leads to where it is done, and says so when nothing waits."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html

from server.db.backup import restore_backup
from server.services.backups import last_backup, note_backup
from tests.services.world import rows
from tests.web.conftest import CLOCK, CreateClient, csrf


def home_of(client, language: str = "en"):
    """The page, and its sections by their ids."""
    answer = client.get("/", headers={"Accept-Language": language})
    assert answer.status_code == 200
    page = html.fromstring(answer.get_data(as_text=True))
    return page, {one.get("aria-labelledby"): one for one in page.xpath("//section")}


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("folder", ["kg", "md", "hq", "hq-empty"])
def test_every_link_of_home_leads_to_a_page(create_client: CreateClient, folder: str, language: str) -> None:
    client = create_client(folder)
    page, _sections = home_of(client, language)
    for link in page.xpath("//main//a/@href"):
        assert client.get(link).status_code == 200, link


def test_changes_on_their_way_lead_to_where_they_are_sent(create_client: CreateClient) -> None:
    client = create_client("kg")
    _page, sections = home_of(client)
    assert "Everything was sent." in sections["due-travel"].text_content()
    address = html.fromstring(client.get("/activities").get_data(as_text=True)).xpath("//td[@class='title']/a/@href")[0]
    token = csrf(client.get(address).get_data(as_text=True))
    client.post(f"{address}/evidence", data={"csrf_token": token, "title": "A letter"})
    _page, sections = home_of(client)
    assert sections["due-travel"].xpath(".//a[starts-with(., '1 ')]/@href") == ["/exchange?to=hq#send"]
    assert sections["due-travel"].xpath(".//a/@href[contains(., '#sent')]"), "what was sent is not acknowledged yet"


def test_open_questions_are_told_when_home_is_shown(create_client: CreateClient) -> None:
    client = create_client("kg")
    page, _sections = home_of(client)
    (later,) = page.xpath("//div[@hx-get]/@hx-get")
    assert client.get(later).get_data(as_text=True).strip() == ""
    address = html.fromstring(client.get("/documents/new").get_data(as_text=True))
    client.post("/documents/new", data={"csrf_token": address.xpath("//input[@name='csrf_token']/@value")[0],
                                        "title": "A letter", "kind": "other"})
    (document,) = rows(client.application.extensions["valise.config"].data,
                       "SELECT id FROM document WHERE title = 'A letter'")[0]
    token = csrf(client.get("/agreements/new").get_data(as_text=True))
    client.post("/agreements/new", data={"csrf_token": token, "title": "Agreement", "kind": "mou", "stage": "drafting",
                                         "document_id": document})
    client.post(f"/documents/{document}/delete", data={"csrf_token": token})
    told = html.fromstring(client.get(later).get_data(as_text=True))
    assert "1 question is open" in told.text_content()
    assert told.xpath("//a/@href") == ["/conflicts"]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_backup_is_made_from_home_and_can_be_restored(
        create_client: CreateClient, tmp_path: Path, language: str) -> None:
    client = create_client("kg")
    data = client.application.extensions["valise.config"].data
    page, sections = home_of(client, language)
    if language == "en":
        assert "None was made yet." in sections["due-backup"].text_content()
    assert sections["due-backup"].xpath(".//*[@class='tag care']")
    token = page.xpath("//section[@aria-labelledby='due-backup']//input[@name='csrf_token']/@value")[0]
    answer = client.post("/backup", data={"csrf_token": token})
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "valise-KG-2015-02-20.zip" in answer.headers["Content-Disposition"]
    copy = tmp_path / "copy.zip"
    copy.write_bytes(answer.get_data())
    answer.close()
    assert "valise.db" in zipfile.ZipFile(io.BytesIO(copy.read_bytes())).namelist()
    assert list(data.backups.glob("to-be-saved*")) == [], "nothing of it stays on this disk"
    there = type(data)(tmp_path / "restored")
    restore_backup(copy, there, CLOCK())
    count = "SELECT count(*) FROM activity"
    assert rows(there, count) == rows(data, count)
    _page, sections = home_of(client, language)
    assert not sections["due-backup"].xpath(".//*[@class='tag care']")
    note_backup(data, lambda: CLOCK() - timedelta(days=15))
    _page, sections = home_of(client, language)
    assert sections["due-backup"].xpath(".//*[@class='tag care']"), "it is due again after two weeks"


def test_in_the_window_a_backup_counts_when_it_has_its_place(create_client: CreateClient, tmp_path: Path) -> None:
    client = create_client("kg", in_window=True)
    data = client.application.extensions["valise.config"].data
    places: list[Path | None] = [None, tmp_path / "kept.zip"]

    def save(_name: str, content: Path) -> Path | None:
        place = places.pop(0)
        if place:
            place.write_bytes(content.read_bytes())
        return place

    client.application.extensions["valise.save_file"] = save
    token = csrf(client.get("/").get_data(as_text=True))
    page = client.post("/backup", data={"csrf_token": token}, follow_redirects=True).get_data(as_text=True)
    assert "Not saved: no place was chosen." in page
    assert last_backup(data) is None
    page = client.post("/backup", data={"csrf_token": token}, follow_redirects=True).get_data(as_text=True)
    assert "kept.zip" in page
    assert last_backup(data) == CLOCK()
    assert list(data.backups.glob("to-be-saved*")) == []


@pytest.mark.parametrize("note", ["", "yesterday", "2015-02-20T09:00:00", "\xff"])
def test_a_note_that_cannot_be_read_counts_as_none(create_client: CreateClient, note: str) -> None:
    client = create_client("kg")
    data = client.application.extensions["valise.config"].data
    data.last_backup.write_bytes(note.encode("latin-1"))
    assert last_backup(data) is None
    assert "None was made yet." in home_of(client)[1]["due-backup"].text_content()


def test_home_says_so_when_nothing_is_due(create_client: CreateClient) -> None:
    client = create_client("kg")
    token = csrf(client.get("/").get_data(as_text=True))
    data = client.application.extensions["valise.config"].data
    for (decision,) in rows(data, "SELECT id FROM decision WHERE coalesce(status, 'open') = 'open'"):
        client.post(f"/decisions/{decision}/delete", data={"csrf_token": token})
    sections = home_of(client)[1]
    assert "Every planned line has progress." in sections["due-plan"].text_content()
    assert "No open action." in sections["due-actions"].text_content()
