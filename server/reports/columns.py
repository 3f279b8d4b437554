"""How wide a table's columns are: as asked for, or by what they hold; no number and no word is cut for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.reports.text.faces import Style
from server.reports.text.layout import Text, longest_word, text_width


@dataclass(frozen=True, slots=True)
class Column:
    """A column's place from the table's left edge and its width, in points; `align` is l, c or r."""

    left: float
    width: float
    align: str


def column_widths(
    head: Sequence[Text] | None,
    rows: Sequence[Sequence[Text]],
    asked: Sequence[float] | None,
    align: str,
    width: float,
    size: float,
    padding: float,
    language: str,
) -> list[float]:
    """Widths in points that add up to `width`.

    A column that would cut a number (align r) or a word is widened at the cost of those that have room to spare, as
    far as they have it.
    """
    count = len(asked) if asked else len(head or (rows[0] if rows else ()))
    limit = max(11 * size, width / (count or 1) * 0.6)  # an address without a blank may not claim the page
    least = [padding + 4.0] * count
    wished = [padding + 4.0] * count
    for row, style in [(head or (), Style.BOLD), *((row, Style.REGULAR) for row in rows)]:
        for n, text in enumerate(row[:count]):
            k = size / 1000.0
            number = n < len(align) and align[n] == "r" and style is Style.REGULAR
            unbroken = text_width(text, style, language=language) if number else longest_word(text, style, language)
            least[n] = max(least[n], min(unbroken * k, limit) + padding + 0.5)
            if asked is None:
                wished[n] = max(wished[n], min(text_width(text, style, language=language) * k + padding, width * 0.6))
    if asked is not None:
        whole = sum(asked)
        wished = [width * part / whole for part in asked]
    else:
        wished = _spread(wished, least, width)
    return _fit(wished, least, width)


def _spread(wished: Sequence[float], least: Sequence[float], width: float) -> list[float]:
    """Widths by content, stretched or squeezed to the table's width; long text gives more than short text."""
    total = sum(wished)
    if total <= width:
        return [w * width / total for w in wished]
    need = [min(a, b) for a, b in zip(wished, least, strict=True)]
    give = [w - n for w, n in zip(wished, need, strict=True)]
    room = max(width - sum(need), 0.0)
    return [n + g * room / (sum(give) or 1.0) for n, g in zip(need, give, strict=True)]


def _fit(wished: Sequence[float], least: Sequence[float], width: float) -> list[float]:
    """Raise each column to its least width while others can spare it."""
    if sum(least) >= width:  # cannot all be had: words will be cut, in proportion
        fair = [min(w, cap) for w, cap in zip(least, [width * 0.5] * len(least), strict=True)]
        return [w * width / sum(fair) for w in fair]
    out = list(wished)
    short = [max(low - w, 0.0) for low, w in zip(least, out, strict=True)]
    spare = [max(w - low, 0.0) for low, w in zip(least, out, strict=True)]
    share = sum(short) / (sum(spare) or 1.0)
    return [w + s - r * share for w, s, r in zip(out, short, spare, strict=True)]
