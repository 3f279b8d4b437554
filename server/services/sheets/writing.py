"""Workbooks that Valise makes: a template of an area with lists to choose from, and any list of records to edit.

The first row and the first two columns are hidden: they hold the names of fields, ids, and what was exported, by which
`worded` reads the workbook again.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.base.i18n import _, direction, screen
from server.db.base import synced_models
from server.domain.framework.queries import milestone_types
from server.domain.milestones.queries import milestones
from server.domain.people.queries import OfficeFacts
from server.domain.records import values_of
from server.reports.office.cells import LONGEST, UNREADABLE, put_words
from server.reports.office.package import repacked
from server.services.sheets.areas import SHEETS, Column, Sheet, area_of, columns_for
from server.services.sheets.reading import Cell, kept, letters
from server.services.sheets.worded import HEAD_COLUMNS, HEAD_ROWS, LISTS, MARK, exported_state
from server.services.sheets.words import Lexicon, written
from server.sync import heads

#: empty rows that get the lists to choose from
_FREE = 500
#: characters of a column by what it holds
_WIDTHS = {"long": 60, "text": 34, "ref": 28, "refs": 24, "date": 14, "whole": 12, "amount": 16, "choice": 16,
           "quarters": 12}  # fmt: skip
#: the id of a record, or what a new one begins with
Row = str | dict[str, Any]
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


@dataclass(frozen=True)
class Reader:
    """Whom a workbook is made for: the office, whose columns and lists it gets, and the moment it was made."""

    office: OfficeFacts
    when: datetime


def make_template(session: Session, key: str, office: OfficeFacts, when: datetime) -> bytes:
    """An empty workbook of an area in the current language; that of milestones lists the office's steps as they are.

    Errors: NotFound for an area that is not there.
    """
    area, reader = area_of(key), Reader(office, when)
    table, own = area.sheets[0].table, reader.office.country_id
    rows: list[Row] = _steps(session, own) if table == "milestone" and own else []
    return _made(session, area.sheets, {table: rows}, _(area.words), reader)


def _steps(session: Session, country_id: str) -> list[Row]:
    """The milestones of a country, and the steps of which nothing is known yet."""
    known = {milestone.type_id: milestone.id for milestone in milestones(session, country_id)}
    return [known.get(kind.id) or {"type_id": kind.id, "country_id": country_id, "status": "not_started"}
            for kind in milestone_types(session)]  # fmt: skip


def exported(session: Session, tables: Mapping[str, Iterable[Row]], title: str, reader: Reader) -> bytes:
    """A workbook of the records with these ids, by table, in the current language; to read, or to edit and load."""
    return _made(session, [SHEETS[table] for table in tables], tables, title, reader)


def _made(
    session: Session, sheets: Sequence[Sheet], rows: Mapping[str, Iterable[Row]], title: str, reader: Reader
) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415  (slow, and rarely needed)

    book = Workbook()
    book.remove(book.active)
    about = book.properties
    about.title, about.creator, about.language = title, "Valise", screen()
    office = None if reader.office.hq else reader.office.id
    lists = _Lists(book, Lexicon(session, office))
    for sheet in sheets:
        country = reader.office.country_id if sheet.table != "milestone" else None
        columns = columns_for(sheet, country, reader.office.language or ("-" if reader.office.hq else None))
        _SheetWriter(book, sheet, columns, lists).write(session, rows.get(sheet.table, ()))
    lists.close()
    target = io.BytesIO()
    book.save(target)
    return repacked(target.getvalue(), reader.when)


class _Lists:
    """The hidden sheet of what may be chosen, each list once."""

    def __init__(self, book: Any, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._sheet = book.create_sheet("Valise lists")
        self._sheet.sheet_state = "hidden"
        self._sheet.cell(1, 1).value = LISTS
        self._book = book
        self._places: dict[tuple[str, ...], str] = {}

    def formula(self, labels: Sequence[str]) -> str:
        """Where a list stands, as data validation refers to it; empty for an empty list."""
        key = tuple(labels)
        if not key:
            return ""
        if key not in self._places:
            column = len(self._places) + 2
            for number, label in enumerate(key, 1):
                put_words(self._sheet.cell(number, column), label)
            name = letters(column)
            self._places[key] = f"'{self._sheet.title}'!${name}$1:${name}${len(key)}"
        return self._places[key]

    def close(self) -> None:
        """Move the sheet behind the others."""
        self._book.move_sheet(self._sheet, len(self._book.sheetnames))
        self._book.active = 0


class _SheetWriter:
    """Writes one sheet."""

    def __init__(self, book: Any, sheet: Sheet, columns: Sequence[Column], lists: _Lists) -> None:
        self._table, self._columns, self._lists = sheet.table, columns, lists
        title = " ".join(UNREADABLE.sub(" ", sheet.title).translate(_FORBIDDEN).split())[:31]
        self._sheet: Any = book.create_sheet(title)

    def write(self, session: Session, rows: Iterable[Row]) -> None:
        """Heads, records, lists to choose from."""
        sheet = self._sheet
        sheet.sheet_view.rightToLeft = direction() == "rtl"
        self._heads()
        last = HEAD_ROWS
        for last, row in enumerate(rows, HEAD_ROWS + 1):
            self._record(session, last, row)
        sheet.freeze_panes = sheet.cell(HEAD_ROWS + 1, HEAD_COLUMNS + 1)
        sheet.auto_filter.ref = f"A{HEAD_ROWS}:{letters(HEAD_COLUMNS + len(self._columns))}{max(last, HEAD_ROWS + 1)}"
        for place, column in enumerate(self._columns, HEAD_COLUMNS + 1):
            self._validate(column, letters(place), last + _FREE)
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = f"{HEAD_ROWS}:{HEAD_ROWS}"

    def _heads(self) -> None:
        from openpyxl.comments import Comment  # noqa: PLC0415
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # noqa: PLC0415

        sheet = self._sheet
        sheet.cell(1, 1).value = MARK + self._table
        sheet.row_dimensions[1].hidden = True
        for place in range(1, HEAD_COLUMNS + 1):
            sheet.column_dimensions[letters(place)].hidden = True
        for place, column in enumerate(self._columns, HEAD_COLUMNS + 1):
            sheet.cell(1, place).value = column.field
            cell = sheet.cell(HEAD_ROWS, place)
            put_words(cell, column.heading(self._table))
            cell.font = Font(bold=True, color="0A4A7A")
            cell.fill = PatternFill("solid", start_color="E3F1FA")
            cell.border = Border(bottom=Side(style="thin", color="9FB4C4"))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            note = self._note(column)
            if note:
                cell.comment = Comment(note, "Valise", height=90, width=260)
            sheet.column_dimensions[letters(place)].width = _WIDTHS[column.kind]

    def _note(self, column: Column) -> str:
        parts = [_("Needed in every row.") if column.needed else "", _(column.note) if column.note else ""]
        if column.kind == "choice":
            parts.append(", ".join(_(words) for words in column.words.values()))
        return " ".join(part for part in parts if part)

    def _record(self, session: Session, number: int, row: Row) -> None:
        record = session.get(synced_models()[self._table], row) if isinstance(row, str) else None
        values: Mapping[str, Any] = values_of(record) if record is not None else row if isinstance(row, dict) else {}
        cells = {c.field: written(c, self._table, values.get(c.field), self._lists.lexicon) for c in self._columns}
        if record is not None:
            shown = heads.displayed(session.connection(), self._table, record.id)
            self._sheet.cell(number, 1).value = record.id
            put_words(self._sheet.cell(number, 2), exported_state({k: _kept(v) for k, v in cells.items()}, shown))
        for place, column in enumerate(self._columns, HEAD_COLUMNS + 1):
            _put(self._sheet.cell(number, place), cells[column.field], column)

    def _validate(self, column: Column, letter: str, last: int) -> None:
        """A list to choose from; for names a hint only, because other spellings are understood too."""
        from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

        if column.kind == "choice":
            labels = [_(words) for words in column.words.values()]
        elif column.kind == "ref":
            labels = [one.label for one in self._lists.lexicon.names(column.target(self._table))]
        else:
            return
        formula = self._lists.formula(labels)
        if not formula:
            return
        rule = DataValidation(type="list", formula1=formula, allow_blank=True, errorStyle="warning",
                              showErrorMessage=True)  # fmt: skip
        rule.errorTitle = column.heading(self._table)[:30]
        rule.error = _("This is not on the list. Valise will say so when the workbook is loaded.")[:220]
        self._sheet.add_data_validation(rule)
        rule.add(f"{letter}{HEAD_ROWS + 1}:{letter}{last}")


def _kept(cell: Cell) -> Cell:
    """A cell as it will be read again."""
    return kept(UNREADABLE.sub(" ", cell)[:LONGEST] if isinstance(cell, str) else cell)


def _put(cell: Any, value: Cell, column: Column) -> None:
    """A typed cell."""
    from openpyxl.styles import Alignment  # noqa: PLC0415

    cell.alignment = Alignment(wrap_text=column.kind in ("long", "text"), vertical="top")
    if isinstance(value, str):
        put_words(cell, value)
    elif value is not None:
        cell.value = value
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
        elif column.kind == "amount":
            cell.number_format = "#,##0.00"
        elif column.kind == "whole":
            cell.number_format = "#,##0"
