"""Tables: what this replica knows of files that documents name. None of them travels; server.sync.files writes them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from server.db.base import Base

#: a 128-bit id as 32 hex digits
_HEX = sa.String(32)


class Blob(Base):
    """A file that a document names, by its content; follows from the records and from what lies in the data folder."""

    __tablename__ = "sync_blob"

    #: hex
    sha256: Mapped[str] = mapped_column(primary_key=True)
    #: bytes
    size: Mapped[int | None]
    #: 1 when the whole content is here, 0 when it is asked for
    have: Mapped[int]
    #: 1 when its pieces came and were not that file; none of them was kept
    damaged: Mapped[int] = mapped_column(default=0)


class BlobAsked(Base):
    """A file that another copy of Valise asked for in the latest of its dispatches that came here."""

    __tablename__ = "sync_blob_asked"

    #: the peer, 32 hex digits
    incarnation: Mapped[str] = mapped_column(_HEX, primary_key=True)
    #: hex
    sha256: Mapped[str] = mapped_column(primary_key=True)


class BlobSent(Base):
    """A file that went whole to an office in some dispatch; what went already waits behind what never did."""

    __tablename__ = "sync_blob_sent"

    #: id of the office
    office: Mapped[str] = mapped_column(primary_key=True)
    #: hex
    sha256: Mapped[str] = mapped_column(primary_key=True)
