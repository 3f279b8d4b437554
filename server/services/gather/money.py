"""Money of a report: what was confirmed, received, planned and spent, and where."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from server.base.i18n import _
from server.base.money import Money
from server.domain.finance.models import BudgetLine, Commitment, Expenditure, Instalment
from server.domain.framework.models import BudgetAccount, ReportingPeriod
from server.domain.reporting.figures import add_up, falls_into, happened_by
from server.reports import model
from server.services.gather.papers import of_office
from server.services.gather.shelf import Shelf, chronological


@dataclass(frozen=True)
class Purse:
    """Money of one report; totals are in the programme's currency, `elsewhere` are totals in other ones."""

    confirmed: Money
    confirmed_parts: tuple[Money, ...]
    received: Money
    spent: Money
    budget: Money
    spent_in_period: Money
    elsewhere: tuple[Money, ...]
    rows: tuple[model.DeliveryRow, ...]
    notes: tuple[str, ...]
    received_in_period: Money
    received_count: int
    spent_count: int


Key = tuple[int, str, str, str]


def purse_of(shelf: Shelf, period: ReportingPeriod, office: str | None, until: date | None) -> Purse:
    """The money of the programme, by country and output; or with `office`, of that office, by account.

    `until`: promises and payments later than that day are not counted. What the programme spent is told from its
    first period to this one, what an office spent in this one.
    """
    currency = shelf.currency
    promised = [c for c in shelf.rows(Commitment) if until is None or happened_by(c.dated, until)]
    promised.sort(key=lambda c: (chronological(c.dated), c.amount or Decimal(0), c.id))
    paid = [i for i in shelf.rows(Instalment) if until is None or happened_by(i.dated, until)]
    earlier = {p.id for p in shelf.periods if (p.starts or "") <= (period.starts or "")}
    spending = [e for e in shelf.rows(Expenditure, *of_office(Expenditure, office)) if e.period_id in earlier]
    now = [e for e in spending if e.period_id == period.id]
    planned = shelf.rows(BudgetLine, BudgetLine.period_id == period.id, *of_office(BudgetLine, office))

    def money(rows: Iterable[Commitment | Instalment | BudgetLine | Expenditure]) -> list[Money]:
        return [Money(r.amount, r.currency or currency) for r in rows if r.amount is not None]

    spent_rows = spending if office is None else now
    confirmed, *other_confirmed = _pair(add_up(money(promised), currency))
    received, *other_received = _pair(add_up(money(paid), currency))
    spent, *other_spent = _pair(add_up(money(spent_rows), currency))
    budget, *other_budget = _pair(add_up(money(planned), currency))
    paid_now = [i for i in paid if falls_into(i.dated, None, period.starts, period.ends)]
    name = by_place(shelf) if office is None else by_account(shelf)
    return Purse(
        confirmed, tuple(m for m in money(promised) if m.currency == currency), received, spent, budget,
        add_up(money(now), currency)[0], (*other_confirmed, *other_received, *other_budget, *other_spent),
        delivery_rows(planned, now, currency, name), remarks_on(now, planned),
        add_up(money(paid_now), currency)[0], _count_of(money(paid), currency), _count_of(money(spent_rows), currency))


def _count_of(amounts: Iterable[Money], currency: str) -> int:
    return sum(money.currency == currency for money in amounts)


def _pair(totals: tuple[Money, tuple[Money, ...]]) -> tuple[Money, ...]:
    return totals[0], *totals[1]


def by_place(shelf: Shelf) -> Callable[[BudgetLine | Expenditure], Key]:
    """Rows by country, and by output where there is none."""
    order = {id: place for place, id in enumerate(shelf.countries)}

    def key(row: BudgetLine | Expenditure) -> Key:
        country = shelf.country_of(row)
        if country is not None:
            return order[country], "country", country, shelf.countries[country].name
        output = shelf.outputs.get(row.output_id or "")
        if output is not None:
            number = output.number
            return len(order) + number, "output", str(number), _("Output %(number)s", number=number)
        return 10**6, "programme", "", _("Whole programme")

    return key


def by_account(shelf: Shelf) -> Callable[[BudgetLine | Expenditure], Key]:
    """Rows by budget account."""
    accounts = sorted(shelf.rows(BudgetAccount), key=lambda a: (a.code or "", a.id))
    place = {account.id: (n, account) for n, account in enumerate(accounts)}

    def key(row: BudgetLine | Expenditure) -> Key:
        if row.account_id in place:
            number, account = place[row.account_id]
            return number, "account", account.id, f"{account.code or ''} {account.title or ''}".strip()
        return 10**6, "programme", "", _("No account given")

    return key


def by_output(shelf: Shelf) -> Callable[[BudgetLine | Expenditure], Key]:
    """Rows by output."""

    def key(row: BudgetLine | Expenditure) -> Key:
        output = shelf.outputs.get(row.output_id or "")
        if output is None:
            return 10**6, "programme", "", _("Whole programme")
        number = output.number
        return number, "output", str(number), _("Output %(number)s", number=number)

    return key


def delivery_rows(planned: Iterable[BudgetLine], spent: Iterable[Expenditure], currency: str,
          key: Callable[[BudgetLine | Expenditure], Key]) -> tuple[model.DeliveryRow, ...]:
    """Budget and spending in `currency` by the key of each row, in the order of the keys."""
    sums: dict[Key, list[Decimal]] = {}
    both: list[tuple[int, BudgetLine | Expenditure]] = [*((0, row) for row in planned), *((1, row) for row in spent)]
    for column, row in both:
        if row.amount is not None and (row.currency or currency) == currency:
            sums.setdefault(key(row), [Decimal("0.00"), Decimal("0.00")])[column] += row.amount
    return tuple(model.DeliveryRow(k[1], k[3], Money(budget, currency), Money(out, currency), k[2])
                 for k, (budget, out) in sorted(sums.items()))


def remarks_on(spent: Iterable[Expenditure], planned: Iterable[BudgetLine]) -> tuple[str, ...]:
    """Sentences of remarks that call an amount illustrative, each once: nobody may take such a split for the books."""
    sentences = (said for rows in (planned, spent) for row in rows for said in re.split(r"(?<=\.)\s+", row.note or ""))
    return tuple(dict.fromkeys(said.strip() for said in sentences if "illustrative" in said.casefold()))
