"""Amounts are exact, in one currency, and read as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.base.errors import RuleBroken
from server.base.money import Money, parse_amount, percentage, share, total


@pytest.mark.parametrize(
    "typed", ["454,464.00", "454 464,00", "454.464,00", "454464", "454464.0", "٤٥٤٬٤٦٤٫٠٠", "৪৫৪৪৬৪"]
)
def test_an_amount_is_read_in_every_way_of_writing_it(typed: str) -> None:
    assert parse_amount(typed) == Decimal("454464.00")


@pytest.mark.parametrize("typed", ["", "abc", "1.2.3,4,5", "12,34,5", "1e5", "12.345", "9" * 20, "--5"])
def test_what_is_no_amount_is_refused_with_its_field(typed: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_amount(typed, "spent")
    assert refused.value.field == "spent"


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_an_amount_survives_being_written_with_grouping(amount: Decimal) -> None:
    assert parse_amount(f"{amount:,.2f}") == amount


def test_sums_keep_every_cent() -> None:
    parts = [Money(Decimal("0.10")) for _ in range(3)]
    assert total(parts) == Money(Decimal("0.30"))
    assert total([], "EUR") == Money(Decimal("0.00"), "EUR")


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(RuleBroken, match="USD and CHF"):
        total([Money(Decimal(1), "USD"), Money(Decimal(1), "CHF")])


def test_a_share_has_one_decimal_and_none_without_a_whole() -> None:
    assert share(Money(Decimal("274594.56")), Money(Decimal("454464.00"))) == Decimal("60.4")
    assert percentage(7, 8) == Decimal("87.5")
    assert percentage(1, 0) is None
