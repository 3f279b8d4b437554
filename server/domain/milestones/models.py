"""Tables: how far each country is on the steps that all take."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from server.db.base import Base, Synced, Text, When, ref


class Milestone(Synced, Base):
    """One step in one country."""

    __tablename__ = "milestone"

    #: the step
    type_id: Mapped[str | None] = ref("milestone_type")
    #: the country
    country_id: Mapped[str | None] = ref("country")
    #: "not_started", "in_progress", "done" or "not_applicable"
    status: Mapped[Text]
    #: when that status was reached
    dated: Mapped[When]
    #: remark
    note: Mapped[Text]
