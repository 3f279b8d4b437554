"""The log narrowed by person, kind and state: by its address alone, on all pages, in views and in the workbook."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from flask.testing import FlaskClient

from server.services.writers import _found
from server.web.database import session
from tests.web.conftest import CreateClient, csrf, seen
from tests.web.test_activities import page_of, titles


def type_as(client: FlaskClient, person: str) -> None:
    """Say in the settings who types."""
    token = csrf(page_of(client, "/settings"))
    answers = {"csrf_token": token, "person": person, "language": "en", "single_keys": "1"}
    assert client.post("/settings", data=answers).status_code == 302


def log(client: FlaskClient, title: str, path: str = "/activities/new", **more: str) -> None:
    """Log an activity by its form, or change one."""
    page = page_of(client, path)
    output = re.search(r'name="output_id".*?<option value="([^"]+)"', page, re.DOTALL)
    assert output
    answers = {"csrf_token": csrf(page), "seen": seen(page), "title": title, "output_id": output[1],
               "date_from-year": "2014", **more}
    assert client.post(path, data=answers).status_code == 302, title


def test_a_person_finds_what_they_changed_last(create_client: CreateClient) -> None:
    office = create_client("kg")
    before = titles(office, "")
    type_as(office, "Assistant")
    log(office, "Round table")
    assert titles(office, "person=Assistant") == ["Round table"]
    assert sorted(titles(office, "person=Programme officer")) == sorted(before)
    type_as(office, "Programme officer")
    address = re.search(r'class="title"><a href="([^"]+)"', page_of(office, "/activities?person=Assistant"))
    assert address
    log(office, "Round table in Osh", f"{address[1]}/edit")
    assert titles(office, "person=Assistant") == []
    assert "Round table in Osh" in titles(office, "person=Programme officer")
    assert '<option value="Nobody here" selected>' in page_of(office, "/activities?person=Nobody+here")


def test_kind_and_state_narrow_and_go_together(create_client: CreateClient) -> None:
    office = create_client("kg")
    planned = titles(office, "")
    log(office, "Visit without a plan")
    log(office, "Visit for the report", in_report="1")
    assert titles(office, "kind=planned") == planned
    assert sorted(titles(office, "kind=unplanned")) == ["Visit for the report", "Visit without a plan"]
    assert titles(office, "report=0") == ["Visit without a plan"]
    assert titles(office, "report=1&kind=unplanned") == ["Visit for the report"]
    assert titles(office, "report=0&kind=planned") == []
    assert titles(office, "kind=nonsense") == titles(office, "")
    assert titles(office, "kind=unplanned&q=visit+plan&sort=title") == ["Visit without a plan"]


@pytest.mark.parametrize("query", ["person=Programme+officer&sort=title", "kind=planned&report=1", "kind=unplanned"])
def test_the_workbook_holds_what_the_narrowed_list_shows(create_client: CreateClient, query: str) -> None:
    office = create_client("kg")
    type_as(office, "Assistant")
    log(office, "Visit without a plan")
    answer = office.get(f"/activities/workbook?{query}")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    held = {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell}
    shown, others = titles(office, query), set(titles(office, "")) - set(titles(office, query))
    assert shown
    assert set(shown) <= held
    assert not others & held


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_narrowed_list_says_how_it_is_narrowed(create_client: CreateClient, language: str) -> None:
    page = create_client("hq").get("/activities?person=Programme+officer&kind=planned&report=1",
                                   headers={"Accept-Language": language}).get_data(as_text=True)
    for value in ("Programme officer", "planned", "1"):
        assert f'<option value="{value}" selected>' in page
    assert "Show all" in page or language == "ar"


def test_a_database_of_another_make_finds_the_same(create_client: CreateClient) -> None:
    office = create_client("kg")
    type_as(office, "Assistant")
    log(office, "Round table")
    with office.application.app_context():
        (found,) = _found(session(), "Assistant", "activity")
    assert f'href="/activities/{found}"' in page_of(office, "/activities?person=Assistant")
