"""Differences are told in whole words of any script, and neither text loses a letter."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.base.worddiff import IN, OUT, SAME, Piece, differences, words

_SCRIPTS = "aZ é\n\t .,-5٣০ কিন্তু ন্ট্র اَلْمَغْرِب لا ы й ș 日本語 ก็ 👩‍👩‍👧 🏽 \u200d\u200c\r"
TEXTS = st.one_of(st.text(alphabet=_SCRIPTS, max_size=60), st.text(max_size=40))


def sides(pieces: list[Piece]) -> tuple[str, str]:
    """The two texts that the pieces came from."""
    return ("".join(p.text for p in pieces if p.kind != IN), "".join(p.text for p in pieces if p.kind != OUT))


@given(TEXTS)
def test_words_joined_are_the_text(text: str) -> None:
    assert "".join(words(text)) == text


@given(TEXTS, TEXTS)
def test_the_pieces_of_a_side_joined_are_its_text(before: str, after: str) -> None:
    assert sides(differences(before, after)) == (before, after)


@given(TEXTS, TEXTS)
def test_no_piece_begins_with_a_mark_that_belongs_to_the_letter_before(before: str, after: str) -> None:
    for text in (before, after):
        at = 0
        for word in words(text):
            first = word[0]
            if at and unicodedata.category(first) in ("Mn", "Mc", "Me"):
                assert text[at - 1].isspace() or unicodedata.category(text[at - 1]) == "Cc"
            at += len(word)


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert {p.kind for p in differences(text, text)} <= {SAME}


@given(TEXTS, TEXTS)
def test_pieces_are_never_empty_and_neighbours_are_of_different_kinds(before: str, after: str) -> None:
    pieces = differences(before, after)
    assert all(p.text for p in pieces)
    assert all(one.kind != other.kind for one, other in pairwise(pieces))


@pytest.mark.parametrize(("before", "after", "told"), [
    ("Three ministries came.", "Four ministries came.",
     [(OUT, "Three"), (IN, "Four"), (SAME, " ministries came.")]),
    ("The launch was held", "The launch was held in Osh", [(SAME, "The launch was held"), (IN, " in Osh")]),
    ("was signed in May", "was adopted by June", [(SAME, "was "), (OUT, "signed in May"), (IN, "adopted by June")]),
    ("কিন্তু পরিকল্পনা", "কিন্তি পরিকল্পনা", [(OUT, "কিন্তু"), (IN, "কিন্তি"), (SAME, " পরিকল্পনা")]),
    ("المَغرِب وتونس", "المغرب وتونس", [(OUT, "المَغرِب"), (IN, "المغرب"), (SAME, " وتونس")]),
    ("会议于五月", "会议于六月", [(SAME, "会议于"), (OUT, "五"), (IN, "六"), (SAME, "月")]),
    ("", "New", [(IN, "New")]),
    ("Old", "", [(OUT, "Old")]),
    ("", "", []),
])  # fmt: skip
def test_what_changed_is_told_in_whole_words(before: str, after: str, told: list[tuple[str, str]]) -> None:
    assert [(p.kind, p.text) for p in differences(before, after)] == told


def test_paragraphs_are_not_run_together() -> None:
    pieces = differences("One.\n\nTwo.", "First.\n\nSecond.")
    assert (SAME, "\n\n") in {(p.kind, p.text) for p in pieces} or any("\n\n" in p.text for p in pieces)
    assert sides(pieces) == ("One.\n\nTwo.", "First.\n\nSecond.")


def test_texts_too_long_to_compare_are_told_whole_where_they_differ() -> None:
    before = "Same start. " + "a b " * 3000 + "Same end."
    after = "Same start. " + "c d " * 3000 + "Same end."
    pieces = differences(before, after)
    assert sides(pieces) == (before, after)
    assert [p.kind for p in pieces] == [SAME, OUT, IN, SAME]


def test_texts_that_have_little_in_common_are_not_told_word_by_word() -> None:
    before = "The launch brought the ministries together in May."
    after = "A study of the labour market was begun by the university; its first part is due in June."
    assert [p.kind for p in differences(before, after)] in ([OUT, IN], [OUT, IN, SAME])
