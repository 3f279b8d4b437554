"""The list that a page shows as an Excel workbook, to read or to edit and load again: one way for all lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from flask import current_app
from werkzeug.wrappers import Response

from server.base.config import Config
from server.domain.lists import Listed
from server.services.sheets.reading import MOST_ROWS
from server.services.sheets.writing import Reader, Row, exported
from server.web.database import session
from server.web.files import hand_over
from server.web.here import here
from server.web.staged import safe_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _Known(Protocol):
    @property
    def id(self) -> str: ...


K = TypeVar("K", bound=_Known)


def ids_of(page_of_list: Callable[[int], Listed[K]]) -> list[str]:
    """Ids of a list on all of its pages, as many as a workbook holds; `page_of_list` gives the page of a number."""
    found: list[str] = []
    number, more = 0, True
    while more and len(found) < MOST_ROWS:
        number += 1
        shown = page_of_list(number)
        found += [one.id for one in shown.items]
        more = shown.more
    return found[:MOST_ROWS]


def hand_over_list(rows: Mapping[str, Sequence[Row]], title: str, back: str) -> Response:
    """Let the person keep the records with these ids, by table. `title` names the file; `back` is the list's page."""
    config: Config = current_app.extensions["valise.config"]
    data = exported(session(), rows, title, Reader(here().office, config.clock()))
    return hand_over(safe_name(f"{title} {here().office.code} {here().today.isoformat()}.xlsx"), data, XLSX, back)
