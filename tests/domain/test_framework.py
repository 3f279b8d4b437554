"""What headquarters defined, as everybody reads it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from server.domain.framework import queries
from server.domain.framework.models import Programme, ReportingPeriod
from server.domain.records import delete
from server.services.load import record_id
from tests.conftest import CreateWork
from tests.samples import PERIOD, SAMPLES, write


def test_the_programme_is_told_with_its_usual_words_where_none_were_given(session: Session) -> None:
    found = queries.programme(session)
    assert found is not None
    assert (found.title, found.short_title, found.phase) == ("Programme", "Programme", "")
    assert (found.starts, found.ends, found.currency) == ("2014-02-01", "2018-01-31", "USD")


def test_the_programmes_own_words_come_first(create_work: CreateWork, session: Session) -> None:
    write(create_work("hq"), "programme", {"short_title": "Short", "phase": "Phase II", "currency": "CHF"},
          record_id("programme", "programme"))
    found = queries.programme(session)
    assert found is not None
    assert (found.short_title, found.phase, found.currency) == ("Short", "Phase II", "CHF")


def test_before_set_up_there_is_no_programme(session: Session) -> None:
    for row in session.query(Programme):
        row.deleted = 1
    session.flush()
    assert queries.programme(session) is None


def test_choices_come_in_the_programmes_order(create_work: CreateWork, session: Session) -> None:
    write(create_work("hq"), "milestone_type", {"title": "Work plan endorsed", "position": 0})
    assert [(c.code, c.name) for c in queries.countries(session)] == [("RS", "Serbia"), ("KG", "Kyrgyzstan")]
    assert [(o.number, o.title, o.level) for o in queries.outputs(session)] == [
        (1, "Engagement", "country"), (5, "Global practice", "global")]
    assert [(a.code, a.name) for a in queries.agencies(session)] == [
        ("IOM", "International Organization for Migration"), ("UNDP", "United Nations Development Programme")]
    assert [(d.code, d.name) for d in queries.donors(session)] == [
        ("SDC", "Swiss Agency for Development and Cooperation")]
    assert [(a.code, a.name) for a in queries.accounts(session)] == [("71300", "Local consultants")]
    assert [(t.code, t.name) for t in queries.milestone_types(session)] == [
        ("Work plan endorsed", "Work plan endorsed"), ("Launch", "Programme launched")]


def test_a_period_has_its_first_its_last_and_its_due_day(session: Session) -> None:
    y1, y2 = queries.periods(session)
    assert (y1.code, y1.starts, y1.ends, y1.due) == ("Y1", date(2014, 2, 1), date(2015, 1, 31), date(2015, 2, 28))
    assert (y2.title, y2.due) == ("Year 2", None)


def test_a_period_of_months_reaches_to_their_ends(create_work: CreateWork, session: Session) -> None:
    change = {"starts": "2015-Q1", "ends": "2015-02", "due": "2015-03"}
    write(create_work("hq"), "reporting_period", change, PERIOD("y2"))
    found = queries.periods(session)[-1]
    assert (found.starts, found.ends, found.due) == (date(2015, 1, 1), date(2015, 2, 28), date(2015, 3, 31))


def test_a_period_that_arrived_without_readable_dates_is_left_out(session: Session) -> None:
    session.add(ReportingPeriod(id="from-elsewhere", code="X", starts="soon", ends="2015"))
    session.add(ReportingPeriod(id="from-elsewhere-too", code="Z"))
    session.flush()
    assert [p.code for p in queries.periods(session)] == ["Y1", "Y2"]


@pytest.mark.parametrize(("code", "today", "found"), [
    ("y2", date(2014, 3, 1), "Y2"), ("Y1", date(2020, 1, 1), "Y1"), (PERIOD("y1"), date(2020, 1, 1), "Y1"),
    ("Y9", date(2014, 3, 1), None), (None, date(2014, 3, 1), "Y1"), (None, date(2015, 2, 1), "Y2"),
    (None, date(2013, 1, 1), "Y1"), (None, date(2020, 1, 1), "Y2"),
])
def test_a_period_is_found_by_its_name_else_the_one_that_has_begun(
        session: Session, code: str | None, today: date, found: str | None) -> None:
    period = queries.period_for(session, code, today)
    assert (period.code if period else None) == found


def test_without_periods_none_is_found(create_work: CreateWork, session: Session) -> None:
    for name in ("y1", "y2"):
        delete(create_work("hq"), ReportingPeriod, PERIOD(name))
    assert queries.period_for(session, None, date(2014, 3, 1)) is None


def test_a_percentage_may_be_told_in_decimals(create_work: CreateWork) -> None:
    assert write(create_work("hq"), "indicator", {**SAMPLES["indicator"], "unit": "percent", "baseline": "87.5"})
