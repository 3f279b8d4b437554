"""Tables: boards, their meetings and decisions."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from server.db.base import Base, Synced, Text, When, Whole, ref


class Board(Synced, Base):
    """A project board or working group."""

    __tablename__ = "board"

    #: name
    name: Mapped[Text]
    #: "global", "national" or "working_group"
    kind: Mapped[Text]
    #: the country; none at global level
    country_id: Mapped[str | None] = ref("country")
    #: "none", "draft" or "adopted"
    tor_stage: Mapped[Text]
    #: when the terms of reference reached that stage
    tor_dated: Mapped[When]
    #: mandate in words
    mandate: Mapped[Text]


class BoardMember(Synced, Base):
    """A seat on a board."""

    __tablename__ = "board_member"

    #: the board
    board_id: Mapped[str | None] = ref("board")
    #: institution that holds the seat
    institution: Mapped[Text]
    #: "chair", "co-chair", "member", "secretary" or "observer"
    role: Mapped[Text]


class Meeting(Synced, Base):
    """A meeting of a board."""

    __tablename__ = "meeting"

    #: the board
    board_id: Mapped[str | None] = ref("board")
    #: in a few words
    title: Mapped[Text]
    #: when, or when it began
    date_from: Mapped[When]
    #: when it ended, if it went on
    date_to: Mapped[When]
    #: town or venue
    place: Mapped[Text]
    #: agenda
    agenda: Mapped[Text]
    #: minutes
    minutes: Mapped[Text]
    #: women who took part
    women: Mapped[Whole]
    #: men who took part
    men: Mapped[Whole]
    #: all who took part, when it was counted
    participants: Mapped[Whole]


class MeetingAttendance(Synced, Base):
    """Who came to a meeting from one institution."""

    __tablename__ = "meeting_attendance"

    #: the meeting
    meeting_id: Mapped[str | None] = ref("meeting")
    #: the institution
    institution: Mapped[Text]
    #: women
    women: Mapped[Whole]
    #: men
    men: Mapped[Whole]
    #: all
    participants: Mapped[Whole]


class Decision(Synced, Base):
    """What a meeting decided."""

    __tablename__ = "decision"

    #: the meeting
    meeting_id: Mapped[str | None] = ref("meeting")
    #: the decision
    text: Mapped[Text]
    #: what has to be done
    action: Mapped[Text]
    #: who does it: an office or a role
    owner: Mapped[Text]
    #: by when
    due: Mapped[When]
    #: "open" or "closed"
    status: Mapped[Text]
    #: when it was closed
    closed: Mapped[When]
    #: remark
    note: Mapped[Text]
