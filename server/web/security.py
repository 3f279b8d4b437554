"""Who may talk to the server: the window or browser that opened a single-use link, from our own pages, and nobody else.

Every other user and program of the machine can reach the port, and any web site can make a browser call it. So each
request must name our own host (against DNS rebinding), come from our own pages (Origin and Sec-Fetch-Site) and carry
the cookie with the key of this run (compared in constant time); each form carries flask-wtf's token as well.
"""

from __future__ import annotations

import hmac

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as AnyResponse

from server.base.config import Config
from server.base.i18n import _

#: nothing but our own files, nothing inline, no frames; data: for the small pictures of forms
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: methods that change nothing
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: a day's worth of dispatches with their photos, dropped at once
_LARGEST_REQUEST = 600 * 1024 * 1024
_LARGEST_FORM = 4 * 1024 * 1024

door = Blueprint("door", __name__)
csrf = CSRFProtect()


def guard(app: Flask, config: Config) -> None:
    """Refuse what is not ours before any page runs, and harden every answer."""
    port = (config.origin or "").rpartition(":")[2]
    app.config.update(
        SECRET_KEY=config.secret,
        SESSION_COOKIE_NAME=f"valise_forms_{port}" if port else "valise_forms",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        MAX_CONTENT_LENGTH=_LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=_LARGEST_FORM,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=True,
    )
    app.before_request(_refuse_strangers)
    app.after_request(_harden)
    csrf.init_app(app)
    app.register_blueprint(door)


def _refuse_strangers() -> None:
    """403 for a request that is not from our own window. Nothing of the database is read before this passed."""
    config: Config = current_app.extensions["valise.config"]
    opening = request.endpoint == "door.open_link"
    if config.origin is not None:
        if request.host != config.origin:
            abort(403, _("This address is not Valise's: open Valise from its icon."))
        if not _from_our_pages(config.origin, opening):
            abort(403, _("Another web page asked for this: go back to Valise's own window."))
    if not opening and not _has_key(config):
        abort(403, _("Valise only answers the window it opened: open it from its icon."))


def _from_our_pages(origin: str, opening: bool) -> bool:
    """Whether the browser says that one of our pages, or nobody, made the request.

    The single-use link may be followed from anywhere: a browser is started with a local file that leads to it.
    """
    site = request.headers.get("Sec-Fetch-Site")
    named = request.headers.get("Origin")
    if request.method not in _SAFE:
        return named == f"http://{origin}" if named is not None else site == "same-origin"
    return opening or site in (None, "same-origin", "none")


def _has_key(config: Config) -> bool:
    if config.token_cookie is None or config.token is None:
        return True
    given = request.cookies.get(config.token_cookie, "")
    return hmac.compare_digest(given.encode(), config.token.encode())


@door.get("/open/<secret>")
def open_link(secret: str) -> AnyResponse:
    """Set the key as a cookie, once per link.

    Answers with a page that goes on by itself, not with a redirect: a browser does not send a SameSite=Strict cookie
    along a chain of redirects that another page or a file began.
    """
    config: Config = current_app.extensions["valise.config"]
    if _has_key(config):
        return redirect(url_for("home.show"))
    if config.links is None or not config.links.spend(secret):
        abort(403, _("This link was used already or is too old: open Valise from its icon again."))
    assert config.token_cookie is not None
    assert config.token is not None
    answer = make_response(render_template("open.html"))
    answer.set_cookie(config.token_cookie, config.token, httponly=True, samesite="Strict", path="/")
    return answer


def _harden(answer: Response) -> Response:
    """The same headers on every answer; pages are never kept by the browser, files of the app are."""
    headers = answer.headers
    if answer.mimetype != "application/pdf":  # browsers show a PDF with a plug-in, which the policy forbids
        headers["Content-Security-Policy"] = POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    return answer
