"""The declarative base and the column types of records that travel between replicas.

No constraint here may reject an import: references and uniqueness are rules with their own sentences.
Values are text, whole numbers or nothing, so that every database and every language of program reads the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column


class Base(DeclarativeBase):
    """Every table of Valise."""


class DecimalText(sa.types.TypeDecorator[Decimal]):
    """An exact amount kept as its digits (`454464.00`)."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        """None for what is no amount: a later version may keep more here. The digits stay in the database."""
        try:
            amount = None if value in (None, "") else Decimal(value)
        except (InvalidOperation, TypeError, ValueError):
            return None
        return amount if amount is None or amount.is_finite() else None


class WholeNumber(sa.Integer):
    """A whole number; None for anything else that a later version may keep in the column. The value stays there."""

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], int | None]:
        """How a value of the database is read."""
        return _whole


def _whole(value: Any) -> int | None:
    if type(value) is int or value is None:
        return value
    return int(value) if isinstance(value, float) and value.is_integer() else None


#: words; None when not given
Text = Annotated[str | None, mapped_column(sa.Text)]
#: a whole number; None when not given
Whole = Annotated[int | None, mapped_column(WholeNumber)]
#: 1 yes, 0 no; None when not given
Flag = Annotated[int | None, mapped_column(WholeNumber)]
#: exact decimal digits; None when not given
Amount = Annotated[Decimal | None, mapped_column(DecimalText)]
#: a date with its precision, as server.base.period writes it
When = Annotated[str | None, mapped_column(sa.Text)]
#: several record ids, separated by blanks, in the order people gave them
Ids = Annotated[str | None, mapped_column(sa.Text)]


def ref(table: str, *, index: bool = True) -> MappedColumn[Any]:
    """A column that names a record of `table`; no foreign key, because the other record may arrive later.

    Without `index` the table declares one that begins with the column itself.
    """
    return mapped_column(sa.String(36), index=index, info={"ref": table})


def refs(table: str) -> MappedColumn[Any]:
    """A column that names several records of `table`."""
    return mapped_column(sa.Text, info={"refs": table})


class Synced:
    """What every travelling record has. `__scope__` is "framework" (only HQ writes) or "office" (its owner writes)."""

    __scope__ = "office"

    #: UUIDv7
    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    #: id of the office that owns the record
    office: Mapped[str | None] = mapped_column(sa.String(36), index=True)
    #: 1 when the record was deleted; it stays, so that the deletion can travel and be undone
    deleted: Mapped[int | None] = mapped_column(sa.Integer, default=0)


class Framework(Synced, Base):
    """A record of the framework: headquarters owns it, everybody reads it."""

    __abstract__ = True
    __scope__ = "framework"


def synced_models() -> dict[str, type[Any]]:
    """Mapped classes of travelling records by table name, sorted."""
    return _synced_models(len(Base.metadata.tables))


@cache
def _synced_models(_tables: int) -> dict[str, type[Any]]:
    """Found anew when tables were declared since: every save asks several times."""
    found = {m.local_table.name: m.class_ for m in Base.registry.mappers if issubclass(m.class_, Synced)}  # type: ignore[attr-defined]
    return dict(sorted(found.items()))


@cache
def synced_columns(table: sa.Table) -> list[str]:
    """Names of the columns that travel: all but the key and the computed ones."""
    return [c.name for c in table.columns if not c.primary_key and c.computed is None]


def reference_columns(table: sa.Table) -> Iterator[tuple[str, str, bool]]:
    """(column, table it points to, whether it holds several) for each reference."""
    for column in table.columns:
        if "ref" in column.info:
            yield column.name, column.info["ref"], False
        elif "refs" in column.info:
            yield column.name, column.info["refs"], True


def starts_of(column: str) -> sa.Computed:
    """Computed column: the first day (ISO text) that a date with precision can mean, for sorting and filtering."""
    return sa.Computed(
        f"CASE WHEN {column} IS NULL THEN NULL"
        f" WHEN substr({column},6,1)='Q' THEN substr({column},1,5) ||"
        f" CASE substr({column},7,1) WHEN '1' THEN '01' WHEN '2' THEN '04' WHEN '3' THEN '07' ELSE '10' END || '-01'"
        f" WHEN length({column})=4 THEN {column} || '-01-01'"
        f" WHEN length({column})=7 THEN {column} || '-01' ELSE {column} END",
        persisted=True,
    )


def ends_of(column: str, otherwise: str) -> sa.Computed:
    """Computed column: an ISO text not before the last day that `column`, or `otherwise` when empty, can mean."""
    value = f"coalesce(nullif({column},''), {otherwise})"
    return sa.Computed(
        f"CASE WHEN substr({value},6,1)='Q' THEN substr({value},1,5) ||"
        f" CASE substr({value},7,1) WHEN '1' THEN '03' WHEN '2' THEN '06' WHEN '3' THEN '09' ELSE '12' END || '-31'"
        f" WHEN length({value})=4 THEN {value} || '-12-31'"
        f" WHEN length({value})=7 THEN {value} || '-31' ELSE {value} END",
        persisted=True,
    )
