"""Queries: challenges and lessons as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.base.errors import NotFound
from server.base.i18n import _
from server.domain.challenges import models
from server.domain.challenges.rules import STATUSES
from server.domain.lists import Listed, entered_last, has_words, listed
from server.domain.records import visible

#: sort keys of the lists: what is open first (challenges only), entered last, by its day, by title
SORTS = ("open", "newest", "dated", "title")
LESSON_SORTS = SORTS[1:]


@dataclass(frozen=True)
class ChallengeFacts:
    """A challenge, risk or issue; `dated` as stored."""

    id: str
    office: str
    title: str
    kind: str
    cause: str
    effect: str
    response: str
    text_local: str
    owner: str
    status: str
    dated: str
    country_id: str | None
    output_id: str | None
    in_report: bool
    position: int | None
    deleted: bool


@dataclass(frozen=True)
class LessonFacts:
    """Something learnt; `dated` as stored."""

    id: str
    office: str
    title: str
    text: str
    dated: str
    country_id: str | None
    output_id: str | None
    deleted: bool


@dataclass(frozen=True)
class ChallengeFilter:
    """What a list of challenges or lessons shows; None means all. Lessons have neither kind nor status."""

    words: str = ""
    kind: str | None = None
    status: str | None = None
    output_id: str | None = None
    office: str | None = None
    sort: str = SORTS[0]
    page: int = 1


def challenges(session: Session, wanted: ChallengeFilter) -> Listed[ChallengeFacts]:
    """One page of challenges. One without a state is open."""
    table = models.Challenge
    status = sa.func.coalesce(table.status, STATUSES[0])
    searched = (table.title, table.cause, table.effect, table.response, table.text_local, table.owner)
    query = _narrowed(visible(table), searched, wanted, (table.kind, wanted.kind), (status, wanted.status))
    places = sa.case({one: place for place, one in enumerate(STATUSES)}, value=status, else_=0)
    order = (places, *_order("dated", table)) if wanted.sort == "open" else _order(wanted.sort, table)
    return listed(session, query.order_by(*order), wanted.page, challenge_facts)


def challenge(session: Session, id: str) -> ChallengeFacts:
    """The challenge with that id, deleted or not. Errors: NotFound."""
    row = session.get(models.Challenge, id)
    if row is None:
        raise NotFound(_("This challenge is not here: it may not have arrived yet."))
    return challenge_facts(row)


def lessons(session: Session, wanted: ChallengeFilter) -> Listed[LessonFacts]:
    """One page of lessons."""
    table = models.Lesson
    query = _narrowed(visible(table), (table.title, table.text), wanted)
    return listed(session, query.order_by(*_order(wanted.sort, table)), wanted.page, lesson_facts)


def lesson(session: Session, id: str) -> LessonFacts:
    """The lesson with that id, deleted or not. Errors: NotFound."""
    row = session.get(models.Lesson, id)
    if row is None:
        raise NotFound(_("This lesson is not here: it may not have arrived yet."))
    return lesson_facts(row)


def challenge_facts(row: models.Challenge) -> ChallengeFacts:
    """A row as the rest of the house sees it."""
    return ChallengeFacts(row.id, row.office or "", row.title or "", row.kind or "", row.cause or "", row.effect or "",
                          row.response or "", row.text_local or "", row.owner or "", row.status or STATUSES[0],
                          row.dated or "", row.country_id, row.output_id, bool(row.in_report), row.position,
                          bool(row.deleted))


def lesson_facts(row: models.Lesson) -> LessonFacts:
    """A row as the rest of the house sees it."""
    return LessonFacts(row.id, row.office or "", row.title or "", row.text or "", row.dated or "", row.country_id,
                       row.output_id, bool(row.deleted))


def _narrowed(query: sa.Select[Any], searched: tuple[Any, ...], wanted: ChallengeFilter,
              *more: tuple[Any, str | None]) -> sa.Select[Any]:
    """The records that fit."""
    table = searched[0].class_
    equal = ((table.output_id, wanted.output_id), (table.office, wanted.office), *more)
    return query.where(*has_words(wanted.words, *searched), *(column == value for column, value in equal if value))


def _order(sort: str, table: Any) -> tuple[Any, ...]:
    """Records of one day, or without any, with the newest first."""
    last = entered_last(table.id)
    return {"title": (table.title, table.id), "dated": (table.dated.desc(), *last)}.get(sort, last)
