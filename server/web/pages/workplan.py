"""Work plan: its lines by period and quarter, with status and RAG in line, and the form of a line."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.i18n import _, mark, n_
from server.base.money import Money
from server.base.trees import beneath, in_order
from server.db.session import Seen
from server.domain.framework import queries as framework
from server.domain.people.queries import offices
from server.domain.records import Work, delete, undelete
from server.domain.reporting.figures import add_up
from server.domain.workplan import models
from server.domain.workplan.commands import plan_activity
from server.domain.workplan.endorsement import endorse_line
from server.domain.workplan.queries import PlannedFacts, parents, planned, planned_activity
from server.domain.workplan.rules import RAGS, STATUSES
from server.sync.approvals import soft
from server.web import another
from server.web.answers import Answer, offer_undo, said
from server.web.columns import AmountColumn, ChoiceColumn, Column, QuartersColumn, TextColumn
from server.web.database import session, writing
from server.web.exports import hand_over_list
from server.web.fields import (
    AmountQuestion,
    ChoiceQuestion,
    DateQuestion,
    LongQuestion,
    NumberQuestion,
    SeveralQuestion,
    TextQuestion,
    TickQuestion,
)
from server.web.forms import NOT_SENT, Form, displayed
from server.web.grid import Grid, Record, Write
from server.web.here import here
from server.web.lists import same_at
from server.web.words import choices, country_name

page = Blueprint("workplan", __name__)
#: what the next line begins with
_SHARED = ("output_id", "period_id", "country_id", "responsible", "agency_id", "donor_id")


class LineForm(Form):
    """One line of the work plan."""

    title = TextQuestion(mark("What is planned?"))
    title_local = TextQuestion(mark("What is planned, in your office's language?"), optional=True, local=True)
    output_id = ChoiceQuestion(mark("Which output does it serve?"))
    period_id = ChoiceQuestion(mark("For which period?"))
    quarters = SeveralQuestion(mark("In which quarters?"), optional=True)
    country_id = ChoiceQuestion(mark("In which country?"), mark("Leave empty for a global output."), optional=True)
    responsible = TextQuestion(mark("Who carries it out?"), optional=True)
    agency_id = ChoiceQuestion(mark("Which agency is responsible?"), optional=True)
    donor_id = ChoiceQuestion(mark("Who pays?"), optional=True)
    account_id = ChoiceQuestion(mark("Which budget account?"), optional=True)
    amount = AmountQuestion(mark("How much is planned for it?"), optional=True, width="short")
    status = ChoiceQuestion(mark("How far is it?"), radio=True)
    rag = ChoiceQuestion(mark("Is it on track?"), radio=True, optional=True)
    note = LongQuestion(mark("Remark on progress"), optional=True, rows=3)
    in_report = TickQuestion(mark("Put it into the report as a key intervention"))
    position = NumberQuestion(mark("Place in the report"), mark("1 comes first."), optional=True)
    part_of_id = ChoiceQuestion(mark("Is it part of another line?"), mark("Amounts of a line and of its parts add up."),
                                optional=True)

    def offer(self) -> LineForm:
        """Fill the lists to choose from, and leave out what this office has no use for."""
        at = here()
        own = beneath(parents(session(), at.office.id), (request.view_args or {}).get("id", ""))
        self.part_of_id.choices = [(p.id, p.title) for p in planned(session(), office=at.office.id) if p.id not in own]
        self.output_id.choices = [(o.id, f"{o.label}. {o.title}") for o in framework.outputs(session())]
        self.period_id.choices = [(p.id, p.title) for p in framework.periods(session())]
        self.quarters.choices = [(str(q), _("Quarter %(quarter)s", quarter=q)) for q in range(1, 5)]
        self.country_id.choices = [(c.id, country_name(c)) for c in framework.countries(session())]
        self.agency_id.choices = [(a.id, a.code) for a in framework.agencies(session())]
        self.donor_id.choices = [(d.id, d.code) for d in framework.donors(session())]
        self.account_id.choices = [(a.id, f"{a.code} {a.name}") for a in framework.accounts(session())]
        self.status.choices, self.rag.choices = choices(STATUSES), choices(RAGS)
        if at.office.country_id:
            del self.country_id
        if not at.office.language:
            del self.title_local
        return self

    def values(self) -> dict[str, Any]:
        """With quarters as they are stored, the programme's currency, and the office's own country."""
        found = super().values()
        found["quarters"] = " ".join(found["quarters"]) or None
        return _completed(found)


def _completed(found: dict[str, Any]) -> dict[str, Any]:
    """With what follows from the answers given: an amount's currency, an output's country."""
    if "amount" in found:
        found["currency"] = here().programme.currency if found["amount"] is not None else None
    if "output_id" in found and here().office.country_id:
        level = {o.id: o.level for o in framework.outputs(session())}.get(found["output_id"] or "")
        found["country_id"] = None if level == "global" else here().office.country_id
    return found


class EndorseForm(Form):
    """The day on which the board endorsed a line."""

    endorsed = DateQuestion(mark("When did the board endorse it?"))


class ProgressForm(Form):
    """Status and RAG of a line, in its row."""

    status = ChoiceQuestion(mark("How far is it?"))
    rag = ChoiceQuestion(mark("Is it on track?"), optional=True)

    def offer(self) -> ProgressForm:
        """The stored words."""
        self.status.choices, self.rag.choices = choices(STATUSES), choices(RAGS)
        return self


@page.get("/workplan")
def index() -> Answer:
    """The plan of a period; quarter and office narrow it."""
    at, (period, quarter, office, lines) = here(), _asked()
    found = {line.id: line for line in lines}
    ordered = in_order(found, parents(session(), office))
    changed = {issue.row for issue in soft(session().connection())}
    budget, _others = add_up((Money(x.amount or Decimal(), x.currency) for x in lines), at.programme.currency)
    rows = [(found[id], _row(found[id]) if found[id].office == at.office.id else None, depth) for id, depth in ordered]
    return render_template(
        "workplan/list.html", lines=rows, period=period, quarter=quarter, office=office,
        changed=changed, periods=framework.periods(session()), offices={o.id: o for o in offices(session())},
        outputs={o.id: o for o in framework.outputs(session())}, budget=budget, states=choices(STATUSES),
        rags=choices(RAGS))


@page.get("/workplan/workbook")
def export() -> Response:
    """Keep exactly what the list shows as a workbook."""
    _period, _quarter, office, lines = _asked()
    ids = [id for id, _depth in in_order({line.id: line for line in lines}, parents(session(), office))]
    return hand_over_list({"planned_activity": ids}, _("Work plan"), same_at(".index"))


def _asked() -> tuple[framework.PeriodFacts | None, int | None, str | None, list[PlannedFacts]]:
    """What the address asks for: period, quarter, office, and the lines that fit that and output, status and RAG."""
    asked, at = request.args, here()
    period = framework.period_for(session(), asked.get("period"), at.today)
    office = asked.get("office") or (None if at.office.hq else at.office.id)
    quarter = int(asked["quarter"]) if asked.get("quarter") in ("1", "2", "3", "4") else None
    wanted = {name: value for name in ("output_id", "status", "rag") if (value := asked.get(name))}
    lines = [line for line in planned(session(), period_id=period.id if period else None, office=office)
             if (quarter is None or quarter in line.quarters)
             and all(getattr(line, name) == value for name, value in wanted.items())]
    lines.sort(key=lambda line: (line.quarters or (9,), line.position or 999))
    return period, quarter, office, lines


@page.route("/workplan/grid", methods=["GET", "POST"])
def grid() -> Answer:
    """All of the office's own lines of a period at once."""
    at = here()
    period = framework.period_for(session(), request.args.get("period"), at.today)
    if period is None:
        return redirect(url_for(".index"))
    records = partial(_records, period.id, at.office.id)
    sheet = Grid.on(_columns(), records(), draft=f"grid/planned_activity/{period.id}")
    done = sheet.sent(at.author, _write_line(period.id))
    if done:
        said(n_("%(num)s line is saved.", "%(num)s lines are saved.", len(done.rows)))
        if not done.waiting:
            return redirect(url_for(".index", period=period.code))
        sheet.refresh(records())
    shown = render_template("workplan/grid.html", form=sheet, period=period, periods=framework.periods(session()))
    return shown, 422 if sheet.problems else 200


def _columns() -> list[Column]:
    outputs = [(o.id, f"{o.label}. {o.title}", o.label, _("Output %(number)s", number=o.label), o.title)
               for o in framework.outputs(session())]
    return [
        TextColumn("title", mark("What is planned"), width="wide"),
        ChoiceColumn("output_id", mark("Output"), outputs), QuartersColumn("quarters", mark("Quarters"), width="short"),
        TextColumn("responsible", mark("Who")),
        ChoiceColumn("donor_id", mark("Source"), [(d.id, d.code, d.name) for d in framework.donors(session())],
                     width="short"),
        ChoiceColumn("account_id", mark("Budget account"),
                     [(a.id, f"{a.code} {a.name}", a.code, a.name) for a in framework.accounts(session())]),
        AmountColumn("amount", mark("Amount"), currency=here().programme.currency),
        ChoiceColumn("status", mark("Status"), choices(STATUSES)),
        ChoiceColumn("rag", mark("On track?"), choices(RAGS), width="middle"),
    ]  # fmt: skip


def _records(period: str, office: str) -> list[Record]:
    lines = planned(session(), period_id=period, office=office)
    return [Record(line.id, _values(line), displayed("planned_activity", line.id)) for line in lines]


def _write_line(period: str) -> Write:
    def write(work: Work, values: dict[str, Any], id: str | None, seen: Seen | None) -> str:
        new = {} if id else {"period_id": period, "status": "planned"}
        given = {name: value for name, value in values.items() if id or value is not None}
        return plan_activity(work, {**new, **_completed(given)}, id=id, seen=seen)

    return write


@page.post("/workplan/<id>/progress")
def progress(id: str) -> Answer:
    """Status and RAG from the row. Answers with the row's cells alone when htmx asked."""
    known = planned_activity(session(), id)
    form = _row(known)
    saved = form.sent() and form.save(
        here().author, lambda work: plan_activity(work, form.values(), id=id, seen=form.heads_seen()))
    if request.headers.get("HX-Request"):
        shown = _row(planned_activity(session(), id), fresh=True) if saved else form
        return render_template("workplan/progress.html", line=known, form=shown, saved=saved)
    if not saved:
        return redirect(url_for(".edit", id=id))
    said(_("Saved: %(title)s", title=known.title))
    return redirect(request.referrer or url_for(".index"))


@page.route("/workplan/new", methods=["GET", "POST"])
def add() -> Answer:
    """Add a line."""
    period = framework.period_for(session(), request.args.get("period"), here().today)
    start = {"status": "planned", "period_id": period.id if period else None, **another.carried(*_SHARED)}
    form = LineForm.on(start, draft="planned_activity/new")
    if form.sent():
        saved = form.save(here().author, lambda work: plan_activity(work, form.values()))
        if saved:
            said(_("Added to the work plan: %(title)s", title=form.title.data))
            return another.next_one(".add", form, *_SHARED) if another.asked() else redirect(
                url_for(".index", period=form.period_id.data))
    return _shown(form, None, None)


@page.route("/workplan/<id>/edit", methods=["GET", "POST"])
def edit(id: str) -> Answer:
    """Change a line."""
    known = planned_activity(session(), id)
    form = LineForm.on(_values(known), seen=displayed("planned_activity", id), draft=f"planned_activity/{id}")
    if form.sent() and form.save(here().author,
                                 lambda work: plan_activity(work, form.values(), id=id, seen=form.heads_seen())):
        said(_("Saved: %(title)s", title=form.title.data))
        return redirect(url_for(".index", period=form.period_id.data))
    return _shown(form, known, EndorseForm.on({"endorsed": known.endorsed or here().today.isoformat()},
                                              seen=displayed("planned_activity", id), **NOT_SENT))


@page.post("/workplan/<id>/endorse")
def endorse(id: str) -> Answer:
    """Note that the board endorsed the line as this page showed it, or take that back."""
    known, asked = planned_activity(session(), id), EndorseForm.on()
    back = "back" in request.form
    if asked.sent() or back:
        day = None if back else asked.endorsed.data or here().today.isoformat()
        if asked.save(here().author, lambda work: endorse_line(work, id, day, seen=asked.heads_seen())):
            said(_("The endorsement is taken back.") if back else _("The endorsement is noted."))
            return redirect(url_for(".edit", id=id))
    form = LineForm.on(_values(known), seen=displayed("planned_activity", id), **NOT_SENT)
    return _shown(form, known, asked)


@page.post("/workplan/<id>/delete")
def remove(id: str) -> Answer:
    """Delete at once, and offer Undo."""
    known = planned_activity(session(), id)
    with writing(here().author) as work:
        delete(work, models.PlannedActivity, id)
    offer_undo(_("Deleted: %(title)s", title=known.title), url_for(".restore", id=id))
    return redirect(url_for(".index", period=known.period_id))


@page.post("/workplan/<id>/restore")
def restore(id: str) -> Answer:
    """Undo a deletion."""
    with writing(here().author) as work:
        undelete(work, models.PlannedActivity, id)
    said(_("The line is back."))
    return redirect(url_for(".index", period=planned_activity(session(), id).period_id))


_FIELDS = tuple(name for name in LineForm.__dict__ if hasattr(models.PlannedActivity, name))


def _values(line: PlannedFacts) -> dict[str, Any]:
    values = {name: getattr(line, name, None) for name in _FIELDS}
    return {**values, "quarters": " ".join(str(q) for q in line.quarters)}


def _shown(form: LineForm, line: PlannedFacts | None, endorsing: EndorseForm | None) -> Answer:
    wrong = form.problems or (endorsing is not None and endorsing.problems)
    shown = render_template("workplan/form.html", form=form, line=line, endorsing=endorsing)
    return shown, 422 if wrong else 200


def _row(line: PlannedFacts, *, fresh: bool = False) -> ProgressForm:
    return ProgressForm.on({"status": line.status, "rag": line.rag}, seen=displayed("planned_activity", line.id),
                           **NOT_SENT if fresh else {})
