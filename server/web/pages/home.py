"""Home: what is due, and how far this office's changes have travelled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for

from server.base.config import Config
from server.base.errors import Refused
from server.base.i18n import _
from server.base.ids import new_id
from server.base.paths import make_folder
from server.db.backup import write_backup
from server.db.base import synced_models
from server.db.drafts import draft_keys
from server.services.backups import last_backup, note_backup
from server.services.conflicts import title_of
from server.services.home import home
from server.services.issues import questions
from server.services.standing import standing
from server.web import tour
from server.web.answers import Answer, said, warned
from server.web.database import session, writing
from server.web.files import hand_over
from server.web.grids import grid_left
from server.web.here import here
from server.web.records import table_words
from server.web.staged import safe_name

page = Blueprint("home", __name__)
#: after this time Home asks for a new backup
_BACKUP_LASTS = timedelta(days=14)
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
                           tour=tour.card(), drafts=_unsaved(), backed=last_backup(at.data), backup_old=_is_old(config))


@page.get("/open-questions")
def open_questions() -> Answer:
    """What else is open, as a part of Home that comes after it: to know it, every record is looked at."""
    at = here()
    return render_template("home/questions.html", count=len(questions(session(), at.office.id, at.office.hq)))


@page.post("/tour")
def tour_on_or_off() -> Answer:
    """Show the first steps on Home, or put them away for good, for whoever types."""
    taken = request.form.get("tour") == "take"
    with writing(here().author) as work:
        tour.choose(work, "take" if taken else "skip")
    if not taken:
        said(_("The first steps are put away. You find them again under Help."))
    return redirect(url_for(".show", _anchor="first-steps" if taken else None))


@page.post("/backup")
def back_up() -> Answer:
    """Make a verified copy of the whole folder, and let the person choose its place."""
    at, config = here(), current_app.extensions["valise.config"]
    if config.example is not None:  # a copy of the example must not be put back where real work belongs
        warned(_("The example is not backed up: it can be made anew at any time."))
        return redirect(url_for(".show"))
    copy = at.data.backups / f"to-be-saved-{new_id()}-part"  # swept like other copies when work is cut off
    make_folder(copy.parent)
    try:
        write_backup(at.data, copy)
    except Refused as error:
        warned(error.message)
        return redirect(url_for(".show"))
    name = safe_name(f"valise-{at.office.label}-{at.today.isoformat()}.zip")
    return hand_over(name, copy, "application/zip", url_for(".show"), lambda: note_backup(at.data, config.clock))


def _is_old(config: Config) -> bool:
    """Whether there is no backup of the last weeks."""
    made = last_backup(config.data)
    return made is None or config.clock() - made > _BACKUP_LASTS


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
