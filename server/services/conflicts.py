"""Conflicts: values of one field that were set without sight of each other. A person chooses; the choice travels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from server.base.errors import NotFound, Refused
from server.base.i18n import _
from server.db.base import synced_models
from server.db.session import UnitSession, read_session, write_session
from server.domain.people.queries import office
from server.domain.records import Work, may_write, save
from server.services.folder import Folder
from server.services.names import field_words, table_words, title_of
from server.sync import capture, heads
from server.sync.heads import Contender
from server.sync.project import Issue

__all__ = ["Conflict", "Side", "choose", "conflict", "conflicts", "resolve", "settle", "title_of"]

#: kinds of issues that a choice between values settles
KINDS = ("value", "delete")


@dataclass(frozen=True)
class Side:
    """One value of a conflict and who set it; `shown` when it is the one on screen.

    `claimed` is the ISO time (UTC) its author's clock showed, `doubt` that it cannot be right; `arrived` the ISO time
    it was imported here, None for what was set on this laptop. `wrote` are all fields its save gave the record.
    """

    value: Any
    person: str
    office: str
    shown: bool
    mine: bool
    deletes: bool
    changeset: str = ""
    claimed: str = ""
    doubt: bool = False
    arrived: str | None = None
    wrote: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {name: value for name, value in vars(self).items() if name != "wrote"}


@dataclass(frozen=True)
class Conflict:
    """A field with several values: `id` names it on the command line and in addresses.

    `before` is the value all of them were written upon; `owner` the id of the office whose record it is; `ours` says
    that this folder's office may settle it; `heads` are all changesets that a choice made now would replace.
    """

    id: str
    kind: str
    table: str
    row: str
    field: str
    title: str
    sides: tuple[Side, ...]
    before: Side | None = None
    owner: str = ""
    ours: bool = True
    heads: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The conflict in one line."""
        words = [_("kept, as changed") if self.kind == "delete" and not s.deletes else _value(s) for s in self.sides]
        told = zip(self.sides, words, strict=True)
        values = "; ".join(f"{side.office} {side.person}: {said}" for side, said in told)
        if self.before is not None:
            values += "; " + _("before it was: %(value)s", value=_value(self.before))
        return _(
            "%(id)s  %(table)s “%(title)s”, %(field)s: %(values)s",
            id=self.id,
            table=table_words(self.table),
            title=self.title,
            field=_("kept or deleted") if self.kind == "delete" else field_words(self.field),
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
            "office": self.owner or None,
            "values": [side.as_dict() for side in self.sides],
            "before": self.before.as_dict() if self.before else None,
        }


def conflicts(folder: Folder) -> list[Conflict]:
    """All conflicts that wait for a person."""
    with read_session(folder.engine) as session:
        found = heads.issues(session.connection(), KINDS)
        return [_conflict(session, folder, issue) for issue in found]


def conflict(folder: Folder, conflict_id: str) -> Conflict:
    """One conflict. Errors: NotFound when it is settled already."""
    with read_session(folder.engine) as session:
        issue = heads.issue(session.connection(), conflict_id)
        if issue is None or issue.kind not in KINDS:
            raise NotFound(_("There is no conflict %(id)s: it may be settled already.", id=conflict_id))
        return _conflict(session, folder, issue)


def resolve(folder: Folder, conflict_id: str, keep: str) -> str:
    """Settle a conflict with `keep`: mine, theirs, or the value itself. Returns the value kept, in words.

    Errors: NotFound when it is settled already, Refused when there is no such side, RulesBroken for a value that the
    rules of the record do not allow.
    """
    found = conflict(folder, conflict_id)
    if keep in ("mine", "theirs"):
        wanted = [side for side in found.sides if side.mine == (keep == "mine")]
        if len(wanted) != 1:
            raise Refused(_("“%(keep)s” names no single value here: give the value itself.", keep=keep), "no_side")
        return _keep(folder, found, wanted[0], None)
    if found.kind == "delete":
        raise Refused(_("A record is kept or deleted: say mine or theirs."), "no_side")
    return _write(folder, found, keep, None)


def choose(folder: Folder, conflict_id: str, changeset: str, displayed: Sequence[str]) -> Conflict | None:
    """Keep the value of one of the changesets that a page displayed; only those are replaced.

    Returns the conflict that is left when another value came in meanwhile. Errors: NotFound when this value does not
    stand any more, RuleBroken for another office's record.
    """
    found = conflict(folder, conflict_id)
    side = next((side for side in found.sides if side.changeset == changeset), None)
    if side is None:
        raise NotFound(_("This value was replaced meanwhile: look at what stands there now."))
    _keep(folder, found, side, displayed)
    return _left(folder, conflict_id)


def settle(folder: Folder, conflict_id: str, value: Any, displayed: Sequence[str]) -> Conflict | None:
    """Write another value in place of those that a page displayed; as `choose`. Errors: RulesBroken too."""
    found = conflict(folder, conflict_id)
    _write(folder, found, value, displayed)
    return _left(folder, conflict_id)


def _left(folder: Folder, conflict_id: str) -> Conflict | None:
    try:
        return conflict(folder, conflict_id)
    except NotFound:
        return None


def _keep(folder: Folder, found: Conflict, side: Side, displayed: Sequence[str] | None) -> str:
    """Keep a value as it stands. It was allowed when it was set, so no rule on other fields can refuse it now."""
    deletion = found.kind == "delete"
    values = {"deleted": int(side.deletes)} if deletion else {found.field: side.value}
    with write_session(folder.engine, folder.author()) as session:
        session.info["clock"] = folder.clock
        may_write(Work(session, folder.author(), folder.clock), synced_models()[found.table], found.row)
        capture.resolve(session, found.table, found.row, values, displayed)
    if deletion:
        return _("deleted") if side.deletes else _("kept")
    return _value(side)


def _write(folder: Folder, found: Conflict, value: Any, displayed: Sequence[str] | None) -> str:
    """Keep a value that a person gave, by the rules of the record."""
    with write_session(folder.engine, folder.author()) as session:
        session.info["clock"] = folder.clock
        work = Work(session, folder.author(), folder.clock)
        save(work, synced_models()[found.table], {found.field: value}, id=found.row)
        stored = work.get(found.table, found.row) or {}
        chosen = _plain(stored.get(found.field))
        capture.resolve(session, found.table, found.row, {found.field: chosen}, displayed)
    return _("nothing") if chosen is None else str(chosen)


def _conflict(session: UnitSession, folder: Folder, issue: Issue) -> Conflict:
    connection = session.connection()
    told = heads.opponents(connection, issue)
    before = heads.ancestor(connection, issue.table, issue.row, issue.field) if issue.kind == "value" else None
    came = heads.arrived(connection, [one.arrived for one in (*told, *([before] if before else ()))])
    sides = tuple(_side(session, folder, one, came) for one in told)
    if issue.kind == "delete":  # a record that was changed while it was deleted is shown
        sides = tuple(replace(side, shown=not side.deletes) for side in sides)
    model = synced_models().get(issue.table)
    record = session.get(model, issue.row) if model is not None else None
    owner = str(record.office or "") if record is not None else ""
    standing = heads.every(connection, issue.table, issue.row)
    every = sorted({i for of_field in standing.values() for i in of_field})
    named = standing.get(issue.field, []) if issue.kind == "value" else every
    return Conflict(
        issue.id, issue.kind, issue.table, issue.row, issue.field, title_of(session, issue.table, issue.row), sides,
        _side(session, folder, before, came) if before else None, owner, owner == folder.identity.office, tuple(named),
    )  # fmt: skip


def _side(session: UnitSession, folder: Folder, one: Contender, came: Mapping[int, str]) -> Side:
    found = office(session, one.office)
    return Side(
        one.value, one.person, found.name if found else one.office, one.shown, one.device == folder.identity.device,
        one.deletes, one.changeset, _iso(one.claimed), one.doubt, came.get(one.arrived), one.wrote,
    )  # fmt: skip


def _iso(seconds: int) -> str:
    """ISO time of seconds since 1970 UTC; the number itself where the calendar ends."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return str(seconds)


def _value(side: Side) -> str:
    if side.deletes:
        return _("deleted")
    return _("nothing") if side.value is None else str(side.value)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (int, str)) else format(value, "f")
