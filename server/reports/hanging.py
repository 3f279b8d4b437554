"""Lists in a cell: the lines of an item stand below its first word, not below its bullet."""

from __future__ import annotations

from dataclasses import replace

from server.reports.text.faces import Style
from server.reports.text.layout import Line, Text, lay_out
from server.reports.text.shape import shape_word
from server.reports.words import BULLET


def hang(text: Text, style: Style, language: str) -> float:
    """How far the items of a text are set in, in 1/1000 of the size; 0 without any."""
    if not isinstance(text, str) or BULLET not in text:
        return 0.0
    return lay_out(BULLET, style, 1e9, language=language, right_to_left=False)[0].width


def cell_lines(text: Text, style: Style, width: float, *, language: str, right_to_left: bool) -> tuple[Line, ...]:
    """The lines of a cell at most `width` (1/1000 of the size) wide, those of items set in.

    Not so from right to left: a bullet that is set apart from a line of two directions is read in another place.
    """
    if right_to_left or not isinstance(text, str) or BULLET not in text:
        return lay_out(text, style, width, language=language, right_to_left=right_to_left)
    bullet = lay_out(BULLET, style, 1e9, language=language, right_to_left=False)[0]
    blank = shape_word(" ", style, False, language)[0]
    lines: list[Line] = []
    indent = 0.0
    for part in text.split("\n"):
        if lines:
            lines[-1] = replace(lines[-1], trailing=blank)  # two lines stay two words for who hears them
        item = part.startswith(BULLET)
        indent = bullet.width if item else indent  # an item has all lines up to the next one
        told = lay_out(part.removeprefix(BULLET), style, width - indent, language=language, right_to_left=False)
        set_in = [replace(line, indent=indent) for line in told] if indent else list(told)
        if item:
            first = told[0]
            pieces = (*bullet.pieces, *first.pieces)
            set_in[0] = replace(first, pieces=pieces, width=first.width + bullet.width)
        lines += set_in
    return tuple(lines)
