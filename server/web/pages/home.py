"""Home: what is due, and how far this office's changes have travelled."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, url_for

from server.base.config import Config
from server.base.i18n import _
from server.db.base import synced_models
from server.db.drafts import draft_keys
from server.services.conflicts import title_of
from server.services.home import home
from server.services.standing import standing
from server.web.answers import Answer
from server.web.database import session
from server.web.grids import grid_left
from server.web.here import here
from server.web.records import table_words

page = Blueprint("home", __name__)
#: table -> endpoints of the form for a new record and for a known one, and what the new one is begun from
_FORMS = {
    "activity": ("activities.log", "activities.edit", "planned"),
    "agreement": ("agreements.add", "agreements.edit", ""),
    "board": ("boards.add", "boards.edit", ""), "challenge": ("challenges.add", "challenges.edit", ""),
    "decision": ("decisions.add", "decisions.edit", "meeting"), "document": ("documents.add", "documents.edit", ""),
    "knowledge_product": ("products.add", "products.edit", ""), "lesson": ("lessons.add", "lessons.edit", ""),
    "meeting": ("meetings.add", "meetings.edit", "board"), "planned_activity": ("workplan.add", "workplan.edit", ""),
}  # fmt: skip


@page.get("/")
def show() -> Answer:
    """Everything that waits for somebody."""
    at = here()
    config: Config = current_app.extensions["valise.config"]
    return render_template("home/show.html", due=home(session(), at.office, at.today), cut=config.last_run == "cut",
                           resumed=current_app.extensions.get("valise.resumed", ()),
                           standing=standing(session(), config.clock),
                           drafts=_unsaved())


def _unsaved() -> list[tuple[str, str]]:
    """Forms that were left unsaved, each with its page: new ones, and records that are still here."""
    found = []
    for key in draft_keys(session()):
        table, _slash, row = key.partition("/")
        found += grid_left(key)
        if table not in _FORMS or "/" in row.removeprefix("new/"):
            continue
        new, edit, begun_from = _FORMS[table]
        if row.startswith("new"):
            more: dict[str, Any] = {begun_from: row[4:]} if row[4:] and begun_from else {}
            found.append((_("New: %(kind)s", kind=table_words(table)), url_for(new, **more)))
        elif session().get(synced_models()[table], row) is not None:
            found.append((title_of(session(), table, row), url_for(edit, id=row)))
    return found
