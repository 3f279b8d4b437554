"""Queries: money as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from server.base.errors import NotFound
from server.base.i18n import _
from server.domain.finance import models
from server.domain.records import visible

Row = models.Commitment | models.Instalment | models.BudgetLine | models.Expenditure
#: table -> its model
TABLES: Mapping[str, type[Any]] = {
    "commitment": models.Commitment, "instalment": models.Instalment, "budget_line": models.BudgetLine,
    "expenditure": models.Expenditure,
}  # fmt: skip


@dataclass(frozen=True)
class MoneyFacts:
    """A record of money; `amount` in `currency`, `dated` as stored. A field that its table lacks is empty."""

    id: str
    office: str
    amount: Decimal | None
    currency: str
    dated: str
    title: str
    note: str
    donor_id: str | None
    commitment_id: str | None
    output_id: str | None
    country_id: str | None
    period_id: str | None
    account_id: str | None


def money(
    session: Session, table: str, *, period_id: str | None = None, office: str | None = None
) -> list[MoneyFacts]:
    """Records of a table of TABLES in the order they were made; those of a period or an office when it is named."""
    model = TABLES[table]
    query = visible(model)
    if period_id:
        query = query.where(model.period_id == period_id)
    if office:
        query = query.where(model.office == office)
    return [facts(row) for row in session.scalars(query.order_by(model.id))]


def money_record(session: Session, table: str, id: str) -> MoneyFacts:
    """The record with that id. Errors: NotFound."""
    row = session.get(TABLES[table], id) if table in TABLES else None
    if row is None:
        raise NotFound(_("This record of money is not here: it may not have arrived yet."))
    return facts(row)


def facts(row: Row) -> MoneyFacts:
    """A row as the rest of the house sees it."""
    return MoneyFacts(
        row.id,
        row.office or "",
        row.amount,
        row.currency or "USD",
        getattr(row, "dated", None) or "",
        getattr(row, "title", None) or "",
        getattr(row, "note", None) or "",
        getattr(row, "donor_id", None),
        getattr(row, "commitment_id", None),
        getattr(row, "output_id", None),
        getattr(row, "country_id", None),
        getattr(row, "period_id", None),
        getattr(row, "account_id", None),
    )
