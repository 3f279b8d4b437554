"""Queries: logged activities as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import merge
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.base.errors import NotFound
from server.base.i18n import _
from server.base.period import span_text
from server.base.text import fold
from server.domain.activities import models, search
from server.domain.lists import has_words
from server.domain.records import visible

#: sort keys of the list: newest first, oldest first, by title
SORTS = ("newest", "oldest", "title")
#: those of them that the index of words keeps
_BY_DAY = SORTS[:2]
PAGE = 50
#: found activities that are put in order of title when the words are rare; else the list is walked by title
_SORTED_HERE = 1_000


@dataclass(frozen=True)
class ActivityFacts:
    """One logged activity. Dates as stored; `when` in words."""

    id: str
    office: str
    date_from: str
    date_to: str
    title: str
    narrative: str
    title_local: str
    narrative_local: str
    output_id: str | None
    planned_id: str | None
    country_id: str | None
    lead_agency_id: str | None
    support_agency_ids: tuple[str, ...]
    partners: str
    place: str
    women: int | None
    men: int | None
    participants: int | None
    evidence_ids: tuple[str, ...]
    in_report: bool
    position: int | None
    deleted: bool

    @property
    def when(self) -> str:
        """The date or span in words."""
        return span_text(self.date_from, self.date_to)


@dataclass(frozen=True)
class Filter:
    """What a list shows; None means all. `words` are looked for in titles, narratives, places and partners.

    `starts` and `ends` are ISO days: what happened between them, however precisely its date is known. `planned`
    says whether it carries out a line of the work plan. `written` is a further condition on an activity: who wrote it.
    """

    words: str = ""
    output_id: str | None = None
    country_id: str | None = None
    office: str | None = None
    starts: str | None = None
    ends: str | None = None
    in_report: bool | None = None
    evidenced: bool | None = None
    planned: bool | None = None
    written: sa.ColumnElement[bool] | None = field(default=None, compare=False)
    sort: str = "newest"
    page: int = 1


@dataclass(frozen=True)
class ActivityPage:
    """One page of a list: `more` says that another follows."""

    items: tuple[ActivityFacts, ...]
    page: int
    more: bool


def activities(session: Session, wanted: Filter) -> ActivityPage:
    """One page of visible activities. No total is counted: a page costs the same at any size of the log."""
    page = max(wanted.page, 1)
    rows = _rows(session, wanted, PAGE * (page - 1), PAGE + 1)
    return ActivityPage(tuple(facts(row) for row in rows[:PAGE]), page, len(rows) > PAGE)


def activity_ids(session: Session, wanted: Filter, most: int) -> list[str]:
    """Ids of the first `most` activities of a list, on all of its pages."""
    return [row.id for row in _rows(session, wanted, 0, most)]


def _rows(session: Session, wanted: Filter, first: int, most: int) -> list[models.Activity]:
    groups = search.groups(wanted.words)
    query = _filtered(visible(models.Activity), wanted, folded=session.get_bind().dialect.name == "sqlite")
    if groups and search.indexed(session):
        if wanted.sort in _BY_DAY:
            return _searched(session, query, groups, wanted.sort, first + most)[first:]
        found = _searched(session, query, groups, SORTS[0], _SORTED_HERE + 1)
        if len(found) <= _SORTED_HERE:
            return sorted(found, key=lambda row: (row.title or "", row.id))[first : first + most]
    return list(session.scalars(query.order_by(*_order(wanted.sort)).limit(most).offset(first)))


def activity(session: Session, id: str) -> ActivityFacts:
    """The activity with that id, deleted or not. Errors: NotFound."""
    row = session.get(models.Activity, id)
    if row is None:
        raise NotFound(_("This activity is not here: it may not have arrived yet."))
    return facts(row)


def carried_out(session: Session, office: str) -> set[str]:
    """Ids of the lines of the work plan that anything logged by an office carries out."""
    query = visible(models.Activity).where(models.Activity.office == office)
    return {line for line in session.scalars(query.with_only_columns(models.Activity.planned_id).distinct()) if line}


def achievements(session: Session, starts: str, ends: str, office: str | None = None) -> list[ActivityFacts]:
    """Activities of a span (ISO days) that go into the report, by office, output and place in the report."""
    wanted = Filter(starts=starts, ends=ends, office=office, in_report=True)
    query = _filtered(visible(models.Activity), wanted, folded=False)
    ordered = query.order_by(
        models.Activity.office,
        models.Activity.output_id,
        models.Activity.position,
        models.Activity.starts,
        models.Activity.id,
    )
    return [facts(row) for row in session.scalars(ordered)]


def _searched(
    session: Session, query: sa.Select[models.Activity], groups: str, sort: str, most: int
) -> list[models.Activity]:
    """The first `most` rows of the query that the index leads to, and of those it does not know yet, by their day."""
    table = models.Activity.__table__
    newest = sort == "newest"
    known = query.select_from(search.known(table)).where(search.INDEX.c.activity_search.op("MATCH")(groups))
    known = known.order_by(search.PLACE.desc() if newest else search.PLACE.asc())
    noted = query.select_from(search.noted(table)).order_by(*_order(sort))
    found = [list(session.scalars(one.limit(most))) for one in (known, noted)]
    return list(merge(*found, key=lambda row: row.starts or "", reverse=newest))[:most]


def _filtered(query: sa.Select[models.Activity], wanted: Filter, *, folded: bool) -> sa.Select[models.Activity]:
    """`folded`: the database knows `fold`, by which words are compared without accents and the like."""
    table = models.Activity
    for column, value in (
        (table.output_id, wanted.output_id),
        (table.country_id, wanted.country_id),
        (table.office, wanted.office),
    ):
        if value:
            query = query.where(column == value)
    if wanted.in_report is not None:
        query = query.where(sa.func.coalesce(table.in_report, 0) == int(wanted.in_report))
    for names, some in ((table.evidence_ids, wanted.evidenced), (table.planned_id, wanted.planned)):
        if some is not None:
            named = sa.func.coalesce(names, "") != ""  # not a lookup in an index: the list is walked in its order
            query = query.where(named if some else sa.not_(named))
    if wanted.written is not None:
        query = query.where(wanted.written)
    if wanted.starts:
        query = query.where(table.ends >= wanted.starts)
    if wanted.ends:
        query = query.where(table.starts <= wanted.ends)
    if folded:
        words = sa.func.fold(_all_words())
        return query.where(*(words.contains(word, autoescape=True) for word in fold(wanted.words).split()))
    return query.where(*has_words(wanted.words, *(getattr(table, name) for name in search.SEARCHED)))


def _all_words() -> sa.ColumnElement[str]:
    """All searched texts of an activity in one."""
    columns = [sa.func.coalesce(getattr(models.Activity, name), "") for name in search.SEARCHED]
    text: sa.ColumnElement[str] = columns[0]
    for column in columns[1:]:
        text = text + " " + column
    return text


def _order(sort: str) -> Sequence[sa.ColumnElement[Any]]:
    table = models.Activity
    if sort == "oldest":
        return (table.starts.asc(), table.id.asc())
    if sort == "title":
        return (table.title.asc(), table.id.asc())
    return (table.starts.desc(), table.id.desc())


def facts(row: models.Activity) -> ActivityFacts:
    """A row as the rest of the house sees it."""
    return ActivityFacts(
        row.id,
        row.office or "",
        row.date_from or "",
        row.date_to or "",
        row.title or "",
        row.narrative or "",
        row.title_local or "",
        row.narrative_local or "",
        row.output_id,
        row.planned_id,
        row.country_id,
        row.lead_agency_id,
        tuple((row.support_agency_ids or "").split()),
        row.partners or "",
        row.place or "",
        row.women,
        row.men,
        row.participants,
        tuple((row.evidence_ids or "").split()),
        bool(row.in_report),
        row.position,
        bool(row.deleted),
    )
