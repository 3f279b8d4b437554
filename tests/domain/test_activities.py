"""The log: a date means all its days, and a list shows what was asked for, page by page, in every script."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from server.base.errors import NotFound
from server.base.period import PartialDate, parse_date
from server.db.base import ends_of, starts_of
from server.domain.activities.models import Activity
from server.domain.activities.queries import PAGE, Filter, achievements, activities, activity
from server.domain.records import delete
from tests.conftest import CreateWork
from tests.samples import ACTIVITY, AGENCY, COUNTRY, OFFICE, OUTPUT, write

_EARLIER = "Launched"


def log(create_work: CreateWork, title: str, date_from: str = "2014-09", office: str = "kg", **values: Any) -> str:
    """Log an activity of Output 1 in the office's country."""
    own = {"title": title, "date_from": date_from, "output_id": OUTPUT("output-1"), "country_id": COUNTRY(office)}
    return write(create_work(office), "activity", {**own, **values})


def titles(session: Session, wanted: Filter) -> list[str]:
    """What a list shows, without the activity of the small programme."""
    return [one.title for one in activities(session, wanted).items if one.title != _EARLIER]


# dates


def _computed(date_from: str | None, date_to: str | None) -> tuple[str | None, str | None]:
    """What the computed columns make of stored dates."""
    asked = (f"SELECT {starts_of('date_from').sqltext}, {ends_of('date_to', 'date_from').sqltext}"
             " FROM (SELECT ? AS date_from, ? AS date_to)")
    with closing(sqlite3.connect(":memory:")) as connection:
        starts, ends = connection.execute(asked, (date_from, date_to)).fetchone()
    return starts, ends


@pytest.mark.parametrize(("date_from", "date_to", "starts", "ends"), [
    ("2014-05-14", None, "2014-05-14", "2014-05-14"), ("2014-05-14", "2014-05-16", "2014-05-14", "2014-05-16"),
    ("2014-12", None, "2014-12-01", "2014-12-31"), ("2014", None, "2014-01-01", "2014-12-31"),
    ("2014-Q1", None, "2014-01-01", "2014-03-31"), ("2014-Q4", None, "2014-10-01", "2014-12-31"),
    ("2014-03", "2014-Q3", "2014-03-01", "2014-09-31"), ("2014-03", "", "2014-03-01", "2014-03-31"),
    (None, None, None, None),
])
def test_first_and_last_day_follow_the_precision(
        date_from: str | None, date_to: str | None, starts: str | None, ends: str | None) -> None:
    assert _computed(date_from, date_to) == (starts, ends)


@given(st.dates().filter(lambda day: 1900 <= day.year <= 2200), st.sampled_from(["day", "month", "quarter", "year"]))
def test_computed_days_sort_as_the_days_a_date_can_mean(day: Any, precision: str) -> None:
    stored = {"day": PartialDate(day.year, month=day.month, day=day.day),
              "month": PartialDate(day.year, month=day.month),
              "quarter": PartialDate(day.year, quarter=(day.month + 2) // 3), "year": PartialDate(day.year)}[precision]
    starts, ends = _computed(str(stored), None)
    assert starts == stored.first().isoformat()
    assert ends is not None
    assert stored.last().isoformat() <= ends
    assert ends[:7] == stored.last().isoformat()[:7]


def test_the_table_computes_both_when_a_date_is_changed(create_work: CreateWork, session: Session) -> None:
    id = log(create_work, "Training", "2014-Q2")
    write(create_work("kg"), "activity", {"date_from": "2014-05", "date_to": "2014-06-02"}, id)
    row = session.execute(sa.select(Activity.starts, Activity.ends).where(Activity.id == id)).one()
    assert tuple(row) == ("2014-05-01", "2014-06-02")


# one activity


def test_an_activity_is_told_with_its_span_in_words(create_work: CreateWork, session: Session) -> None:
    id = log(create_work, "Training", "2014-05-14", date_to="2014-05-16", place="Osh", women=3, in_report=True,
             position=2, support_agency_ids=[AGENCY("iom"), AGENCY("undp")], title_local="Обучение",
             narrative_local="Обучены.", partners="Ministry")
    found = activity(session, id)
    assert found.when == "14 May 2014 – 16 May 2014"
    assert (found.office, found.place, found.women, found.men) == (OFFICE("kg"), "Osh", 3, None)
    assert (found.title_local, found.narrative_local, found.partners) == ("Обучение", "Обучены.", "Ministry")
    assert found.support_agency_ids == (AGENCY("iom"), AGENCY("undp"))
    assert (found.in_report, found.position, found.evidence_ids, found.narrative) == (True, 2, (), "")


def test_a_date_that_arrived_and_cannot_be_read_is_shown_as_it_came(create_work: CreateWork, session: Session) -> None:
    id = log(create_work, "Training")
    session.execute(sa.update(Activity).where(Activity.id == id).values(date_from="some day", date_to="2014-05"))
    session.expire_all()
    assert activity(session, id).when == "some day – May 2014"
    assert "Training" in titles(session, Filter())


def test_a_deleted_activity_can_still_be_looked_at_and_one_that_never_came_cannot(
        create_work: CreateWork, session: Session) -> None:
    id = log(create_work, "Training")
    delete(create_work("kg"), Activity, id)
    assert activity(session, id).deleted
    assert "Training" not in titles(session, Filter())
    with pytest.raises(NotFound, match="This activity is not here"):
        activity(session, ACTIVITY("never"))


# lists


def test_a_list_is_filtered_by_what_an_activity_serves_and_where_it_was(
        create_work: CreateWork, session: Session) -> None:
    log(create_work, "in Kyrgyzstan")
    log(create_work, "in Serbia", office="rs", in_report=True)
    log(create_work, "everywhere", output_id=OUTPUT("output-5"), country_id=None)
    assert titles(session, Filter(country_id=COUNTRY("rs"))) == ["in Serbia"]
    assert titles(session, Filter(office=OFFICE("rs"))) == ["in Serbia"]
    assert titles(session, Filter(output_id=OUTPUT("output-5"))) == ["everywhere"]
    assert titles(session, Filter(in_report=True)) == ["in Serbia"]
    assert sorted(titles(session, Filter(in_report=False))) == ["everywhere", "in Kyrgyzstan"]
    assert titles(session, Filter(office=OFFICE("rs"), output_id=OUTPUT("output-5"))) == []


@pytest.mark.parametrize(("starts", "ends", "shown"), [
    ("2014-05-16", "2014-05-31", {"meeting", "month", "year"}), ("2014-05-17", "2014-05-31", {"month", "year"}),
    ("2014-06-01", "2014-06-30", {"year"}), ("2015-01-01", None, set()),
    (None, "2014-05-13", {"month", "year"}), (None, "2014-05-14", {"meeting", "month", "year"}),
    (None, "2014-04-30", {"year"}), (None, "2013-12-31", set()),
])
def test_a_span_of_time_shows_all_that_may_have_happened_in_it(
        create_work: CreateWork, session: Session, starts: str | None, ends: str | None, shown: set[str]) -> None:
    log(create_work, "meeting", "2014-05-14", date_to="2014-05-16")
    log(create_work, "month", "2014-05")
    log(create_work, "year", "2014")
    assert set(titles(session, Filter(starts=starts, ends=ends))) == shown


@pytest.mark.parametrize(("words", "field", "text"), [
    ("launch board", "narrative", "The board was told; a LAUNCH followed."), ("osh", "place", "Osh, Kyrgyzstan"),
    ("iom", "partners", "IOM"), ("миграция", "title_local", "Миграция и развитие"),
    ("МИГРАЦИИ", "narrative_local", "о миграции"), ("Миграция", "narrative_local", "внутренняя миграция"),
    ("هجرة", "narrative_local", "إدماج الهجرة في التخطيط"), ("অভিবাসন", "title_local", "অভিবাসন ও উন্নয়ন"),
    ("ÉTÉ", "narrative_local", "cet été"), ("100%", "narrative", "reached 100% of them"),
    ("a_b", "narrative", "file a_b"),
])
def test_a_search_finds_all_its_words_in_every_script(
        create_work: CreateWork, session: Session, words: str, field: str, text: str) -> None:
    log(create_work, "sought", **{field: text})
    log(create_work, "other", narrative="reached 1000 of them; a launch; axb")
    assert titles(session, Filter(words=words)) == ["sought"]
    assert titles(session, Filter(words=f"{words} nowhere")) == []


def test_a_list_is_sorted_by_date_or_title(create_work: CreateWork, session: Session) -> None:
    for title, day in (("B", "2014-05-14"), ("A", "2014"), ("C", "2014-Q3")):
        log(create_work, title, day)
    assert titles(session, Filter(sort="newest")) == ["C", "B", "A"]
    assert titles(session, Filter(sort="oldest")) == ["A", "B", "C"]
    write(create_work("kg"), "activity", {"title": "D"}, *[
        one.id for one in activities(session, Filter()).items if one.title == "A"])
    assert titles(session, Filter(sort="title")) == ["B", "C", "D"]
    assert titles(session, Filter(sort="nonsense")) == titles(session, Filter())


def test_pages_hold_every_activity_once_and_the_last_says_so(create_work: CreateWork, session: Session) -> None:
    row = {"office": OFFICE("kg"), "deleted": 0, "date_from": "2014-05"}
    session.execute(sa.insert(Activity), [{**row, "id": f"{n:036}", "title": f"{n}"} for n in range(2 * PAGE - 1)])
    pages = [activities(session, Filter(page=page)) for page in (1, 2, 3)]
    assert [len(page.items) for page in pages] == [PAGE, PAGE, 0]
    assert [page.more for page in pages] == [True, False, False]
    assert len({one.id for page in pages for one in page.items}) == 2 * PAGE
    assert activities(session, Filter(page=-7)).items == pages[0].items


def test_achievements_are_what_goes_into_the_report_in_its_order(create_work: CreateWork, session: Session) -> None:
    log(create_work, "third", "2014-03", in_report=True, position=3)
    log(create_work, "first", "2014-09", in_report=True, position=1)
    log(create_work, "left out", "2014-09", in_report=False, position=2)
    log(create_work, "too late", "2015-02", in_report=True, position=2)
    log(create_work, "another office", "2014-09", "rs", in_report=True, position=1)
    y1 = ("2014-02-01", "2015-01-31")
    assert [a.title for a in achievements(session, *y1, OFFICE("kg"))] == ["first", "third"]
    assert {a.title for a in achievements(session, *y1)} == {"first", "third", "another office"}


def test_a_stored_date_reads_back(session: Session) -> None:
    assert parse_date(activity(session, ACTIVITY("launched")).date_from) == PartialDate(2014, month=4)
