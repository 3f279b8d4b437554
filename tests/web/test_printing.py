"""Every document can be looked at page by page, and kept as PDF, Word or Excel file."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from server.web.pages.printing import DOCUMENTS
from tests.conftest import RequireTool
from tests.pdf_reading import flat, text_of
from tests.web.conftest import CreateClient, csrf

AR = {"Accept-Language": "ar"}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_headquarters_looks_at_every_document(create_client: CreateClient, kind: str) -> None:
    client = create_client("hq")
    office = "&office=KG" if kind == "progress" else ""
    page = client.get(f"/print?kind={kind}&period=Y1{office}")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Page 1 of " in text
    picture = client.get(f"/print/page?kind={kind}&period=Y1&page=1{office}")
    assert picture.mimetype == "image/png"
    assert Image.open(io.BytesIO(picture.data)).width > 500


def test_pages_are_turned_by_links_and_end_where_the_document_ends(create_client: CreateClient) -> None:
    client = create_client("hq")
    first = client.get("/print?kind=meeting&period=Y1").get_data(as_text=True)
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    last = client.get("/print?kind=meeting&period=Y1&page=9999").get_data(as_text=True)
    assert 'rel="prev"' in last
    assert 'rel="next"' not in last
    assert client.get("/print/page?kind=meeting&period=Y1&page=9999").status_code == 404


def test_an_office_prints_its_own_and_not_the_annual_report(create_client: CreateClient) -> None:
    client = create_client("kg")
    page = client.get("/print").get_data(as_text=True)
    assert "Annual Progress Report" not in page
    assert 'name="office"' not in page
    shown = client.get("/print?kind=progress&period=Y1&office=MD").get_data(as_text=True)
    assert "Page 1 of " in shown


@pytest.mark.parametrize(("form", "media"), [
    (".pdf", "application/pdf"), (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
])  # fmt: skip
def test_a_document_is_kept_in_each_form(create_client: CreateClient, form: str, media: str) -> None:
    answer = create_client("hq").get(f"/print/file{form}?kind=finance&period=Y1&office=MD&language=ro")
    assert answer.mimetype == media
    assert f"Valise-finance-MD-Y1-ro{form}" in answer.headers["Content-Disposition"]
    if form != ".pdf":
        assert zipfile.is_zipfile(io.BytesIO(answer.data))


@pytest.mark.parametrize("address", ["/print/file.exe?kind=annual", "/print/file.html"])
def test_other_forms_are_not_there(create_client: CreateClient, address: str) -> None:
    assert create_client("hq").get(address).status_code == 404


@pytest.mark.parametrize("query", ["kind=finance&period=Y9", "kind=matrix&period=Y1.7", "kind=annual&period=%00"])
def test_a_period_that_is_not_there_is_one_sentence(create_client: CreateClient, query: str) -> None:
    answer = create_client("hq").get(f"/print?{query}")
    assert answer.status_code == 422
    assert "There is no reporting period" in answer.get_data(as_text=True)


@pytest.mark.parametrize("query", ["kind=nothing", "kind=annual&language=xx", "kind=annual&office=ZZ",
                                   "page=-3&kind=annual"])  # fmt: skip
def test_what_the_address_says_wrongly_is_left_to_the_page(create_client: CreateClient, query: str) -> None:
    assert create_client("hq").get(f"/print?period=Y1&{query}").status_code == 200


def test_a_save_shows_on_the_next_look(create_client: CreateClient, require_tool: RequireTool) -> None:
    client, address = create_client("kg"), "/print/file.pdf?kind=meeting&period=Y1"
    before = flat(text_of(client.get(address).data, require_tool("pdftotext")))
    assert client.get(address).data == client.get(address).data
    form = client.get("/activities/new").get_data(as_text=True)
    output = form.split('name="output_id"')[1].split('<option value="')[2].split('"')[0]
    answers = {"csrf_token": csrf(form), "title": "A visit typed just now", "date_from-year": "2014",
               "output_id": output, "in_report": "1"}
    assert client.post("/activities/new", data=answers).status_code == 302
    told = flat(text_of(client.get("/print/file.pdf?kind=newsletter&period=Y1").data, require_tool("pdftotext")))
    assert "A visit typed just now" in told
    assert flat(text_of(client.get(address).data, require_tool("pdftotext"))) == before


def test_the_page_speaks_arabic(create_client: CreateClient) -> None:
    page = create_client("hq").get("/print?kind=finance&period=Y1", headers=AR).get_data(as_text=True)
    assert '<html lang="ar" dir="rtl">' in page
    assert "language=ar" in page
