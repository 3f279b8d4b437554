"""Lines are as wide as they may be and no wider, and together say what the text says."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.reports.text import layout
from server.reports.text.faces import Style
from server.reports.text.layout import Line, Span, _lay_out_plain, _plain_unit, lay_out, longest_word, text_width
from server.reports.text.shape import shape_word

TEXTS = {
    "en": "The programme supported the national focal point; government and civil society agreed (2014-05-12).",
    "ru": "Программа оказала поддержку национальному координатору в проведении семинара – первого в стране.",
    "ar": "دعم البرنامج جهة الاتصال الوطنية (UNDP) في تنظيم حلقة عمل بمشاركة 45 ممثلاً عن المؤسسات الحكومية.",
    "bn": "কর্মসূচিটি জাতীয় ফোকাল পয়েন্টকে একটি কর্মশালা আয়োজনে সহায়তা করেছে, যেখানে সরকারি প্রতিষ্ঠান।",
}


def lines(text: object, width: float, language: str = "en") -> tuple[Line, ...]:
    return lay_out(text, Style.REGULAR, width, language=language, right_to_left=language == "ar")  # type: ignore[arg-type]


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("width", [3_000, 8_000, 20_000, 1e9])
def test_no_line_is_wider_than_asked_and_no_letter_is_lost(language: str, width: float) -> None:
    found = lines(TEXTS[language], width, language)
    assert all(line.width <= width for line in found)
    letters = sorted(c for line in found for c in line.text if not c.isspace())
    assert letters == sorted(c for c in TEXTS[language] if not c.isspace())
    assert [line.last for line in found] == [False] * (len(found) - 1) + [True]


@settings(max_examples=120, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("abcdeéД ж-/–\u00a0\u200b\n.,!?:«»()ابتثকখগ্ািু012 "), max_size=60),
    st.integers(3000, 15000),
    st.sampled_from(["en", "fr", "ar", "bn"]),
)
def test_any_text_fits_any_width_that_a_letter_fits(text: str, width: int, language: str) -> None:
    found = lines(text, width, language)
    assert all(line.width <= width for line in found)
    kept = sorted(c for line in found for c in line.text if not c.isspace() and c != "\u200b")
    assert kept == sorted(c for c in text if not c.isspace() and c != "\u200b")


def test_a_line_takes_every_word_that_fits() -> None:
    first, *rest = lines("aaa bbb ccc ddd", text_width("aaa bbb ccc") + 1)
    assert (first.text, [line.text for line in rest]) == ("aaa bbb ccc", ["ddd"])


def test_a_newline_forces_a_line() -> None:
    assert [line.text for line in lines("one\ntwo\n\nthree", 1e9)] == ["one", "two", "", "three"]


def test_french_punctuation_stays_with_its_word() -> None:
    text = "Il a dit : « oui » !"
    for width in range(int(longest_word(text, Style.REGULAR, "fr")) + 1, 12000, 250):
        for line in lines(text, width, "fr"):
            assert not re.match(r"[!:»]", line.text), (width, line.text)
            assert not line.text.endswith("«"), (width, line.text)


def test_a_no_break_space_does_not_break() -> None:
    assert [line.text for line in lines("USD\u00a0120,000.00", text_width("USD\u00a0120,000.00") + 1)] == [
        "USD\u00a0120,000.00"
    ]
    assert "USD" not in [line.text for line in lines("about USD\u00a0120,000.00", 6000)]


def test_hyphens_and_dashes_may_end_a_line() -> None:
    assert [line.text for line in lines("follow-up", text_width("follow-") + 1)] == ["follow-", "up"]


def test_a_word_too_long_for_the_line_is_cut_and_complete() -> None:
    word = "https://example.org/" + "x" * 200
    found = lines(word, 9_000)
    assert len(found) > 5
    assert "".join(line.text for line in found) == word
    assert all(line.width <= 9_000 for line in found)


def test_spans_do_not_change_what_is_said_and_break_like_plain_text() -> None:
    spans = [Span("The pro", bold=True), Span("gramme supported ", italic=True), Span("it", ink="#ff0000")]
    assert [line.text for line in lines(spans, 1e9)] == ["The programme supported it"]
    assert "".join(line.text for line in lines(spans, 7_000)).replace(" ", "") == "Theprogrammesupportedit"
    (line,) = lines(spans, 1e9)
    assert {piece.face.name for piece in line.pieces} == {"NotoSans-Bold", "NotoSans-Italic", "NotoSans-Regular"}
    assert line.inks[-1] == "#ff0000"


def test_scripts_without_italics_are_set_upright() -> None:
    (line,) = lay_out([Span("IOM", italic=True)], Style.ITALIC, 1e9, language="ar", right_to_left=True)
    assert line.pieces[0].face.name == "NotoSans-Regular"


def test_characters_that_no_page_can_show_are_blanks() -> None:
    assert lines("a\x00b\ud800c\r", 1e9)[0].text == "a b c"


def test_threads_do_not_disturb_each_other() -> None:
    texts = [f"{TEXTS[language]} {n}" for n in range(40) for language in ("en", "ar")]

    def glyphs(text: str) -> list[int]:
        language = "ar" if "\u0627" in text else "en"
        return [g.number for line in lines(text, 9000.0, language) for p in line.pieces for g in p.glyphs]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(glyphs, texts))
    for known in (shape_word, _lay_out_plain, _plain_unit):
        known.cache_clear()
    assert together == [glyphs(text) for text in texts]


WORDS = st.lists(st.text(alphabet="abfilTW.,(é", min_size=1, max_size=7), min_size=1, max_size=9).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(WORDS, WORDS, st.sampled_from([2_500.0, 6_000.0, 1e9]))
def test_the_short_ways_to_lines_and_widths_lead_where_the_long_one_does(one: str, other: str, width: float) -> None:
    spans = (Span(one, bold=True, ink="#0a4a7a"), Span(f" {other}"), Span(other, italic=True))

    def found() -> list[object]:
        _lay_out_plain.cache_clear()
        broken = [(line.text, round(line.width, 6), line.inks, line.last) for line in lines(one, width)]
        mixed = [(line.text, round(line.width, 6), line.inks, line.last) for line in lines(spans, width)]
        return [broken, mixed, round(text_width(one), 6), round(longest_word(one, Style.BOLD, "en"), 6)]

    short = found()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(layout, "plain_blanks", lambda _text: False)
        assert found() == short


def test_an_arabic_line_is_ordered_from_the_right() -> None:
    (line,) = lines("ابت UNDP ثجح", 1e9, "ar")
    assert [piece.text for piece in line.pieces] == ["ثجح", " ", "UNDP", " ", "ابت"]


def test_figures_are_tabular_in_every_style() -> None:
    for style in Style:
        assert len({text_width(digit, style) for digit in "0123456789"}) == 1


def test_the_longest_word_is_measured() -> None:
    assert longest_word("a ministry of b", Style.REGULAR, "en") == pytest.approx(text_width("ministry"))
