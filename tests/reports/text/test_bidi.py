"""Levels and visual order of mixed-direction text, after UAX #9."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from server.reports.text.bidi import levels, needs_levels, reorder

#: capital letters stand for Arabic ones, as in UAX #9's own examples
_ARABIC = {c: chr(0x0627 + n) for n, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}


def seen(text: str, *, right_to_left: bool) -> str:
    """What a line looks like from left to right, with capitals for Arabic letters."""
    real = "".join(_ARABIC.get(c, c) for c in text)
    found = levels(real, right_to_left)
    order = reorder(list(range(len(text))), lambda i: found[i])
    return "".join(text[i] for i in order)


@pytest.mark.parametrize(
    ("text", "right_to_left", "expected"),
    [
        ("car means CAR.", False, "car means RAC."),
        ("CAR means car", True, "means car RAC"),
        ("ABC def 123 GHI", True, "IHG def 123 CBA"),
        ('he said "ABC 123, DEF".', False, 'he said "FED ,123 CBA".'),
        ("ABC (undp) DEF", True, "FED )undp( CBA"),
        ("abc (DEF) ghi", False, "abc (FED) ghi"),
        ("A 87.5% B", True, "B %87.5 A"),
        ("plain text", False, "plain text"),
        ("plain", True, "plain"),
        ("12.05", True, "12.05"),
    ],
)
def test_a_line_is_seen_in_the_order_that_unicode_says(text: str, right_to_left: bool, expected: str) -> None:
    assert seen(text, right_to_left=right_to_left) == expected


def test_isolates_keep_what_they_hold_apart() -> None:
    assert (
        seen("AB \u2068cd 12\u2069 EF", right_to_left=True).replace("\u2068", "").replace("\u2069", "") == "FE cd 12 BA"
    )


def test_left_to_right_text_needs_no_levels() -> None:
    assert not needs_levels("Programme 2014: « œuvre » – Кыргызстан – বাংলাদেশ")
    assert needs_levels("UNDP \u0627")
    assert needs_levels("a\u202eb")


def test_a_thousand_dots_are_no_deeper_than_one() -> None:
    assert set(levels("." * 20_000, True)) == {1}
    assert set(levels("(" * 20_000, True)) == {1}


def test_levels_agree_with_another_implementation(require: Callable[[bool, str], None]) -> None:
    try:
        from fpdf.bidi import BidiParagraph
        from fpdf.enums import TextDirection
    except ImportError:
        require(False, "fpdf2")
    letters = "abcאבגابج01٠١ +-.,:$%#()[]{}«!\u0301\u00ad\t\u200f\u200e"
    letters += "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    chance = random.Random(20150331)
    for _ in range(3000):
        text = "".join(chance.choice(letters) for _ in range(chance.randint(1, 14)))
        for base in (False, True):
            other = BidiParagraph(text=text, base_direction=TextDirection.RTL if base else TextDirection.LTR)
            expected = {c.character_index: c.embedding_level for c in other.get_characters_with_embedding_level()}
            found = levels(text, base)
            assert {i: found[i] for i in expected} == expected, ascii(text)
