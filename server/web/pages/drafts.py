"""Drafts: what is typed is kept every two seconds, and thrown away when its writer says so."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, request

from server.base.config import Config
from server.base.i18n import _
from server.db.drafts import drop_draft, keep_draft
from server.web.answers import Answer
from server.web.database import writing
from server.web.here import here
from server.web.words import instant

page = Blueprint("drafts", __name__)
#: inputs that belong to the request, not to what was typed
_OURS = frozenset({"csrf_token"})


@page.post("/drafts/<path:key>")
def keep(key: str) -> Answer:
    """Keep what is typed so far; answers with the words below the form."""
    config: Config = current_app.extensions["valise.config"]
    typed = {name: values for name, values in request.form.lists() if name not in _OURS}
    with writing(here().author) as work:
        keep_draft(work.session, key, typed, config.clock)
    return _("Kept as a draft, %(at)s", at=instant(config.clock()))


@page.post("/drafts/<path:key>/drop")
def drop(key: str) -> Answer:
    """Forget a draft."""
    with writing(here().author) as work:
        drop_draft(work.session, key)
    return redirect(request.referrer or "/")
