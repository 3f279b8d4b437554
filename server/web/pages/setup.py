"""The first run, in four screens: the language, coordinate or join, the person, and what now.

A file is tried when it is brought, and the folder set up when everything is answered: until then every screen can be
gone back to, and what was answered waits in the browser's cookie and among the staged files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from server.base.config import Config
from server.base.errors import NotFound, RulesBroken, ValiseError
from server.base.i18n import SCREENS, _, screen
from server.base.text import one_line
from server.db.settings import write_own
from server.services.demo import EXAMPLE
from server.services.setup import look_at_set_up, set_up_hq, set_up_office
from server.web import tour
from server.web.answers import Answer
from server.web.database import writing
from server.web.files import hand_over
from server.web.here import here, settle, where_we_are
from server.web.language import FIRST_CHOICE, SETTING
from server.web.staged import forget, safe_name, stage, staged

page = Blueprint("setup", __name__)
#: name of what was answered so far, in the cookie
_ANSWERS = "first_run"
_LONGEST_NAME = 200


@page.get("/setup")
def show() -> Answer:
    """First screen: the language."""
    return redirect(url_for("home.show")) if where_we_are() else render_template("setup/language.html")


@page.post("/setup/language")
def speak() -> Answer:
    """Keep the language that was chosen, and go on in it."""
    chosen = request.form.get("language", "")
    if chosen in SCREENS:
        cookie[FIRST_CHOICE] = chosen
    return redirect(url_for(".begin"))


@page.get("/setup/begin")
def begin() -> Answer:
    """Second screen: join a programme, coordinate one, or look at the example first."""
    return _settled() or render_template("setup/begin.html", problems=(), brought=_brought())


@page.post("/setup/office")
def office() -> Answer:
    """Bring the set-up PDF of an office."""
    return _bring(hq=False)


@page.post("/setup/hq")
def hq() -> Answer:
    """Bring the file of a programme that is to be coordinated here."""
    return _bring(hq=True)


@page.get("/setup/programme-file")
def sample() -> Response:
    """The example's programme as a file, to see how one is written."""
    return hand_over("programme.json", (EXAMPLE / "hq.json").read_bytes(), "application/json", url_for(".begin"))


@page.get("/setup/person")
def person() -> Answer:
    """Third screen: who types, beside what this copy is about to become."""
    brought = _brought()
    if where_we_are() or brought is None:
        return _settled() or redirect(url_for(".begin"))
    return render_template("setup/person.html", problems=(), brought=brought)


@page.post("/setup/person")
def set_up() -> Answer:
    """Set this folder up, or go back with the name kept."""
    brought = _brought()
    if where_we_are() or brought is None:
        return _settled() or redirect(url_for(".begin"))
    name = one_line(request.form.get("person", ""))[:_LONGEST_NAME]
    cookie[_ANSWERS] = brought | {"person": name}
    if "back" in request.form:
        return redirect(url_for(".begin"))
    problems = _told(lambda: _become(brought, name))
    if problems:
        return render_template("setup/person.html", problems=problems, brought=brought | {"person": name}), 422
    return redirect(url_for(".done"))


@page.get("/setup/done")
def done() -> Answer:
    """Fourth screen: what now."""
    return render_template("setup/done.html") if where_we_are() else redirect(url_for(".begin"))


@page.post("/setup/done")
def start() -> Answer:
    """To Home, with the first steps or without them."""
    with writing(here().author) as work:
        tour.choose(work, "take" if request.form.get("tour") == "take" else "skip")
    return redirect(url_for("home.show", _anchor="first-steps" if request.form.get("tour") == "take" else None))


def _settled() -> Answer | None:
    """Where somebody goes on who comes back when the folder is set up already."""
    return redirect(url_for(".done")) if where_we_are() else None


def _brought() -> dict[str, Any] | None:
    """What the file that was brought would make of this folder, and who types; None when it has to be brought again."""
    kept = cookie.get(_ANSWERS)
    if not isinstance(kept, dict):
        return None
    try:
        staged(_config().data, str(kept.get("batch")))
    except NotFound:
        return None
    return dict(kept)


def _bring(*, hq: bool) -> Answer:
    """Try a file, keep it for the last screen, and go on; or every sentence of what is wrong with it."""
    if where_we_are():
        return redirect(url_for(".done"))
    file, config, before = request.files.get("file"), _config(), _brought()
    if file is None or not file.filename:
        return _again([_("Choose the file first.")])
    batch = stage(config.data, [(safe_name(file.filename), file.save)])

    def look() -> None:
        found = look_at_set_up(config.data, staged(config.data, batch)[0], config.clock, hq=hq)
        cookie[_ANSWERS] = {"batch": batch, "hq": hq, "person": (before or {}).get("person", ""),
                            "office": found.office, "programme": found.programme, "key": found.key}  # fmt: skip

    problems = _told(look)
    unwanted = batch if problems else (before or {}).get("batch")
    if unwanted:
        forget(config.data, unwanted)
    return _again(problems) if problems else redirect(url_for(".person"))


def _become(brought: dict[str, Any], name: str) -> None:
    """Set the folder up with what was brought; from then on it is this app's."""
    config = _config()
    become = set_up_hq if brought["hq"] else set_up_office
    become(config.data, staged(config.data, brought["batch"])[0], name or None, config.clock).close()
    forget(config.data, brought["batch"])
    cookie.pop(_ANSWERS, None)
    settle(config)
    with writing(here().author) as work:
        write_own(work.session, SETTING, screen())


def _told(attempt: Callable[[], None]) -> list[str]:
    """Every sentence of what is wrong; none when it went well."""
    try:
        attempt()
    except RulesBroken as broken:
        return [one.message for one in broken.errors]
    except ValiseError as error:
        return [error.message]
    return []


def _again(problems: list[str]) -> Answer:
    return render_template("setup/begin.html", problems=problems, brought=_brought()), 422


def _config() -> Config:
    config: Config = current_app.extensions["valise.config"]
    return config
