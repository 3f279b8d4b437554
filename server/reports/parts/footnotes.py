"""Footnotes of a table: a mark at a figure that was computed, and below the table what it was computed from."""

from __future__ import annotations

from server.base.i18n import _
from server.reports.story import Story

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Footnotes:
    """The footnotes of one table, numbered from 1 in the order in which they are asked for."""

    def __init__(self) -> None:
        self._told: list[str] = []

    def mark(self, words: str, derived_from: str) -> str:
        """`words` with the mark of a footnote; the same footnote has one number."""
        if derived_from not in self._told:
            self._told.append(derived_from)
        return f"{words}{raised(self._told.index(derived_from) + 1)}"

    def write(self, story: Story) -> None:
        """What the marks stand for, in one paragraph at the table's foot."""
        if self._told:
            told = "; ".join(f"{raised(number)} {words}" for number, words in enumerate(self._told, 1))
            story.paragraph(_("Derived from: %(footnotes)s.", footnotes=told), style="note")


def raised(number: int) -> str:
    """The number as raised digits."""
    return str(number).translate(_RAISED)
