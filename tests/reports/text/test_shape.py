"""HarfBuzz gets the right script, language and neighbours; nothing is ever drawn as an empty box."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.reports.text.faces import Style
from server.reports.text.shape import cut_places, shape_part, shape_word


def glyphs(word: str, language: str, *, style: Style = Style.REGULAR, right_to_left: bool = False) -> list[int]:
    return [g.number for piece in shape_word(word, style, right_to_left, language) for g in piece.glyphs]


def test_serbian_italics_are_not_russian_ones() -> None:
    assert glyphs("бгдпт", "sr", style=Style.ITALIC) != glyphs("бгдпт", "ru", style=Style.ITALIC)


def test_serbian_and_russian_share_most_upright_letters() -> None:
    assert glyphs("гдпт", "sr") == glyphs("гдпт", "ru")


def test_an_arabic_letter_changes_with_its_neighbours() -> None:
    alone, joined = glyphs("ب", "ar", right_to_left=True), glyphs("ببب", "ar", right_to_left=True)
    assert len(set(joined)) > len(set(alone))


def test_a_letter_in_a_part_of_a_word_knows_the_letters_outside_the_part() -> None:
    whole = shape_word("ببب", Style.REGULAR, True, "ar")[0]
    middle = shape_part("ببب", 1, 2, Style.REGULAR, True, "ar")[0]
    alone = shape_word("ب", Style.REGULAR, True, "ar")[0]
    assert [g.number for g in middle.glyphs] != [g.number for g in alone.glyphs]
    assert {g.number for g in middle.glyphs} <= {g.number for g in whole.glyphs}


def test_right_to_left_glyphs_come_in_visual_order() -> None:
    (piece,) = shape_word("مرحبا", Style.REGULAR, True, "ar")
    clusters = [g.cluster for g in piece.glyphs]
    assert clusters == sorted(clusters, reverse=True)


def test_a_bengali_conjunct_is_one_cluster() -> None:
    (piece,) = shape_word("ক্ষ", Style.REGULAR, False, "bn")
    assert {g.cluster for g in piece.glyphs} == {0}


def test_a_word_of_two_scripts_takes_two_faces() -> None:
    pieces = shape_word("UNDPবাংলা", Style.BOLD, False, "bn")
    assert [p.face.name for p in pieces] == ["NotoSans-Bold", "NotoSansBengali-Bold"]
    assert "".join(p.text for p in pieces) == "UNDPবাংলা"


@pytest.mark.parametrize(
    "word", ["中文", "😀", "→", "✓", "\u1e9e\u0f00", "a\u0301\u0302b", "\u00ad", "\u200b", "\ufdfa"]
)
def test_a_sign_that_no_font_has_is_replaced_on_the_page_and_kept_in_the_text(word: str) -> None:
    pieces = shape_word(word, Style.REGULAR, False, "en")
    assert "".join(p.text for p in pieces) == word
    assert all(g.number for p in pieces for g in p.glyphs), "glyph 0 is the empty box, which PDF/A forbids"


@settings(max_examples=150, deadline=None)
@given(
    st.text(min_size=1, max_size=12),
    st.sampled_from(list(Style)),
    st.booleans(),
    st.sampled_from(["en", "ar", "bn", "sr"]),
)
def test_any_word_keeps_its_text_and_shows_no_empty_box(
    word: str, style: Style, right_to_left: bool, language: str
) -> None:
    pieces = shape_word(word, style, right_to_left, language)
    assert "".join(p.text for p in pieces) == word
    assert all(g.number for p in pieces for g in p.glyphs)
    assert all(0 <= g.cluster < len(p.text) for p in pieces for g in p.glyphs)


def test_a_long_word_may_be_cut_at_letters_but_not_before_a_mark() -> None:
    places = [at for at, _width in cut_places("e\u0301e\u0301e\u0301", Style.REGULAR, False, "en")]
    assert places == [2, 4, 6]
