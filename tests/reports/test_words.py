"""Words of documents: lists, bullets and foreign texts in the order in which their readers read them."""

from __future__ import annotations

import pytest

from server.base.i18n import use_language
from server.reports import chapters
from server.reports.charts.drawing import LABEL, lines_within
from server.reports.meeting import by_role
from server.reports.parts.scope import told_apart
from server.reports.words import BULLET, FSI, PDI, glued, in_own_order, joined, quarters_text


def test_arabic_lists_have_the_arabic_comma() -> None:
    with use_language("ar"):
        assert quarters_text((1, 2)).count("،") == 1
        assert "," not in quarters_text((1, 2))
    assert quarters_text((1, 2)) == "Q1, Q2"


def test_a_line_all_foreign_keeps_the_order_of_its_parts_in_arabic() -> None:
    with use_language("ar"):
        assert joined(("Mainstreaming", "Phase II"), " – ") == f"{FSI}Mainstreaming – Phase II{PDI}"
        assert joined(("UNDP", "صربيا")) == f"{FSI}UNDP{PDI} · صربيا"
        assert joined(("Title", "UNDP"), "\n") == f"{FSI}Title{PDI}\n{FSI}UNDP{PDI}"


def test_a_bullet_stands_where_the_lines_of_the_language_begin() -> None:
    assert in_own_order(f"{BULLET}Launch.", "ar") == f"{BULLET}{FSI}Launch.{PDI}"
    assert in_own_order(f"{BULLET}Launch.", "en") == f"{BULLET}Launch."


def test_each_line_of_a_foreign_name_beside_a_chart_is_ordered_by_itself() -> None:
    lines = lines_within(f"{FSI}Hold a workshop of all ministries, and more …{PDI}", 90.0, LABEL, "ar")
    assert len(lines) > 1
    assert all(line.startswith(FSI) and line.endswith(PDI) for line in lines)


def test_records_of_one_title_say_their_countries() -> None:
    records = [("First meeting", "Serbia"), ("Launch", "Moldova"), ("First meeting", "Bangladesh"), ("Launch", "")]
    assert told_apart(records) == ["First meeting – Serbia", "Launch – Moldova", "First meeting – Bangladesh", "Launch"]


def test_a_board_is_listed_from_its_chair_down() -> None:
    members = [("IOM", "secretary"), ("Ministry", "member"), ("Guest", "friend"), ("Bureau", "chair"),
               ("UNDP", "member")]
    assert [name for name, _role in by_role(members)] == ["Bureau", "Ministry", "UNDP", "IOM", "Guest"]


def test_every_annex_has_a_letter_in_every_language() -> None:
    assert all(len(set(letters)) == len(chapters._ANNEXES) for letters in chapters._LETTERS.values())


@pytest.mark.parametrize(("label", "shown"), [
    ("Phase II", "Phase\u00a0II"), ("Year 1", "Year\u00a01"), ("Phase II of it", "Phase II of it"), ("2014", "2014"),
    ("السنة 1", "السنة\u00a01"), ("", ""),
])  # fmt: skip
def test_the_number_that_ends_a_label_begins_no_line(label: str, shown: str) -> None:
    assert glued(label) == shown
