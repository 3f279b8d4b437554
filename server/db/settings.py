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


#: the setting that says who types here: a name or a role
PERSON = "person"
#: made once: every page asks for two or three
_READ = sa.select(Setting.value).where(Setting.name == sa.bindparam("name"))


def read_setting(session: Session, name: str) -> str | None:
    """What was chosen, or None."""
    return session.scalar(_READ, {"name": name})


def write_setting(session: Session, name: str, value: str) -> None:
    """Choose, in the caller's transaction."""
    session.merge(Setting(name=name, value=value))
    session.flush()


def of_person(name: str, person: str) -> str:
    """The name of a person's own choice of a setting."""
    return f"{name}/{person}"


_READ_OWN = sa.text(
    "SELECT value FROM setting WHERE name IN (:name, :name || '/' || (SELECT value FROM setting WHERE name = :person)) "
    "ORDER BY length(name) DESC LIMIT 1")


def read_own(session: Session, name: str) -> str | None:
    """What the person who types here chose; what was chosen last at this machine where they never did; or None."""
    found: str | None = session.scalar(_READ_OWN, {"name": name, "person": PERSON})
    return found


def write_own(session: Session, name: str, value: str) -> None:
    """Choose for the person who types here, and for whoever comes and has not chosen, in the caller's transaction."""
    write_setting(session, name, value)
    write_setting(session, of_person(name, read_setting(session, PERSON) or ""), value)


def who_chose(session: Session, name: str) -> list[str]:
    """Who chose a setting for themselves at this machine, by name."""
    found = session.scalars(sa.select(Setting.name).where(Setting.name.startswith(f"{name}/", autoescape=True)))
    return sorted(filter(None, (one.removeprefix(f"{name}/") for one in found)))
