"""What is due: everything Home tells an office, and how far its changes have travelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from server.domain.activities.queries import carried_out
from server.domain.boards.queries import DecisionFacts, decisions
from server.domain.framework.queries import PeriodFacts, milestone_types
from server.domain.milestones.queries import milestones
from server.domain.people.queries import OfficeFacts, offices
from server.domain.reporting.queries import ReportFacts, reports
from server.domain.workplan.queries import PlannedFacts, planned
from server.services.overview import reported_period
from server.sync import heads, inbox, tips


@dataclass(frozen=True)
class Travel:
    """How far changes have travelled: `unsent` were never sent, `unacknowledged` were sent and not confirmed."""

    unsent: int
    unacknowledged: int
    last: inbox.Departure | None


@dataclass(frozen=True)
class Home:
    """Everything on the first page. `days_left` is negative when the report is late, None without a due day."""

    office: OfficeFacts
    period: PeriodFacts | None
    report: ReportFacts | None
    days_left: int | None
    plan_without_progress: tuple[PlannedFacts, ...]
    open_actions: tuple[DecisionFacts, ...]
    milestones_left: tuple[str, ...]
    travel: Travel | None
    waiting: int
    conflicts: int


def home(session: Session, office: OfficeFacts, today: date) -> Home:
    """What is due for an office on a day."""
    kind = "annual" if office.hq else "progress"
    period = reported_period(session, None, today, kind, office.id)
    found = reports(session, office=office.id, kind=kind, period_id=period.id) if period else []
    left = (period.due - today).days if period and period.due else None
    return Home(
        office,
        period,
        found[0] if found else None,
        left,
        tuple(_without_progress(session, office, period)) if period else (),
        tuple(decisions(session, office=office.id, status="open")),
        tuple(_milestones_left(session, office)),
        None if office.hq else travel(session, office),
        len(inbox.arrivals(session.connection(), (inbox.PARKED,))),
        len(heads.issues(session.connection(), ("value", "delete"))),
    )


def travel(session: Session, office: OfficeFacts) -> Travel | None:
    """How far the office's changes are on their way to headquarters; None while headquarters is not known."""
    hq = next((o for o in offices(session) if o.hq), None)
    if hq is None:
        return None
    connection = session.connection()
    scope = [f"office:{office.id}"]
    peer = next((p for p in tips.peers(connection) if p.office == hq.id), None)
    held = peer.tips if peer else None
    last = next((d for d in inbox.departures(connection) if d.to_office == hq.id), None)
    unsent = tips.count_beyond(connection, last.tips if last else held, scope)
    behind = tips.count_beyond(connection, held, scope)
    return Travel(unsent, max(behind - unsent, 0), last)


def _without_progress(session: Session, office: OfficeFacts, period: PeriodFacts) -> list[PlannedFacts]:
    """Planned lines of the period that nothing logged belongs to and whose status was never changed."""
    done = carried_out(session, office.id)
    lines = planned(session, period_id=period.id, office=office.id)
    return [line for line in lines if line.status == "planned" and line.id not in done]


def _milestones_left(session: Session, office: OfficeFacts) -> list[str]:
    """Names of the steps of the office's country that are neither done nor not applicable."""
    if not office.country_id:
        return []
    done = {m.type_id for m in milestones(session, office.country_id) if m.status in ("done", "not_applicable")}
    return [step.name for step in milestone_types(session) if step.id not in done]
