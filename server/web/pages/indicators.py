"""Indicators: baseline, target and actual by period with a rating, charts, and grids of values and targets."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.base.errors import NotFound
from server.base.i18n import _, language, mark, n_
from server.base.ids import named_id
from server.db.session import Seen
from server.domain.framework import models as framework_models
from server.domain.framework import queries as framework
from server.domain.framework.commands import define_indicator, define_indicator_target
from server.domain.framework.rules import UNITS
from server.domain.indicators import models
from server.domain.indicators.commands import record_indicator_value
from server.domain.indicators.queries import ValueFacts, indicator_value, indicator_values
from server.domain.indicators.rules import AMBER_FROM, GREEN_FROM
from server.domain.records import Work, delete, undelete
from server.services import results as service
from server.web import another
from server.web.answers import Answer, offer_undo, said
from server.web.columns import ChoiceColumn, Column, CountColumn, MeasureColumn, TextColumn
from server.web.database import session, writing
from server.web.fields import ChoiceQuestion, TextQuestion, TickQuestion
from server.web.forms import Form, displayed
from server.web.grid import Grid, Record
from server.web.here import here
from server.web.words import choices, country_name

page = Blueprint("indicators", __name__)


class IndicatorForm(Form):
    """How a result is measured; headquarters' to define."""

    code = TextQuestion(mark("What is its code?"), mark("Such as 1.1."), width="short")
    title = TextQuestion(mark("What does it count?"))
    output_id = ChoiceQuestion(mark("Which output does it measure?"))
    unit = ChoiceQuestion(mark("In which unit?"), radio=True)
    baseline = TextQuestion(mark("What was it before the programme?"), optional=True, width="short")
    by_sex = TickQuestion(mark("Women and men are told apart"))
    verification = TextQuestion(mark("Where do its values come from?"), optional=True)

    def offer(self) -> IndicatorForm:
        """The outputs, and the units."""
        self.output_id.choices = [(o.id, f"{o.label}. {o.title}") for o in framework.outputs(session())]
        self.unit.choices = choices(UNITS)
        return self


@page.get("/indicators")
def index() -> Answer:
    """All indicators in a period: the programme's at headquarters, an office's own country's beside them elsewhere."""
    at, period = here(), _period()
    found = service.results(session(), period.id, at.office.country_id, language()) if period else ()
    return render_template(
        "indicators/list.html", found=found, groups=_by_output(found), period=period,
        periods=framework.periods(session()), green=GREEN_FROM, amber=AMBER_FROM,
        drawn=any(one.done is not None for one in found))


@page.get("/indicators/chart.svg")
def chart() -> Response:
    """How far each indicator is, as a picture; of the programme where a country tells nothing of its own."""
    period = _period()
    found = service.results(session(), period.id, here().office.country_id, language()) if period else ()
    return _picture(service.progress_chart(found, _("Progress towards the targets")))


@page.get("/indicators/<id>")
def show(id: str) -> Answer:
    """One indicator in every period, and country by country."""
    at, known = here(), framework.indicator(session(), id)
    found = service.history(session(), id, None, language())
    own = service.history(session(), id, at.office.country_id, language()) if at.office.country_id else ()
    outputs = {o.id: o for o in framework.outputs(session())}
    return render_template(
        "indicators/show.html", indicator=known, output=outputs.get(known.output_id or ""), found=found, own=own,
        drawn=service.periods_chart(found, known.title) is not None)


@page.get("/indicators/<id>/chart.svg")
def picture(id: str) -> Response:
    """Target and actual by period, as a picture."""
    known = framework.indicator(session(), id)
    return _picture(service.periods_chart(service.history(session(), id, None, language()), known.title))


@page.route("/indicators/values", methods=["GET", "POST"])
def grid() -> Answer:
    """What the indicators reached in a period, all at once: of the own country, or of the programme."""
    at, period = here(), _period()
    if period is None:
        return redirect(url_for(".index"))
    records = partial(_records, period.id)
    sheet = Grid.on(_columns(), records(), draft=f"grid/indicator_value/{period.id}", grows=False)
    done = sheet.sent(at.author, partial(_write_value, period.id, _told(period.id)))
    if done:
        said(n_("%(num)s value is saved.", "%(num)s values are saved.", len(done.rows)))
        if not done.waiting:
            return redirect(url_for(".index", period=period.code))
        sheet.refresh(records())
    return render_template("indicators/values.html", form=sheet, period=period), 422 if sheet.problems else 200


@page.route("/indicators/targets", methods=["GET", "POST"])
def targets() -> Answer:
    """The targets of a period, all at once; headquarters'."""
    at, period = here(), _period()
    if not at.office.hq or period is None:
        abort(404)
    sheet = Grid.on(_target_columns(), _targets(period.id), draft=f"grid/indicator_target/{period.id}")
    done = sheet.sent(at.author, partial(_write_target, period.id))
    if done:
        said(n_("%(num)s target is saved.", "%(num)s targets are saved.", len(done.rows)))
        if not done.waiting:
            return redirect(url_for(".index", period=period.code))
        sheet.refresh(_targets(period.id))
    return render_template("indicators/targets.html", form=sheet, period=period), 422 if sheet.problems else 200


@page.route("/indicators/new", methods=["GET", "POST"])
def add() -> Answer:
    """Define an indicator."""
    _headquarters_only()
    form = IndicatorForm.on({"unit": "number", **another.carried("output_id")}, draft="indicator/new")
    if form.sent() and (saved := form.save(here().author, lambda work: define_indicator(work, form.values()))):
        said(_("Added: %(title)s", title=form.title.data))
        return another.next_one(".add", form, "output_id") if another.asked() else redirect(url_for(".show", id=saved))
    return render_template("indicators/form.html", form=form, indicator=None), 422 if form.problems else 200


@page.route("/indicators/<id>/edit", methods=["GET", "POST"])
def edit(id: str) -> Answer:
    """Change an indicator."""
    _headquarters_only()
    known = framework.indicator(session(), id)
    values = {name: getattr(known, name) for name in _FIELDS} | {"by_sex": int(known.by_sex)}
    form = IndicatorForm.on(values, seen=displayed("indicator", id), draft=f"indicator/{id}")
    if form.sent() and form.save(here().author,
                                 lambda work: define_indicator(work, form.values(), id=id, seen=form.heads_seen())):
        said(_("Saved: %(title)s", title=form.title.data))
        return redirect(url_for(".show", id=id))
    return render_template("indicators/form.html", form=form, indicator=known), 422 if form.problems else 200


@page.post("/indicators/<id>/delete")
def remove(id: str) -> Answer:
    """Delete at once, and offer Undo."""
    known = framework.indicator(session(), id)
    with writing(here().author) as work:
        delete(work, framework_models.Indicator, id)
    offer_undo(_("Deleted: %(title)s", title=known.title), url_for(".restore", id=id))
    return redirect(url_for(".index"))


@page.post("/indicators/<id>/restore")
def restore(id: str) -> Answer:
    """Undo a deletion."""
    with writing(here().author) as work:
        undelete(work, framework_models.Indicator, id)
    said(_("The indicator is back."))
    return redirect(url_for(".show", id=id))


@page.get("/indicators/record/<table>/<id>")
def of_record(table: str, id: str) -> Answer:
    """The page of the indicator that a record belongs to."""
    if table == "indicator_value":
        id = indicator_value(session(), id).indicator_id
    elif table == "indicator_target":
        row = session().get(framework_models.IndicatorTarget, id)
        id = (row.indicator_id if row else None) or ""
    return redirect(url_for(".show", id=id))


_FIELDS = ("code", "title", "output_id", "unit", "baseline", "verification")


def _by_output(found: tuple[service.Result, ...]) -> list[tuple[Any, list[service.Result]]]:
    return [(output, list(group)) for output, group in groupby(found, key=lambda one: one.row.output)]


def _headquarters_only() -> None:
    if not here().office.hq:
        abort(404)


def _period() -> framework.PeriodFacts | None:
    """The period that the address names, else the current one."""
    return (framework.period_for(session(), request.args.get("period"), here().today)
            or framework.period_for(session(), None, here().today))


def _picture(svg: str | None) -> Response:
    if svg is None:
        abort(404)
    return Response(svg, mimetype="image/svg+xml")


def _columns() -> list[Column]:
    found: list[Column] = [MeasureColumn("value", mark("Actual"))]
    if any(one.by_sex for one in framework.indicators(session())):
        found += [CountColumn("women", mark("Women"), width="short"), CountColumn("men", mark("Men"), width="short")]
    return [*found, TextColumn("note", mark("Remark"), width="wide")]


def _told(period: str) -> dict[str, ValueFacts]:
    """Indicator -> what the office told of it: of its country, or of the whole programme."""
    at = here()
    rows = indicator_values(session(), period, at.office.id)
    return {row.indicator_id: row for row in reversed(rows) if row.country_id == at.office.country_id}


def _records(period: str) -> list[Record]:
    told = _told(period)
    found = []
    for one in service.results(session(), period, here().office.country_id, language()):
        row = told.get(one.row.id)
        values = {"value": row.value or None, "women": row.women, "men": row.men, "note": row.note} if row else {}
        head = f"{one.row.code} {one.row.title}" + (f" ({one.row.target})" if one.row.target else "")
        found.append(Record(one.row.id, values, displayed("indicator_value", row.id) if row else {}, head))
    return found


def _write_value(period: str, told: dict[str, ValueFacts], work: Work, values: dict[str, Any], id: str | None,
                 seen: Seen | None) -> str:
    """Write a value; one of which every cell was emptied is deleted. `id` is the indicator's."""
    if id is None:
        raise NotFound(_("This row is not here any more, or belongs to another list: open the page anew."))
    row = told.get(id)
    names = ("value", "women", "men", "note")
    if row is not None and all(values.get(name, getattr(row, name)) in (None, "") for name in names):
        delete(work, models.IndicatorValue, row.id, seen=seen)
        return id
    country = here().office.country_id
    start = {} if row else {**dict.fromkeys(names), "indicator_id": id, "period_id": period, "country_id": country}
    new_id = named_id("indicator_value", id, period, here().office.id)
    record_indicator_value(work, {**start, **values}, id=row.id if row else new_id, seen=seen)
    return id


def _target_columns() -> list[Column]:
    found = sorted(framework.indicators(session()), key=lambda one: one.code)
    known = [(one.id, f"{one.code} {one.title}", one.code, one.title) for one in found]
    countries = [(c.id, country_name(c), c.code, c.name) for c in framework.countries(session())]
    return [ChoiceColumn("indicator_id", mark("Indicator"), known, width="wide"),
            ChoiceColumn("country_id", mark("Country (empty: the whole programme)"), countries),
            MeasureColumn("value", mark("Target"))]  # fmt: skip


def _targets(period: str) -> list[Record]:
    names = ("indicator_id", "country_id", "value")
    order = {one.row.id: place for place, one in enumerate(service.results(session(), period, None, language()))}
    known = sorted(framework.targets(session(), period), key=lambda t: (order.get(t.indicator_id, len(order)), t.id))
    return [Record(one.id, {name: getattr(one, name) for name in names}, displayed("indicator_target", one.id))
            for one in known]


def _write_target(period: str, work: Work, values: dict[str, Any], id: str | None, seen: Seen | None) -> str:
    return define_indicator_target(work, values if id else {"period_id": period, **values}, id=id, seen=seen)
