"""The record of an activity: what happened, who came, what shows it, and its photos. Of a period: one after another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from server.base.errors import RuleBroken
from server.base.i18n import _, use_language
from server.reports import model
from server.reports.manuscript import Manuscript
from server.reports.parts.measures import output_title
from server.reports.parts.narrative import write_text
from server.reports.parts.scope import scope_frame, told_apart
from server.reports.story import Story
from server.reports.words import DASH, KINDS, count, joined, listed, when, when_or_dash, word


def activity_manuscript(records: model.ActivityRecords, moment: datetime) -> Manuscript:
    """The document in its scope's language; one activity alone has no cover. `moment`: for the file's properties."""
    with use_language(records.scope.language):
        frame = scope_frame(records.scope, _("Activity record"), moment, cover=not records.alone)
        if records.alone:
            title = records.records[0].title or frame.title
            frame = replace(frame, title=f"{_('Activity record')}: {title}", header_end=_("Activity record"))
    return Manuscript(records.scope.language, frame, lambda story: _tell(story, records))


def _tell(story: Story, records: model.ActivityRecords) -> None:
    if len(records.records) > 1:
        story.contents(depth=1)
    if not records.records:
        story.heading(1, _("Activities"))
        story.paragraph(_("No activity was logged in this period."), style="note")
    headings = told_apart([(one.title or _("Activity"), one.country) for one in records.records])
    for place, (heading, record) in enumerate(zip(headings, records.records, strict=True)):
        if place:
            story.page_break()
        story.heading(1, heading)
        _record(story, record)


def _record(story: Story, record: model.ActivityRecord) -> None:
    people = record.people
    facts = [
        (_("Date"), when(record.date_from, record.date_to)), (_("Place"), record.place),
        (_("Country"), record.country or _("Global level")), (_("Office"), record.office),
        (_("Output"), output_title(record.output) if record.output else ""), (_("Work plan"), record.line),
        (_("Lead agency"), record.lead), (_("Supporting agencies"), listed(record.support)),
        (_("Partners"), record.partners),
        (_("Women"), "" if people.women is None else count(people.women)),
        (_("Men"), "" if people.men is None else count(people.men)),
        (_("All participants"), "" if people.total is None else count(people.total)),
        (_("In the report"), _("Yes") if record.in_report else _("No")),
    ]
    story.facts([(label, text) for label, text in facts if text])
    story.heading(2, _("What was done, and what came of it"))
    write_text(story, record.narrative, _("Nobody has said yet what came of it."))
    _attendance(story, people)
    _evidence(story, record)
    _photos(story, record)


def _attendance(story: Story, people: model.People) -> None:
    if people.institutions:
        story.heading(2, _("Participants by institution"))
        story.table((_("Institution"), _("Women"), _("Men"), _("All")),
                    [(who or DASH, count(women), count(men), count(everyone))
                     for who, women, men, everyone in people.institutions],
                    widths=(0.7, 0.1, 0.1, 0.1), align="lrrr", small=True)


def _evidence(story: Story, record: model.ActivityRecord) -> None:
    story.heading(2, _("Evidence"))
    if not record.evidence:
        story.paragraph(_("No evidence is filed for this activity."), style="note")
        return
    rows = [(f"E{one.number}", one.title or _("This document has not arrived yet"),
             _("Photo") if one.is_photo else word(KINDS, one.kind), when_or_dash(one.dated),
             joined((one.file_name, one.note, _("The file has not arrived yet.") if one.missing else ""), "\n") or DASH)
            for one in record.evidence]
    story.table((_("No."), _("Document"), _("Kind"), _("Date"), _("File or place")), rows,
                widths=(0.07, 0.38, 0.13, 0.14, 0.28), small=True)


def _photos(story: Story, record: model.ActivityRecord) -> None:
    shown = [one for one in record.evidence if one.is_photo]
    if shown:
        story.heading(2, _("Photos"))
    for one in shown:
        caption = joined((f"E{one.number}", one.title, when(one.dated)))
        try:
            if one.photo is None:
                raise RuleBroken("")
            story.photo(one.photo, caption)
        except RuleBroken:
            said = _("This photo has not arrived here yet.") if one.missing else _("This photo cannot be printed.")
            story.placeholder(said, caption)
