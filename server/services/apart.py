"""Changes of laptops that are off the list: kept apart, listed, and let count when headquarters says so."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.base.errors import NotFound, RuleBroken
from server.base.i18n import _
from server.db.session import UnitSession
from server.domain.records import Work, delete, visible
from server.services.laptops import adopt_one
from server.services.names import table_words, title_of
from server.sync import cuts, heads
from server.sync.canonical import Changeset
from server.sync.models import AdoptedChange

#: records that a line names
_NAMED = 4


@dataclass(frozen=True)
class Apart:
    """One change of a laptop that is off the list: who made it, when by their clock (ISO), and what it is about.

    `adopted` is the note with which headquarters let it count; None while it is kept apart.
    """

    id: str
    device: str
    office: str
    person: str
    claimed: str
    doubt: bool
    titles: tuple[str, ...]
    adopted: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**vars(self), "titles": list(self.titles)}


def apart(session: UnitSession, devices: Collection[str] | None = None) -> list[Apart]:
    """What is kept apart, of some laptops only when they are named; in the order it came."""
    found = (change for _n, change in cuts.kept_apart(session.connection()))
    return [_told(session, change) for change in found if devices is None or change.device in devices]


def adopted(session: UnitSession, devices: Collection[str] | None = None) -> list[Apart]:
    """What headquarters let count, and that came here."""
    found = []
    for row in session.scalars(visible(AdoptedChange).order_by(AdoptedChange.id)):
        change = _known(session, row.changeset or "")
        if change is not None and (devices is None or change.device in devices):
            found.append(_told(session, change, row.note or ""))
    return found


def _known(session: Session, name: str) -> Changeset | None:
    """The change with that id, if it is one and is here."""
    whole = len(name) == 64 and all(letter in "0123456789abcdef" for letter in name)
    return heads.changeset(session.connection(), name) if whole else None


def _told(session: UnitSession, change: Changeset, note: str | None = None) -> Apart:
    titles = [_title(session, change, place) for place in range(min(len(change.ops), _NAMED))]
    if len(change.ops) > _NAMED:
        titles.append("…")
    claimed = datetime.fromtimestamp(change.claimed, UTC).isoformat() if abs(change.claimed) < 2**37 else ""
    return Apart(change.id.hex(), change.device, change.office, change.person, claimed, bool(change.doubt),
                 tuple(dict.fromkeys(titles)), note)  # fmt: skip


def _title(session: UnitSession, change: Changeset, place: int) -> str:
    """What a record is called: by the record that is here, else by what the change itself says."""
    op = change.ops[place]
    known = title_of(session, op.table, op.row)
    said = next((op.values[name] for name in ("title", "name", "code", "text") if op.values.get(name)), None)
    words = known if known != op.row else str(said or "")
    kind = table_words(op.table)
    return _("%(kind)s “%(title)s”", kind=kind, title=words) if words else kind


def adopt(work: Work, changesets: Collection[str], note: str | None) -> int:
    """Let changes count that are kept apart (ids, hex). Returns how many. Errors: NotFound, RuleBroken."""
    if not (note or "").strip():
        raise RuleBroken(_("Say why they count: others will ask."), "note")
    for name in changesets:
        change = _kept(work, name)
        adopt_one(work, change.stream, name, note)
    return len(changesets)


def keep_apart_again(work: Work, changesets: Collection[str]) -> int:
    """Take adoptions back. Returns how many. Errors: NotFound."""
    for name in changesets:
        found = work.session.scalars(visible(AdoptedChange).where(AdoptedChange.changeset == name)).all()
        if not found:
            raise NotFound(_("This change was not adopted: choose one from the list."))
        for row in found:
            delete(work, AdoptedChange, row.id)
    return len(changesets)


def _kept(work: Work, name: str) -> Changeset:
    change = _known(work.session, name)
    if change is None or not cuts.is_apart(work.session.connection(), name):
        raise NotFound(_("This change is not kept apart: choose one from the list."))
    return change
