"""Lists: a page of records at a time, and the words by which they are searched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

#: records on a page
PAGE = 50

R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True)
class Listed(Generic[T]):
    """One page of a list, counted from 1: `more` says that another follows."""

    items: tuple[T, ...]
    page: int
    more: bool


def listed(session: Session, query: sa.Select[R], page: int, facts: Callable[[R], T]) -> Listed[T]:
    """The page of an ordered query. No total is counted: a page costs the same at any length."""
    number = max(page, 1)
    rows = list(session.scalars(query.limit(PAGE + 1).offset(PAGE * (number - 1))))
    return Listed(tuple(facts(row) for row in rows[:PAGE]), number, len(rows) > PAGE)


def page_of(found: Sequence[T], page: int) -> Listed[T]:
    """The page of what is in memory already, because its order takes more than a column."""
    number = max(page, 1)
    first = PAGE * (number - 1)
    return Listed(tuple(found[first : first + PAGE]), number, len(found) > first + PAGE)


def entered(id: str) -> tuple[bool, str]:
    """A key that puts records in the order in which people entered them. Ids of entered records count up with time
    (UUIDv7); those that a file named tell no time, and come before."""
    return id[14:15] == "7", id


def entered_last(column: Any) -> tuple[sa.ColumnElement[Any], ...]:
    """The same as an order of a query by its id column, the last one first."""
    by_hand = sa.case((sa.func.substr(column, 15, 1) == "7", 1), else_=0)
    return by_hand.desc(), column.desc()


def has_words(words: str, *columns: Any) -> Iterator[sa.ColumnElement[bool]]:
    """Conditions: each of the words stands in one of the columns, in any case."""
    for word in words.split():
        # SQLite folds the case of ASCII letters only: other scripts are looked for in the cases people write
        written = sorted({word, word.lower(), word.upper(), word.capitalize()}) if not word.isascii() else [word]
        yield sa.or_(*(column.icontains(one, autoescape=True) for column in columns for one in written))
