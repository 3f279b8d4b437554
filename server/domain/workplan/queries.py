"""Queries: lines of the work plan as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from server.base.errors import NotFound
from server.base.i18n import _
from server.base.trees import cut
from server.domain.records import visible
from server.domain.workplan import models


@dataclass(frozen=True)
class PlannedFacts:
    """A line of the work plan; `quarters` are numbers 1 to 4, `amount` in `currency`."""

    id: str
    office: str
    title: str
    title_local: str
    output_id: str | None
    country_id: str | None
    period_id: str | None
    quarters: tuple[int, ...]
    responsible: str
    agency_id: str | None
    donor_id: str | None
    account_id: str | None
    amount: Decimal | None
    currency: str
    status: str
    rag: str | None
    note: str
    in_report: bool
    position: int | None
    part_of_id: str | None = None
    endorsed: str = ""


def planned(
    session: Session, *, period_id: str | None = None, office: str | None = None, in_report: bool | None = None
) -> list[PlannedFacts]:
    """Lines of the plan by office, output, place and quarter."""
    table = models.PlannedActivity
    query = visible(table)
    if period_id:
        query = query.where(table.period_id == period_id)
    if office:
        query = query.where(table.office == office)
    rows = session.scalars(query.order_by(table.office, table.output_id, table.position, table.quarters, table.id))
    return [facts(row) for row in rows if in_report is None or bool(row.in_report) == in_report]


def planned_activity(session: Session, id: str) -> PlannedFacts:
    """The line with that id. Errors: NotFound."""
    row = session.get(models.PlannedActivity, id)
    if row is None:
        raise NotFound(_("This line of the work plan is not here: it may not have arrived yet."))
    return facts(row)


def facts(row: models.PlannedActivity) -> PlannedFacts:
    """A row as the rest of the house sees it."""
    quarters = tuple(int(q) for q in (row.quarters or "").split() if q in "1234")
    return PlannedFacts(
        row.id,
        row.office or "",
        row.title or "",
        row.title_local or "",
        row.output_id,
        row.country_id,
        row.period_id,
        quarters,
        row.responsible or "",
        row.agency_id,
        row.donor_id,
        row.account_id,
        row.amount,
        row.currency or "USD",
        row.status or "planned",
        row.rag,
        row.note or "",
        bool(row.in_report),
        row.position,
        row.part_of_id,
        row.endorsed or "",
    )


def parents(session: Session, office: str | None = None) -> dict[str, str | None]:
    """Line -> the line it is part of, of one office or all, without rings: what moves made apart closed is cut."""
    table = models.PlannedActivity
    query = visible(table).with_only_columns(table.id, table.part_of_id)
    if office:
        query = query.where(table.office == office)
    return cut({row.id: row.part_of_id for row in session.execute(query)})
