"""The Word file is one that people can go on editing: real headings, lists, tables and directions, no dead text."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from server.base.i18n import use_language
from server.reports.charts import BarChart, Series
from server.reports.frame import Cover, Frame
from server.reports.manuscript import Manuscript
from server.reports.office.word import as_word
from server.reports.story import Band, Span, Story

WHEN = datetime(2015, 8, 15, 9, tzinfo=UTC)
CHART = BarChart("Delivery", ["Kyrgyzstan", "Moldova"], [Series("Spent", [Decimal(24860), Decimal(47935)])], "USD")


def manuscript(tell: Any, language: str = "en") -> Manuscript:
    frame = Frame("Annual Progress Report", subtitle="Year 1", author="Programme Management Unit", subject="Migration",
                  header_start="Phase II", footer_start="2014", when=WHEN,
                  cover=Cover("UNDP", [("Programme", "Phase II")], "Donor", "Unit"))
    return Manuscript(language, frame, tell)


def written(tell: Any, language: str = "en") -> Any:
    return docx.Document(io.BytesIO(as_word(manuscript(tell, language))))


def whole(story: Story) -> None:
    story.contents()
    story.heading(1, "Key achievements")
    story.heading(2, "By output")
    story.paragraph("First.\n\nSecond.")
    story.numbered([("Launch", "The phase was launched.", "April 2014")])
    story.bullets(["One", (Span("Two", bold=True),)])
    story.table(["Country", "Spent"], [Band("Asia"), ("Kyrgyzstan", "24,860.40"), ("Total", "24,860.40")],
                widths=(0.6, 0.4), align="lr", caption="Delivery", total_row=True, tints={(1, 1): "green"})
    story.landscape()
    story.chart(CHART, alternative="Moldova spent more.")
    story.portrait()
    story.heading(1, "Annex")


def test_headings_are_headings_and_the_contents_field_holds_them() -> None:
    file = written(whole)
    by_style = [(p.style.name, p.text) for p in file.paragraphs if p.style.name.startswith("Heading")]
    assert by_style == [("Heading 1", "Key achievements"), ("Heading 2", "By output"), ("Heading 1", "Annex")]
    body = file.element.body.xml
    assert 'TOC \\o "1-3"' in body
    assert [p.text for p in file.paragraphs].count("Key achievements") == 2
    assert body.count('w:fldCharType="begin"') == body.count('w:fldCharType="end"') == 1
    assert file.settings.element.find(qn("w:updateFields")) is not None


def test_lists_and_paragraphs_have_their_styles() -> None:
    told = {p.text: p.style.name for p in written(whole).paragraphs}
    assert told["First."] == told["Second."] == "Normal"
    assert told["1.\tLaunch"] == "List Number"
    assert told["One"] == told["Two"] == "List Bullet"


def test_a_table_repeats_its_head_keeps_rows_whole_and_tints_cells() -> None:
    file = written(whole)
    table = file.tables[-1]
    assert [cell.text for cell in table.rows[0].cells] == ["Country", "Spent"]
    assert table.rows[0]._tr.find(".//" + qn("w:tblHeader")) is not None
    assert all(row._tr.find(".//" + qn("w:cantSplit")) is not None for row in table.rows[1:])
    assert table.rows[1].cells[0]._tc is table.rows[1].cells[1]._tc
    assert table.rows[2].cells[1]._tc.find(".//" + qn("w:shd")).get(qn("w:fill")) == "d3ecd6"
    assert all(run.bold for cell in table.rows[3].cells for run in cell.paragraphs[0].runs)


def test_wide_pages_lie_between_upright_ones() -> None:
    sections = written(whole).sections
    assert [s.page_width > s.page_height for s in sections] == [False, True, False]


def test_a_chart_is_a_picture_with_its_words() -> None:
    file = written(whole)
    (shape,) = file.inline_shapes
    assert shape._inline.docPr.get("descr") == "Moldova spent more."
    assert "Moldova spent more." in [p.text for p in file.paragraphs]


def test_an_arabic_document_runs_from_right_to_left_and_english_in_it_keeps_its_order() -> None:
    def tell(story: Story) -> None:
        story.paragraph("وافق المجلس على الخطة.")
        story.paragraph("The board agreed.")
        story.table(["البلد"], [("المغرب",)])

    file = written(tell, "ar")
    arabic, english = file.paragraphs[-2:]
    assert arabic._p.pPr.find(qn("w:bidi")) is not None
    assert arabic.runs[0]._r.rPr.find(qn("w:rtl")) is not None
    assert english._p.pPr.find(qn("w:bidi")) is None
    assert file.tables[-1]._tbl.tblPr.find(qn("w:bidiVisual")) is not None


@pytest.mark.parametrize("text", ["\x00\x0b", "\ud800", "= 1 + 1", "&<>\"'", "😀", "ক্ষ", "\u2067x\u2069"])
def test_any_text_gives_a_file_that_opens(text: str) -> None:
    file = written(lambda story: (story.paragraph(f"a{text}b"), story.table([text], [(text,)])))
    assert file.paragraphs[-1].text.startswith("a") or file.tables


def test_the_same_manuscript_gives_the_same_bytes_without_the_hour_of_packing() -> None:
    first, second = as_word(manuscript(whole)), as_word(manuscript(whole))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2015-08-15T09:00:00Z" in package.read("docProps/core.xml")


def test_properties_say_what_it_is() -> None:
    about = written(whole).core_properties
    assert (about.title, about.author, about.language) == ("Annual Progress Report", "Programme Management Unit", "en")
    with use_language("fr"):
        assert written(whole, "fr").core_properties.language == "fr"
