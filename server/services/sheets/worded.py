"""From the rows of a sheet to records: what is new, what a person changed in a list that Valise exported, and what is
wrong, by cell.

A list that was exported carries, in hidden cells, each record's id, a digest of each cell and the head it was exported
with. A cell that still says what it said changes nothing, whatever became of its field since; one that says something
else is saved as a form would save it that had displayed those heads, so that nothing is overwritten unseen.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.base.errors import RuleBroken, ValiseError
from server.base.i18n import _
from server.base.ids import named_id
from server.db.base import synced_models
from server.domain.framework import queries as framework
from server.domain.people.queries import office as office_of
from server.domain.records import Work, values_of
from server.services.names import title_of
from server.services.sheets.areas import SHEETS
from server.services.sheets.entry import CellFault, Entry
from server.services.sheets.reading import Cell, SheetRead, as_words, letters
from server.services.sheets.words import Lexicon, Named, meant, meeting_named
from server.sync import heads

#: the first cell of a sheet that Valise made, before the name of its table
MARK = "valise "
#: the same of the sheet of lists to choose from; no records stand on it
LISTS = "valise lists"
#: the rows above the records: names of fields, and heads for people; the columns before the first field
HEAD_ROWS, HEAD_COLUMNS = 2, 2
_LENGTH = 10


@dataclass(frozen=True)
class Worded:
    """A sheet whose cells are in words: the table, the column of each field (from 0), and the rows below its heads.

    `exported`: ids and what was exported stand in the first two columns, and an empty cell empties its field.
    """

    file: str
    title: str
    table: str
    columns: Mapping[str, int]
    rows: Sequence[tuple[int, tuple[Cell, ...]]]
    exported: bool = True


def worded(file: str, sheet: SheetRead) -> Worded | None:
    """The sheet as one that Valise made; None for any other. Errors: CellFault for one of a newer Valise."""
    if not sheet.rows or sheet.rows[0][0] != 1 or not as_words(sheet.rows[0][1][0]).startswith(MARK):
        return None
    table = as_words(sheet.rows[0][1][0]).removeprefix(MARK).strip()
    if is_lists(sheet):
        return None
    if table not in SHEETS:
        raise CellFault(file, sheet.title, "A1", _("This Valise knows no such sheet: get a newer Valise, or a template "
                                                   "from this one."))  # fmt: skip
    known = {column.field for column in SHEETS[table].columns}
    columns: dict[str, int] = {}
    for place, cell in enumerate(sheet.rows[0][1]):
        if place >= HEAD_COLUMNS and as_words(cell) in known:
            columns.setdefault(as_words(cell), place)
    return Worded(file, sheet.title, table, columns, [row for row in sheet.rows if row[0] > HEAD_ROWS])


def is_lists(sheet: SheetRead) -> bool:
    """Whether the sheet holds the lists to choose from of a workbook that Valise made."""
    return bool(sheet.rows) and as_words(sheet.rows[0][1][0]) == LISTS


def digest(cell: Cell) -> str:
    """What tells whether a cell still says what it said."""
    return hashlib.sha256(as_words(cell).encode()).hexdigest()[:_LENGTH]


def exported_state(cells: Mapping[str, Cell], shown: Mapping[str, Sequence[str]]) -> str:
    """What the hidden cell of a record keeps: of each field the digest of its cell, and the head it showed."""
    return json.dumps({name: [digest(cell), *shown.get(name, ())[:1]] for name, cell in cells.items()},
                      separators=(",", ":"))  # fmt: skip


def _state(cell: Cell) -> dict[str, tuple[str, str]]:
    """The hidden cell read again; empty when somebody wrote something else there."""
    try:
        read = json.loads(as_words(cell) or "{}")
        found = {str(name): (str(told[0]), str(told[1]) if len(told) > 1 else "") for name, told in read.items()}
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError):
        return {}
    return found if all(re.fullmatch(r"([0-9a-f]{64})?", head) for _digest, head in found.values()) else {}


class Interpreter:
    """Reads the sheets of one workbook for one office. `faults` gathers what is wrong, by cell."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.faults: list[ValiseError] = []
        self._office = office_of(work.session, work.author.office)
        self._lexicon = Lexicon(work.session, None if work.author.hq else work.author.office)
        self._levels = {o.id: o.level for o in framework.outputs(work.session)}
        found = framework.programme(work.session)
        self._currency = found.currency if found else "USD"
        self._named: dict[str, int] = {}

    def entries(self, sheet: Worded) -> Iterator[Entry]:
        """The records of a sheet. What cannot be read is told in `faults`; the rest of such a row is judged as well."""
        for number, cells in sheet.rows:
            values, touched, unread = self._read(sheet, number, cells)
            id = self._id(sheet, number, cells) if sheet.exported else ""
            if id is None or not (id or values or unread):
                continue
            made = self._known(sheet, number, id, touched, cells) if id else self._new(sheet, number, values)
            if made is not None:
                yield replace(made, unread=unread) if unread else made

    def _read(
        self, sheet: Worded, number: int, cells: tuple[Cell, ...]
    ) -> tuple[dict[str, Any], dict[str, Any], frozenset[str]]:
        """What the row says, what of it a person changed, and the fields that cannot be read."""
        state = _state(cells[1]) if sheet.exported and len(cells) > 1 else {}
        values: dict[str, Any] = {}
        touched: dict[str, Any] = {}
        unread: set[str] = set()
        for column in SHEETS[sheet.table].columns:
            place = sheet.columns.get(column.field)
            if place is None:
                continue
            cell = cells[place] if place < len(cells) else None
            if column.field in state and state[column.field][0] == digest(cell):
                continue
            try:
                value = meant(column, sheet.table, cell, self._lexicon)
            except RuleBroken as error:
                self._fault(sheet, f"{letters(place + 1)}{number}", error.message, column.field)
                unread.add(column.field)
                continue
            if value is not None:
                values[column.field] = value
            if sheet.exported:
                touched[column.field] = value
        return values, touched, frozenset(unread)

    def _id(self, sheet: Worded, number: int, cells: tuple[Cell, ...]) -> str | None:
        """The id in the hidden cell, "" for a new row; None when it cannot be one, which is told."""
        words = as_words(cells[0]) if cells else ""
        try:
            return str(uuid.UUID(words)) if words else ""
        except ValueError:
            sentence = _("Something was typed into the hidden columns A and B: empty them in this row.")
            self._fault(sheet, str(number), sentence)
            return None

    def _known(
        self, sheet: Worded, number: int, id: str, touched: dict[str, Any], cells: tuple[Cell, ...]
    ) -> Entry | None:
        """What a person changed of a record that was exported."""
        session, model = self._work.session, synced_models()[sheet.table]
        row = session.get(model, id)
        if row is None:
            sentence = _("The record of this row is not here: load the workbook where it was saved, or empty the "
                         "hidden columns A and B in this row to make a new record of it.")  # fmt: skip
            self._fault(sheet, str(number), sentence)
            return None
        current, state = values_of(row), _state(cells[1] if len(cells) > 1 else None)
        changed = {name: value for name, value in touched.items() if not _equal(name, current[name], value)}
        if row.deleted and changed:
            sentence = _("This record was deleted since the workbook was saved: bring it back first, or take the "
                         "row out.")  # fmt: skip
            self._fault(sheet, str(number), sentence)
            return None
        self._consequences(sheet, changed, current)
        seen, clash = self._seen(sheet.table, id, changed, state) if changed else (None, ())
        return self._entry(sheet, number, id, changed, seen, clash, title_of(session, sheet.table, id))

    def _seen(
        self, table: str, id: str, changed: Mapping[str, Any], state: Mapping[str, tuple[str, str]]
    ) -> tuple[dict[str, list[str]] | None, tuple[str, ...]]:
        """The heads that were exported, and the fields that were changed here since."""
        if not state:
            return None, ()
        now = heads.displayed(self._work.session.connection(), table, id)
        old = {name: [state[name][1]] if state[name][1] else [] for name in changed if name in state}
        return {**now, **old}, tuple(name for name, ids in old.items() if ids != now.get(name, []))

    def _new(self, sheet: Worded, number: int, values: dict[str, Any]) -> Entry | None:
        """A record of a row without an id. The same row of the same office is the same record, however often it is
        loaded; of a milestone it is the step in the country."""
        given = dict(values)
        self._consequences(sheet, values, {})
        if sheet.table == "planned_activity":
            values.setdefault("status", "planned")
        key = json.dumps([self._work.author.office, sheet.table, sorted((k, str(v)) for k, v in given.items())])
        id = named_id(sheet.table, key)
        if sheet.table == "milestone":
            if set(given) <= {"type_id", "country_id", "status"} and given.get("status") == "not_started":
                return None  # a step of the template of which nothing was said
            values.setdefault("country_id", self._office.country_id if self._office else None)
            id = named_id("milestone", str(values.get("type_id")), str(values.get("country_id")))
        elif (again := self._named.get(id)) is not None:
            sentence = _("This row says the same as row %(row)s: take one of them out.", row=again)
            self._fault(sheet, str(number), sentence)
            return None
        self._named[id] = number
        name = str(values.get("title") or values.get("text") or values.get("note") or "")[:80]
        self._name(sheet.table, id, values)
        row = self._work.session.get(synced_models()[sheet.table], id)
        if row is not None and not row.deleted:
            if sheet.table != "milestone":  # it was loaded before, and may have been worked on since
                values = {}
            else:
                values = {k: v for k, v in values.items() if not _equal(k, getattr(row, k), v)}
        return self._entry(sheet, number, id, values, None, (), name or title_of(self._work.session, sheet.table, id))

    def _name(self, table: str, id: str, values: Mapping[str, Any]) -> None:
        """Let further rows of the workbook name a record of this one."""
        if table == "meeting":
            board, day = values.get("board_id"), values.get("date_from")
            self._lexicon.add(table, meeting_named(self._work.session, id, values.get("title"), board, day))
        elif table == "planned_activity" and values.get("title"):
            self._lexicon.add(table, Named(id, str(values["title"])))

    def _consequences(self, sheet: Worded, values: dict[str, Any], current: Mapping[str, Any]) -> None:
        """What the forms add by themselves: an office's own country, and the currency of an amount."""
        table = synced_models()[sheet.table].__table__
        own = self._office.country_id if self._office else None
        if own and "country_id" in table.columns and "country_id" not in sheet.columns:
            if "output_id" in values:
                place = None if self._levels.get(values["output_id"] or "") == "global" else own
                if not current or current["country_id"] != place:
                    values["country_id"] = place
            elif not current:
                values["country_id"] = own
        if values.get("amount") is not None and not (values.get("currency") or current.get("currency")):
            values["currency"] = self._currency

    def _entry(
        self, sheet: Worded, number: int, id: str, values: Mapping[str, Any], seen: Any, clash: tuple[str, ...],
        name: str,
    ) -> Entry:  # fmt: skip
        cells = {field: f"{letters(place + 1)}{number}" for field, place in sheet.columns.items()}
        return Entry(sheet.table, id, values, f"{sheet.file}: {sheet.title} {number}", seen, clash, sheet.file,
                     sheet.title, number, cells, name)  # fmt: skip

    def _fault(self, sheet: Worded, cell: str, sentence: str, name: str | None = None) -> None:
        self.faults.append(CellFault(sheet.file, sheet.title, cell, sentence, name))


def _equal(field: str, stored: Any, value: Any) -> bool:
    """Whether a cell means what is stored; nothing and no words are one, and so are no tick and none yet."""
    if field == "in_report":
        return bool(stored) == bool(value)
    if isinstance(stored, str) and isinstance(value, str):
        return " ".join(stored.split()) == " ".join(value.split())
    return bool(stored == value) or (stored in (None, "") and value in (None, ""))
