"""The web application, put together. Reads like a table of contents."""

from __future__ import annotations

from flask import Flask

from server.base.config import Config
from server.base.paths import asset_dir
from server.web.database import attach_database
from server.web.errors import explain
from server.web.example import offer_example
from server.web.here import finish_what_came, locate
from server.web.keys import give_keys
from server.web.language import speak
from server.web.nav import show_menu
from server.web.pages import (
    activities,
    agreements,
    boards,
    challenges,
    conflicts,
    decisions,
    documents,
    drafts,
    example,
    exchange,
    finance,
    help,
    home,
    importing,
    inbox,
    indicators,
    laptops,
    layouts,
    lessons,
    meetings,
    milestones,
    offices,
    overview,
    printing,
    products,
    reports,
    search,
    settings,
    setup,
    views,
    workplan,
)
from server.web.security import guard
from server.web.views import show_views
from server.web.words import give_words

PAGES = (
    home, activities, milestones, workplan, indicators, finance, boards, meetings, decisions, documents, products,
    agreements, challenges, lessons, reports, printing, layouts, exchange, inbox, importing, conflicts, overview,
    offices, laptops, search, settings, help, setup, drafts, views, example,
)  # fmt: skip


def create_app(config: Config) -> Flask:
    """The pages on one data folder. Errors: Refused when the folder cannot be opened."""
    assets = asset_dir()
    app = Flask("valise", static_folder=assets / "static", template_folder=assets / "templates")
    app.extensions["valise.config"] = config
    attach_database(app, config)
    speak(app)
    guard(app, config)
    locate(app, config)
    finish_what_came(app)
    give_words(app)
    show_menu(app)
    show_views(app)
    give_keys(app)
    explain(app)
    offer_example(app, config, create_app)
    for page in PAGES:
        if page is not example or config.example is None:  # the example has no example
            app.register_blueprint(page.page)
    app.extensions["valise.take_files"] = exchange.take_files(app)
    return app
