"""The sections of a report are the same for those who arrange it and for the one who prints it."""

from __future__ import annotations

import pytest

from server.domain.framework.rules import ASKED_FOR, LAYOUT_SECTIONS
from server.reports import model
from server.reports.chapters import TITLES, Chapters, usual_chapters
from server.reports.story import Story


@pytest.mark.parametrize("kind", LAYOUT_SECTIONS)
def test_every_section_has_a_heading_and_they_stand_in_one_order(kind: str) -> None:
    assert tuple(TITLES[kind]) == LAYOUT_SECTIONS[kind]
    assert [one.key for one in usual_chapters(kind)] == [k for k in LAYOUT_SECTIONS[kind] if k not in ASKED_FOR]


def test_numbers_and_letters_follow_what_is_shown() -> None:
    story, told = Story(), []
    keys = ("next", "risks", "executive", "introduction", "acronyms", "data")
    tell = {key: lambda key=key: told.append(key) for key in LAYOUT_SECTIONS["annual"]}
    Chapters(story, "annual", "Year 1", tell, frozenset({"executive"})).write(
        [model.Chapter(key, "Way ahead" if key == "next" else "") for key in (*keys, "from a newer Valise")])
    assert [entry.title for entry in story.entries] == [
        "1.0 Way ahead", "Annex A. Risk and issue log", "2.0 Introduction", "Annex B. Acronyms", "Project Data Table"]
    assert told == [key for key in keys if key != "executive"]
