"""Cells of a workbook that hold words: they are words to Excel too, and nothing in them ever runs."""

from __future__ import annotations

import re
from typing import Any

#: Excel's own limit: characters of a cell
LONGEST = 32_767
#: characters that XML 1.0 does not have
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def put_words(cell: Any, words: str) -> None:
    """Write words into a cell; those that begin like a formula are marked as words, also for when they are edited."""
    said = UNREADABLE.sub(" ", words)[:LONGEST]
    if said:
        cell.value, cell.data_type = said, "s"
        cell.quotePrefix = said[0] in "=+-@\t\r"
