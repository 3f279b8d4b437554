"""The Annual Progress Report: what the programme hands to its donor, in the order donors know."""

from __future__ import annotations

from datetime import datetime

from server.base.i18n import _, n_, number_text, use_language
from server.domain.reporting.figures import amount_text
from server.reports import model
from server.reports.frame import Cover, Frame
from server.reports.manuscript import Manuscript, typeset
from server.reports.parts.measures import output_title, write_delivery, write_milestone_matrix, write_results
from server.reports.parts.narrative import (
    write_achievements,
    write_challenges,
    write_interventions,
    write_lessons,
    write_text,
)
from server.reports.parts.papers import (
    write_acronyms,
    write_agreements,
    write_decisions,
    write_evidence,
    write_meetings,
    write_participants,
    write_products,
)
from server.reports.parts.pictures import people_chart, progress_chart
from server.reports.sheets import Rendered
from server.reports.story import Story
from server.reports.words import joined, month_of, when


def annual_document(report: model.AnnualReport, moment: datetime) -> Rendered:
    """The pages of `annual_manuscript`."""
    return typeset(annual_manuscript(report, moment))


def annual_manuscript(report: model.AnnualReport, moment: datetime) -> Manuscript:
    """The report in its language. `moment` goes into the file's properties, nowhere on the pages."""
    with use_language(report.language):
        frame = _frame(report, moment)
    return Manuscript(report.language, frame, lambda story: _tell(story, report))


def _frame(report: model.AnnualReport, moment: datetime) -> Frame:
    programme, period = report.programme, report.period
    named = joined((f"“{programme.title}”", programme.phase), " – ")
    span = joined((month_of(period.starts), month_of(period.ends)), " – ")
    office = joined((_("Programme Management Unit"), programme.short_title, programme.agency), "\n")
    return Frame(
        title=_("Annual Progress Report"), when=moment,
        subtitle=_("Global programme on %(programme)s", programme=named) + f"\n({span})",
        header_start=joined((programme.short_title, programme.phase), " – "),
        header_end=_("Annual Progress Report, %(period)s", period=period.title),
        footer_start=span, author=_("Programme Management Unit"),
        subject=f"{programme.title}, {programme.phase}",
        cover=Cover(
            kicker=joined(programme.agencies), facts=(
                (_("Programme"), joined((programme.title, programme.phase), " – ")),
                (_("Reporting period"), joined((period.title, when(period.starts, period.ends)), ": ")),
                (_("Submitted"), month_of(report.submitted)),
            ),
            submitted_to="\n".join(filter(None, report.submitted_to)), submitted_by=office))


def _tell(story: Story, report: model.AnnualReport) -> None:
    story.contents()
    _data_table(story, report)
    _introduction(story, report)
    _achievements(story, report)
    _challenges(story, report)
    _next(story, report)
    _annexes(story, report)


def _data_table(story: Story, report: model.AnnualReport) -> None:
    programme, figures = report.programme, report.figures
    places = [c.name if c.confirmed else _("%(country)s (to be confirmed)", country=c.name) for c in report.countries]
    leads = [f"• {c.official_name}: {c.lead_institution}" for c in report.countries if c.lead_institution]
    story.heading(1, _("Project Data Table"))
    facts = [
        (_("Executing organization"), programme.agency),
        (_("Project period"), when(programme.starts, programme.ends)),
        (_("Geographical coverage"), ", ".join(places)),
        (_("Project beneficiaries"), programme.beneficiaries),
        (_("Project partners"), "\n".join(filter(None, (programme.partners, *leads)))),
        (_("Reporting period"), when(report.period.starts, report.period.ends)),
        (_("Date of submission"), when(report.submitted)),
        (_("Total confirmed funding"), figures.confirmed_text()),
        (_("Total funds received to date"), amount_text(figures.received)),
        (_("Total expenditures"), amount_text(figures.spent)),
        (_("Delivery"), _delivery(figures.words())),
    ]
    story.facts([(label, text or _("Not given")) for label, text in facts])
    for other in figures.elsewhere:
        story.paragraph(_("Not in these totals, because it is in another currency: %(amount)s.",
                          amount=amount_text(other)), style="note")


def _delivery(words: dict[str, str]) -> str:
    return _("%(received)s of the funds received, %(confirmed)s of the confirmed funding",
             received=words["delivery_received"], confirmed=words["delivery_confirmed"])


def _introduction(story: Story, report: model.AnnualReport) -> None:
    story.heading(1, _("1.0 Introduction"))
    write_text(story, report.introduction, _("No introduction was written."))


def _achievements(story: Story, report: model.AnnualReport) -> None:
    story.heading(1, _("2.0 Key achievements for %(period)s", period=report.period.title))
    story.heading(2, _("a. Overview"))
    write_text(story, report.overview, _("No overview was written."))
    story.heading(2, _("b. Achievements by outputs"))
    if not report.outputs:
        story.paragraph(_("No achievement was reported."), style="note")
    for section in report.outputs:
        _output(story, section)
    if report.others:
        _others(story, report.others)


def _output(story: Story, section: model.OutputSection) -> None:
    story.heading(2, output_title(section.output) if section.output else _("Other achievements"))
    write_text(story, section.summary)
    for country in section.countries:
        story.heading(3, country.country.name)
        write_text(story, country.summary)
        write_achievements(story, country.achievements)
        write_text(story, country.closing)
        if not country.achievements and not country.summary:
            story.paragraph(_("The office reported no achievement in this period."), style="note")
    write_achievements(story, section.achievements, with_country=section.output is None)
    if not section.achievements and not section.countries:
        story.paragraph(_("No achievement was reported under this output."), style="note")
    write_text(story, section.closing)


def _others(story: Story, others: tuple[model.Output, ...]) -> None:
    for agency in dict.fromkeys(o.agency for o in others if o.agency):
        numbers = ", ".join(number_text(o.number) for o in others if o.agency == agency)
        count = sum(o.agency == agency for o in others)
        story.paragraph(n_("Output %(numbers)s is the responsibility of %(agency)s, which reports on it.",
                           "Outputs %(numbers)s are the responsibility of %(agency)s, which reports on them.",
                           count, numbers=numbers, agency=agency), style="note")


def _challenges(story: Story, report: model.AnnualReport) -> None:
    story.heading(1, _("3.0 Challenges and reasons for shortfalls in the achievement of outputs"))
    write_text(story, report.challenges_text,
               "" if report.challenges else _("No challenge was reported in this period."))
    write_challenges(story, report.challenges, with_country=True)
    story.heading(3, _("Lessons learned"))
    write_lessons(story, report.lessons, with_country=True)


def _next(story: Story, report: model.AnnualReport) -> None:
    story.heading(1, _("4.0 Summary of key interventions in the next 12 months"))
    write_text(story, report.next_text)
    for section in report.interventions:
        if section.country is not None:
            story.heading(3, section.country.name)
        elif section.output is not None:
            story.heading(3, _("Output %(number)s", number=section.output.number))
        else:
            story.heading(3, _("Other interventions"))
        write_text(story, section.text)
        write_interventions(story, section.interventions)
        if not section.interventions:
            story.paragraph(_("No key intervention is planned yet."), style="note")


def _annexes(story: Story, report: model.AnnualReport) -> None:
    papers, currency = report.papers, report.programme.currency
    story.landscape()
    story.heading(1, _("Annex A. Milestones by country"))
    write_milestone_matrix(story, report.steps, report.milestones)
    story.page_break()
    story.heading(1, _("Annex B. Results framework"))
    write_results(story, report.results, _("No indicator is defined for this programme."))
    progress = progress_chart(report.results)
    if progress:
        story.chart(progress)
    story.portrait()
    story.heading(1, _("Annex C. Delivery by country and output"))
    story.paragraph(_("Budget and expenditure of %(period)s, %(dates)s.", period=report.period.title,
                      dates=when(report.period.starts, report.period.ends)))
    write_delivery(story, report.delivery, report.delivery_notes, _("Country or output"), currency)
    story.page_break()
    story.heading(1, _("Annex D. Board meetings and decisions"))
    write_meetings(story, papers.meetings)
    write_decisions(story, papers.decisions)
    story.heading(1, _("Annex E. Participants by sex and institution"))
    write_participants(story, report.achievements, papers.meetings)
    people = people_chart([*((a.title, a.people) for a in report.achievements),
                           *((m.title or m.board, m.people) for m in papers.meetings)])
    if people:
        story.chart(people)
    story.heading(1, _("Annex F. Evidence"))
    write_evidence(story, papers.evidence, with_country=True)
    story.heading(1, _("Annex G. Knowledge products and agreements"))
    write_products(story, papers.products, with_country=True)
    write_agreements(story, papers.agreements, with_country=True)
    story.heading(1, _("Annex H. Acronyms"))
    write_acronyms(story, papers.acronyms)
