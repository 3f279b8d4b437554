"""An office's progress report, as it stands in each dispatch: in English, then in the office's own language."""

from __future__ import annotations

from itertools import groupby

from server.base.i18n import _, language_name, n_, number_text, percent_text, use_language
from server.domain.reporting.figures import Figures, amount_text
from server.reports import model
from server.reports.chapters import Chapters
from server.reports.frame import Cover, Frame, SignatureBox
from server.reports.manuscript import Manuscript, typeset
from server.reports.parts.measures import output_title, write_delivery, write_milestones, write_plan, write_results
from server.reports.parts.narrative import (
    write_achievements,
    write_challenges,
    write_interventions,
    write_lessons,
    write_text,
)
from server.reports.parts.papers import (
    write_agreements,
    write_decisions,
    write_evidence,
    write_meetings,
    write_products,
)
from server.reports.sheets import Rendered, Stamp
from server.reports.story import Story
from server.reports.words import STATES, comma, joined, listed, when, word


def progress_document(report: model.ProgressReport, local: model.ProgressReport | None, stamp: Stamp) -> Rendered:
    """The pages of `progress_manuscript`."""
    return typeset(progress_manuscript(report, local, stamp))


def progress_manuscript(
    report: model.ProgressReport, local: model.ProgressReport | None, stamp: Stamp
) -> Manuscript:
    """`report` in English and, where the office has a language of its own, `local` as a second part."""

    def tell(story: Story) -> None:
        story.contents()
        for edition in (report, local):
            if edition is not None:
                with use_language(edition.language):
                    if local is not None:
                        story.part(edition.language, language_name(edition.language))
                    _edition(story, edition)

    with use_language(report.language):
        return Manuscript(report.language, _frame(report, local, stamp), tell)


def _frame(report: model.ProgressReport, local: model.ProgressReport | None, stamp: Stamp) -> Frame:
    programme, period = report.programme, report.period
    title = report.title or _("Progress Report")
    number = "" if stamp.number is None else _("Dispatch %(number)s", number=stamp.number)
    editions = [language_name(one.language) for one in (report, local) if one is not None]
    facts = [
        (_("Programme"), joined((programme.title, programme.phase), " – ")),
        (_("Reporting period"), joined((period.title, when(period.starts, period.ends)), ": ")),
        (_("Status"), joined((word(STATES, report.status), when(report.submitted)))),
        (_("Languages"), listed(editions)),
        (_("Dispatch"), joined((number_text(stamp.number) if stamp.number is not None else "", stamp.fingerprint))),
    ]
    return Frame(
        title=title, when=stamp.when, subtitle=joined((report.office, period.title), "\n"),
        header_start=joined((programme.short_title, programme.phase), " – "),
        header_end=joined((title, period.title), comma()),
        footer_start=joined((report.office, number, stamp.fingerprint)),
        author=report.office, subject=f"{programme.title}, {programme.phase}, {period.title}",
        cover=Cover(
            kicker=joined(programme.agencies), facts=[(label, text) for label, text in facts if text],
            submitted_to=_("Programme Management Unit"), submitted_by=report.office,
            signature=_signature(report, number, stamp)))


def _signature(report: model.ProgressReport, number: str, stamp: Stamp) -> SignatureBox | None:
    if not stamp.signer:
        return None
    return SignatureBox([stamp.signer, report.office, joined((number, stamp.fingerprint))])


def _data(story: Story, report: model.ProgressReport) -> None:
    programme, figures, country = report.programme, report.figures, report.country
    facts = [
        (_("Programme"), joined((programme.title, programme.phase), " – ")),
        (_("Office"), report.office),
        (_("Country"), _country(report)),
        (_("Lead institution"), country.lead_institution if country else ""),
        (_("Reporting period"), joined((report.period.title, when(report.period.starts, report.period.ends)), ": ")),
        (_("Status"), joined((word(STATES, report.status), when(report.submitted)))),
        (_("Achievements"), n_("%(num)s achievement", "%(num)s achievements", figures.achievements)),
        (_("Planned for the next 12 months"),
         n_("%(num)s key intervention", "%(num)s key interventions", figures.interventions)),
        (_("Budget of the period"), amount_text(figures.budget)),
        (_("Spent in the period"), _spent(figures)),
    ]
    story.facts([(label, text) for label, text in facts if text])
    for other in figures.elsewhere:
        story.paragraph(_("Not in these totals, because it is in another currency: %(amount)s.",
                          amount=amount_text(other)), style="note")


def _country(report: model.ProgressReport) -> str:
    """The official name, which the framework has in English only; else the short one."""
    if report.country is None:
        return ""
    return report.country.official_name if report.language == "en" else report.country.name


def _spent(figures: Figures) -> str:
    rate = figures.delivery_budget
    if rate is None:
        return amount_text(figures.spent_in_period)
    return _("%(amount)s (%(rate)s of the budget)", amount=amount_text(figures.spent_in_period),
             rate=percent_text(rate))


def _edition(story: Story, report: model.ProgressReport) -> None:
    """The whole report in its language."""
    papers = report.papers
    tell = {
        "data": lambda: _data(story, report),
        "summary": lambda: write_text(story, report.summary, _("No summary was written.")),
        "achievements": lambda: _achievements(story, report),
        "plan": lambda: write_plan(story, report.plan),
        "milestones": lambda: write_milestones(story, report.steps, report.milestones),
        "boards": lambda: _boards(story, papers),
        "results": lambda: write_results(
            story, report.results, _("No indicator has a target or a value for this office in this period.")),
        "delivery": lambda: write_delivery(
            story, report.delivery, report.delivery_notes, _("Budget account"), report.programme.currency),
        "challenges": lambda: _challenges(story, report),
        "next": lambda: _next(story, report),
        "papers": lambda: _papers(story, papers),
        "evidence": lambda: write_evidence(story, papers.evidence, with_country=False),
    }
    nothing = frozenset({"milestones"} if report.country is None else ())
    Chapters(story, "progress", report.period.title, tell, nothing).write(report.chapters)


def _achievements(story: Story, report: model.ProgressReport) -> None:
    for section in report.sections:
        story.heading(2, output_title(section.output))
        write_text(story, section.summary)
        write_achievements(story, section.achievements)
        write_text(story, section.closing)
    if not report.figures.achievements:
        story.paragraph(_("No achievement was reported in this period."), style="note")
    write_text(story, report.closing)


def _boards(story: Story, papers: model.Papers) -> None:
    write_meetings(story, papers.meetings)
    write_decisions(story, papers.decisions)


def _challenges(story: Story, report: model.ProgressReport) -> None:
    write_text(story, report.challenges_text,
               "" if report.challenges else _("No challenge was reported in this period."))
    write_challenges(story, report.challenges, with_country=False)
    story.paragraph(_("Lessons learned"), style="caption")
    write_lessons(story, report.lessons, with_country=False)


def _next(story: Story, report: model.ProgressReport) -> None:
    write_text(story, report.next_text, "" if report.interventions else _("No key intervention is planned yet."))
    groups = [(output, list(lines)) for output, lines in groupby(report.interventions, key=lambda one: one.output)]
    for output, lines in groups:
        if len(groups) > 1:
            story.paragraph(output_title(output), style="caption")
        write_interventions(story, lines)


def _papers(story: Story, papers: model.Papers) -> None:
    write_agreements(story, papers.agreements, with_country=False)
    write_products(story, papers.products, with_country=False)
