"""Texts of reports: the sections people wrote, with their figures filled in."""

from __future__ import annotations

from server.base.i18n import _
from server.domain.framework.models import ReportingPeriod
from server.domain.reporting.figures import Figures, fill_figures, unknown_figures
from server.domain.reporting.models import Report, ReportSection
from server.reports import model
from server.services.gather.money import Purse
from server.services.gather.shelf import Shelf
from server.services.gather.work import WorkDone


def report_of(shelf: Shelf, kind: str, period: ReportingPeriod, offices: frozenset[str]) -> Report | None:
    """The report of a kind that one of `offices` keeps for the period."""
    found = [r for r in shelf.rows(Report, Report.kind == kind, Report.period_id == period.id) if r.office in offices]
    return found[0] if found else None


def figures_of(shelf: Shelf, purse: Purse, done: WorkDone, planned: int,
               meetings: tuple[model.Meeting, ...]) -> Figures:
    """The figures that a report's texts may tell. `planned`: interventions of the next 12 months."""
    came = [m.people.total for m in meetings if m.board_kind == "global"]
    counted = [n for n in came if n is not None]
    return Figures(
        confirmed=purse.confirmed, confirmed_parts=purse.confirmed_parts, received=purse.received, spent=purse.spent,
        budget=purse.budget, spent_in_period=purse.spent_in_period, countries_achieved=len(done.countries()),
        countries_total=len(shelf.countries), achievements=len(done.rows), interventions=planned,
        participants_gpb=sum(counted) if counted else None, elsewhere=purse.elsewhere)


class Sections:
    """The sections of some reports, in the report's language. Of two for the same place the first one's is told."""

    def __init__(self, shelf: Shelf, *reports: Report | None) -> None:
        self._texts: dict[tuple[str, str | None], str] = {}
        self.unknown: list[str] = []
        ids = [report.id for report in reports if report is not None]
        rows = list(shelf.rows_of(ReportSection, ReportSection.report_id, ids))
        for row in sorted(rows, key=lambda r: (ids.index(r.report_id or ""), r.id)):
            text = shelf.own(row, "text")
            if text:
                self._texts.setdefault((row.key or "", row.output_id), text)

    def raw(self, key: str, output: str | None = None) -> str:
        """A section as typed; empty when nobody wrote it."""
        return self._texts.get((key, output), "")

    def told(self, figures: Figures, key: str, output: str | None = None) -> str:
        """A section with its figures; names that no figure has are noted in `unknown` and stay as typed."""
        text = self.raw(key, output)
        self.unknown += [name for name in unknown_figures(text) if name not in self.unknown]
        return fill_figures(text, figures)


def findings_in(sections: list[Sections], figures: Figures) -> tuple[str, ...]:
    """Sentences about what is odd in the texts and sums."""
    names = dict.fromkeys(name for one in sections for name in one.unknown)
    odd = [_("The text asks for the figure {%(name)s}, which there is not: correct the word in braces.", name=name)
           for name in names]
    odd += [_("%(amount)s is in another currency and not in the totals: enter it in %(currency)s.",
              amount=f"{other.currency} {other.amount}", currency=figures.spent.currency)
            for other in figures.elsewhere]
    return tuple(odd)


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
