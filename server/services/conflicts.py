"""Conflicts: values of one field that were set without sight of each other. A person chooses; the choice travels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from server.base.errors import NotFound, Refused
from server.base.i18n import _
from server.db.base import synced_models
from server.db.session import UnitSession, read_session, write_session
from server.domain.people.queries import office
from server.domain.records import Work, save
from server.services.folder import Folder
from server.sync import capture, heads
from server.sync.heads import Contender
from server.sync.project import Issue


@dataclass(frozen=True)
class Side:
    """One value of a conflict and who set it; `shown` when it is the one on screen."""

    value: Any
    person: str
    office: str
    shown: bool
    mine: bool
    deletes: bool


@dataclass(frozen=True)
class Conflict:
    """A field with several values: `id` names it on the command line and in addresses."""

    id: str
    kind: str
    table: str
    row: str
    field: str
    title: str
    sides: tuple[Side, ...]

    @property
    def sentence(self) -> str:
        """The conflict in one line."""
        values = "; ".join(f"{side.office} {side.person}: {_value(side)}" for side in self.sides)
        return _(
            "%(id)s  %(table)s “%(title)s”, %(field)s: %(values)s",
            id=self.id,
            table=self.table,
            title=self.title,
            field=self.field,
            values=values,
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "id": self.id,
            "kind": self.kind,
            "table": self.table,
            "row": self.row,
            "field": self.field,
            "title": self.title,
            "values": [vars(side) for side in self.sides],
        }


def conflicts(folder: Folder) -> list[Conflict]:
    """All conflicts that wait for a person."""
    with read_session(folder.engine) as session:
        found = heads.issues(session.connection(), ("value", "delete"))
        return [_conflict(session, folder, issue) for issue in found]


def resolve(folder: Folder, conflict_id: str, keep: str) -> str:
    """Settle a conflict with `keep`: mine, theirs, or the value itself. Returns the value kept, in words.

    Errors: NotFound when it is settled already, Refused when there is no such side, RulesBroken for a value that the
    rules of the record do not allow.
    """
    with read_session(folder.engine) as session:
        issue = heads.issue(session.connection(), conflict_id)
        if issue is None or issue.kind not in ("value", "delete"):
            raise NotFound(_("There is no conflict %(id)s: it may be settled already.", id=conflict_id))
        conflict = _conflict(session, folder, issue)
    chosen = _chosen(conflict, keep)
    with write_session(folder.engine, folder.author()) as session:
        session.info["clock"] = folder.clock
        if conflict.kind == "delete":
            capture.resolve(session, issue.table, issue.row, {"deleted": int(bool(chosen))})
            return _("deleted") if chosen else _("kept")
        work = Work(session, folder.author(), folder.clock)
        save(work, synced_models()[issue.table], {issue.field: chosen}, id=issue.row)
        stored = work.get(issue.table, issue.row) or {}
        capture.resolve(session, issue.table, issue.row, {issue.field: _plain(stored.get(issue.field))})
    return str(chosen)


def _chosen(conflict: Conflict, keep: str) -> Any:
    sides: Sequence[Side] = conflict.sides
    if keep in ("mine", "theirs"):
        wanted = [side for side in sides if side.mine == (keep == "mine")]
        if len(wanted) != 1:
            raise Refused(_("“%(keep)s” names no single value here: give the value itself.", keep=keep), "no_side")
        return wanted[0].deletes if conflict.kind == "delete" else wanted[0].value
    if conflict.kind == "delete":
        raise Refused(_("A record is kept or deleted: say mine or theirs."), "no_side")
    return keep


def _conflict(session: UnitSession, folder: Folder, issue: Issue) -> Conflict:
    sides = tuple(_side(session, folder, one) for one in heads.opponents(session.connection(), issue))
    return Conflict(
        issue.id, issue.kind, issue.table, issue.row, issue.field, title_of(session, issue.table, issue.row), sides
    )


def _side(session: UnitSession, folder: Folder, one: Contender) -> Side:
    found = office(session, one.office)
    return Side(
        one.value,
        one.person,
        found.name if found else one.office,
        one.shown,
        one.device == folder.identity.device,
        one.deletes,
    )


def title_of(session: UnitSession, table: str, row: str) -> str:
    """What people know a record by: its title, name, code or text; its id when it has none."""
    record = session.get(synced_models()[table], row) if table in synced_models() else None
    for name in ("title", "name", "text", "code"):
        value = getattr(record, name, None)
        if value:
            return str(value)
    return row


def _value(side: Side) -> str:
    if side.deletes:
        return _("deleted")
    return _("nothing") if side.value is None else str(side.value)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (int, str)) else format(value, "f")
