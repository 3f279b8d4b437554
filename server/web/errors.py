"""Errors as pages: one sentence that says what to do next, in the reader's language; never a trace."""

from __future__ import annotations

import errno
import logging

import sqlalchemy as sa
from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from server.base.errors import NotFound, Refused, ValiseError
from server.base.i18n import _
from server.db.trouble import told
from server.web.database import session

#: what a disk says that is full, over its quota, broken, or gone
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)
log = logging.getLogger("valise.web")
Answer = tuple[str, int] | Response


def explain(app: Flask) -> None:
    """Turn every error into a page."""
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(ValiseError, _ours)
    app.register_error_handler(sa.exc.DatabaseError, _database)
    app.register_error_handler(OSError, _disk)
    app.register_error_handler(Exception, _unforeseen)


def _http(error: HTTPException) -> Answer:
    if error.response is not None:
        return Response(error.get_response().get_data(), error.response.status_code)
    code = error.code or 500
    if code in (403, 421):  # a stranger sees no page of ours
        return render_template("refused.html", title=_("Refused"), sentence=error.description), code
    sentences = {
        404: _("There is no such page here. Choose one from the menu."),
        405: _("This page cannot be opened like that. Choose it from the menu."),
        413: _("That is too much at once: choose fewer or smaller files."),
    }
    return _page(_("This did not work"), sentences.get(code, _("Go back and try again.")), code)


def _ours(error: ValiseError) -> Answer:
    code = 404 if isinstance(error, NotFound) else 409 if isinstance(error, Refused) else 422
    return _page(_("Not found") if code == 404 else _("This did not work"), error.message, code)


def _disk(error: OSError) -> Answer:
    if error.errno not in _DISK:
        return _unforeseen(error)
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    sentence = _("The disk is full or does not answer: free some space, then try again.")
    return _page(_("This did not work"), sentence, 503)


def _stale_form(_error: CSRFError) -> Answer:
    sentence = _("Valise was started anew since that page was opened. Nothing was changed: open the page again; "
                 "what you typed was kept as a draft.")
    return _page(_("This page is out of date"), sentence, 400)


def _database(error: sa.exc.DatabaseError) -> Answer:
    """Somebody else writes, such as a long import, or the disk is full: that passes. The rest was not foreseen."""
    refused = told(error)
    if refused.code not in ("locked", "full", "read_only"):
        return _unforeseen(error)
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return _page(_("This did not work"), refused.message, 503)


def _unforeseen(error: Exception) -> Answer:
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    sentence = _("Something went wrong in Valise. What you saved before is safe, and what you typed was kept as a "
                 "draft. Go back and try again; if it happens again, send the log file from the data folder to "
                 "headquarters.")
    return _page(_("Something went wrong"), sentence, 500)


def _page(title: str, sentence: str, code: int) -> Answer:
    """The sentence in our frame; when even that cannot be drawn, because the database fails, the sentence alone."""
    try:
        session().rollback()
        return render_template("error.html", title=title, sentence=sentence), code
    except Exception:
        log.exception("the page of an error failed")
        return render_template("refused.html", title=title, sentence=sentence), code
