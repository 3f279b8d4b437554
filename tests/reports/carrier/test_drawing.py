"""What a PDF shows has one digest, however it is packed; whatever a reader could see, hear or press changes it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest

from server.base.errors import Refused
from server.reports import carrier
from server.reports.carrier.drawing import drawing_digest
from server.reports.story import Story
from tests.reports.carrier.conftest import WHEN, Signer

Make = Callable[..., Any]


@pytest.fixture
def pages(make_pdf: Make) -> bytes:
    """A small document with a list, a table and bookmarks."""
    return make_pdf(written("The board met in May."), "A report").pdf


def written(text: str) -> Story:
    story = Story()
    story.contents()
    story.heading(1, "Achievements")
    story.paragraph(text)
    story.table(["Country", "Spent"], [("Serbia", "12")])
    return story


def changed(pdf: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        opened.save(target)
    return target.getvalue()


def test_packing_numbering_and_signing_do_not_count(pages: bytes, signer: Signer) -> None:
    sealed = carrier.seal(
        pages, b"\x28\xb5\x2f\xfd data", key=signer.key, certificate=signer.certificate, chain=signer.chain,
        title="A report", author="Office", subject="Programme", language="en", when=WHEN, box=(10, 10, 90, 40),
    )
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(sealed)) as opened:
        opened.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate, linearize=True)
    assert drawing_digest(pages) == drawing_digest(sealed) == drawing_digest(target.getvalue())


def test_another_word_is_another_drawing(pages: bytes, make_pdf: Make) -> None:
    assert drawing_digest(make_pdf(written("The board met in May."), "A report").pdf) == drawing_digest(pages)
    assert drawing_digest(make_pdf(written("The board met in June."), "A report").pdf) != drawing_digest(pages)


def _note(pdf: pikepdf.Pdf) -> None:
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=[0, 0, 99, 99],
                              Contents=pikepdf.String("Accepted"))
    page = pdf.pages[0].obj
    page.Annots = pikepdf.Array([*page.get("/Annots", ()), pdf.make_indirect(note)])


def _drawn_over(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"1 0 0 RG 0 0 m 500 500 l S")


def _read_aloud(pdf: pikepdf.Pdf) -> None:
    node = pdf.Root.StructTreeRoot.K
    while not isinstance(node, pikepdf.Dictionary):
        node = node[0]
    node.Alt = pikepdf.String("Everything was spent.")


def _bookmark(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Outlines.First.Title = pikepdf.String("Failures")


def _script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def _field(pdf: pikepdf.Pdf) -> None:
    field = pikepdf.Dictionary(FT=pikepdf.Name.Tx, T=pikepdf.String("Amount"), V=pikepdf.String("1"))
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[pdf.make_indirect(field)])


def _glyphs(pdf: pikepdf.Pdf) -> None:
    """The same codes in a font that maps them to other words."""
    fonts = pdf.pages[-1].obj.Resources.Font
    names = list(fonts.keys())
    fonts[names[0]].ToUnicode = pdf.make_stream(b"another map")


def _turned(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Rotate = 90


def _cropped(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.CropBox = pikepdf.Array([0, 0, 100, 100])


def _one_page_less(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[-1]


def _another_order(pdf: pikepdf.Pdf) -> None:
    pdf.pages.reverse()


@pytest.mark.parametrize("change", [_note, _drawn_over, _read_aloud, _bookmark, _script, _field, _glyphs, _turned,
                                    _cropped, _one_page_less, _another_order])  # fmt: skip
def test_whatever_a_reader_could_notice_changes_it(pages: bytes, change: Callable[[pikepdf.Pdf], None]) -> None:
    assert drawing_digest(changed(pages, lambda _pdf: None)) == drawing_digest(pages)
    assert drawing_digest(changed(pages, change)) != drawing_digest(pages)


_NO_PAGES = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", _NO_PAGES])
def test_what_cannot_be_taken_apart_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        drawing_digest(data)
    assert refused.value.code == "drawing_unreadable"


def test_endless_nesting_is_refused(pages: bytes) -> None:
    def nest(pdf: pikepdf.Pdf) -> None:
        inner = pikepdf.Dictionary(End=1)
        for _level in range(200):
            inner = pikepdf.Dictionary(In=inner)
        pdf.pages[0].obj.Deep = inner

    with pytest.raises(Refused):
        drawing_digest(changed(pages, nest))
