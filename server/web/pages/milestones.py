"""Milestones: a country's steps with their state, date and note in line; for headquarters, the matrix of all."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.i18n import _, mark
from server.base.ids import named_id
from server.domain.framework import queries as framework
from server.domain.milestones.commands import set_milestone
from server.domain.milestones.queries import MilestoneFacts, milestones
from server.domain.milestones.rules import STATUSES
from server.services.sheets.writing import Row
from server.web.answers import Answer, said
from server.web.database import session
from server.web.exports import hand_over_list
from server.web.fields import ChoiceQuestion, DateQuestion, TextQuestion
from server.web.forms import NOT_SENT, Form, displayed
from server.web.here import here
from server.web.lists import same_at
from server.web.words import choices

page = Blueprint("milestones", __name__)


class StepForm(Form):
    """How far one step is."""

    status = ChoiceQuestion(mark("How far is it?"))
    dated = DateQuestion(mark("Since when?"), optional=True)
    note = TextQuestion(mark("Note"), optional=True)

    def offer(self) -> StepForm:
        """The four states."""
        self.status.choices = choices(STATUSES)
        return self


@dataclass(frozen=True)
class Step:
    """A step as its row shows it; `known` is None before anybody said anything."""

    type: framework.Choice
    known: MilestoneFacts | None
    form: StepForm


@page.get("/milestones")
def index() -> Answer:
    """The country's steps, or the matrix at headquarters."""
    at = here()
    if at.office.country_id is None:
        return _matrix()
    known = {m.type_id: m for m in milestones(session(), at.office.country_id)}
    steps = [_step(kind, known.get(kind.id)) for kind in framework.milestone_types(session())]
    done = sum(1 for step in steps if step.known and step.known.status == "done")
    wanted = request.args.get("status", "")
    shown = [step for step in steps if not wanted or (step.known.status if step.known else "not_started") == wanted]
    return render_template("milestones/list.html", steps=shown, done=done, all=len(steps), states=choices(STATUSES))


@page.get("/milestones/workbook")
def export() -> Response:
    """Keep exactly what the list shows as a workbook; steps of which nothing was said stand in it as not started."""
    wanted, own = request.args.get("status", ""), here().office.country_id
    found = milestones(session(), own)
    rows: list[Row] = [m.id for m in found if not wanted or m.status == wanted]
    if own and wanted in ("", "not_started"):
        told = {m.type_id for m in found}
        rows += [{"type_id": kind.id, "country_id": own, "status": "not_started"}
                 for kind in framework.milestone_types(session()) if kind.id not in told]
    return hand_over_list({"milestone": rows}, _("Milestones"), same_at(".index"))


@page.post("/milestones/<type_id>")
def change(type_id: str) -> Answer:
    """Say how far a step is. Answers with the row alone when htmx asked."""
    at = here()
    kind = next((t for t in framework.milestone_types(session()) if t.id == type_id), None)
    if kind is None or at.office.country_id is None:
        abort(404)
    step = _step(kind, _known(type_id))
    id = step.known.id if step.known else named_id("milestone", type_id, at.office.country_id)
    values = {**step.form.values(), "type_id": type_id, "country_id": at.office.country_id}
    saved = step.form.sent() and step.form.save(
        at.author, lambda work: set_milestone(work, values, id=id, seen=step.form.heads_seen()))
    if not request.headers.get("HX-Request"):
        return _plainly(step, bool(saved))
    if saved:
        step = _step(kind, _known(type_id), fresh=True)
    return render_template("milestones/row.html", step=step, saved=saved)


def _plainly(step: Step, saved: bool) -> Answer:
    """The answer to a browser without script: the list again."""
    if saved:
        said(_("Saved: %(title)s", title=step.type.name))
        return redirect(url_for(".index", _anchor=f"step-{step.type.id}"))
    known = {m.type_id: m for m in milestones(session(), here().office.country_id)}
    steps = [step if kind.id == step.type.id else _step(kind, known.get(kind.id), fresh=True)
             for kind in framework.milestone_types(session())]
    done = sum(1 for s in steps if s.known and s.known.status == "done")
    return render_template("milestones/list.html", steps=steps, form=step.form, all=len(steps), done=done,
                           states=choices(STATUSES)), 422


def _known(type_id: str) -> MilestoneFacts | None:
    return next((m for m in milestones(session(), here().office.country_id) if m.type_id == type_id), None)


def _step(kind: framework.Choice, known: MilestoneFacts | None, *, fresh: bool = False) -> Step:
    values = {"status": known.status, "dated": known.dated or None, "note": known.note} if known else {
        "status": "not_started"}
    seen = displayed("milestone", known.id) if known else None
    form = StepForm.on(values, seen=seen, **NOT_SENT if fresh else {})
    for question in form.questions:
        question.id = f"{question.name}-{kind.id}"
    return Step(kind, known, form)


def _matrix() -> Answer:
    known = {(m.country_id, m.type_id): m for m in milestones(session())}
    types, countries = framework.milestone_types(session()), framework.countries(session())
    done = {t.id: sum(1 for c in countries if (m := known.get((c.id, t.id))) and m.status == "done") for t in types}
    return render_template("milestones/matrix.html", types=types, countries=countries, known=known, done=done,
                           export_url=url_for(".export"))
