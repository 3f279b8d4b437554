"""Tables: what is planned."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from server.db.base import Amount, Base, Flag, Synced, Text, When, Whole, ref


class PlannedActivity(Synced, Base):
    """A line of the work plan."""

    __tablename__ = "planned_activity"

    #: what is planned
    title: Mapped[Text]
    #: the same in the office's own language
    title_local: Mapped[Text]
    #: the output it serves
    output_id: Mapped[str | None] = ref("output")
    #: the country; none at global level
    country_id: Mapped[str | None] = ref("country")
    #: the reporting period it is planned for
    period_id: Mapped[str | None] = ref("reporting_period")
    #: calendar quarters as digits, such as "1 2"
    quarters: Mapped[Text]
    #: who carries it out, in words
    responsible: Mapped[Text]
    #: the agency responsible
    agency_id: Mapped[str | None] = ref("agency")
    #: who pays
    donor_id: Mapped[str | None] = ref("donor")
    #: budget account
    account_id: Mapped[str | None] = ref("budget_account")
    #: planned amount
    amount: Mapped[Amount]
    #: ISO 4217 code
    currency: Mapped[Text]
    #: "planned", "ongoing", "completed", "delayed" or "cancelled"
    status: Mapped[Text]
    #: "green", "amber" or "red"
    rag: Mapped[Text]
    #: remark on progress
    note: Mapped[Text]
    #: 1 when it goes into the report as a key intervention
    in_report: Mapped[Flag]
    #: place in the plan, from 1
    position: Mapped[Whole]
    #: the line it is part of
    part_of_id: Mapped[str | None] = ref("planned_activity")
    #: day on which the board endorsed it as it is; none while it is not endorsed
    endorsed: Mapped[When]
