"""Tables: what a replica knows of changes, of its own identity and of other replicas. Only `device` travels."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base, Framework, Text, When, ref

#: a 128-bit id as 32 hex digits
_HEX = sa.String(32)


class Device(Framework):
    """One installation with a key, enrolled by headquarters, which alone writes these records."""

    __tablename__ = "device"

    #: the office it writes for
    office_id: Mapped[str | None] = ref("office")
    #: name for people, such as Tunis, second laptop
    name: Mapped[Text]
    #: its certificate, DER in base64
    certificate: Mapped[Text]
    #: SHA-256 of the certificate, hex
    fingerprint: Mapped[Text]
    #: the incarnation it was last known under, 32 hex digits
    incarnation: Mapped[Text]
    #: day it was enrolled
    enrolled: Mapped[When]
    #: day it was revoked; none while it is trusted
    revoked: Mapped[When]
    #: what of a revoked device still counts: JSON {stream key: [seq, id] of the last trusted change}
    revoked_cut: Mapped[Text]
    #: why it was revoked, or a remark
    note: Mapped[Text]
    #: the device its office goes on with, when that took its place
    replaced_by_id: Mapped[str | None] = ref("device", index=False)
    #: the public key that dispatches for it are sealed for, `age1…`
    encryption_key: Mapped[Text]


class LostChange(Framework):
    """A changeset that nobody holds any more, as headquarters declared it; what builds on it may go in."""

    __tablename__ = "lost_change"

    #: id of the changeset, 64 hex digits
    changeset: Mapped[Text]
    #: key of its stream
    stream: Mapped[Text]
    #: why, in words
    note: Mapped[Text]


class AdoptedChange(Framework):
    """A changeset of a revoked device that headquarters lets count all the same."""

    __tablename__ = "adopted_change"

    #: id of the changeset, 64 hex digits
    changeset: Mapped[Text]
    #: key of its stream
    stream: Mapped[Text]
    #: why, in words
    note: Mapped[Text]


class Replica(Base):
    """Who this database is; exactly one row."""

    __tablename__ = "sync_replica"

    #: always 1
    n: Mapped[int] = mapped_column(primary_key=True)
    #: id of the programme
    programme: Mapped[str]
    #: id of the office
    office: Mapped[str]
    #: id of the device
    device: Mapped[str]
    #: the incarnation now, 32 hex digits
    incarnation: Mapped[str] = mapped_column(_HEX)
    #: 1 at headquarters
    hq: Mapped[int]
    #: latest claimed time that was plausible, seconds since 1970 UTC
    trusted_time: Mapped[int] = mapped_column(default=0)


class Incarnation(Base):
    """One lineage of a database: it authors streams and acknowledges dispatches."""

    __tablename__ = "sync_incarnation"

    #: 32 hex digits
    id: Mapped[str] = mapped_column(_HEX, primary_key=True)
    #: device it ran on
    device: Mapped[str | None]
    #: office of that device
    office: Mapped[str | None]
    #: 1 when it is or was this database's own
    own: Mapped[int] = mapped_column(default=0)
    #: ISO time it was first heard of here
    at: Mapped[str | None]


class Stream(Base):
    """All changes of one incarnation in one scope."""

    __tablename__ = "sync_stream"
    __table_args__ = (sa.UniqueConstraint("incarnation", "scope"),)

    #: local number
    n: Mapped[int] = mapped_column(primary_key=True)
    #: 32 hex digits
    incarnation: Mapped[str] = mapped_column(_HEX)
    #: "framework" or "office:" and an office's id
    scope: Mapped[str]


class Signer(Base):
    """A person at an office's device, as changesets name them; kept once."""

    __tablename__ = "sync_signer"
    __table_args__ = (sa.UniqueConstraint("person", "office", "device"),)

    #: local number
    n: Mapped[int] = mapped_column(primary_key=True)
    #: name or role of the person
    person: Mapped[str]
    #: id of the office
    office: Mapped[str]
    #: id of the device
    device: Mapped[str]


class ChangesetRow(Base):
    """One save, unchanged since it was made. Two may share stream and seq: that is a fork, not an error."""

    __tablename__ = "sync_changeset"
    __table_args__ = (
        sa.Index("sync_changeset_stream", "stream", "seq"),
        # the few whose clock was wrong, found without reading all
        sa.Index("sync_changeset_doubt", "signer", sqlite_where=sa.text("doubt = 1"),
                 postgresql_where=sa.text("doubt = 1")),
    )  # fmt: skip

    #: order of arrival here
    n: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of `raw`
    id: Mapped[bytes] = mapped_column(sa.LargeBinary, unique=True)
    #: local number of its stream
    stream: Mapped[int]
    #: place in its stream, from 1
    seq: Mapped[int]
    #: id of the one before it in its stream; none for the first
    prev: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    #: one more than the deepest changeset it builds on
    depth: Mapped[int]
    #: local number of its signer
    signer: Mapped[int]
    #: time its author's clock showed, seconds since 1970 UTC
    claimed: Mapped[int]
    #: 1 when that time was not plausible
    doubt: Mapped[int]
    #: kept, forwarded, not applied: 1 when its author may not write in its scope, 2 when its device was revoked; else 0
    barred: Mapped[int]
    #: its canonical bytes
    raw: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Tip(Base):
    """The last changeset of a stream; two of one stream are a fork."""

    __tablename__ = "sync_tip"

    #: local number of the stream
    stream: Mapped[int] = mapped_column(primary_key=True)
    #: id of the changeset
    id: Mapped[bytes] = mapped_column(sa.LargeBinary, primary_key=True)
    #: its place in the stream
    seq: Mapped[int]
    #: its owner's signature over (stream key, seq, id): one covers the whole chain before it
    signature: Mapped[bytes | None] = mapped_column(sa.LargeBinary)


class FieldBit(Base):
    """The bit that stands for a field in the compact heads of a table's rows; local."""

    __tablename__ = "sync_field"

    #: table, on the wire
    tbl: Mapped[str] = mapped_column(primary_key=True)
    #: field, on the wire
    name: Mapped[str] = mapped_column(primary_key=True)
    #: number of the bit, from 0
    bit: Mapped[int]
    #: 1 when the field is a column here and rows show it
    shown: Mapped[int]


class RowHeads(Base):
    """Which changesets hold the current values of a row."""

    __tablename__ = "sync_row"
    __table_args__ = {"sqlite_with_rowid": False}

    #: table, on the wire
    tbl: Mapped[str] = mapped_column(primary_key=True)
    #: id of the row
    row: Mapped[str] = mapped_column(primary_key=True)
    #: `n:mask` in hexadecimal, separated by blanks: changeset n is a head of the fields in mask
    heads: Mapped[str]


class IssueRow(Base):
    """What people must look at; follows from the set of changes alone."""

    __tablename__ = "sync_issue"
    __table_args__ = (sa.Index("sync_issue_row", "tbl", "row"),)

    #: 16 hex digits made of kind, table, row and field: the same at every replica
    id: Mapped[str] = mapped_column(primary_key=True)
    #: "value", "delete", "clash", "quarantine" or "fork"
    kind: Mapped[str]
    #: table; empty for a fork
    tbl: Mapped[str]
    #: id of the row; stream key for a fork
    row: Mapped[str]
    #: field; id of the changeset for a quarantine
    field: Mapped[str]
    #: JSON: ids of the changesets that disagree, and what is special to the kind
    info: Mapped[str]


class Acknowledgement(Base):
    """What another incarnation said it holds, in the latest of its dispatches that came here."""

    __tablename__ = "sync_acknowledgement"

    #: the peer, 32 hex digits
    incarnation: Mapped[str] = mapped_column(_HEX, primary_key=True)
    #: its office
    office: Mapped[str | None]
    #: its device
    device: Mapped[str | None]
    #: serial number of that dispatch: an older one that comes later lowers nothing
    serial: Mapped[int]
    #: JSON {stream key: [[seq, id]]}
    tips: Mapped[str]
    #: JSON, the same for what its verified backups cover; none when it did not say
    durable: Mapped[str | None]
    #: ISO time it was read
    at: Mapped[str]


class Audit(Base):
    """What happened to this database that people may ask about later."""

    __tablename__ = "sync_audit"

    #: order
    n: Mapped[int] = mapped_column(primary_key=True)
    #: ISO time
    at: Mapped[str]
    #: a word: "initialise", "rotate", "import", "send", "repair", "restore", …
    what: Mapped[str]
    #: JSON
    info: Mapped[str]


class SealKeyRow(Base):
    """The key for sealed dispatches that a laptop named in its latest dispatch, until headquarters' list has it."""

    __tablename__ = "sync_seal_key"

    #: id of the device
    device: Mapped[str] = mapped_column(primary_key=True)
    #: id of its office
    office: Mapped[str]
    #: `age1…`
    key: Mapped[str]
    #: ISO time that dispatch was read
    at: Mapped[str]


class Captured(Base):
    """What triggers noted in this transaction; empty between transactions."""

    __tablename__ = "sync_capture"

    #: order
    n: Mapped[int] = mapped_column(primary_key=True)
    #: table
    tbl: Mapped[str]
    #: id of the row
    row: Mapped[str]
    #: field that changed; empty: the row was inserted; "-": it was deleted physically
    field: Mapped[str]
    #: its value before, in whatever type it had
    old: Mapped[bytes | None] = mapped_column(sa.LargeBinary)


class Mute(Base):
    """A row here keeps the triggers silent; only an import puts one, inside its transaction."""

    __tablename__ = "sync_mute"

    #: always 1
    n: Mapped[int] = mapped_column(primary_key=True)
