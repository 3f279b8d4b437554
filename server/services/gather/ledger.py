"""The facts of a financial statement: funds, flows, and budget against spending by place, output and account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from server.base.i18n import _
from server.base.money import Money
from server.domain.finance.models import BudgetLine, Commitment, Expenditure, Instalment
from server.domain.framework.models import BudgetAccount, Donor, ReportingPeriod
from server.domain.reporting.figures import add_up, days_of, falls_into, happened_by
from server.reports import model
from server.reports.words import glued
from server.services.gather.money import by_account, by_output, by_place, delivery_rows, remarks_on
from server.services.gather.papers import of_office
from server.services.gather.shelf import Shelf, chronological

Priced = Commitment | Instalment | BudgetLine | Expenditure


def statement_of(shelf: Shelf, period: ReportingPeriod, office: str | None) -> model.Statement:
    """The statement of the programme, or of one office, which has a budget and spends but receives no funds."""
    currency = shelf.currency
    order = {p.id: place for place, p in enumerate(shelf.periods)}
    spending = shelf.rows(Expenditure, *of_office(Expenditure, office))
    now = [e for e in spending if e.period_id == period.id]
    before = [e for e in spending if order.get(e.period_id or "", 10**6) < order[period.id]]
    planned = shelf.rows(BudgetLine, BudgetLine.period_id == period.id, *of_office(BudgetLine, office))
    promised = [] if office else shelf.rows(Commitment)
    paid = [] if office else shelf.rows(Instalment)
    others = [m for rows in (promised, paid, planned, now) for m in add_up(_money(shelf, rows), currency)[1]]
    return model.Statement(
        scope=scope_of(shelf, period, office), promised=_promised(shelf, promised), paid=_paid(shelf, promised, paid),
        flows=None if office else _flows(shelf, period, paid, before, now, planned),
        by_place=() if office else delivery_rows(planned, now, currency, by_place(shelf)),
        by_output=delivery_rows(planned, now, currency, by_output(shelf)),
        by_account=delivery_rows(planned, now, currency, by_account(shelf)),
        spending=tuple(_spending(shelf, now)), elsewhere=tuple(dict.fromkeys(others)),
        notes=remarks_on(now, planned))


def scope_of(shelf: Shelf, period: ReportingPeriod, office: str | None) -> model.Scope:
    """What a document is about."""
    row = shelf.offices.get(office or "")
    told = model.Period(period.code or "", glued(period.title or ""), period.starts, period.ends)
    country = shelf.countries.get(row.country_id or "") if row else None
    return model.Scope(shelf.language, shelf.programme, told, (row.name or "") if row else "", country)


def sum_of(shelf: Shelf, rows: Iterable[Priced]) -> Money:
    """What rows in the programme's currency come to."""
    return add_up(_money(shelf, rows), shelf.currency)[0]


def _money(shelf: Shelf, rows: Iterable[Priced]) -> list[Money]:
    return [Money(r.amount, r.currency or shelf.currency) for r in rows if r.amount is not None]


def _amount(shelf: Shelf, row: Priced) -> Money:
    return Money(row.amount or Decimal("0.00"), row.currency or shelf.currency)


def _flows(shelf: Shelf, period: ReportingPeriod, paid: Iterable[Instalment], before: Iterable[Expenditure],
           now: Iterable[Expenditure], planned: Iterable[BudgetLine]) -> model.Flows:
    """Money in and out; a payment without a date counts as received before the period."""
    bounds = days_of(period.starts, period.ends)
    starts, ends = bounds or (date.min, date.max)
    received = [i for i in paid if days_of(i.dated, None) is not None
                and falls_into(i.dated, None, period.starts, period.ends)]
    earlier = [i for i in paid if i not in received and happened_by(i.dated, min(starts, ends))]
    return model.Flows(sum_of(shelf, earlier), sum_of(shelf, before), sum_of(shelf, received), sum_of(shelf, now),
                       sum_of(shelf, planned))


def _promised(shelf: Shelf, rows: Iterable[Commitment]) -> tuple[model.Funds, ...]:
    donors = {d.id: d for d in shelf.rows(Donor)}
    return tuple(model.Funds(_donor(donors.get(r.donor_id or "")), r.title or "", r.dated, _amount(shelf, r))
                 for r in sorted(rows, key=lambda r: (chronological(r.dated), r.id)))


def _paid(shelf: Shelf, promised: Iterable[Commitment], rows: Iterable[Instalment]) -> tuple[model.Funds, ...]:
    donors = {d.id: d for d in shelf.rows(Donor)}
    source = {c.id: _donor(donors.get(c.donor_id or "")) for c in promised}
    return tuple(model.Funds(source.get(r.commitment_id or "", ""), r.note or "", r.dated, _amount(shelf, r))
                 for r in sorted(rows, key=lambda r: (chronological(r.dated), r.id)))


def _donor(row: Donor | None) -> str:
    return "" if row is None else row.code or row.name or ""


def _spending(shelf: Shelf, rows: Iterable[Expenditure]) -> Iterable[model.Spending]:
    accounts = {a.id: f"{a.code or ''} {a.title or ''}".strip() for a in shelf.rows(BudgetAccount)}
    for row in sorted(rows, key=lambda r: (shelf.place(r), shelf.output_number(r.output_id) or 10**6,
                                           chronological(r.dated), r.id)):
        number = shelf.output_number(row.output_id)
        output = _("Output %(number)s", number=number) if number is not None else _("Whole programme")
        yield model.Spending(shelf.country_name(row) or output, accounts.get(row.account_id or "", ""), row.dated,
                             row.note or "", _amount(shelf, row))
