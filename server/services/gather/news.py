"""The facts of a newsletter: achievements by country or output, what was published, what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from server.base.i18n import _
from server.domain.framework.models import ReportingPeriod
from server.reports import model
from server.services.gather.ledger import scope_of
from server.services.gather.money import purse_of
from server.services.gather.papers import EvidenceList, meetings_in, papers_of
from server.services.gather.shelf import Shelf
from server.services.gather.texts import Sections, figures_of, report_of
from server.services.gather.work import WorkDone, WorkPlan


def newsletter_of(shelf: Shelf, period: ReportingPeriod, office: str | None) -> model.Newsletter:
    """Of the programme, told by country and output, or of one office. The opening is the report's own summary."""
    evidence = EvidenceList(shelf)
    done = WorkDone(shelf, period, office, evidence)
    plan = WorkPlan(shelf, shelf.after(period), office, reported=True)
    purse = purse_of(shelf, period, office, date.max)
    figures = figures_of(shelf, purse, done, len(plan.rows), meetings_in(shelf, period, office))
    kind, whose = ("progress", frozenset({office})) if office else ("annual", shelf.headquarters)
    texts = Sections(shelf, report_of(shelf, kind, period, frozenset(filter(None, whose))))
    opening = texts.told(figures, "overview") or texts.told(figures, "summary") or texts.told(figures, "introduction")
    stories = _stories(shelf, done)
    return model.Newsletter(
        scope=scope_of(shelf, period, office), opening=opening, figures=figures,
        people=_all(one.people for _title, group in stories for one in group), stories=stories,
        products=papers_of(shelf, period, office, evidence).products, following=_following(shelf, plan))


def _stories(shelf: Shelf, done: WorkDone) -> tuple[tuple[str, tuple[model.Achievement, ...]], ...]:
    """By country, then what is of no country by output."""
    found: list[tuple[str, tuple[model.Achievement, ...]]] = []
    for id, country in shelf.countries.items():
        found.append((country.name, tuple(a for output in [*shelf.outputs, None] for a in done.of(output, id))))
    for output_id, output in shelf.outputs.items():
        found.append((output.title or _("Output %(number)s", number=output.number), done.of(output_id, None)))
    found.append((_("Global level"), done.of(None, None)))
    return tuple((title, group) for title, group in found if group)


def _following(shelf: Shelf, plan: WorkPlan) -> tuple[tuple[str, tuple[model.Intervention, ...]], ...]:
    found = [(country.name, plan.of_country(id)) for id, country in shelf.countries.items()]
    found += [(output.title, plan.of_output(id)) for id, output in shelf.outputs.items()]
    found.append((_("Global level"), plan.of_nothing()))
    return tuple((title, lines) for title, lines in found if lines)


def _all(people: Iterable[model.People]) -> model.People:
    """Everybody who was counted; women only when all who were counted were counted by sex."""
    counted = [one for one in people if one.total is not None]
    if not counted:
        return model.People()
    by_sex = all(one.women is not None for one in counted)
    return model.People(women=sum(one.women or 0 for one in counted) if by_sex else None,
                        participants=sum(one.total or 0 for one in counted))
