"""Decisions of boards: what is still open over all boards, the form of one, and closing it with one click."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.i18n import _, mark
from server.domain.boards import models
from server.domain.boards.commands import record_decision
from server.domain.boards.queries import (
    DECISION_SORTS,
    DecisionFacts,
    DecisionFilter,
    MeetingFilter,
    decided,
    decision,
    meetings,
    names,
)
from server.domain.boards.rules import DECISION_STATUSES
from server.domain.people.queries import offices
from server.services.names import title_of
from server.web import another
from server.web.answers import Answer, offer_undo, said
from server.web.database import session
from server.web.exports import hand_over_list, ids_of
from server.web.fields import ChoiceQuestion, DateQuestion, LongQuestion, TextQuestion
from server.web.forms import Form, displayed
from server.web.here import here
from server.web.keeping import bring_back, take_away
from server.web.lists import narrowed, number_in, office_in, one_in, same_at, sort_in, words_in
from server.web.words import choices

page = Blueprint("decisions", __name__)
#: what the address says to see closed ones too, and overdue ones only
_ALL, _OVERDUE = "all", "overdue"


class DecisionForm(Form):
    """One decision with what follows from it."""

    meeting_id = ChoiceQuestion(mark("Which meeting decided?"))
    text = LongQuestion(mark("What was decided?"), rows=3)
    action = TextQuestion(mark("What has to be done?"), mark("Leave empty when nothing follows from it."),
                          optional=True)
    owner = TextQuestion(mark("Who does it?"), mark("An office or a role."), optional=True)
    due = DateQuestion(mark("By when?"), optional=True)
    status = ChoiceQuestion(mark("Is it still open?"), radio=True)
    closed = DateQuestion(mark("When was it closed?"), optional=True)
    note = TextQuestion(mark("Remark"), optional=True)

    def offer(self) -> Self:
        """The office's meetings, the last one first, each with its board."""
        boards = names(session())
        held = meetings(session(), MeetingFilter(office=here().office.id)).items
        self.meeting_id.choices = [
            (one.id, " · ".join(filter(None, (boards.get(one.board_id), one.title, one.when)))) for one in held]
        self.status.choices = choices(DECISION_STATUSES)
        return self


class CloseForm(Form):
    """The button that closes a decision, or opens it again; it asks for nothing."""


@dataclass(frozen=True)
class Row:
    """A decision as its row shows it: `form` is the button's, None where it is not ours to press."""

    decision: DecisionFacts
    overdue: bool
    form: CloseForm | None


@page.get("/decisions")
def index() -> Answer:
    """Open decisions over all boards, overdue ones first; search, filters, order and page stand in the address."""
    wanted, status = _wanted()
    found = decided(session(), wanted, here().today)
    return render_template("decisions/list.html", found=found, rows=[_row(one) for one in found.items], wanted=wanted,
                           status=status, narrowed=narrowed("sort", "page"), offices=offices(session()),
                           office_names=_office_names(), picks=list(names(session(), office_in()).items()))


@page.get("/decisions/workbook")
def export() -> Response:
    """Keep exactly what the list shows, on all of its pages, as a workbook."""
    wanted = _wanted()[0]
    ids = ids_of(lambda number: decided(session(), replace(wanted, page=number), here().today))
    return hand_over_list({"decision": ids}, _("Decisions"), same_at(".index"))


@page.route("/decisions/new", methods=["GET", "POST"])
def add() -> Answer:
    """Enter a decision of a meeting, and the next one."""
    of = request.args.get("meeting", "")
    draft = f"decision/new/{of}" if of else "decision/new"
    form = DecisionForm.on({"meeting_id": of or None, "status": "open"}, draft=draft)
    if form.sent() and form.save(here().author, lambda work: record_decision(work, form.values())):
        said(_("The decision is saved."))
        meeting = str(form.meeting_id.data)
        return another.next_one(".add", form, meeting=meeting) if another.asked() else redirect(
            url_for("meetings.show", id=meeting, _anchor="decisions-title"))
    return render_template("decisions/form.html", form=form, decision=None), 422 if form.problems else 200


@page.get("/decisions/<id>")
def show(id: str) -> Answer:
    """One decision."""
    known = decision(session(), id)
    office = next((o for o in offices(session()) if o.id == known.office), None)
    meeting = title_of(session(), "meeting", known.meeting_id) if known.meeting_when else ""
    return render_template("decisions/show.html", one=_row(known), meeting=meeting, office=office)


@page.route("/decisions/<id>/edit", methods=["GET", "POST"])
def edit(id: str) -> Answer:
    """Change a decision of one's own office."""
    known = decision(session(), id)
    values: dict[str, Any] = {**vars(known), "due": known.due_on or None, "closed": known.closed_on or None}
    form = DecisionForm.on(values, seen=displayed("decision", id), draft=f"decision/{id}")
    if form.sent() and form.save(here().author,
                                 lambda work: record_decision(work, form.values(), id=id, seen=form.heads_seen())):
        said(_("The decision is saved."))
        return redirect(url_for(".show", id=id))
    return render_template("decisions/form.html", form=form, decision=known), 422 if form.problems else 200


@page.post("/decisions/<id>/<any(close,reopen):what>")
def close(id: str, what: str) -> Answer:
    """Close a decision today, or open it again. Answers with its row alone when htmx asked."""
    form = CloseForm.on()
    day = here().today.isoformat()
    values = {"status": "closed", "closed": day} if what == "close" else {"status": "open", "closed": None}
    saved = form.sent() and form.save(
        here().author, lambda work: record_decision(work, values, id=id, seen=form.heads_seen()))
    known = decision(session(), id)
    if request.headers.get("HX-Request"):
        return render_template("decisions/row.html", one=_row(known) if saved else _row(known, form), alone=True,
                               office_names=_office_names())
    if not saved:
        return render_template("decisions/show.html", one=_row(known, form), meeting="", office=None), 422
    if what == "close":
        offer_undo(_("The decision is closed."), url_for(".close", id=id, what="reopen"))
    else:
        said(_("The decision is open again."))
    return redirect(request.referrer or url_for(".index"))


@page.post("/decisions/<id>/delete")
def remove(id: str) -> Answer:
    """Delete at once, and offer Undo."""
    known = decision(session(), id)
    take_away(models.Decision, id, title_of(session(), "decision", id), url_for(".restore", id=id))
    return redirect(url_for("meetings.show", id=known.meeting_id) if known.meeting_id else url_for(".index"))


@page.post("/decisions/<id>/restore")
def restore(id: str) -> Answer:
    """Undo a deletion."""
    bring_back(models.Decision, id)
    return redirect(url_for(".show", id=id))


def _wanted() -> tuple[DecisionFilter, str]:
    """What the address asks for, and the word for the state among it."""
    status = one_in("status", (_ALL, _OVERDUE, *DECISION_STATUSES)) or DECISION_STATUSES[0]
    stored = None if status == _ALL else "open" if status == _OVERDUE else status
    return DecisionFilter(words_in(), stored, status == _OVERDUE, request.args.get("board") or None, None, office_in(),
                          sort_in(DECISION_SORTS), number_in("page")), status


def _office_names() -> dict[str, str]:
    return {office.id: office.name for office in offices(session())}


def _row(known: DecisionFacts, tried: CloseForm | None = None) -> Row:
    """`tried` is the form that was refused."""
    ours = known.office == here().office.id and not known.deleted
    form = (tried or CloseForm.on(seen=displayed("decision", known.id), formdata=None)) if ours else None
    return Row(known, known.overdue(here().today), form)
