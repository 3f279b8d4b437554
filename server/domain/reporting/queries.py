"""Queries: reports, their sections and reviews as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.base.errors import NotFound
from server.base.i18n import _
from server.domain.people.models import Office
from server.domain.records import visible
from server.domain.reporting import models, rules


@dataclass(frozen=True)
class SectionFacts:
    """A text of a report."""

    id: str
    key: str
    output_id: str | None
    text: str
    text_local: str


@dataclass(frozen=True)
class ReviewFacts:
    """What headquarters said; `section_id` is None for the whole report."""

    id: str
    section_id: str | None
    verdict: str
    text: str
    dated: str


@dataclass(frozen=True)
class ReportFacts:
    """A report with its sections; `state` is draft, submitted, returned or accepted."""

    id: str
    office: str
    kind: str
    period_id: str
    title: str
    status: str
    state: str
    submitted: str
    sections: tuple[SectionFacts, ...]
    reviews: tuple[ReviewFacts, ...]

    def section(self, key: str, output_id: str | None = None) -> SectionFacts | None:
        """The section with that key (and output), or None."""
        return next((s for s in self.sections if s.key == key and s.output_id == output_id), None)


def reports(
    session: Session, *, office: str | None = None, kind: str | None = None, period_id: str | None = None
) -> list[ReportFacts]:
    """Reports by office, kind and period."""
    table = models.Report
    query = visible(table)
    for column, value in ((table.office, office), (table.kind, kind), (table.period_id, period_id)):
        if value:
            query = query.where(column == value)
    return [_facts(session, row) for row in session.scalars(query.order_by(table.office, table.kind, table.id))]


def report(session: Session, id: str) -> ReportFacts:
    """The report with that id. Errors: NotFound."""
    row = session.get(models.Report, id)
    if row is None or row.deleted:
        raise NotFound(_("This report is not here: it may not have arrived yet."))
    return _facts(session, row)


def _facts(session: Session, row: models.Report) -> ReportFacts:
    sections = session.scalars(visible(models.ReportSection).where(models.ReportSection.report_id == row.id))
    order = {key: place for place, key in enumerate(rules.SECTIONS)}
    texts = sorted(
        (SectionFacts(s.id, s.key or "", s.output_id, s.text or "", s.text_local or "") for s in sections),
        key=lambda s: (order.get(s.key, 99), s.output_id or "", s.id),
    )
    said = session.scalars(_reviews(session).where(models.Review.report_id == row.id).order_by(models.Review.id))
    reviews = tuple(ReviewFacts(r.id, r.section_id, r.verdict or "", r.text or "", r.dated or "") for r in said)
    verdicts = [r for r in reviews if r.verdict != "comment"]
    latest = verdicts[-1] if verdicts else None
    answered = latest is not None and row.answers_id == latest.id
    state = rules.life_cycle(row.status, latest.verdict if latest else None, answered=answered)
    return ReportFacts(
        row.id,
        row.office or "",
        row.kind or "",
        row.period_id or "",
        row.title or "",
        row.status or "draft",
        state,
        row.submitted or "",
        tuple(texts),
        reviews,
    )


def _reviews(session: Session) -> sa.Select[models.Review]:
    """Reviews by headquarters: what arrives may hold what an office wrote of itself, and that is none."""
    headquarters = visible(Office).where(Office.kind == "hq").with_only_columns(Office.id)
    known = session.scalars(headquarters).first() is not None
    return visible(models.Review).where(models.Review.office.in_(headquarters)) if known else visible(models.Review)
