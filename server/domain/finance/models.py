"""Tables: money promised, received, planned and spent."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from server.db.base import Amount, Base, Synced, Text, When, ref


class Commitment(Synced, Base):
    """Confirmed funding."""

    __tablename__ = "commitment"

    #: who promised
    donor_id: Mapped[str | None] = ref("donor")
    #: what for
    title: Mapped[Text]
    #: how much
    amount: Mapped[Amount]
    #: ISO 4217 code
    currency: Mapped[Text]
    #: when
    dated: Mapped[When]


class Instalment(Synced, Base):
    """Money received."""

    __tablename__ = "instalment"

    #: the commitment it pays
    commitment_id: Mapped[str | None] = ref("commitment")
    #: how much
    amount: Mapped[Amount]
    #: ISO 4217 code
    currency: Mapped[Text]
    #: when
    dated: Mapped[When]
    #: remark
    note: Mapped[Text]


class BudgetLine(Synced, Base):
    """Money planned."""

    __tablename__ = "budget_line"

    #: the output
    output_id: Mapped[str | None] = ref("output")
    #: the country; none at global level
    country_id: Mapped[str | None] = ref("country")
    #: the period
    period_id: Mapped[str | None] = ref("reporting_period")
    #: budget account
    account_id: Mapped[str | None] = ref("budget_account")
    #: how much
    amount: Mapped[Amount]
    #: ISO 4217 code
    currency: Mapped[Text]
    #: remark
    note: Mapped[Text]


class Expenditure(Synced, Base):
    """Money spent."""

    __tablename__ = "expenditure"

    #: the output; none when it is booked for the whole programme
    output_id: Mapped[str | None] = ref("output")
    #: the country; none at global level
    country_id: Mapped[str | None] = ref("country")
    #: the period
    period_id: Mapped[str | None] = ref("reporting_period")
    #: budget account
    account_id: Mapped[str | None] = ref("budget_account")
    #: how much
    amount: Mapped[Amount]
    #: ISO 4217 code
    currency: Mapped[Text]
    #: when
    dated: Mapped[When]
    #: what it paid
    note: Mapped[Text]
