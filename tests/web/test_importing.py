"""Import in the browser: templates, a preview before anything is loaded, faults by cell, an office's own table."""

from __future__ import annotations

import io

import openpyxl
import pytest
from flask.testing import FlaskClient
from lxml import html

from server.services.sheets.areas import KEYS
from tests.services.workbooks import columns, own_table
from tests.web.conftest import CreateClient, csrf
from tests.web.people import answers_of, log_one, page_of

_TRACKER = [["Office tracker"], [None], ["Date", "Activité", "Résultat", "Lieu", "Femmes"],
            ["14 mai 2014", "Atelier", "Output 1", "Bichkek", 12], ["2014-Q2", "Étude", 2, "Och", None]]  # fmt: skip


def drop(client: FlaskClient, data: bytes, name: str = "book.xlsx") -> str:
    """Drop a workbook in; the address it leads to."""
    token = csrf(page_of(client, "/import"))
    sent = {"csrf_token": token, "file": (io.BytesIO(data), name)}
    answer = client.post("/import", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.get_data(as_text=True)[-800:]
    return str(answer.headers["Location"])


def press(client: FlaskClient, page: str, action: str) -> str:
    """Press the button of a form; the page it leads to."""
    address = html.fromstring(page).xpath(f"//form[contains(@action, '{action}')]/@action")[0]
    return page_of(client, client.post(address, data=answers_of(page, action)).headers["Location"])


def filled(client: FlaskClient, rows: list[dict[str, object]], key: str = "activities") -> bytes:
    """A template that was filled in."""
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/import/template/{key}").data))
    where = columns(book.worksheets[0])
    for number, row in enumerate(rows, 3):
        for field, value in row.items():
            book.worksheets[0].cell(number, where[field]).value = value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("key", KEYS)
def test_every_template_is_handed_over_in_the_language_of_the_page(
    create_client: CreateClient, key: str, language: str
) -> None:
    answer = create_client("kg").get(f"/import/template/{key}", headers={"Accept-Language": language})
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert sheet.sheet_view.rightToLeft == (language == "ar")


def test_a_workbook_is_looked_at_first_and_loaded_then(create_client: CreateClient) -> None:
    client = create_client("kg")
    data = filled(client, [{"date_from": "2014-05-14", "title": "Round table", "output_id": "1"}])
    page = page_of(client, drop(client, data))
    assert "Round table" in page
    assert "14 May 2014" in page
    assert "New: 1" in page
    assert "Round table" not in page_of(client, "/activities")
    assert "1 record is loaded." in press(client, page, "/load")
    assert "Round table" in page_of(client, "/activities")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_all_faults_stand_in_one_list_by_cell_and_there_is_no_button_to_load(
    create_client: CreateClient, language: str
) -> None:
    client = create_client("kg")
    data = filled(client, [{"date_from": "32.1.2014", "title": "<b>x</b>", "output_id": "9"}, {"women": 1}])
    page = page_of(client, drop(client, data), 422, headers={"Accept-Language": language})
    cells = [row.text_content() for row in html.fromstring(page).xpath("//tbody/tr/td[2]")]
    assert {"C3", "F3", "C4", "E4", "F4"} <= set(cells)
    assert "/load" not in page
    assert "<b>x</b>" not in page


def test_what_is_no_workbook_gets_a_sentence(create_client: CreateClient) -> None:
    client = create_client("kg")
    assert "is not an Excel workbook" in page_of(client, drop(client, b"PK\x03\x04 nonsense"), 422)
    token = csrf(page_of(client, "/import"))
    sent = {"csrf_token": token, "file": (io.BytesIO(b"x"), "letter.docx")}
    answer = client.post("/import", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Choose one Excel workbook" in answer.get_data(as_text=True)
    assert client.get("/import/0190c9a0-0000-7000-8000-000000000000").status_code == 404
    assert client.get("/import/template/nothing").status_code == 404


def test_a_list_is_saved_edited_and_loaded_again(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = log_one(client, "Conference")
    answer = client.get("/activities/workbook?q=conference")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    sheet = book.worksheets[0]
    assert [sheet.cell(row, columns(sheet)["title"]).value for row in range(3, sheet.max_row + 1)] == ["Conference"]
    sheet.cell(3, columns(sheet)["title"]).value = "Conference in Osh"
    target = io.BytesIO()
    book.save(target)
    page = page_of(client, drop(client, target.getvalue()))
    assert "Changed: 1" in page
    press(client, page, "/load")
    assert "Conference in Osh" in page_of(client, address)


def test_what_was_changed_here_as_well_leads_to_the_choice(create_client: CreateClient) -> None:
    client = create_client("kg")
    address = log_one(client, "Conference")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/activities/workbook?q=conference").data))
    sheet = book.worksheets[0]
    sheet.cell(3, columns(sheet)["title"]).value = "Conference in Osh"
    target = io.BytesIO()
    book.save(target)
    edited = page_of(client, f"{address}/edit")
    client.post(f"{address}/edit", data=answers_of(edited, title="Conference in Naryn"))
    page = page_of(client, drop(client, target.getvalue()))
    assert "Changed here as well" in page
    after = press(client, page, "/load")
    assert "Conference in Osh" in after
    assert "Conference in Naryn" in after


def test_an_own_table_is_told_once_and_read_without_asking_the_next_time(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = page_of(client, page_of_redirect(client, drop(client, own_table(_TRACKER))))
    chosen = {one.get("name"): (one.xpath("./option[@selected]/@value") or [""])[0]
              for one in html.fromstring(page).xpath("//form[@data-main]//select")}  # fmt: skip
    assert {name: place for name, place in chosen.items() if place} == {
        "date_from": "0", "title": "1", "output_id": "2", "place": "3", "women": "4"}  # fmt: skip
    action = html.fromstring(page).xpath("//form[@data-main]/@action")[0]
    look = client.post(action, data=answers_of(page, keep="Suivi")).headers["Location"]
    shown = page_of(client, look)
    assert "New: 2" in shown
    press(client, shown, "/load")
    assert "Atelier" in page_of(client, "/activities")
    again = page_of_redirect(client, drop(client, own_table([*_TRACKER, ["2014", "Visite", "1", "Naryn", 3]])))
    page = page_of(client, again)
    assert "Suivi" in page
    assert "New: 1" in page
    assert "The same as here: 2" in page


def page_of_redirect(client: FlaskClient, address: str) -> str:
    """Where an address leads on to."""
    answer = client.get(address)
    assert answer.status_code == 302
    return str(answer.headers["Location"])


@pytest.mark.parametrize("asked", ["sheet=&table=&head=&columns=", "sheet=x&table=activity&head=1&columns=title:0",
                                   "sheet=Tracker&table=x&head=9&columns=,,:", "table=office&columns=code:1",
                                   "sheet=Tracker&table=activity&head=3&columns=title:999,place:1e3"])
def test_an_address_that_somebody_typed_is_no_trouble(create_client: CreateClient, asked: str) -> None:
    client = create_client("kg")
    address = drop(client, own_table(_TRACKER))
    for page in (f"{address}?{asked}", f"{address}/columns?{asked}"):
        assert client.get(page).status_code in (200, 302, 422)
