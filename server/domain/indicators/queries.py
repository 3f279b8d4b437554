"""Queries: values of indicators as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.base.errors import NotFound
from server.base.i18n import _
from server.domain.indicators import models
from server.domain.records import visible


@dataclass(frozen=True)
class ValueFacts:
    """What an indicator reached in a period; `value` as stored, `country_id` None for the whole programme."""

    id: str
    office: str
    indicator_id: str
    period_id: str
    country_id: str | None
    value: str
    women: int | None
    men: int | None
    note: str


def indicator_values(session: Session, period_id: str, office: str) -> list[ValueFacts]:
    """Values that an office told of a period, by id."""
    table = models.IndicatorValue
    rows = session.scalars(
        visible(table).where(table.period_id == period_id, table.office == office).order_by(table.id)
    )
    return [_facts(row) for row in rows]


def indicator_value(session: Session, id: str) -> ValueFacts:
    """The value with that id. Errors: NotFound."""
    row = session.get(models.IndicatorValue, id)
    if row is None:
        raise NotFound(_("This value is not here: it may not have arrived yet."))
    return _facts(row)


def _facts(row: models.IndicatorValue) -> ValueFacts:
    return ValueFacts(
        row.id,
        row.office or "",
        row.indicator_id or "",
        row.period_id or "",
        row.country_id,
        row.value or "",
        row.women,
        row.men,
        row.note or "",
    )
