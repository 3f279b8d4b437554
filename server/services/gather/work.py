"""What was done, what is planned and what stood in the way."""

from __future__ import annotations

from collections.abc import Iterable

from server.base.money import Money
from server.domain.activities.models import Activity, Attendance
from server.domain.challenges.models import Challenge, Lesson
from server.domain.framework.models import ReportingPeriod
from server.domain.reporting.figures import days_of, falls_into
from server.domain.workplan.models import PlannedActivity
from server.reports import model
from server.services.gather.papers import EvidenceList, of_office
from server.services.gather.shelf import Shelf, chronological, ids_in, placed, quarters_of


class WorkDone:
    """Activities that go into a report, each asked for once in the order of the report.

    `office` None: of all offices. Evidence is numbered as activities are asked for.
    """

    def __init__(self, shelf: Shelf, period: ReportingPeriod, office: str | None, evidence: EvidenceList) -> None:
        self._shelf = shelf
        self._evidence = evidence
        bounds = days_of(period.starts, period.ends)
        near = () if bounds is None else (
            Activity.starts <= bounds[1].isoformat(), Activity.ends >= bounds[0].isoformat())
        rows = shelf.rows(Activity, Activity.in_report == 1, *near, *of_office(Activity, office))
        rows = [r for r in rows if falls_into(r.date_from, r.date_to, period.starts, period.ends)]
        self.rows = sorted(rows, key=lambda r: placed(r.position, r.date_from, r.title, r.id))
        self._came: dict[str, list[tuple[str, int | None, int | None, int | None]]] = {}
        for one in shelf.rows_of(Attendance, Attendance.activity_id, (r.id for r in self.rows)):
            self._came.setdefault(one.activity_id or "", []).append(
                (one.institution or "", one.women, one.men, one.participants))

    def of(self, output: str | None, country: str | None) -> tuple[model.Achievement, ...]:
        """Those of an output (None: of none that is known) and a country (None: at global level)."""
        return self._told(r for r in self.rows if self._output(r) == output and self._shelf.country_of(r) == country)

    def of_output(self, output: str | None) -> tuple[model.Achievement, ...]:
        """Those of an output, whatever the country."""
        return self._told(r for r in self.rows if self._output(r) == output)

    def countries(self) -> frozenset[str]:
        """Ids of countries with at least one."""
        return frozenset(c for c in map(self._shelf.country_of, self.rows) if c is not None)

    def _output(self, row: Activity) -> str | None:
        return row.output_id if row.output_id in self._shelf.outputs else None

    def _told(self, rows: Iterable[Activity]) -> tuple[model.Achievement, ...]:
        return tuple(self._achievement(row) for row in rows)

    def _achievement(self, row: Activity) -> model.Achievement:
        shelf = self._shelf
        return model.Achievement(
            title=shelf.own(row, "title"), narrative=shelf.own(row, "narrative"), date_from=row.date_from,
            date_to=row.date_to, place=row.place or "", lead=shelf.agency(row.lead_agency_id),
            support=tuple(filter(None, map(shelf.agency, ids_in(row.support_agency_ids)))), partners=row.partners or "",
            people=model.People(row.women, row.men, row.participants, tuple(sorted(self._came.get(row.id, ())))),
            evidence=self._evidence.number(ids_in(row.evidence_ids)), country=shelf.country_name(row),
            output=shelf.output_number(row.output_id))


class WorkPlan:
    """Lines of the work plan of one period; `reported`: only those that go into a report.

    `office` None: of all offices, by their place; of one office, by output first.
    """

    def __init__(self, shelf: Shelf, period: ReportingPeriod | None, office: str | None, *, reported: bool) -> None:
        self._shelf = shelf
        rows: list[PlannedActivity] = []
        if period is not None:
            rows = shelf.rows(PlannedActivity, PlannedActivity.period_id == period.id,
                              *of_office(PlannedActivity, office))
        order = {id: number for number, id in enumerate(shelf.outputs if office else ())}
        self.rows = sorted((r for r in rows if r.in_report == 1 or not reported), key=lambda r: (
            order.get(r.output_id or "", len(order)), placed(r.position, None, r.title, r.id)))

    def lines(self) -> tuple[model.Intervention, ...]:
        """All of them, by output and place."""
        return tuple(map(self._line, self.rows))

    def of_country(self, country: str) -> tuple[model.Intervention, ...]:
        """Those of a country that serve no global output."""
        return tuple(self._line(r) for r in self.rows
                     if self._shelf.country_of(r) == country and not self._global(r))

    def of_output(self, output: str) -> tuple[model.Intervention, ...]:
        """Those that serve a global output."""
        return tuple(self._line(r) for r in self.rows if self._global(r) and r.output_id == output)

    def of_nothing(self) -> tuple[model.Intervention, ...]:
        """Those that neither a country nor a global output claims: they are told all the same."""
        return tuple(self._line(r) for r in self.rows if not self._global(r) and self._shelf.country_of(r) is None)

    def _global(self, row: PlannedActivity) -> bool:
        output = self._shelf.outputs.get(row.output_id or "")
        return output is not None and output.level == "global"

    def _line(self, row: PlannedActivity) -> model.Intervention:
        shelf = self._shelf
        amount = None if row.amount is None else Money(row.amount, row.currency or shelf.currency)
        return model.Intervention(
            title=shelf.own(row, "title"), quarters=quarters_of(row.quarters), responsible=row.responsible or "",
            agency=shelf.agency(row.agency_id), amount=amount, status=row.status or "", rag=row.rag or "",
            note=row.note or "", country=shelf.country_name(row), output=shelf.outputs.get(row.output_id or ""),
            in_report=row.in_report == 1)


def challenges_in(shelf: Shelf, period: ReportingPeriod, office: str | None) -> tuple[model.Challenge, ...]:
    """Challenges for the report: of the period, or older and not closed. Headquarters' first, then by country."""
    rows = _challenge_rows(shelf, period, office)
    rows.sort(key=lambda r: (shelf.place(r), placed(r.position, r.dated, r.title, r.id)))
    return tuple(_challenge(shelf, r) for r in rows)


def challenges_by_place(shelf: Shelf, period: ReportingPeriod,
                        office: str | None) -> dict[tuple[str | None, str | None], list[model.Challenge]]:
    """The same by (output id, country id); None where a challenge names none."""
    found: dict[tuple[str | None, str | None], list[model.Challenge]] = {}
    for row in _challenge_rows(shelf, period, office):
        output = row.output_id if row.output_id in shelf.outputs else None
        found.setdefault((output, shelf.country_of(row)), []).append(_challenge(shelf, row))
    return found


def _challenge_rows(shelf: Shelf, period: ReportingPeriod, office: str | None) -> list[Challenge]:
    ends = days_of(period.ends, None)

    def told(row: Challenge) -> bool:
        days = days_of(row.dated, None)
        if days is not None and ends is not None and days[0] > ends[1]:
            return False
        return row.status != "closed" or days is None or falls_into(row.dated, None, period.starts, period.ends)

    return [r for r in shelf.rows(Challenge, Challenge.in_report == 1, *of_office(Challenge, office)) if told(r)]


def _challenge(shelf: Shelf, row: Challenge) -> model.Challenge:
    return model.Challenge(
        title=row.title or "", kind=row.kind or "", cause=row.cause or "", effect=row.effect or "",
        response=row.response or "", whole=_whole(shelf, row), owner=row.owner or "", status=row.status or "",
        dated=row.dated, country=shelf.country_name(row))


def _whole(shelf: Shelf, row: Challenge) -> str:
    same = shelf.language == shelf.languages.get(row.office or "") != "en"
    return (row.text_local or "") if same else ""


def lessons_in(shelf: Shelf, period: ReportingPeriod, office: str | None) -> tuple[model.Lesson, ...]:
    """Lessons of the period, and undated ones; global ones first, then by country."""
    rows = [r for r in shelf.rows(Lesson, *of_office(Lesson, office))
            if not r.dated or falls_into(r.dated, None, period.starts, period.ends)]
    rows.sort(key=lambda r: (shelf.place(r), chronological(r.dated), r.title or "", r.id))
    return tuple(model.Lesson(r.title or "", r.text or "", r.dated, shelf.country_name(r)) for r in rows)
