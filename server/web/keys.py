"""Keys without Ctrl (/, n and ?): each person at this folder may turn them off, as WCAG 2.1.4 wants it."""

from __future__ import annotations

from flask import Flask

from server.db.settings import of_person, read_setting, write_setting
from server.domain.records import Work
from server.web.database import session
from server.web.here import where_we_are

_OFF = "off"


def give_keys(app: Flask) -> None:
    """Tell the templates whether the person who types wants them."""
    app.jinja_env.globals["single_keys"] = single_keys


def single_keys() -> bool:
    """Whether they work for the person who types: they do until they are turned off."""
    at = where_we_are()
    return at is not None and read_setting(session(), _name(at.person)) != _OFF


def keep_single_keys(work: Work, person: str, *, on: bool) -> None:
    """Turn them on or off for a person."""
    write_setting(work.session, _name(person), "" if on else _OFF)


def _name(person: str) -> str:
    return of_person("single_keys", person)
