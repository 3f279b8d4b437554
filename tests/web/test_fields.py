"""Answers are read forgivingly: any script's digits, any grouping, dates as precise as they are known."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from server.web.fields import (
    AmountQuestion,
    ChoiceQuestion,
    DateQuestion,
    LongQuestion,
    NumberQuestion,
    SeveralQuestion,
    TextQuestion,
)


class Sheet(Form):  # type: ignore[misc]
    """A question of each kind."""

    text = TextQuestion("Text")
    long = LongQuestion("Long")
    number = NumberQuestion("Number")
    amount = AmountQuestion("Amount")
    several = SeveralQuestion("Several", choices=[("1", "One"), ("2", "Two")])
    day = DateQuestion("Day")


@pytest.fixture
def answered() -> Callable[..., Any]:
    """Fills the sheet in and validates it."""
    return lambda **typed: _filled({name.replace("_", "-"): value for name, value in typed.items()})


def _filled(typed: dict[str, Any]) -> Sheet:
    sheet = Sheet(MultiDict(typed))
    sheet.validate()
    return sheet


@pytest.mark.parametrize(("typed", "meant"), [
    ("25", 25), ("1,250", 1250), ("1 250", 1250), ("1.250", 1250), ("٢٥", 25), ("২৫", 25), ("", None), ("  ", None),
])  # fmt: skip
def test_numbers_are_read_in_every_script(answered: Any, typed: str, meant: int | None) -> None:
    assert answered(number=typed).number.data == meant


@pytest.mark.parametrize("typed", ["about 20", "-3", "1e5", "9" * 30, "½"])
def test_what_is_no_number_is_sent_back_as_it_was_typed(answered: Any, typed: str) -> None:
    sheet = answered(number=typed)
    assert sheet.number.errors == ["Enter a whole number, such as 25."]
    assert sheet.number.typed == typed


@pytest.mark.parametrize(("typed", "meant"), [
    ("12,500.00", "12500.00"), ("12.500,00", "12500.00"), ("12 500", "12500.00"), ("٤٥٤٬٤٦٤٫٠٠", "454464.00"),
])  # fmt: skip
def test_amounts_are_read_with_point_or_comma(answered: Any, typed: str, meant: str) -> None:
    assert answered(amount=typed).amount.data == Decimal(meant)


@pytest.mark.parametrize(("parts", "stored"), [
    (("", "", "2014"), "2014"), (("", "5", "2014"), "2014-05"), (("", "Q2", "2014"), "2014-Q2"),
    (("14", "5", "2014"), "2014-05-14"), (("٤", "5", "٢٠١٤"), "2014-05-04"), (("1", "2", "14"), "2014-02-01"),
    (("", "", ""), None),
])  # fmt: skip
def test_dates_keep_the_precision_they_were_given(
    answered: Any, parts: tuple[str, str, str], stored: str | None
) -> None:
    day, month, year = parts
    sheet = answered(day_day=day, day_month=month, day_year=year)
    assert sheet.day.errors in ((), [])
    assert sheet.day.data == stored


@pytest.mark.parametrize(("parts", "sentence"), [
    (("14", "", "2014"), "Choose the month of that day."), (("", "5", ""), "Enter the year."),
    (("31", "2", "2014"), "is not in the calendar"), (("14", "Q2", "2014"), "A quarter has no day"),
    (("fourteen", "5", "2014"), "Enter the day as a number"), (("1", "5", "214"), "four digits"),
    (("0", "5", "2014"), "Enter the day as a number"), (("1", "13", "2014"), "is not in the calendar"),
    (("1", "May", "2014"), "Choose the month from the list"), (("1", "5", "1066"), "between 1900 and 2200"),
])  # fmt: skip
def test_what_is_no_date_says_which_part_to_mend(answered: Any, parts: tuple[str, str, str], sentence: str) -> None:
    day, month, year = parts
    sheet = answered(day_day=day, day_month=month, day_year=year)
    assert sentence in " ".join(sheet.day.errors)
    assert sheet.day.parts == parts


def test_a_stored_date_is_shown_in_its_parts() -> None:
    assert Sheet(data={"day": "2014-Q2"}).day.parts == ("", "Q2", "2014")
    assert Sheet(data={"day": "2014-05-04"}).day.parts == ("4", "5", "2014")
    assert Sheet(data={"day": "spring 2014"}).day.parts == ("", "", "spring 2014"), "a newer form is shown"


def test_ticks_that_are_not_on_the_list_are_left_out(answered: Any) -> None:
    assert answered(several=["2", "9"]).several.data == ["2"]
    assert Sheet(data={"several": "1 2"}).several.data == ["1", "2"]


def test_a_list_that_nobody_looks_at_is_not_made() -> None:
    class Costly(Form):  # type: ignore[misc]
        one = ChoiceQuestion("One", optional=True)

    asked: list[int] = []
    sheet = Costly(MultiDict({"one": ""}))
    sheet.one.choices = lambda: asked.append(1) or [("1", "One")]
    sheet.one.hold()
    assert sheet.validate()
    assert not asked
    assert sheet.one.choices == sheet.one.choices == [("1", "One")]
    assert asked == [1], "and only once"


def test_texts_lose_what_cannot_be_printed(answered: Any) -> None:
    sheet = answered(text=" two\nlines\u0000 ", long="one\r\n\r\ntwo\u0007")
    assert (sheet.text.data, sheet.long.data) == ("two lines", "one\n\ntwo")
