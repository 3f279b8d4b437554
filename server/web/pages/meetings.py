"""Meetings of boards: the list, a meeting's page, its form, and the table of who came."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.i18n import _, mark
from server.domain.boards import models
from server.domain.boards.attendance import take_attendance
from server.domain.boards.commands import record_meeting
from server.domain.boards.queries import (
    MEETING_SORTS,
    DecisionFilter,
    MeetingFacts,
    MeetingFilter,
    board,
    came,
    decided,
    meeting,
    meetings,
    names,
)
from server.domain.checks import readable
from server.domain.framework import queries as framework
from server.domain.people.queries import offices
from server.web import another
from server.web.answers import Answer, said
from server.web.attendance import attendance_form
from server.web.database import session
from server.web.exports import hand_over_list, ids_of
from server.web.fields import ChoiceQuestion, DateQuestion, LongQuestion, TextQuestion
from server.web.forms import Form, displayed
from server.web.here import here
from server.web.keeping import bring_back, take_away
from server.web.lists import narrowed, number_in, office_in, same_at, sort_in, words_in

page = Blueprint("meetings", __name__)


class MeetingForm(Form):
    """One meeting; who came is asked on a page of its own."""

    board_id = ChoiceQuestion(mark("Which board met?"))
    title = TextQuestion(mark("What was the meeting called?"), mark("Such as “Second meeting of the board”."),
                         optional=True)
    date_from = DateQuestion(mark("When did it meet, or begin?"), mark("Give what you know: the year alone is enough."))
    date_to = DateQuestion(mark("When did it end?"), mark("Only if it went on for longer."), optional=True)
    place = TextQuestion(mark("Where?"), mark("Town or venue."), optional=True)
    agenda = LongQuestion(mark("What was on the agenda?"), mark("One item a line."), rows=5, optional=True)
    minutes = LongQuestion(mark("What was said?"),
                           mark("The minutes. Decisions are entered one by one on the meeting's page."), rows=8,
                           optional=True)

    def offer(self) -> Self:
        """The office's boards."""
        self.board_id.choices = list(names(session(), here().office.id).items())
        return self


@page.get("/meetings")
def index() -> Answer:
    """All meetings; search, filters, order and page stand in the address."""
    wanted = _wanted()
    return render_template("meetings/list.html", found=meetings(session(), wanted), wanted=wanted,
                           narrowed=narrowed("sort", "page"), offices=offices(session()), boards=names(session()),
                           own=names(session(), here().office.id), picks=list(names(session(), office_in()).items()))


@page.get("/meetings/workbook")
def export() -> Response:
    """Keep exactly what the list shows, on all of its pages, as a workbook."""
    wanted = _wanted()
    ids = ids_of(lambda number: meetings(session(), replace(wanted, page=number)))
    return hand_over_list({"meeting": ids}, _("Meetings"), same_at(".index"))


@page.route("/meetings/new", methods=["GET", "POST"])
def add() -> Answer:
    """Add a meeting; its page asks for who came and what was decided."""
    of = request.args.get("board", "")
    form = MeetingForm.on({"board_id": of or None}, draft=f"meeting/new/{of}" if of else "meeting/new")
    if form.sent():
        saved = form.save(here().author, lambda work: record_meeting(work, form.values()))
        if saved:
            if another.asked():
                said(_("The meeting is saved. Who came, and what was decided, is entered on its page."))
                return another.next_one(".add", form, board=str(form.board_id.data))
            said(_("The meeting is saved. Now say who came, and what was decided."))
            return redirect(url_for(".show", id=saved))
    return render_template("meetings/form.html", form=form, meeting=None), 422 if form.problems else 200


@page.get("/meetings/<id>")
def show(id: str) -> Answer:
    """One meeting with who came and what was decided."""
    known = meeting(session(), id)
    found = decided(session(), DecisionFilter(meeting_id=id, status=None, sort="oldest"), here().today)
    return render_template(
        "meetings/show.html", meeting=known, title=_title(known), came=came(session(), id), decisions=found.items,
        board=board(session(), known.board_id) if known.board_id in names(session()) else None,
        office=next((o for o in offices(session()) if o.id == known.office), None), record=_record(known))


@page.route("/meetings/<id>/edit", methods=["GET", "POST"])
def edit(id: str) -> Answer:
    """Change a meeting of one's own office."""
    known = meeting(session(), id)
    form = MeetingForm.on(vars(known), seen=displayed("meeting", id), draft=f"meeting/{id}")
    if form.sent() and form.save(here().author,
                                 lambda work: record_meeting(work, form.values(), id=id, seen=form.heads_seen())):
        said(_("The meeting is saved."))
        return redirect(url_for(".show", id=id))
    return render_template("meetings/form.html", form=form, meeting=known), 422 if form.problems else 200


@page.post("/meetings/<id>/delete")
def remove(id: str) -> Answer:
    """Delete at once, and offer Undo."""
    known = meeting(session(), id)
    take_away(models.Meeting, id, _title(known), url_for(".restore", id=id))
    return redirect(url_for("boards.show", id=known.board_id) if known.board_id else url_for(".index"))


@page.post("/meetings/<id>/restore")
def restore(id: str) -> Answer:
    """Undo a deletion."""
    bring_back(models.Meeting, id)
    return redirect(url_for(".show", id=id))


@page.route("/meetings/<id>/attendance", methods=["GET", "POST"])
def attendance(id: str) -> Answer:
    """Who came, by institution and sex, in one table."""
    known = meeting(session(), id)
    form = attendance_form(known)
    if "more" not in request.form and form.sent() and form.save(
            here().author,
            lambda work: take_attendance(work, id, form.lines(), form.whole(), form.heads_seen_by_record())):
        said(_("Who came is saved."))
        return redirect(url_for(".show", id=id, _anchor="came-title"))
    shown = render_template("meetings/attendance.html", form=form, meeting=known, title=_title(known))
    return shown, 422 if form.problems and "more" not in request.form else 200


def _wanted() -> MeetingFilter:
    """What the address asks for."""
    return MeetingFilter(words_in(), request.args.get("board") or None, office_in(), sort_in(MEETING_SORTS),
                         number_in("page"))


def _title(known: MeetingFacts) -> str:
    return known.title or _("Meeting, %(when)s", when=known.when)


def _record(known: MeetingFacts) -> dict[str, Any] | None:
    """What asks for the printed record of the meeting's period; None when it lies in none, or was deleted."""
    day = readable(known.date_from)
    if day is None or known.deleted:
        return None
    found = next((p for p in framework.periods(session()) if p.starts <= day.first() and day.last() <= p.ends), None)
    found = found or next((p for p in framework.periods(session()) if p.starts <= day.last() and day.first() <= p.ends),
                          None)
    code = next((o.code for o in offices(session()) if o.id == known.office and not o.hq), None)
    return {"kind": "meeting", "period": found.code, "office": code if here().office.hq else None} if found else None
