"""Documents are tagged: who hears them knows headings, lists, cells, figures and languages; decoration is silent."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from decimal import Decimal

import pikepdf
import pytest
from PIL import Image

from server.reports.charts import BarChart, Series
from server.reports.sheets import Rendered
from server.reports.story import Band, Cover, SignatureBox, Story

Make = Callable[..., Rendered]


def tagged_story() -> Story:
    picture = io.BytesIO()
    Image.new("RGB", (60, 40)).save(picture, "PNG")
    story = Story("en")
    story.contents()
    story.heading(1, "One")
    story.heading(2, "Two")
    story.paragraph("A paragraph. " * 400)
    story.bullets(["first", "second"])
    story.numbered([("Title", "Text", "Note")])
    story.table(
        ["Head", "Spent"], [Band("Group"), *[(f"r{n}", "1") for n in range(90)], ("Total", "90")], total_row=True
    )
    story.chart(BarChart("Money", ["KG"], [Series("Spent", [Decimal(1)])]), alternative="KG spent one")
    story.photo(picture.getvalue(), "The launch")
    story.part("ar", "تقرير")
    story.paragraph("نص")
    return story


@pytest.fixture(scope="module")
def pdf(make_pdf: Make) -> Iterator[pikepdf.Pdf]:
    cover = Cover("Band", [("Period", "2014")], "Donor", "Office", SignatureBox(["Office"]))
    rendered = make_pdf(tagged_story(), header_start="Running head", cover=cover)
    with pikepdf.open(io.BytesIO(rendered.pdf)) as opened:
        yield opened


def kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    found = element.get("/K")
    if found is None:
        return []
    return list(found) if isinstance(found, pikepdf.Array) else [found]


def walk(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    yield element
    for kid in kids(element):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from walk(kid)


def kinds(pdf: pikepdf.Pdf) -> list[str]:
    return [str(element.S) for element in walk(pdf.Root.StructTreeRoot.K)]


def test_the_tree_names_what_is_there(pdf: pikepdf.Pdf) -> None:
    found = kinds(pdf)
    assert found[0] == "/Document"
    assert found.count("/Part") == 2
    assert found.count("/LI") == 3
    assert found.count("/Figure") == 2
    assert found.count("/TOCI") == found.count("/Link") == 3
    assert found.count("/TR") == 1 + 1 + 90 + 1 + 1  # head, group, rows, total; the fact on the cover
    assert {"/H1", "/H2", "/P", "/TD", "/Lbl", "/LBody"} <= set(found)
    assert pdf.Root.MarkInfo.Marked


def test_no_level_of_headings_is_skipped(make_pdf: Make) -> None:
    story = Story("en")
    for level in (3, 1, 3, 3, 2, 3, 1):
        story.heading(level, f"Level {level}")
    with pikepdf.open(io.BytesIO(make_pdf(story).pdf)) as opened:
        assert [kind for kind in kinds(opened) if kind.startswith("/H")] == [
            "/H1", "/H1", "/H2", "/H3", "/H2", "/H3", "/H1"]


def test_a_group_row_spans_every_column_also_without_alignments(make_pdf: Make) -> None:
    story = Story("en")
    story.table(["a", "b", "c"], [Band("Group"), ("1", "2", "3")])
    with pikepdf.open(io.BytesIO(make_pdf(story).pdf)) as opened:
        spans = [int(e.A.ColSpan) for e in walk(opened.Root.StructTreeRoot.K) if "/A" in e and "/ColSpan" in e.A]
    assert spans == [3]


def test_parts_say_their_language_and_figures_their_words(pdf: pikepdf.Pdf) -> None:
    elements = list(walk(pdf.Root.StructTreeRoot.K))
    assert [str(e.Lang) for e in elements if e.S == "/Part"] == ["en", "ar"]
    assert [str(e.Alt) for e in elements if e.S == "/Figure"] == ["KG spent one", "The launch"]
    heads = [e for e in elements if e.S == "/TH"]
    assert {str(e.A.Scope) for e in heads} == {"/Row", "/Column"}


def test_every_marked_content_belongs_to_an_element_and_the_other_way_round(pdf: pikepdf.Pdf) -> None:
    numbers = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    parents = {int(numbers[n]): numbers[n + 1] for n in range(0, len(numbers), 2)}
    owned: dict[int, set[int]] = {n: set() for n in range(len(pdf.pages))}
    pages = {page.obj.objgen: n for n, page in enumerate(pdf.pages)}
    for element in walk(pdf.Root.StructTreeRoot.K):
        for kid in kids(element):
            if isinstance(kid, int):
                owned[pages[element.Pg.objgen]].add(kid)
            elif "/MCID" in kid:
                owned[pages[kid.Pg.objgen]].add(int(kid.MCID))
    for n, page in enumerate(pdf.pages):
        code = page.obj.Contents.read_bytes().decode("latin-1")
        drawn = [int(found) for found in re.findall(r"<</MCID (\d+)>>BDC", code)]
        assert len(drawn) == len(set(drawn))
        assert set(drawn) == owned[n] == set(range(len(parents[int(page.obj.StructParents)])))
        assert page.obj.Tabs == "/S"


def test_nothing_is_drawn_outside_a_tag_or_decoration_and_marks_are_balanced(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        depth, in_text, opened_in_text = 0, False, False
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            if operator in ("BDC", "BMC"):
                depth, opened_in_text = depth + 1, in_text
            elif operator == "EMC":
                depth -= 1
                assert in_text == opened_in_text
            elif operator in ("BT", "ET"):
                in_text = operator == "BT"
            elif operator in ("TJ", "Tj", "f", "B", "S", "Do"):
                assert depth == 1, operator
        assert depth == 0
        assert not in_text


def test_running_heads_are_decoration(pdf: pikepdf.Pdf) -> None:
    code = pdf.pages[1].obj.Contents.read_bytes().decode("latin-1")
    assert code.rstrip().endswith("EMC")
    assert "/Artifact BMC" in code


def test_a_repeated_head_is_told_once(pdf: pikepdf.Pdf) -> None:
    columns = [e for e in walk(pdf.Root.StructTreeRoot.K) if e.S == "/TH" and e.A.Scope == "/Column"]
    assert len(columns) == 2


def test_links_are_reached_from_the_contents(pdf: pikepdf.Pdf) -> None:
    links = [e for e in walk(pdf.Root.StructTreeRoot.K) if e.S == "/Link"]
    for link in links:
        target = next(k.Obj for k in kids(link) if isinstance(k, pikepdf.Dictionary) and k.Type == "/OBJR")
        assert target.Subtype == "/Link"
        assert str(target.Contents)
        assert int(target.StructParent) >= len(pdf.pages)


def test_a_very_long_table_is_told_page_by_page(make_pdf: Make) -> None:
    story = Story("en")
    story.table(["A", "B"], [(str(n), "x") for n in range(2500)])
    with pikepdf.open(io.BytesIO(make_pdf(story).pdf)) as pdf:
        found = kinds(pdf)
        assert "/TD" not in found
        assert found.count("/P") == len(pdf.pages)
