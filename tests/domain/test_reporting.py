"""A report's state: the office's word first, then what headquarters said of it."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from server.base.errors import NotFound, RulesBroken
from server.domain.records import delete
from server.domain.reporting.models import Report, Review
from server.domain.reporting.queries import report, reports
from server.domain.reporting.rules import STATUSES, VERDICTS, life_cycle
from tests.conftest import CreateWork
from tests.samples import OFFICE, OUTPUT, PERIOD, REPORT, SAMPLES, write


@pytest.mark.parametrize(("status", "verdict", "state"), [
    ("draft", None, "draft"), (None, None, "draft"), ("draft", "returned", "returned"), ("draft", "accepted", "draft"),
    ("submitted", None, "submitted"), ("submitted", "returned", "returned"), ("submitted", "accepted", "accepted"),
    ("submitted", "comment", "submitted"), ("from a newer Valise", "accepted", "draft"),
])
def test_the_life_of_a_report(status: str | None, verdict: str | None, state: str) -> None:
    assert life_cycle(status, verdict) == state


def test_a_report_that_was_sent_again_after_its_return_is_submitted_until_headquarters_says_more() -> None:
    assert life_cycle("submitted", "returned", answered=True) == "submitted"
    assert life_cycle("submitted", "accepted", answered=True) == "accepted"


def test_every_status_meets_every_verdict() -> None:
    met = {life_cycle(status, verdict) for status in (None, *STATUSES) for verdict in (None, *VERDICTS)}
    assert met == {"draft", "submitted", "returned", "accepted"}


def test_a_report_passes_through_its_states(create_work: CreateWork, session: Session) -> None:
    office, hq = create_work("kg"), create_work("hq")
    states = [report(session, REPORT("y1")).state]
    write(office, "report", {"status": "submitted", "submitted": "2015-02-20"}, REPORT("y1"))
    states.append(report(session, REPORT("y1")).state)
    write(hq, "review", {"report_id": REPORT("y1"), "verdict": "comment", "text": "Which town?"})
    states.append(report(session, REPORT("y1")).state)
    write(hq, "review", {"report_id": REPORT("y1"), "verdict": "returned", "text": "Add the town."})
    states.append(report(session, REPORT("y1")).state)
    write(hq, "review", {"report_id": REPORT("y1"), "verdict": "accepted"})
    states.append(report(session, REPORT("y1")).state)
    assert states == ["draft", "submitted", "submitted", "returned", "accepted"]
    assert [r.verdict for r in report(session, REPORT("y1")).reviews] == ["comment", "returned", "accepted"]


def test_only_headquarters_reviews(create_work: CreateWork) -> None:
    with pytest.raises(RulesBroken, match="Only headquarters reviews reports"):
        write(create_work("kg"), "review", {**SAMPLES["review"], "verdict": "accepted"})


def test_what_an_office_wrote_of_its_own_report_is_no_review(create_work: CreateWork, session: Session) -> None:
    write(create_work("kg"), "report", {"status": "submitted"}, REPORT("y1"))
    session.add(Review(id="from-elsewhere", office=OFFICE("kg"), report_id=REPORT("y1"), verdict="accepted"))
    session.flush()
    assert report(session, REPORT("y1")).state == "submitted"
    assert report(session, REPORT("y1")).reviews == ()


def test_a_report_is_told_with_its_texts_and_what_was_said_of_it(create_work: CreateWork, session: Session) -> None:
    write(create_work("kg"), "report", {"status": "submitted", "submitted": "2015-02", "title": "Our year"},
          REPORT("y1"))
    write(create_work("kg"), "report_section", {**SAMPLES["report_section"], "text_local": "Хороший год."})
    write(create_work("hq"), "review", {**SAMPLES["review"], "dated": "2015-03-01"})
    found = report(session, REPORT("y1"))
    assert (found.office, found.kind, found.period_id, found.title, found.status, found.submitted) == (
        OFFICE("kg"), "progress", PERIOD("y1"), "Our year", "submitted", "2015-02")
    assert [(s.text, s.text_local) for s in found.sections] == [("A good year.", "Хороший год.")]
    assert [(r.section_id, r.verdict, r.text, r.dated) for r in found.reviews] == [
        (None, "returned", "Add the dates.", "2015-03-01")]


def test_each_office_has_one_report_of_a_kind_and_period(create_work: CreateWork) -> None:
    assert write(create_work("rs"), "report", {"kind": "progress", "period_id": PERIOD("y1")})
    with pytest.raises(RulesBroken) as broken:
        write(create_work("rs"), "report", {"kind": "progress", "period_id": PERIOD("y1")})
    assert broken.value.field == "period_id"


def test_sections_stand_in_the_order_of_the_report(create_work: CreateWork, session: Session) -> None:
    work = create_work("kg")
    for key, output in (("next", None), ("summary", "output-1"), ("introduction", None), ("summary", None)):
        write(work, "report_section", {"report_id": REPORT("y1"), "key": key, "text": f"{key} {output}",
                                       "output_id": OUTPUT(output) if output else None})
    found = report(session, REPORT("y1"))
    assert [section.text for section in found.sections] == [
        "introduction None", "summary None", "summary output-1", "next None"]
    of_output = found.section("summary", OUTPUT("output-1"))
    assert of_output is not None
    assert of_output.text == "summary output-1"
    assert found.section("closing") is None


def test_reports_are_asked_for_by_office_kind_and_period(create_work: CreateWork, session: Session) -> None:
    write(create_work("hq"), "report", {"kind": "annual", "period_id": PERIOD("y1")})
    write(create_work("rs"), "report", {"kind": "progress", "period_id": PERIOD("y2")})
    assert [r.id for r in reports(session, office=OFFICE("kg"))] == [REPORT("y1")]
    assert [r.office for r in reports(session, kind="annual")] == [OFFICE("hq")]
    assert [r.office for r in reports(session, period_id=PERIOD("y2"))] == [OFFICE("rs")]
    assert len(reports(session)) == 3


def test_a_report_that_was_deleted_or_never_came_is_not_told(create_work: CreateWork, session: Session) -> None:
    delete(create_work("kg"), Report, REPORT("y1"))
    assert reports(session) == []
    for name in ("y1", "never"):
        with pytest.raises(NotFound, match="This report is not here"):
            report(session, REPORT(name))
