"""What is due: everything Home tells an office, and how far its changes have travelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from server.db.session import UnitSession
from server.domain.activities.queries import carried_out
from server.domain.boards.queries import DecisionFacts, decisions
from server.domain.framework.queries import PeriodFacts, milestone_types, periods
from server.domain.milestones.queries import milestones
from server.domain.people.queries import OfficeFacts, offices
from server.domain.reporting.queries import ReportFacts, reports
from server.domain.workplan.queries import PlannedFacts, planned
from server.services.filing import asked_for
from server.services.overview import reported_period
from server.sync import files, heads, inbox, tips

#: states of a report that is nobody's task in its office
_HANDED_IN = ("submitted", "accepted")


@dataclass(frozen=True)
class Travel:
    """How far changes have travelled: `unsent` were never sent, `unacknowledged` were sent and not confirmed."""

    unsent: int
    unacknowledged: int
    last: inbox.Departure | None


@dataclass(frozen=True)
class Home:
    """Everything on the first page. `days_left` is negative when the report is late, None without a due day.

    `following` is the period of the report after one that was handed in, `following_left` its days left. `asked` counts
    files that are here and that others asked for, `awaited` those that documents name and are not here.
    """

    office: OfficeFacts
    period: PeriodFacts | None
    report: ReportFacts | None
    following: PeriodFacts | None
    days_left: int | None
    following_left: int | None
    plan_without_progress: tuple[PlannedFacts, ...]
    open_actions: tuple[DecisionFacts, ...]
    milestones_left: tuple[str, ...]
    travel: Travel | None
    waiting: int
    conflicts: int
    asked: int
    awaited: int


def home(session: UnitSession, office: OfficeFacts, today: date) -> Home:
    """What is due for an office on a day."""
    kind = "annual" if office.hq else "progress"
    period = reported_period(session, None, today, kind, office.id)
    absent = files.absent(session.connection())
    found = reports(session, office=office.id, kind=kind, period_id=period.id) if period else []
    after = _following(session, period) if period and found and found[0].state in _HANDED_IN else None
    left = (period.due - today).days if period and period.due else None
    return Home(
        office,
        period,
        found[0] if found else None,
        after,
        left,
        (after.due - today).days if after and after.due else None,
        tuple(_without_progress(session, office, period, today)) if period else (),
        tuple(_open_actions(session, office, today)),
        tuple(_milestones_left(session, office)),
        None if office.hq else travel(session, office),
        len(inbox.arrivals(session.connection(), (inbox.PARKED,))),
        len(heads.issues(session.connection(), ("value", "delete"))),
        len(asked_for(session) - absent.keys()),
        len(absent),
    )


def _following(session: Session, period: PeriodFacts) -> PeriodFacts | None:
    return next((one for one in periods(session) if one.starts > period.starts and one.due), None)


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


def _without_progress(session: Session, office: OfficeFacts, period: PeriodFacts, today: date) -> list[PlannedFacts]:
    """Planned lines that are due by this quarter of the period, that nothing logged belongs to and whose status was
    never changed: those that are due first, first."""
    done = carried_out(session, office.id)
    quarter = quarter_of(period, today)
    lines = planned(session, period_id=period.id, office=office.id)
    left = [line for line in lines if line.status == "planned" and line.id not in done]
    begun = [line for line in left if not line.quarters or min(line.quarters) <= quarter]
    return sorted(begun, key=lambda line: max(line.quarters, default=4))


def quarter_of(period: PeriodFacts, today: date) -> int:
    """Which quarter of a period a day is in, 1 to 4: 4 also when it is over, 0 before it begins."""
    months = (today.year - period.starts.year) * 12 + today.month - period.starts.month
    return min(max(months // 3 + 1, 0), 4)


def _open_actions(session: Session, office: OfficeFacts, today: date) -> list[DecisionFacts]:
    """Overdue ones first, then by the day they are due on; those without a day last."""
    found = decisions(session, office=office.id, status="open")
    return sorted(found, key=lambda one: (not one.overdue(today), not one.due_on))


def _milestones_left(session: Session, office: OfficeFacts) -> list[str]:
    """Names of the steps of the office's country that are neither done nor not applicable."""
    if not office.country_id:
        return []
    done = {m.type_id for m in milestones(session, office.country_id) if m.status in ("done", "not_applicable")}
    return [step.name for step in milestone_types(session) if step.id not in done]
