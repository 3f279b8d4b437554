"""The Annual Progress Report as its reader gets it."""

from __future__ import annotations

import io
import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy.orm import Session

from server.base.i18n import LANGUAGES
from server.base.money import Money
from server.domain.finance.models import Expenditure
from server.reports.annual import annual_document
from server.reports.model import Achievement, AnnualReport, Papers, People
from server.services.consolidate import annual_report
from server.services.load import record_id
from tests.conftest import RequireTool
from tests.example_data import CLOCK, create_example
from tests.pdf_reading import bookmarks_of, flat, misplaced, pages_of, text_of

MOMENT = datetime(2015, 8, 15, 9, tzinfo=UTC)
COUNTRIES = ["Bangladesh", "Ecuador", "Jamaica", "Kyrgyzstan", "Moldova", "Morocco", "Serbia", "Tunisia"]
NEXT = ["Bangladesh", "Ecuador", "Jamaica", "Kyrgyzstan", "Moldova", "Morocco", "Tunisia", "Serbia",
        "Output 5", "Output 6", "Output 7"]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return Session(create_example(tmp_path_factory.mktemp("annual") / "valise.db"))


@pytest.fixture(scope="module")
def report(session: Session) -> AnnualReport:
    return annual_report(session, "Y1", "en", CLOCK)


@pytest.fixture(scope="module")
def pdf(report: AnnualReport) -> bytes:
    return annual_document(report, MOMENT).pdf


@pytest.fixture(scope="module")
def text(pdf: bytes, require_tool: RequireTool) -> str:
    return text_of(pdf, require_tool("pdftotext"))


def chapter(text: str, start: str, end: str) -> str:
    """The text between the last line `start` and the first line `end` behind it."""
    lines = text.split("\n")
    first = max(n for n, line in enumerate(lines) if _begins(line, start))
    last = next(n for n in range(first + 1, len(lines)) if _begins(lines[n], end))
    return "\n".join(lines[first:last])


def _begins(line: str, heading: str) -> bool:
    return line.strip() == heading or (heading not in COUNTRIES and line.strip().startswith(heading))


def items(text: str) -> int:
    """How many numbered items a text has; they count from 1 without a gap."""
    found = [int(n) for n in re.findall(r"^(\d+)\.(?:\s|$)", text, re.MULTILINE)]
    assert found == list(range(1, len(found) + 1))
    return len(found)


def test_sections_stand_in_the_donors_order(pdf: bytes) -> None:
    bookmarks = bookmarks_of(pdf)
    tops = [title for level, title, _page in bookmarks if level == 0]
    assert tops == [
        "Project Data Table", "1.0 Introduction", "2.0 Key achievements for Year 1",
        "3.0 Challenges and reasons for shortfalls in the achievement of outputs",
        "4.0 Summary of key interventions in the next 12 months",
        "Annex A. Milestones by country", "Annex B. Results framework", "Annex C. Delivery by country and output",
        "Annex D. Board meetings and decisions", "Annex E. Participants by sex and institution", "Annex F. Evidence",
        "Annex G. Knowledge products and agreements", "Annex H. Acronyms"]
    below = [(level, title.split(":")[0]) for level, title, _page in bookmarks]
    start, end = below.index((0, "2.0 Key achievements for Year 1")), below.index((0, "Annex A. Milestones by country"))
    assert below[start + 1:end] == [
        (1, "a. Overview"), (1, "b. Achievements by outputs"), (1, "Output 1"), *((2, name) for name in COUNTRIES),
        (1, "Output 5"), (1, "Output 6"), (1, "Output 7"),
        (0, "3.0 Challenges and reasons for shortfalls in the achievement of outputs"), (1, "Lessons learned"),
        (0, "4.0 Summary of key interventions in the next 12 months"), *((1, name) for name in NEXT)]


@pytest.mark.poppler
def test_the_cover_says_what_of_whom_to_whom_and_when(pdf: bytes, require_tool: RequireTool) -> None:
    cover = flat(text_of(pdf, require_tool("pdftotext"), "-l", "1"))
    for said in ("Annual Progress Report", "“Mainstreaming Migration into National Development Strategies” – Phase II",
                 "(February 2014 – January 2015)", "August 2015", "Swiss Agency for Development and Cooperation",
                 "Global Programme Migration and Development", "Programme Management Unit"):
        assert said in cover


@pytest.mark.poppler
def test_the_data_table_has_every_amount_and_its_addends(text: str) -> None:
    table = flat(chapter(text, "Project Data Table", "1.0 Introduction"))
    for said in ("1 February 2014 – 31 January 2018", "1 February 2014 – 31 January 2015", "15 August 2015",
                 "USD 822,771 (368,307 + 454,464)", "USD 454,464.00", "USD 274,594.56",
                 "60.4% of the funds received, 33.4% of the confirmed funding", "Ecuador (to be confirmed)",
                 "Jamaica: Planning Institute of Jamaica"):
        assert said in table.replace("\xa0", " ")


@pytest.mark.poppler
def test_each_country_and_output_has_its_achievements(text: str) -> None:
    part = chapter(text, "2.0 Key achievements", "3.0 Challenges")
    counts = {}
    for name, follows in zip([*COUNTRIES, "Output 5", "Output 6"], [*COUNTRIES[1:], "Output 5", "Output 6", "Output 7"],
                             strict=True):
        counts[name] = items(chapter(part, name, follows))
    counts["Output 7"] = items(part[part.rindex("\nOutput 7"):])
    assert list(counts.values()) == [3, 0, 2, 4, 4, 6, 4, 1, 5, 3, 5]
    assert sum(counts.values()) == 37


@pytest.mark.poppler
def test_each_country_and_output_has_its_interventions(text: str) -> None:
    part = chapter(text, "4.0 Summary", "Annex A")
    counts = [items(chapter(part, name, follows)) for name, follows in itertools.pairwise(NEXT)]
    counts.append(items(part[part.rindex("\nOutput 7"):]))
    assert counts == [3, 1, 7, 2, 6, 3, 4, 3, 4, 3, 4]
    assert sum(counts) == 40


@pytest.mark.poppler
def test_nothing_that_was_reported_is_missing_from_the_pages(text: str, report: AnnualReport) -> None:
    whole = flat(re.sub(r"\d+\.\n", "", text)).replace("- ", "-")
    words = set(re.findall(r"\w+", whole))
    for one in report.achievements:
        assert one.title in whole
        assert set(re.findall(r"\w+", one.narrative)) <= words
    for decision in report.papers.decisions:
        assert set(re.findall(r"\w+", decision.text)) <= words


@pytest.mark.poppler
def test_the_overview_tells_the_computed_figures(text: str) -> None:
    overview = flat(chapter(text, "a. Overview", "b. Achievements")).replace("\xa0", " ")
    assert "7 of 8 countries, or 87.5%" in overview
    assert "37 achievements" in overview
    assert "60.4% of it, and 33.4% of the USD 822,771 confirmed" in overview


@pytest.mark.poppler
def test_another_expenditure_changes_the_pages(session: Session, require_tool: RequireTool) -> None:
    try:
        session.add(Expenditure(id="x", office=record_id("office", "hq"), deleted=0, currency="USD",
                                period_id=record_id("reporting_period", "y1"), amount=Decimal("5405.44")))
        session.flush()
        pdf = annual_document(annual_report(session, "Y1", "en", CLOCK), MOMENT).pdf
    finally:
        session.rollback()
    told = flat(text_of(pdf, require_tool("pdftotext"))).replace("\xa0", " ")
    assert "USD 280,000.00" in told
    assert "61.6% of the funds received, 34.0% of the confirmed funding" in told
    assert "274,594.56" not in told


@pytest.mark.poppler
def test_bookmarks_and_contents_lead_to_the_page_of_their_heading(
        pdf: bytes, text: str, require_tool: RequireTool) -> None:
    pages = [flat(page) for page in text.split("\f")]
    contents = text_of(pdf, require_tool("pdftotext"), "-layout", "-f", "2", "-l", "2")
    printed = [int(n) for n in re.findall(r"\s(\d+)$", contents.split("Contents")[1].split("Page 2")[0], re.MULTILINE)]
    bookmarks = bookmarks_of(pdf)
    assert printed == [page for _level, _title, page in bookmarks]
    for _level, title, page in bookmarks:
        assert title in pages[page - 1]


@pytest.mark.poppler
def test_annexes_stand_on_wide_pages_where_they_are_wide(pdf: bytes) -> None:
    wide = {title[:7] for _level, title, page in bookmarks_of(pdf) if _is_wide(pdf, page)}
    assert wide == {"Annex A", "Annex B"}


def _is_wide(pdf: bytes, page: int) -> bool:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        box = document.pages[page - 1].mediabox
        return bool(box[2] > box[3])


@pytest.mark.poppler
def test_delivery_adds_up_on_the_page_and_says_that_the_split_is_illustrative(text: str) -> None:
    annex = chapter(text, "Annex C.", "Annex D.")
    assert "llustrative" in annex
    numbers = [[Decimal(n.replace(",", "")) for n in re.findall(r"[\d,]+\.\d\d", line)] for line in annex.split("\n")]
    amounts = [n for line in numbers for n in line]
    assert amounts.count(Decimal("274594.56")) >= 1
    assert Decimal("454464.00") in amounts


@pytest.mark.poppler
def test_no_word_is_cut_off_or_lies_over_another(pdf: bytes, require_tool: RequireTool, tmp_path: Path) -> None:
    assert misplaced(pages_of(pdf, require_tool("pdftotext"), tmp_path), 48) == []


@pytest.mark.poppler
def test_long_words_and_long_texts_stay_in_their_cells(
        report: AnnualReport, require_tool: RequireTool, tmp_path: Path) -> None:
    long = "Verwaltungsvereinbarungsentwurfsbesprechungsprotokoll" * 4 + " and what it says, " + "told at length, " * 60
    people = People(women=12345678, men=87654321, participants=99999999, institutions=((long, 1, 2, 3),))
    one = replace(report.achievements[0], title=long, narrative=long * 2, place=long, people=people)
    section = replace(report.outputs[1], achievements=(one,))
    papers = replace(
        report.papers, decisions=(replace(report.papers.decisions[0], text=long, action=long, owner=long, board=long),),
        products=(replace(report.papers.products[0], title=long, note=long),),
        evidence=(replace(report.papers.evidence[0], title=long, file_name="a" * 250 + ".pdf"),))
    rows = tuple(replace(row, name=long, budget=Money(Decimal("99999999.99"))) for row in report.delivery[:2])
    longest = replace(report, outputs=(section,), papers=papers, delivery=rows,
                      challenges=(replace(report.challenges[0], title=long, cause=long, effect=long, owner=long),))
    pdf = annual_document(longest, MOMENT).pdf
    assert misplaced(pages_of(pdf, require_tool("pdftotext"), tmp_path), 48) == []
    joined = flat(text_of(pdf, require_tool("pdftotext"))).replace(" ", "")
    assert "99,999,999.99" in joined
    assert "99,999,999" in joined


@pytest.mark.poppler
def test_empty_sections_say_so(report: AnnualReport, require_tool: RequireTool) -> None:
    empty = replace(
        report, introduction="", overview="", outputs=(), others=(), challenges_text="", challenges=(), lessons=(),
        next_text="", interventions=(), steps=(), milestones=(), results=(), delivery=(),
        papers=Papers((), (), (), (), (), ()))
    text = flat(text_of(annual_document(empty, MOMENT).pdf, require_tool("pdftotext")))
    for sentence in (
            "No introduction was written.", "No overview was written.", "No achievement was reported.",
            "No challenge was reported in this period.", "No lesson was recorded in this period.",
            "No milestones are defined for this programme.", "No indicator is defined for this programme.",
            "No budget and no expenditure are recorded for this period.", "No board met in this period.",
            "No decision was taken or is open.", "Participants were not counted in this period.",
            "No evidence was filed for this period.", "No knowledge product was worked on in this period.",
            "No agreement was drafted or signed in this period.", "No acronyms are listed."):
        assert sentence in text


@pytest.mark.poppler
def test_only_counted_participants_are_told(report: AnnualReport, require_tool: RequireTool) -> None:
    def event(title: str, people: People) -> Achievement:
        return replace(report.achievements[0], title=title, people=people)

    events = (event("Counted by sex", People(women=7, men=5)), event("Counted as a whole", People(participants=52)),
              event("Not counted", People()))
    some = replace(report, outputs=(replace(report.outputs[1], achievements=events),),
                   papers=replace(report.papers, meetings=()))
    text = text_of(annual_document(some, MOMENT).pdf, require_tool("pdftotext"), "-layout")
    annex = chapter(text, "Annex E.", "Annex F.")
    assert re.search(r"Counted by sex .* 7 +5 +12\b", annex)
    assert re.search(r"Counted as a whole .* – +– +52\b", annex)
    assert re.search(r"Counted in all¹ +7 +5 +64\b", annex)
    assert "Not counted" not in annex


def test_the_same_report_gives_the_same_bytes(report: AnnualReport, pdf: bytes) -> None:
    assert annual_document(report, MOMENT).pdf == pdf


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_drawn_in_every_language(session: Session, language: str) -> None:
    rendered = annual_document(annual_report(session, "Y1", language, CLOCK), MOMENT)
    with pikepdf.open(io.BytesIO(rendered.pdf)) as document:
        assert str(document.Root.Lang) == language
        assert str(document.Root.ViewerPreferences.Direction) == ("/R2L" if language == "ar" else "/L2R")
        assert len(document.pages) == rendered.pages
