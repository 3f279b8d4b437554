"""The list that a page shows as an Excel workbook, to read or to edit and load again: one way for all lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import current_app
from werkzeug.wrappers import Response

from server.base.config import Config
from server.services.sheets.writing import Reader, Row, exported
from server.web.database import session
from server.web.files import hand_over
from server.web.here import here
from server.web.staged import safe_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def hand_over_list(rows: Mapping[str, Sequence[Row]], title: str, back: str) -> Response:
    """Let the person keep the records with these ids, by table. `title` names the file; `back` is the list's page."""
    config: Config = current_app.extensions["valise.config"]
    data = exported(session(), rows, title, Reader(here().office, config.clock()))
    return hand_over(safe_name(f"{title} {here().office.code} {here().today.isoformat()}.xlsx"), data, XLSX, back)
