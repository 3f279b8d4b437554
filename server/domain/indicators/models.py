"""Tables: values measured."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from server.db.base import Base, Synced, Text, Whole, ref


class IndicatorValue(Synced, Base):
    """What an indicator reached in a period."""

    __tablename__ = "indicator_value"

    #: the indicator
    indicator_id: Mapped[str | None] = ref("indicator")
    #: the period
    period_id: Mapped[str | None] = ref("reporting_period")
    #: the country; none for the whole programme
    country_id: Mapped[str | None] = ref("country")
    #: value in the indicator's unit
    value: Mapped[Text]
    #: women in it
    women: Mapped[Whole]
    #: men in it
    men: Mapped[Whole]
    #: remark
    note: Mapped[Text]
