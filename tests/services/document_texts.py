"""Every document of the example in every language: its pages as text, and what it was told to say.

`python -m tests.services.document_texts` writes the texts to tests/reports/golden anew, after a change that is wanted.
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.base.clock import fixed_clock
from server.base.i18n import LANGUAGES, _, number_text, use_language
from server.base.paths import DataDir
from server.reports import manuscript
from server.reports.charts import ChartBlock
from server.reports.contents import ContentsBlock
from server.reports.flow import FlowItem, Together
from server.reports.frame import Frame
from server.reports.sheets import Rendered
from server.reports.story import Story, render
from server.reports.table import Band, Table
from server.reports.text.layout import plain
from server.reports.text.paragraph import Paragraph
from server.services.demo import make_demo
from server.services.documents import Request, report_file
from server.services.folder import Folder, open_folder
from tests.house import ROOT
from tests.pdf_reading import text_of

GOLDEN = ROOT / "tests/reports/golden"
KINDS = ("annual", "progress", "matrix", "workplan", "finance", "meeting", "newsletter")
#: kinds whose texts are kept: together they have every part that a document is made of
KEPT = ("annual", "progress", "workplan", "finance")
CLOCK = fixed_clock("2015-08-15T09:00:00+00:00")
#: marks that steer order and shaping; readers keep or drop them as they like
_STEERING = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066"
                                   "\u2067\u2068\u2069\u061c"))


class Document:
    """A document that was drawn: its PDF, its story, and the frame it was drawn in."""

    def __init__(self, pdf: bytes, story: Story, frame: Frame) -> None:
        self.pdf, self.story, self.frame = pdf, story, frame

    def told(self) -> list[str]:
        """Every text that the document was told to say, once each, in order."""
        texts = [self.frame.title, *_texts(self.story.items)]
        if self.frame.cover:
            texts += [plain(text) for fact in self.frame.cover.facts for text in fact]
        return list(dict.fromkeys(line for text in texts for line in text.split("\n") if line.strip()))


def _texts(items: Iterable[FlowItem]) -> Iterator[str]:
    for item in items:
        if isinstance(item, Paragraph):
            yield plain(item.text)
        elif isinstance(item, ChartBlock):
            yield from (item.chart.title, *item.chart.categories)
        elif isinstance(item, Together):
            yield from _texts(item.blocks)
        elif isinstance(item, ContentsBlock):
            yield from (entry.title for entry in item.entries)
        elif isinstance(item, Table):
            for row in (item.spec.head or (), *item.spec.rows):
                yield from (row.text,) if isinstance(row, Band) else map(plain, row)


def draw(folder: Folder, kind: str, language: str) -> Document:
    """The document as it is asked for, but without running heads, which would stand amid its sentences."""
    kept: list[Document] = []

    def drawn(story: Story, frame: Frame) -> Rendered:
        frame = replace(frame, header_start="", header_end="", footer_start="", footer_end="")
        made = render(story, frame)
        kept.append(Document(made.pdf, story, frame))
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manuscript, "render", drawn)
        report_file(folder, kind, ".pdf", Request("y1", language, "kg" if kind == "progress" else None))
    return kept[0]


def pages(document: Document, language: str, pdftotext: str, *, drawn: bool = True) -> list[str]:
    """Each page's text without its number, in the order in which it is drawn or as a reader guesses it."""
    found = text_of(document.pdf, pdftotext, *(["-raw"] if drawn else [])).removesuffix("\f").split("\f")
    with use_language(language):
        numbers = [_("Page %(page)s of %(pages)s", page=number_text(n), pages=number_text(len(found)))
                   for n in range(1, len(found) + 1)]
    return [bare(page).removesuffix(bare(number)) for page, number in zip(found, numbers, strict=True)]


def bare(text: str) -> str:
    """The characters that are seen, without blanks, each letter with its marks in Unicode's order."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text.translate(_STEERING)))


def golden_text(document: Document, pdftotext: str) -> str:
    """The pages as text with columns, as they are kept: blanks at ends and the marks of direction left out."""
    lines = []
    for line in text_of(document.pdf, pdftotext, "-raw").replace("\f", "\n\f\n").split("\n"):
        shown = " ".join(unicodedata.normalize("NFC", line.translate(_STEERING)).split(" ")).strip(" ")
        if shown:
            lines.append("-" * 20 if shown == "\f" else shown)
    return "\n".join(lines) + "\n"


def golden_file(kind: str, language: str) -> Path:
    """Where the text of a document is kept."""
    return GOLDEN / f"{kind}-{language}.txt"


def renew(pdftotext: str = "pdftotext") -> None:
    """Write all texts anew."""
    GOLDEN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as room:
        for _made in make_demo(Path(room) / "demo"):
            pass
        folder = open_folder(DataDir(Path(room) / "demo/hq"), CLOCK)
        for kind in KEPT:
            for language in LANGUAGES:
                golden_file(kind, language).write_text(
                    golden_text(draw(folder, kind, language), pdftotext), encoding="utf-8")
        folder.close()


if __name__ == "__main__":
    renew()
