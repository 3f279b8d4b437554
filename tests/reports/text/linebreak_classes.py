"""Writes server/reports/text/breakclasses.py from Unicode's LineBreak.txt.

`python -m tests.reports.text.linebreak_classes`, with the files of Debian's package `unicode-data`.
"""

from __future__ import annotations

import textwrap
from functools import cache
from pathlib import Path

from tests.house import ROOT

FILES = Path("/usr/share/unicode")
TARGET = ROOT / "server/reports/text/breakclasses.py"

#: UAX #14, LB1: classes that take another's place where no dictionary is at hand
RESOLVED = {"AI": "AL", "SG": "AL", "XX": "AL", "CJ": "NS"}
#: what is not listed, as the file's own head says
UNLISTED = {"ID": [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x1F000, 0x1FAFF), (0x1FC00, 0x1FFFD),
                   (0x20000, 0x2FFFD), (0x30000, 0x3FFFD)],
            "PR": [(0x20A0, 0x20CF)]}

HEAD = '''"""The line breaking class of every character: made by tests/reports/text/linebreak_classes.py, not by hand.

From Unicode 15's LineBreak.txt (terms: https://www.unicode.org/license.txt). Only the places where the class changes
are kept: hexadecimal number, class. Classes are those after rule LB1 of UAX #14, and some are told apart further:
OP and CP of wide characters (OW, CW), opening and closing quotation marks (QI, QF), Hangul syllables (H2 and H3 by
turns: HH), pictographs that are not assigned yet (EX is another class: XP).
"""

RANGES = """
'''


def classes() -> list[str]:
    """The class of each code point."""
    found = ["AL"] * 0x110000
    for name, ranges in UNLISTED.items():
        for first, last in ranges:
            found[first : last + 1] = [name] * (last + 1 - first)
    for line in (FILES / "LineBreak.txt").read_text("utf-8").splitlines():
        told = line.split("#")[0].strip()
        if not told:
            continue
        points, name = told.split(";")
        first, _dots, last = points.partition("..")
        for code in range(int(first, 16), int(last or first, 16) + 1):
            found[code] = _told_apart(code, name)
    for first, last in _pictographs():
        for code in range(first, last + 1):
            if code not in _categories() and found[code] == "ID":
                found[code] = "XP"
    return found


@cache
def _categories() -> dict[int, str]:
    """The general category of each assigned character that stands in a line of its own."""
    lines = [line.split(";") for line in (FILES / "UnicodeData.txt").read_text("utf-8").splitlines()]
    return {int(fields[0], 16): fields[2] for fields in lines}


@cache
def _wide() -> frozenset[int]:
    """Characters whose East Asian width is full, wide or half."""
    found: set[int] = set()
    for line in (FILES / "EastAsianWidth.txt").read_text("utf-8").splitlines():
        points, _semicolon, width = line.split("#")[0].strip().partition(";")
        if width in ("F", "W", "H"):
            first, _dots, last = points.partition("..")
            found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)


def _told_apart(code: int, name: str) -> str:
    category = _categories().get(code, "")
    if name == "SA":
        return "CM" if category in ("Mn", "Mc") else "AL"
    if name == "QU":
        return {"Pi": "QI", "Pf": "QF"}.get(category, "QU")
    if name in ("OP", "CP") and code in _wide():
        return name[0] + "W"
    if name in ("H2", "H3"):
        return "HH"
    return RESOLVED.get(name, name)


def _pictographs() -> list[tuple[int, int]]:
    found = []
    for line in (FILES / "emoji/emoji-data.txt").read_text("utf-8").splitlines():
        told = line.split("#")[0]
        if "; Extended_Pictographic" in told:
            first, _dots, last = told.split(";")[0].strip().partition("..")
            found.append((int(first, 16), int(last or first, 16)))
    return found


def module() -> str:
    """The text of the module."""
    found = classes()
    starts = [f"{code:x} {name}" for code, name in enumerate(found) if code == 0 or found[code - 1] != name]
    lines = textwrap.wrap(" ".join(starts), 118, break_on_hyphens=False)
    return HEAD + "\n".join(lines) + '\n"""\n'


if __name__ == "__main__":
    TARGET.write_text(module(), encoding="utf-8")
