"""Tables: offices and the people in them."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from server.db.base import Base, Flag, Framework, Synced, Text, Whole, ref


class Office(Framework):
    """A country office, or headquarters itself."""

    __tablename__ = "office"

    #: ISO code of its country, or HQ
    code: Mapped[Text]
    #: name, such as Kyrgyzstan country office
    name: Mapped[Text]
    #: "hq" or "country"
    kind: Mapped[Text]
    #: its country; none for headquarters
    country_id: Mapped[str | None] = ref("country")
    #: language of its own texts beside English; none when it writes English only
    language: Mapped[Text]
    #: address dispatches for it are mailed to
    email: Mapped[Text]
    #: size of attachment its mailbox takes, in MB
    mailbox_mb: Mapped[Whole]
    #: 1 when the sealed dispatches of others are sealed for its laptops too
    reads_confidential: Mapped[Flag]


class Person(Synced, Base):
    """Somebody who types."""

    __tablename__ = "person"

    #: name or role
    name: Mapped[Text]
    #: what they do
    role: Mapped[Text]
