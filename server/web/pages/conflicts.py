"""Conflicts: values that were set without sight of each other, side by side, to choose from; what else is open."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.errors import NotFound, Refused, RulesBroken, ValiseError
from server.base.i18n import _
from server.services import conflicts as service
from server.services.conflicts import Conflict
from server.services.issues import overtaken
from server.web.answers import Answer, said, warned
from server.web.database import session
from server.web.disputes import asked, dispute, disputes, keep_of, open_at
from server.web.forms import Form
from server.web.here import folder, here
from server.web.questions import FLAGS, is_known, is_long, question_for

page = Blueprint("conflicts", __name__)


@page.get("/conflicts")
def index() -> Answer:
    """All that wait: values to choose from, and other open questions."""
    return render_template("conflicts/list.html", disputes=disputes(folder()), asked=asked(folder()))


@page.get("/conflicts/<id>")
def show(id: str) -> Answer:
    """One conflict: what it was before, each side against that, and a form to write it anew."""
    found = service.conflict(folder(), id)
    return _shown(found, _form(found))


@page.post("/conflicts/<id>")
def settle(id: str) -> Answer:
    """Keep one side as the page displayed it. The choice travels with the next dispatch."""
    opened = folder()
    try:
        found = service.conflict(opened, id)
    except NotFound:
        warned(_("This conflict is settled already."))
        return _back()
    displayed, place = request.form.get("heads", "").split(), request.form.get("side", "")
    chosen = keep_of(found, displayed, int(place)) if place.isascii() and place.isdigit() else ""
    try:
        _tell(service.choose(opened, id, chosen, displayed or found.heads))
    except ValiseError as error:
        warned(error.message)
    return _back()


@page.post("/conflicts/<id>/write")
def write(id: str) -> Answer:
    """Settle it with another value, in place of those that the page displayed."""
    found = service.conflict(folder(), id)
    form = _form(found)
    if form is None:
        raise Refused(_("This cannot be written anew here: keep one of the values."), "no_form")
    if form.sent():
        displayed = (form.heads_seen() or {}).get(found.field, found.heads)
        given = form["value"].data
        value = " ".join(given) if isinstance(given, list) else given
        try:
            _tell(service.settle(folder(), id, value, displayed))
            return _back()
        except RulesBroken as broken:
            for one in broken.errors:
                form.take(ValiseError(one.message, field="value" if one.field == found.field else None))
        except ValiseError as error:
            form.take(error)
    return _shown(found, form), 422


@page.app_context_processor
def _notices() -> dict[str, Any]:
    """For the pages of records: `disputed(table, id)` and `overtaken(table, id)`."""
    return {
        "disputed": lambda table, id: open_at(session(), table, id),
        "overtaken": lambda table, id: overtaken(session(), here().office.id, table, id),
    }


def _shown(found: Conflict, form: Form | None) -> str:
    return render_template("conflicts/show.html", dispute=dispute(folder(), found), conflict=found, form=form)


def _form(found: Conflict) -> Form | None:
    """The field's own input with the value that is shown; none for a deletion, and none for another office."""
    if found.kind == "delete" or not found.ours or not is_known(found.table, found.field):
        return None
    long = is_long([side.value for side in found.sides])
    question = question_for(session(), found.table, found.field, found.owner, long=long)
    made: type[Form] = type("ValueForm", (Form,), {"value": question})
    shown = next((side.value for side in found.sides if side.shown), None)
    displayed = [side.changeset for side in found.sides]
    return made.on({"value": str(shown) if found.field in FLAGS else shown}, seen={found.field: displayed})


def _tell(left: Conflict | None) -> None:
    if left is None:
        said(_("Settled. Your choice travels with the next dispatch."))
    else:
        warned(_("Your choice is kept. Another value came in meanwhile: look at the two."))


def _back() -> Response:
    """To the page the form was sent from."""
    if request.form.get("back") == "list":
        return redirect(url_for(".index"))
    return redirect(url_for("exchange.show", _anchor="conflicts"))
