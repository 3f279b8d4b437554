"""Documents on request: what can be made is written whole, what cannot is refused and leaves no file."""

from __future__ import annotations

import pikepdf
import pytest

from server.base.errors import NotYet, Refused
from server.services.documents import KINDS, report_pdf, write_report
from tests.conftest import RequireTool
from tests.pdf_reading import flat, text_of
from tests.services.world import NOW, Desk, dump, log

MADE = ("annual", "progress")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_annual_report_is_written_in_a_language(desk: Desk, language: str):
    hq = desk.open("hq")
    before = dump(hq)
    target = desk.file("annual.pdf")
    pages = write_report(hq, "annual", target, period="y1", language=language)
    with pikepdf.open(target) as document:
        assert len(document.pages) == pages > 10
        assert str(document.Root.Lang).startswith(language)
    assert dump(hq) == before


def test_the_arabic_one_speaks_arabic(desk: Desk, require_tool: RequireTool):
    content, _pages = report_pdf(desk.open("hq"), "annual", period="y1", language="ar")
    text = text_of(content, require_tool("pdftotext"))
    arabic = sum("\u0600" <= letter <= "\u06ff" or "\ufb50" <= letter <= "\ufeff" for letter in text)
    assert arabic > 500


def test_the_same_records_give_the_same_bytes(desk: Desk):
    hq = desk.open("hq", NOW)
    assert report_pdf(hq, "annual", period="y1") == report_pdf(hq, "annual", period="y1")


def test_headquarters_writes_the_progress_report_of_an_office(desk: Desk, require_tool: RequireTool):
    target = desk.file("progress.pdf")
    write_report(desk.open("hq"), "progress", target, period="y1", office="KG")
    text = flat(text_of(target.read_bytes(), require_tool("pdftotext")))
    assert "Kyrgyzstan" in text
    assert "Moldova country office" not in text


def test_an_office_writes_its_own_progress_report(desk: Desk, require_tool: RequireTool):
    office = desk.open("kg")
    log(office, "A visit to Osh that nobody else knows of", in_report=1, position=9, date_from="2014-06")
    content, _pages = report_pdf(office, "progress", period="y1")
    assert "A visit to Osh that nobody else knows of" in flat(text_of(content, require_tool("pdftotext")))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in MADE])
def test_a_kind_that_is_not_made_yet_says_what_can_be_made(desk: Desk, kind: str):
    with pytest.raises(NotYet, match=r"annual or progress") as error:
        write_report(desk.open("hq"), kind, desk.file("a.pdf"))
    assert kind in error.value.message
    assert not desk.file("a.pdf").exists()


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a"])
def test_another_form_says_how_to_end_the_name(desk: Desk, name: str):
    with pytest.raises(NotYet, match=r"\.pdf"):
        write_report(desk.open("hq"), "annual", desk.file(name))
    assert not desk.file(name).exists()


@pytest.mark.parametrize("options", [
    {"kind": "annual", "period": "y9"},
    {"kind": "progress", "period": "y9", "office": "KG"},
    {"kind": "progress", "period": "y1", "office": "ZZ"},
], ids=["annual", "progress", "office"])  # fmt: skip
def test_what_is_not_there_is_named(desk: Desk, options: dict[str, str]):
    options = dict(options)
    with pytest.raises(Refused) as error:
        write_report(desk.open("hq"), options.pop("kind"), desk.file("a.pdf"), **options)
    assert error.value.code in ("no_period", "no_office")
    assert any(name in error.value.message for name in ("y9", "ZZ"))
    assert not desk.file("a.pdf").exists()


def test_a_year_that_nobody_reported_on_yet_is_empty_not_broken(desk: Desk, require_tool: RequireTool):
    content, pages = report_pdf(desk.open("hq"), "annual", period="y3")
    assert pages > 0
    assert "1.0" in text_of(content, require_tool("pdftotext"))
