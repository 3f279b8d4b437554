"""Two files for the example programme, so that its dispatches carry evidence: a chart and a scanned cover sheet, both
drawn here from the records of the office that files them."""

from __future__ import annotations

import io
from collections.abc import Sequence

from server.db.session import read_session, write_session
from server.domain.documents.commands import file_document
from server.domain.documents.queries import documents
from server.domain.framework.queries import periods
from server.domain.records import Work
from server.domain.workplan.queries import PlannedFacts, planned
from server.services.filing import Upload, filed
from server.services.folder import Folder
from server.services.load import record_id

#: the office that files them, the documents that they are the content of, and the line of the plan on the sheet
OFFICE = "jm"
CHART, SHEET, LINE = "jm-doc-work-plan", "jm-doc-addendum", "jm-y1-addendum"
_INK, _SOFT, _BAR, _PAPER = (29, 41, 53), (120, 130, 140), (11, 94, 150), (250, 249, 245)


def file_papers(folder: Folder, code: str) -> None:
    """File both in the office that has them; any other has none."""
    if code != OFFICE:
        return
    with read_session(folder.engine) as session:
        first = periods(session)[0]
        lines = planned(session, period_id=first.id, office=folder.identity.office)
        (named,) = documents(session, [record_id("document", SHEET)])
    (line,) = [one for one in lines if one.id == record_id("planned_activity", LINE)]
    drawn = {CHART: Upload("work-plan-by-quarter.png", lambda: _chart(first.title, lines)),
             SHEET: Upload("cover-sheet.jpg", lambda: _sheet(named.title, first.title, line))}  # fmt: skip
    author = folder.author()
    with write_session(folder.engine, author) as session:
        session.info["clock"] = folder.clock
        work = Work(session, author, folder.clock)
        for name, upload in drawn.items():
            file_document(work, filed(work, folder.data, upload), id=record_id("document", name))


def _chart(title: str, lines: Sequence[PlannedFacts]) -> bytes:
    """Lines of the plan as bars over the four quarters, PNG."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415  (a tenth of a second of the start)

    left, column, row, top = 560, 150, 44, 110
    image = Image.new("RGB", (left + 4 * column + 40, top + row * len(lines) + 40), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(19)
    pen.text((30, 24), title, fill=_INK, font=ImageFont.load_default(30))
    for quarter in range(4):
        pen.text((left + quarter * column + 55, top - 34), f"Q{quarter + 1}", fill=_SOFT, font=font)
    for place, line in enumerate(lines):
        y = top + place * row
        pen.line((30, y, image.width - 30, y), fill=(225, 228, 231))
        pen.text((30, y + 10), _cut(line.title, 54), fill=_INK, font=font)
        for quarter in line.quarters:
            x = left + (quarter - 1) * column
            pen.rectangle((x, y + 9, x + column - 1, y + row - 9), fill=_BAR)
    found = io.BytesIO()
    image.save(found, "PNG", optimize=True)
    return found.getvalue()


def _sheet(title: str, period: str, line: PlannedFacts) -> bytes:
    """The cover of a folder of papers as it was printed and scanned, a little askew, JPEG."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415

    sheet = Image.new("RGB", (900, 1270), _PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(20)
    pen.rectangle((60, 60, 840, 1210), outline=_SOFT, width=2)
    pen.text((100, 140), _cut(title, 60), fill=_INK, font=ImageFont.load_default(27))
    quarters = ", ".join(f"Q{quarter}" for quarter in line.quarters)
    for place, text in enumerate((line.title, line.responsible, f"{period}: {quarters}", line.note)):
        pen.text((100, 260 + 70 * place), _cut(text, 66), fill=_INK, font=font)
        pen.line((100, 300 + 70 * place, 800, 300 + 70 * place), fill=(215, 213, 206))
    scan = sheet.rotate(0.6, resample=Image.Resampling.BICUBIC, fillcolor=(226, 224, 218))
    found = io.BytesIO()
    scan.save(found, "JPEG", quality=60, optimize=True)
    return found.getvalue()


def _cut(text: str, most: int) -> str:
    """A line's words as far as they fit; the font that comes with the library knows Latin letters only."""
    plain = text.replace("’", "'")
    return plain if len(plain) <= most else plain[: most - 3].rstrip() + "..."
