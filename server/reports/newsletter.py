"""The newsletter: a few pages for partners and the public on what was achieved and what comes next."""

from __future__ import annotations

from datetime import datetime

from server.base.i18n import _, n_, number_text, use_language
from server.reports import model
from server.reports.manuscript import Manuscript
from server.reports.parts.narrative import write_text
from server.reports.parts.pictures import calendar_chart
from server.reports.parts.scope import scope_frame
from server.reports.story import Story
from server.reports.text.markup import marked
from server.reports.words import KINDS, STAGES, count, joined, languages_text, quarters_text, when, word


def newsletter_manuscript(news: model.Newsletter, moment: datetime) -> Manuscript:
    """The document in its scope's language; `moment` goes into the file's properties only."""
    with use_language(news.scope.language):
        frame = scope_frame(news.scope, _("Newsletter"), moment)
    return Manuscript(news.scope.language, frame, lambda story: _tell(story, news))


def _tell(story: Story, news: model.Newsletter) -> None:
    story.heading(1, _("The period in brief"))
    for place, part in enumerate(news.opening.split("\n\n")):
        story.paragraph(marked(part.strip()), style="body" if place else "lead")
    story.facts(_figures(news))
    calendar = calendar_chart([one for _title, group in news.stories for one in group], news.scope.period)
    if calendar:
        story.chart(calendar)
    for data, caption in news.photos[:1]:
        story.photo(data, caption)
    story.heading(1, _("What was achieved"))
    if not news.stories:
        story.paragraph(_("No achievement was reported in this period."), style="note")
    for title, achievements in news.stories:
        story.heading(2, title)
        for one in achievements:
            _achievement(story, one)
    for data, caption in news.photos[1:]:
        story.photo(data, caption, share=0.6)
    _products(story, news.products)
    _following(story, news)


def _figures(news: model.Newsletter) -> list[tuple[str, str]]:
    figures, people = news.figures, news.people
    facts = [
        (_("Achievements"), n_("%(num)s achievement", "%(num)s achievements", figures.achievements)),
        (_("Countries"), _("%(achieved)s of %(all)s with an achievement",
                           achieved=number_text(figures.countries_achieved), all=number_text(figures.countries_total))
         if not news.scope.office else ""),
        (_("Participants, where they were counted"), _came(people)),
        (_("Planned for the next 12 months"),
         n_("%(num)s key intervention", "%(num)s key interventions", figures.interventions)),
    ]
    return [(label, text) for label, text in facts if text]


def _came(people: model.People) -> str:
    if people.total is None:
        return ""
    if people.women is None:
        return count(people.total)
    return _("%(people)s, of them %(women)s women", people=count(people.total), women=number_text(people.women))


def _achievement(story: Story, one: model.Achievement) -> None:
    """In short: the first paragraph. The report has all of it."""
    if one.title:
        story.heading(3, one.title)
    write_text(story, one.narrative.strip().split("\n\n")[0])
    about = joined((when(one.date_from, one.date_to), one.place))
    if about:
        story.paragraph(about, style="note")


def _products(story: Story, products: tuple[model.Product, ...]) -> None:
    if products:
        story.heading(1, _("To read"))
        story.bullets([_product(one) for one in products])


def _product(one: model.Product) -> str:
    return joined((one.title, word(KINDS, one.kind), word(STAGES, one.stage), languages_text(one.languages)), " – ")


def _following(story: Story, news: model.Newsletter) -> None:
    if news.following:
        story.heading(1, _("What comes next"))
    for title, lines in news.following:
        story.heading(2, title)
        story.bullets([joined((one.title, quarters_text(one.quarters)), " – ") for one in lines])
