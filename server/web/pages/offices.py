"""Offices: headquarters' list of them, their set-up PDFs, and where their dispatches are mailed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from server.base.errors import NotFound
from server.base.i18n import LANGUAGES, _, language_name, mark
from server.domain.framework import queries as framework
from server.domain.people.commands import set_up_office
from server.domain.people.queries import OfficeFacts, office, offices
from server.services.sealing import is_confidential
from server.services.setup import invite
from server.sync import acquaintance, inbox
from server.web.answers import Answer, said
from server.web.database import session
from server.web.fields import ChoiceQuestion, NumberQuestion, TextQuestion, TickQuestion
from server.web.files import hand_over
from server.web.forms import Form, displayed
from server.web.here import folder, here
from server.web.words import country_name

page = Blueprint("offices", __name__)


class OfficeForm(Form):
    """What headquarters keeps of an office. Code and country are asked of a new one only: files are named by them."""

    code = TextQuestion(mark("What is the office's code?"), mark("Two letters, such as KG. It names its files."),
                        width="short")
    country_id = ChoiceQuestion(mark("In which country does it work?"))
    name = TextQuestion(mark("What is the office called?"))
    language = ChoiceQuestion(mark("In which language does it also write?"),
                              mark("Its texts are kept in English and in this language."), optional=True)
    email = TextQuestion(mark("Where are dispatches for it mailed to?"), optional=True)
    mailbox_mb = NumberQuestion(mark("How large may an e-mail to it be, in MB?"), optional=True)

    reads_confidential = TickQuestion(
        mark("Its laptops may open the sealed dispatches of others"),
        mark("Such as a partner agency that reads along. Only of a confidential programme."))

    def offer(self) -> OfficeForm:
        """Languages by their own names; who reads along is asked of a confidential programme only."""
        if not is_confidential(session()):
            del self.reads_confidential
        self.language.choices = [(code, language_name(code)) for code in LANGUAGES if code != "en"]
        self.country_id.choices = [(c.id, country_name(c)) for c in framework.countries(session())]
        return self

    def of_known(self) -> OfficeForm:
        """Without what is asked once."""
        del self.code
        del self.country_id
        return self


@page.before_request
def _headquarters_only() -> None:
    if not here().office.hq:
        abort(404)


@page.get("/offices")
def index() -> Answer:
    """All offices: who has joined, and what came from them last."""
    connection = session().connection()
    joined = {device.office for device in acquaintance.devices(session())}
    last = {arrival.office: arrival for arrival in inbox.arrivals(connection, (inbox.IMPORTED,))}
    invited = {made.to_office for made in inbox.departures(connection) if made.kind == "setup"}
    known = [one for one in offices(session()) if not one.hq]
    return render_template("offices/list.html", offices=known, joined=joined, invited=invited, last=last)


@page.route("/offices/new", methods=["GET", "POST"])
def add() -> Answer:
    """Add an office to the programme."""
    form = OfficeForm.on(draft="office/new")
    if form.sent():
        values = {**form.values(), "kind": "country", "code": (form.code.data or "").upper() or None}
        if form.save(here().author, lambda work: set_up_office(work, values)):
            said(_("Added: %(title)s. Now mail it its set-up PDF.", title=form.name.data))
            return redirect(url_for(".index"))
    return render_template("offices/form.html", form=form, office=None), 422 if form.problems else 200


@page.post("/offices/<id>/set-up")
def set_up(id: str) -> Response:
    """Make the office's set-up PDF and let the person keep it."""
    found = _office(id)
    with tempfile.TemporaryDirectory() as room:
        target = Path(room) / "set-up.pdf"
        invite(folder(), found.code, target)
        data = target.read_bytes()
    return hand_over(f"Valise-set-up-{found.code}.pdf", data, "application/pdf", url_for(".index"))


@page.route("/offices/<id>/edit", methods=["GET", "POST"])
def edit(id: str) -> Answer:
    """Change what headquarters keeps of an office."""
    found = _office(id)
    values = {"name": found.name, "language": found.language, "email": found.email, "mailbox_mb": found.mailbox_mb,
              "reads_confidential": int(found.reads_confidential)}
    form = OfficeForm.on(values, seen=displayed("office", id), draft=f"office/{id}").of_known()
    if form.sent() and form.save(here().author,
                                 lambda work: set_up_office(work, form.values(), id=id, seen=form.heads_seen())):
        said(_("Saved: %(title)s", title=form.name.data))
        return redirect(url_for(".index"))
    return render_template("offices/form.html", form=form, office=found), 422 if form.problems else 200


def _office(id: str) -> OfficeFacts:
    found = office(session(), id)
    if found is None or found.hq:
        raise NotFound(_("There is no such office: choose one from the list."))
    return found
