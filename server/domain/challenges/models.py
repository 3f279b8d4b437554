"""Tables: what went wrong, what may go wrong, and what was learnt."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from server.db.base import Base, Flag, Synced, Text, When, Whole, ref


class Challenge(Synced, Base):
    """A challenge, risk or issue."""

    __tablename__ = "challenge"

    #: in a few words
    title: Mapped[Text]
    #: "challenge", "risk" or "issue"
    kind: Mapped[Text]
    #: why
    cause: Mapped[Text]
    #: what it does to the programme
    effect: Mapped[Text]
    #: what is done about it
    response: Mapped[Text]
    #: the whole in the office's own language
    text_local: Mapped[Text]
    #: who sees to it: an office or a role
    owner: Mapped[Text]
    #: "open", "watched" or "closed"
    status: Mapped[Text]
    #: since when
    dated: Mapped[When]
    #: the country; none at global level
    country_id: Mapped[str | None] = ref("country")
    #: the output; none for all
    output_id: Mapped[str | None] = ref("output")
    #: 1 when it goes into the report
    in_report: Mapped[Flag]
    #: place in the report, from 1
    position: Mapped[Whole]


class Lesson(Synced, Base):
    """Something learnt."""

    __tablename__ = "lesson"

    #: in a few words
    title: Mapped[Text]
    #: the lesson
    text: Mapped[Text]
    #: the country; none at global level
    country_id: Mapped[str | None] = ref("country")
    #: the output; none for all
    output_id: Mapped[str | None] = ref("output")
    #: when
    dated: Mapped[When]
