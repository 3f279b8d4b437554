"""Documents under torture: nothing is clipped, lies over anything else or is lost, and nothing crashes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from server.base.money import Money
from server.domain.reporting.figures import Figures
from server.reports import model
from server.reports.finance import finance_manuscript
from server.reports.manuscript import Manuscript, typeset
from server.reports.matrix import matrix_manuscript
from server.reports.meeting import meeting_manuscript
from server.reports.newsletter import newsletter_manuscript
from server.reports.office.word import as_word
from server.reports.office.workbook import as_workbook
from server.reports.workplan import workplan_manuscript
from tests.conftest import RequireTool
from tests.pdf_reading import flat, misplaced, pages_of, text_of

WHEN = datetime(2015, 8, 15, 9, tzinfo=UTC)
USD = "USD"
#: a country's name in every script that the fonts have, and one that they do not have
NAMES = ("Kyrgyzstan", "Кыргызстан", "المغرب", "বাংলাদেশ", "Србија", "Τυνησία", "Việt Nam", "日本")
MIXED = "وافقت UNDP على 3 مشاريع (87.5%) – the board said “نعم” 12/05/2014 – ৪৫,৬৭৮ টাকা – 😀 \U0001f9ff ☃ \ue000"
TITLE = ("A very thorough review of everything that was agreed, " * 40)[:2000]
STORY = ("The board met, heard the report and asked for another one. " * 900)[:50_000]
UNBROKEN = "Verwaltungsvereinbarungsentwurfsbesprechungsprotokoll" * 12

PROGRAMME = model.Programme(MIXED, "Migration", "Phase II", "2014-02", "2018-01", "UNDP", "UNDP", ("UNDP", "IOM"),
                            MIXED, TITLE, USD)
PERIOD = model.Period("Y1", "Year 1", "2014-02-01", "2015-01-31")
OUTPUT = model.Output(1, TITLE, "country", "UNDP")


def money(amount: str) -> Money:
    return Money(Decimal(amount), USD)


def scope(language: str) -> model.Scope:
    return model.Scope(language, PROGRAMME, PERIOD)


def achievement(title: str, narrative: str, country: str = "") -> model.Achievement:
    people = model.People(12345678, 87654321, 99999999, ((UNBROKEN, 1, 2, 3),))
    return model.Achievement(title, narrative, "2014-06-02", "2014-07-24", MIXED, "UNDP", ("IOM",), "", people,
                             (1, 999), country, 1)


def challenge() -> model.Challenge:
    return model.Challenge(TITLE, "risk", MIXED, UNBROKEN, STORY[:8000], "", MIXED, "open", "2014", "")


def finance(language: str) -> Manuscript:
    row = model.DeliveryRow("country", MIXED, money("12345678.90"), money("-99999999.99"))
    funds = tuple(model.Funds(name, UNBROKEN, "2014", money("-12345678.90")) for name in NAMES)
    flows = model.Flows(*(money("-99999999.99") for _n in range(5)))
    spent = tuple(model.Spending(name, UNBROKEN, "2014-Q3", TITLE, money("99999999.99")) for name in NAMES)
    statement = model.Statement(scope(language), funds, funds, flows, (row,) * 8, (row,) * 400, (row,), spent,
                                (Money(Decimal(5), "EUR"),), (MIXED,))
    return finance_manuscript(statement, WHEN)


def workplan(language: str) -> Manuscript:
    lines = tuple(
        model.PlanLine(text, name, (1, 2, 3, 4), MIXED, "SDC", UNBROKEN[:40], money("99999999.99"), "delayed", "red",
                       "Y1")
        for name in NAMES for text in (TITLE, UNBROKEN, MIXED))
    groups = tuple(model.PlanGroup(model.Output(n, f"Result {n}", "country", "UNDP"), ((MIXED, "8"),), lines[:1],
                                   money("1.00"), money("-99999999.99")) for n in range(1, 60))
    whole = model.PlanGroup(OUTPUT, ((TITLE, STORY[:500]),), lines, money("12345678.90"), money("0.00"))
    return workplan_manuscript(model.Plan(scope(language), (PERIOD,), (whole, *groups), (MIXED,)), WHEN)


def matrix(language: str) -> Manuscript:
    row = model.MatrixRow(NAMES[2], ((MIXED, "99999999", UNBROKEN),), (TITLE, MIXED), (achievement(TITLE, ""),),
                          NAMES, "amber", (challenge(), challenge()), (UNBROKEN, TITLE), money("12345678.90"),
                          money("-99999999.99"))
    groups = ((OUTPUT, (row, row)), (None, (row,)))
    return matrix_manuscript(model.Matrix(scope(language), groups, (), (), (MIXED,)), WHEN)


def meeting(language: str) -> Manuscript:
    held = model.Meeting(UNBROKEN, "global", NAMES[3], TITLE, "2014-06-02", None, MIXED, STORY[:3000], STORY,
                         model.People(1, 2, 3, tuple((name, 1, None, 99999999) for name in (*NAMES, UNBROKEN))))
    decision = model.Decision(UNBROKEN, "2014", TITLE, STORY[:6000], MIXED, "2014-12", "open", None, MIXED)
    record = model.Minutes(held, ((UNBROKEN, "chair"),), (decision,) * 3, (decision,))
    return meeting_manuscript(model.MeetingRecords(scope(language), (record, record)), WHEN)


def newsletter(language: str) -> Manuscript:
    figures = Figures(*(money("1.00"),), (), *(money("-99999999.99"),) * 4, 7, 8, 12345678, 40, None)
    stories = tuple((name, (achievement(TITLE, STORY, name), achievement(MIXED, MIXED, name))) for name in NAMES)
    line = model.Intervention(TITLE, (1, 4), MIXED, "UNDP", None, "planned", "", "", "", OUTPUT, True)
    product = model.Product(UNBROKEN, "study", "draft", ("en", "ar", "xx"), 5, None, "", "", 1)
    people = model.People(1, None, 99999999)
    news = model.Newsletter(scope(language), f"{MIXED}\n\n{STORY[:4000]}", figures, people, stories, (product,),
                            ((MIXED, (line,)),))
    return newsletter_manuscript(news, WHEN)


TORTURED: dict[str, Callable[[str], Manuscript]] = {
    "finance": finance, "workplan": workplan, "matrix": matrix, "meeting": meeting, "newsletter": newsletter}


@pytest.mark.poppler
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("kind", TORTURED)
def test_nothing_sticks_out_or_lies_over_anything(
    kind: str, language: str, require_tool: RequireTool, tmp_path: Path
) -> None:
    pdf = typeset(TORTURED[kind](language)).pdf
    assert misplaced(pages_of(pdf, require_tool("pdftotext"), tmp_path), 48) == []


@pytest.mark.poppler
def test_a_cell_longer_than_three_pages_goes_on_to_its_end(require_tool: RequireTool) -> None:
    text = " ".join(f"word{n}" for n in range(4000))
    decision = model.Decision("Board", "2014", "Decided", text, "Unit", None, "open", None, "")
    held = model.Meeting("Board", "global", "", "Meeting", "2014", None, "", "", "", model.People())
    records = model.MeetingRecords(scope("en"), (model.Minutes(held, (), (decision,), ()),))
    told = flat(text_of(typeset(meeting_manuscript(records, WHEN)).pdf, require_tool("pdftotext")))
    missing = {f"word{n}" for n in range(4000)} - set(told.split())
    assert missing == set()


@pytest.mark.poppler
def test_a_narrative_of_fifty_thousand_characters_is_told_whole(require_tool: RequireTool) -> None:
    text = " ".join(f"n{n}" for n in range(9000))
    held = model.Meeting("Board", "global", "", "Meeting", "2014", None, "", "", text, model.People())
    records = model.MeetingRecords(scope("en"), (model.Minutes(held, (), (), ()),))
    told = flat(text_of(typeset(meeting_manuscript(records, WHEN)).pdf, require_tool("pdftotext")))
    assert set(text.split()) <= set(told.split())


@pytest.mark.parametrize("kind", TORTURED)
@pytest.mark.parametrize("form", [as_word, as_workbook])
def test_word_and_excel_take_it_too(kind: str, form: Callable[[Manuscript], bytes]) -> None:
    assert form(TORTURED[kind]("ar"))[:2] == b"PK"


@pytest.mark.poppler
@pytest.mark.parametrize("name", NAMES[:-1])
def test_a_name_copies_as_it_was_written_in_every_script(name: str, require_tool: RequireTool) -> None:
    funds = (model.Funds(name, "", None, money("1.00")),)
    statement = model.Statement(scope("en"), funds, (), None, (), (), (), (), (), ())
    pdf = typeset(finance_manuscript(_with_flows(statement), WHEN)).pdf
    told = text_of(pdf, require_tool("pdftotext")).translate(dict.fromkeys(map(ord, "\u202a\u202b\u202c\u200e\u200f")))
    assert name in told


def _with_flows(statement: model.Statement) -> model.Statement:
    return replace(statement, flows=model.Flows(*(money("0.00") for _n in range(5))))


def test_the_same_document_gives_the_same_bytes() -> None:
    for kind, make in TORTURED.items():
        assert typeset(make("en")).pdf == typeset(make("en")).pdf, kind
