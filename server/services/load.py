"""Load records from a JSON file or a workbook, through the same rules as a person's typing: all of it or nothing."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from server.base.clock import Clock
from server.base.errors import Refused, RuleBroken, RulesBroken, ValiseError
from server.base.i18n import _
from server.base.ids import named_id
from server.db.base import Synced, reference_columns, synced_columns, synced_models
from server.db.session import Author, UnitSession, begin_writing, write_session
from server.domain.activities import search
from server.domain.records import Work, save, values_of
from server.services.kinds import ENTRY_ORDER
from server.services.sheets.entry import CHANGED, NEW, SAME, Done, Entry
from server.services.sheets.reading import Cell, SheetRead, as_words, read_book
from server.services.sheets.worded import Interpreter, Worded, is_lists, worded

_LARGEST = 64 << 20


@dataclass(frozen=True)
class LoadFile:
    """A file read into entries. `office` is the code of the office it was written for, `person` who wrote it.

    `sheets` are those whose cells are words: what they mean is found out beside the records they are about.
    """

    office: str | None
    person: str | None
    entries: tuple[Entry, ...]
    sheets: tuple[Worded, ...] = ()


@dataclass(frozen=True)
class Loaded:
    """How many records a load wrote, by table; what became of each; and what is wrong, when nothing is to be loaded."""

    counts: Mapping[str, int]
    done: tuple[Done, ...] = ()
    errors: tuple[ValiseError, ...] = ()

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def record_id(table: str, name: str) -> str:
    """The id a file's name stands for: a UUID is itself, a short name the same record every time."""
    name = name.strip()
    try:
        return str(uuid.UUID(name))
    except ValueError:
        return named_id(table, name)


def read_file(path: Path) -> LoadFile:
    """Read a .json or .xlsx file. Errors: Refused with one sentence about the file."""
    try:
        if path.stat().st_size > _LARGEST:
            raise Refused(_("%(file)s is too large to load: split it.", file=path.name), "load_too_large")
        if path.suffix.lower() == ".xlsx":
            return _read_workbook(path)
        return read_json(json.loads(path.read_text(encoding="utf-8-sig")), path.name)
    except FileNotFoundError:
        raise Refused(_("There is no file %(file)s: check its name.", file=str(path)), "load_missing") from None
    except json.JSONDecodeError as error:
        raise Refused(
            _(
                "%(file)s is not JSON: look at line %(line)s, character %(column)s.",
                file=path.name,
                line=error.lineno,
                column=error.colno,
            ),
            "load_unreadable",
        ) from None
    except UnicodeDecodeError:
        raise Refused(
            _("%(file)s is not text in UTF-8: save it with that encoding.", file=path.name), "load_unreadable"
        ) from None
    except RecursionError:
        raise Refused(
            _("%(file)s is nested too deeply to be a Valise data file.", file=path.name), "load_unreadable"
        ) from None
    except (OSError, ValueError) as error:
        raise Refused(_("%(file)s cannot be read (%(why)s).", file=path.name, why=error), "load_unreadable") from None


def read_json(content: Any, name: str) -> LoadFile:
    """Entries of a parsed JSON file `{"valise": 1, "office": CODE, "records": {table: [{...}]}}`."""
    if not isinstance(content, dict) or content.get("valise") != 1 or not isinstance(content.get("records"), dict):
        raise Refused(
            _('%(file)s is not a Valise data file: it must begin with "valise": 1 and hold "records".', file=name),
            "load_format",
        )
    entries: list[Entry] = []
    errors: list[ValiseError] = []
    for table, records in content["records"].items():
        if table not in ENTRY_ORDER or not isinstance(records, list):
            errors.append(
                ValiseError(_("%(file)s: there is no table “%(table)s”: check its name.", file=name, table=table))
            )
            continue
        for place, record in enumerate(records, 1):
            where = f"{name}: {table} {place}"
            if not isinstance(record, dict) or not isinstance(record.get("id"), str) or not record["id"].strip():
                errors.append(ValiseError(_('%(where)s: give the record an "id".', where=where)))
                continue
            entries.append(_entry(table, record, f"{where} ({record['id']})"))
    if errors:
        raise RulesBroken(errors)
    return LoadFile(_words(content.get("office")), _words(content.get("person")), tuple(entries))


def _words(value: Any) -> str | None:
    return str(value) if value else None


def _entry(table: str, record: Mapping[str, Any], where: str) -> Entry:
    """The record with its short names resolved."""
    values = {key: value for key, value in record.items() if key != "id"}
    columns: sa.Table = synced_models()[table].__table__
    for column, target, several in reference_columns(columns):
        given = values.get(column)
        if not given:
            continue
        names = given if isinstance(given, list) else str(given).split() if several else [str(given)]
        values[column] = " ".join(record_id(target, str(name)) for name in names)
    return Entry(table, record_id(table, record["id"]), values, where)


def _read_workbook(path: Path) -> LoadFile:
    """Sheets that Valise made; else one sheet per table, field names in row 1, one record per row."""
    entries: list[Entry] = []
    sheets: list[Worded] = []
    errors: list[ValiseError] = []
    for sheet in read_book(path):
        try:
            made = worded(path.name, sheet)
        except ValiseError as error:
            errors.append(error)
            continue
        if made is not None:
            sheets.append(made)
        elif sheet.title in ENTRY_ORDER:
            for place, record in _sheet_records(sheet):
                where = f"{path.name}: {sheet.title} {place}"
                if not str(record.get("id", "")).strip():
                    errors.append(ValiseError(_('%(where)s: give the record an "id".', where=where)))
                    continue
                entries.append(_entry(sheet.title, {**record, "id": str(record["id"])}, where))
        elif not is_lists(sheet):
            sentence = _("%(file)s: there is no table “%(table)s”: check its name.", file=path.name, table=sheet.title)
            errors.append(ValiseError(sentence))
    if errors:
        raise RulesBroken(errors)
    return LoadFile(None, None, tuple(entries), tuple(sheets))


def _sheet_records(sheet: SheetRead) -> Iterator[tuple[int, dict[str, Any]]]:
    if not sheet.rows:
        return
    head = [as_words(cell) for cell in sheet.rows[0][1]]
    for place, row in sheet.rows[1:]:
        record = {name: _cell(value) for name, value in zip(head, row, strict=False) if name and value is not None}
        if record:
            yield place, record


def _cell(value: Cell) -> Any:
    """A cell as the file format has it: whole numbers and words; dates as ISO text."""
    return value if isinstance(value, (int, str)) else as_words(value)


def enter(work: Work, file: LoadFile) -> Loaded:
    """Save the entries in the caller's transaction, what is named before what names it. Errors: RulesBroken."""
    loaded = attempt(work, file)
    if loaded.errors:
        raise RulesBroken(loaded.errors)
    return loaded


def attempt(work: Work, file: LoadFile) -> Loaded:
    """Save what can be saved of a file, and tell all that is wrong; the caller keeps it whole, or takes it back."""
    order = {table: place for place, table in enumerate(ENTRY_ORDER)}
    reader = Interpreter(work)
    entries = list(file.entries)
    for sheet in sorted(file.sheets, key=lambda s: order[s.table]):
        entries += reader.entries(sheet)
    errors: list[ValiseError] = [*reader.faults, *_given_twice(entries)]
    failed = {entry.id for entry in entries if entry.unread}
    done: list[Done] = []
    for entry in sorted(entries, key=lambda e: order[e.table]):
        try:
            done.append(_saved(work, entry))
        except ValiseError as broken:
            failed.add(entry.id)
            told = broken.errors if isinstance(broken, RulesBroken) else (broken,)
            errors += [entry.fault(e) for e in told if not _is_known(entry, e, failed)]
    counts: dict[str, int] = {}
    for one in done:
        written = not one.entry.sheet or one.state != SAME
        counts[one.entry.table] = counts.get(one.entry.table, 0) + written
    return Loaded({table: number for table, number in counts.items() if number}, tuple(done), tuple(errors))


def _saved(work: Work, entry: Entry) -> Done:
    """Save one entry, and tell what that did."""
    model: type[Synced] = synced_models()[entry.table]
    row = work.session.get(model, entry.id)
    before = dict(values_of(row)) if row is not None else {}
    if row is not None and entry.sheet and not entry.values:
        return Done(entry, SAME, {})
    save(work, model, _for_form(model, entry), id=entry.id, seen=entry.seen)
    if row is None or before.get("deleted"):
        return Done(entry, NEW, {})
    after = values_of(row)
    replaced = {name: before[name] for name in entry.values if before.get(name) != after.get(name)}
    return Done(entry, CHANGED if replaced else SAME, replaced)


def _is_known(entry: Entry, error: ValiseError, failed: set[str]) -> bool:
    """Whether an error follows from one that is told already: of the same cell, or of a row that this one names."""
    if error.field in entry.unread:
        return True
    return bool(entry.sheet) and any(one in failed for one in str(entry.values.get(error.field or "") or "").split())


def _given_twice(entries: Iterable[Entry]) -> Iterator[ValiseError]:
    """The later of two records with one id would silently replace the earlier."""
    first: dict[tuple[str, str], str] = {}
    for entry in entries:
        before = first.setdefault((entry.table, entry.id), entry.where)
        if before is not entry.where:
            yield _twice(entry, before)


def _twice(entry: Entry, before: str) -> ValiseError:
    if entry.cells:
        row = before.rpartition(" ")[2]
        sentence = _("This row carries the hidden id of row %(row)s: empty the hidden columns A and B in it to make a "
                     "new record of it.", row=row)  # fmt: skip
        return entry.fault(RuleBroken(sentence))
    words = _('%(where)s: this "id" stands already at %(before)s: give it another one.', where=entry.where,
              before=before)  # fmt: skip
    return RuleBroken(words, "id")


def _for_form(model: type[Synced], entry: Entry) -> dict[str, Any]:
    """Numbers given where the column keeps words are words."""
    table: sa.Table = model.__table__  # type: ignore[attr-defined]
    words = {name for name in synced_columns(table) if isinstance(table.columns[name].type, sa.Text)}
    return {
        k: str(v) if k in words and isinstance(v, (int, float)) and not isinstance(v, bool) else v
        for k, v in entry.values.items()
    }


def load(engine: sa.Engine, path: Path, author: Author, office_code: str, clock: Clock) -> Loaded:
    """Load `path` as `author` in one transaction: one changeset per owner, or nothing. Errors: Refused, RulesBroken."""
    return load_entries(engine, read_file(path), path.name, author, office_code, clock)


def load_entries(
    engine: sa.Engine, file: LoadFile, name: str, author: Author, office_code: str, clock: Clock
) -> Loaded:
    """The same for a file that was read. Errors: Refused, RulesBroken."""
    writer = _writer(file, name, author, office_code)
    with write_session(engine, writer) as session:
        session.info["clock"] = clock
        loaded = enter(Work(session, writer, clock), file)
    search.catch_up(engine)
    return loaded


def look_at(
    engine: sa.Engine, file: LoadFile, name: str, author: Author, office_code: str, clock: Clock
) -> Loaded:
    """What loading a file would do, and all that is wrong with it; nothing is changed. Errors: Refused."""
    writer = _writer(file, name, author, office_code)
    with UnitSession(engine, expire_on_commit=False) as session:
        begin_writing(session, writer)
        try:
            return attempt(Work(session, writer, clock), file)
        finally:
            session.rollback()


def _writer(file: LoadFile, name: str, author: Author, office_code: str) -> Author:
    """Who writes. Errors: Refused for a file of another office."""
    if file.office and file.office != office_code:
        raise Refused(
            _(
                "%(file)s is written for the office %(other)s, this is %(here)s: load it there.",
                file=name,
                other=file.office,
                here=office_code,
            ),
            "load_other_office",
        )
    return Author(file.person or author.person, author.office, author.hq)
