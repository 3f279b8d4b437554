"""What came, one file at a time: undo its import, try it again, ask for what it waits for, take it off the list."""

from __future__ import annotations

import json

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.errors import NotFound, Refused
from server.base.i18n import _
from server.services import arrivals, asking, journal, undo
from server.services.receive import again
from server.web.answers import Answer, said, warned
from server.web.database import session
from server.web.files import hand_over
from server.web.here import folder, know_again

page = Blueprint("inbox", __name__)


@page.get("/exchange/undo/<sha256>")
def undoing(sha256: str) -> Answer:
    """What undoing an import would mean."""
    return render_template("exchange/undo.html", plan=undo.plan(folder(), sha256))


@page.post("/exchange/undo/<sha256>")
def undo_import(sha256: str) -> Answer:
    """Undo an import; when something was built upon it, show what would be lost first."""
    try:
        done = undo.undo(folder(), sha256, anyway=request.form.get("anyway") == "yes")
    except Refused as refused:
        if refused.code != "built_upon":
            raise
        return redirect(url_for(".undoing", sha256=sha256), 303)
    know_again()
    said(done.sentence)
    return redirect(url_for("exchange.show", _anchor="received"), 303)


@page.post("/exchange/again/<sha256>")
def try_again(sha256: str) -> Answer:
    """Try a file that lies here once more."""
    result = again(folder(), sha256)
    know_again()
    (said if result.accepted else warned)(result.sentence)
    return redirect(url_for("exchange.show", _anchor="received"), 303)


@page.post("/exchange/drop/<sha256>")
def drop(sha256: str) -> Answer:
    """Take a refused or waiting file off the list."""
    dropped = arrivals.drop(folder(), sha256)
    said(_("%(file)s was taken off the list. That it came stays in the list that you can keep.",
           file=dropped.file_name or "–"))  # fmt: skip
    return redirect(url_for("exchange.show", _anchor="received"), 303)


@page.get("/exchange/ask/<sha256>")
def ask(sha256: str) -> Response:
    """An e-mail draft that asks for what a file waits for."""
    name, draft = asking.ask_again(folder(), sha256)
    return hand_over(name, draft, "message/rfc822", url_for("exchange.show"))


@page.get("/exchange/list.<kind>")
def audit(kind: str) -> Response:
    """Everything that came, went and happened, to keep: csv or json."""
    if kind not in ("csv", "json"):
        raise NotFound(_("There is no such page here. Choose one from the menu."))
    found = journal.audit(session())
    if kind == "csv":
        return hand_over("valise-sent-and-received.csv", journal.as_csv(found), "text/csv", url_for("exchange.show"))
    content = json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True).encode()
    return hand_over("valise-sent-and-received.json", content, "application/json", url_for("exchange.show"))
