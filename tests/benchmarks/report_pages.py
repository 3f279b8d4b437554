"""Paper: an annual report and a long table, against a bare ReportLab canvas that draws the same strings."""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from server.base.paths import asset_dir
from server.db.session import Author, read_session, write_session
from server.domain.activities.commands import log_activity
from server.domain.records import Work
from server.reports.annual import annual_document
from server.reports.frame import Frame
from server.reports.model import AnnualReport
from server.reports.sheets import Rendered
from server.reports.story import Story, render
from server.reports.text import layout, shape
from server.reports.text.faces import Face
from server.reports.text.layout import Line
from server.reports.text.pen import Pen
from server.services.consolidate import annual_report
from server.services.load import record_id
from tests.benchmarks import stock, texts
from tests.benchmarks.rounds import Asked, Figure, compare, end, run, timed
from tests.example_data import create_example

SIZE, BAR = 5_000, 1.3
#: achievements of each country in the annual report
_ACHIEVEMENTS = 30
_MOMENT = datetime(2015, 3, 31, 12, 0, tzinfo=UTC)
_FONTS = ("NotoSans-Regular", "NotoSans-Bold", "NotoSans-Italic", "NotoSans-BoldItalic")
#: makes a document from nothing but what it says
Draw = Callable[[], Rendered]


def measure(asked: Asked) -> Iterator[Figure]:
    """Time of the annual report, and of a table with `size` rows; then the memory that a row takes."""
    small = asked.size < SIZE
    report = _report(asked.folder / "annual.db", 3 if small else _ACHIEVEMENTS)
    rows = table_rows(asked.size)
    yield _drawn("annual report, 8 countries", lambda: annual_document(report, _MOMENT), asked.rounds)
    yield _drawn(f"table of {asked.size:,} rows", lambda: table_document(rows), asked.rounds)
    few, many = asked.size, asked.size * 4
    yield _memory(few, many)


def _drawn(name: str, draw: Draw, rounds: int) -> Figure:
    """Our document against the bare canvas; no word is known from the round before."""
    pages = strings_of(draw)
    for font in _FONTS:
        pdfmetrics.registerFont(TTFont(font, asset_dir() / "static" / "fonts" / f"{font}.ttf"))

    def ours() -> None:
        for known in (shape.shape_word, layout._lay_out_plain, layout._plain_unit):
            known.cache_clear()
        draw()

    strings = sum(len(page.strings) for page in pages)
    return compare(name, timed(ours), timed(lambda: bare(pages)), rounds=rounds, bar=BAR,
                   note=f"{len(pages)} pages, {strings:,} strings")  # fmt: skip


def _memory(few: int, many: int) -> Figure:
    """Bytes that each further row of a table costs at the peak, against those of the bare canvas."""
    slope = {kind: (_peak(kind, many) - _peak(kind, few)) / (many - few) for kind in ("ours", "bare")}
    return Figure("memory for each row of a table", slope["ours"], slope["bare"], None, "bytes",
                  f"peak at {many:,} rows less that at {few:,}")  # fmt: skip


def _peak(kind: str, rows: int) -> int:
    """Most memory of a process that draws a table, in bytes. Strings for the bare canvas are made as it goes."""
    command = [sys.executable, "-m", "tests.benchmarks.report_pages", "--child", kind, str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(json.loads(done.stdout)["peak"])


@dataclass(frozen=True)
class Placed:
    """A string as it stands on a page: the face's name, size in points, left end and baseline."""

    text: str
    font: str
    size: float
    x: float
    y: float


@dataclass(frozen=True)
class Page:
    """What the bare canvas draws: a page's size and its strings."""

    width: float
    height: float
    strings: tuple[Placed, ...]


def strings_of(draw: Draw) -> list[Page]:
    """The strings of a document, line by line as its pens set them."""
    pens: list[Pen] = []
    found: dict[int, list[Placed]] = {}
    begin, set_line = Pen.__init__, Pen.text

    def note_pen(pen: Pen, *arguments: Any) -> None:
        begin(pen, *arguments)
        pens.append(pen)

    def note_line(pen: Pen, line: Line, x: float, y: float, size: float, ink: str, stretch: float = 0.0) -> None:
        found.setdefault(id(pen), []).extend(_stretches(line, x, y, size))
        set_line(pen, line, x, y, size, ink, stretch)

    with patch.object(Pen, "__init__", note_pen), patch.object(Pen, "text", note_line):
        draw()
    return [Page(pen.width, pen.height, tuple(found.get(id(pen), ()))) for pen in pens]


def _stretches(line: Line, x: float, y: float, size: float) -> Iterator[Placed]:
    """A line in one string for each face it is set in; a script that the stock canvas cannot set in the first face."""
    text, face, start = "", None, x
    for piece in line.pieces:
        if face is not None and piece.face is not face:
            yield Placed(text, _stock(face), size, start, y)
            text, start = "", x
        text, face = text + piece.text, piece.face
        x += piece.width * size / 1000.0
    if face is not None and text:
        yield Placed(text, _stock(face), size, start, y)


def _stock(face: Face) -> str:
    return face.name if face.name in _FONTS else _FONTS[0]


def bare(pages: Iterable[Page]) -> bytes:
    """The strings on a stock canvas."""
    target = io.BytesIO()
    canvas = Canvas(target, pageCompression=1, invariant=1)
    for page in pages:
        canvas.setPageSize((page.width, page.height))
        font: tuple[str, float] = ("", 0.0)
        for one in page.strings:
            if font != (one.font, one.size):
                font = (one.font, one.size)
                canvas.setFont(*font)
            canvas.drawString(one.x, one.y, one.text)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def table_rows(count: int) -> list[tuple[str, ...]]:
    """A list of activities: day, what, where, who, amount."""
    rows: list[tuple[str, ...]] = []
    for number, one in enumerate(texts.activities(count, offices=(("jm", None), ("kg", "ru")))):
        values = one.values
        words = " ".join(str(values["narrative"]).split()[:9])
        amount = f"{number * 37:,}.00"
        rows.append((str(values["date_from"]), str(values["title"]), words, str(values["place"]), amount))
    return rows


def table_document(rows: Sequence[Sequence[str]]) -> Rendered:
    """The rows on paper."""
    story = Story("en")
    story.table(("When", "What", "What came of it", "Where", "USD"), rows, widths=(0.13, 0.3, 0.32, 0.12, 0.13),
                align="llllr")  # fmt: skip
    return render(story, Frame("Activities", header_start="The log", footer_start="All offices", when=_MOMENT))


def _report(database: Path, achievements: int) -> AnnualReport:
    """The example's year, with that many achievements of each country."""
    engine = create_example(database)
    logged = texts.activities(achievements * len(texts.OFFICES), seed=5)
    for number, one in enumerate(logged):
        author = Author("Programme officer", record_id("office", one.office), hq=False)
        with write_session(engine, author) as session:
            values = {name: one.values[name] for name in ("title", "narrative", "place", "participants")}
            log_activity(Work(session, author, stock.CLOCK), {
                **values, "date_from": f"2014-{2 + number % 11:02d}", "output_id": record_id("output", "output-1"),
                "country_id": record_id("country", one.office), "in_report": 1, "position": 10 + number,
            })  # fmt: skip
    with read_session(engine) as session:
        report = annual_report(session, "y1", "en", stock.CLOCK)
    engine.dispose()
    return report


def _sheets(rows: Sequence[Sequence[str]]) -> Iterator[Page]:
    """Rows side by side on pages, made as they are asked for."""
    for at in range(0, len(rows), 50):
        lines = enumerate(rows[at : at + 50])
        cells = ((text, n, m) for m, row in lines for n, text in enumerate(row))
        strings = tuple(Placed(text, _FONTS[0], 8.0, 60.0 + 90 * n, 800.0 - 12 * m) for text, n, m in cells)
        yield Page(595.0, 842.0, strings)


def _child(kind: str, count: int) -> None:
    """Draw a table and print the most memory it took."""
    rows = table_rows(count)
    if kind == "ours":
        table_document(rows)
    else:
        for font in _FONTS:
            pdfmetrics.registerFont(TTFont(font, asset_dir() / "static" / "fonts" / f"{font}.ttf"))
        bare(_sheets(rows))
    print(json.dumps({"peak": most_memory()}))


def most_memory() -> int:
    """Bytes. On Linux the rusage of a child begins with what its parent had, so the kernel's own mark is read."""
    status = Path("/proc/self/status")
    if status.is_file():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main(arguments: list[str] | None = None) -> int:
    """The program."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["--child"]:
        _child(given[1], int(given[2]))
        return 0
    return run(measure, size=SIZE, description=__doc__ or "", arguments=given)


if __name__ == "__main__":
    end(main())
