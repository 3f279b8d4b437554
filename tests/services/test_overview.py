"""Headquarters sees who is how far, what was reported, and whose report is late."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from server.domain.milestones.models import Milestone
from server.domain.records import delete
from server.domain.reporting.models import Report
from server.services.overview import ReportState, overview, reported_achievements, reported_period
from tests.conftest import CreateWork
from tests.samples import COUNTRY, OFFICE, OUTPUT, PERIOD, REPORT, STEP, write

_BEFORE, _DUE, _AFTER = date(2015, 2, 1), date(2015, 2, 28), date(2015, 3, 1)


@pytest.fixture
def session(small_session: Session) -> Session:
    """A session on the small programme, in which Kyrgyzstan has a draft of its report of Year 1."""
    return small_session


def achieve(create_work: CreateWork, date_from: str, office: str = "kg", **values: Any) -> None:
    """Log an activity that goes into the report."""
    write(create_work(office), "activity", {"title": date_from, "date_from": date_from, "output_id": OUTPUT("output-1"),
                                            "country_id": COUNTRY(office), "in_report": 1, **values})


def states(session: Session, today: date) -> dict[str, ReportState]:
    """Where each office's report of Year 1 stands."""
    return {state.office.code: state for state in overview(session, "Y1", today).reports}


def test_reports_are_late_when_their_due_day_has_passed(session: Session) -> None:
    for today, late in ((_BEFORE, False), (_DUE, False), (_AFTER, True)):
        found = states(session, today)
        assert {code: (state.state, state.late) for code, state in found.items()} == {
            "KG": ("draft", late), "RS": ("none", late)}


def test_headquarters_owes_itself_no_report(session: Session) -> None:
    assert [state.office.code for state in overview(session, "Y1", _AFTER).late] == ["KG", "RS"]


def test_a_submitted_report_is_not_late_until_it_is_returned(create_work: CreateWork, session: Session) -> None:
    write(create_work("kg"), "report", {"status": "submitted", "submitted": "2015-02-20"}, REPORT("y1"))
    assert (states(session, _AFTER)["KG"].late, states(session, _AFTER)["KG"].submitted) == (False, "2015-02-20")
    write(create_work("hq"), "review", {"report_id": REPORT("y1"), "verdict": "returned", "text": "Add dates."})
    assert (states(session, _AFTER)["KG"].late, states(session, _AFTER)["KG"].state) == (True, "returned")
    write(create_work("hq"), "review", {"report_id": REPORT("y1"), "verdict": "accepted"})
    assert (states(session, _AFTER)["KG"].late, states(session, _AFTER)["KG"].state) == (False, "accepted")


def test_without_a_due_day_nothing_is_late(session: Session) -> None:
    assert overview(session, "Y2", date(2030, 1, 1)).late == ()


def test_achievements_are_counted_by_country_and_output(create_work: CreateWork, session: Session) -> None:
    for month in ("2014-05", "2014-06"):
        achieve(create_work, month)
    achieve(create_work, "2014-07", "rs")
    achieve(create_work, "2014-08", in_report=0)
    achieve(create_work, "2014-09", output_id=OUTPUT("output-5"), country_id=None)
    assert dict(overview(session, "Y1", _AFTER).achieved) == {
        (COUNTRY("kg"), OUTPUT("output-1")): 2, (COUNTRY("rs"), OUTPUT("output-1")): 1, (None, OUTPUT("output-5")): 1}


def test_an_achievement_counts_in_one_period_only_as_on_paper(create_work: CreateWork, session: Session) -> None:
    for dated in ("2014-Q3", "2015", "2014", "2015-01", "2015-02"):
        achieve(create_work, dated)
    y1, y2 = overview(session, "Y1", _AFTER), overview(session, "Y2", _AFTER)
    assert (sum(y1.achieved.values()), sum(y2.achieved.values())) == (3, 2)
    assert y2.period is not None
    assert {a.title for a in reported_achievements(session, y2.period)} == {"2015", "2015-02"}
    assert reported_achievements(session, y2.period, OFFICE("rs")) == []


def test_milestones_are_found_by_country_and_step(create_work: CreateWork, session: Session) -> None:
    write(create_work("kg"), "milestone", {"type_id": STEP("launch"), "country_id": COUNTRY("kg"), "status": "done",
                                           "dated": "2014-04"})
    gone = write(create_work("rs"), "milestone", {"type_id": STEP("launch"), "country_id": COUNTRY("rs"),
                                                  "status": "not_started"})
    delete(create_work("rs"), Milestone, gone)
    found = overview(session, "Y1", _AFTER)
    assert {key: m.status for key, m in found.milestones.items()} == {(COUNTRY("kg"), STEP("launch")): "done"}
    assert [c.code for c in found.countries] == ["RS", "KG"]
    assert [t.code for t in found.types] == ["Launch"]
    assert [o.number for o in found.outputs] == [1, 5]


@pytest.mark.parametrize(("code", "today", "found"), [
    ("y2", _BEFORE, "Y2"), ("nonsense", _BEFORE, None), (None, date(2016, 1, 1), "Y1")])
def test_the_latest_period_that_was_reported_on_is_shown(
        session: Session, code: str | None, today: date, found: str | None) -> None:
    shown = overview(session, code, today)
    assert (shown.period.code if shown.period else None) == found
    assert [p.code for p in shown.periods] == ["Y1", "Y2"]
    if found is None:
        assert (shown.reports, dict(shown.achieved)) == ((), {})


def test_before_any_report_todays_period_is_shown(create_work: CreateWork, session: Session) -> None:
    delete(create_work("kg"), Report, REPORT("y1"))
    shown = reported_period(session, None, date(2015, 6, 1))
    assert shown is not None
    assert shown.code == "Y2"


def test_a_kind_of_report_or_an_office_has_its_own_latest_period(create_work: CreateWork, session: Session) -> None:
    write(create_work("rs"), "report", {"kind": "progress", "period_id": PERIOD("y2")})
    found = [reported_period(session, None, _BEFORE, kind, office) for kind, office in (
        (None, None), ("progress", OFFICE("kg")), ("progress", OFFICE("rs")), ("annual", None))]
    assert [period.code if period else None for period in found] == ["Y2", "Y1", "Y2", "Y2"]
