"""Conflicts as pages show them: what the record and the field are called, and each side in words."""

from __future__ import annotations

from dataclasses import dataclass

from server.base.i18n import _
from server.db.base import synced_models
from server.db.session import UnitSession, read_session
from server.services.conflicts import Conflict, Side, conflicts
from server.services.folder import Folder
from server.sync.replica import Identity
from server.web.records import address_of, field_words, table_words, value_words


@dataclass(frozen=True)
class Choice:
    """One side of a dispute: its value in words, who set it, and whether it is the one on screen."""

    words: str
    who: str
    shown: bool


@dataclass(frozen=True)
class Dispute:
    """A conflict in words. `ours`: this office may choose; `url`: the record's own page, if it has one."""

    id: str
    record: str
    title: str
    field: str
    choices: tuple[Choice, ...]
    ours: bool
    url: str | None


def disputes(folder: Folder) -> list[Dispute]:
    """All conflicts that wait for a person, in words of the current language."""
    found = conflicts(folder)
    with read_session(folder.engine) as session:
        return [_told(session, folder.identity, conflict) for conflict in found]


def keep_of(conflict: Conflict, place: int) -> str:
    """The side at a place, as server.services.conflicts.resolve takes it."""
    side = conflict.sides[place]
    if conflict.kind == "delete" or [other.mine for other in conflict.sides].count(side.mine) == 1:
        return "mine" if side.mine else "theirs"
    return "" if side.value is None else str(side.value)


def _told(session: UnitSession, identity: Identity, conflict: Conflict) -> Dispute:
    model = synced_models().get(conflict.table)
    row = session.get(model, conflict.row) if model is not None else None
    return Dispute(
        conflict.id,
        table_words(conflict.table),
        conflict.title,
        _("kept or deleted") if conflict.kind == "delete" else field_words(conflict.field),
        tuple(_choice(session, conflict, side) for side in conflict.sides),
        row is not None and row.office == identity.office,
        address_of(session, conflict.table, conflict.row),
    )


def _choice(session: UnitSession, conflict: Conflict, side: Side) -> Choice:
    if conflict.kind == "delete":
        words = _("Delete the record") if side.deletes else _("Keep the record, as changed")
    else:
        words = value_words(session, conflict.table, conflict.field, side.value)
    who = ", ".join(part for part in (side.person, side.office) if part)
    return Choice(words, f"{who} ({_('on this laptop')})" if side.mine else who, side.shown)
