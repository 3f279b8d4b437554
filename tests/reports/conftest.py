"""What tests of paper share: documents made in one call, their text by poppler, and a pen that remembers."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.reports.flow import Block, Filler, FlowItem, Sheet
from server.reports.frame import Frame, sheet
from server.reports.sheets import Rendered
from server.reports.story import Story, render
from server.reports.text.layout import Line
from server.reports.text.pdffont import DocumentFonts
from server.reports.text.pen import Pen

MOMENT = datetime(2015, 3, 31, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def make_pdf() -> Callable[..., Rendered]:
    """Renders a story with a plain frame, or one whose fields are given."""

    def make(story: Story, title: str = "A report", **fields: object) -> Rendered:
        return render(story, Frame(title, **{"when": MOMENT, **fields}))  # type: ignore[arg-type]

    return make


@pytest.fixture
def pdf_text(require_tool: Callable[[str], str], tmp_path: Path) -> Callable[..., str]:
    """The text of a PDF as pdftotext reads it, without marks of direction; `layout` keeps columns apart."""

    def read(pdf: bytes, *, layout: bool = False) -> str:
        path = tmp_path / "read.pdf"
        path.write_bytes(pdf)
        command = [require_tool("pdftotext"), *(["-layout"] if layout else []), "-enc", "UTF-8", str(path), "-"]
        text = subprocess.run(command, check=True, capture_output=True).stdout.decode()
        return text.translate(dict.fromkeys(map(ord, "\u202a\u202b\u202c\u200e\u200f")))

    return read


@dataclass(frozen=True)
class Placed:
    """A line that was drawn: its text from left to right, its edges and its baseline."""

    text: str
    left: float
    right: float
    y: float


@dataclass
class Page:
    """A page that was filled by `fill_pages`."""

    sheet: Sheet
    lines: list[Placed] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """The drawn lines in drawing order."""
        return [line.text for line in self.lines]


class RememberingPen(Pen):
    """A pen that also keeps where every line went."""

    def __init__(self, page: Page) -> None:
        super().__init__(DocumentFonts(), page.sheet.width, page.sheet.height)
        self.page = page

    def text(self, line: Line, x: float, y: float, size: float, ink: str, stretch: float = 0.0) -> None:
        right = x + line.width * size / 1000.0 + line.blanks * stretch
        self.page.lines.append(Placed(line.text, x, right, y))
        super().text(line, x, y, size, ink, stretch)


def fill_pages(items: list[FlowItem] | list[Block], language: str = "en") -> list[Page]:
    """The pages that blocks fill."""
    pages: list[Page] = []

    def start(on: Sheet) -> Pen:
        pages.append(Page(on))
        return RememberingPen(pages[-1])

    Filler(start).fill([sheet(language), *items])
    return pages
