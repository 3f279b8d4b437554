"""The Annual Progress Report: what the programme hands to its donor, in the order donors know."""

from __future__ import annotations

from datetime import datetime

from server.base.i18n import _, n_, number_text, use_language
from server.domain.reporting.figures import amount_text
from server.reports import model
from server.reports.chapters import Chapters
from server.reports.frame import Cover, Frame
from server.reports.manuscript import Manuscript, typeset
from server.reports.parts.footnotes import derived
from server.reports.parts.measures import output_title, write_delivery, write_milestone_matrix, write_results
from server.reports.parts.narrative import (
    risks_in,
    write_achievements,
    write_challenges,
    write_interventions,
    write_lessons,
    write_risks,
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
from server.reports.words import BULLET, glued, joined, listed, month_of, when


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
    papers = report.papers
    tell = {
        "executive": lambda: write_text(story, report.executive),
        "data": lambda: _data_table(story, report),
        "introduction": lambda: write_text(story, report.introduction, _("No introduction was written.")),
        "achievements": lambda: _achievements(story, report),
        "challenges": lambda: _challenges(story, report),
        "next": lambda: _next(story, report),
        "milestones": lambda: write_milestone_matrix(story, report.steps, report.milestones),
        "results": lambda: _results(story, report),
        "delivery": lambda: _money(story, report),
        "boards": lambda: _boards(story, papers),
        "participants": lambda: _participants(story, report),
        "evidence": lambda: write_evidence(story, papers.evidence, with_country=True),
        "papers": lambda: _papers(story, papers),
        "risks": lambda: write_risks(story, report.challenges, with_country=True),
        "acronyms": lambda: write_acronyms(story, papers.acronyms),
    }
    nothing = {"executive": not report.executive.strip(), "risks": not risks_in(report.challenges)}
    Chapters(story, "annual", report.period.title, tell,
             frozenset(key for key, empty in nothing.items() if empty)).write(report.chapters)


def _data_table(story: Story, report: model.AnnualReport) -> None:
    programme, figures = report.programme, report.figures
    places = [c.name if c.confirmed else _("%(country)s (to be confirmed)", country=c.name) for c in report.countries]
    leads = [f"{BULLET}{c.official_name}: {c.lead_institution}" for c in report.countries if c.lead_institution]
    confirmed, received, spent = (
        _("Total confirmed funding"), _("Total funds received to date"), _("Total expenditures"))
    facts = [
        (_("Executing organization"), programme.agency),
        (_("Project period"), when(programme.starts, programme.ends)),
        (_("Geographical coverage"), listed(places)),
        (_("Project beneficiaries"), programme.beneficiaries),
        (_("Project partners"), "\n".join(filter(None, (programme.partners, *leads)))),
        (_("Reporting period"), when(report.period.starts, report.period.ends)),
        (_("Date of submission"), when(report.submitted)),
        (derived(story, confirmed, _sum_of(len(figures.confirmed_parts), "commitments")), figures.confirmed_text()),
        (derived(story, received, _sum_of(figures.received_count, "instalments")), amount_text(figures.received)),
        (derived(story, spent, _sum_of(figures.spent_count, "expenditures")), amount_text(figures.spent)),
        (derived(story, _("Delivery"), f"{spent} ÷ {received}; {spent} ÷ {confirmed}"), _delivery(figures.words())),
    ]
    story.facts([(label, text or _("Not given")) for label, text in facts])
    story.footnotes()
    for other in figures.elsewhere:
        story.paragraph(_("Not in these totals, because it is in another currency: %(amount)s.",
                          amount=amount_text(other)), style="note")


def _sum_of(count: int, what: str) -> str:
    """What a total adds up, in words."""
    if what == "commitments":
        return n_("sum of %(num)s commitment", "sum of %(num)s commitments", count)
    if what == "instalments":
        return n_("sum of %(num)s instalment", "sum of %(num)s instalments", count)
    return n_("sum of %(num)s expenditure, from the first period to this one",
              "sum of %(num)s expenditures, from the first period to this one", count)


def _delivery(words: dict[str, str]) -> str:
    return _("%(received)s of the funds received, %(confirmed)s of the confirmed funding",
             received=words["delivery_received"], confirmed=words["delivery_confirmed"])


def _achievements(story: Story, report: model.AnnualReport) -> None:
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
        numbers = listed(number_text(o.number) for o in others if o.agency == agency)
        count = sum(o.agency == agency for o in others)
        story.paragraph(n_("Output %(numbers)s is the responsibility of %(agency)s, which reports on it.",
                           "Outputs %(numbers)s are the responsibility of %(agency)s, which reports on them.",
                           count, numbers=numbers, agency=agency), style="note")


def _challenges(story: Story, report: model.AnnualReport) -> None:
    write_text(story, report.challenges_text,
               "" if report.challenges else _("No challenge was reported in this period."))
    logged = any(chapter.key == "risks" for chapter in report.chapters)
    apart = risks_in(report.challenges) if logged else ()
    write_challenges(story, [one for one in report.challenges if one not in apart], with_country=True)
    story.heading(3, _("Lessons learned"))
    write_lessons(story, report.lessons, with_country=True)


def _next(story: Story, report: model.AnnualReport) -> None:
    write_text(story, report.next_text)
    for section in report.interventions:
        if section.country is not None:
            story.heading(3, section.country.name)
        elif section.output is not None:
            story.heading(3, glued(_("Output %(number)s", number=section.output.number)))
        else:
            story.heading(3, _("Other interventions"))
        write_text(story, section.text)
        write_interventions(story, section.interventions)
        if not section.interventions:
            story.paragraph(_("No key intervention is planned yet."), style="note")


def _results(story: Story, report: model.AnnualReport) -> None:
    progress = progress_chart(report.results)
    if progress:
        story.chart(progress)
    write_results(story, report.results, _("No indicator is defined for this programme."))


def _money(story: Story, report: model.AnnualReport) -> None:
    story.paragraph(_("Budget and expenditure of %(period)s, %(dates)s.", period=report.period.title,
                      dates=when(report.period.starts, report.period.ends)))
    write_delivery(story, report.delivery, report.delivery_notes, _("Country or output"), report.programme.currency)


def _boards(story: Story, papers: model.Papers) -> None:
    write_meetings(story, papers.meetings)
    write_decisions(story, papers.decisions)


def _participants(story: Story, report: model.AnnualReport) -> None:
    meetings = report.papers.meetings
    write_participants(story, report.achievements, meetings)
    people = people_chart([*((a.title, a.people) for a in report.achievements),
                           *((m.title or m.board, m.people) for m in meetings)])
    if people:
        story.chart(people)


def _papers(story: Story, papers: model.Papers) -> None:
    write_products(story, papers.products, with_country=True)
    write_agreements(story, papers.agreements, with_country=True)
