"""A page's operators are packed in parts and read back as one stream, and full pages wait packed."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.reports import story as story_module
from server.reports.frame import Frame
from server.reports.story import Story, render
from server.reports.text.faces import Style, stack
from server.reports.text.packed import Packed
from server.reports.text.pdffont import DocumentFont

operators = st.lists(st.text(st.characters(max_codepoint=255), max_size=40), max_size=8)


@given(st.lists(operators, max_size=5), operators)
def test_what_was_put_in_comes_out_in_its_order(parts: list[list[str]], last: list[str]) -> None:
    packed = Packed()
    for part in parts:
        packed.add(part)
    stream = packed.finish(last)
    expected = "".join(f"{one}\n" for part in [*parts, last] for one in part)
    reader = zlib.decompressobj()
    assert reader.decompress(stream).decode("latin-1") == expected
    assert reader.eof
    assert not reader.unused_data


def test_a_full_page_waits_packed_until_the_number_of_pages_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting: list[int] = []
    write = story_module.write_document

    def noted(pens: Any, *others: Any) -> bytes:
        waiting.extend(sum(map(len, pen._code)) for pen in pens)
        return write(pens, *others)

    monkeypatch.setattr(story_module, "write_document", noted)
    story = Story("en")
    story.table(["No", "What"], [(str(n), f"activity {n} of the programme") for n in range(400)])
    render(story, Frame("A list", footer_start="All offices", when=datetime(2015, 1, 1, tzinfo=UTC)))
    assert len(waiting) > 5
    assert max(waiting[:-1]) < 600 < waiting[-1], "only header and footer are drawn at the end"


def test_no_code_needs_an_escape_in_a_string_and_none_is_given_twice() -> None:
    font = DocumentFont(stack(Style.REGULAR)[0], "T1")
    codes = [font.code(((5, n, 0),), "x") for n in range(4000)]
    assert len(set(codes)) == 4000
    assert {len(code) for code in codes} == {2}
    assert not set("".join(codes)) & set("()\\\r")
    assert [font.code(((5, n, 0),), "x") for n in range(4000)] == codes
