"""What records and their fields are called on screen, and on which page a record is found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from server.base.i18n import _, mark
from server.db.base import synced_models
from server.db.session import UnitSession
from server.domain.reporting.models import ReportSection
from server.services.conflicts import title_of
from server.web.words import STATES, state_words, when

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
    "lesson": (mark("Lesson"), mark("Lessons")),
    "lost_change": (mark("Lost change"), mark("Lost changes")),
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
    "email": mark("E-mail address"), "evidence_ids": mark("Evidence"), "in_report": mark("Goes into the report"),
    "institution": mark("Institution"), "kind": mark("Kind"), "language": mark("Language"),
    "languages": mark("Languages"), "lead_agency_id": mark("Lead agency"), "mandate": mark("Mandate"),
    "men": mark("Men"), "minutes": mark("Minutes"), "name": mark("Name"), "narrative": mark("Narrative"),
    "narrative_local": mark("Narrative in the office’s language"), "note": mark("Note"), "output_id": mark("Output"),
    "owner": mark("Owner"), "participants": mark("All participants"), "parties": mark("Parties"),
    "partners": mark("Partners"), "period_id": mark("Period"), "place": mark("Place"),
    "planned_id": mark("Line of the work plan"), "position": mark("Place in the report"),
    "quarters": mark("Quarters"), "rag": mark("Red, amber or green"), "response": mark("Response"),
    "responsible": mark("Responsible"), "role": mark("Role"), "short_title": mark("Short title"),
    "signed": mark("Signed on"), "stage": mark("Stage"), "status": mark("Status"), "submitted": mark("Submitted on"),
    "support_agency_ids": mark("Supporting agencies"), "text": mark("Text"),
    "text_local": mark("Text in the office’s language"), "title": mark("Title"),
    "title_local": mark("Title in the office’s language"), "unit": mark("Unit"), "value": mark("Value"),
    "women": mark("Women"),
}


def table_words(table: str, *, several: bool = False) -> str:
    """What a record of the table is called; an unknown table, from a newer version, by its own name."""
    return _(TABLES[table][several]) if table in TABLES else table


def field_words(field: str) -> str:
    """What a field is called; one that has no words by its own name."""
    return _(FIELDS[field]) if field in FIELDS else field.removesuffix("_id").replace("_", " ")


def value_words(session: UnitSession, table: str, field: str, value: Any) -> str:
    """A stored value as people read it: names of the records it refers to, dates and states in words."""
    if value is None or value == "":
        return _("nothing")
    model = synced_models().get(table)
    column = model.__table__.columns.get(field) if model is not None else None
    info = column.info if column is not None else {}
    if "ref" in info or "refs" in info:
        target = str(info.get("ref") or info.get("refs"))
        return ", ".join(title_of(session, target, one) for one in str(value).split())
    if field in ("date_from", "date_to", "dated", "due", "drafted", "signed", "submitted", "closed"):
        return when(str(value))
    if field == "in_report":
        return _("yes") if value else _("no")
    return state_words(str(value))[0] if str(value) in STATES and field in ("status", "rag", "kind") else str(value)


def address_of(session: UnitSession, table: str | None, row: str | None) -> str | None:
    """The page on which a record is shown or changed; None when it has none of its own."""
    if not table or not row:
        return None
    if table == "activity":
        return url_for("activities.show", id=row)
    if table == "planned_activity":
        return url_for("workplan.edit", id=row)
    if table == "milestone":
        return url_for("milestones.index")
    if table == "report_section":
        section = session.get(ReportSection, row)
        table, row = "report", section.report_id if section else None
    return url_for("reports.show", id=row) if table == "report" and row else None
