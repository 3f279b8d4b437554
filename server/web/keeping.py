"""Deleting with Undo and bringing back: the same for every kind of record."""

from __future__ import annotations

from server.base.i18n import _
from server.db.base import Synced
from server.domain.records import delete, undelete
from server.web.answers import offer_undo, said
from server.web.database import writing
from server.web.here import here


def take_away(model: type[Synced], id: str, title: str, undo: str) -> None:
    """Delete a record at once; the next page offers to POST to `undo`. Errors: RuleBroken, NotFound."""
    with writing(here().author) as work:
        delete(work, model, id)
    offer_undo(_("Deleted: %(title)s", title=title), undo)


def bring_back(model: type[Synced], id: str) -> None:
    """Undo a deletion. Errors: RuleBroken, NotFound."""
    with writing(here().author) as work:
        undelete(work, model, id)
    said(_("It is back."))
