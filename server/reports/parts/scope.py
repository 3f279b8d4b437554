"""The frame of a document on one subject: its cover, header and footer say whose it is and of which period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from server.base.i18n import _
from server.reports import model
from server.reports.frame import Cover, Frame
from server.reports.story import Story
from server.reports.words import comma, joined, when


def scope_frame(scope: model.Scope, title: str, moment: datetime, *, cover: bool = True) -> Frame:
    """The frame; `moment` goes into the file's properties only."""
    programme, period = scope.programme, scope.period
    by = scope.office or joined((_("Programme Management Unit"), programme.agency), "\n")
    facts = (
        (_("Programme"), joined((programme.title, programme.phase), " – ")),
        (_("Office"), scope.office or _("All offices of the programme")),
        (_("Reporting period"), joined((period.title, when(period.starts, period.ends)), ": ")),
    )
    return Frame(
        title=title, when=moment, subtitle=joined((scope.office or programme.title, period.title), "\n"),
        header_start=joined((programme.short_title, programme.phase), " – "),
        header_end=joined((title, period.title), comma()), footer_start=scope.office or programme.agency,
        author=scope.office or _("Programme Management Unit"), subject=f"{programme.title}, {programme.phase}",
        cover=Cover(kicker=joined(programme.agencies), facts=facts, submitted_by=by) if cover else None)


def told_apart(records: Sequence[tuple[str, str]]) -> list[str]:
    """Headings of records, given (title, country): those with the same title say their countries too."""
    many = Counter(title for title, _country in records)
    return [joined((title, country), " – ") if many[title] > 1 else title for title, country in records]


def write_remarks(story: Story, notes: tuple[str, ...]) -> None:
    """What must be known of the figures above."""
    for note in notes:
        story.paragraph(note, style="note")
