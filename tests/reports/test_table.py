"""Tables: heads on every page, every word once and inside its cell, rows cut only when they must be, linear time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from server.reports import table as table_module
from server.reports.flow import Room
from server.reports.frame import sheet
from server.reports.styles import text_style
from server.reports.table import Band, Row, Table, TableSpec, facts_table
from server.reports.text.layout import Span
from server.reports.text.paragraph import Paragraph
from server.reports.words import BULLET
from tests.reports.conftest import Page, fill_pages

PAGE = sheet("en")


def make(rows: Sequence[Row], head: Sequence[str] | None = ("Left", "Right"), **fields: object) -> Table:
    values: dict[str, object] = {"widths": (0.5, 0.5), "align": "ll", "language": "en", **fields}
    return Table(TableSpec(head, rows, **values))  # type: ignore[arg-type]


def pages_of(table: Table, language: str = "en") -> list[Page]:
    return fill_pages([table], language)


def words(pages: Sequence[Page]) -> Counter[str]:
    return Counter(word for page in pages for text in page.texts for word in text.split())


def test_the_head_stands_on_every_page_and_every_row_once() -> None:
    pages = pages_of(make([(f"row{n}", f"value{n}") for n in range(200)]))
    assert len(pages) > 3
    assert all(page.texts[:2] == ["Left", "Right"] for page in pages)
    counted = words(pages)
    assert all(counted[f"row{n}"] == 1 and counted[f"value{n}"] == 1 for n in range(200))


def test_a_row_is_not_cut_while_it_fits_a_page() -> None:
    rows = [("\n".join(f"{n}-{line}" for line in range(9)), "x") for n in range(30)]
    for page in pages_of(make(rows)):
        starts = Counter(text.split("-")[0] for text in page.texts if "-" in text)
        assert set(starts.values()) == {9}


def test_a_cell_taller_than_a_page_goes_on_and_loses_nothing() -> None:
    tall = "\n".join(f"tall{n}" for n in range(170))
    pages = pages_of(make([("before", "b"), (tall, "beside"), ("after", "a")]))
    assert len(pages) >= 3
    counted = words(pages)
    assert all(counted[f"tall{n}"] == 1 for n in range(170))
    assert counted["beside"] == counted["after"] == 1
    assert all(page.texts[:2] == ["Left", "Right"] for page in pages)
    assert all(PAGE.bottom <= line.y for page in pages for line in page.lines)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("widths", [(0.5, 0.5), (0.02, 0.98), (0.9, 0.1), None])
def test_nothing_leaves_its_cell_however_long_the_word(language: str, widths: tuple[float, float] | None) -> None:
    nasty = "https://example.org/" + "averyveryverylongaddress" * 20
    rows = [(nasty, "short"), ("short", nasty), ("الانتقال " * 30, "1,234,567,890.00"), (nasty, nasty)]
    table = make(rows, widths=widths, language=language)
    columns = table.columns.at(PAGE.column, table)
    assert sum(c.width for c in columns) == pytest.approx(PAGE.column)
    edges = [(PAGE.left + c.left, PAGE.left + c.left + c.width) for c in columns]
    for page in pages_of(table, language):
        for line in page.lines:
            assert any(left <= line.left + 0.01 and line.right <= right + 0.01 for left, right in edges), line


def test_a_number_is_not_broken_when_another_column_can_spare_room() -> None:
    table = make([("some words of text", "USD\u00a0454,464.00")], widths=(0.95, 0.05), align="lr")
    assert "USD\u00a0454,464.00" in pages_of(table)[0].texts


def widths_of(rows: Sequence[Row], head: Sequence[str], **fields: object) -> list[float]:
    table = make(rows, head, widths=None, align="l" * len(head), **fields)
    return [column.width for column in table.columns.at(PAGE.column, table)]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_empty_column_is_as_narrow_as_its_heading_and_long_texts_share_the_rest(language: str) -> None:
    long = "what was planned, by whom, and what became of it " * 8
    rows = [("Bangladesh", "–", long, long[:200]), ("Global level", "–", long, long[:200])]
    country, empty, most, less = widths_of(rows, ("Country", "Constraint", "Planned", "Next"), language=language)
    assert empty < 65
    assert country < 80
    assert most > less > 100


def test_dates_and_names_stand_in_one_line_beside_long_texts() -> None:
    long = "what was decided, and what follows from it " * 6
    table = make([(long, "17 November 2014", (Span("Bangladesh", bold=True),))] * 3, ("Decision", "Due", "Country"),
                 widths=None, align="lll")
    (page,) = pages_of(table)
    assert {"17 November 2014", "Bangladesh"} <= set(page.texts)


def test_short_tables_fill_their_width() -> None:
    assert sum(widths_of([("a", "b")], ("x", "y"))) == pytest.approx(PAGE.column)


def test_the_lines_of_an_item_stand_below_its_first_word() -> None:
    item = "many words are told of it " * 6
    (page,) = pages_of(make([(f"Partners\n{BULLET}{item}\nin May\n{BULLET}{item}", "x")], None))
    lines = [line for line in page.lines if line.text != "x"]
    bulleted = [BULLET[0] in line.text for line in lines]
    assert sum(bulleted) == 2
    outer = {round(line.left, 1) for line, first in zip(lines, bulleted, strict=True) if first or line is lines[0]}
    inner = {round(line.left, 1) for line, first in zip(lines[1:], bulleted[1:], strict=True) if not first}
    assert len(outer) == len(inner) == 1
    assert 2 < inner.pop() - outer.pop() < 12


def test_columns_are_mirrored_for_right_to_left_readers_and_numbers_keep_their_units_aligned() -> None:
    rows = [("مغرب", "1,000.00"), ("تونس", "20.00")]
    (page,) = pages_of(make(rows, head=("بلد", "مبلغ"), language="ar", align="lr"), "ar")
    at = {line.text: line for line in page.lines}
    assert at["بلد"].left > at["مبلغ"].right
    assert at["بلد"].right == pytest.approx(at["مغرب"].right, abs=0.5)
    assert at["1,000.00"].right == pytest.approx(at["20.00"].right, abs=0.01)


def test_alignment_follows_the_letters() -> None:
    (page,) = pages_of(make([("a", "b", "c")], head=("x", "y", "z"), widths=(1, 1, 1), align="lcr"))
    at = {line.text: line for line in page.lines}
    third = PAGE.column / 3
    assert at["a"].left == pytest.approx(PAGE.left + 5)
    assert (at["b"].left + at["b"].right) / 2 == pytest.approx(PAGE.left + 1.5 * third, abs=0.01)
    assert at["c"].right == pytest.approx(PAGE.left + 3 * third - 5, abs=0.01)


def test_a_band_is_repeated_where_its_rows_go_on_and_never_ends_a_page() -> None:
    rows: list[Row] = []
    for group in range(6):
        rows += [Band(f"Group {group}"), *[(f"g{group}r{n}", "x") for n in range(25)]]
    pages = pages_of(make(rows))
    for page in pages:
        assert page.texts[2].startswith("Group")
        assert not page.texts[-1].startswith("Group")
    assert any(text.endswith("(continued)") for page in pages for text in page.texts)
    assert [text for page in pages for text in page.texts if text.startswith("Group") and "(" not in text] == [
        f"Group {n}" for n in range(6)
    ]


@pytest.mark.parametrize("count", range(30, 46))
def test_a_total_never_stands_alone_on_a_page(count: int) -> None:
    rows = [(f"row{n}", "1") for n in range(count)] + [("Total", str(count))]
    last = pages_of(make(rows, total_row=True))[-1]
    assert last.texts[-2] == "Total"
    assert f"row{count - 1}" in last.texts


@pytest.mark.parametrize("lines_left", range(2, 12))
def test_a_total_of_one_row_stays_with_it(lines_left: int) -> None:
    above = Paragraph("\n" * (47 - lines_left), text_style("body", "en"), language="en", right_to_left=False)
    pages = fill_pages([above, make([("row", "1"), ("Total", "1")], total_row=True)])
    assert any({"row", "Total"} <= set(page.texts) for page in pages)


@pytest.mark.parametrize("count", range(30, 46))
def test_a_last_row_does_not_stand_alone_on_a_page(count: int) -> None:
    for page in pages_of(make([(f"row{n}", "1") for n in range(count)])):
        assert len([text for text in page.texts if text.startswith("row")]) > 1


@pytest.mark.parametrize("gap", range(520, 700, 15))
def test_a_short_table_is_not_cut(gap: int) -> None:
    table = make([(f"row{n}", f"value{n}") for n in range(6)])
    pages = fill_pages([Room(1), Paragraph("Text", text_style("body", "en"), language="en", right_to_left=False),
                        Room(gap), table], "en")
    assert [sum(text.startswith("row") for text in page.texts) for page in pages if "row0" in page.texts] == [6]


def test_tints_and_totals_are_drawn_under_their_rows() -> None:
    pages = fill_pages([make([("a", "b"), ("t", "1")], tints={(0, 1): "green"}, total_row=True)])
    assert pages[0].texts == ["Left", "Right", "a", "b", "t", "1"]


def test_facts_have_no_head_and_keep_their_order() -> None:
    (page,) = fill_pages([facts_table([("Title", "Programme"), ("Period", "2014")], "en")])
    assert page.texts == ["Title", "Programme", "Period", "2014"]


def test_a_table_without_rows_shows_its_head() -> None:
    (page,) = pages_of(make([]))
    assert page.texts == ["Left", "Right"]


def test_twice_the_rows_are_twice_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [0]
    original = table_module.cell_lines

    def counted(*args: object, **fields: object) -> object:
        calls[0] += 1
        return original(*args, **fields)  # type: ignore[arg-type]

    monkeypatch.setattr(table_module, "cell_lines", counted)
    work = []
    for count in (1000, 2000, 4000):
        calls[0] = 0
        pages_of(make([(f"row{n}", "x") for n in range(count)]))
        work.append(calls[0])
    assert work[2] - work[1] <= 2.05 * (work[1] - work[0])
