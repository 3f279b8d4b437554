"""Workbooks as tests make, edit and load them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from server.base.i18n import use_language
from server.db.session import read_session
from server.services.folder import Folder
from server.services.load import Loaded, LoadFile, load, look_at, read_file
from server.services.sheets.writing import Reader, exported, make_template


def template(folder: Folder, key: str, path: Path, language: str = "en") -> Path:
    """The template of an area, at a path."""
    with read_session(folder.engine) as session, use_language(language):
        path.write_bytes(make_template(session, key, folder.office, folder.clock()))
    return path


def export(folder: Folder, table: str, ids: Sequence[str], path: Path, language: str = "en") -> Path:
    """The records with these ids as a workbook, at a path."""
    with read_session(folder.engine) as session, use_language(language):
        made = exported(session, {table: list(ids)}, "List", Reader(folder.office, folder.clock()))
    path.write_bytes(made)
    return path


def columns(sheet: Any) -> dict[str, int]:
    """Field -> number of its column, by the hidden row."""
    return {cell.value: cell.column for cell in sheet[1] if cell.value and cell.column > 2}


def edit(path: Path, changes: Mapping[int, Mapping[str, Any]], sheet: int = 0) -> None:
    """Set cells as a person would: number of the row -> field -> value."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[sheet]
    where = columns(page)
    for row, values in changes.items():
        for field, value in values.items():
            page.cell(row, where[field]).value = value
    book.save(path)


def look(folder: Folder, path: Path, file: LoadFile | None = None) -> Loaded:
    """What loading a file would do."""
    return look_at(folder.engine, file or read_file(path), path.name, folder.author(), folder.office.code, folder.clock)


def take(folder: Folder, path: Path) -> Loaded:
    """Load a file."""
    return load(folder.engine, path, folder.author(), folder.office.code, folder.clock)


def own_table(rows: Sequence[Sequence[Any]], title: str = "Tracker") -> bytes:
    """An office's own workbook."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
