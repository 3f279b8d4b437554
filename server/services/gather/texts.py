"""Texts of reports: the sections people wrote, with their figures filled in."""

from __future__ import annotations

from datetime import date

from server.base.i18n import _
from server.domain.framework.models import ReportingPeriod
from server.domain.reporting.figures import Figures, days_of, fill_figures, unknown_figures
from server.domain.reporting.models import Report, ReportSection
from server.reports import model
from server.services.gather.money import Purse
from server.services.gather.shelf import Shelf
from server.services.gather.work import WorkDone
from server.services.names import SECTIONS


def report_of(shelf: Shelf, kind: str, period: ReportingPeriod, offices: frozenset[str]) -> Report | None:
    """The report of a kind that one of `offices` keeps for the period."""
    found = [r for r in shelf.rows(Report, Report.kind == kind, Report.period_id == period.id) if r.office in offices]
    return found[0] if found else None


def figures_of(shelf: Shelf, purse: Purse, done: WorkDone, planned: int,
               meetings: tuple[model.Meeting, ...], late: int | None = None) -> Figures:
    """The figures that a report's texts may tell. `planned`: interventions of the next 12 months; `late`: countries
    whose report is late."""
    came = [m.people.total for m in meetings if m.board_kind == "global"]
    counted = [n for n in came if n is not None]
    people = [model.People(r.women, r.men, r.participants) for r in done.rows]
    came_to = [one.total for one in people if one.total is not None]
    by_sex = [(one.women, one.women + one.men) for one in people if one.women is not None and one.men is not None]
    return Figures(
        confirmed=purse.confirmed, confirmed_parts=purse.confirmed_parts, received=purse.received, spent=purse.spent,
        budget=purse.budget, spent_in_period=purse.spent_in_period, countries_achieved=len(done.countries()),
        countries_total=len(shelf.countries), achievements=len(done.rows), interventions=planned,
        participants_gpb=sum(counted) if counted else None, elsewhere=purse.elsewhere,
        received_in_period=purse.received_in_period, received_count=purse.received_count, spent_count=purse.spent_count,
        countries_late=late, participants=sum(came_to) if came_to else None,
        participants_women=sum(women for women, _all in by_sex) if by_sex else None,
        participants_by_sex=sum(everybody for _women, everybody in by_sex) if by_sex else None)


def countries_late(shelf: Shelf, period: ReportingPeriod, until: date) -> int | None:
    """Countries whose office submitted its report of the period after it was due, or has not yet though it is due on
    `until`. None when the calendar names no day."""
    due = days_of(period.due, None)
    if due is None:
        return None
    sent = {r.office: days_of(r.submitted, None) for r in
            shelf.rows(Report, Report.kind == "progress", Report.period_id == period.id) if r.status == "submitted"}
    late = set()
    for office in shelf.offices.values():
        if office.country_id in shelf.countries:
            day = sent.get(office.id)
            if (day[0] > due[1]) if day else until > due[1]:
                late.add(office.country_id)
    return len(late)


class Sections:
    """The sections of some reports, in the report's language. Of two for the same place the first one's is told."""

    def __init__(self, shelf: Shelf, *reports: Report | None) -> None:
        self._shelf = shelf
        self._texts: dict[tuple[str, str | None], str] = {}
        self._offices: dict[tuple[str, str | None], str] = {}
        self.unknown: list[model.Unknown] = []
        ids = [report.id for report in reports if report is not None]
        rows = list(shelf.rows_of(ReportSection, ReportSection.report_id, ids))
        for row in sorted(rows, key=lambda r: (ids.index(r.report_id or ""), r.id)):
            text = shelf.own(row, "text")
            if text and (row.key or "", row.output_id) not in self._texts:
                self._texts[row.key or "", row.output_id] = text
                self._offices[row.key or "", row.output_id] = row.office or ""

    def raw(self, key: str, output: str | None = None) -> str:
        """A section as typed; empty when nobody wrote it."""
        return self._texts.get((key, output), "")

    def told(self, figures: Figures, key: str, output: str | None = None) -> str:
        """A section with its figures; names that no figure has are noted in `unknown` and stay as typed."""
        text = self.raw(key, output)
        for name in unknown_figures(text):
            found = model.Unknown(name, self._words(key, output), self._office(key, output))
            self.unknown += [] if found in self.unknown else [found]
        return fill_figures(text, figures)

    def _words(self, key: str, output: str | None) -> str:
        """What people call a section."""
        title = _(SECTIONS[key]) if key in SECTIONS else key
        number = self._shelf.output_number(output)
        return title if number is None else _("Output %(number)s: %(section)s", number=number, section=title)

    def _office(self, key: str, output: str | None) -> str:
        office = self._shelf.offices.get(self._offices.get((key, output), ""))
        return (office.name or office.code or "") if office else ""


def findings_in(sections: list[Sections], figures: Figures) -> tuple[str, ...]:
    """Sentences about what is odd in the texts and sums."""
    odd = [unknown_sentence(one) for one in unknown_in(sections)]
    odd += [_("%(amount)s is in another currency and not in the totals: enter it in %(currency)s.",
              amount=f"{other.currency} {other.amount}", currency=figures.spent.currency)
            for other in figures.elsewhere]
    return tuple(odd)


def unknown_in(sections: list[Sections]) -> tuple[model.Unknown, ...]:
    """Names in braces that no figure has, each text's once."""
    return tuple(dict.fromkeys(name for one in sections for name in one.unknown))


def unknown_sentence(one: model.Unknown) -> str:
    """What is to be done about a figure that there is not."""
    return _("The text “%(section)s” of %(office)s asks for the figure {%(name)s}, which there is not: correct the "
             "word in braces.", section=one.section, office=one.office, name=one.name)


def in_named_order(countries: dict[str, model.Country], names: dict[str, str], text: str) -> list[str]:
    """Country ids in the order in which `text` names all of them; in the framework's order when it does not.

    So headquarters orders the countries of a section by the sentence that opens it. `names`: by id, in English.
    """
    places: dict[str, int] = {}
    for id, country in countries.items():
        found = [at for at in (text.find(name) for name in {names.get(id, ""), country.name} if name) if at >= 0]
        if not found:
            return list(countries)
        places[id] = min(found)
    return sorted(countries, key=lambda id: places[id])
