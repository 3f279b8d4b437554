"""Reading a workbook that came from anywhere: what it may hold is bounded before anything of it is parsed.

A workbook is a ZIP archive of XML. Its size, its parts, and what they unpack to are limited; a part that declares
document types or entities, or an encoding in which those could hide, is refused; rows and columns are cut off where
nobody works any more.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from server.base.errors import Refused
from server.base.i18n import _
from server.base.text import clean

#: bytes of the file, of one unpacked part and of all; parts of the archive
LARGEST, LARGEST_PART, LARGEST_WHOLE, MOST_PARTS = 20 << 20, 60 << 20, 120 << 20, 1_000
#: rows and columns of a sheet, sheets of a book
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS = 20_000, 100, 60
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)|<\0!\0(?:D\0O\0C|E\0N\0T)|\0<\0!\0(?:D\0O\0C|E\0N\0T)")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")
_ENCODINGS = frozenset({b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252"})
_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<", b" ", b"\r", b"\n", b"\t")
#: what turns the reading direction of a text from within, so that it does not say what it shows
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: what Excel shows where a formula failed
ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"})

#: a cell: words, a whole number, an exact number, a date, yes or no, or nothing
Cell = str | int | Decimal | date | bool | None


@dataclass(frozen=True)
class SheetRead:
    """A sheet: its title, and its rows with their numbers; rows without anything are left out."""

    title: str
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


def read_book(path: Path, name: str = "") -> tuple[SheetRead, ...]:
    """The visible and hidden sheets of an .xlsx file. Errors: Refused (load_format, load_too_large)."""
    name = name or path.name
    try:
        if path.stat().st_size > LARGEST:
            raise _too_large(name)
        data = path.read_bytes()
        _bounded(data, name)
        return tuple(_sheets(data, name))
    except FileNotFoundError:
        raise
    except (Refused, MemoryError):
        raise
    except (BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise _not_excel(name) from None
    except Exception as error:
        # whatever a parser trips over in a broken file is the file's fault, and is told as such
        raise _not_excel(name) from error


def _not_excel(name: str) -> Refused:
    return Refused(_("%(file)s is not an Excel workbook: save it as .xlsx.", file=name), "load_format")


def _too_large(name: str) -> Refused:
    return Refused(_("%(file)s is too large to load: split it.", file=name), "load_too_large")


def _bounded(data: bytes, name: str) -> None:
    """Refuse an archive that unpacks to more than a workbook does, or whose XML defines things of its own."""
    with ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_WHOLE:
            raise _too_large(name)
        for part in parts:
            if part.file_size > LARGEST_PART:
                raise _too_large(name)
            if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                with archive.open(part) as stream:  # gives no more than the size that was looked at above
                    _plain_xml(stream.read(), name)


def _plain_xml(content: bytes, name: str) -> None:
    said = _ENCODING.search(content[:300].replace(b"\0", b""))
    odd = (said is not None and said[1].lower() not in _ENCODINGS) or not content.startswith(_STARTS)
    if content and (odd or _DOCTYPE.search(content)):
        sentence = _("%(file)s holds definitions that no workbook needs: open it in Excel and save it anew.", file=name)
        raise Refused(sentence, "load_format")


def _sheets(data: bytes, name: str) -> Iterator[SheetRead]:
    from openpyxl import load_workbook  # noqa: PLC0415  (slow, and rarely needed)

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    if not book.worksheets:
        raise _not_excel(name)
    if len(book.worksheets) > MOST_SHEETS:
        raise _too_large(name)
    for sheet in book.worksheets:
        rows = []
        read = sheet.iter_rows(max_row=MOST_ROWS + 3, max_col=MOST_COLUMNS, values_only=True)
        for number, row in enumerate(read, 1):
            cells = tuple(kept(value) for value in row)
            if any(cell not in (None, "") for cell in cells):
                rows.append((number, cells))
        if rows and rows[-1][0] > MOST_ROWS + 2:
            raise Refused(
                _("%(file)s: the sheet “%(sheet)s” has more than %(most)s rows: split it.", file=name,
                  sheet=sheet.title, most=MOST_ROWS), "load_too_large",
            )  # fmt: skip
        yield SheetRead(clean(str(sheet.title)), tuple(rows))


def kept(value: Any) -> Cell:
    """A cell in one of few kinds; words without control characters and without turns of direction."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, (float, Decimal)):
        exact = Decimal(str(value))
        if not exact.is_finite():
            return str(value)
        return int(exact) if exact == exact.to_integral_value() and abs(exact) < 10**18 else exact
    if isinstance(value, (time, timedelta)):
        return str(value)
    return _TURNS.sub("", clean(str(value)))


def as_words(cell: Cell) -> str:
    """A cell as the words a person would see in it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, date):
        return cell.isoformat()
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell).strip()


def letters(column: int) -> str:
    """The name of a column by its number from 1: `A`, `Z`, `AA`."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found
