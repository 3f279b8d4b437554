"""Acronyms are found in every script that has capitals; what only looks like one is left alone."""

from __future__ import annotations

import pytest

from server.domain.reporting.acronyms import unexplained, used


@pytest.mark.parametrize(("text", "found"), [
    ("UNDP and IOM met the GMG.", ["UNDP", "IOM", "GMG"]),
    ("All NGOs of the UNDP's partner", ["NGO", "UNDP"]),
    ("ПРООН и МОМ подписали.", ["ПРООН", "МОМ"]),
    ("اجتمع UNDP مع الوزارة", ["UNDP"]),
    ("the UNDP-IOM meeting", ["UNDP", "IOM"]),
    ("GFMD 2014 in Stockholm", ["GFMD"]),
    ("Phase II and Chapter XIV", []),
    ("USD 454,464 and 300 EUR", []),
    ("{spent} at HTTPS://UN.ORG or PMU@UNDP.ORG", []),
    ("ALL IN CAPITALS, AS A HEADING\nand UNCT", ["UNCT"]),
    ("A week in E1, Q2 and 1.A", []),
    ("UNDP, UNDP", ["UNDP"]),
])  # fmt: skip
def test_what_is_an_acronym(text: str, found: list[str]) -> None:
    assert unexplained([], [text]) == found


def test_what_the_list_explains_is_not_asked_about() -> None:
    assert unexplained(["UNDP", "SDC GPMD"], ["UNDP, SDC, GPMD and IOM"]) == ["IOM"]


def test_the_list_keeps_what_is_used() -> None:
    assert used(["MoU", "NGO", "GMG", "SDC GPMD", ""], ["An MoU of two NGOs", "for SDC GPMD"]) == {
        "MoU", "NGO", "SDC GPMD"}  # fmt: skip
