"""Tables: dispatches that came and went, as this replica remembers them. They never travel."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base


class Inbox(Base):
    """A dispatch that came, whatever became of it."""

    __tablename__ = "sync_inbox"

    #: order of arrival
    n: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the file, hex; of a file that could not be read "unread-" and a hash of its name
    sha256: Mapped[str] = mapped_column(unique=True)
    #: "received", "imported", "parked", "refused", "undone" or "dropped" (a person took it off the list)
    state: Mapped[str]
    #: id of the dispatch, hex; none while it could not be read
    dispatch: Mapped[str | None] = mapped_column(index=True)
    #: "report", "setup", "circular" or "exchange"
    kind: Mapped[str | None]
    #: office it came from
    office: Mapped[str | None]
    #: incarnation it came from
    incarnation: Mapped[str | None]
    #: its number among that incarnation's dispatches to one receiver
    number: Mapped[int | None]
    #: which part it is, from 1
    part: Mapped[int | None]
    #: of how many
    parts: Mapped[int | None]
    #: name of the file as it came; never used as a path
    file_name: Mapped[str | None]
    #: a code, why it is parked or refused
    reason: Mapped[str | None]
    #: the sentence for people, or what it waits for
    note: Mapped[str | None]
    #: arrival number of the first changeset it brought
    first: Mapped[int | None]
    #: and of the last
    last: Mapped[int | None]
    #: ISO time it came
    at: Mapped[str]
    #: ISO time of its present state
    changed: Mapped[str]
    #: bytes of the file
    size: Mapped[int | None]
    #: title of the signer as its certificate says it, whether or not it is believed
    signer: Mapped[str | None]
    #: how many changes its import brought; kept when it was undone
    changes: Mapped[int | None]
    #: how many records these made, changed or deleted
    records: Mapped[int | None]
    #: how often the same file came again, none for never
    again: Mapped[int | None]
    #: ISO time it came again last
    again_at: Mapped[str | None]
    #: name of the copy of the database made just before its import
    snapshot: Mapped[str | None]
    #: JSON, ids (hex) of the changesets a parked one waits for; none when that is not known
    waits: Mapped[str | None]


class Outbox(Base):
    """A dispatch that was made here."""

    __tablename__ = "sync_outbox"

    #: order of making
    n: Mapped[int] = mapped_column(primary_key=True)
    #: id of the dispatch, hex
    dispatch: Mapped[str] = mapped_column(index=True)
    #: incarnation that made it
    incarnation: Mapped[str]
    #: serial number among all its dispatches
    serial: Mapped[int]
    #: number among its dispatches to this receiver
    number: Mapped[int]
    #: which part it is, from 1
    part: Mapped[int] = mapped_column(default=1)
    #: of how many
    parts: Mapped[int] = mapped_column(default=1)
    #: office it is for
    to_office: Mapped[str]
    #: incarnation it is for; none when not known yet
    to_incarnation: Mapped[str | None]
    #: "report", "setup", "circular" or "exchange"
    kind: Mapped[str]
    #: id of the period it reports on, if it does
    period: Mapped[str | None]
    #: JSON {stream key: [[seq, id]]} it brings its receiver up to
    tips: Mapped[str]
    #: "sent" or "acknowledged"
    state: Mapped[str]
    #: name of the file
    file_name: Mapped[str | None]
    #: SHA-256 of the file, hex
    sha256: Mapped[str | None]
    #: bytes of the file
    size: Mapped[int | None]
    #: ISO time it was made
    at: Mapped[str]
    #: ISO time the acknowledgement was read
    acknowledged: Mapped[str | None]
    #: ISO time a person first took the file to hand it over; none while it only lies here
    handed: Mapped[str | None]
    #: how many changes it carries
    changes: Mapped[int | None]
