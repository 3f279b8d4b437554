"""Footnotes: raised numbers that lead to notes set below, for eyes, for ears and in each form of a document."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pikepdf
import pytest

from server.base.i18n import number_text, use_language
from server.reports.frame import Frame
from server.reports.manuscript import Manuscript
from server.reports.office.word import as_word
from server.reports.office.workbook import as_workbook
from server.reports.sheets import Rendered
from server.reports.story import Story
from server.reports.text.faces import Style, stack
from tests.reports.conftest import MOMENT

Make = Callable[..., Rendered]
Read = Callable[..., str]


def tell(story: Story) -> None:
    story.heading(1, "One")
    story.table(
        ["Country", story.footnote("Left", "Budget less spent")],
        [("Serbia", story.footnote(number_text(12), "Of two rows")), ("Total", story.footnote("12", "Of two rows"))],
        caption="Money", align="lr", total_row=True,
    )
    story.footnotes()
    story.paragraph(story.footnote("A sentence with a note behind it.", "Second table"))


def noted(language: str = "en") -> Story:
    story = Story(language)
    with use_language(language):
        tell(story)
    return story


def walk(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    yield element
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from walk(kid)


@pytest.mark.poppler
def test_marks_are_raised_and_notes_stand_below_in_their_order(make_pdf: Make, pdf_text: Read) -> None:
    lines = [" ".join(line.split()) for line in pdf_text(make_pdf(noted()).pdf, layout=True).splitlines()]
    assert [line for line in lines if line][:9] == [
        "One", "Money", "Country Left¹", "Serbia 12²", "Total 12²", "¹ Budget less spent", "² Of two rows",
        "A sentence with a note behind it.¹", "¹ Second table"]


@pytest.mark.parametrize("language", ["en", "ar", "bn"])
def test_each_mark_leads_to_its_note_and_who_hears_it_is_told(make_pdf: Make, language: str) -> None:
    with pikepdf.open(io.BytesIO(make_pdf(noted(language)).pdf)) as pdf:
        elements = list(walk(pdf.Root.StructTreeRoot.K))
        notes = [str(one.ID) for one in elements if one.S == "/Note"]
        assert notes == ["note1", "note2", "note3"]
        names = pdf.Root.StructTreeRoot.IDTree.Names
        assert [str(names[n]) for n in range(0, len(names), 2)] == notes
        links = [one for page in pdf.pages for one in page.obj.Annots]
        first, second, again, third = [float(one.Dest[3]) for one in links]
        assert first > second == again > third, "places on the page, from its top"
        assert [str(one.Contents) for one in links] == [f"Footnote {n}" for n in (1, 2, 2, 1)]
        marks = [one for one in elements if one.S == "/Reference"]
        assert [str(mark.P.S) for mark in marks] == ["/TH", "/TD", "/TD", "/P"]
        assert all(mark.K.S == "/Link" for mark in marks)


def test_a_note_that_nobody_set_is_set_at_the_end(make_pdf: Make) -> None:
    story = Story()
    story.paragraph(story.footnote("Words", "Note"))
    with pikepdf.open(io.BytesIO(make_pdf(story).pdf)) as pdf:
        assert [str(one.ID) for one in walk(pdf.Root.StructTreeRoot.K) if one.S == "/Note"] == ["note1"]


def test_no_line_ends_between_a_word_and_its_mark() -> None:
    from server.reports.text.linebreak import breaks

    for words in ("word", "12.5", "(word)", "87 %", "word.", "نص", "কাজ"):
        assert len(words) not in breaks(f"{words}¹ next"), words


def test_every_face_has_raised_digits() -> None:
    for style in Style:
        assert all(any(face.covers(digit) for face in stack(style)) for digit in "⁰¹²³⁴⁵⁶⁷⁸⁹")


def test_word_shows_the_notes_and_excel_keeps_the_numbers() -> None:
    import docx
    import openpyxl

    manuscript = Manuscript("en", Frame("A report", when=MOMENT), tell)
    file = docx.Document(io.BytesIO(as_word(manuscript)))
    texts = [paragraph.text for paragraph in file.paragraphs]
    assert {"¹ Budget less spent", "² Of two rows"} <= set(texts)
    assert "A sentence with a note behind it.¹" in texts
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(manuscript)))
    assert any(cell.value == 12 for sheet in book for row in sheet.iter_rows() for cell in row)
