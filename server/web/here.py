"""Where a request is: which programme and office this folder is, who types, what day it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from server.base.config import Config
from server.base.errors import Refused
from server.base.i18n import _, use_language
from server.base.paths import DataDir
from server.db.session import Author
from server.db.settings import PERSON, read_own, read_setting
from server.domain.framework.queries import ProgrammeFacts, programme
from server.domain.people.queries import OfficeFacts
from server.services.folder import Folder, is_set_up, own_office, prepare, resumed
from server.sync import replica
from server.sync.replica import Identity
from server.web import language
from server.web.database import engine, session

#: pages that answer before a folder is set up
_WITHOUT_A_PROGRAMME = frozenset({"setup", "door", "help", "example"})
_IDENTITY = "valise.identity"


@dataclass(frozen=True)
class Here:
    """Everything a page may ask of its place."""

    programme: ProgrammeFacts
    office: OfficeFacts
    identity: Identity
    person: str
    author: Author
    today: date
    data: DataDir


def locate(app: Flask, config: Config) -> None:
    """Open the folder when it is set up, and lead everybody to the set-up page while it is not."""
    with app.app_context():
        settle(config)
    app.before_request(_lead)
    app.context_processor(lambda: {"here": where_we_are()})


def settle(config: Config) -> None:
    """Find out who we are: at the start, and again after a set-up."""
    identity = prepare(config.data, engine(), config.clock) if is_set_up(config.data) else None
    current_app.extensions[_IDENTITY] = identity


def know_again() -> None:
    """After an import, or after one was undone: this folder may go on under another name."""
    session().rollback()  # what this request read before is old
    found = replica.identity(session().connection())
    if found is not None:
        current_app.extensions[_IDENTITY] = found


def finish_what_came(app: Flask) -> None:
    """At the start: finish what the last run left in the inbox. `app.extensions["valise.resumed"]` tells of it."""
    config: Config = app.extensions["valise.config"]
    identity: Identity | None = app.extensions[_IDENTITY]
    if identity is None:
        return
    with app.app_context(), use_language(read_own(session(), language.SETTING) or "en"):
        session().rollback()
        told = resumed(Folder(config.data, engine(), identity, config.clock)).resumed
        know_again()
    app.extensions["valise.resumed"] = told


def _lead() -> Response | None:
    if request.endpoint == "static":
        return None
    if current_app.extensions[_IDENTITY] is None:
        return None if request.blueprint in _WITHOUT_A_PROGRAMME else redirect(url_for("setup.show"))
    language.choose()
    return None


def where_we_are() -> Here | None:
    """This request's place; None before the folder is set up."""
    identity: Identity | None = current_app.extensions[_IDENTITY]
    if identity is None:
        return None
    if "here" not in g:
        g.here = _look(identity)
    found: Here = g.here
    return found


def here() -> Here:
    """This request's place. Errors: Refused before the folder is set up."""
    found = where_we_are()
    if found is None:
        raise Refused(_("Set this copy of Valise up first."), "not_set_up")
    return found


def folder() -> Folder:
    """The folder as services take it. They keep their own transactions: this request's read ends here."""
    config: Config = current_app.extensions["valise.config"]
    session().rollback()
    return Folder(config.data, engine(), here().identity, config.clock)


def _look(identity: Identity) -> Here:
    config: Config = current_app.extensions["valise.config"]
    found = programme(session())
    if found is None:
        raise Refused(_("The programme has not arrived here: open headquarters' set-up PDF again."), "no_programme")
    person = read_setting(session(), PERSON) or ""
    office = own_office(session(), identity)
    author = Author(person, identity.office, identity.hq)
    return Here(found, office, identity, person, author, config.clock().date(), config.data)
