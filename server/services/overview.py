"""Headquarters' overview: who is how far, what was reported, and whose report is late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from server.domain.activities.queries import ActivityFacts, achievements
from server.domain.framework import queries as framework
from server.domain.milestones.queries import MilestoneFacts, milestones
from server.domain.people.queries import OfficeFacts, offices
from server.domain.reporting.figures import falls_into
from server.domain.reporting.queries import reports


@dataclass(frozen=True)
class ReportState:
    """Where an office's report of the period stands: `state` is none, draft, submitted, returned or accepted."""

    office: OfficeFacts
    state: str
    submitted: str
    late: bool


@dataclass(frozen=True)
class Overview:
    """Everything on the overview page.

    `milestones` maps (country id, type id) to the milestone, `achieved` (country id or None, output id) to how many
    achievements the period has.
    """

    period: framework.PeriodFacts | None
    periods: tuple[framework.PeriodFacts, ...]
    countries: tuple[framework.Choice, ...]
    types: tuple[framework.Choice, ...]
    outputs: tuple[framework.OutputFacts, ...]
    milestones: Mapping[tuple[str, str], MilestoneFacts]
    achieved: Mapping[tuple[str | None, str], int]
    reports: tuple[ReportState, ...]

    @property
    def late(self) -> tuple[ReportState, ...]:
        """Offices whose report is due and not here."""
        return tuple(r for r in self.reports if r.late)


def overview(session: Session, period_code: str | None, today: date) -> Overview:
    """The overview of one period; without a code, of the latest period that offices reported on."""
    periods = framework.periods(session)
    period = reported_period(session, period_code, today)
    milestone_by = {(m.country_id, m.type_id): m for m in milestones(session)}
    achieved: Counter[tuple[str | None, str]] = Counter()
    if period:
        for activity in reported_achievements(session, period):
            achieved[activity.country_id, activity.output_id or ""] += 1
    return Overview(
        period,
        tuple(periods),
        tuple(framework.countries(session)),
        tuple(framework.milestone_types(session)),
        tuple(framework.outputs(session)),
        milestone_by,
        achieved,
        tuple(_report_states(session, period, today)),
    )


def reported_achievements(
    session: Session, period: framework.PeriodFacts, office: str | None = None
) -> list[ActivityFacts]:
    """Achievements that the report of a period tells: each is of one period only, as on paper."""
    starts, ends = period.starts.isoformat(), period.ends.isoformat()
    return [a for a in achievements(session, starts, ends, office) if falls_into(a.date_from, a.date_to, starts, ends)]


def reported_period(
    session: Session, code: str | None, today: date, kind: str | None = None, office: str | None = None
) -> framework.PeriodFacts | None:
    """The period named by `code`; without one, the latest that has a report (of that kind and office), else today's."""
    if code:
        return framework.period_for(session, code, today)
    reported = {r.period_id for r in reports(session, kind=kind, office=office)}
    found = [p for p in framework.periods(session) if p.id in reported]
    return found[-1] if found else framework.period_for(session, None, today)


def _report_states(session: Session, period: framework.PeriodFacts | None, today: date) -> list[ReportState]:
    if period is None:
        return []
    by_office = {r.office: r for r in reports(session, kind="progress", period_id=period.id)}
    states = []
    for office in offices(session):
        if office.hq:
            continue
        report = by_office.get(office.id)
        state = report.state if report else "none"
        late = state in ("none", "draft", "returned") and period.due is not None and today > period.due
        states.append(ReportState(office, state, report.submitted if report else "", late))
    return states
