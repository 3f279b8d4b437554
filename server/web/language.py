"""The language of a page: what the person chose, kept on the server, else what the browser asks for."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Flask, g, request
from flask import session as cookie

from server.base.i18n import SCREENS, direction, language, language_name, screen, use_language
from server.db.settings import read_own
from server.web.database import session

#: name of the setting
SETTING = "language"
#: name of the choice in the cookie: it is made before there is a folder that could keep it
FIRST_CHOICE = "language"


def speak(app: Flask) -> None:
    """Make every sentence of a request in its language."""
    app.before_request(_listen)
    app.teardown_request(_hush)
    app.context_processor(lambda: {
        "language": language(), "screen": screen(), "direction": direction(),
        "languages": [(code, language_name(code), direction(code)) for code in SCREENS],
    })


def _listen() -> None:
    g.words = ExitStack()
    g.words.enter_context(use_language(_asked_for()))


def _hush(_error: BaseException | None) -> None:
    words = g.pop("words", None)
    if words is not None:
        words.close()


def choose() -> None:
    """Change to the person's own choice; called once it is known that the request is ours and may read it."""
    chosen = read_own(session(), SETTING)
    if chosen:
        g.words.enter_context(use_language(chosen))


def _asked_for() -> str:
    chosen = cookie.get(FIRST_CHOICE)
    if chosen in SCREENS:
        return str(chosen)
    return request.accept_languages.best_match(SCREENS) or "en"
