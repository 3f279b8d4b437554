"""How fast paper is made: a long table against bare ReportLab drawing of the same strings, timed in one run."""

from __future__ import annotations

import io
import random
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from server.base.paths import asset_dir
from server.reports.frame import Frame, sheet
from server.reports.story import Story, render
from server.reports.text.faces import Style
from server.reports.text.layout import lay_out

#: times the bare drawing may take
BAR = 1.3
ROWS = 5000
HEAD = ["No", "Date", "Country", "Activity", "Partners", "Amount"]
WIDTHS = [0.06, 0.12, 0.14, 0.38, 0.2, 0.1]
WORDS = re.findall(
    r"\w+",
    """programme supported national focal point workshop government institutions migration civil society agreed terms
    reference board project development ministry labour statistics capacity training evidence endorsement budget""",
)


def make_rows() -> list[list[str]]:
    chance = random.Random(2014)

    def sentence(words: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(words)).capitalize() + "."

    return [
        [
            str(n),
            f"2014-{n % 12 + 1:02}-{n % 28 + 1:02}",
            chance.choice(["Bangladesh", "Ecuador", "Jamaica", "Kyrgyzstan"]),
            sentence(12),
            sentence(5),
            f"{chance.randint(100, 99999):,}.00",
        ]
        for n in range(ROWS)
    ]


def our_table(rows: list[list[str]]) -> None:
    story = Story("en")
    story.table(HEAD, rows, WIDTHS, "lllllr")
    render(story, Frame("Table", when=datetime(2015, 1, 1, tzinfo=UTC)))


def wrapped(rows: list[list[str]]) -> list[list[list[str]]]:
    """The lines that our table breaks each cell into."""
    column = sheet("en").column

    def cell(text: str, share: float) -> list[str]:
        limit = (column * share - 10) * 1000 / 8.5
        return [line.text for line in lay_out(text, Style.REGULAR, limit, language="en", right_to_left=False)]

    return [[cell(text, share) for text, share in zip(row, WIDTHS, strict=True)] for row in rows]


def bare_drawing(rows: list[list[list[str]]]) -> None:
    """The same lines at the same places with drawString, in the same embedded font; nothing is measured or broken."""
    pdfmetrics.registerFont(TTFont("Bare", str(asset_dir() / "static" / "fonts" / "NotoSans-Regular.ttf")))
    page = sheet("en")
    canvas = Canvas(io.BytesIO(), pageCompression=1)
    canvas.setFont("Bare", 8.5)
    y = page.height - page.top
    for row in rows:
        height = max(map(len, row)) * 11.6 + 6.4
        if y - height < page.bottom:
            canvas.showPage()
            canvas.setFont("Bare", 8.5)
            y = page.height - page.top
        x = page.left
        for cell, share in zip(row, WIDTHS, strict=True):
            for n, line in enumerate(cell):
                canvas.drawString(x + 5, y - 11 - n * 11.6, line)
            x += share * page.column
        y -= height
        canvas.line(page.left, y, page.width - page.right, y)
    canvas.save()


def seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.mark.slow
def test_a_long_table_costs_little_more_than_bare_drawing() -> None:
    rows = make_rows()
    lines = wrapped(rows)
    pairs = [(seconds(lambda: our_table(rows)), seconds(lambda: bare_drawing(lines))) for _ in range(3)]
    ratio = min(ours for ours, _bare in pairs) / min(bare for _ours, bare in pairs)
    assert ratio <= BAR, f"{ratio:.2f} times the bare drawing"
