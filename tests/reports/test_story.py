"""Whole documents: contents, outline, parts in several languages, cover and signature box, same bytes every time."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from server.reports.sheets import Rendered
from server.reports.story import Cover, SignatureBox, Span, Story
from tests.reports.conftest import MOMENT

Make = Callable[..., Rendered]
Read = Callable[..., str]
LONG = "The programme supported the national focal point in organising a workshop. " * 12

ROOT = Path(__file__).resolve().parents[2]


def small_story(language: str = "en") -> Story:
    story = Story(language)
    story.contents()
    for n in (1, 2, 3):
        story.heading(1, f"{n}.0 Chapter {n}")
        story.paragraph(LONG)
        story.heading(2, f"Section {n}")
        story.table(["Country", "Spent"], [["Serbia", f"{n},000.00"]] * 30, [0.7, 0.3], "lr", caption=f"Table {n}")
    return story


def open_pdf(rendered: Rendered) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(rendered.pdf))


def test_contents_name_the_pages_that_headings_are_on(make_pdf: Make, pdf_text: Read) -> None:
    rendered = make_pdf(small_story())
    pages = pdf_text(rendered.pdf, layout=True).split("\f")
    listed = {line.split("  ")[0].strip(): int(line.split()[-1]) for line in pages[0].splitlines() if "Chapter" in line}
    assert len(listed) == 3
    for title, number in listed.items():
        assert title in pages[number - 1]


def test_contents_lead_to_their_headings_and_readers_see_the_outline(make_pdf: Make) -> None:
    with open_pdf(make_pdf(small_story())) as pdf:
        links = [a for a in pdf.pages[0].obj.Annots if a.Subtype == "/Link"]
        assert len(links) == 6
        assert all(int(a.F) & 4 for a in links), "PDF/A wants links that print"
        with pdf.open_outline() as outline:
            assert [item.title for item in outline.root] == [f"{n}.0 Chapter {n}" for n in (1, 2, 3)]
            assert [child.title for child in outline.root[0].children] == ["Section 1"]


def test_a_small_document_reads_as_it_was_told(make_pdf: Make, pdf_text: Read) -> None:
    story = Story("en")
    story.heading(1, "Achievements")
    story.paragraph([Span("Bold. ", bold=True), Span("Plain, "), Span("and slanted.", italic=True)])
    story.numbered([("Endorsement", "It was signed.", "E1")])
    story.bullets(["One", "Two"])
    story.facts([("Period", "2014")])
    text = pdf_text(make_pdf(story, header_start="Programme", footer_start="KG · 3").pdf, layout=True)
    assert [" ".join(line.split()) for line in text.splitlines() if line.strip()] == [
        "Programme",
        "Achievements",
        "Bold. Plain, and slanted.",
        "1. Endorsement",
        "It was signed.",
        "E1",
        "• One",
        "• Two",
        "Period 2014",
        "KG · 3 Page 1 of 1",
    ]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "An office “reports” – 87.5 % of it, e.g. co-financing fi ffl"),
        ("fr", "L’État a réalisé l’œuvre : « déjà » !"),
        ("ro", "știință, țară, încă"),
        ("ru", "Объём подъезда, ёлка"),
        ("sr", "Ђорђе и љубав, њива, ћирилица"),
        ("ar", "أجرى المكتب القطري مشاورات مع المؤسسات الحكومية ولأن لا بُدَّ أُنفق من سيّما الله"),
        ("bn", "কর্মসূচিটি জাতীয় ফোকাল পয়েন্টকে কর্মশালা আয়োজনে সহায়তা করেছে, ক্ষমতা ও দ্বন্দ্ব"),
    ],
)
def test_text_copies_as_it_was_written(make_pdf: Make, pdf_text: Read, language: str, text: str) -> None:
    story = Story(language)
    story.paragraph(text)
    first = pdf_text(make_pdf(story).pdf).split("\n")[0]
    assert unicodedata.normalize("NFC", first) == unicodedata.normalize("NFC", text)


def test_signs_without_a_glyph_still_copy(make_pdf: Make, pdf_text: Read) -> None:
    story = Story("en")
    story.paragraph("done ✓ then → 中文")
    assert pdf_text(make_pdf(story).pdf).startswith("done ✓ then → 中文\n")


@pytest.mark.parametrize("language", ["en", "ar", "bn", "sr"])
def test_all_fonts_are_embedded_as_subsets(make_pdf: Make, language: str) -> None:
    story = small_story(language)
    story.paragraph("القاهرة – ঢাকা – Београд")
    with open_pdf(make_pdf(story, cover=Cover("A band"))) as pdf:
        fonts = pdf.pages[1].obj.Resources.Font
        assert len(fonts) >= 3
        for font in fonts.values():
            descendant = font.DescendantFonts[0]
            assert "+" in str(font.BaseFont)
            assert len(bytes(descendant.FontDescriptor.FontFile2.read_bytes())) > 300
            assert "/ToUnicode" in font
        assert b"Helvetica" not in pdf.pages[0].obj.Contents.read_bytes()
    assert b"/Helvetica" not in make_pdf(story).pdf


def test_a_document_says_what_it_is(make_pdf: Make) -> None:
    rendered = make_pdf(small_story("ar"), "Отчёт", author="مكتب", subject="Progress")
    with open_pdf(rendered) as pdf:
        assert str(pdf.docinfo.Title) == "Отчёт"
        assert str(pdf.docinfo.Author) == "مكتب"
        assert str(pdf.docinfo.Subject) == "Progress"
        assert "20150331120000" in str(pdf.docinfo.CreationDate)
        assert str(pdf.Root.Lang) == "ar"
        assert pdf.Root.ViewerPreferences.Direction == "/R2L"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert pdf.Root.PageMode == "/UseOutlines"
        assert len(pdf.pages) == rendered.pages


def test_parts_have_their_own_language_and_contents_list_them(make_pdf: Make, pdf_text: Read) -> None:
    story = Story("en")
    story.contents()
    story.part("en", "Report in English")
    story.heading(1, "Overview")
    story.paragraph(LONG)
    story.part("ar", "التقرير بالعربية")
    story.heading(1, "لمحة عامة")
    story.paragraph("دعم البرنامج جهة الاتصال الوطنية.")
    rendered = make_pdf(story)
    assert rendered.pages == 3
    contents = pdf_text(rendered.pdf).split("\f")[0]
    for title in ("Report in English", "Overview", "التقرير بالعربية", "لمحة عامة"):
        assert title in contents
    with open_pdf(rendered) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Report in English", "التقرير بالعربية"]


def test_wide_pages_come_and_go(make_pdf: Make) -> None:
    story = Story("en")
    story.paragraph("upright")
    story.landscape()
    story.paragraph("wide")
    story.portrait()
    story.paragraph("upright again")
    with open_pdf(make_pdf(story)) as pdf:
        shapes = [float(p.mediabox[2]) > float(p.mediabox[3]) for p in pdf.pages]
    assert shapes == [False, True, False]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_cover_shows_a_box_and_says_where_it_is(make_pdf: Make, pdf_text: Read, language: str) -> None:
    cover = Cover(
        "Programme", [("Period", "2014")], "Donor", "Office", SignatureBox(["Country office KG", "a1b2 c3d4"])
    )
    rendered = make_pdf(small_story(language), cover=cover)
    assert rendered.signature_page == 0
    assert rendered.signature_box is not None
    left, bottom, right, top = rendered.signature_box
    assert 0 < left < right < 595
    assert 0 < bottom < top < 300
    first = pdf_text(rendered.pdf).split("\f")[0]
    for text in ("Programme", "A report", "Donor", "Office", "Country office KG", "a1b2 c3d4"):
        assert text in first
    assert "1 of" not in first


def test_without_a_signature_there_is_no_box(make_pdf: Make) -> None:
    assert make_pdf(small_story(), cover=Cover("Programme")).signature_box is None
    assert make_pdf(small_story()).signature_box is None


def test_a_long_cover_stays_on_its_page(make_pdf: Make) -> None:
    cover = Cover("K " * 200, [(f"Fact {n}", LONG) for n in range(40)], LONG, LONG, SignatureBox([LONG] * 4))
    rendered = make_pdf(Story("en"), "A very long title " * 10, subtitle=LONG[:300], cover=cover)
    assert rendered.pages > 1, "what finds no room goes on behind the cover"


def test_long_running_heads_are_shortened_not_overlapped(make_pdf: Make, pdf_text: Read) -> None:
    story = Story("en")
    story.paragraph("x")
    text = pdf_text(make_pdf(story, header_start=LONG, header_end="The end", footer_start=LONG).pdf)
    assert "…" in text
    assert "The end" in text
    assert "Page 1 of 1" in text


def test_a_wrong_style_is_named(make_pdf: Make) -> None:
    with pytest.raises(ValueError, match="body, lead, note, caption, quote"):
        Story().paragraph("x", "loud")


SCRIPT = """
import hashlib, sys
sys.path.insert(0, {root!r})
from tests.reports.test_story import small_story
from server.reports.story import Cover, Frame, SignatureBox, render
from tests.reports.conftest import MOMENT
story = small_story("ar")
story.part("bn", "বাংলা")
story.paragraph("কর্মসূচি")
frame = Frame("T", when=MOMENT, cover=Cover("K", signature=SignatureBox(["x"])))
print(hashlib.sha256(render(story, frame).pdf).hexdigest())
"""


def test_two_processes_make_the_same_bytes() -> None:
    digests = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Bishkek" if seed == "1" else "UTC"}
        command = [sys.executable, "-c", SCRIPT.format(root=str(ROOT))]
        digests.add(subprocess.run(command, check=True, capture_output=True, env=environment, cwd=ROOT).stdout)
    assert len(digests) == 1


def test_other_words_make_other_bytes(make_pdf: Make) -> None:
    def digest(word: str) -> str:
        story = Story("en")
        story.paragraph(word)
        return hashlib.sha256(make_pdf(story).pdf).hexdigest()

    assert digest("one") == digest("one")
    assert digest("one") != digest("two")
    assert MOMENT.tzinfo is not None
