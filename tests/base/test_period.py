"""A date is kept as precise as it is known, and never more."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.base.errors import RuleBroken
from server.base.i18n import use_language
from server.base.period import PartialDate, parse_date, span_text


@st.composite
def partial_dates(draw: st.DrawFn) -> PartialDate:
    """Any date with any precision."""
    day = draw(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
    return draw(
        st.sampled_from(
            [
                PartialDate(day.year),
                PartialDate(day.year, quarter=(day.month + 2) // 3),
                PartialDate(day.year, month=day.month),
                PartialDate(day.year, month=day.month, day=day.day),
            ]
        )
    )


@given(partial_dates())
def test_what_is_written_reads_back_the_same(some: PartialDate) -> None:
    assert parse_date(str(some)) == some


@given(partial_dates())
def test_a_date_begins_before_it_ends_and_lasts_no_longer_than_its_precision(some: PartialDate) -> None:
    days = (some.last() - some.first()).days + 1
    assert 1 <= days <= {"day": 1, "month": 31, "quarter": 92, "year": 366}[some.precision]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2014-Q2", date(2014, 4, 1), date(2014, 6, 30)),
        ("2014-02", date(2014, 2, 1), date(2014, 2, 28)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2014", date(2014, 1, 1), date(2014, 12, 31)),
    ],
)
def test_bounds_of_a_coarse_date(text: str, first: date, last: date) -> None:
    assert (parse_date(text).first(), parse_date(text).last()) == (first, last)


@pytest.mark.parametrize("text", ["2014-13", "2014-02-30", "2014-Q5", "14-05-2014", "1620", "", "2014-5", "x"])
def test_what_is_no_date_is_refused_with_its_field(text: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_date(text, "due")
    assert refused.value.field == "due"


def test_a_span_is_told_in_the_readers_language() -> None:
    assert span_text("2014-05-14", "2014-05-16") == "14 May 2014 – 16 May 2014"
    assert span_text("2014-04", "2014-04") == "April 2014"
    assert span_text(None) == ""
    with use_language("fr"):
        assert span_text("2014-04") == "avril 2014"
