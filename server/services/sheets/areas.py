"""What workbooks hold: their areas, the sheets of each, and the columns of a sheet in the order of the form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made

from server.base.errors import NotFound
from server.base.i18n import _, mark
from server.db.base import synced_models
from server.services.names import FIELDS, TABLES, field_words, table_words

STATUSES: Mapping[str, str] = {
    "planned": mark("Planned"), "ongoing": mark("Ongoing"), "completed": mark("Completed"),
    "delayed": mark("Delayed"), "cancelled": mark("Cancelled"),
}  # fmt: skip
RAGS: Mapping[str, str] = {"green": mark("Green"), "amber": mark("Amber"), "red": mark("Red")}
STEPS: Mapping[str, str] = {
    "not_started": mark("Not started"), "in_progress": mark("In progress"), "done": mark("Done"),
    "not_applicable": mark("Not applicable"),
}  # fmt: skip
KINDS: Mapping[str, str] = {"challenge": mark("Challenge"), "risk": mark("Risk"), "issue": mark("Issue")}
OPEN: Mapping[str, str] = {"open": mark("Open"), "watched": mark("Watched"), "closed": mark("Closed")}
DECIDED: Mapping[str, str] = {"open": mark("Open"), "closed": mark("Closed")}
FLAG: Mapping[str, str] = {"1": mark("Yes"), "0": mark("No")}

_DATE = mark("A date, or as much of it as is known: 2014-05-14, 2014-05, 2014-Q2 or 2014.")
_WHOLE = mark("A whole number.")
_AMOUNT = mark("A number with at most two decimals.")
_CURRENCY = mark("Three letters, such as USD. Left empty: the programme's currency.")
_CHOICE = mark("Choose from the list.")
_SEVERAL = mark("Several are separated by semicolons.")
_QUARTERS = mark("Numbers from 1 to 4, separated by semicolons.")
_LOCAL = mark("In your office's language.")


@dataclass(frozen=True)
class Column:
    """A column: the record's field, what its cells hold, and what the note on its head says.

    `kind` is text, long, date, whole, amount, choice, ref, refs or quarters. `words` are the stored words of a choice
    with those for people; `needed` that a row cannot go without it.
    """

    field: str
    kind: str = "text"
    needed: bool = False
    note: str = ""
    words: Mapping[str, str] = made(default_factory=dict)
    head: str = ""

    def target(self, table: str) -> str:
        """The table that a reference names."""
        info = synced_models()[table].__table__.columns[self.field].info
        return str(info.get("ref") or info.get("refs") or "")

    def heading(self, table: str) -> str:
        """What the column is called, in the current language."""
        if self.head:
            return _(self.head)
        if self.field not in FIELDS and self.target(table) in TABLES:
            return table_words(self.target(table))
        return field_words(self.field)


@dataclass(frozen=True)
class Sheet:
    """A sheet: records of one table."""

    table: str
    columns: tuple[Column, ...]

    @property
    def title(self) -> str:
        """What the sheet is called, in the current language."""
        return table_words(self.table, several=True)


@dataclass(frozen=True)
class Area:
    """What one workbook is about. `words` is marked for the catalog."""

    key: str
    words: str
    sheets: tuple[Sheet, ...]


def _text(name: str, *, needed: bool = False, local: bool = False, head: str = "") -> Column:
    return Column(name, "text", needed, _LOCAL if local else "", head=head)


def _long(name: str, *, needed: bool = False, local: bool = False, head: str = "") -> Column:
    return Column(name, "long", needed, _LOCAL if local else "", head=head)


def _date(name: str, *, needed: bool = False) -> Column:
    return Column(name, "date", needed, _DATE)


def _whole(name: str) -> Column:
    return Column(name, "whole", note=_WHOLE)


def _ref(name: str, *, needed: bool = False) -> Column:
    return Column(name, "ref", needed, _CHOICE)


def _choice(name: str, words: Mapping[str, str], *, needed: bool = False) -> Column:
    return Column(name, "choice", needed, _CHOICE, words)


_MONEY = (Column("amount", "amount", True, _AMOUNT), Column("currency", note=_CURRENCY))
_COUNTED = (_whole("women"), _whole("men"), _whole("participants"))

AREAS = (
    Area("activities", mark("Activities"), (Sheet("activity", (
        _date("date_from", needed=True), _date("date_to"), _text("title", needed=True), _ref("output_id", needed=True),
        _ref("country_id"), _long("narrative"), _text("title_local", local=True), _long("narrative_local", local=True),
        _text("place"), _text("partners"), *_COUNTED, _ref("lead_agency_id"),
        Column("support_agency_ids", "refs", note=_SEVERAL), _ref("planned_id"), _choice("in_report", FLAG),
        _whole("position"),
    )),)),
    Area("workplan", mark("Work plan"), (Sheet("planned_activity", (
        _text("title", needed=True), _text("title_local", local=True), _ref("output_id", needed=True),
        _ref("period_id", needed=True), Column("quarters", "quarters", note=_QUARTERS), _ref("country_id"),
        _text("responsible"), _ref("agency_id"), _ref("donor_id"), _ref("account_id"),
        Column("amount", "amount", note=_AMOUNT), Column("currency", note=_CURRENCY), _choice("status", STATUSES),
        _choice("rag", RAGS), _long("note"), _choice("in_report", FLAG), _whole("position"), _ref("part_of_id"),
    )),)),
    Area("milestones", mark("Milestones"), (Sheet("milestone", (
        _ref("type_id", needed=True), _ref("country_id", needed=True), _choice("status", STEPS, needed=True),
        _date("dated"), _text("note"),
    )),)),
    Area("boards", mark("Board meetings and decisions"), (
        Sheet("meeting", (
            _ref("board_id", needed=True), _text("title"), _date("date_from", needed=True), _date("date_to"),
            _text("place"), _long("agenda"), _long("minutes"), *_COUNTED,
        )),
        Sheet("decision", (
            _ref("meeting_id", needed=True), _long("text", needed=True, head=mark("Decision")), _text("action"),
            _text("owner"), _date("due"), _choice("status", DECIDED), _date("closed"), _text("note"),
        )),
    )),
    Area("indicators", mark("Indicator values"), (Sheet("indicator_value", (
        _ref("indicator_id", needed=True), _ref("period_id", needed=True), _ref("country_id"),
        _text("value", needed=True), _whole("women"), _whole("men"), _text("note"),
    )),)),
    Area("budget", mark("Budget lines"), (Sheet("budget_line", (
        _ref("output_id", needed=True), _ref("country_id"), _ref("period_id", needed=True), _ref("account_id"),
        *_MONEY, _text("note"),
    )),)),
    Area("expenditures", mark("Expenditures"), (Sheet("expenditure", (
        _ref("output_id"), _ref("country_id"), _ref("period_id", needed=True), _ref("account_id"), *_MONEY,
        _date("dated"), _text("note"),
    )),)),
    Area("challenges", mark("Challenges"), (Sheet("challenge", (
        _text("title", needed=True), _choice("kind", KINDS), _long("cause"), _long("effect"), _long("response"),
        _long("text_local", local=True), _text("owner"), _choice("status", OPEN), _date("dated"), _ref("country_id"),
        _ref("output_id"), _choice("in_report", FLAG), _whole("position"),
    )),)),
)  # fmt: skip

KEYS = tuple(area.key for area in AREAS)
SHEETS: Mapping[str, Sheet] = {sheet.table: sheet for area in AREAS for sheet in area.sheets}


def area_of(key: str) -> Area:
    """The area of that name. Errors: NotFound."""
    found = next((one for one in AREAS if one.key == key), None)
    if found is None:
        raise NotFound(_("There is no workbook of that name: choose one from the list."))
    return found


def columns_for(sheet: Sheet, country_id: str | None, language: str | None) -> tuple[Column, ...]:
    """The columns an office has a use for: its own country goes without saying, as in the forms."""
    left_out = {"country_id"} if country_id else set()
    if not language:
        left_out |= {column.field for column in sheet.columns if column.field.endswith("_local")}
    return tuple(column for column in sheet.columns if column.field not in left_out)
