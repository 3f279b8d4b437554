"""A value is told once for an indicator, a period and a country."""

from __future__ import annotations

import pytest

from server.base.errors import RulesBroken
from tests.conftest import CreateWork
from tests.samples import COUNTRY, PERIOD, SAMPLES, write


def test_a_value_is_told_once(create_work: CreateWork) -> None:
    write(create_work("kg"), "indicator_value", SAMPLES["indicator_value"])
    told = "There is a value for this indicator and period already: change that one"
    with pytest.raises(RulesBroken, match=told) as broken:
        write(create_work("kg"), "indicator_value", SAMPLES["indicator_value"])
    assert broken.value.field == "indicator_id"


def test_another_period_and_a_country_of_the_same_period_have_values_of_their_own(create_work: CreateWork) -> None:
    for change in ({}, {"period_id": PERIOD("y2")}, {"country_id": COUNTRY("kg")}, {"country_id": COUNTRY("rs")}):
        assert write(create_work("kg"), "indicator_value", {**SAMPLES["indicator_value"], **change})
