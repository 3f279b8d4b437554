"""How any record is written: checked against the rules of its area, then saved in the caller's transaction.

An area's commands are verbs on top of `save`, `delete` and `undelete`; nothing else writes a record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.base.clock import Clock
from server.base.errors import NotFound, RuleBroken, RulesBroken, ValiseError
from server.base.i18n import _
from server.base.ids import new_id
from server.base.text import clean
from server.db import reading
from server.db.base import DecimalText, Synced, reference_columns, synced_columns, synced_models
from server.db.session import Author, Seen

#: A record as rules see it: field -> value
Values = Mapping[str, Any]


M = TypeVar("M", bound=Synced)


class World(Protocol):
    """What a rule may ask about other records."""

    def get(self, table: str, row: str | None) -> Values | None:
        """The visible record, or None."""

    def find(self, table: str, **equal: Any) -> list[Values]:
        """Visible records whose fields equal `equal`."""

    def today(self) -> date:
        """The day the clock shows; for hints, never for an order."""


@dataclass(frozen=True)
class Judged:
    """A record that an approval is about: the fields that matter, and "table.field" of records that belong to it.

    `seen` are the heads the approver's form displayed; None: whatever is here when it is saved. Without fields an
    approval that stood is taken back.
    """

    table: str
    row: str
    fields: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    seen: Seen | None = None


#: Rules of one table: what is broken, each with its field
Rules = Callable[[Values, World], Iterable[RuleBroken]]
_RULES: dict[str, Rules] = {}
#: `visible` of each table: statements never change, and making one costs more than asking it
_VISIBLE: dict[type[Synced], sa.Select[Any]] = {}


def rules_for(model: type[Synced], rules: Rules) -> None:
    """Declare the rules of a table; called once by each area's commands."""
    _RULES[_table(model).name] = rules


@dataclass(frozen=True)
class Work:
    """One save by one person: the session it is part of, who writes, and the clock."""

    session: Session
    author: Author
    clock: Clock

    def get(self, table: str, row: str | None) -> Values | None:
        """The visible record of `table`, or None."""
        found = _record(self.session, synced_models()[table], row) if row else None
        return None if found is None or found["deleted"] else found

    def find(self, table: str, **equal: Any) -> list[Values]:
        """Visible records of `table` whose fields equal `equal`, by id."""
        model = synced_models()[table]
        plain = reading.records(self.session, _table(model), equal)
        if plain is not None:
            return [record for record in plain if not record["deleted"]]
        return [values_of(row) for row in self.session.scalars(visible(model).filter_by(**equal).order_by(model.id))]

    def today(self) -> date:
        """The day the clock shows."""
        return self.clock().date()


def values_of(row: Synced) -> Values:
    """A record's fields as plain values, `id` included."""
    return {"id": row.id, **{name: getattr(row, name) for name in synced_columns(_table(type(row)))}}


def save(work: Work, model: type[Synced], values: Values, *, id: str | None = None, seen: Seen | None = None) -> str:
    """Create a record, or change the fields given in `values` of the one with `id`.

    `seen` are the heads that the form displayed: a field changed since by somebody else becomes a conflict, not an
    overwrite. Returns the id. Errors: RulesBroken with every broken rule; nothing is written then.
    """
    table = _table(model)
    row = work.session.get(model, id) if id else None
    _may_write(work.author, model, row)
    fields, errors = _stored_fields(table, values)
    fresh = {**dict.fromkeys(synced_columns(table)), "office": work.author.office}
    after = {**(fresh if row is None else values_of(row)), "id": id, **fields}
    unread = {error.field for error in errors}
    judged = (*_broken_references(table, fields, work), *_RULES.get(table.name, _no_rules)(after, work))
    errors += [error for error in judged if error.field not in unread]
    if errors:
        raise RulesBroken(errors)
    if row is None:
        row = model()
        row.id, row.office, row.deleted = id or new_id(), work.author.office, 0
        work.session.add(row)
    _note_seen(work, table, row.id, seen)
    for name, value in fields.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    if row.deleted:
        row.deleted = 0
    work.session.flush()
    return row.id


def approve(
    work: Work, model: type[Synced], id: str, field: str, judged: Iterable[Judged], *, again: Any = None
) -> None:
    """Say that the value of `field` of the record `id` approves what is `judged`: later changes of that are told.

    Takes effect when this save writes the field; `again` (its stored value) writes it also when it stays the same.
    """
    key = (_table(model).name, id, field)
    work.session.info.setdefault("approved", {})[key] = list(judged)
    if again is not None:
        work.session.info.setdefault("resolved", {}).setdefault(key[:2], {})[field] = again


def delete(work: Work, model: type[Synced], id: str, *, seen: Seen | None = None) -> None:
    """Hide a record; it stays, so that the deletion can travel and be undone. Errors: NotFound."""
    _set_deleted(work, model, id, 1, seen)


def undelete(work: Work, model: type[Synced], id: str) -> None:
    """Show a deleted record again. Errors: NotFound."""
    _set_deleted(work, model, id, 0, None)


def may_write(work: Work, model: type[Synced], id: str) -> None:
    """Refuse somebody who may not change this record. Errors: RuleBroken, NotFound."""
    row = work.session.get(model, id)
    if row is None:
        raise NotFound(_("This record is not here: it may not have arrived yet."))
    _may_write(work.author, model, row)


def visible(model: type[M]) -> sa.Select[M]:
    """Select the records of a table that are not deleted."""
    known: sa.Select[M] | None = _VISIBLE.get(model)
    if known is None:
        known = _VISIBLE[model] = sa.select(model).where(sa.func.coalesce(model.deleted, 0) == 0)
    return known


def _set_deleted(work: Work, model: type[Synced], id: str, flag: int, seen: Seen | None) -> None:
    row = work.session.get(model, id)
    if row is None:
        raise NotFound(_("This record is not here: it may not have arrived yet."))
    _may_write(work.author, model, row)
    _note_seen(work, _table(model), id, seen)
    row.deleted = flag
    work.session.flush()


def _note_seen(work: Work, table: sa.Table, row: str, seen: Seen | None) -> None:
    if seen is not None:
        work.session.info.setdefault("seen", {})[table.name, row] = {name: list(ids) for name, ids in seen.items()}


def _may_write(author: Author, model: type[Synced], row: Synced | None) -> None:
    """Refuse a stranger; `row` None: a record that is to be made. Errors: RuleBroken."""
    if model.__scope__ == "framework" and not author.hq:
        raise RuleBroken(_("Only headquarters changes the framework: send your proposal to headquarters."))
    if model.__scope__ != "framework" and row is not None and row.office != author.office:
        raise RuleBroken(_("This record belongs to another office: ask it to make the change."))


def _record(session: Session, model: type[Synced], id: str) -> Values | None:
    """A record as it is here, hidden or not; None when it is not."""
    plain = reading.records(session, _table(model), {"id": id})
    if plain is not None:
        return plain[0] if plain else None
    found = session.get(model, id)
    return None if found is None else values_of(found)


def _no_rules(_values: Values, _world: World) -> Iterable[RuleBroken]:
    return ()


def _broken_references(table: sa.Table, fields: Values, work: Work) -> Iterator[ValiseError]:
    for name, target, several in reference_columns(table):
        given = fields.get(name)
        for row in str(given).split() if several and given else [given] if given else []:
            if _record(work.session, synced_models()[target], row) is None:
                yield RuleBroken(
                    _("“%(field)s” names a record that is not here: choose one from the list.", field=name), name
                )


def _stored_fields(table: sa.Table, values: Values) -> tuple[dict[str, Any], list[ValiseError]]:
    """The values as their columns keep them, and what is wrong with those that have another form."""
    fields: dict[str, Any] = {}
    errors: list[ValiseError] = []
    for name, value in values.items():
        try:
            fields[name] = _stored(table, name, value)
        except RuleBroken as error:
            errors.append(error)
    return fields, errors


def _stored(table: sa.Table, name: str, value: Any) -> Any:
    """The value as its column keeps it. Errors: RuleBroken for an unknown field or a value of the wrong form."""
    if name not in synced_columns(table) or name in ("office", "deleted"):
        raise RuleBroken(
            _("There is no field “%(field)s” in “%(table)s”: check its name.", field=name, table=table.name), name
        )
    if value is None:
        return None
    column = table.columns[name]
    if isinstance(column.type, sa.Integer):
        return _whole(value, name)
    if isinstance(column.type, DecimalText):
        return _amount(value, name)
    if isinstance(value, (list, tuple)) and "refs" in column.info:
        value = " ".join(str(part) for part in value)
    if not isinstance(value, str):
        raise RuleBroken(_("“%(field)s” must be words.", field=name), name)
    return clean(value) or None


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool):
        return int(value)
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or (not isinstance(value, str) and number != value):
        raise RuleBroken(_("Enter “%(field)s” as a whole number.", field=name), name)
    if abs(number) >= 2**53:
        raise RuleBroken(_("The number in “%(field)s” is too large.", field=name), name)
    return number


def _amount(value: Any, name: str) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise RuleBroken(_("Enter the amount as a number, such as 12,500.00."), name) from None
    if not amount.is_finite() or abs(amount) >= 10**15:
        raise RuleBroken(_("Enter the amount as a number, such as 12,500.00."), name)
    if amount != amount.quantize(Decimal("0.01")):
        raise RuleBroken(_("Enter the amount with at most two decimals."), name)
    return (amount + 0).quantize(Decimal("0.01"))  # a sum with 0 has no minus before zero


def _table(model: type[Any]) -> sa.Table:
    table = sa.inspect(model).local_table
    assert isinstance(table, sa.Table)
    return table
