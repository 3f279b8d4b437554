"""Checks that several areas' rules share. Each yields the sentence of what is broken, with its field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from server.base.errors import RuleBroken
from server.base.i18n import _
from server.base.period import PartialDate, parse_date

Values = Mapping[str, Any]


def required(values: Values, field: str, sentence: str) -> Iterator[RuleBroken]:
    """`sentence` (already translated) when the field is empty."""
    if values.get(field) in (None, ""):
        yield RuleBroken(sentence, field)


def one_of(values: Values, field: str, choices: Sequence[str]) -> Iterator[RuleBroken]:
    """The field, if given, is one of the stored words `choices`."""
    value = values.get(field)
    if value is not None and value not in choices:
        yield RuleBroken(
            _(
                "“%(value)s” is not a choice for “%(field)s”: use one of %(choices)s.",
                value=value,
                field=field,
                choices=", ".join(choices),
            ),
            field,
        )


def dated(values: Values, *fields: str) -> Iterator[RuleBroken]:
    """Each given date can be read."""
    for field in fields:
        if values.get(field):
            try:
                parse_date(values[field], field)
            except RuleBroken as error:
                yield error


def in_order(values: Values, start: str, end: str, sentence: str) -> Iterator[RuleBroken]:
    """`sentence` when the end lies wholly before the start."""
    first, last = readable(values.get(start)), readable(values.get(end))
    if first and last and last.last() < first.first():
        yield RuleBroken(sentence, end)


def not_negative(values: Values, *fields: str) -> Iterator[RuleBroken]:
    """Counts are zero or more."""
    for field in fields:
        if values.get(field) is not None and values[field] < 0:
            yield RuleBroken(_("A number of people or copies cannot be below zero."), field)


def counted(values: Values) -> Iterator[RuleBroken]:
    """Women and men are not more than all who took part."""
    yield from not_negative(values, "women", "men", "participants")
    together = (values.get("women") or 0) + (values.get("men") or 0)
    whole = values.get("participants")
    if whole is not None and 0 <= whole < together:
        yield RuleBroken(
            _(
                "Women and men together are %(sum)s, but the total says %(total)s: correct one of them.",
                sum=together,
                total=whole,
            ),
            "participants",
        )


def an_amount(values: Values, currency: str = "currency", *, may_be_negative: bool = False) -> Iterator[RuleBroken]:
    """There is an amount with an ISO 4217 currency code."""
    amount: Decimal | None = values.get("amount")
    if amount is None:
        yield RuleBroken(_("Enter the amount."), "amount")
    elif amount < 0 and not may_be_negative:
        yield RuleBroken(_("Enter the amount without a minus sign."), "amount")
    yield from a_currency(values, currency)


def a_currency(values: Values, field: str = "currency") -> Iterator[RuleBroken]:
    """An ISO 4217 currency code."""
    if not _capitals(values.get(field), 3):
        yield RuleBroken(_("Enter the currency as three letters, such as USD."), field)


def a_country_code(values: Values, field: str = "code") -> Iterator[RuleBroken]:
    """An ISO 3166-1 alpha-2 code."""
    if not _capitals(values.get(field), 2):
        yield RuleBroken(_("Enter the country's code as two capital letters, such as KG."), field)


def _capitals(text: str | None, number: int) -> bool:
    return text is not None and len(text) == number and text.isascii() and text.isalpha() and text.isupper()


def readable(text: str | None) -> PartialDate | None:
    """The date, or None when there is none or it cannot be read (another check says so)."""
    try:
        return parse_date(text) if text else None
    except RuleBroken:
        return None
