"""What waiting dispatches wait for, who may hold it, and headquarters' word that nobody does: then they go in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from server.base.errors import NotFound, Refused, RuleBroken
from server.base.i18n import _
from server.db.session import UnitSession, read_session
from server.domain.people.queries import office
from server.domain.records import Work, save, visible
from server.reports.carrier import open_sealed
from server.services import arrivals, sealing
from server.services.folder import Folder
from server.services.judging import judge
from server.services.received import Judged
from server.sync import inbox, tips
from server.sync.inbox import Arrival
from server.sync.models import LostChange
from server.sync.payload import Payload, read_payload
from server.sync.scope import depends_on


@dataclass(frozen=True)
class Missing:
    """A change (id, hex) that is not here, and the dispatch that waits for it.

    `office` is the sender's name; `holders` are names of the offices whose last word says that they have it. `readable`
    is False when the waiting file cannot even be read without it: then only a full dispatch helps.
    """

    changeset: str
    stream: str
    arrival: Arrival
    office: str
    holders: tuple[str, ...]
    readable: bool = True

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "changeset": self.changeset, "stream": self.stream or None, "file": self.arrival.file_name,
            "from": self.office, "number": self.arrival.number, "since": self.arrival.at,
            "asked": list(self.holders), "can_be_declared_lost": self.readable,
        }  # fmt: skip


@dataclass(frozen=True)
class Declared:
    """A change that was declared lost: when it turned up after all, `here` says so."""

    changeset: str
    note: str
    here: bool


def missing(folder: Folder, office_id: str | None = None) -> list[Missing]:
    """What parked dispatches wait for, of one office's only when it is named; the earliest dispatch first."""
    found: dict[str, Missing] = {}
    with read_session(folder.engine) as session:
        waiting = [one for one in inbox.arrivals(session.connection(), (inbox.PARKED,)) if one.reason == "missing"]
    for one in waiting:
        if office_id in (None, one.office):
            for lack in _lacks(folder, one):
                found.setdefault(lack.changeset, lack)
    return list(found.values())


def _lacks(folder: Folder, one: Arrival) -> list[Missing]:
    path = arrivals.bytes_of(folder.data, one.sha256)
    if path is None:
        return []
    try:
        data = path.read_bytes()
        judged = judge(folder, data, sealing.unsealed(folder, open_sealed(data)))
        with read_session(folder.engine) as session:
            payload = read_payload(judged.payload, find=tips.finder(session.connection(), judged.manifest.base))
            return _told(session, one, judged, payload)
    except (Refused, OSError):  # it waits for something else now; the list of what came says for what
        return []


def _told(session: UnitSession, one: Arrival, judged: Judged, payload: Payload) -> list[Missing]:
    connection = session.connection()
    sender = office(session, one.office or "")
    name = sender.name if sender else one.signer or "–"
    if payload.waits_for:
        unread = payload.waits_for[0]
        ids = tips.unknown(connection, {unread: judged.manifest.base.get(unread, ())})
        return [Missing(i, unread, one, name, _holders(session, name, unread, i, None), readable=False) for i in ids]
    given = {change.id for change in payload.changes}
    outside = {i for change in payload.changes for i in depends_on(change)} - given
    lost = {bytes.fromhex(row.changeset or "") for row in session.scalars(visible(LostChange))}
    absent = outside - tips.held(connection, outside) - lost
    after = {change.prev: change for change in payload.changes if change.prev in absent}
    found = []
    for i in sorted(absent, key=lambda i: (i not in after, i)):
        stream, seq = (after[i].stream, after[i].seq - 1) if i in after else ("", None)
        found.append(Missing(i.hex(), stream, one, name, _holders(session, name, stream, i.hex(), seq)))
    return found


def _holders(session: UnitSession, sender: str, stream: str, changeset: str, seq: int | None) -> tuple[str, ...]:
    """The sender, who built upon it, and those whose last word covers it."""
    names = [sender]
    for peer in tips.peers(session.connection()):
        ends = [(at, i) for key, several in peer.tips.items() if stream in ("", key) for at, i in several]
        if any(i == changeset or (stream and seq is not None and at >= seq) for at, i in ends):
            found = office(session, peer.office or "")
            names += [found.name] if found else []
    return tuple(dict.fromkeys(names))


def declare_lost(folder: Folder, work: Work, changesets: Collection[str], note: str | None) -> int:
    """Declare that nobody holds changes any more (ids, hex, from `missing`). Call `receive.resume` after the commit.

    Returns how many. Errors: RuleBroken, NotFound, Refused (unreadable).
    """
    if not (note or "").strip():
        raise RuleBroken(_("Say how you know: others will ask."), "note")
    known = {one.changeset: one for one in missing(folder)}
    for name in changesets:
        lack = known.get(name)
        if lack is None:
            raise NotFound(_("No dispatch waits for this change: choose one from the list."))
        if not lack.readable:
            raise Refused(
                _("The waiting dispatch cannot be read without it: ask %(office)s to send everything again.",
                  office=lack.office), "unreadable",
            )  # fmt: skip
        save(work, LostChange, {"changeset": name, "stream": lack.stream or None, "note": note})
    return len(changesets)


def declared(session: UnitSession) -> list[Declared]:
    """What was declared lost."""
    rows = [row for row in session.scalars(visible(LostChange).order_by(LostChange.id)) if row.changeset]
    here = tips.held(session.connection(), {bytes.fromhex(row.changeset or "") for row in rows})
    return [Declared(row.changeset or "", row.note or "", bytes.fromhex(row.changeset or "") in here) for row in rows]
