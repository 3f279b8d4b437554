"""Grids: many records in one table of inputs, saved in one transaction.

A grid is a plain form: `static/js/grid.js` only adds movement and pasting. A cell counts as touched when its text is
not the one that was displayed; only touched cells are read and written, with the heads that were displayed, so that
what somebody else changed meanwhile stays, or becomes a conflict. Nothing is saved while a row is wrong, unless the
person ticks that the right ones may go ahead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request

from server.base.errors import Refused, RulesBroken, ValiseError
from server.base.i18n import _, number_text
from server.db.drafts import drop_draft, kept_draft
from server.db.session import Author, Seen
from server.domain.records import Work
from server.web.columns import ChoiceColumn, Column
from server.web.database import session, writing
from server.web.lists import number_in

#: empty rows at the end, as many as a person without script is likely to need
_EMPTY = 5
#: rows in one form, new ones included
MOST_ROWS = 500
#: stored records on one page of a grid
_PER_PAGE = 100
_ROW = re.compile(r"row-(\d{1,6})-id", re.ASCII)
#: (work, field -> value of the touched cells, id or None for a new record, heads displayed) -> id
Write = Callable[[Work, dict[str, Any], str | None, Seen | None], str]


@dataclass(frozen=True)
class Record:
    """A record as a grid shows it. `head` are the words its row begins with where rows are given and not added."""

    id: str
    values: Mapping[str, Any]
    seen: Seen = field(default_factory=dict)
    head: str = ""


@dataclass
class Cell:
    """One input. `was` is the text that was displayed."""

    id: str
    name: str
    column: Column
    text: str = ""
    was: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def touched(self) -> bool:
        """Whether somebody changed it since it was displayed."""
        return self.text.strip() != self.was.strip()

    @property
    def beyond(self) -> tuple[str, str] | None:
        """The offer that a list lacks for what the cell holds."""
        return self.column.beyond(self.text, not self.touched) if isinstance(self.column, ChoiceColumn) else None


@dataclass
class Line:
    """One row: the record `id`, or a new one. `errors` belong to no cell; `saved` when this request saved it."""

    number: int
    id: str
    seen: Seen
    cells: list[Cell]
    head: str = ""
    errors: list[str] = field(default_factory=list)
    saved: bool = False

    @property
    def touched(self) -> bool:
        """Whether there is anything to save."""
        return any(cell.touched for cell in self.cells)

    @property
    def wrong(self) -> bool:
        """Whether something in it has to be mended."""
        return bool(self.errors) or any(cell.errors for cell in self.cells)

    @property
    def was(self) -> str:
        """The texts displayed, as the form carries them."""
        return json.dumps([cell.was for cell in self.cells], ensure_ascii=False)

    @property
    def seen_text(self) -> str:
        """The heads displayed, as the form carries them."""
        return json.dumps(dict(self.seen))


@dataclass(frozen=True)
class Saved:
    """What a save did: the numbers of the rows that are saved, and of those that wait to be mended."""

    rows: tuple[int, ...]
    waiting: tuple[int, ...]


class Grid:
    """A table of inputs. `grows`: rows can be added. `draft_at` is when what it shows was kept unsaved.

    `page` is the part of the records that it shows, `further` whether more of them follow.
    """

    def __init__(self, columns: Sequence[Column], *, draft: str = "", grows: bool = True) -> None:
        self.columns = tuple(columns)
        self.draft_key = draft
        self.draft_at = ""
        self.grows = grows
        self.page, self.further = 1, False
        self.lines: list[Line] = []
        self.general: list[str] = []
        #: whether a save was tried and rows are wrong: then the right ones may go ahead
        self.tried = False

    @classmethod
    def on(cls, columns: Sequence[Column], records: Iterable[Record], *, draft: str = "", grows: bool = True) -> Grid:
        """The grid as it should be shown: what is being sent, else the draft kept, else the stored records."""
        page = number_in("page")
        made = cls(columns, draft=f"{draft}/{page}" if draft else "", grows=grows)
        everything = list(records)
        here = everything[(page - 1) * _PER_PAGE : page * _PER_PAGE]
        made.page, made.further = page, len(everything) > page * _PER_PAGE
        known = {record.id: record for record in here}
        draft = made.draft_key
        kept = kept_draft(session(), draft) if draft and request.method == "GET" else None
        if request.method == "POST":
            made._take({name: values[0] for name, values in request.form.lists()}, known)
        elif kept is not None:
            made._take({name: values[0] for name, values in kept.inputs.items() if values}, known)
            made.draft_at = kept.at
        if request.method == "GET":
            there = {line.id for line in made.lines}
            place = sum(1 for line in made.lines if line.id)
            made.lines[place:place] = [made._stored(one) for one in known.values() if one.id not in there]
            made._number()
            if grows:
                made.more()
        return made

    def more(self) -> None:
        """Empty rows at the end."""
        for _n in range(min(_EMPTY, MOST_ROWS - len(self.lines))):
            self.lines.append(self._line(len(self.lines) + 1, "", {}, {}))

    @property
    def blank(self) -> Line:
        """A row that script copies; its number is a word that no row has."""
        return self._line(0, "", {}, {}, key="new")

    def sent(self, author: Author, write: Write) -> Saved | None:
        """What came of a form that was sent, if it was sent to be saved."""
        if request.method != "POST":
            return None
        if "more" in request.form:
            self.more()
            return None
        return self.save(author, write, partly="partly" in request.form)

    def save(self, author: Author, write: Write, *, partly: bool = False) -> Saved | None:
        """Save what was touched, all in one transaction. None when nothing was saved: what is wrong is shown then.

        `partly`: the rows that are right are saved, whatever the others are.
        """
        touched = [line for line in self.lines if line.touched]
        ready = {line.number: values for line in touched if (values := _values(line)) is not None}
        made: dict[int, str] = {}
        try:
            with writing(author) as work:
                for line in touched:
                    if line.number in ready and (id := _written(line, ready[line.number], work, write)):
                        made[line.number] = id
                if self.draft_key and (len(made) == len(touched) or (partly and made)):
                    drop_draft(work.session, self.draft_key)
                if len(made) < len(touched) and not (partly and made):
                    raise _WrongRowsError
        except _WrongRowsError:
            self.tried = True
            return None
        except ValiseError as error:
            self.general.append(error.message)
            return None
        for line in touched:
            if line.number in made:
                line.id, line.saved = made[line.number], True
        self.tried = len(made) < len(touched)
        return Saved(tuple(made), tuple(line.number for line in touched if line.number not in made))

    def refresh(self, records: Iterable[Record]) -> None:
        """Show rows that were saved as they are stored now."""
        known = {record.id: record for record in records}
        for place, line in enumerate(self.lines):
            if line.saved and line.id in known:
                fresh = self._stored(known[line.id], line.number)
                fresh.saved = True
                self.lines[place] = fresh

    @property
    def problems(self) -> Sequence[tuple[str, str]]:
        """(anchor, sentence) for the summary on top of the page, row by row."""
        found = [("", message) for message in self.general]
        for line in self.lines:
            row = _("Row %(number)s", number=number_text(line.number))
            found += [(line.cells[0].id, f"{row}: {message}") for message in line.errors]
            found += [(cell.id, f"{row}, {_(cell.column.words)}: {message}")
                      for cell in line.cells for message in cell.errors]
        return found

    @property
    def partly(self) -> bool:
        """Whether rows were saved while others wait."""
        return any(line.saved for line in self.lines)

    @property
    def right(self) -> int:
        """How many rows were touched and nothing is wrong with them."""
        return sum(1 for line in self.lines if line.touched and not line.wrong and not line.saved)

    def _take(self, inputs: Mapping[str, str], known: Mapping[str, Record]) -> None:
        keys = sorted({int(found[1]) for name in inputs if (found := _ROW.fullmatch(name))})
        if len(keys) > MOST_ROWS:
            sentence = _("These are more than %(most)s rows: save them in smaller lots.", most=MOST_ROWS)
            raise Refused(sentence, "too_many")
        for key in keys:
            id = inputs.get(f"row-{key}-id", "")
            seen = _json(inputs.get(f"row-{key}-seen", ""), dict)
            was = _json(inputs.get(f"row-{key}-was", ""), list)
            line = self._line(len(self.lines) + 1, id, _heads(seen), {}, head=known[id].head if id in known else "")
            for cell, shown in zip(line.cells, [*was, *[""] * len(line.cells)], strict=False):
                cell.was = str(shown)
                cell.text = inputs.get(f"row-{key}-{cell.column.name}", cell.was)
            if not line.touched and id in known:
                line = self._stored(known[id], line.number)
            elif id not in known and (id or not self.grows):
                line.errors.append(_("This row is not here any more, or belongs to another list: open the page anew."))
            if line.touched or id in known or not id:
                self.lines.append(line)

    def _stored(self, record: Record, number: int = 0) -> Line:
        return self._line(number, record.id, record.seen, record.values, head=record.head)

    def _line(self, number: int, id: str, seen: Seen, values: Mapping[str, Any], *, head: str = "",
              key: str = "") -> Line:
        cells = []
        for column in self.columns:
            text = column.show(values.get(column.name))
            cells.append(Cell("", "", column, text, text))
        line = Line(number, id, seen, cells, head)
        _name(line, key or str(number))
        return line

    @property
    def most(self) -> int:
        """How many rows it takes."""
        return MOST_ROWS

    def _number(self) -> None:
        for number, line in enumerate(self.lines, 1):
            line.number = number
            _name(line, str(number))


class _WrongRowsError(Exception):
    """Ends a transaction of which nothing may stay."""


def _name(line: Line, key: str) -> None:
    for cell in line.cells:
        cell.name = cell.id = f"row-{key}-{cell.column.name}"


def _values(line: Line) -> dict[str, Any] | None:
    """What the touched cells mean; None when one cannot be read or the row has no place here."""
    found: dict[str, Any] = {}
    for cell in line.cells:
        if not cell.touched:
            continue
        try:
            found[cell.column.name] = cell.column.read(cell.text)
        except ValiseError as error:
            cell.errors.append(error.message)
            continue
        if isinstance(cell.column, ChoiceColumn):
            cell.text = found[cell.column.name] or ""  # a list shows what was meant, not the words that were pasted
    return None if line.wrong else found


def _written(line: Line, values: dict[str, Any], work: Work, write: Write) -> str | None:
    """The id under which a row was written; None when rules are broken, which are told in its cells then."""
    try:
        return write(work, values, line.id or None, line.seen or None)
    except ValiseError as error:
        for one in error.errors if isinstance(error, RulesBroken) else (error,):
            cell = next((cell for cell in line.cells if cell.column.name == one.field), None)
            (line.errors if cell is None else cell.errors).append(one.message)
        return None


def _json(text: str, kind: type) -> Any:
    try:
        found = json.loads(text or "null")
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, kind) else kind()


def _heads(found: Mapping[str, Any]) -> Seen:
    """Heads that a form carried; what is none is left out."""
    return dict(_readable(found))


def _readable(found: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for name, ids in found.items():
        if isinstance(ids, list) and all(isinstance(i, str) and re.fullmatch("[0-9a-f]{64}", i) for i in ids):
            yield name, ids
