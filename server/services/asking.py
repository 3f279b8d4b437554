"""Asking an office for what never came: an unsent e-mail that says which dispatch is missing, and what to do."""

from __future__ import annotations

import tempfile
from pathlib import Path

from server.base.errors import Refused
from server.base.i18n import _
from server.db.session import read_session
from server.domain.people.queries import office
from server.services import arrivals
from server.services.folder import Folder
from server.services.journal import waiting_for
from server.services.mail import write_draft
from server.sync import inbox


def ask_again(folder: Folder, sha256: str) -> tuple[str, bytes]:
    """A file name and an e-mail draft to the office whose dispatch waits for another. Errors: NotFound, Refused."""
    one = arrivals.found(folder, sha256)
    if one.state != inbox.PARKED:
        raise Refused(_("This file does not wait for another one any more."), "not_waiting")
    with read_session(folder.engine) as session:
        sender, here = office(session, one.office or ""), office(session, folder.identity.office)
        missing = waiting_for(session, one)
    name = here.name if here else ""
    subject = _("%(office)s asks for a dispatch again", office=name)
    text = _(
        "%(office)s cannot open a dispatch of yours yet, because another one before it did not arrive.\n\n"
        "%(missing)s\n\n"
        "In Valise, choose Send and receive. If the dispatch that is missing stands under What was sent, choose it "
        "there and mail its file again. Otherwise make a new dispatch with “Send everything again, whatever was "
        "acknowledged”.\n",
        office=name,
        missing=missing,
    )
    with tempfile.TemporaryDirectory() as room:
        draft = Path(room) / "draft.eml"
        write_draft(draft, to=sender.email if sender else None, subject=subject, text=text, attachment=None)
        return f"{Path(one.file_name or 'dispatch').stem}-missing.eml", draft.read_bytes()
