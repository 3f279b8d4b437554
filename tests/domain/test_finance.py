"""No more is received than was promised, and rates are told only of what there is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from server.base.errors import RuleBroken, RulesBroken
from server.base.money import Money
from server.domain.finance.models import Instalment
from server.domain.finance.rules import delivery_rate
from server.domain.records import delete
from tests.conftest import CreateWork
from tests.samples import SAMPLES, write


def test_instalments_together_reach_the_commitment_to_the_cent_and_no_further(create_work: CreateWork) -> None:
    work = create_work("hq")
    payment = SAMPLES["instalment"]
    first = write(work, "instalment", {**payment, "amount": "333.33"})
    write(work, "instalment", {**payment, "amount": "666.67"})
    with pytest.raises(RulesBroken, match="more would be received than was promised"):
        write(work, "instalment", {**payment, "amount": "0.01"})
    with pytest.raises(RulesBroken, match="more would be received than was promised"):
        write(work, "instalment", {"amount": "333.34"}, first)
    delete(work, Instalment, first)
    assert write(work, "instalment", {**payment, "amount": "333.33"})


def test_the_delivery_rate_is_told_with_one_decimal() -> None:
    spent = Money(Decimal("274594.56"))
    assert delivery_rate(spent, Money(Decimal("454464.00"))) == Decimal("60.4")
    assert delivery_rate(spent, Money(Decimal("822771.00"))) == Decimal("33.4")
    assert delivery_rate(Money(Decimal(-1)), Money(Decimal(3))) == Decimal("-33.3")


def test_there_is_no_rate_of_nothing_and_none_across_currencies() -> None:
    told = "There is no delivery rate before money was received: enter the instalment first"
    with pytest.raises(RuleBroken, match=told):
        delivery_rate(Money(Decimal(1)), Money(Decimal(0)))
    with pytest.raises(RuleBroken, match="Amounts in different currencies cannot be compared"):
        delivery_rate(Money(Decimal(1), "CHF"), Money(Decimal(1), "USD"))
