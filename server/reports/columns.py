"""How wide a table's columns are: as asked for, or by what they hold; no number and no word is cut for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.reports.hanging import hang
from server.reports.text.faces import Style
from server.reports.text.layout import Text, longest_word, plain, text_width

#: rows that are looked at for the widths of a table without any, and shares in which what is left is given away
_SAMPLE, _SHARES = 60, 60


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
    far as they have it. Without `asked`, each column gets what makes the table low: one that is empty stands as
    narrow as its heading.
    """
    count = len(asked) if asked else len(head or (rows[0] if rows else ()))
    limit = max(11 * size, width / (count or 1) * 0.6)  # an address without a blank may not claim the page
    least = [padding + 4.0] * count
    k = size / 1000.0
    for row, style in _styled(head, rows):
        for n, text in enumerate(row[:count]):
            number = n < len(align) and align[n] == "r" and style is Style.REGULAR
            look = _look(text, style)
            unbroken = text_width(text, look, language=language) if number else longest_word(text, look, language)
            unbroken += hang(text, style, language)
            least[n] = max(least[n], min(unbroken * k, limit) + padding + 0.5)
    if asked is not None:
        whole = sum(asked)
        return _fit([width * part / whole for part in asked], least, width)
    if sum(least) >= width:
        return _fit(least, least, width)
    every = -(-len(rows) // _SAMPLE) or 1
    lengths = [[_length(text, style, language, k) for text in row[:count]]
               for row, style in _styled(head, rows[::every])]
    return _low(_with_short(least, lengths[1:], width, padding, 13 * size), lengths, width, padding)


def _styled(head: Sequence[Text] | None, rows: Sequence[Sequence[Text]]) -> Iterator[tuple[Sequence[Text], Style]]:
    yield head or (), Style.BOLD
    for row in rows:
        yield row, Style.REGULAR


def _look(text: Text, style: Style) -> Style:
    """The widest style of a text."""
    return style if isinstance(text, str) or not any(span.bold for span in text) else Style.BOLD


def _length(text: Text, style: Style, language: str, k: float) -> tuple[float, float]:
    """How long a cell's text is as one line, and its longest line, in points."""
    look = _look(text, style)
    widths = [text_width(line, look, language=language) * k for line in plain(text).split("\n")]
    return sum(widths), max(widths)


def _wished(lengths: Sequence[Sequence[tuple[float, float]]], count: int, padding: float) -> list[float]:
    """The width at which nothing in a column wraps."""
    return [max((row[n][1] for row in lengths if n < len(row)), default=0.0) + padding + 0.5 for n in range(count)]


def _with_short(
    least: Sequence[float], lengths: Sequence[Sequence[tuple[float, float]]], width: float, padding: float, short: float
) -> list[float]:
    """Least widths at which dates, names and states stand in one line, as long as half of what is left stays for the
    columns that tell most."""
    out, room = list(least), (width - sum(least)) / 2
    wished = _wished(lengths, len(out), padding)
    for n in sorted(range(len(out)), key=lambda n: wished[n] - out[n]):
        more = wished[n] - out[n]
        if 0 < more <= room and wished[n] <= short:
            out[n] += more
            room -= more
    return out


def _low(
    least: Sequence[float], lengths: Sequence[Sequence[tuple[float, float]]], width: float, padding: float
) -> list[float]:
    """From their least widths on, columns are given what is left, a share at a time: each to the one that keeps most
    rows high. What nobody needs is spread over all."""
    out = list(least)
    wished = _wished(lengths, len(out), padding)
    share = (width - sum(out)) / _SHARES
    for _n in range(_SHARES):
        pulls = _pulls(out, lengths, padding)
        wanting = [n for n, wish in enumerate(wished) if out[n] < wish and pulls[n]]
        if not wanting:
            break
        most = max(wanting, key=lambda n: pulls[n])
        out[most] += share
    left = width - sum(out)
    return [one + left * one / sum(out) for one in out]


def _pulls(widths: Sequence[float], lengths: Sequence[Sequence[tuple[float, float]]], padding: float) -> list[float]:
    """How much lower all rows would be for a point of width more, by column. A cell counts the more the nearer it is
    to being its row's highest."""
    pulls = [0.0] * len(widths)
    for row in lengths:
        high = [length / (w - padding) for (length, _longest), w in zip(row, widths, strict=False)]
        top = max(high, default=0.0)
        for n, lines in enumerate(high if top > 1.0 else ()):
            near = lines / top
            pulls[n] += lines * near * near * near / (widths[n] - padding)
    return pulls


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
