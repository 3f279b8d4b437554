"""Tables of boards and papers: meetings, decisions, participants, evidence, products, agreements, acronyms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, zip_longest

from server.base.i18n import _, number_text, percent_text
from server.base.money import percentage
from server.reports import model
from server.reports.parts.footnotes import derived
from server.reports.story import Band, Span, Story
from server.reports.table import Row
from server.reports.words import (
    DASH,
    KINDS,
    STAGES,
    STATES,
    TINTS,
    count,
    joined,
    languages_text,
    when,
    when_or_dash,
    word,
)


def write_meetings(story: Story, meetings: Sequence[model.Meeting]) -> None:
    """Which boards met, when, where, and how many came."""
    if not meetings:
        story.paragraph(_("No board met in this period."), style="note")
        return
    story.table((_("Board"), _("Meeting"), _("Date"), _("Place"), _("Participants")),
                [(m.board or DASH, m.title or DASH, when_or_dash(m.date_from, m.date_to), m.place or DASH,
                  count(m.people.total)) for m in meetings],
                widths=(0.27, 0.31, 0.16, 0.14, 0.12), align="llllr", small=True, caption=_("Meetings"))


def write_decisions(story: Story, decisions: Sequence[model.Decision]) -> None:
    """Decisions with what follows from them; open ones come first and come back until they are closed."""
    if not decisions:
        story.paragraph(_("No decision was taken or is open."), style="note")
        return
    rows = []
    for one in decisions:
        held = joined((one.board, when(one.dated)))
        rows.append(((Span(one.text, bold=one.status != "closed"), Span(f"\n{held}" if held else "")),
                     joined((one.action, one.note), "\n") or DASH, one.owner or DASH, when_or_dash(one.due),
                     joined((word(STATES, one.status), when(one.closed)), "\n")))
    story.table((_("Decision"), _("Action"), _("Owner"), _("Due"), _("Status")), rows,
                small=True, caption=_("Decisions and follow-up; open ones come first"),
                tints={(place, 4): TINTS[one.status] for place, one in enumerate(decisions) if one.status in TINTS})


@dataclass(frozen=True)
class _Event:
    """Something people came to."""

    name: str
    on: str
    country: str
    people: model.People

    @property
    def numbered(self) -> bool:
        return any(n is not None for n in (self.people.women, self.people.men, self.people.total))


def write_participants(story: Story, achievements: Sequence[model.Achievement],
                       meetings: Sequence[model.Meeting]) -> None:
    """Who took part, women and men, where it was counted: by event, then by institution."""
    activities = [_Event(a.title, when_or_dash(a.date_from, a.date_to), a.country, a.people) for a in achievements]
    boards = [_Event(joined((m.board, m.title), ": "), when_or_dash(m.date_from, m.date_to), m.country, m.people)
              for m in meetings]
    tables = [(_("Activities"), [e for e in activities if e.numbered]),
              (_("Meetings of boards"), [e for e in boards if e.numbered])]
    if any(events for _caption, events in tables):
        story.paragraph(_("Only events whose participants were counted are listed; a dash says that a figure was not "
                          "recorded. An event can be both an activity and a meeting: the two tables are not added "
                          "up."), style="note")
    else:
        story.paragraph(_("Participants were not counted in this period."), style="note")
    for caption, events in tables:
        if events:
            _events(story, caption, events)
    _institutions(story, [*boards, *activities])


def _events(story: Story, caption: str, events: Sequence[_Event]) -> None:
    people = [e.people for e in events]
    whole = derived(story, _("Counted in all"), _("sum of the figures above; what was not counted is not in it"))
    sums = [_sum([p.women for p in people]), _sum([p.men for p in people]), _sum([p.total for p in people])]
    story.table((_("Event"), _("Date"), _("Country"), _("Women"), _("Men"), _("All")),
                [*((e.name, e.on, e.country or DASH, count(e.people.women), count(e.people.men), count(e.people.total))
                   for e in events), (whole, "", "", *map(count, sums))],
                widths=(0.42, 0.2, 0.14, 0.08, 0.08, 0.08), align="lllrrr", caption=caption, total_row=True)
    story.footnotes()
    _share_of_women(story, people)


def _share_of_women(story: Story, people: Sequence[model.People]) -> None:
    by_sex = [(one.women, one.men) for one in people if one.women is not None and one.men is not None]
    women, counted = sum(w for w, _m in by_sex), sum(w + m for w, m in by_sex)
    if counted:
        story.paragraph(
            _("Of %(counted)s people counted by sex, %(women)s were women: %(share)s.", counted=number_text(counted),
              women=number_text(women), share=percent_text(percentage(Decimal(women), Decimal(counted)))), style="note")


def _sum(numbers: Sequence[int | None]) -> int | None:
    counted = [n for n in numbers if n is not None]
    return sum(counted) if counted else None


def _institutions(story: Story, events: Sequence[_Event]) -> None:
    """Institutions with their numbers, by event; a meeting that was logged as an activity too is told once."""
    told: set[tuple[str, object]] = set()
    rows: list[Row] = []
    for event in events:
        same = (event.on, event.people.institutions)
        if event.people.institutions and same not in told:
            told.add(same)
            rows.append(Band(joined((event.name, event.country, event.on))))
            rows += [(who, count(women), count(men), count(everyone))
                     for who, women, men, everyone in event.people.institutions]
    if rows:
        story.table((_("Institution"), _("Women"), _("Men"), _("All")), rows, widths=(0.73, 0.09, 0.09, 0.09),
                    align="lrrr", caption=_("Institutions that took part"))


def write_evidence(story: Story, evidence: Sequence[model.Evidence], *, with_country: bool) -> None:
    """What the report refers to as E1, E2 and so on."""
    if not evidence:
        story.paragraph(_("No evidence was filed for this period."), style="note")
        return
    columns = [(_("No."), 0.06), (_("Document"), 0.34), (_("Country"), 0.13), (_("Kind"), 0.11), (_("Date"), 0.12),
               (_("File or place"), 0.24)]
    shown = [place for place in range(len(columns)) if with_country or place != 2]
    rows = [(f"E{one.number}", one.title or _("This document has not arrived yet"), one.country or DASH,
             word(KINDS, one.kind), when_or_dash(one.dated),
             joined((one.file_name, one.note, _awaited(one)), "\n") or DASH)
            for one in evidence]
    story.table([columns[place][0] for place in shown], [[row[place] for place in shown] for row in rows],
                widths=[columns[place][1] for place in shown], small=True)


def _awaited(one: model.Evidence) -> str:
    return _("The file has not arrived yet.") if one.awaited else ""


def write_products(story: Story, products: Sequence[model.Product], *, with_country: bool) -> None:
    """Knowledge products and how far they are."""
    if not products:
        story.paragraph(_("No knowledge product was worked on in this period."), style="note")
        return
    rows: list[Row] = []
    for country, group in groupby(products, key=lambda one: one.country):
        rows += [Band(country or _("Global level"))] if with_country else []
        rows += [(one.title, word(KINDS, one.kind), word(STAGES, one.stage), when_or_dash(one.dated),
                  languages_text(one.languages) or DASH, count(one.copies), one.note or DASH) for one in group]
    story.table((_("Knowledge product"), _("Kind"), _("Stage"), _("Date"), _("Languages"), _("Copies"), _("Remark")),
                rows, align="lllllrl", small=True,
                caption=_("Knowledge products"))


def write_agreements(story: Story, agreements: Sequence[model.Agreement], *, with_country: bool) -> None:
    """Agreements, who signs them and how far they are."""
    if not agreements:
        story.paragraph(_("No agreement was drafted or signed in this period."), style="note")
        return
    rows: list[Row] = []
    tints: dict[tuple[int, int], str] = {}
    for country, group in groupby(agreements, key=lambda one: one.country):
        rows += [Band(country or _("Global level"))] if with_country else []
        for one in group:
            tints.update({(len(rows), 3): TINTS[one.stage]} if one.stage in TINTS else {})
            rows.append((one.title, word(KINDS, one.kind), one.parties or DASH, word(STAGES, one.stage),
                         when_or_dash(one.signed or one.drafted), one.note or DASH))
    story.table((_("Agreement"), _("Kind"), _("Parties"), _("Stage"), _("Date"), _("Remark")), rows,
                tints=tints, small=True, caption=_("Agreements"))


def write_acronyms(story: Story, acronyms: Sequence[tuple[str, str]]) -> None:
    """Short forms and what they stand for: two lists side by side, read one after the other."""
    if not acronyms:
        story.paragraph(_("No acronyms are listed."), style="note")
        return
    half = -(-len(acronyms) // 2)
    rows = [[cell for code, title in pair for cell in ((Span(code, bold=True),), title)]
            for pair in zip_longest(acronyms[:half], acronyms[half:], fillvalue=("", ""))]
    head = (_("Acronym"), _("Meaning"))
    story.table((*head, *head), rows, widths=(0.12, 0.38, 0.12, 0.38), small=True)
