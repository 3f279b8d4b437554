"""The question that asks for any field of any record, where a page cannot know beforehand which one it will be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from server.base.i18n import _, mark
from server.db.base import DecimalText, synced_models
from server.db.session import UnitSession
from server.domain.activities.models import Activity
from server.domain.boards import rules as boards
from server.domain.challenges import rules as challenges
from server.domain.documents import rules as documents
from server.domain.framework import rules as framework
from server.domain.milestones import rules as milestones
from server.domain.people import rules as people
from server.domain.records import visible
from server.domain.reporting import rules as reporting
from server.domain.workplan import rules as workplan
from server.services.names import title_of
from server.web.fields import (
    AmountQuestion,
    ChoiceQuestion,
    DateQuestion,
    LongQuestion,
    NumberQuestion,
    Question,
    SeveralQuestion,
    TextQuestion,
)
from server.web.words import choices

#: fields that hold a date with its precision
DATES = frozenset(
    {"closed", "date_from", "date_to", "dated", "drafted", "due", "ends", "endorsed", "signed", "starts", "submitted",
     "tor_dated", "enrolled", "revoked"}
)  # fmt: skip
#: (table, field) -> the stored words it may hold
STORED: Mapping[tuple[str, str], Sequence[str]] = {
    ("agreement", "kind"): documents.AGREEMENT_KINDS, ("agreement", "stage"): documents.AGREEMENT_STAGES,
    ("board", "kind"): boards.KINDS, ("board", "tor_stage"): boards.TOR_STAGES, ("board_member", "role"): boards.ROLES,
    ("challenge", "kind"): challenges.KINDS, ("challenge", "status"): challenges.STATUSES,
    ("country", "status"): framework.COUNTRY_STATUSES, ("decision", "status"): boards.DECISION_STATUSES,
    ("document", "kind"): documents.DOCUMENT_KINDS, ("indicator", "unit"): framework.UNITS,
    ("knowledge_product", "kind"): documents.PRODUCT_KINDS, ("knowledge_product", "stage"): documents.PRODUCT_STAGES,
    ("milestone", "status"): milestones.STATUSES, ("office", "kind"): people.KINDS,
    ("output", "level"): framework.LEVELS, ("planned_activity", "rag"): workplan.RAGS,
    ("planned_activity", "status"): workplan.STATUSES, ("report", "kind"): reporting.KINDS,
    ("report", "status"): reporting.STATUSES, ("report_section", "key"): reporting.SECTIONS,
    ("review", "verdict"): reporting.VERDICTS,
}  # fmt: skip
#: fields that are yes or no
FLAGS = frozenset({"in_report", "by_sex"})
#: most records to choose from in one list
_MOST = 500
#: letters that fit into one line
_ONE_LINE = 60


def is_long(values: Sequence[object]) -> bool:
    """Whether any of some values is a text of several lines."""
    return any(isinstance(value, str) and (len(value) > _ONE_LINE or "\n" in value) for value in values)


def is_words(table: str, field: str) -> bool:
    """Whether people type words into the field, in whatever language; not numbers, dates and choices."""
    model = synced_models().get(table)
    column = model.__table__.columns.get(field) if model is not None else None
    if column is None:
        return True
    closed = field in DATES or field in FLAGS or field == "quarters" or (table, field) in STORED
    return not (closed or column.info or isinstance(column.type, (DecimalText, sa.Integer)))


def is_known(table: str, field: str) -> bool:
    """Whether this version has that column."""
    model = synced_models().get(table)
    return model is not None and field in model.__table__.columns


def question_for(session: UnitSession, table: str, field: str, office: str, *, long: bool = False) -> Question:
    """An unbound question for a field, with what may be chosen. `office` is the id of the record's owner."""
    label = mark("What should it be?")
    column = synced_models()[table].__table__.columns[field]
    if "ref" in column.info:
        return ChoiceQuestion(label, choices=_records(session, column.info["ref"], office))
    if "refs" in column.info:
        return SeveralQuestion(label, choices=_records(session, column.info["refs"], office))
    if (table, field) in STORED:
        return ChoiceQuestion(label, choices=choices(STORED[table, field]))
    if field in FLAGS:
        return ChoiceQuestion(label, choices=[("1", _("Yes")), ("0", _("No"))], radio=True)
    if field in DATES:
        return DateQuestion(label)
    if field == "quarters":
        return SeveralQuestion(label, choices=[(q, q) for q in "1234"])
    if isinstance(column.type, DecimalText):
        return AmountQuestion(label, width="short")
    if isinstance(column.type, sa.Integer):
        return NumberQuestion(label)
    return LongQuestion(label, rows=12) if long else TextQuestion(label)


def _records(session: UnitSession, table: str, office: str) -> list[tuple[str, str]]:
    """Records to choose from: all of the framework, of others those of the record's own office, by title."""
    model = synced_models()[table]
    query = visible(model)
    if model.__scope__ != "framework":
        query = query.where(model.office == office)
    order = Activity.starts.desc() if model is Activity else model.id.desc()
    rows = session.scalars(query.order_by(order).limit(_MOST))
    return sorted(((row.id, title_of(session, table, row.id)) for row in rows), key=lambda choice: choice[1].casefold())
