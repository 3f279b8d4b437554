"""Tables: reports, their sections and their life cycle."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from server.db.base import Base, Synced, Text, When, ref


class Report(Synced, Base):
    """A period's report of one office or of the programme."""

    __tablename__ = "report"

    #: "progress" or "annual"
    kind: Mapped[Text]
    #: the period
    period_id: Mapped[str | None] = ref("reporting_period")
    #: title; none for the usual one
    title: Mapped[Text]
    #: "draft" or "submitted"; what HQ says of it is a review
    status: Mapped[Text]
    #: date of submission
    submitted: Mapped[When]
    #: the review that this submission answers; none for the first submission
    answers_id: Mapped[str | None] = ref("review")


class ReportSection(Synced, Base):
    """A text of a report."""

    __tablename__ = "report_section"

    #: the report
    report_id: Mapped[str | None] = ref("report")
    #: "executive", "introduction", "overview", "summary", "closing", "challenges" or "next"
    key: Mapped[Text]
    #: the output a summary or closing is about; none for the whole
    output_id: Mapped[str | None] = ref("output")
    #: the text; figures in braces such as {spent} are filled in
    text: Mapped[Text]
    #: the text in the office's own language
    text_local: Mapped[Text]


class Review(Synced, Base):
    """What HQ says of an office's report: owned by HQ, so that neither side writes the other's record."""

    __tablename__ = "review"

    #: the report
    report_id: Mapped[str | None] = ref("report")
    #: the section commented on; none for the whole report
    section_id: Mapped[str | None] = ref("report_section")
    #: "returned", "accepted" or "comment"
    verdict: Mapped[Text]
    #: what is to be mended, or thanks
    text: Mapped[Text]
    #: when
    dated: Mapped[When]
