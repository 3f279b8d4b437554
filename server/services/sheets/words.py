"""Cells and values: what a record says in a cell, and what the words in a cell mean to a record.

References go by what people call the other record. What is written is in the language of the workbook; what is read
may be in any of ours, by name, number or code, since workbooks travel between people.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from babel.dates import get_month_names
from sqlalchemy.orm import Session

from server.base.errors import RuleBroken
from server.base.i18n import SCREENS, _, catalog, locale, screen
from server.base.money import parse_amount
from server.base.period import parse_date, span_text
from server.base.text import fold, one_line
from server.db.base import synced_models
from server.domain.boards.models import Board, Meeting
from server.domain.framework import queries as framework
from server.domain.framework.models import Indicator
from server.domain.integrity import suffixes
from server.domain.records import visible
from server.domain.workplan.queries import planned
from server.services.names import title_of
from server.services.sheets.areas import FLAG, Column
from server.services.sheets.reading import ERRORS, Cell, as_words

_SEVERAL = re.compile(r"[;\n؛]+")
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_MONTH_YEAR = re.compile(r"(\d{1,2})[./-](\d{4})")
_QUARTER = re.compile(r"[qt]\s*([1-4])[\s./-]+(\d{4})|(\d{4})[\s./-]*[qt]\s*([1-4])", re.IGNORECASE)
_YES = frozenset({"1", "yes", "y", "x", "true", "✓", "✔", "ok"})
_NO = frozenset({"0", "no", "n", "false", "-", "–"})


@dataclass(frozen=True)
class Named:
    """A record that a cell can name: what lists show, and how else people write it."""

    id: str
    label: str
    also: tuple[str, ...] = ()


def plain(text: str) -> str:
    """Words as they are compared: folded, on one line, with our digits."""
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in one_line(text))
    return fold(digits).strip(" .:;,")


class Lexicon:
    """The names of all records that cells may refer to, for one office. `added` are records of the same workbook."""

    def __init__(self, session: Session, office: str | None) -> None:
        self._session, self._office = session, office
        self._lists: dict[str, list[Named]] = {}
        self._found: dict[str, dict[str, set[str]]] = {}

    def names(self, table: str) -> list[Named]:
        """All that may be chosen, each with a label of its own."""
        if table not in self._lists:
            listed = list(_listed(self._session, table, self._office))
            more = suffixes((one.id, one.label) for one in listed)
            self._lists[table] = [Named(o.id, f"{o.label} {more[o.id]}" if o.id in more else o.label, o.also)
                                  for o in listed]  # fmt: skip
        return self._lists[table]

    def label(self, table: str, id: str) -> str:
        """How a cell names a record; one that is not on the list by its id, which is read again as well."""
        return next((one.label for one in self.names(table) if one.id == id), id)

    def add(self, table: str, named: Named) -> None:
        """A record of the workbook that others in it may name before it is saved."""
        self.names(table).append(named)
        self._found.pop(table, None)

    def find(self, table: str, words: str, field: str) -> str:
        """The id of the record that the words name. Errors: RuleBroken when there is none, or more than one."""
        known = self._known(table)
        found = known.get(words.strip().casefold()) or known.get(plain(words)) or set()
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise RuleBroken(_("“%(words)s” can mean several: choose one from the list.", words=words), field)
        raise RuleBroken(_("“%(words)s” is not on the list: choose one from it.", words=words), field)

    def _known(self, table: str) -> dict[str, set[str]]:
        if table not in self._found:
            found: dict[str, set[str]] = {}
            for one in self.names(table):
                found[one.label.casefold()] = {one.id}
            for one in self.names(table):
                found[one.id] = {one.id}
                for words in (one.label, *one.also):
                    if plain(words) and one.label.casefold() != plain(words):
                        found.setdefault(plain(words), set()).add(one.id)
            self._found[table] = found
        return self._found[table]


def _listed(session: Session, table: str, office: str | None) -> Iterable[Named]:
    """The records of a table with their names, in the order of the forms."""
    if table == "output":
        return [Named(o.id, f"{o.label}. {o.title}", (o.label, o.title, *_numbered(o.label)))
                for o in framework.outputs(session)]  # fmt: skip
    if table == "country":
        here = locale(screen()).territories
        return [Named(c.id, here.get(c.code.upper()) or c.name, (c.code, c.name, *_territories(c.code.upper())))
                for c in framework.countries(session)]  # fmt: skip
    if table in ("agency", "donor"):
        rows = framework.agencies(session) if table == "agency" else framework.donors(session)
        return [Named(one.id, one.code or one.name, (one.name,)) for one in rows]
    if table == "budget_account":
        return [Named(a.id, f"{a.code} {a.name}".strip(), (a.code, a.name)) for a in framework.accounts(session)]
    if table == "reporting_period":
        return [Named(p.id, p.title, (p.code,)) for p in framework.periods(session)]
    if table == "milestone_type":
        return [Named(t.id, t.name, (t.code,)) for t in framework.milestone_types(session)]
    if table == "planned_activity":
        return [Named(p.id, p.title, (p.title_local,)) for p in planned(session, office=office)]
    if table == "indicator":
        return [Named(i.id, f"{i.code or ''} {i.title or ''}".strip(), (i.code or "", i.title or ""))
                for i in session.scalars(visible(Indicator).order_by(Indicator.code))]  # fmt: skip
    return _own(session, table, office)


def _own(session: Session, table: str, office: str | None) -> Iterable[Named]:
    """Boards and meetings, of one office or all."""
    if table == "board":
        boards = session.scalars(visible(Board).order_by(Board.name))
        return [Named(b.id, b.name or b.id) for b in boards if office is None or b.office in (office, None)]
    if table == "meeting":
        meetings = session.scalars(visible(Meeting).order_by(Meeting.date_from.desc(), Meeting.id))
        return [meeting_named(session, m.id, m.title, m.board_id, m.date_from) for m in meetings
                if office is None or m.office == office]  # fmt: skip
    model = synced_models()[table]
    return [Named(row.id, title_of(session, table, row.id)) for row in session.scalars(visible(model))]


def meeting_named(session: Session, id: str, title: str | None, board: str | None, day: str | None) -> Named:
    """A meeting by its title, or else its board, and its date."""
    known = session.get(Board, board) if board else None
    name = title or (known.name if known is not None else "") or ""
    return Named(id, ", ".join(part for part in (name, span_text(day)) if part) or id,
                 (title or "", f"{name} {day or ''}".strip()))  # fmt: skip


@cache
def _numbered(label: str) -> tuple[str, ...]:
    return tuple({f"{catalog(code).gettext('Output')} {label}" for code in SCREENS})


@cache
def _territories(code: str) -> tuple[str, ...]:
    return tuple({locale(one).territories.get(code, "") for one in SCREENS} - {""})


@cache
def _choices(words: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Folded words in every language -> the stored word."""
    found: dict[str, str] = {}
    for code in SCREENS:
        for stored, said in words:
            found.setdefault(plain(catalog(code).gettext(said)), stored)
            found.setdefault(plain(stored), stored)
            found.setdefault(plain(stored.replace("_", " ")), stored)
    return found


@cache
def _months() -> dict[str, int]:
    """Folded names of months in every language, whole and short -> number."""
    found: dict[str, int] = {}
    for code in SCREENS:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale(code)).items():
                    found.setdefault(plain(name), number)
    return found


def written(column: Column, table: str, value: Any, lexicon: Lexicon) -> Cell:
    """What a cell shows of a stored value, in the current language."""
    if value in (None, ""):
        return None
    if column.kind == "date":
        return date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)) else str(value)
    if column.kind in ("whole", "amount"):
        return value if isinstance(value, (int, Decimal)) else str(value)
    if column.kind == "choice":
        return _(column.words[str(value)]) if str(value) in column.words else str(value)
    if column.kind == "ref":
        return lexicon.label(column.target(table), str(value))
    if column.kind == "refs":
        return "; ".join(lexicon.label(column.target(table), one) for one in str(value).split())
    return "; ".join(str(value).split()) if column.kind == "quarters" else str(value)


def meant(column: Column, table: str, cell: Cell, lexicon: Lexicon) -> Any:
    """The value that a cell means, as commands take it; None for an empty one. Errors: RuleBroken."""
    words = as_words(cell)
    if not words:
        return None
    if words in ERRORS:
        raise RuleBroken(_("Excel could not work this cell out: enter its value."), column.field)
    if column.kind == "date":
        return _date(cell, column.field)
    if column.kind == "whole":
        return _whole(words, column.field)
    if column.kind == "amount":
        return parse_amount(words, column.field)
    if column.kind == "choice":
        return _choice(column, words)
    if column.kind == "ref":
        return lexicon.find(column.target(table), words, column.field)
    if column.kind == "refs":
        return " ".join(lexicon.find(column.target(table), one, column.field)
                        for one in _SEVERAL.split(words) if one.strip()) or None  # fmt: skip
    if column.kind == "quarters":
        return " ".join(re.findall(r"\w+", words.translate(_PLAIN_QUARTERS))) or None
    return words if column.kind == "long" else one_line(words)


_PLAIN_QUARTERS = {ord(c): " " for c in "QqTtКк"}


def _choice(column: Column, words: str) -> Any:
    known = _choices(tuple(column.words.items()))
    found = known.get(plain(words))
    if column.words is FLAG:
        found = found or ("1" if words.casefold() in _YES else "0" if words.casefold() in _NO else None)
        if found:
            return int(found)
    if found is None:
        raise RuleBroken(
            _("“%(words)s” is not a choice: use one of %(choices)s.", words=words,
              choices=", ".join(_(one) for one in column.words.values())), column.field
        )  # fmt: skip
    return found


def _whole(words: str, field: str) -> int:
    digits = re.sub(r"[\s,'’٬]", "", plain(words))
    if not re.fullmatch(r"-?\d{1,12}", digits):
        raise RuleBroken(_("Enter a whole number, such as 25."), field)
    return int(digits)


def _date(cell: Cell, field: str) -> str:
    """A date with its precision, as people write it: our own form, day first with points or strokes, or in words."""
    words = as_words(cell)
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in words)
    if isinstance(cell, date) or re.fullmatch(r"\d{4}(-\d\d(-\d\d)?|-[Qq][1-4])?", digits):
        return str(parse_date(digits.upper(), field))
    if re.fullmatch(r"\d{4}-\d\d-\d\d[T ].*", digits):
        return str(parse_date(digits[:10], field))
    if found := _DAY_FIRST.fullmatch(digits):
        return str(parse_date(f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}", field))
    if found := _MONTH_YEAR.fullmatch(digits):
        return str(parse_date(f"{found[2]}-{int(found[1]):02}", field))
    if found := _QUARTER.fullmatch(digits):
        return str(parse_date(f"{found[2] or found[3]}-Q{found[1] or found[4]}", field))
    return str(parse_date(_in_words(digits) or words, field))


def _in_words(words: str) -> str | None:
    """`14 May 2014` and `May 2014` in any of our languages."""
    found = re.fullmatch(r"(?:(\d{1,2})\.?\s+)?(?:de\s+)?([^\d]+?)\.?,?\s*(?:de\s+)?(\d{4})\.?", words.strip())
    month = _months().get(plain(found[2])) if found else None
    if not found or not month:
        return None
    return f"{found[3]}-{month:02}" + (f"-{int(found[1]):02}" if found[1] else "")
