"""The facts of the work plan with budget: by output, of one period or of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from server.base.money import Money
from server.domain.finance.models import BudgetLine, Expenditure
from server.domain.framework.models import BudgetAccount, Donor, ReportingPeriod
from server.domain.workplan.models import PlannedActivity
from server.reports import model
from server.reports.words import glued
from server.services.gather.ledger import scope_of, sum_of
from server.services.gather.measures import results_in
from server.services.gather.money import remarks_on
from server.services.gather.papers import of_office
from server.services.gather.shelf import Shelf, placed, quarters_of


def plan_of(shelf: Shelf, periods: Sequence[ReportingPeriod], office: str | None) -> model.Plan:
    """What is planned for `periods`, by output; of all offices, or of one. Spending is that of the same periods."""
    ids = [p.id for p in periods]
    planned = list(shelf.rows_of(PlannedActivity, PlannedActivity.period_id, ids))
    budget = list(shelf.rows_of(BudgetLine, BudgetLine.period_id, ids))
    spent = list(shelf.rows_of(Expenditure, Expenditure.period_id, ids))
    if office is not None:
        planned = [r for r in planned if r.office == office]
        budget, spent = [r for r in budget if r.office == office], [r for r in spent if r.office == office]
    targets = _targets(shelf, periods, office)
    known = [*shelf.outputs, None]
    groups = []
    for id in known:
        lines = [r for r in planned if _output(shelf, r.output_id) == id]
        mine = [r for r in budget if _output(shelf, r.output_id) == id]
        out = [r for r in spent if _output(shelf, r.output_id) == id]
        if lines or mine or out:
            groups.append(model.PlanGroup(
                shelf.outputs.get(id or ""), targets.get(id, ()), _lines(shelf, periods, lines), sum_of(shelf, mine),
                sum_of(shelf, out)))
    told = tuple(_period(p) for p in periods)
    scope = scope_of(shelf, periods[0], office)
    if len(told) > 1:
        whole = model.Period("", f"{told[0].title} – {told[-1].title}", told[0].starts, told[-1].ends)
        scope = replace(scope, period=whole)
    return model.Plan(scope, told, tuple(groups), remarks_on(spent, budget))


def _output(shelf: Shelf, id: str | None) -> str | None:
    return id if id in shelf.outputs else None


def _period(row: ReportingPeriod) -> model.Period:
    return model.Period(row.code or "", glued(row.title or ""), row.starts, row.ends)


def _targets(shelf: Shelf, periods: Sequence[ReportingPeriod],
             office: str | None) -> dict[str | None, tuple[tuple[str, str], ...]]:
    """Indicators of each output with the target of the (last) period: the country's own, else the programme's."""
    row = shelf.offices.get(office or "")
    country = row.country_id if row and row.country_id in shelf.countries else None
    whole = _by_output(shelf, results_in(shelf, periods[-1], None))
    own = _by_output(shelf, results_in(shelf, periods[-1], country)) if country else {}
    return {**whole, **own}


def _by_output(shelf: Shelf, rows: Sequence[model.ResultRow]) -> dict[str | None, tuple[tuple[str, str], ...]]:
    number = {output.number: id for id, output in shelf.outputs.items()}
    found: dict[str | None, list[tuple[str, str]]] = {}
    for one in rows:
        id = number.get(one.output.number) if one.output else None
        found.setdefault(id, []).append((f"{one.code} {one.title}".strip(), one.target))
    return {id: tuple(told) for id, told in found.items()}


def _lines(shelf: Shelf, periods: Sequence[ReportingPeriod],
           rows: Sequence[PlannedActivity]) -> tuple[model.PlanLine, ...]:
    donors = {d.id: d.code or d.name or "" for d in shelf.rows(Donor)}
    accounts = {a.id: a.code or a.title or "" for a in shelf.rows(BudgetAccount)}
    order = {p.id: place for place, p in enumerate(periods)}
    code = {p.id: p.code or "" for p in periods}

    def key(row: PlannedActivity) -> tuple[object, ...]:
        return shelf.place(row), order[row.period_id or ""], *placed(row.position, None, row.title, row.id)

    return tuple(
        model.PlanLine(
            title=shelf.own(row, "title"), country=shelf.country_name(row), quarters=quarters_of(row.quarters),
            responsible=row.responsible or shelf.agency(row.agency_id), source=donors.get(row.donor_id or "", ""),
            account=accounts.get(row.account_id or "", ""),
            amount=None if row.amount is None else Money(Decimal(row.amount), row.currency or shelf.currency),
            status=row.status or "", rag=row.rag or "", period=code[row.period_id or ""])
        for row in sorted(rows, key=key))


def lines_of(shelf: Shelf, period: ReportingPeriod | None, office: str | None) -> list[PlannedActivity]:
    """Rows of the work plan of a period by their place; none without a period."""
    if period is None:
        return []
    rows = shelf.rows(PlannedActivity, PlannedActivity.period_id == period.id, *of_office(PlannedActivity, office))
    return sorted(rows, key=lambda r: placed(r.position, None, r.title, r.id))
