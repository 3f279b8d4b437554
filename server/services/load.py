"""Load records from a JSON file or a workbook, through the same rules as a person's typing: all of it or nothing."""

from __future__ import annotations

import json
import uuid
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import sqlalchemy as sa

from server.base.clock import Clock
from server.base.errors import Refused, RuleBroken, RulesBroken, ValiseError
from server.base.i18n import _
from server.base.ids import named_id
from server.db.base import Synced, reference_columns, synced_columns, synced_models
from server.db.session import Author, write_session
from server.domain.activities import search
from server.domain.records import Work, save
from server.services.kinds import ENTRY_ORDER

_LARGEST = 64 << 20


@dataclass(frozen=True)
class Entry:
    """One record of a file: its table, id, fields, and where it stands for people to find it."""

    table: str
    id: str
    values: Mapping[str, Any]
    where: str


@dataclass(frozen=True)
class LoadFile:
    """A file read into entries. `office` is the code of the office it was written for, `person` who wrote it."""

    office: str | None
    person: str | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Loaded:
    """How many records a load wrote, by table."""

    counts: Mapping[str, int]

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
    """Entries of a workbook: one sheet per table, field names in row 1, one record per row."""
    entries: list[Entry] = []
    errors: list[ValiseError] = []
    for title, rows in _sheets(path):
        if title not in ENTRY_ORDER:
            errors.append(
                ValiseError(_("%(file)s: there is no table “%(table)s”: check its name.", file=path.name, table=title))
            )
            continue
        for place, record in rows:
            where = f"{path.name}: {title} {place}"
            if not str(record.get("id", "")).strip():
                errors.append(ValiseError(_('%(where)s: give the record an "id".', where=where)))
                continue
            entries.append(_entry(title, {**record, "id": str(record["id"])}, where))
    if errors:
        raise RulesBroken(errors)
    return LoadFile(None, None, tuple(entries))


def _sheets(path: Path) -> list[tuple[str, list[tuple[int, dict[str, Any]]]]]:
    """Title and records of each sheet. Errors: Refused."""
    try:
        with path.open("rb") as stream:
            from openpyxl import load_workbook  # noqa: PLC0415  (slow, and rarely needed)

            book = load_workbook(stream, read_only=True, data_only=True)
            return [(sheet.title, list(_sheet_records(sheet))) for sheet in book.worksheets]
    except (BadZipFile, KeyError, ValueError, TypeError, SyntaxError, EOFError, zlib.error):
        sentence = _("%(file)s is not an Excel workbook: save it as .xlsx.", file=path.name)
        raise Refused(sentence, "load_format") from None


def _sheet_records(sheet: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = sheet.iter_rows(values_only=True)
    head = [str(cell).strip() if cell is not None else "" for cell in next(rows, ())]
    for place, row in enumerate(rows, 2):
        record = {name: _cell(value) for name, value in zip(head, row, strict=False) if name and value is not None}
        if record:
            yield place, record


def _cell(value: Any) -> Any:
    """A cell as the file format has it: whole numbers and words; dates as ISO text."""
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    if isinstance(value, float):
        return int(value) if value.is_integer() else str(value)
    return value if isinstance(value, (int, str)) else str(value)


def enter(work: Work, file: LoadFile) -> Loaded:
    """Save the entries in the caller's transaction, what is named before what names it. Errors: RulesBroken."""
    counts: dict[str, int] = {}
    errors: list[ValiseError] = list(_given_twice(file))
    order = {table: place for place, table in enumerate(ENTRY_ORDER)}
    for entry in sorted(file.entries, key=lambda e: order[e.table]):
        model: type[Synced] = synced_models()[entry.table]
        try:
            save(work, model, _for_form(model, entry), id=entry.id)
            counts[entry.table] = counts.get(entry.table, 0) + 1
        except RulesBroken as broken:
            errors += [type(e)(f"{entry.where}: {e.message}", e.field) for e in broken.errors]
        except ValiseError as error:
            errors.append(type(error)(f"{entry.where}: {error.message}", error.field))
    if errors:
        raise RulesBroken(errors)
    return Loaded(counts)


def _given_twice(file: LoadFile) -> Iterator[ValiseError]:
    """The later of two records with one id would silently replace the earlier."""
    first: dict[tuple[str, str], str] = {}
    for entry in file.entries:
        before = first.setdefault((entry.table, entry.id), entry.where)
        if before is not entry.where:
            yield RuleBroken(
                _(
                    '%(where)s: this "id" stands already at %(before)s: give it another one.',
                    where=entry.where,
                    before=before,
                ),
                "id",
            )


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
    file = read_file(path)
    if file.office and file.office != office_code:
        raise Refused(
            _(
                "%(file)s is written for the office %(other)s, this is %(here)s: load it there.",
                file=path.name,
                other=file.office,
                here=office_code,
            ),
            "load_other_office",
        )
    writer = Author(file.person or author.person, author.office, author.hq)
    with write_session(engine, writer) as session:
        loaded = enter(Work(session, writer, clock), file)
    search.catch_up(engine)
    return loaded
