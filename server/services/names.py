"""What records and their fields are called by people, on every page and on the command line."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from server.base.i18n import _, mark
from server.base.text import shortened
from server.db.base import synced_models

#: table -> (one, several)
TABLES: Mapping[str, tuple[str, str]] = {
    "acronym": (mark("Acronym"), mark("Acronyms")),
    "activity": (mark("Activity"), mark("Activities")),
    "agency": (mark("Agency"), mark("Agencies")),
    "agreement": (mark("Agreement"), mark("Agreements")),
    "attendance": (mark("Attendance"), mark("Attendances")),
    "board": (mark("Board"), mark("Boards")),
    "board_member": (mark("Board member"), mark("Board members")),
    "budget_account": (mark("Budget account"), mark("Budget accounts")),
    "budget_line": (mark("Budget line"), mark("Budget lines")),
    "challenge": (mark("Challenge"), mark("Challenges")),
    "commitment": (mark("Commitment"), mark("Commitments")),
    "country": (mark("Country"), mark("Countries")),
    "decision": (mark("Decision"), mark("Decisions")),
    "device": (mark("Laptop"), mark("Laptops")),
    "document": (mark("Document"), mark("Documents")),
    "donor": (mark("Donor"), mark("Donors")),
    "expenditure": (mark("Expenditure"), mark("Expenditures")),
    "indicator": (mark("Indicator"), mark("Indicators")),
    "indicator_target": (mark("Indicator target"), mark("Indicator targets")),
    "indicator_value": (mark("Indicator value"), mark("Indicator values")),
    "instalment": (mark("Instalment"), mark("Instalments")),
    "knowledge_product": (mark("Knowledge product"), mark("Knowledge products")),
    "layout_section": (mark("Section of a layout"), mark("Sections of layouts")),
    "lesson": (mark("Lesson"), mark("Lessons")),
    "lost_change": (mark("Lost change"), mark("Lost changes")),
    "adopted_change": (mark("Adopted change"), mark("Adopted changes")),
    "meeting": (mark("Meeting"), mark("Meetings")),
    "meeting_attendance": (mark("Attendance of a meeting"), mark("Attendances of meetings")),
    "milestone": (mark("Milestone"), mark("Milestones")),
    "milestone_type": (mark("Step of the milestone list"), mark("Steps of the milestone list")),
    "office": (mark("Office"), mark("Offices")),
    "output": (mark("Output"), mark("Outputs")),
    "person": (mark("Person"), mark("Persons")),
    "planned_activity": (mark("Line of the work plan"), mark("Lines of the work plan")),
    "programme": (mark("Programme"), mark("Programmes")),
    "report": (mark("Report"), mark("Reports")),
    "report_layout": (mark("Layout of reports"), mark("Layouts of reports")),
    "report_section": (mark("Text of a report"), mark("Texts of reports")),
    "reporting_period": (mark("Reporting period"), mark("Reporting periods")),
    "review": (mark("Review"), mark("Reviews")),
}

#: field -> what it is called, whatever the table
FIELDS: Mapping[str, str] = {
    "account_id": mark("Budget account"), "action": mark("Action"), "agency_id": mark("Responsible agency"),
    "agenda": mark("Agenda"), "amount": mark("Amount"), "baseline": mark("Baseline"), "cause": mark("Cause"),
    "closed": mark("Closed on"), "code": mark("Code"), "copies": mark("Copies"), "country_id": mark("Country"),
    "currency": mark("Currency"), "date_from": mark("Date"), "date_to": mark("End date"), "dated": mark("Date"),
    "donor_id": mark("Donor"), "drafted": mark("Drafted on"), "due": mark("Due date"), "effect": mark("Effect"),
    "email": mark("E-mail address"), "endorsed": mark("Endorsed by the board on"),
    "evidence_ids": mark("Evidence"), "in_report": mark("Goes into the report"),
    "heading": mark("Heading"), "institution": mark("Institution"), "kind": mark("Kind"), "language": mark("Language"),
    "languages": mark("Languages"), "lead_agency_id": mark("Lead agency"), "mandate": mark("Mandate"),
    "men": mark("Men"), "minutes": mark("Minutes"), "name": mark("Name"), "narrative": mark("Narrative"),
    "narrative_local": mark("Narrative in the office’s language"), "note": mark("Note"), "output_id": mark("Output"),
    "number": mark("Number"), "owner": mark("Owner"), "part_of_id": mark("Part of"),
    "participants": mark("All participants"), "parties": mark("Parties"),
    "partners": mark("Partners"), "period_id": mark("Period"), "place": mark("Place"),
    "planned_id": mark("Line of the work plan"), "position": mark("Place in the report"),
    "quarters": mark("Quarters"), "rag": mark("Red, amber or green"), "response": mark("Response"),
    "responsible": mark("Responsible"), "role": mark("Role"), "short_title": mark("Short title"),
    "shown": mark("Stands in the report"),
    "signed": mark("Signed on"), "stage": mark("Stage"), "status": mark("Status"), "submitted": mark("Submitted on"),
    "support_agency_ids": mark("Supporting agencies"), "text": mark("Text"),
    "text_local": mark("Text in the office’s language"), "title": mark("Title"),
    "title_local": mark("Title in the office’s language"), "tor_dated": mark("Terms of reference dated"),
    "tor_stage": mark("Terms of reference"), "type_id": mark("Step of the milestone list"),
    "unit": mark("Unit"), "usual": mark("Used unless another is chosen"), "value": mark("Value"),
    "women": mark("Women"),
}


#: sections of a report by their key
SECTIONS: Mapping[str, str] = {
    "executive": mark("Executive summary"), "introduction": mark("Introduction"),
    "overview": mark("Overview of the period"), "summary": mark("Opening"),
    "closing": mark("Closing"), "challenges": mark("Challenges"), "next": mark("Next 12 months"),
}  # fmt: skip

#: what tells records without a title of their own apart: fields whose records are named, in this order
_NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "attendance": ("activity_id",), "board_member": ("board_id",), "budget_line": ("output_id", "period_id"),
    "commitment": ("donor_id",), "expenditure": ("output_id", "period_id"), "indicator_target": ("indicator_id",),
    "indicator_value": ("indicator_id", "period_id"), "instalment": ("commitment_id",),
    "layout_section": ("layout_id",), "meeting": ("board_id",), "meeting_attendance": ("meeting_id",),
    "milestone": ("type_id", "country_id"), "report": ("period_id",), "report_section": ("report_id",),
    "review": ("report_id",),
}  # fmt: skip
#: letters of a long text that stand for its record
_SHORT = 80


def table_words(table: str, *, several: bool = False) -> str:
    """What a record of the table is called; an unknown table, from a newer version, by its own name."""
    return _(TABLES[table][several]) if table in TABLES else table


def field_words(field: str) -> str:
    """What a field is called; one that has no words by its own name."""
    return _(FIELDS[field]) if field in FIELDS else field.removesuffix("_id").replace("_", " ")


def title_of(session: Session, table: str, row: str) -> str:
    """What people know a record by: its title, name or code, else the records it belongs to; its id failing all."""
    return _title(session, table, row, 0) or row


def _title(session: Session, table: str, row: str, depth: int) -> str:
    record = session.get(synced_models()[table], row) if table in synced_models() else None
    if record is None:
        return ""
    own = [_(SECTIONS[record.key])] if table == "report_section" and record.key in SECTIONS else []
    known = [getattr(record, name, None) for name in ("title", "name", "institution", "code")]
    own += [str(value) for value in known if value][:1]
    if depth < 2:  # a ring of records that name each other is no endless title
        for name in _NAMED_BY.get(table, ()):
            target = record.__table__.columns[name].info["ref"]
            own.append(_title(session, target, getattr(record, name) or "", depth + 1))
    if not any(own) and getattr(record, "text", None):
        own = [shortened(record.text, _SHORT)]
    return ", ".join(part for part in own if part)
