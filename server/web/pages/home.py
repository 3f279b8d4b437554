"""Home: what is due, and how far this office's changes have travelled."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

from server.base.config import Config
from server.services.home import home
from server.web.answers import Answer
from server.web.database import session
from server.web.here import here

page = Blueprint("home", __name__)


@page.get("/")
def show() -> Answer:
    """Everything that waits for somebody."""
    at = here()
    config: Config = current_app.extensions["valise.config"]
    return render_template("home/show.html", due=home(session(), at.office, at.today), cut=config.last_run == "cut")
