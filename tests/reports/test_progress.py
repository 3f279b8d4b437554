"""An office's progress report as its reader gets it."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy.orm import Session

from server.base.money import Money
from server.reports.model import Papers, ProgressReport
from server.reports.progress import progress_document
from server.reports.sheets import Rendered, Stamp
from server.services.consolidate import progress_report
from tests.conftest import RequireTool
from tests.example_data import create_example, office
from tests.pdf_reading import bookmarks_of, flat, misplaced, pages_of, text_of

MOMENT = datetime(2015, 2, 10, 9, tzinfo=UTC)
STAMP = Stamp(MOMENT, 3, "9F3A 22C1", "Programme officer")
LANGUAGES = {"bd": "bn", "ec": "es", "jm": None, "kg": "ru", "md": "ro", "ma": "ar", "rs": "sr", "tn": "fr"}
CHAPTERS = [
    "Report data",
    "1. Summary",
    "2. Achievements",
    "3. Progress of the work plan",
    "4. Milestones",
    "5. Board meetings and decisions",
    "6. Indicators",
    "7. Spending against budget",
    "8. Challenges and lessons learned",
    "9. Key interventions in the next 12 months",
    "10. Agreements and knowledge products",
    "11. Evidence",
]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return Session(create_example(tmp_path_factory.mktemp("progress") / "valise.db"))


def told(session: Session, code: str, language: str = "en") -> ProgressReport:
    return progress_report(session, office(code), "Y1", language)


def drawn(session: Session, code: str, stamp: Stamp = STAMP) -> Rendered:
    local = LANGUAGES.get(code)
    return progress_document(told(session, code), told(session, code, local) if local else None, stamp)


def test_chapters_are_numbered_without_a_gap(session: Session) -> None:
    tops = [title for level, title, _page in bookmarks_of(drawn(session, "jm").pdf) if level == 0]
    assert tops == CHAPTERS


def test_headquarters_has_no_milestones_of_its_own(session: Session) -> None:
    tops = [title for level, title, _page in bookmarks_of(drawn(session, "hq").pdf) if level == 0]
    assert [re.sub(r"^\d+\. ", "", title) for title in tops] == [
        re.sub(r"^\d+\. ", "", title) for title in CHAPTERS if "Milestones" not in title
    ]
    assert [int(t.split(".")[0]) for t in tops[1:]] == list(range(1, len(CHAPTERS) - 1))


def test_an_office_with_a_language_of_its_own_tells_everything_twice(session: Session) -> None:
    bookmarks = bookmarks_of(drawn(session, "kg").pdf)
    parts = [(title, page) for level, title, page in bookmarks if level == 0]
    assert [title for title, _page in parts] == ["English", "Русский"]
    below = [title for level, title, _page in bookmarks if level == 1]
    assert below[: len(CHAPTERS)] == CHAPTERS
    assert len(below) == 2 * len(CHAPTERS)


@pytest.mark.poppler
def test_the_second_part_holds_the_texts_in_the_offices_language(session: Session, require_tool: RequireTool) -> None:
    rendered = drawn(session, "kg")
    second = next(page for level, _title, page in bookmarks_of(rendered.pdf) if level == 0 and page > 3)
    pages = [flat(page) for page in text_of(rendered.pdf, require_tool("pdftotext")).split("\f")]
    english, russian = " ".join(pages[2 : second - 1]), " ".join(pages[second - 1 :])
    local, plain = told(session, "kg", "ru"), told(session, "kg")
    for text, there, elsewhere in ((local.summary, russian, english), (plain.summary, english, russian)):
        assert text in there
        assert text not in elsewhere
    for one in local.sections[0].achievements:
        assert one.title in russian


@pytest.mark.poppler
def test_the_pages_carry_office_dispatch_and_fingerprint(session: Session, require_tool: RequireTool) -> None:
    pages = text_of(drawn(session, "jm").pdf, require_tool("pdftotext"), "-layout").split("\f")[:-1]
    for number, page in enumerate(pages[1:], 2):
        foot = flat(page.strip().split("\n")[-1])
        assert foot == f"Jamaica country office · Dispatch 3 · 9F3A 22C1 Page {number} of {len(pages)}"
    cover = flat(pages[0])
    for said in ("Progress Report", "Jamaica country office", "Year 1", "Programme Management Unit", "9F3A 22C1"):
        assert said in cover


def test_the_cover_has_a_box_for_the_signature_when_somebody_signs(session: Session) -> None:
    signed = drawn(session, "jm")
    assert signed.signature_box is not None
    left, bottom, right, top = signed.signature_box
    assert signed.signature_page == 0
    assert 0 < left < right < 596
    assert 0 < bottom < top < 400
    assert drawn(session, "jm", Stamp(MOMENT)).signature_box is None


@pytest.mark.poppler
def test_pages_that_are_no_dispatch_name_none(session: Session, require_tool: RequireTool) -> None:
    assert "Dispatch" not in text_of(drawn(session, "jm", Stamp(MOMENT)).pdf, require_tool("pdftotext"))


@pytest.mark.poppler
def test_figures_follow_the_records(session: Session, require_tool: RequireTool) -> None:
    report = told(session, "kg")
    text = flat(text_of(progress_document(report, None, STAMP).pdf, require_tool("pdftotext"))).replace("\xa0", " ")
    assert "4 achievements" in text
    assert "2 key interventions" in text
    assert "USD 24,860.40 (62.2% of the budget)" in text
    more = replace(report, figures=replace(report.figures, spent_in_period=Money(Decimal("30000.00"))))
    text = flat(text_of(progress_document(more, None, STAMP).pdf, require_tool("pdftotext"))).replace("\xa0", " ")
    assert "USD 30,000.00 (75.0% of the budget)" in text


@pytest.mark.poppler
def test_status_and_rating_are_said_in_words(session: Session, require_tool: RequireTool) -> None:
    text = text_of(progress_document(told(session, "kg"), None, STAMP).pdf, require_tool("pdftotext"), "-layout")
    assert re.search(r"Completed\s+Green", text)
    assert re.search(r"Delayed\s+Amber", text)
    assert re.search(r"In progress", text)


@pytest.mark.poppler
@pytest.mark.parametrize("code", LANGUAGES)
def test_no_word_is_cut_off_or_lies_over_another(
    session: Session, code: str, require_tool: RequireTool, tmp_path: Path
) -> None:
    pages = pages_of(drawn(session, code).pdf, require_tool("pdftotext"), tmp_path)
    assert misplaced(pages, 62) == []


@pytest.mark.poppler
@pytest.mark.parametrize("code", ["kg", "ma"])
def test_contents_tell_the_page_of_each_heading(session: Session, code: str, require_tool: RequireTool) -> None:
    pdf = drawn(session, code).pdf
    contents = text_of(pdf, require_tool("pdftotext"), "-layout", "-f", "2", "-l", "2")
    listed = contents.split("Contents")[1].split("Page 2")[0]
    printed = [int(n or m) for n, m in re.findall(r"\s(\d+)$|^\s*(\d+)\s(?=\s)", listed, re.MULTILINE)]
    pages = [page for _level, _title, page in bookmarks_of(pdf)]
    assert printed == pages


@pytest.mark.poppler
def test_empty_sections_say_so(session: Session, require_tool: RequireTool) -> None:
    report = told(session, "jm")
    empty = replace(
        report,
        summary="",
        sections=(),
        closing="",
        plan=(),
        results=(),
        delivery=(),
        challenges_text="",
        challenges=(),
        lessons=(),
        next_text="",
        interventions=(),
        papers=Papers((), (), (), (), (), ()),
        figures=replace(report.figures, achievements=0, interventions=0),
    )
    text = flat(text_of(progress_document(empty, None, STAMP).pdf, require_tool("pdftotext")))
    for sentence in (
        "No summary was written.",
        "No achievement was reported in this period.",
        "Nothing was planned for this period.",
        "No board met in this period.",
        "No decision was taken or is open.",
        "No indicator has a target or a value for this office in this period.",
        "No budget and no expenditure are recorded for this period.",
        "No challenge was reported in this period.",
        "No lesson was recorded in this period.",
        "No key intervention is planned yet.",
        "No agreement was drafted or signed in this period.",
        "No knowledge product was worked on in this period.",
        "No evidence was filed for this period.",
    ):
        assert sentence in text


@pytest.mark.poppler
def test_english_remarks_keep_their_order_among_arabic(session: Session, require_tool: RequireTool) -> None:
    report = told(session, "ma", "ar")
    remark = "Signed (in Rabat)."
    lesson = replace(report.lessons[0], title="First things first", text=remark)
    pdf = progress_document(told(session, "ma"), replace(report, lessons=(lesson,)), STAMP).pdf
    text = re.sub("[\u2066-\u2069]", "", text_of(pdf, require_tool("pdftotext")))
    assert f"First things first. {remark}" in flat(text)


def test_the_same_report_gives_the_same_bytes(session: Session) -> None:
    assert drawn(session, "ma").pdf == drawn(session, "ma").pdf


def test_the_file_says_what_it_is(session: Session) -> None:
    with pikepdf.open(io.BytesIO(drawn(session, "kg").pdf)) as document:
        assert str(document.docinfo.Title) == "Progress Report"
        assert str(document.docinfo.Author) == "Kyrgyzstan country office"
        assert "Year 1" in str(document.docinfo.Subject)
