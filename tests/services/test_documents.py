"""Documents on request: what can be made is written whole, what cannot is refused and leaves no file."""

from __future__ import annotations

import zipfile
from io import BytesIO

import docx
import openpyxl
import pikepdf
import pytest
import sqlalchemy as sa

from server.base.errors import NotYet, Refused, RulesBroken
from server.db.session import read_session, write_session
from server.domain.framework.commands import define_acronym
from server.domain.framework.models import Output
from server.domain.records import Work
from server.domain.reporting.commands import write_section
from server.domain.reporting.queries import reports
from server.services.documents import KINDS, report_pdf, write_report
from server.services.folder import Folder
from server.services.send import send
from tests.conftest import RequireTool
from tests.pdf_reading import bookmarks_of, flat, text_of
from tests.services.world import NOW, Desk, dump, log, record_id, rows

MADE = ("annual", "progress", "matrix", "workplan", "finance", "meeting", "newsletter", "activity")
REGISTERS = MADE[2:]


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
    with pytest.raises(NotYet, match=r"take one of these: annual, progress,") as error:
        write_report(desk.open("hq"), kind, desk.file("a.pdf"))
    assert kind in error.value.message
    assert not desk.file("a.pdf").exists()


@pytest.mark.parametrize("name", ["a.odt", "a.txt", "a"])
def test_another_form_says_how_to_end_the_name(desk: Desk, name: str):
    with pytest.raises(NotYet, match=r"\.pdf, \.docx or \.xlsx"):
        write_report(desk.open("hq"), "annual", desk.file(name))
    assert not desk.file(name).exists()


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("form", ["docx", "xlsx"])
def test_every_kind_can_be_edited_as_word_or_excel(desk: Desk, kind: str, form: str):
    target = desk.file(f"a.{form}")
    assert write_report(desk.open("hq"), kind, target, period="y1", office="MD", language="ro") is None
    with zipfile.ZipFile(target) as package:
        assert package.testzip() is None


def test_the_word_file_tells_what_the_pages_tell(desk: Desk):
    target = desk.file("annual.docx")
    write_report(desk.open("hq"), "annual", target, period="y1")
    file = docx.Document(str(target))
    headings = [p.text for p in file.paragraphs if p.style.name == "Heading 1"]
    assert headings[:2] == ["Project Data Table", "1.0 Introduction"]
    assert sum(p.style.name == "List Number" for p in file.paragraphs) >= 37 + 40
    assert any("822,771" in cell.text for table in file.tables for row in table.rows for cell in row.cells)


def test_the_workbook_holds_the_amounts_as_numbers(desk: Desk):
    target = desk.file("finance.xlsx")
    write_report(desk.open("hq"), "finance", target, period="y1")
    book = openpyxl.load_workbook(target)
    numbers = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {822771, 454464, 274594.56} <= numbers


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


@pytest.mark.parametrize("kind", REGISTERS)
@pytest.mark.parametrize("language", ["en", "ar", "bn"])
def test_every_kind_is_made_for_the_programme_and_for_an_office(
    desk: Desk, require_tool: RequireTool, kind: str, language: str
):
    hq = desk.open("hq")
    whole, _pages = report_pdf(hq, kind, period="y1", language=language)
    of_office, _pages = report_pdf(hq, kind, period="y1", language=language, office="MD")
    assert whole != of_office
    with pikepdf.open(BytesIO(of_office)) as document:
        assert str(document.Root.Lang) == language
    told = flat(text_of(of_office, require_tool("pdftotext")))
    assert "Moldova country office" in told
    assert "Bangladesh country office" not in told


@pytest.mark.parametrize("kind", REGISTERS)
def test_every_kind_is_made_of_a_period_without_any_record(desk: Desk, kind: str):
    assert report_pdf(desk.open("hq"), kind, period="y4")[1] > 0


class TestTheFinancialStatement:
    """Its totals are those of the seed, and what is derived says from what."""

    def test_funds_flows_and_balance(self, desk: Desk, require_tool: RequireTool):
        told = _told(desk, require_tool, "finance", period="y1")
        for amount in ("USD 822,771.00", "USD 454,464.00", "USD 368,307.00", "274,594.56", "179,869.44", "60.4%"):
            assert amount in told
        assert "Funds at hand (a + b)" in told

    def test_the_next_period_begins_with_what_was_left(self, desk: Desk, require_tool: RequireTool):
        told = _told(desk, require_tool, "finance", period="y2")
        assert "a. Balance when the period began 179,869.44" in told

    def test_an_office_has_no_funds_of_its_own(self, desk: Desk, require_tool: RequireTool):
        told = _told(desk, require_tool, "finance", period="y1", office="KG")
        assert "24,860.40" in told
        assert "Instalments received" not in told


class TestTheWorkPlan:
    """Annual with quarters and sources, multi-annual with a column for each period."""

    def test_a_year_has_quarters_sources_and_accounts(self, desk: Desk, require_tool: RequireTool):
        told = _told(desk, require_tool, "workplan", period="y1", office="KG")
        for word in ("Q1", "Q4", "SDC", "72400", "USD 10,000.00", "Completed", "target: 8"):
            assert word in told
        assert "Multi-annual" not in told

    def test_all_periods_stand_side_by_side(self, desk: Desk, require_tool: RequireTool):
        told = _told(desk, require_tool, "workplan", period="all")
        assert "Multi-annual work plan and budget" in told
        assert "Year 1 Year 2 Year 3 Year 4" in told


class TestTheMatrix:
    """What the board sees of each output in each country."""

    def test_a_half_year_tells_only_what_was_done_in_it(self, desk: Desk, require_tool: RequireTool):
        office = desk.open("kg")
        log(office, "A visit in spring", in_report=1, position=9, date_from="2014-04", output_id=output_of(office))
        log(office, "A visit in autumn", in_report=1, position=10, date_from="2014-11", output_id=output_of(office))
        halves = [flat(text_of(report_pdf(office, "matrix", period=f"y1.{half}")[0], require_tool("pdftotext")))
                  for half in (1, 2)]
        assert ["A visit in spring" in half for half in halves] == [True, False]
        assert ["A visit in autumn" in half for half in halves] == [False, True]

    def test_a_year_has_two_halves_only(self, desk: Desk):
        with pytest.raises(Refused) as error:
            report_pdf(desk.open("hq"), "matrix", period="y1.3")
        assert error.value.code == "no_period"

    def test_constraints_have_their_correction_and_ratings_their_word(self, desk: Desk, require_tool: RequireTool):
        told = _told(desk, require_tool, "matrix", period="y1")
        for word in ("Red", "Amber", "Corrective action", "USD 24,860.40", "62.2%", "E1"):
            assert word in told


def test_the_record_of_a_meeting_tells_who_came_and_what_was_decided(desk: Desk, require_tool: RequireTool):
    told = _told(desk, require_tool, "meeting", period="y1")
    for word in ("First regular meeting of the Global Project Board in Phase II", "52", "Attendance by institution",
                 "Decisions of this meeting"):
        assert word in told


def test_the_newsletter_tells_each_achievement_in_short(desk: Desk, require_tool: RequireTool):
    told = _told(desk, require_tool, "newsletter", period="y1")
    assert "37 achievements" in told
    assert "7 of 8 with an achievement" in told


def output_of(folder: Folder) -> str:
    """The first output of the framework."""
    with read_session(folder.engine) as session:
        return str(session.scalar(sa.select(Output.id).where(Output.number == 1)))


def _told(desk: Desk, require_tool: RequireTool, kind: str, **options: str) -> str:
    content, _pages = report_pdf(desk.open("hq"), kind, **options)
    return flat(text_of(content, require_tool("pdftotext")))


def test_a_year_that_nobody_reported_on_yet_is_empty_not_broken(desk: Desk, require_tool: RequireTool):
    content, pages = report_pdf(desk.open("hq"), "annual", period="y3")
    assert pages > 0
    assert "1.0" in text_of(content, require_tool("pdftotext"))


def _write_text(folder: Folder, kind: str, key: str, text: str, language: str = "text") -> None:
    """Write a text of the folder's own report of the first year."""
    with write_session(folder.engine, folder.author()) as session:
        session.info["clock"] = folder.clock
        work = Work(session, folder.author(), folder.clock)
        (report,) = [one for one in reports(session, office=folder.office.id, kind=kind)
                     if one.period_id == record_id("reporting_period", "y1")]
        known = report.section(key)
        write_section(work, {"report_id": report.id, "key": key, language: text}, id=known.id if known else None)


class TestUnknownFigures:
    """A name in braces that no figure has stops the pages before they are made, with a sentence that says where."""

    def test_it_is_not_printed(self, desk: Desk):
        office = desk.open("kg")
        _write_text(office, "progress", "closing", "We spent {spend} of {budget}.")
        with pytest.raises(RulesBroken) as error:
            write_report(office, "progress", desk.file("a.pdf"), period="y1")
        assert [one.message for one in error.value.errors] == [
            "The text “Closing” of Kyrgyzstan country office asks for the figure {spend}, which there is not: correct "
            "the word in braces."]
        assert not desk.file("a.pdf").exists()

    @pytest.mark.parametrize("field", ["text", "text_local"])
    def test_it_is_not_sent_and_the_report_stays_a_draft(self, desk: Desk, field: str):
        office = desk.open("kg")
        _write_text(office, "progress", "next", "{nonsense}", field)
        before = rows(office.data, "SELECT count(*) FROM sync_outbox"), dump(office)
        with pytest.raises(RulesBroken, match="nonsense"):
            send(office, desk.file("a.pdf"), period="y1")
        assert not desk.file("a.pdf").exists()
        assert (rows(office.data, "SELECT count(*) FROM sync_outbox"), dump(office)) == before

    def test_headquarters_is_told_whose_text_it_is(self, desk: Desk):
        hq = desk.open("hq")
        _write_text(hq, "annual", "executive", "In all {acheivements}.")
        with pytest.raises(RulesBroken, match="“Executive summary” of Programme Management Unit"):
            report_pdf(hq, "annual", period="y1")


class TestTheExecutiveSummary:
    """It stands first when it was written, and leaves no empty heading when not."""

    def test_it_stands_first_with_its_figures(self, desk: Desk, require_tool: RequireTool):
        hq = desk.open("hq")
        usual = [title for level, title, _page in bookmarks_of(report_pdf(hq, "annual", period="y1")[0]) if level == 0]
        assert usual[0] == "Project Data Table"
        _write_text(hq, "annual", "executive", "**{countries_achieved}** of {countries_total}; {countries_late} late; "
                                               "{received_in_period}; {participants} came.")  # fmt: skip
        content, _pages = report_pdf(hq, "annual", period="y1")
        told = [title for level, title, _page in bookmarks_of(content) if level == 0]
        assert told == ["Executive summary", *usual]
        text = flat(text_of(content, require_tool("pdftotext"))).replace("\xa0", " ")
        assert "7 of 8; 0 late; USD 454,464.00; 52 came." in text


def test_what_is_derived_says_from_what(desk: Desk, require_tool: RequireTool):
    text = _told(desk, require_tool, "annual", period="y1")
    for said in ("¹ Derived from: sum of 2 commitments.", "² Derived from: sum of 1 instalment.",
                 "⁴ Derived from: Total expenditures ÷ Total funds received to date; Total expenditures ÷ Total "
                 "confirmed funding.",
                 "¹ Derived from: Budget − Spent. ² Derived from: Spent ÷ Budget. ³ Derived from: sum of 11 rows."):
        assert said in text.replace("\xa0", " "), said


def test_the_list_of_acronyms_holds_those_that_are_used(desk: Desk, require_tool: RequireTool):
    hq = desk.open("hq")
    with write_session(hq.engine, hq.author()) as session:
        session.info["clock"] = hq.clock
        define_acronym(Work(session, hq.author(), hq.clock), {"code": "ZZQ", "title": "Used by nobody"})
    text = flat(text_of(report_pdf(hq, "annual", period="y1")[0], require_tool("pdftotext")))
    assert "Global Forum on Migration and Development" in text
    assert "Used by nobody" not in text
    _write_text(hq, "annual", "overview", "The ZZQ met.")
    assert "Used by nobody" in flat(text_of(report_pdf(hq, "annual", period="y1")[0], require_tool("pdftotext")))
