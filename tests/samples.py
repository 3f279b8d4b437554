"""A small programme to write into, and one valid record of every table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from server.domain.activities.commands import log_activity, record_attendance
from server.domain.boards import commands as boards
from server.domain.challenges.commands import record_challenge, record_lesson
from server.domain.documents.commands import file_document, record_agreement, record_knowledge_product
from server.domain.finance import commands as finance
from server.domain.framework import commands as framework
from server.domain.indicators.commands import record_indicator_value
from server.domain.milestones.commands import set_milestone
from server.domain.people.commands import name_person, set_up_office
from server.domain.records import Work
from server.domain.reporting.commands import open_report, review_report, write_section
from server.domain.workplan.commands import plan_activity
from server.services.load import record_id

Values = dict[str, Any]

#: the command that writes each table
COMMANDS: dict[str, Callable[..., str]] = {
    "agency": framework.define_agency, "donor": framework.define_donor, "programme": framework.define_programme,
    "country": framework.define_country, "output": framework.define_output,
    "milestone_type": framework.define_milestone_type, "reporting_period": framework.define_reporting_period,
    "budget_account": framework.define_budget_account, "acronym": framework.define_acronym, "office": set_up_office,
    "report_layout": framework.define_report_layout, "layout_section": framework.define_layout_section,
    "indicator": framework.define_indicator, "indicator_target": framework.define_indicator_target,
    "person": name_person, "document": file_document, "knowledge_product": record_knowledge_product,
    "agreement": record_agreement, "planned_activity": plan_activity, "activity": log_activity,
    "attendance": record_attendance, "milestone": set_milestone, "board": boards.record_board,
    "board_member": boards.record_board_member, "meeting": boards.record_meeting,
    "meeting_attendance": boards.record_meeting_attendance, "decision": boards.record_decision,
    "indicator_value": record_indicator_value, "commitment": finance.record_commitment,
    "instalment": finance.record_instalment, "budget_line": finance.record_budget_line,
    "expenditure": finance.record_expenditure, "challenge": record_challenge, "lesson": record_lesson,
    "report": open_report, "report_section": write_section, "review": review_report,
}

#: records that only headquarters writes here, beside the framework
_OF_HEADQUARTERS = ("commitment", "instalment", "review")


def _named(table: str) -> Callable[[str], str]:
    return lambda name: record_id(table, name)


AGENCY, DONOR, COUNTRY, OUTPUT = _named("agency"), _named("donor"), _named("country"), _named("output")
STEP, PERIOD, ACCOUNT, OFFICE = (
    _named("milestone_type"), _named("reporting_period"), _named("budget_account"), _named("office"))
INDICATOR, DOCUMENT, PLANNED, ACTIVITY = (
    _named("indicator"), _named("document"), _named("planned_activity"), _named("activity"))
BOARD, MEETING, COMMITMENT, REPORT = _named("board"), _named("meeting"), _named("commitment"), _named("report")

#: (table, short name, values) of the small programme, what is named before what names it
WORLD: tuple[tuple[str, str, Values], ...] = (
    ("agency", "undp", {"code": "UNDP", "name": "United Nations Development Programme"}),
    ("agency", "iom", {"code": "IOM", "name": "International Organization for Migration"}),
    ("donor", "sdc", {"code": "SDC", "name": "Swiss Agency for Development and Cooperation"}),
    ("programme", "programme", {"title": "Programme", "starts": "2014-02-01", "ends": "2018-01-31", "currency": "USD"}),
    ("country", "kg", {"code": "KG", "name": "Kyrgyzstan", "position": 2}),
    ("country", "rs", {"code": "RS", "name": "Serbia", "position": 1}),
    ("output", "output-1", {"number": 1, "title": "Engagement", "level": "country"}),
    ("output", "output-5", {"number": 5, "title": "Global practice", "level": "global"}),
    ("milestone_type", "launch", {"title": "Programme launched", "short_title": "Launch", "position": 1}),
    ("reporting_period", "y1", {"code": "Y1", "title": "Year 1", "starts": "2014-02-01", "ends": "2015-01-31",
                                "due": "2015-02-28"}),
    ("reporting_period", "y2", {"code": "Y2", "title": "Year 2", "starts": "2015-02-01", "ends": "2016-01-31"}),
    ("budget_account", "71300", {"code": "71300", "title": "Local consultants"}),
    ("office", "hq", {"code": "HQ", "name": "Programme Management Unit", "kind": "hq"}),
    ("office", "kg", {"code": "KG", "name": "Country office", "kind": "country", "country_id": COUNTRY("kg")}),
    ("office", "rs", {"code": "RS", "name": "Country office", "kind": "country", "country_id": COUNTRY("rs")}),
    ("report_layout", "donor", {"title": "As the donor wants it", "kind": "annual"}),
    ("indicator", "count", {"code": "1.1", "title": "Plans", "output_id": OUTPUT("output-1"), "unit": "number"}),
    ("indicator", "share", {"code": "1.2", "title": "Share", "output_id": OUTPUT("output-1"), "unit": "percent"}),
    ("indicator", "words", {"code": "1.3", "title": "State", "output_id": OUTPUT("output-1"), "unit": "text"}),
    ("document", "note", {"title": "Note on the launch", "kind": "evidence"}),
    ("planned_activity", "line", {"title": "Launch", "output_id": OUTPUT("output-1"), "period_id": PERIOD("y1")}),
    ("activity", "launched", {"title": "Launched", "date_from": "2014-04", "output_id": OUTPUT("output-1"),
                              "country_id": COUNTRY("kg")}),
    ("board", "board", {"name": "National Project Board", "kind": "national", "country_id": COUNTRY("kg")}),
    ("meeting", "first", {"board_id": BOARD("board"), "date_from": "2014-06"}),
    ("commitment", "first", {"donor_id": DONOR("sdc"), "amount": "1000.00", "currency": "USD"}),
    ("report", "y1", {"kind": "progress", "period_id": PERIOD("y1")}),
)

#: one more valid record of every table
SAMPLES: dict[str, Values] = {
    "agency": {"code": "FAO", "name": "Food and Agriculture Organization"},
    "donor": {"code": "EU", "name": "European Union"},
    "programme": {"title": "Second", "starts": "2014", "ends": "2018", "currency": "CHF"},
    "country": {"code": "TN", "name": "Tunisia", "status": "confirmed"},
    "output": {"number": 2, "title": "Capacity", "level": "country"},
    "milestone_type": {"title": "Work plan endorsed"},
    "reporting_period": {"code": "Y3", "starts": "2016-02-01", "ends": "2017-01-31", "due": "2017-02-28"},
    "budget_account": {"code": "71600", "title": "Travel"},
    "acronym": {"code": "NPB", "title": "National Project Board"},
    "report_layout": {"title": "Short", "kind": "progress", "usual": 1},
    "layout_section": {"layout_id": _named("report_layout")("donor"), "key": "next", "position": 1, "shown": 1,
                       "heading": "Way ahead", "heading_fr": "Perspectives"},
    "office": {"code": "TN", "name": "Country office", "kind": "country", "country_id": COUNTRY("rs"),
               "language": "fr", "mailbox_mb": 10},
    "indicator": {"code": "2.1", "title": "People trained", "output_id": OUTPUT("output-1"), "unit": "number",
                  "baseline": "0"},
    "indicator_target": {"indicator_id": INDICATOR("count"), "period_id": PERIOD("y1"), "value": "8"},
    "person": {"name": "Programme officer"},
    "document": {"title": "Minutes", "kind": "minutes", "dated": "2014-Q2"},
    "knowledge_product": {"title": "Study", "kind": "study", "stage": "draft", "copies": 0, "dated": "2014"},
    "agreement": {"title": "Endorsement", "kind": "endorsement", "stage": "signed", "drafted": "2014-03",
                  "signed": "2014-03-17"},
    "planned_activity": {"title": "Train officials", "output_id": OUTPUT("output-1"), "period_id": PERIOD("y1"),
                         "quarters": "1 3", "status": "planned", "rag": "green", "amount": "12500.00",
                         "currency": "USD"},
    "activity": {"title": "Officials trained", "date_from": "2014-05-14", "date_to": "2014-05-16",
                 "output_id": OUTPUT("output-1"), "country_id": COUNTRY("kg"), "women": 12, "men": 9,
                 "participants": 21},
    "attendance": {"activity_id": ACTIVITY("launched"), "institution": "Ministry", "women": 2, "men": 1,
                   "participants": 4},
    "milestone": {"type_id": STEP("launch"), "country_id": COUNTRY("kg"), "status": "done", "dated": "2014"},
    "board": {"name": "Working group", "kind": "working_group", "tor_stage": "draft", "tor_dated": "2014-05"},
    "board_member": {"board_id": BOARD("board"), "institution": "Ministry of Labour", "role": "chair"},
    "meeting": {"board_id": BOARD("board"), "date_from": "2014-11-20", "date_to": "2014-11-21", "women": 3, "men": 4},
    "meeting_attendance": {"meeting_id": MEETING("first"), "institution": "Ministry", "participants": 3},
    "decision": {"meeting_id": MEETING("first"), "text": "The work plan is endorsed.", "action": "Circulate it.",
                 "owner": "Country office", "due": "2014-07", "status": "open"},
    "indicator_value": {"indicator_id": INDICATOR("count"), "period_id": PERIOD("y1"), "value": "7"},
    "commitment": {"donor_id": DONOR("sdc"), "amount": "500.00", "currency": "CHF", "dated": "2014"},
    "instalment": {"commitment_id": COMMITMENT("first"), "amount": "1000.00", "currency": "USD", "dated": "2014"},
    "budget_line": {"output_id": OUTPUT("output-1"), "period_id": PERIOD("y1"), "amount": "10", "currency": "USD"},
    "expenditure": {"period_id": PERIOD("y1"), "amount": "-3.50", "currency": "USD", "dated": "2014-Q4"},
    "challenge": {"title": "Staff changed", "kind": "risk", "status": "open", "dated": "2014"},
    "lesson": {"title": "Plan early", "text": "Endorsement sets the pace.", "dated": "2015-01"},
    "report": {"kind": "progress", "period_id": PERIOD("y2"), "status": "draft"},
    "report_section": {"report_id": REPORT("y1"), "key": "summary", "text": "A good year."},
    "review": {"report_id": REPORT("y1"), "verdict": "returned", "text": "Add the dates."},
}


def writer_of(table: str) -> str:
    """Code of the office that writes a table's sample."""
    area = COMMANDS[table].__module__
    return "hq" if area == framework.__name__ or table in (*_OF_HEADQUARTERS, "office") else "kg"


def write(work: Work, table: str, values: Mapping[str, Any], id: str | None = None) -> str:
    """Write a record through the command of its table."""
    return COMMANDS[table](work, values, id=id)


def create_world(create_work: Callable[[str], Work]) -> None:
    """Enter the small programme."""
    for table, name, values in WORLD:
        write(create_work(writer_of(table)), table, values, record_id(table, name))
