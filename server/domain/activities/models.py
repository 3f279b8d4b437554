"""Tables: what happened and was logged."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, Flag, Synced, Text, When, Whole, ends_of, ref, refs, starts_of


class Activity(Synced, Base):
    """Something that happened."""

    __tablename__ = "activity"
    # One for each way the log is listed: filter, then order, then what decides whether a row is shown at all. So the
    # database walks to a page in the index and reads the rows of that page only, however many there are.
    __table_args__ = (
        sa.Index("activity_by_day", "starts", "id", "deleted", "in_report"),
        sa.Index("activity_by_title", "title", "id", "deleted"),
        sa.Index("activity_by_output", "output_id", "starts", "id", "deleted", "country_id"),
        sa.Index("activity_by_country", "country_id", "starts", "id", "deleted", "office"),
        sa.Index("activity_by_office", "office", "starts", "id", "deleted", "output_id"),
    )

    #: id of the office that owns the record
    office: Mapped[str | None] = mapped_column(sa.String(36))
    #: when, or when it began
    date_from: Mapped[When]
    #: when it ended, if it went on
    date_to: Mapped[When]
    #: in a few words
    title: Mapped[Text]
    #: what happened and what came of it
    narrative: Mapped[Text]
    #: title in the office's own language
    title_local: Mapped[Text]
    #: narrative in the office's own language
    narrative_local: Mapped[Text]
    #: the output it serves
    output_id: Mapped[str | None] = ref("output", index=False)
    #: the line of the work plan it carries out
    planned_id: Mapped[str | None] = ref("planned_activity")
    #: the country; none at global level
    country_id: Mapped[str | None] = ref("country", index=False)
    #: the agency in the lead
    lead_agency_id: Mapped[str | None] = ref("agency")
    #: agencies in support
    support_agency_ids: Mapped[str | None] = refs("agency")
    #: partners, in words
    partners: Mapped[Text]
    #: town or venue
    place: Mapped[Text]
    #: women who took part
    women: Mapped[Whole]
    #: men who took part
    men: Mapped[Whole]
    #: all who took part, when it was counted
    participants: Mapped[Whole]
    #: documents that show it
    evidence_ids: Mapped[str | None] = refs("document")
    #: 1 when it goes into the report as an achievement
    in_report: Mapped[Flag]
    #: place in the report, from 1
    position: Mapped[Whole]
    #: first day it can mean
    starts: Mapped[str | None] = mapped_column(sa.Text, starts_of("date_from"))
    #: last day it can mean
    ends: Mapped[str | None] = mapped_column(sa.Text, ends_of("date_to", "date_from"))


class Attendance(Synced, Base):
    """Participants of an activity from one institution."""

    __tablename__ = "attendance"

    #: the activity
    activity_id: Mapped[str | None] = ref("activity")
    #: the institution
    institution: Mapped[Text]
    #: women
    women: Mapped[Whole]
    #: men
    men: Mapped[Whole]
    #: all
    participants: Mapped[Whole]
