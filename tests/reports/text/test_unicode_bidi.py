"""Unicode's own tests of the bidirectional algorithm: every line of BidiCharacterTest and of BidiTest.

A direction found in the text (bit 1 of BidiTest) is run as the direction that rules P2 and P3 find.
The files are those of Debian's package `unicode-data`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.reports.text.bidi import levels, reorder

FILES = Path("/usr/share/unicode")
#: a character of each class of UAX #9, table 4
CHARACTERS = {
    "L": "a", "R": "\u05d0", "AL": "\u0627", "EN": "1", "ES": "+", "ET": "%", "AN": "\u0661", "CS": ",",
    "NSM": "\u0300", "BN": "\u200b", "B": "\u2029", "S": "\t", "WS": " ", "ON": "!", "LRE": "\u202a", "LRO": "\u202d",
    "RLE": "\u202b",
    "RLO": "\u202e", "PDF": "\u202c", "LRI": "\u2066", "RLI": "\u2067", "FSI": "\u2068", "PDI": "\u2069",
}  # fmt: skip
Require = Callable[[bool, str], None]


def told(name: str) -> Iterator[str]:
    for line in (FILES / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def wrong(text: str, right_to_left: bool, expected: list[str], order: list[int]) -> bool:
    """Whether our levels, or the order they are seen in, differ from what Unicode says; x: removed by rule X9."""
    found = levels(text, right_to_left)
    if any(said not in ("x", str(ours)) for said, ours in zip(expected, found, strict=True)):
        return True
    kept = [i for i, said in enumerate(expected) if said != "x"]
    return reorder(kept, lambda i: found[i]) != order


def test_each_class_has_a_character_of_it() -> None:
    assert all(unicodedata.bidirectional(character) == name for name, character in CHARACTERS.items())


@pytest.mark.slow
def test_every_line_of_the_character_test(require: Require) -> None:
    require((FILES / "BidiCharacterTest.txt").is_file(), "Debian's package unicode-data")
    failures, count = [], 0
    for line in told("BidiCharacterTest.txt"):
        codes, _asked, paragraph, expected, order = line.split(";")
        text = "".join(chr(int(code, 16)) for code in codes.split())
        count += 1
        if wrong(text, paragraph == "1", expected.split(), [int(i) for i in order.split()]):
            failures.append(line)
    assert count > 90_000
    assert failures == []


@pytest.mark.slow
def test_every_line_of_the_class_test(require: Require) -> None:
    require((FILES / "BidiTest.txt").is_file(), "Debian's package unicode-data")
    expected: list[str] = []
    order: list[int] = []
    failures: list[str] = []
    lines = cases = 0
    for line in told("BidiTest.txt"):
        if line.startswith("@Levels:"):
            expected = line.split(":")[1].split()
            continue
        if line.startswith("@Reorder:"):
            order = [int(i) for i in line.split(":")[1].split()]
            continue
        classes, modes = line.split(";")
        kinds, mode = classes.split(), int(modes)
        text = "".join([CHARACTERS[name] for name in kinds])
        asked = {False} if mode & 2 else set()
        asked |= {True} if mode & 4 else set()
        asked |= {found_direction(kinds)} if mode & 1 else set()
        assert asked, line
        lines += 1
        for right_to_left in asked:
            cases += 1
            if wrong(text, right_to_left, expected, order):
                failures.append(f"{line} rtl={right_to_left}")
    assert (lines, cases) == (490_846, 513_494)
    assert failures == []


def found_direction(kinds: list[str]) -> bool:
    """Whether the first strong class outside isolates is a right-to-left one (P2 and P3)."""
    depth = 0
    for kind in kinds:
        if kind in ("LRI", "RLI", "FSI"):
            depth += 1
        elif kind == "PDI":
            depth = max(depth - 1, 0)
        elif depth == 0 and kind in ("L", "R", "AL"):
            return kind != "L"
    return False
