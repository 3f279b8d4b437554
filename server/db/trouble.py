"""What the database itself refuses (damage, no space, another program's lock), told in one sentence."""

from __future__ import annotations

import sqlalchemy as sa

from server.base.errors import Refused
from server.base.i18n import _


def told(error: sa.exc.DatabaseError) -> Refused:
    """The refusal for an error of the database; its code is locked, full, read_only or damaged.

    SQLite says which by its own words (https://sqlite.org/rescode.html): SQLAlchemy keeps no code.
    """
    why = str(error.orig)
    if "locked" in why or "busy" in why:
        return Refused(
            _("Another program is writing in this data folder: wait until it is done, then try again."), "locked"
        )
    if "full" in why or "disk I/O" in why:
        return Refused(_("The disk is full or does not answer: free some space, then try again."), "full")
    if "readonly" in why or "unable to open" in why:
        return Refused(
            _("The data folder cannot be written: check your rights to it and the free disk space, then try again."),
            "read_only",
        )
    return Refused(_("The database is damaged (%(why)s): restore the newest backup.", why=why), "damaged")
