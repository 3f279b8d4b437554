"""Pages and charts as pictures: for Word files, and for the preview on screen."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pypdfium2
from PIL import ImageChops

from server.reports.charts import Chart, ChartBlock
from server.reports.document import Properties, write_document
from server.reports.text.pdffont import DocumentFonts
from server.reports.text.pen import Pen
from server.reports.text.structure import Structure

#: a chart's width in points, that of the text on an upright page, and how finely it is drawn
CHART_WIDTH, _CHART_SCALE = 470.0, 3.0
#: height of a page's foot with its line, in points
_FOOT = 62.0
_NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def page_picture(pdf: bytes, page: int, scale: float = 1.5) -> bytes:
    """A page (from 0) as PNG; `scale` 1 is 72 points to the inch. Errors: IndexError."""
    document: Any = pypdfium2.PdfDocument(pdf)
    try:
        if not 0 <= page < len(document):
            raise IndexError(page)
        picture = document[page].render(scale=scale).to_pil()
    finally:
        document.close()
    target = io.BytesIO()
    picture.convert("RGB").save(target, "PNG", optimize=False)
    return target.getvalue()


def page_pictures(pdf: bytes, scale: float, most: int) -> Iterator[bytes]:
    """The first pages as PNG, quickly made: they are looked at once. What is blank below the last line is cut off."""
    document: Any = pypdfium2.PdfDocument(pdf)
    try:
        for number in range(min(len(document), most)):
            target = io.BytesIO()
            picture = document[number].render(scale=scale).to_pil().convert("RGB")
            _without_blank_foot(picture, scale).save(target, "PNG", compress_level=1)
            yield target.getvalue()
    finally:
        document.close()


def _without_blank_foot(picture: Any, scale: float) -> Any:
    """The page down to a little below its last words, and to the foot where it is full. The foot's own line is none."""
    foot = picture.height - int(_FOOT * scale)
    ink = ImageChops.invert(picture.convert("L").crop((0, 0, picture.width, foot))).getbbox()
    end = max((ink[3] if ink else 0) + int(28 * scale), picture.height // 5)
    return picture.crop((0, 0, picture.width, end)) if end < foot - int(60 * scale) else picture


def chart_picture(chart: Chart, language: str) -> bytes:
    """A chart as PNG, drawn by the same hand as on paper."""
    fonts, structure = DocumentFonts(), Structure(language)
    block = ChartBlock(chart, language)
    height = block.least(CHART_WIDTH)
    pen = Pen(fonts, CHART_WIDTH + 8, height + 8, structure.new_page(language))
    piece, _rest = block.take(CHART_WIDTH, height + 1, True)
    assert piece is not None
    piece.draw(pen, 4, height + 4, CHART_WIDTH)
    pdf = write_document([pen], fonts, structure, [], Properties(chart.title, "", "", language, _NO_DAY))
    return page_picture(pdf, 0, _CHART_SCALE)
