"""All areas of the domain at once: importing this declares every table and its rules."""

from __future__ import annotations

from server.domain.activities import commands as activities
from server.domain.boards import commands as boards
from server.domain.challenges import commands as challenges
from server.domain.documents import commands as documents
from server.domain.finance import commands as finance
from server.domain.framework import commands as framework
from server.domain.indicators import commands as indicators
from server.domain.milestones import commands as milestones
from server.domain.people import commands as people
from server.domain.reporting import commands as reporting
from server.domain.workplan import commands as workplan

AREAS = (
    framework,
    people,
    documents,
    workplan,
    activities,
    milestones,
    boards,
    indicators,
    finance,
    challenges,
    reporting,
)

#: tables in the order a file is entered, so that what is named comes before what names it
ENTRY_ORDER = (
    "agency",
    "donor",
    "programme",
    "country",
    "output",
    "milestone_type",
    "reporting_period",
    "budget_account",
    "acronym",
    "report_layout",
    "layout_section",
    "office",
    "indicator",
    "indicator_target",
    "person",
    "document",
    "knowledge_product",
    "agreement",
    "planned_activity",
    "activity",
    "attendance",
    "milestone",
    "board",
    "board_member",
    "meeting",
    "meeting_attendance",
    "decision",
    "indicator_value",
    "commitment",
    "instalment",
    "budget_line",
    "expenditure",
    "challenge",
    "lesson",
    "report",
    "report_section",
    "review",
)
