"""Put a report together from the records: the annual one of the programme, the progress report of an office."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from server.base.clock import Clock
from server.base.errors import NotFound
from server.base.i18n import _, use_language
from server.domain.framework.models import Country, Donor, ReportingPeriod
from server.domain.people.models import Office
from server.domain.reporting.figures import Figures, days_of
from server.domain.reporting.models import Report
from server.reports import model
from server.reports.words import glued
from server.services.gather.acronyms import acronyms_used
from server.services.gather.layouts import chapters_of
from server.services.gather.measures import milestones_of, results_in
from server.services.gather.money import Purse, purse_of
from server.services.gather.papers import EvidenceList, meetings_in, papers_of
from server.services.gather.shelf import Shelf
from server.services.gather.texts import (
    Sections,
    countries_late,
    figures_of,
    findings_in,
    in_named_order,
    report_of,
    unknown_in,
)
from server.services.gather.work import WorkDone, WorkPlan, challenges_in, lessons_in


def annual_report(
    session: Session, period_code: str | None, language: str, clock: Clock, layout: str | None = None
) -> model.AnnualReport:
    """The programme's annual progress report of a period, by code or id; None: the latest that has one or is over.

    `language`: texts of offices that write in it are told in it, all other ones in English; words and figures are in
    it throughout. Money is counted up to the report's submission, or today. `layout`: its name; None: the usual one.
    Errors: NotFound, Refused (no_layout).
    """
    with use_language(language):
        shelf = Shelf(session, language)
        period = shelf.period(period_code) if period_code else _latest(shelf, clock)
        return _annual(shelf, period, clock, layout)


def programme_money(session: Session, period_code: str, language: str, clock: Clock) -> Purse:
    """The money that the annual report of a period tells, without the rest of it. Errors: NotFound."""
    with use_language(language):
        shelf = Shelf(session, language)
        period = shelf.period(period_code)
        report = report_of(shelf, "annual", period, shelf.headquarters)
        return purse_of(shelf, period, None, _day_of(report, clock().date()))


def progress_report(
    session: Session, office_id: str, period: str, language: str, layout: str | None = None
) -> model.ProgressReport:
    """An office's report of a period (code or id) in one language: English, or the office's own.

    `layout`: its name; None: the usual one, which is what dispatches are drawn by. Errors: NotFound, Refused.
    """
    with use_language(language):
        shelf = Shelf(session, language)
        office = shelf.offices.get(office_id)
        if office is None:
            raise NotFound(_("This office is not here: receive the latest circular from headquarters first."))
        return _progress(shelf, office, shelf.period(period), layout)


def _latest(shelf: Shelf, clock: Clock) -> ReportingPeriod:
    if not shelf.periods:
        raise NotFound(_("There is no reporting period yet: add one to the framework first."))
    kept = {r.period_id for r in shelf.rows(Report, Report.kind == "annual")}
    today = clock().date().isoformat()
    told = [p for p in shelf.periods if p.id in kept] or [p for p in shelf.periods if (p.ends or "") <= today]
    return told[-1] if told else shelf.periods[0]


def _annual(shelf: Shelf, period: ReportingPeriod, clock: Clock, layout: str | None) -> model.AnnualReport:
    report = report_of(shelf, "annual", period, shelf.headquarters)
    until = _day_of(report, clock().date())
    evidence = EvidenceList(shelf, tells_awaited=True)
    done = WorkDone(shelf, period, None, evidence)
    plan = WorkPlan(shelf, shelf.after(period), None, reported=True)
    purse = purse_of(shelf, period, None, until)
    figures = figures_of(shelf, purse, done, len(plan.rows), meetings_in(shelf, period, None),
                         countries_late(shelf, period, until))
    texts = Sections(shelf, report, report_of(shelf, "progress", period, shelf.headquarters))
    local = {id: Sections(shelf, report_of(shelf, "progress", period, _offices_in(shelf, id)))
             for id in shelf.countries}
    outputs = _outputs(shelf, done, texts, local, figures)
    interventions = _interventions(shelf, plan, texts, figures)
    steps, cells = milestones_of(shelf)
    shown = {section.output for section in outputs}
    donor = min(shelf.rows(Donor), key=lambda d: (d.code != "", d.id), default=None)
    told = {key: texts.told(figures, key) for key in ("executive", "introduction", "overview", "challenges", "next")}
    all_texts = [texts, *local.values()]
    challenges, lessons = challenges_in(shelf, period, None), lessons_in(shelf, period, None)
    results, papers = results_in(shelf, period, None), papers_of(shelf, period, None, evidence)
    words = acronyms_used(shelf, tuple(told.values()), outputs, challenges, lessons, interventions, results, papers,
                          purse.notes, shelf.programme)
    return model.AnnualReport(
        language=shelf.language, programme=shelf.programme, period=_period(period),
        submitted_to=((donor.name or "") if donor else "", (donor.unit or "") if donor else ""),
        submitted=(report.submitted if report and report.submitted else until.isoformat()), figures=figures,
        countries=tuple(shelf.countries.values()),
        others=tuple(o for o in shelf.outputs.values() if o not in shown),
        executive=told["executive"], introduction=told["introduction"], overview=told["overview"], outputs=outputs,
        challenges_text=told["challenges"], challenges=challenges,
        lessons=lessons, next_text=told["next"], interventions=interventions, steps=steps,
        milestones=tuple(model.MilestoneRow(shelf.countries[id], row) for id, row in cells.items()),
        results=results, delivery=purse.rows, delivery_notes=purse.notes, papers=replace(papers, acronyms=words),
        findings=findings_in(all_texts, figures), chapters=chapters_of(shelf, "annual", layout),
        unknown=unknown_in(all_texts))


def _day_of(report: Report | None, today: date) -> date:
    days = days_of(report.submitted, None) if report is not None else None
    return days[1] if days else today


def _period(row: ReportingPeriod) -> model.Period:
    return model.Period(row.code or "", glued(row.title or ""), row.starts, row.ends)


def _offices_in(shelf: Shelf, country: str) -> frozenset[str]:
    return frozenset(o.id for o in shelf.offices.values() if o.country_id == country)


def _outputs(shelf: Shelf, done: WorkDone, texts: Sections, local: dict[str, Sections],
             figures: Figures) -> tuple[model.OutputSection, ...]:
    """The executing agency's outputs, and any other with achievements; what names no output comes last."""
    used = {row.output_id for row in done.rows}
    found: list[model.OutputSection] = []
    first = True
    for id, output in shelf.outputs.items():
        if id not in used and output.agency != shelf.programme.agency_code and not texts.raw("summary", id):
            continue
        summary, closing = texts.told(figures, "summary", id), texts.told(figures, "closing", id)
        if output.level == "global":
            found.append(model.OutputSection(output, summary, (), done.of_output(id), closing))
            continue
        order = in_named_order(shelf.countries, _english_names(shelf), texts.raw("summary", id))
        sections = [_country(shelf, done, local[c], figures, output=id, country=c, whole=first) for c in order]
        countries = tuple(s for s in sections if first or s.achievements or s.summary)
        found.append(model.OutputSection(output, summary, countries, done.of(id, None), closing))
        first = False
    loose = done.of_output(None)
    return (*found, *((model.OutputSection(None, "", (), loose, ""),) if loose else ()))


def _country(shelf: Shelf, done: WorkDone, texts: Sections, figures: Figures, *, output: str, country: str,
             whole: bool) -> model.CountrySection:
    """A country under an output. `whole`: also what its office says of all its work, when it says nothing of this."""
    summary, closing = texts.told(figures, "summary", output), texts.told(figures, "closing", output)
    if whole:
        summary = summary or texts.told(figures, "summary")
        closing = closing or texts.told(figures, "closing")
    return model.CountrySection(shelf.countries[country], summary, done.of(output, country), closing)


def _english_names(shelf: Shelf) -> dict[str, str]:
    return {row.id: row.name or "" for row in shelf.rows(Country)}


def _interventions(shelf: Shelf, plan: WorkPlan, texts: Sections,
                   figures: Figures) -> tuple[model.InterventionSection, ...]:
    """By country, then by global output of the executing agency or with interventions, then what names neither."""
    order = in_named_order(shelf.countries, _english_names(shelf), texts.raw("next"))
    found = [model.InterventionSection(shelf.countries[c], None, "", plan.of_country(c)) for c in order]
    for id, output in shelf.outputs.items():
        lines, text = plan.of_output(id), texts.told(figures, "next", id)
        if output.level == "global" and (lines or text or output.agency == shelf.programme.agency_code):
            found.append(model.InterventionSection(None, output, text, lines))
    loose = plan.of_nothing()
    return (*found, *((model.InterventionSection(None, None, "", loose),) if loose else ()))


def _progress(shelf: Shelf, office: Office, period: ReportingPeriod, layout: str | None) -> model.ProgressReport:
    mine = frozenset({office.id})
    report = report_of(shelf, "progress", period, mine)
    evidence = EvidenceList(shelf)
    done = WorkDone(shelf, period, office.id, evidence)
    following = WorkPlan(shelf, shelf.after(period), office.id, reported=True)
    purse = purse_of(shelf, period, office.id, _day_of(report, date.max))
    figures = figures_of(shelf, purse, done, len(following.rows), meetings_in(shelf, period, office.id))
    texts = Sections(shelf, report, report_of(shelf, "annual", period, mine))
    country = office.country_id if office.country_id in shelf.countries else None
    steps, cells = milestones_of(shelf)
    results = results_in(shelf, period, country, level="global" if office.kind == "hq" else None)
    sections = _office_sections(shelf, done, texts, figures)
    told = {key: texts.told(figures, key) for key in ("summary", "closing", "challenges", "next")}
    return model.ProgressReport(
        language=shelf.language, own_language=office.language or "", programme=shelf.programme, period=_period(period),
        office=office.name or "", office_code=office.code or "", country=shelf.countries[country] if country else None,
        title=(report.title or "") if report else "", status=(report.status or "draft") if report else "draft",
        submitted=report.submitted if report else None, figures=figures, summary=told["summary"], sections=sections,
        closing=told["closing"], plan=WorkPlan(shelf, period, office.id, reported=False).lines(),
        steps=steps if country else (), milestones=cells[country] if country else (), results=results,
        delivery=purse.rows, delivery_notes=purse.notes, challenges_text=told["challenges"],
        challenges=challenges_in(shelf, period, office.id), lessons=lessons_in(shelf, period, office.id),
        next_text=told["next"], interventions=following.lines(),
        papers=papers_of(shelf, period, office.id, evidence), findings=findings_in([texts], figures),
        chapters=chapters_of(shelf, "progress", layout), unknown=unknown_in([texts]))


def _office_sections(shelf: Shelf, done: WorkDone, texts: Sections,
                     figures: Figures) -> tuple[model.OutputSection, ...]:
    """Outputs with achievements or a text; what names no output comes last."""
    found = []
    for id, output in shelf.outputs.items():
        summary, closing = texts.told(figures, "summary", id), texts.told(figures, "closing", id)
        achievements = done.of_output(id)
        if achievements or summary or closing:
            found.append(model.OutputSection(output, summary, (), achievements, closing))
    loose = done.of_output(None)
    return (*found, *((model.OutputSection(None, "", (), loose, ""),) if loose else ()))
