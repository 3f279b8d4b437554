"""Which tables and columns travel, as this version knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from server.db.base import Base, synced_columns, synced_models
from server.sync import blobs as _file_tables  # noqa: F401 - registers what is noted of files
from server.sync import models as _own_tables  # noqa: F401 - registers `device`

#: Scope of the records that only headquarters writes.
FRAMEWORK = "framework"
#: What the scope of one office's records begins with; the office's id follows.
OFFICE = "office:"


@dataclass(frozen=True)
class TableShape:
    """A travelling table: its name on the wire, its kind of scope and its columns but the key."""

    name: str
    scope: str
    columns: tuple[str, ...]
    known: frozenset[str]


@cache
def _declared(count: int) -> Mapping[str, TableShape]:
    shapes = {}
    for name, model in synced_models().items():
        columns = tuple(synced_columns(model.__table__))
        shapes[name] = TableShape(name, model.__scope__, columns, frozenset(columns))
    return shapes


def shape() -> Mapping[str, TableShape]:
    """The travelling tables by name. Tables of a newer version are not in it; their changes are kept all the same."""
    return _declared(len(Base.metadata.tables))


def office_scope(office: str) -> str:
    """The scope of the records that `office` (its id) owns."""
    return OFFICE + office
