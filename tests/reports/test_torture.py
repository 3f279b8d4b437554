"""Documents under torture: nothing is clipped, lies over anything else or is lost, and nothing crashes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest

from server.base.money import Money
from server.domain.reporting.figures import Figures
from server.reports import model
from server.reports.charts import BarChart, Series
from server.reports.finance import finance_manuscript
from server.reports.frame import Frame
from server.reports.manuscript import Manuscript, typeset
from server.reports.matrix import matrix_manuscript
from server.reports.meeting import meeting_manuscript
from server.reports.newsletter import newsletter_manuscript
from server.reports.office.word import as_word
from server.reports.office.workbook import as_workbook
from server.reports.story import Story
from server.reports.text.layout import Line
from server.reports.text.pen import Pen
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


@dataclass(frozen=True)
class Drawn:
    """A line of text on a page: its box as letters fill it, in points from the lower left corner."""

    page: int
    text: str
    left: float
    right: float
    bottom: float
    top: float


@contextmanager
def watched_pens() -> Iterator[list[Drawn]]:
    """Every line that any pen draws meanwhile, from the height of its small letters down to its baseline."""
    seen: list[Drawn] = []
    pens: list[Pen] = []
    stock = Pen.text

    def text(self: Pen, line: Line, x: float, y: float, size: float, ink: str, stretch: float = 0.0) -> None:
        if self not in pens:
            pens.append(self)
        right = x + line.width * size / 1000.0 + line.blanks * stretch
        if line.text.strip():
            seen.append(Drawn(pens.index(self), line.text, x, right, y, y + 0.5 * size))
        stock(self, line, x, y, size, ink, stretch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pen, "text", text)
        yield seen


def wrongly_placed(lines: list[Drawn], sizes: Mapping[int, tuple[float, float]]) -> list[str]:
    """Lines outside the margins of their page, and pairs that lie over each other."""
    found: list[str] = []
    by_page: dict[int, list[Drawn]] = {}
    for line in lines:
        by_page.setdefault(line.page, []).append(line)
    for page, drawn in by_page.items():
        width, height = sizes[page]
        side = 62.0 if width < height else 48.0
        found += [f"{page}: sticks out: {line.text[:40]}" for line in drawn if line.left < side - 0.1
                  or line.right > width - side + 0.1 or line.bottom < 30 or line.top > height - 30]
        drawn.sort(key=lambda line: line.bottom)
        for n, one in enumerate(drawn):
            for other in drawn[n + 1:]:
                if other.bottom >= one.top - 0.05:
                    break
                if other.left < one.right - 0.05 and one.left < other.right - 0.05:
                    found.append(f"{page}: {one.text[:40]} lies over {other.text[:40]}")
    return found


def placed(manuscript: Manuscript) -> list[str]:
    """What is wrongly placed in a document."""
    with watched_pens() as lines:
        pdf = typeset(manuscript).pdf
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        boxes = [page.mediabox for page in opened.pages]
    sizes = {n: (float(box[2]), float(box[3])) for n, box in enumerate(boxes)}
    return wrongly_placed(lines, sizes)


@pytest.mark.parametrize("language", ["en", "ar", "bn"])
@pytest.mark.parametrize("kind", TORTURED)
def test_every_line_stands_inside_its_page_and_over_no_other(kind: str, language: str) -> None:
    assert placed(TORTURED[kind](language)) == []


def test_the_check_of_places_finds_what_is_wrong() -> None:
    one, two = Drawn(0, "one", 70, 90, 100, 105), Drawn(0, "two", 80, 99, 103, 108)
    assert wrongly_placed([one, two], {0: (595, 842)}) == ["0: one lies over two"]
    assert wrongly_placed([Drawn(0, "out", 500, 560, 100, 105)], {0: (595, 842)}) == ["0: sticks out: out"]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_four_hundred_outputs_are_planned(language: str) -> None:
    groups = tuple(
        model.PlanGroup(model.Output(n, f"Result {n} of the programme", "country", "UNDP"), (), (
            model.PlanLine("Hold a workshop", NAMES[n % len(NAMES)], (1 + n % 4,), "UNDP", "SDC", "71300",
                           money("12345678.90"), "planned", "", "Y1"),), money("12345678.90"), money("-1.00"))
        for n in range(1, 401))
    assert placed(workplan_manuscript(model.Plan(scope(language), (PERIOD,), groups, ()), WHEN)) == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_documents_about_nothing_say_so(language: str) -> None:
    nothing = scope(language)
    for manuscript in (
        workplan_manuscript(model.Plan(nothing, (PERIOD,), (), ()), WHEN),
        matrix_manuscript(model.Matrix(nothing, (), (), (), ()), WHEN),
        meeting_manuscript(model.MeetingRecords(nothing, ()), WHEN),
        finance_manuscript(_with_flows(model.Statement(nothing, (), (), None, (), (), (), (), (), ())), WHEN),
    ):
        assert placed(manuscript) == []


@pytest.mark.parametrize("language", ["en", "ar", "bn"])
@pytest.mark.parametrize("name", NAMES)
def test_any_name_fits_a_narrow_column_and_a_chart(name: str, language: str) -> None:
    def tell(story: Story) -> None:
        story.table([name, MIXED], [(name, f"-99,999,999.00 {name} {MIXED}")] * 3, (0.05, 0.95))
        story.chart(BarChart(name, [name, MIXED, UNBROKEN], [Series(name, [Decimal(1), Decimal(99999999), None])]))
        story.heading(1, TITLE)

    assert placed(Manuscript(language, Frame(TITLE, when=WHEN), tell)) == []
