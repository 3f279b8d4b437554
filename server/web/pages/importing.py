"""Import: templates to fill in, workbooks to load, and an office's own tables whose columns are told once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.config import Config
from server.base.errors import Refused, ValiseError
from server.base.i18n import _, n_
from server.services.load import load_entries, look_at
from server.services.sheets.areas import AREAS, SHEETS, area_of
from server.services.sheets.entry import CHANGED
from server.services.sheets.preview import (
    Preview,
    opened,
    own_tables,
    previewed,
    read_layout,
    refused,
    written_layout,
)
from server.services.sheets.reading import SheetRead
from server.services.sheets.tracker import Layout, column_name, guess, heads_of, keep_layout, recognised
from server.services.sheets.writing import make_template
from server.web.answers import Answer, said, warned
from server.web.database import engine, session, writing
from server.web.exports import XLSX
from server.web.files import hand_over
from server.web.here import here
from server.web.records import field_words, table_words, value_words
from server.web.staged import forget, safe_name, stage, staged

page = Blueprint("importing", __name__)
#: letters of a text that a line of the preview shows
_EXCERPT = 90


@page.get("/import")
def show() -> Answer:
    """Where a workbook is dropped in, and the templates."""
    return render_template("importing/show.html", areas=AREAS)


@page.get("/import/template/<key>")
def template(key: str) -> Response:
    """An empty workbook of an area, in the language of the page."""
    config: Config = current_app.extensions["valise.config"]
    data = make_template(session(), key, here().office, config.clock())
    return hand_over(safe_name(f"{_(area_of(key).words)}.xlsx"), data, XLSX, url_for(".show"))


@page.post("/import")
def drop() -> Answer:
    """Take a workbook in to look at; nothing is loaded yet."""
    given = [(one.filename, one.save) for one in request.files.getlist("file") if one.filename]
    if len(given) != 1 or not str(given[0][0]).lower().endswith(".xlsx"):
        sentence = _("Choose one Excel workbook; its name ends in .xlsx.")
        return render_template("importing/show.html", areas=AREAS, refusal=sentence), 422
    return redirect(url_for(".look", batch=stage(here().data, given)))


@page.get("/import/<batch>")
def look(batch: str) -> Answer:
    """What loading the workbook would do, or all that is wrong with it."""
    path, layout = _file(batch), _layout()
    try:
        if layout is None and (sheets := own_tables(path)):
            known = recognised(session(), sheets)
            if known is None:
                return redirect(url_for(".columns", batch=batch))
            return redirect(url_for(".look", batch=batch, known=known[0], **written_layout(known[1])))
        shown = _previewed(path, layout)
    except ValiseError as error:
        shown = refused(error)
    return _looked(batch, path, shown)


@page.post("/import/<batch>/load")
def load(batch: str) -> Answer:
    """Load all of it, or nothing."""
    path, at = _file(batch), here()
    config: Config = current_app.extensions["valise.config"]
    session().rollback()
    try:
        done = load_entries(engine(), opened(path, _layout()), path.name, at.author, at.office.code, config.clock)
    except ValiseError as error:
        return _looked(batch, path, refused(error))
    forget(at.data, batch)
    said(n_("%(num)s record is loaded.", "%(num)s records are loaded.", done.total))
    if any(one.entry.clash for one in done.done):
        warned(_("Some values were changed here as well since the workbook was saved: choose which one stays."))
        return redirect(url_for("conflicts.index"))
    return redirect(url_for(".show"))


@page.post("/import/<batch>/give-up")
def give_up(batch: str) -> Answer:
    """Forget the workbook."""
    forget(here().data, batch)
    return redirect(url_for(".show"))


@page.get("/import/<batch>/columns")
def columns(batch: str) -> Answer:
    """Which sheet it is, what it holds, and which column is what."""
    path = _file(batch)
    try:
        sheets = own_tables(path)
    except Refused as error:
        return _looked(batch, path, refused(error))
    if not sheets:
        return redirect(url_for(".look", batch=batch))
    asked = request.args
    sheet = next((one for one in sheets if one.title == asked.get("sheet")), max(sheets, key=lambda s: len(s.rows)))
    table = asked["table"] if asked.get("table") in SHEETS else "activity"
    layout = _layout() or guess(sheet, table)
    head = asked.get("head", "")
    if head.isascii() and head.isdigit() and 0 < len(head) < 6 and int(head) != layout.head:
        layout = guess(SheetRead(sheet.title, tuple(row for row in sheet.rows if row[0] >= int(head))), table)
    return _columns(batch, path, sheets, sheet, layout)


@page.post("/import/<batch>/columns")
def choose(batch: str) -> Answer:
    """Look at the sheet by the columns that were chosen, and keep them under a name when one is given."""
    form = request.form
    picked = [f"{column.field}:{form.get(column.field, '')}" for column in _sheet(form.get("table", "")).columns]
    layout = read_layout(form.get("sheet", ""), form.get("table", ""), form.get("head", ""), ",".join(picked))
    if layout is None:
        warned(_("Say of at least one column what it holds."))
        return redirect(url_for(".columns", batch=batch, sheet=form.get("sheet"), table=form.get("table")))
    sheet = next((one for one in own_tables(_file(batch)) if one.title == layout.sheet), None)
    if sheet is not None and form.get("keep", "").strip():
        with writing(here().author) as work:
            keep_layout(work.session, form["keep"], sheet, layout)
    return redirect(url_for(".look", batch=batch, **written_layout(layout)))


def _file(batch: str) -> Path:
    return staged(here().data, batch)[0]


def _layout() -> Layout | None:
    asked = request.args
    return read_layout(*(asked.get(name, "") for name in ("sheet", "table", "head", "columns")))


def _sheet(table: str) -> Any:
    return SHEETS.get(table) or SHEETS["activity"]


def _previewed(path: Path, layout: Layout | None) -> Preview:
    config: Config = current_app.extensions["valise.config"]
    at, file = here(), opened(path, layout)
    session().rollback()
    return previewed(look_at(engine(), file, path.name, at.author, at.office.code, config.clock))


def _looked(batch: str, path: Path, shown: Preview) -> Answer:
    """The page of a workbook that was looked at."""
    names = {one.entry.id: one.entry.name for one in shown.rows}
    layout = _layout()
    again = url_for(".columns", batch=batch, **written_layout(layout)) if layout else None
    rows = [(one, table_words(one.entry.table), _changes(one, names)) for one in shown.rows]
    body = render_template("importing/look.html", batch=batch, file=path.name, found=shown, rows=rows, again=again,
                           layout=written_layout(layout) if layout else {}, known=request.args.get("known", ""))
    return body, 422 if shown.faults else 200


def _changes(one: Any, names: dict[str, str]) -> list[tuple[str, str, str, bool]]:
    """(field, before, after, changed here as well) of what a row changes, in words; of a new record what it says."""
    found = []
    for field, value in one.entry.values.items():
        if value in (None, "") and field not in one.before:
            continue
        if one.state == CHANGED and field not in one.before:
            continue
        after = names.get(str(value)) or _words(one, field, value)
        before = _words(one, field, one.before[field]) if field in one.before else ""
        found.append((field_words(field), before, after, field in one.entry.clash))
    return found


def _words(one: Any, field: str, value: Any) -> str:
    words = value_words(session(), one.entry.table, field, value, one.entry.id)
    return words if len(words) <= _EXCERPT else f"{words[:_EXCERPT].rstrip()} …"


def _columns(batch: str, path: Path, sheets: tuple[SheetRead, ...], sheet: SheetRead, layout: Layout) -> Answer:
    """The page on which columns are told."""
    heads = heads_of(sheet, layout.head)
    found = [(column, column.heading(layout.table), layout.columns.get(column.field))
             for column in SHEETS[layout.table].columns]
    samples = [row for number, row in sheet.rows if number > layout.head][:4]
    tables = [(table, table_words(table, several=True)) for table in SHEETS]
    return render_template("importing/columns.html", batch=batch, file=path.name, sheets=sheets, sheet=sheet,
                           layout=layout, heads=[(place, column_name(place, words)) for place, words in heads],
                           plain_heads=heads, fields=found, samples=samples, tables=tables)
