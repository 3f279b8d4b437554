"""What loading a workbook would do, in the order and the amount that a page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.base.errors import RulesBroken, ValiseError
from server.base.i18n import _
from server.base.text import one_line
from server.services.kinds import ENTRY_ORDER
from server.services.load import Loaded, LoadFile, read_file
from server.services.sheets.areas import SHEETS
from server.services.sheets.entry import CHANGED, NEW, SAME, CellFault, Done
from server.services.sheets.reading import SheetRead, read_book
from server.services.sheets.tracker import Layout, applied
from server.services.sheets.worded import is_lists, worded

#: rows and faults that a page shows; the rest is counted
MOST = 200


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: the sheet and cell are empty for the whole file."""

    sheet: str
    cell: str
    sentence: str


@dataclass(frozen=True)
class Preview:
    """What is wrong, or what would change: `rows` are new and changed ones, `same` counts those that change nothing."""

    faults: tuple[Fault, ...]
    more_faults: int
    rows: tuple[Done, ...]
    more_rows: int
    new: int
    changed: int
    same: int
    clashes: int

    @property
    def ready(self) -> bool:
        """Whether it may be loaded, and whether that does anything."""
        return not self.faults and bool(self.new or self.changed)


def faults_of(errors: Sequence[ValiseError]) -> list[Fault]:
    """Errors with their places, in the order of the workbook."""
    return [Fault(e.sheet, e.cell, e.sentence) if isinstance(e, CellFault) else Fault("", "", e.message)
            for e in errors]  # fmt: skip


def previewed(loaded: Loaded) -> Preview:
    """What a page shows of a file that was looked at."""
    faults = sorted(faults_of(loaded.errors), key=lambda one: (one.sheet, _row(one.cell), len(one.cell), one.cell))
    rows = [one for one in loaded.done if one.state != SAME]
    rows.sort(key=lambda one: (not one.entry.clash, one.state != CHANGED))
    return Preview(
        tuple(faults[:MOST]), max(len(faults) - MOST, 0), tuple(rows[:MOST]), max(len(rows) - MOST, 0),
        sum(1 for one in rows if one.state == NEW), sum(1 for one in rows if one.state == CHANGED),
        len(loaded.done) - len(rows), sum(1 for one in rows if one.entry.clash),
    )  # fmt: skip


def refused(error: ValiseError) -> Preview:
    """What a page shows of a file that could not be read."""
    errors = error.errors if isinstance(error, RulesBroken) else (error,)
    return Preview(tuple(faults_of(errors)[:MOST]), max(len(errors) - MOST, 0), (), 0, 0, 0, 0, 0)


def _row(cell: str) -> int:
    digits = "".join(c for c in cell if c.isdigit())
    return int(digits) if digits else 0


def own_tables(path: Path) -> tuple[SheetRead, ...]:
    """The sheets of an office's own workbook; none when Valise knows its sheets without being told. Errors: Refused."""
    sheets = tuple(sheet for sheet in read_book(path) if sheet.rows and not is_lists(sheet))
    known = any(sheet.title in ENTRY_ORDER or _is_worded(path.name, sheet) for sheet in sheets)
    return () if known else sheets


def _is_worded(file: str, sheet: SheetRead) -> bool:
    try:
        return worded(file, sheet) is not None
    except CellFault:
        return True


def opened(path: Path, layout: Layout | None) -> LoadFile:
    """The file as it is loaded: as Valise made it, or one sheet of it by a layout. Errors: Refused, RulesBroken."""
    if layout is None:
        return read_file(path)
    sheet = next((one for one in read_book(path) if one.title == layout.sheet), None)
    if sheet is None or layout.table not in SHEETS:
        raise CellFault(path.name, layout.sheet, "A1", _("There is no such sheet: choose the sheet and columns again."))
    return LoadFile(None, None, (), (applied(path.name, sheet, layout),))


def written_layout(layout: Layout) -> dict[str, Any]:
    """A layout as arguments of an address."""
    columns = ",".join(f"{field}:{place}" for field, place in layout.columns.items())
    return {"sheet": layout.sheet, "table": layout.table, "head": str(layout.head), "columns": columns}


def read_layout(sheet: str, table: str, head: str, columns: str) -> Layout | None:
    """The layout that an address holds; None for none or one that cannot be."""
    if not (sheet and table in SHEETS and head.isascii() and head.isdigit() and 0 < len(head) < 6):
        return None
    known = {column.field for column in SHEETS[table].columns}
    found: dict[str, int] = {}
    for pair in columns.split(","):
        field, _colon, place = pair.partition(":")
        if field in known and place.isascii() and place.isdigit() and len(place) < 4:
            found[field] = int(place)
    return Layout(one_line(sheet), int(head), table, found) if found else None
