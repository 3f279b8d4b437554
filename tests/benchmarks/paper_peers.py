"""Paper by Valise and by other engines: the same narrative with a table, and the same long table, in one run.

Every drawing has a process of its own, which draws once and has met no word before; the engines take turns, and the
medians of the rounds are printed: seconds of drawing (imports and the making of the texts do not count), the most
memory of the whole process, bytes and pages. The first line is a process that draws nothing. Each engine sets Noto Sans
and breaks lines itself, but for the bare canvas, whose lines are broken before the clock starts.

Peers are the `peers` extra; WeasyPrint also needs Pango (Debian: libpango-1.0-0, libpangoft2-1.0-0). Those that are not
installed are named and left out.
"""

from __future__ import annotations

import argparse
import html
import io
import json
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pikepdf

from server.base.paths import asset_dir
from tests.benchmarks import texts
from tests.benchmarks.report_pages import most_memory, table_rows
from tests.benchmarks.rounds import end

#: rows of the long table; of one four times as long, which shows who is linear; of the report
SIZE, LONGER, REPORT_ROWS = 5_000, 4, 240
_PARAGRAPHS = 120
_HEAD = ("When", "What", "What came of it", "Where", "USD")
_SHARES = (0.13, 0.3, 0.32, 0.12, 0.13)
#: of a page, in points: A4, its margins, the letters of text and cells
_WIDTH, _HEIGHT, _MARGIN, _TEXT, _CELL = 595.28, 841.89, 62.0, 10.0, 8.5
_FONTS = asset_dir() / "static" / "fonts"


@dataclass(frozen=True)
class Paper:
    """What is drawn: paragraphs, then a table."""

    paragraphs: Sequence[str]
    rows: Sequence[Sequence[str]]


#: puts a paper into an engine; what that answers draws it and answers the PDF
Engine = Callable[[Paper], Callable[[], bytes]]


def valise(paper: Paper) -> Callable[[], bytes]:
    """Tagged, with running heads, as every document of Valise."""
    story_module, frame_module = import_module("server.reports.story"), import_module("server.reports.frame")

    def draw() -> bytes:
        story = story_module.Story("en")
        for paragraph in paper.paragraphs:
            story.paragraph(paragraph)
        story.table(_HEAD, paper.rows, widths=_SHARES, align="llllr")
        frame = frame_module.Frame("Activities", when=datetime(2015, 3, 31, tzinfo=UTC))
        return bytes(story_module.render(story, frame).pdf)

    return draw


def canvas(paper: Paper) -> Callable[[], bytes]:
    """ReportLab's canvas: strings at places, nothing measured; lines are broken beforehand, by their letters."""
    library = import_module("reportlab.pdfgen.canvas")
    _register_fonts()
    column = _WIDTH - 2 * _MARGIN
    lines = [line for one in paper.paragraphs for line in [*textwrap.wrap(one, 95), ""]]
    rows = [[textwrap.wrap(text, int(column * share / 4.5)) or [""] for text, share in zip(row, _SHARES, strict=True)]
            for row in [_HEAD, *paper.rows]]  # fmt: skip

    def draw() -> bytes:
        target = io.BytesIO()
        page = library.Canvas(target, pageCompression=1, invariant=1)
        y = _HEIGHT - _MARGIN
        page.setFont("NotoSans-Regular", _TEXT)
        for line in lines:
            if y < _MARGIN:
                page.showPage()
                page.setFont("NotoSans-Regular", _TEXT)
                y = _HEIGHT - _MARGIN
            page.drawString(_MARGIN, y, line)
            y -= 14.2
        page.setFont("NotoSans-Regular", _CELL)
        for row in rows:
            height = max(map(len, row)) * 11.6 + 6.4
            if y - height < _MARGIN:
                page.showPage()
                page.setFont("NotoSans-Regular", _CELL)
                y = _HEIGHT - _MARGIN
            x = _MARGIN
            for cell, share in zip(row, _SHARES, strict=True):
                for number, line in enumerate(cell):
                    page.drawString(x + 5, y - 11 - number * 11.6, line)
                x += share * column
            y -= height
            page.line(_MARGIN, y, _WIDTH - _MARGIN, y)
        page.save()
        return target.getvalue()

    return draw


def platypus(paper: Paper) -> Callable[[], bytes]:
    """ReportLab's own layout: a Paragraph in every cell, tables of 200 rows each (a long one would be quadratic)."""
    layout, styles = import_module("reportlab.platypus"), import_module("reportlab.lib.styles")
    _register_fonts()
    text = styles.ParagraphStyle("text", fontName="NotoSans-Regular", fontSize=_TEXT, leading=14.2, spaceAfter=6)
    cell = styles.ParagraphStyle("cell", fontName="NotoSans-Regular", fontSize=_CELL, leading=11.6)
    right = styles.ParagraphStyle("right", parent=cell, alignment=2)
    looks = [right if place == len(_HEAD) - 1 else cell for place in range(len(_HEAD))]
    widths = [(_WIDTH - 2 * _MARGIN) * share for share in _SHARES]
    whole = ((0, 0), (-1, -1))
    ruled = layout.TableStyle([("LINEBELOW", *whole, 0.4, "#c9d4dc"), ("VALIGN", *whole, "TOP")])

    def cells(row: Sequence[str]) -> list[Any]:
        return [layout.Paragraph(html.escape(one), look) for one, look in zip(row, looks, strict=True)]

    def draw() -> bytes:
        target = io.BytesIO()
        margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), _MARGIN)
        document = layout.SimpleDocTemplate(target, pagesize=(_WIDTH, _HEIGHT), pageCompression=1, **margins)
        flow: list[Any] = [layout.Paragraph(html.escape(one), text) for one in paper.paragraphs]
        for at in range(0, len(paper.rows), 200):
            part = [cells(_HEAD), *(cells(row) for row in paper.rows[at : at + 200])]
            flow.append(layout.LongTable(part, colWidths=widths, repeatRows=1, style=ruled))
        document.build(flow)
        return target.getvalue()

    return draw


def typst(paper: Paper) -> Callable[[], bytes]:
    """The typst compiler with the rows as a CSV file beside the source."""
    library = import_module("typst")
    source = f"""#set page(paper: "a4", margin: {_MARGIN}pt)
#set text(font: "Noto Sans", size: {_TEXT}pt)
#for one in json("paragraphs.json") [#par(one)]
#set text(size: {_CELL}pt)
#table(columns: ({", ".join(f"{share}fr" for share in _SHARES)}), stroke: (bottom: 0.4pt), inset: 5pt,
  align: (left, left, left, left, right), table.header{_HEAD!r}, ..json("rows.json").flatten())
""".replace("'", '"')

    def draw() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            (place / "paragraphs.json").write_text(json.dumps(list(paper.paragraphs)), encoding="utf-8")
            (place / "rows.json").write_text(json.dumps(paper.rows), encoding="utf-8")
            (place / "paper.typ").write_text(source, encoding="utf-8")
            return bytes(library.compile(str(place / "paper.typ"), font_paths=[str(_FONTS)]))

    return draw


def weasyprint(paper: Paper) -> Callable[[], bytes]:
    """HTML and CSS by WeasyPrint."""
    library = import_module("weasyprint")
    look = f"""@font-face {{font-family: Paper; src: url("{(_FONTS / "NotoSans-Regular.ttf").as_uri()}")}}
@page {{size: A4; margin: {_MARGIN}pt}} body {{font: {_TEXT}pt/14.2pt Paper; margin: 0}}
table {{font-size: {_CELL}pt; line-height: 11.6pt; width: 100%; table-layout: fixed; border-collapse: collapse}}
td, th {{border-bottom: 0.4pt solid; padding: 3.2pt 5pt; text-align: left; vertical-align: top}}
tr {{break-inside: avoid}} td:last-child {{text-align: right}}"""

    def row(cells: Sequence[str], kind: str) -> str:
        return f"<tr>{''.join(f'<{kind}>{html.escape(one)}</{kind}>' for one in cells)}</tr>"

    def draw() -> bytes:
        columns = "".join(f'<col style="width:{share:%}">' for share in _SHARES)
        body = "".join(f"<p>{html.escape(one)}</p>" for one in paper.paragraphs)
        table = f"<thead>{row(_HEAD, 'th')}</thead><tbody>{''.join(row(one, 'td') for one in paper.rows)}</tbody>"
        page = f"<html><style>{look}</style><body>{body}<table>{columns}{table}</table></body></html>"
        return bytes(library.HTML(string=page).write_pdf())

    return draw


def fpdf2(paper: Paper) -> Callable[[], bytes]:
    """fpdf2 with its shaping by HarfBuzz switched on."""
    library = import_module("fpdf")

    def draw() -> bytes:
        pdf = library.FPDF(unit="pt", format="A4")
        pdf.set_margins(_MARGIN, _MARGIN)
        pdf.set_auto_page_break(True, _MARGIN)
        for style, file in (("", "Regular"), ("B", "Bold")):
            pdf.add_font("Paper", style, str(_FONTS / f"NotoSans-{file}.ttf"))
        pdf.set_text_shaping(True)
        pdf.add_page()
        pdf.set_font("Paper", size=_TEXT)
        for paragraph in paper.paragraphs:
            pdf.multi_cell(0, 14.2, paragraph, align="L", new_x="LMARGIN", new_y="NEXT")
            pdf.ln(6)
        pdf.set_font("Paper", size=_CELL)
        ways = ("LEFT",) * (len(_HEAD) - 1) + ("RIGHT",)
        with pdf.table(col_widths=_SHARES, text_align=ways, line_height=11.6) as table:
            for cells in [_HEAD, *paper.rows]:
                table.row(cells)
        return bytes(pdf.output())

    return draw


def _nothing(_paper: Paper) -> Callable[[], bytes]:
    return lambda: b""


ENGINES: dict[str, Engine] = {
    "nothing": _nothing, "valise": valise, "canvas": canvas, "platypus": platypus, "typst": typst,
    "weasyprint": weasyprint, "fpdf2": fpdf2,
}  # fmt: skip


def _register_fonts() -> None:
    metrics, fonts = import_module("reportlab.pdfbase.pdfmetrics"), import_module("reportlab.pdfbase.ttfonts")
    metrics.registerFont(fonts.TTFont("NotoSans-Regular", _FONTS / "NotoSans-Regular.ttf"))


def paper_of(rows: int, paragraphs: int) -> Paper:
    """The same paper for every engine."""
    told = [str(one.values["narrative"]) for one in texts.activities(paragraphs, seed=3, offices=(("jm", None),))]
    return Paper(told, table_rows(rows))


def _child(engine: str, rows: int, paragraphs: int) -> None:
    """Draw once and print what it took."""
    paper = paper_of(rows, paragraphs)
    try:
        draw = ENGINES[engine](paper)
    except (ImportError, OSError) as missing:  # WeasyPrint asks the system for Pango
        print(json.dumps({"missing": str(missing).splitlines()[0]}))
        return
    started = time.perf_counter()
    pdf = draw()
    seconds, peak, pages = time.perf_counter() - started, most_memory(), 0
    if pdf:
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            pages = len(opened.pages)
    print(json.dumps({"seconds": seconds, "peak": peak, "bytes": len(pdf), "pages": pages}))


@dataclass(frozen=True)
class Task:
    """What each of some engines draws."""

    name: str
    rows: int
    paragraphs: int
    engines: Sequence[str]


def _tasks(size: int, engines: Sequence[str]) -> Iterator[Task]:
    report = min(REPORT_ROWS, size)
    yield Task(f"report: {_PARAGRAPHS} paragraphs and {report} rows", report, _PARAGRAPHS, engines)
    yield Task(f"table of {size:,} rows", size, 0, engines)
    longer = [engine for engine in engines if engine in ("nothing", "valise", "canvas")]
    yield Task(f"table of {size * LONGER:,} rows", size * LONGER, 0, longer)


def _measure(task: Task, rounds: int) -> dict[str, list[dict[str, Any]]]:
    """What each engine's processes told, in turns; an engine that is missing is asked once."""
    told: dict[str, list[dict[str, Any]]] = {engine: [] for engine in task.engines}
    for _round in range(rounds):
        for engine, found in told.items():
            if found and "missing" in found[0]:
                continue
            command = [sys.executable, "-m", __spec__.name, "--child", engine, str(task.rows), str(task.paragraphs)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found.append(json.loads(done.stdout.splitlines()[-1]))
    return told


def _print(task: Task, told: dict[str, list[dict[str, Any]]]) -> None:
    print(task.name)
    ours = statistics.median([one["seconds"] for one in told["valise"]]) if told.get("valise") else 0.0
    for engine, found in told.items():
        if "missing" in found[0]:
            print(f"  {engine:<11} is not installed and is left out ({found[0]['missing']})", flush=True)
            continue
        middle = {key: statistics.median([one[key] for one in found]) for key in found[0]}
        ratio = f"{middle['seconds'] / ours:6.2f} x" if ours and engine != "nothing" else " " * 8
        print(f"  {engine:<11} {middle['seconds']:7.2f} s {ratio}  {middle['peak'] / 1e6:6,.0f} MB"
              f"  {middle['bytes']:11,.0f} bytes  {middle['pages']:4.0f} pages", flush=True)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """The program."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["--child"]:
        _child(given[1], int(given[2]), int(given[3]))
        return 0
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--size", type=int, default=SIZE, help=f"rows of the long table (default {SIZE:,})")
    asked.add_argument("--rounds", type=int, default=3, help="processes of each engine and paper (default 3)")
    asked.add_argument("--only", nargs="+", choices=list(ENGINES), default=list(ENGINES), help="some of the engines")
    options = asked.parse_args(given)
    for task in _tasks(options.size, options.only):
        _print(task, _measure(task, options.rounds))
    return 0


if __name__ == "__main__":
    end(main())
