"""Marks that people type: a pair around words makes them bold, italic or a link; a lone asterisk is an asterisk."""

from __future__ import annotations

import pytest

from server.reports.text.layout import Span
from server.reports.text.markup import marked, unmarked


@pytest.mark.parametrize(("typed", "spans"), [
    ("a **b** c", (Span("a "), Span("b", bold=True), Span(" c"))),
    ("*all* of it", (Span("all", italic=True), Span(" of it"))),
    ("**so *very* much**", (Span("so ", bold=True), Span("very", bold=True, italic=True), Span(" much", bold=True))),
    ("see [here](https://un.org/a_b?x=1).", (Span("see "), Span("here", link="https://un.org/a_b?x=1"), Span("."))),
    ("[**here**](mailto:a@un.org)", (Span("here", bold=True, link="mailto:a@un.org"),)),
    ("**[here](https://un.org)**", (Span("**"), Span("here", link="https://un.org"), Span("**"))),
    ("**عربي** و", (Span("عربي", bold=True), Span(" و"))),
])  # fmt: skip
def test_a_pair_of_marks_says_how_the_words_between_look(typed: str, spans: tuple[Span, ...]) -> None:
    assert marked(typed) == spans


@pytest.mark.parametrize("typed", [
    "2 * 3 * 4", "5 ** 2 ** 3", "a*b*c", "** open", "**a*b", "note* and another*", "* a bullet", "****", "**", "***",
    "[brackets] (and these)", "[x](javascript:alert(1))", "[x](file:///etc/passwd)", "[](https://un.org)",
    "* blank *", "snake_case_word",
])  # fmt: skip
def test_what_is_no_pair_stays_as_it_was_typed(typed: str) -> None:
    assert marked(typed) == typed
    assert unmarked(typed) == typed


def test_only_the_words_are_left_where_looks_do_not_count() -> None:
    assert unmarked("**a** [b](https://un.org) *c*") == "a b c"
