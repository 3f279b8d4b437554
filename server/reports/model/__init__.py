"""What the documents show: frozen facts without a database, a session or a page.

Dates are kept as stored (`2014-05`, `2014-Q2`), amounts as Money, stages as their stored words; the documents put
them into the reader's language. Texts of people are already in the language asked for, with their figures filled in.
"""

from server.reports.model.framework import Country, Output, People, Period, Programme
from server.reports.model.papers import Agreement, Decision, Evidence, Meeting, Papers, Product
from server.reports.model.registers import (
    Flows,
    Funds,
    Matrix,
    MatrixRow,
    MeetingRecords,
    Minutes,
    Newsletter,
    Plan,
    PlanGroup,
    PlanLine,
    Scope,
    Spending,
    Statement,
)
from server.reports.model.reports import AnnualReport, ProgressReport
from server.reports.model.work import (
    Achievement,
    Challenge,
    CountrySection,
    DeliveryRow,
    Intervention,
    InterventionSection,
    Lesson,
    MilestoneCell,
    MilestoneRow,
    MilestoneStep,
    OutputSection,
    ResultRow,
)

__all__ = [
    "Achievement",
    "Agreement",
    "AnnualReport",
    "Challenge",
    "Country",
    "CountrySection",
    "Decision",
    "DeliveryRow",
    "Evidence",
    "Flows",
    "Funds",
    "Intervention",
    "InterventionSection",
    "Lesson",
    "Matrix",
    "MatrixRow",
    "Meeting",
    "MeetingRecords",
    "MilestoneCell",
    "MilestoneRow",
    "MilestoneStep",
    "Minutes",
    "Newsletter",
    "Output",
    "OutputSection",
    "Papers",
    "People",
    "Period",
    "Plan",
    "PlanGroup",
    "PlanLine",
    "Product",
    "Programme",
    "ProgressReport",
    "ResultRow",
    "Scope",
    "Spending",
    "Statement",
]
