"""What records and their fields are called on screen, and on which page a record is found."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa
from flask import url_for

from server.base.i18n import _, money_text, number_text
from server.db.base import DecimalText, synced_models
from server.db.session import UnitSession
from server.services.conflicts import title_of
from server.services.names import field_words, table_words
from server.web.questions import DATES, FLAGS, STORED
from server.web.words import STATES, state_words, when

#: table -> the endpoint of the page of one of its records
_PAGES: Mapping[str, str] = {
    "activity": "activities.show", "agreement": "agreements.show", "board": "boards.show",
    "challenge": "challenges.show", "decision": "decisions.show", "document": "documents.show",
    "knowledge_product": "products.show", "lesson": "lessons.show", "meeting": "meetings.show",
    "planned_activity": "workplan.edit", "report": "reports.show",
}  # fmt: skip
#: table -> the table on whose pages its records are shown; they name their whole as `<table>_id`
_PART_OF: Mapping[str, str] = {"board_member": "board", "meeting_attendance": "meeting", "report_section": "report"}

__all__ = ["address_of", "field_words", "table_words", "value_words"]


def value_words(session: UnitSession, table: str, field: str, value: Any, row: str | None = None) -> str:
    """A stored value as people read it: names of the records it refers to, dates, amounts and states in words.

    With `row`, the id of the record, an amount is told in its currency.
    """
    if value is None or value == "":
        return _("nothing")
    model = synced_models().get(table)
    column = model.__table__.columns.get(field) if model is not None else None
    info = column.info if column is not None else {}
    if "ref" in info or "refs" in info:
        target = str(info.get("ref") or info.get("refs"))
        return ", ".join(title_of(session, target, one) for one in str(value).split())
    if field in DATES:
        return when(str(value))
    if field in FLAGS:
        return _("yes") if value else _("no")
    if column is not None and isinstance(column.type, DecimalText):
        return _amount(value, str(getattr(session.get(model, row), "currency", None) or "") if model and row else "")
    if column is not None and isinstance(column.type, sa.Integer) and isinstance(value, int):
        return number_text(value)
    if (table, field) in STORED and str(value) in STATES:
        return state_words(str(value))[0]
    return state_words(str(value))[0] if str(value) in STATES and field in ("status", "rag", "kind") else str(value)


def _amount(value: Any, currency: str) -> str:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return money_text(amount, currency) if currency else number_text(amount, 2)


def address_of(session: UnitSession, table: str | None, row: str | None) -> str | None:
    """The page on which a record is shown or changed; None when it has none of its own."""
    if not table or not row:
        return None
    if table in ("commitment", "instalment", "budget_line", "expenditure"):
        return url_for("finance.edit", table=table, id=row)
    if table in ("indicator", "indicator_target", "indicator_value"):
        return url_for("indicators.of_record", table=table, id=row)
    if table == "milestone":
        return url_for("milestones.index")
    if table in _PART_OF:
        table, row = _PART_OF[table], _whole(session, table, row)
    return url_for(_PAGES[table], id=row) if table in _PAGES and row else None


def _whole(session: UnitSession, table: str, row: str) -> str | None:
    """Id of the record that this one is a part of."""
    record = session.get(synced_models()[table], row)
    found = getattr(record, f"{_PART_OF[table]}_id", None)
    return str(found) if found else None
