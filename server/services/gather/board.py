"""The facts of the board's papers: the progress matrix and the records of meetings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from server.domain.activities.models import Activity
from server.domain.boards.models import Board, BoardMember, Decision, Meeting
from server.domain.finance.models import BudgetLine, Expenditure
from server.domain.framework.models import ReportingPeriod
from server.domain.reporting.figures import days_of
from server.domain.workplan.models import PlannedActivity
from server.reports import model
from server.services.gather.ledger import scope_of, sum_of
from server.services.gather.measures import results_in
from server.services.gather.money import remarks_on
from server.services.gather.papers import (
    EvidenceList,
    decisions_in,
    meeting_rows,
    of_office,
    told_decision,
    told_meetings,
)
from server.services.gather.plan import lines_of
from server.services.gather.shelf import Shelf, chronological
from server.services.gather.work import WorkDone, challenges_by_place

#: the worse of two ratings is the one a board is shown
_RAGS = ("red", "amber", "green")
#: (output id, country id); None where there is none
Place = tuple[str | None, str | None]


def half_of(period: ReportingPeriod, half: int) -> ReportingPeriod:
    """The first or the second half of a period as a period of its own, for a report in the middle of it.

    It is not stored; its id is the period's, so that plans and targets are found.
    """
    bounds = days_of(period.starts, period.ends)
    if bounds is None:
        return period
    middle = bounds[0] + timedelta(days=(bounds[1] - bounds[0]).days // 2)
    starts, ends = (bounds[0], middle) if half == 1 else (middle + timedelta(days=1), bounds[1])
    return ReportingPeriod(id=period.id, code=f"{period.code or period.id}.{half}", title=period.title,
                           starts=starts.isoformat(), ends=ends.isoformat())


def matrix_of(shelf: Shelf, period: ReportingPeriod, office: str | None) -> model.Matrix:
    """Outputs with their countries: planned, achieved, rating, constraints, what comes next, money, evidence."""
    evidence = EvidenceList(shelf)
    done = WorkDone(shelf, period, office, evidence)
    work = _Work(shelf, period, office, done)
    groups = []
    for output in [*shelf.outputs, None]:
        rows = tuple(work.row(output, country) for country in [*shelf.countries, None]
                     if work.told((output, country)))
        if rows:
            groups.append((shelf.outputs.get(output or ""), rows))
    return model.Matrix(
        scope_of(shelf, period, office), tuple(groups), decisions_in(shelf, period, office), evidence.listed(),
        remarks_on(work.spent, work.budget))


class _Work:
    """Everything of a period, found by output and country."""

    def __init__(self, shelf: Shelf, period: ReportingPeriod, office: str | None, done: WorkDone) -> None:
        self.shelf, self.period, self.done = shelf, period, done
        following = shelf.after(period)
        self.planned = lines_of(shelf, period, office)
        self.following = [r for r in lines_of(shelf, following, office) if r.in_report == 1]
        self.budget = shelf.rows(BudgetLine, BudgetLine.period_id == period.id, *of_office(BudgetLine, office))
        self.spent = shelf.rows(Expenditure, Expenditure.period_id == period.id, *of_office(Expenditure, office))
        self.challenges = challenges_by_place(shelf, period, office)
        self.results = results_in(shelf, period, None)
        rows: Iterable[Activity | PlannedActivity | BudgetLine | Expenditure] = [
            *done.rows, *self.planned, *self.following, *self.budget, *self.spent]
        self.places = {self._place(row) for row in rows} | set(self.challenges)

    def _place(self, row: Activity | PlannedActivity | BudgetLine | Expenditure) -> Place:
        output = row.output_id if row.output_id in self.shelf.outputs else None
        return output, self.shelf.country_of(row)

    def told(self, place: Place) -> bool:
        return place in self.places

    def row(self, output: str | None, country: str | None) -> model.MatrixRow:
        """One output in one country."""
        place = output, country
        planned = [r for r in self.planned if self._place(r) == place]
        achieved = self.done.of(output, country)
        agencies = dict.fromkeys(name for a in achieved for name in (a.lead, *a.support) if name)
        rags = [r.rag for r in planned if r.rag in _RAGS]
        return model.MatrixRow(
            country=self.shelf.countries[country].name if country else "",
            indicators=tuple(self._indicators(output, country)),
            planned=tuple(self.shelf.own(r, "title") for r in planned), achieved=achieved,
            agencies=tuple(agencies), rag=min(rags, key=_RAGS.index) if rags else "",
            constraints=tuple(self.challenges.get(place, ())),
            following=tuple(self.shelf.own(r, "title") for r in self.following if self._place(r) == place),
            budget=sum_of(self.shelf, [r for r in self.budget if self._place(r) == place]),
            spent=sum_of(self.shelf, [r for r in self.spent if self._place(r) == place]))

    def _indicators(self, output: str | None, country: str | None) -> Iterable[tuple[str, str, str]]:
        """(indicator, target, actual): the country's own values, or the programme's at global level."""
        number = self.shelf.output_number(output)
        for result in self.results:
            if number is None or result.output is None or result.output.number != number:
                continue
            if country is None:
                yield result.code or result.title, result.target, result.actual
                continue
            name = self.shelf.countries[country].name
            for told, target, actual in result.parts:
                if told == name:
                    yield result.code or result.title, target, actual


def meeting_records(shelf: Shelf, period: ReportingPeriod, office: str | None) -> model.MeetingRecords:
    """Each meeting of the period with its board's members, what it decided, and what was open from before."""
    rows = meeting_rows(shelf, period, office)
    meetings = {m.id: m for m in shelf.rows(Meeting)}
    decisions = shelf.rows(Decision)
    told = told_meetings(shelf, rows)
    records = [
        model.Minutes(meeting, _members(shelf, row.board_id),
                      tuple(told_decision(shelf, d) for d in decisions if d.meeting_id == row.id),
                      tuple(told_decision(shelf, d) for d in _open_before(row, decisions, meetings)))
        for row, meeting in zip(rows, told, strict=True)]
    return model.MeetingRecords(scope_of(shelf, period, office), tuple(records))


def _members(shelf: Shelf, board: str | None) -> tuple[tuple[str, str], ...]:
    found = shelf.rows(BoardMember, BoardMember.board_id == (board or "")) if shelf.rows(Board) else []
    return tuple((m.institution or "", m.role or "") for m in found)


def _open_before(row: Meeting, decisions: Sequence[Decision], meetings: dict[str, Meeting]) -> list[Decision]:
    """Decisions of earlier meetings of the same board that were not closed when this one met."""
    held = days_of(row.date_from, row.date_to)
    found = []
    for one in decisions:
        earlier = meetings.get(one.meeting_id or "")
        days = days_of(earlier.date_from, earlier.date_to) if earlier else None
        if earlier is None or earlier.id == row.id or earlier.board_id != row.board_id or not held or not days:
            continue
        closed = days_of(one.closed, None) if one.status == "closed" else None
        if days[1] < held[0] and (one.status != "closed" or (closed is not None and closed[0] >= held[0])):
            found.append(one)
    return sorted(found, key=lambda d: (chronological(d.due), d.id))
