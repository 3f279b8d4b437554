"""Every table of a document as a sheet of an Excel workbook: numbers as numbers, heads frozen, nothing that runs."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from server.base.i18n import NumberText, _, direction, use_language
from server.reports import styles
from server.reports.charts import Chart
from server.reports.manuscript import Manuscript
from server.reports.office.cells import UNREADABLE, put_words
from server.reports.office.package import repacked
from server.reports.story import Band, Story
from server.reports.table import Row
from server.reports.text.layout import Text, plain

#: Excel's own limit: characters of a sheet's name
_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_LINE = Side(style="thin", color=styles.RULE.lstrip("#"))
_WIDEST, _NARROWEST = 60, 8


def as_workbook(manuscript: Manuscript) -> bytes:
    """The workbook: what the document is on the first sheet, then a sheet for each of its tables."""
    with use_language(manuscript.language):
        story = _SheetStory(manuscript)
        manuscript.tell(story)
        return story.packed()


class _SheetStory(Story):
    """Takes the tables of a story; what is told in sentences is left to the other forms of the document."""

    def __init__(self, manuscript: Manuscript) -> None:
        super().__init__(language=manuscript.language)
        self._manuscript = manuscript
        self._book: Any = Workbook()
        self._headings: list[str] = []
        self._names: set[str] = set()
        self._first_sheet()

    def packed(self) -> bytes:
        """The file."""
        frame = self._manuscript.frame
        about = self._book.properties
        about.title, about.creator, about.subject = frame.title, frame.author, frame.subject or frame.subtitle
        about.language = self._manuscript.language
        target = io.BytesIO()
        self._book.save(target)
        return repacked(target.getvalue(), frame.when)

    def heading(self, level: int, text: str) -> None:
        """Remembered: a table without a caption is named after the heading above it."""
        self._headings = [*self._headings[: max(level, 1) - 1], text]

    def facts(self, facts: Sequence[tuple[Text, Text]]) -> None:
        """A sheet with what is told and what it is."""
        if facts:
            self.table((_("Item"), _("Content")), [tuple(fact) for fact in facts], widths=(0.3, 0.7))

    def table(
        self, head: Sequence[Text], rows: Sequence[Row], widths: Sequence[float] | None = None, align: str = "",
        caption: Text | None = None, total_row: bool = False, tints: Mapping[tuple[int, int], str] | None = None,
        small: bool = False,
    ) -> None:
        """A sheet with a frozen head, a filter, and typed cells."""
        sheet = self._sheet(plain(caption) if caption else " ".join(self._headings[-1:]) or _("Table"))
        for column, text in enumerate(head, 1):
            cell = _put(sheet, 1, column, text)
            cell.font, cell.fill = Font(bold=True, color="0A4A7A"), _fill(styles.PALE)
            cell.border = Border(bottom=_LINE)
        for number, row in enumerate(rows):
            if isinstance(row, Band):
                _put(sheet, number + 2, 1, row.text).font = Font(bold=True)
                continue
            last = total_row and number == len(rows) - 1
            for column, text in enumerate(row):
                cell = _put(sheet, number + 2, column + 1, text)
                tint = (tints or {}).get((number, column))
                if tint:
                    cell.fill = _fill(styles.TINTS[tint])
                if last:
                    cell.font, cell.border = Font(bold=True), Border(top=_LINE)
        sheet.freeze_panes = "A2"
        if not any(isinstance(row, Band) for row in rows):
            sheet.auto_filter.ref = f"A1:{get_column_letter(max(len(head), 1))}{max(len(rows) + 1 - total_row, 1)}"
        _set_widths(sheet, [head, *(row for row in rows if not isinstance(row, Band))])

    def chart(self, drawing: Chart, caption: Text | None = None, alternative: str = "") -> None:
        """Nothing: the figures of a chart stand in a table beside it."""

    def photo(self, data: bytes, caption: Text = "", share: float = 0.75) -> None:
        """Nothing."""

    def placeholder(self, text: str, caption: Text = "") -> None:
        """Nothing."""

    def paragraph(self, text: Text, style: str = "body") -> None:
        """Nothing."""

    def numbered(self, items: Sequence[tuple[Text, Text, Text]], start: int = 1) -> None:
        """Nothing."""

    def bullets(self, items: Sequence[Text], *, keep_next: bool = False) -> None:
        """Nothing."""

    def enumerated(self, items: Sequence[tuple[str, Text]]) -> None:
        """Nothing."""

    def footnote(self, words: Text, note: Text) -> Text:
        """The words alone: a number in a sheet stays a number."""
        return words

    def _first_sheet(self) -> None:
        frame = self._manuscript.frame
        self._book.remove(self._book.active)
        sheet = self._sheet(frame.title)
        _put(sheet, 1, 1, frame.title).font = Font(bold=True, size=14)
        facts = [("", frame.subtitle), *(frame.cover.facts if frame.cover else ())]
        for number, (label, text) in enumerate(facts, 2):
            _put(sheet, number, 1, plain(label) or "").font = Font(bold=True)
            _put(sheet, number, 2, text)
        _set_widths(sheet, [("", text) for _label, text in facts])
        sheet.column_dimensions["A"].width = 28

    def _sheet(self, title: str) -> Any:
        clean = " ".join(_FORBIDDEN.sub(" ", UNREADABLE.sub(" ", title)).split()).strip("'") or _("Table")
        name, number = clean[:_NAME], 1
        while name.casefold() in self._names:
            number += 1
            name = f"{clean[: _NAME - len(str(number)) - 1]} {number}"
        self._names.add(name.casefold())
        sheet = self._book.create_sheet(name)
        sheet.sheet_view.rightToLeft = direction(self._manuscript.language) == "rtl"
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = "1:1"
        return sheet


def _put(sheet: Any, row: int, column: int, text: Text) -> Any:
    """A cell: a number that remembers what it is as a number, anything else as words that never run as a formula."""
    cell = sheet.cell(row, column)
    if isinstance(text, NumberText):
        cell.value = text.value
        cell.number_format = _format(text)
    else:
        put_words(cell, plain(text))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _format(number: NumberText) -> str:
    decimals = "." + "0" * number.decimals if number.decimals else ""
    if number.kind == "percent":
        return f'0{decimals}" %"'
    prefix = f'"{number.currency} "' if number.currency else ""
    return f"{prefix}#,##0{decimals}"


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", start_color=colour.lstrip("#"))


def _set_widths(sheet: Any, rows: Sequence[Sequence[Text]]) -> None:
    """Columns as wide as their longest line, within reason."""
    longest: dict[int, int] = {}
    for row in rows:
        for column, text in enumerate(row, 1):
            lines = plain(text).split("\n")
            longest[column] = max(longest.get(column, 0), *(len(line) for line in lines))
    for column, length in longest.items():
        width = min(max(length + 2, _NARROWEST), _WIDEST)
        sheet.column_dimensions[get_column_letter(column)].width = width
