"""Blocks on pages: nothing alone at a page's foot or head, headings with what they name, nothing outside the column."""

from __future__ import annotations

import pytest

from server.base.i18n import LANGUAGES
from server.reports.flow import Block, PageBreak, Piece, Room, Together
from server.reports.frame import sheet
from server.reports.styles import PARAGRAPHS, text_style
from server.reports.table import Table, TableSpec
from server.reports.text.paragraph import Paragraph
from tests.reports.conftest import fill_pages

PAGE = sheet("en")
COLUMN = PAGE.height - PAGE.top - PAGE.bottom
LEADING = text_style("body", "en").leading


class Brick(Block):
    """A block of a height that cannot be split."""

    def __init__(self, height: float, *, keep_next: bool = False) -> None:
        self.height, self.keep_next = height, keep_next

    def least(self, width: float) -> float:
        return self.height

    def take(self, width: float, room: float, fresh: bool) -> tuple[Piece | None, Block | None]:
        if self.height > room and not fresh:
            return None, self
        return Piece(self.height, lambda *_: None), None


def paragraph(text: str, style: str = "body") -> Paragraph:
    return Paragraph(text, text_style(style, "en"), language="en", right_to_left=False)


def text_of(lines: int) -> str:
    return "\n".join(f"line {n}" for n in range(lines))


@pytest.mark.parametrize("room_left", range(0, 8))
@pytest.mark.parametrize("lines", [1, 2, 3, 4, 5, 9])
def test_no_line_of_a_paragraph_stands_alone(room_left: int, lines: int) -> None:
    pages = fill_pages([Brick(COLUMN - room_left * LEADING - 0.5), paragraph(text_of(lines))])
    counts = [len(page.lines) for page in pages if page.lines]
    assert sum(counts) == lines
    if len(counts) > 1:
        assert min(counts) >= 2


def test_a_paragraph_longer_than_a_page_fills_pages_in_order() -> None:
    pages = fill_pages([paragraph(text_of(140))])
    assert len(pages) == 3
    assert [text for page in pages for text in page.texts] == text_of(140).split("\n")


def test_a_heading_goes_with_the_text_below_it() -> None:
    pages = fill_pages([Brick(COLUMN - 60), paragraph("Heading", "heading1"), paragraph(text_of(9))])
    assert pages[0].lines == []
    assert pages[1].texts[:2] == ["Heading", "line 0"]


def test_two_headings_and_a_caption_all_go_with_what_they_name() -> None:
    blocks = [paragraph("One", "heading1"), paragraph("Two", "heading2"), paragraph("Caption", "caption"), Brick(300)]
    pages = fill_pages([Brick(COLUMN - 340), *blocks])
    assert pages[1].texts == ["One", "Two", "Caption"]


def test_a_heading_whose_follower_needs_more_than_a_page_still_ends() -> None:
    pages = fill_pages([paragraph("Heading", "heading1"), Brick(COLUMN * 2), Brick(10)])
    assert [page.texts for page in pages] == [["Heading"], [], []]


def test_blocks_together_move_together_and_split_only_when_a_page_is_too_small() -> None:
    pages = fill_pages([Brick(COLUMN - 100), Together([paragraph(text_of(3)), Brick(90)])])
    assert [len(page.lines) for page in pages] == [0, 3]
    pages = fill_pages([Together([paragraph(text_of(80)), paragraph(text_of(3))])])
    assert [text for page in pages for text in page.texts] == [*text_of(80).split("\n"), *text_of(3).split("\n")]


def test_room_is_not_kept_at_the_top_of_a_page_and_breaks_do_not_pile_up() -> None:
    pages = fill_pages([PageBreak(), Room(50), paragraph("a"), PageBreak(), PageBreak(), Room(50), paragraph("b")])
    assert len(pages) == 2
    assert pages[0].lines[0].y == pages[1].lines[0].y


def test_every_line_stands_inside_the_margins() -> None:
    words = " ".join(f"word{n}" * (n % 4 + 1) for n in range(900)) + " " + "x" * 700
    for style in ("body", "quote", "bullet", "lead"):
        for page in fill_pages([paragraph(words, style)]):
            for line in page.lines:
                assert PAGE.left - 0.01 <= line.left
                assert line.right <= PAGE.width - PAGE.right + 0.01
                assert PAGE.bottom <= line.y <= PAGE.height - PAGE.top


@pytest.mark.parametrize("room_left", range(0, 12))
@pytest.mark.parametrize("lines", [1, 2, 3, 4, 5, 9])
def test_a_small_line_never_stands_apart_from_what_it_is_about(room_left: int, lines: int) -> None:
    blocks = [paragraph(text_of(lines)), paragraph("when and where", "note"), paragraph("evidence", "note")]
    pages = fill_pages([Brick(COLUMN - room_left * LEADING - 0.5), *blocks])
    texts = [page.texts for page in pages if page.lines]
    assert [text for page in texts for text in page] == [*text_of(lines).split("\n"), "when and where", "evidence"]
    assert all(page != ["when and where", "evidence"] and page[0] != "evidence" for page in texts)
    assert all(sum(text.startswith("line") for text in page) != 1 for page in texts) or lines == 1


def test_a_small_line_alone_on_a_page_too_small_for_both_is_still_told() -> None:
    pages = fill_pages([Brick(COLUMN), paragraph("note", "note")])
    assert [page.texts for page in pages] == [[], ["note"]]


@pytest.mark.parametrize("room_left", range(0, 9))
def test_a_heading_has_two_lines_of_its_text_below_it_or_all(room_left: int) -> None:
    blocks = [paragraph("Heading", "heading2"), paragraph(text_of(9)), paragraph("note", "note")]
    for page in fill_pages([Brick(COLUMN - room_left * LEADING - 20), *blocks]):
        if "Heading" in page.texts:
            assert len(page.texts) - page.texts.index("Heading") >= 3


@pytest.mark.parametrize("room_left", range(0, 90, 6))
def test_a_tables_head_has_a_row_below_it_and_its_caption_above(room_left: int) -> None:
    table = Table(TableSpec(["Head", "B"], [(f"row {n}", "x") for n in range(9)], None, "", "en"))
    pages = fill_pages([Brick(COLUMN - room_left), paragraph("Caption", "caption"), table])
    for page in pages:
        if "Head" in page.texts:
            assert any(text.startswith("row") for text in page.texts)
    first = next(page for page in pages if "Head" in page.texts)
    assert "Caption" in first.texts


def test_no_style_is_justified_because_lines_are_not_hyphenated() -> None:
    names = (*PARAGRAPHS, "item", "bullet", "item-note", "cell", "footnote")
    assert {text_style(name, code).align for name in names for code in LANGUAGES} == {"start"}
