"""What is told in sentences: texts, achievements, interventions, challenges and lessons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from server.base.i18n import _, n_, number_text
from server.reports import model
from server.reports.parts.mixed import isolated
from server.reports.story import Span, Story
from server.reports.text.layout import Text
from server.reports.text.markup import marked
from server.reports.words import (
    DASH,
    KINDS,
    STATES,
    TINTS,
    comma,
    evidence_text,
    joined,
    listed,
    quarters_text,
    when,
    word,
)

_BULLET = re.compile(r"^[-•*–]\s+")
_NUMBER = re.compile(r"^(\d{1,2})[.)]\s+")
#: a title that ends so needs no full stop before the text that follows in the same line
_ENDED = (".", "!", "?", ":", "…", "।", "؟")
#: an English title in a Bengali report has an English full stop
_BENGALI = re.compile("[\u0980-\u09ff]")

#: title, text, note; any of them may be empty
Item = tuple[str, str, str]


def write_text(story: Story, text: str, empty: str = "") -> None:
    """A text people typed: blank lines part paragraphs, lines that open with a dash or with numbers that count up are
    a list, and **bold**, *italic* and [words](https://…) are what they say.

    `empty`: the sentence that stands there when nobody wrote any.
    """
    if not text.strip():
        if empty:
            story.paragraph(empty, style="note")
        return
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        for kind, group in groupby(_sorted_out(lines), key=lambda pair: pair[0]):
            told = [line for _kind, line in group]
            if kind == "bullet":
                story.bullets([marked(_BULLET.sub("", line)) for line in told])
            elif kind == "number":
                story.enumerated([(f"{number_text(_number(line) or 0)}.", marked(_NUMBER.sub("", line)))
                                  for line in told])
            else:
                story.paragraph(marked(" ".join(told)))


def _sorted_out(lines: Sequence[str]) -> list[tuple[str, str]]:
    """What each line is: "bullet", "number" or "plain". A number counts when its neighbours count up with it, so that
    a date at the head of a line is none."""
    numbers = [_number(line) for line in lines]
    found = []
    for place, (line, number) in enumerate(zip(lines, numbers, strict=True)):
        near = (numbers[place - 1] if place else None, numbers[place + 1] if place + 1 < len(lines) else None)
        counts = number is not None and (near[0] == number - 1 or near[1] == number + 1)
        found.append(("number" if counts else "bullet" if _BULLET.match(line) else "plain", line))
    return found


def _number(line: str) -> int | None:
    match = _NUMBER.match(line)
    return int(match[1]) if match else None


def write_achievements(story: Story, achievements: Sequence[model.Achievement], *, with_country: bool = False) -> None:
    """Numbered, each with its title run in, and date, agencies and evidence small below."""
    write_items(story, [(one.title, one.narrative, _about(one, with_country)) for one in achievements])


def write_items(story: Story, items: Sequence[Item]) -> None:
    """A numbered list whose titles stand in bold at the head of their text; notes small below."""
    for number, (title, text, note) in enumerate(items, 1):
        paragraphs: list[Text] = [marked(part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip()]
        if title:
            paragraphs[:1] = [_run_in(title, paragraphs[0] if paragraphs else "", story.language)]
        paragraphs = [isolated(part, story.language) for part in paragraphs]
        for place, part in enumerate(paragraphs):
            ends = place == len(paragraphs) - 1
            story.item(part, f"{number_text(number)}." if place == 0 else "", keep_next=ends and bool(note))
        if note:
            story.item_note(isolated(note, story.language))


def _run_in(title: str, text: Text, language: str) -> Text:
    stop = "" if title.endswith(_ENDED) or not text else "।" if language == "bn" and _BENGALI.search(title) else "."
    head = Span(f"{title}{stop}", bold=True)
    if isinstance(text, str):
        return (head, *((Span(f" {text}"),) if text else ()))
    return (head, Span(" "), *text)


def _about(one: model.Achievement, with_country: bool) -> str:
    total = one.people.total
    people = "" if total is None else n_("%(num)s participant", "%(num)s participants", total)
    if total is not None and one.people.women is not None:
        people = _("%(people)s, of them %(women)s women", people=people, women=number_text(one.people.women))
    agencies = _("lead: %(lead)s", lead=one.lead) if one.lead else ""
    if one.support:
        agencies = joined((agencies, _("support: %(support)s", support=listed(one.support))), comma())
    evidence = _("evidence: %(numbers)s", numbers=evidence_text(one.evidence)) if one.evidence else ""
    return joined((one.country if with_country else "", when(one.date_from, one.date_to), one.place, people,
                   agencies, evidence))


def write_interventions(story: Story, interventions: Sequence[model.Intervention]) -> None:
    """Numbered, each with its quarters and who carries it out."""
    write_items(story, [("", one.title, joined((quarters_text(one.quarters), one.responsible or one.agency)))
                        for one in interventions])


def write_challenges(story: Story, challenges: Sequence[model.Challenge], *, with_country: bool) -> None:
    """The register: what, why, what it does, what is done about it and by whom."""
    whole = [one for one in challenges if one.whole]
    write_items(story, [("", one.whole, joined((_owner(one), word(STATES, one.status)))) for one in whole])
    rest = [one for one in challenges if not one.whole]
    if not rest:
        return
    rows = []
    for one in rest:
        what = joined((one.country if with_country else "", word(KINDS, one.kind), when(one.dated)))
        rows.append(((Span(one.title, bold=True), Span(f"\n{what}")), one.cause or DASH, one.effect or DASH,
                     one.response or DASH, one.owner or DASH, word(STATES, one.status)))
    story.table((_("Challenge"), _("Cause"), _("Effect"), _("Response"), _("Owner"), _("Status")), rows,
                caption=_("Challenges, risks and issues"), small=True,
                tints={(place, 5): TINTS[one.status] for place, one in enumerate(rest) if one.status in TINTS})


def risks_in(challenges: Sequence[model.Challenge]) -> tuple[model.Challenge, ...]:
    """Those of the register that are risks and issues."""
    return tuple(one for one in challenges if one.kind in ("risk", "issue"))


def write_risks(story: Story, challenges: Sequence[model.Challenge], *, with_country: bool) -> None:
    """The log of risks and issues: numbered, open ones first, with owner, since when, state and response."""
    found = sorted(risks_in(challenges), key=lambda one: one.status == "closed")
    if not found:
        story.paragraph(_("No risk and no issue is recorded."), style="note")
        return
    rows = [(number_text(number), word(KINDS, one.kind),
             (Span(one.title or one.whole, bold=True), *((Span(f"\n{one.country}"),) if with_country and one.country
                                                         else ())),
             one.response or DASH, one.owner or DASH, when(one.dated) or DASH, word(STATES, one.status))
            for number, one in enumerate(found, 1)]
    story.table((_("No."), _("Kind"), _("Risk or issue"), _("Response"), _("Owner"), _("Since"), _("Status")), rows,
                align="rllllll", small=True,
                tints={(place, 6): TINTS[one.status] for place, one in enumerate(found) if one.status in TINTS})


def _owner(one: model.Challenge) -> str:
    return _("Owner: %(owner)s", owner=one.owner) if one.owner else ""


def write_lessons(story: Story, lessons: Sequence[model.Lesson], *, with_country: bool) -> None:
    """Lessons, numbered."""
    write_items(story, [(one.title, one.text, joined((one.country if with_country else "", when(one.dated))))
                        for one in lessons])
    if not lessons:
        story.paragraph(_("No lesson was recorded in this period."), style="note")
