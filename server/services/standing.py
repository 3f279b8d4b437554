"""What the person at this laptop must know of it: it goes on under a new name, is off the list, or its key runs out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from server.base.clock import Clock
from server.base.i18n import _, day_text
from server.db.session import UnitSession
from server.services.laptops import laptops
from server.sync import inbox, replica

#: so many days a new name is told
_TOLD = timedelta(days=30)
_RESTORED = ("database older than its witness", "database differs from its witness", "database of another run")
_MOVED = ("another machine", "another file")
_MET_ITSELF = ("own stream continued elsewhere", "base unknown to its addressee")


def standing(session: UnitSession, clock: Clock) -> list[str]:
    """Sentences, the most pressing first; usually none."""
    own = replica.identity(session.connection())
    if own is None:
        return []
    here = next((one for one in laptops(session, clock, own.office) if one.here), None)
    told = []
    if here is not None and here.off:
        day = day_text(datetime.fromisoformat(here.revoked or "").date()) if here.revoked else "–"
        told.append(_(
            "Headquarters took this laptop off its list on %(day)s: what is saved here stays here and does not count."
            " Call headquarters: it can put the laptop back, and then everything counts.", day=day,
        ))  # fmt: skip
    elif here is not None and here.state == "expired":
        told.append(_(
            "The certificate of this laptop has ended: what it sends is refused until headquarters renews it."
        ))  # fmt: skip
    elif here is not None and here.state == "ending":
        told.append(_(
            "The certificate of this laptop ends on %(day)s: ask headquarters to renew it and to send you a circular.",
            day=day_text(here.until.date()),
        ))  # fmt: skip
    return [*told, *_renamed(session, clock)]


def _renamed(session: UnitSession, clock: Clock) -> Iterator[str]:
    """The latest doubt of the last weeks about whether a copy of this database exists."""
    for at, what, info in inbox.audit_trail(session.connection(), most=1000):
        when = datetime.fromisoformat(at)
        why = str(info.get("why", "")) if what == "rotate" and isinstance(info, dict) else ""
        sentence = _why(why, day_text(when.date()))
        if sentence and clock() - when < _TOLD:
            yield sentence
            return


def _why(why: str, day: str) -> str:
    if why in _RESTORED:
        return _("An older copy of this laptop’s records was put back on %(day)s. Nothing is lost: send a dispatch, and"
                 " what others have of yours comes back with theirs.", day=day)  # fmt: skip
    if why in _MOVED:
        return _("This data folder was copied or moved on %(day)s. Use only one of the copies; nothing is lost, and"
                 " your next dispatch tells the others.", day=day)  # fmt: skip
    if why in _MET_ITSELF:
        return _("On %(day)s a dispatch showed that another copy of this laptop’s records is or was in use. Both are"
                 " kept; use only one of them, and send a dispatch.", day=day)  # fmt: skip
    if why == "witness missing":
        return _("The file that tells copies of this data folder apart was missing on %(day)s. Nothing is lost; if you"
                 " copied or restored the folder, use only one of the copies.", day=day)  # fmt: skip
    return ""
