"""Conflicts: values that were set without sight of each other, side by side, for a person to choose."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for

from server.base.errors import NotFound, RulesBroken, ValiseError
from server.base.i18n import _
from server.services.conflicts import Conflict, conflicts, resolve
from server.web.answers import Answer, said, warned
from server.web.disputes import disputes, keep_of
from server.web.here import folder

page = Blueprint("conflicts", __name__)


@page.get("/conflicts")
def index() -> Answer:
    """All that wait."""
    return render_template("conflicts/list.html", disputes=disputes(folder()))


@page.post("/conflicts/<id>")
def settle(id: str) -> Answer:
    """Keep one side. The choice travels with the next dispatch."""
    opened = folder()
    try:
        resolve(opened, id, _chosen(conflicts(opened), id))
    except RulesBroken as broken:
        warned("\n".join(one.message for one in broken.errors))
    except ValiseError as error:
        warned(error.message)
    else:
        said(_("Settled. Your choice travels with the next dispatch."))
    return redirect(url_for("exchange.show", _anchor="conflicts"))


def _chosen(found: list[Conflict], id: str) -> str:
    """The side that the form names by its place, as the service takes it."""
    conflict = next((c for c in found if c.id == id), None)
    place = request.form.get("side", "")
    if conflict is None or not (place.isascii() and place.isdigit()) or int(place) >= len(conflict.sides):
        raise NotFound(_("This conflict is settled already."))
    return keep_of(conflict, int(place))
