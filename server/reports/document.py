"""Finished pages into a PDF file, the same bytes for the same pages: outline, links, properties, fonts."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from reportlab import rl_config
from reportlab.lib.utils import ImageReader, TimeStamp
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from server.base.i18n import direction
from server.reports.text.pdffont import DocumentFonts
from server.reports.text.pen import Link, Pen
from server.reports.text.structure import Structure


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A bookmark: level from 0, its words, and the anchor it leads to."""

    level: int
    title: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Properties:
    """What the file says about itself."""

    title: str
    author: str
    subject: str
    language: str
    when: datetime


class _Canvas(Canvas):  # type: ignore[misc]  # ReportLab ships no types
    """A canvas that begins pages with nothing: the stock one names Helvetica, which is embedded nowhere."""

    def _make_preamble(self) -> None:
        self._preamble = ""


class _Content(pdfdoc.PDFStream):  # type: ignore[misc]  # ReportLab ships no types
    """A page's content, compressed before; it is written once and not held any longer."""

    def __init__(self, packed: bytes) -> None:
        super().__init__(content=packed)
        self.dictionary["Filter"] = pdfdoc.PDFName("FlateDecode")

    def format(self, document: Any) -> bytes:
        written = bytes(super().format(document))
        self.content = None
        return written


def write_document(
    pens: Sequence[Pen],
    fonts: DocumentFonts,
    structure: Structure,
    outline: Sequence[OutlineEntry],
    properties: Properties,
) -> bytes:
    """The PDF of these pages. Independent of the clock, of hash order and of the process."""
    rl_config.useA85 = 0
    canvas: Any = _Canvas(io.BytesIO(), pageCompression=1, invariant=1, pdfVersion=(1, 7), lang=properties.language)
    _describe(canvas, properties)
    entries = {entry.anchor: entry for entry in _stepwise(outline)}
    links: dict[int, str] = {}
    for number, pen in enumerate(pens):
        canvas.setPageSize((pen.width, pen.height))
        for photo in pen.photos:
            canvas._code.append(f"/Figure<</MCID {photo.mark}>>BDC")
            picture = ImageReader(io.BytesIO(photo.jpeg))
            canvas.drawImage(picture, *(round(v, 2) for v in (photo.x, photo.y, photo.width, photo.height)))
            canvas._code.append("EMC")
        for anchor in pen.anchors:
            canvas.bookmarkPage(anchor.name, fit="XYZ", left=0, top=round(anchor.top + 4, 2), zoom=0)
            entry = entries.get(anchor.name)
            if entry is not None:
                canvas.addOutlineEntry(entry.title, entry.anchor, entry.level, closed=entry.level > 0)
        for link in pen.links:
            if link.mark is not None:
                links[link.mark] = _add_link(canvas, link, len(pens) + link.mark)
        content = _Content(pen.finish(canvas._code))
        canvas._code = []
        canvas.showPage()
        _complete_page(canvas, number, content)
    structure.write(canvas._doc, [links[n] for n in sorted(links)])
    fonts.write(canvas._doc)
    return bytes(canvas.getpdfdata())


def _add_link(canvas: Any, link: Link, structure_parent: int) -> str:
    """A link that can be pressed, prints (PDF/A asks for it) and is read aloud; answers its object's name."""
    name = f"link{structure_parent}"
    annotation = pdfdoc.PDFDictionary(
        {
            "Type": pdfdoc.PDFName("Annot"),
            "Subtype": pdfdoc.PDFName("Link"),
            "Rect": pdfdoc.PDFArray([round(v, 2) for v in link.box]),
            "Border": "[0 0 0]",
            "F": 4,
            **({"A": _leads_out(link.anchor)} if link.outside else {"Dest": canvas._bookmarkReference(link.anchor)}),
            "Contents": pdfdoc.PDFString(link.title),
            "StructParent": structure_parent,
        }
    )
    canvas._addAnnotation(annotation, name)
    return f"Annot.{name}"


def _leads_out(address: str) -> Any:
    """The action that opens an address of the web; PDF wants it in ASCII."""
    ascii_only = quote(address, safe="%/:?#[]@!$&'()*+,;=~-._")
    return pdfdoc.PDFDictionary({"S": pdfdoc.PDFName("URI"), "URI": pdfdoc.PDFString(ascii_only)})


def _complete_page(canvas: Any, number: int, content: _Content) -> None:
    """Give the page just shown its content, and tie it to its entry in the structure."""
    page = canvas._doc.idToObject[f"Page{number + 1}"]
    page.Contents = content
    page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
    page.StructParents, page.Tabs = number, pdfdoc.PDFName("S")


def _describe(canvas: Any, properties: Properties) -> None:
    canvas.setTitle(properties.title)
    canvas.setAuthor(properties.author)
    canvas.setSubject(properties.subject)
    canvas.setCreator("Valise")
    moment = properties.when.astimezone(UTC)
    stamp = TimeStamp(1)
    stamp.t, stamp.lt, stamp.YMDhms = moment.timestamp(), moment.timetuple(), tuple(moment.timetuple())[:6]
    canvas._doc._timeStamp = stamp
    canvas._doc.updateSignature(repr((properties.title, properties.language, stamp.YMDhms)))
    canvas.showOutline()
    canvas.setViewerPreference("DisplayDocTitle", "true")
    canvas.setViewerPreference("Direction", "R2L" if direction(properties.language) == "rtl" else "L2R")


def _stepwise(outline: Sequence[OutlineEntry]) -> list[OutlineEntry]:
    """No level more than one below the one before, and brothers stay brothers: readers' trees know no gaps."""
    out: list[OutlineEntry] = []
    above: list[int] = []
    for entry in outline:
        while above and above[-1] >= entry.level:
            above.pop()
        out.append(OutlineEntry(len(above), entry.title, entry.anchor))
        above.append(entry.level)
    return out


def anchor_pages(pens: Sequence[Pen]) -> Mapping[str, int]:
    """The page, counted from 1, that each anchor is on."""
    return {anchor.name: number for number, pen in enumerate(pens, 1) for anchor in pen.anchors}
