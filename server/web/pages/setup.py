"""Set-up: the first page of an empty folder. Headquarters brings its programme, an office its set-up PDF."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from server.base.config import Config
from server.base.errors import RulesBroken, ValiseError
from server.base.i18n import _
from server.services.demo import EXAMPLE
from server.services.folder import Folder
from server.services.setup import set_up_hq, set_up_office
from server.web.answers import Answer, said
from server.web.here import settle, where_we_are

page = Blueprint("setup", __name__)


@page.get("/setup")
def show() -> Answer:
    """The two ways to begin."""
    return redirect(url_for("home.show")) if where_we_are() else render_template("setup/show.html", problems=())


@page.post("/setup/office")
def office() -> Answer:
    """Become the office that a set-up PDF names."""
    return _begin(request.files.get("file"), lambda config, path, person: set_up_office(
        config.data, path, person, config.clock))


@page.post("/setup/hq")
def hq() -> Answer:
    """Become headquarters of the programme in a file."""
    return _begin(request.files.get("file"), lambda config, path, person: set_up_hq(
        config.data, path, person, config.clock))


@page.post("/setup/example")
def example() -> Answer:
    """Become headquarters of the example programme."""
    config: Config = current_app.extensions["valise.config"]
    return _became(lambda: set_up_hq(config.data, EXAMPLE / "hq.json", None, config.clock))


def _begin(file: FileStorage | None, become: Callable[[Config, Path, str | None], Folder]) -> Answer:
    config: Config = current_app.extensions["valise.config"]
    if file is None or not file.filename:
        return _again([_("Choose the file first.")])
    person = request.form.get("person", "").strip() or None
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / Path(file.filename.replace("\\", "/")).name
        file.save(path)
        return _became(lambda: become(config, path, person))


def _became(become: Callable[[], Folder]) -> Answer:
    """Run the set-up and go Home, or show every sentence of what is wrong."""
    if where_we_are():
        return redirect(url_for("home.show"))
    config: Config = current_app.extensions["valise.config"]
    try:
        become().close()
    except RulesBroken as broken:
        return _again([one.message for one in broken.errors])
    except ValiseError as error:
        return _again([error.message])
    settle(config)
    said(_("Ready. Everything you need is here."))
    return redirect(url_for("home.show"))


def _again(problems: list[str]) -> Answer:
    return render_template("setup/show.html", problems=problems), 422
