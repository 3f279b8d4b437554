"""Settings of this data folder, such as the language of its pages. Local: they never travel."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Base


class Setting(Base):
    """One choice of the person at this machine."""

    __tablename__ = "setting"

    #: its name
    name: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    #: what was chosen
    value: Mapped[str] = mapped_column(sa.Text)


#: made once: every page asks for two or three
_READ = sa.select(Setting.value).where(Setting.name == sa.bindparam("name"))


def read_setting(session: Session, name: str) -> str | None:
    """What was chosen, or None."""
    return session.scalar(_READ, {"name": name})


def write_setting(session: Session, name: str, value: str) -> None:
    """Choose, in the caller's transaction."""
    session.merge(Setting(name=name, value=value))
    session.flush()
