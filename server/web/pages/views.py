"""Saved views of lists: give one a name, delete it, bring it back."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.web.answers import Answer, offer_undo, said, warned
from server.web.database import writing
from server.web.here import here
from server.web.views import address, keep_view, mark_view

page = Blueprint("views", __name__)
#: fields of the form that are not arguments of the list's address
_OWN = ("view_name", "view_everybody")


@page.post("/views/<list_name>")
def keep(list_name: str) -> Answer:
    """Give the view that the form carries a name."""
    asked = {name: value for name, value in request.form.items() if name not in _OWN}
    back = address(list_name, asked)
    name, everybody = request.form.get("view_name", ""), "view_everybody" in request.form
    try:
        with writing(here().author) as work:
            keep_view(work, list_name, name, asked, everybody=everybody)
        said(_("The view is kept: %(name)s", name=name))
    except RuleBroken as error:
        warned(error.message)
    return redirect(back)


@page.post("/views/<list_name>/<id>/delete")
def remove(list_name: str, id: str) -> Answer:
    """Delete at once, and offer Undo."""
    back = address(list_name, {})
    with writing(here().author) as work:
        view = mark_view(work, list_name, id, deleted=True)
    offer_undo(_("Deleted: %(title)s", title=view.name), url_for(".restore", list_name=list_name, id=id))
    return redirect(back)


@page.post("/views/<list_name>/<id>/restore")
def restore(list_name: str, id: str) -> Answer:
    """Undo a deletion."""
    address(list_name, {})
    with writing(here().author) as work:
        view = mark_view(work, list_name, id, deleted=False)
    said(_("The view is back."))
    return redirect(address(list_name, view.asked))
