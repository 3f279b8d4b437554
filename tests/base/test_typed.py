"""What people type or paste is read as they meant it, or asked about; never guessed where it can mean two things."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.base.errors import RuleBroken
from server.base.i18n import LANGUAGES, money_text, number_text, use_language
from server.base.typed import typed_amount, typed_date, typed_number, typed_quarters
from server.web.words import short_when


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stored", ["2014-05-04", "2014-12-31", "2014-12", "2014-03", "2014-Q2", "2014"])
def test_a_date_is_read_as_it_is_shown(language: str, stored: str) -> None:
    with use_language(language):
        assert typed_date(short_when(stored)) == stored


@pytest.mark.parametrize("language", LANGUAGES)
@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_an_amount_is_read_as_it_is_shown(language: str, value: Decimal) -> None:
    with use_language(language):
        assert typed_amount(number_text(value, 2)) == value
        assert typed_amount(money_text(abs(value), "USD"), "USD") == abs(value)


@pytest.mark.parametrize(("text", "stored"), [
    ("14.5.14", "2014-05-14"), ("14/05/2014", "2014-05-14"), ("05/14/2014", "2014-05-14"), ("2014/5/3", "2014-05-03"),
    ("14-5-2014", "2014-05-14"), ("14th of May 2014", "2014-05-14"), ("may 2014", "2014-05"), ("5/2014", "2014-05"),
    ("2014-05-14 00:00:00", "2014-05-14"), ("٤/٥/٢٠١٤", "2014-05-04"), ("৪ May ২০১৪", "2014-05-04"),
    ("Q2 2014", "2014-Q2"), ("2014 T3", "2014-Q3"), ("2014-q1", "2014-Q1"), ("", None), ("  ", None),
])  # fmt: skip
def test_dates_are_read_in_the_usual_ways(text: str, stored: str | None) -> None:
    assert typed_date(text) == stored


def test_serbian_months_are_read_in_their_genitive_too() -> None:
    with use_language("sr"):
        assert typed_date("14. маја 2014.") == typed_date("14. мај 2014") == "2014-05-14"


@pytest.mark.parametrize("text", ["31/2/2014", "14 Floréal 2014", "yesterday", "41773", "13/13/2014", "5/14", "2014-5-",
                                  "May", "99 May 2014", "14 May 12345678901234567890"])  # fmt: skip
def test_what_is_no_date_gets_a_sentence(text: str) -> None:
    with pytest.raises(RuleBroken):
        typed_date(text)


@pytest.mark.parametrize(("language", "text", "meant"), [
    ("en", "1 234,50", "1234.50"), ("en", "1,234.50", "1234.50"), ("en", "1,250", "1250.00"),
    ("es", "1.250", "1250.00"),
    ("fr", "1\u202f234,50", "1234.50"), ("en", "(1,234.50)", "-1234.50"), ("en", "\u22125", "-5.00"),
    ("en", "USD 12", "12.00"), ("en", "12 usd", "12.00"), ("ar", "١٬٢٣٤٫٥", "1234.50"), ("en", "0.500", "0.50"),
])  # fmt: skip
def test_amounts_are_read_by_the_language_of_the_page(language: str, text: str, meant: str) -> None:
    with use_language(language):
        assert typed_amount(text, "USD") == Decimal(meant)


@pytest.mark.parametrize(("language", "text"), [("en", "1.250"), ("fr", "1,250"), ("ru", "-1,250")])
def test_an_amount_that_can_mean_two_is_asked(language: str, text: str) -> None:
    with use_language(language), pytest.raises(RuleBroken) as asked:
        typed_amount(text)
    if language == "en":
        assert "can mean two amounts" in asked.value.message


@pytest.mark.parametrize(("text", "stored"), [
    ("1, 2", "1 2"), ("Q1–Q3", "1 2 3"), ("1-4", "1 2 3 4"), ("T2", "2"), ("٢", "2"), ("4 1", "1 4"), ("", None),
])  # fmt: skip
def test_quarters_are_read_in_the_usual_ways(text: str, stored: str | None) -> None:
    assert typed_quarters(text) == stored


def test_a_number_loses_its_grouping_and_words_stay_words() -> None:
    assert typed_number("1,234.5") == "1234.5"
    assert typed_number("87,5 %") == "87.5"
    assert typed_number("Outline shared, 2 drafts") == "Outline shared, 2 drafts"
