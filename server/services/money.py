"""Money on the screen: the same sums as the financial statement's, each with the records that it adds up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from server.base.money import Money, share
from server.domain.finance.models import BudgetLine, Commitment, Expenditure, Instalment
from server.domain.framework.models import BudgetAccount, Donor
from server.domain.reporting.figures import add_up
from server.reports import model
from server.services.gather.ledger import statement_of
from server.services.gather.money import Key, Purse, by_account, by_output, by_place, purse_of
from server.services.gather.papers import of_office
from server.services.gather.shelf import Shelf, chronological

#: promises and payments
Funds = Commitment | Instalment
#: budgeted and spent
Moved = BudgetLine | Expenditure
#: ways of putting budget and spending together -> how a row is told which sum it belongs to
WAYS: Mapping[str, Callable[[Shelf], Callable[[Moved], Key]]] = {
    "account": by_account, "output": by_output, "place": by_place,
}  # fmt: skip


@dataclass(frozen=True)
class Sums:
    """The sums of a period, of one office or of the programme: what was put together by account, output and place.

    `spent_so_far` counts all periods up to this one.
    """

    purse: Purse
    ways: Mapping[str, tuple[model.DeliveryRow, ...]]
    elsewhere: tuple[Money, ...]
    notes: tuple[str, ...]

    @property
    def of_budget(self) -> Decimal | None:
        """Spent in the period as a percentage of its budget."""
        return share(self.purse.spent_in_period, self.purse.budget)

    @property
    def of_received(self) -> Decimal | None:
        """Spent so far as a percentage of what was received."""
        return share(self.purse.spent, self.purse.received)

    @property
    def of_confirmed(self) -> Decimal | None:
        """Spent so far as a percentage of what was confirmed."""
        return share(self.purse.spent, self.purse.confirmed)

    @property
    def still_to_come(self) -> Money:
        """Confirmed and not received yet."""
        return Money(self.purse.confirmed.amount - self.purse.received.amount, self.purse.confirmed.currency)


@dataclass(frozen=True)
class Entry:
    """One record of money in words. `place` is its country, or empty at global level; `account` its number and title,
    `output` its number with "Output" before it; `source` the donor. `amount` is None when it cannot be read here."""

    id: str
    office: str
    dated: str
    title: str
    account: str
    output: str
    place: str
    source: str
    amount: Money | None


@dataclass(frozen=True)
class Addends:
    """Records and what they add up to: in the programme's currency, and in each other one by itself."""

    entries: tuple[Entry, ...]
    total: Money
    elsewhere: tuple[Money, ...]


def sums(session: Session, period: str, office: str | None, language: str) -> Sums:
    """The sums of a period (id or code); those of an office with its id. Errors: NotFound."""
    shelf = Shelf(session, language)
    row = shelf.period(period)
    statement = statement_of(shelf, row, office)
    ways = {"account": statement.by_account, "output": statement.by_output, "place": statement.by_place}
    return Sums(purse_of(shelf, row, office, None), {name: rows for name, rows in ways.items() if rows},
                statement.elsewhere, statement.notes)


def moved(
    session: Session, table: str, period: str, office: str | None, language: str, *, so_far: bool = False,
    way: str = "", key: tuple[str, str] = ("", ""),
) -> Addends:
    """Budget lines or expenditures of a period; with `so_far` of all up to it too.

    With `way` (of WAYS) and `key` (kind and key of a DeliveryRow): only the records that this row adds up.
    """  # fmt: skip
    shelf = Shelf(session, language)
    row = shelf.period(period)
    wanted = {p.id for p in shelf.periods if (p.starts or "") <= (row.starts or "")} if so_far else {row.id}
    table_of: type[Moved] = BudgetLine if table == "budget_line" else Expenditure
    found: list[Moved] = [one for one in shelf.rows(table_of, *of_office(table_of, office)) if one.period_id in wanted]
    if way in WAYS:
        told = WAYS[way](shelf)
        found = [one for one in found if told(one)[1:3] == key]
    found.sort(key=lambda one: (shelf.place(one), chronological(getattr(one, "dated", None)), one.id))
    return _added(shelf, found)


def funds(session: Session, table: str, language: str) -> Addends:
    """All commitments or instalments, by date."""
    shelf = Shelf(session, language)
    rows: list[Funds] = [*shelf.rows(Commitment)] if table == "commitment" else [*shelf.rows(Instalment)]
    rows.sort(key=lambda one: (chronological(one.dated), one.id))
    return _added(shelf, rows)


def _added(shelf: Shelf, rows: Sequence[Funds | Moved]) -> Addends:
    accounts = {a.id: f"{a.code or ''} {a.title or ''}".strip() for a in shelf.rows(BudgetAccount)}
    donors = {d.id: d.code or d.name or "" for d in shelf.rows(Donor)}
    promised = {c.id: c for c in shelf.rows(Commitment)}
    entries = []
    for row in rows:
        commitment = promised.get(getattr(row, "commitment_id", None) or "")
        donor = (commitment.donor_id if commitment else None) or getattr(row, "donor_id", None) or ""
        output = shelf.outputs.get(getattr(row, "output_id", None) or "")
        amount = None if row.amount is None else Money(row.amount, row.currency or shelf.currency)
        title = getattr(row, "note", None) or getattr(row, "title", None) or (commitment.title if commitment else "")
        placed = isinstance(row, (BudgetLine, Expenditure))
        entries.append(Entry(
            row.id, row.office or "", getattr(row, "dated", None) or "", title or "",
            accounts.get(getattr(row, "account_id", None) or "", ""), str(output.number) if output else "",
            shelf.country_name(row) if placed else "", donors.get(donor, ""), amount))  # fmt: skip
    total, others = add_up([one.amount for one in entries if one.amount is not None], shelf.currency)
    return Addends(tuple(entries), total, others)
