"""Identifiers, text as it is kept, and files that are whole or not there."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.base.ids import is_short_for, named_id, new_id
from server.base.paths import asset_dir, write_atomically
from server.base.text import clean, fold, one_line, shortened


def test_new_ids_are_version_7_and_sort_by_time() -> None:
    early, late = new_id(1_000), new_id(2_000)
    assert uuid.UUID(early).version == 7
    assert early < late
    assert len({new_id() for _ in range(1000)}) == 1000


def test_a_name_gives_the_same_id_every_time_and_another_for_another_table() -> None:
    assert named_id("office", "kg") == named_id("office", "kg") != named_id("country", "kg")
    assert uuid.UUID(named_id("office", "kg")).version == 8


def test_six_characters_name_an_id_and_fewer_never() -> None:
    assert is_short_for("9F3A01", "9f3a01c4d5")
    assert not is_short_for("9f3a0", "9f3a01c4d5")
    assert not is_short_for("9f3a02", "9f3a01c4d5")


@given(st.text())
def test_clean_text_has_no_controls_and_stays_when_cleaned_again(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(ord(c) < 32 and c not in "\n\t" for c in once)
    once.encode("utf-8")


def test_search_finds_an_arabic_word_behind_its_article_and_ignores_marks() -> None:
    assert fold("هجرة") in fold("إدماج الهجرة في التخطيط")
    assert fold("MIGRAȚIE") == fold("migratie")
    assert one_line(" a \n b ") == "a b"


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "folder" / "file.pdf"
    write_atomically(target, b"first")
    with pytest.raises(TypeError):
        write_atomically(target, None)  # type: ignore[arg-type]
    assert target.read_bytes() == b"first"
    assert [p.name for p in target.parent.iterdir()] == ["file.pdf"]


@pytest.mark.parametrize(("text", "short"), [
    ("twice a year", "twice a year"), ("it meets twice a year", "it meets …"), ("one, two, three, four", "one, two …"),
    ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaa …"), ("it was so long and more", "it was so …"),
])
def test_a_long_text_is_cut_between_words(text: str, short: str) -> None:
    assert shortened(text, 12) == short


def test_templates_and_static_files_are_found() -> None:
    assert (asset_dir() / "templates").is_dir()
    assert (asset_dir() / "static").is_dir()
