"""Before sending, Valise says what is missing or odd, names the record, and stops nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from server.domain.framework.queries import period_for
from server.domain.people.queries import office
from server.domain.records import delete
from server.domain.reporting.models import Report
from server.services.checkup import Hint, check_up
from tests.conftest import CreateWork
from tests.samples import COUNTRY, DOCUMENT, OFFICE, OUTPUT, PERIOD, PLANNED, REPORT, write

_TODAY = date(2014, 9, 1)
_NO_MONEY = "No spending was entered for this period."
_NO_PROGRESS = "“Launch” was planned and has no progress: log what was done, or set its status."
_NO_OUTPUT = "Output 1 has planned lines but no achievement."


@pytest.fixture
def session(small_session: Session, create_work: CreateWork) -> Session:
    """Kyrgyzstan's log, with which nothing is wrong."""
    work = create_work("kg")
    write(work, "activity", {"title": "Programme launched", "date_from": "2014-04", "output_id": OUTPUT("output-1"),
                             "country_id": COUNTRY("kg"), "narrative": "It was launched.", "in_report": 1,
                             "planned_id": PLANNED("line"), "evidence_ids": [DOCUMENT("note")]})
    write(work, "report_section", {"report_id": REPORT("y1"), "key": "summary", "text": "A good year."})
    spend(create_work, "8.00")
    return small_session


def achieve(create_work: CreateWork, title: str, date_from: str, **values: Any) -> str:
    """Log an activity of the report that lacks nothing but what `values` take from it."""
    return write(create_work("kg"), "activity", {
        "title": title, "date_from": date_from, "output_id": OUTPUT("output-1"), "country_id": COUNTRY("kg"),
        "narrative": "It was done.", "in_report": 1, "evidence_ids": [DOCUMENT("note")], **values})


def spend(create_work: CreateWork, amount: str, currency: str = "USD", period: str = "y1") -> None:
    """Enter an expenditure."""
    write(create_work("kg"), "expenditure", {"period_id": PERIOD(period), "amount": amount, "currency": currency})


def plan_money(create_work: CreateWork, amount: str, currency: str = "USD") -> None:
    """Enter a line of the budget."""
    write(create_work("kg"), "budget_line", {"output_id": OUTPUT("output-1"), "period_id": PERIOD("y1"),
                                             "amount": amount, "currency": currency})


def hints(session: Session, code: str = "KG", today: date = _TODAY, period: str = "Y1") -> list[Hint]:
    """What the check-up says."""
    session.flush()
    session.expire_all()
    of, found = office(session, code), period_for(session, period, today)
    assert of is not None
    assert found is not None
    return check_up(session, of, found, today)


def sentences(session: Session, **more: Any) -> list[str]:
    """The same, words only."""
    return [hint.sentence for hint in hints(session, **more)]


def test_a_whole_log_needs_no_word(session: Session) -> None:
    assert hints(session) == []


@pytest.mark.parametrize(("lacking", "sentence"), [
    ({"evidence_ids": None}, "“Study made” has no evidence: file a document that shows it."),
    ({"narrative": None}, "“Study made” has no narrative: say what came of it."),
])
def test_an_achievement_that_lacks_something_is_named(
        create_work: CreateWork, session: Session, lacking: dict[str, Any], sentence: str) -> None:
    id = achieve(create_work, "Study made", "2014-05", **lacking)
    assert hints(session) == [Hint(sentence, "activity", id)]


@pytest.mark.parametrize(("dated", "future"), [
    ("2014-09-02", True), ("2014-09-01", False), ("2014-10", True), ("2014-09", False), ("2014-Q4", True),
    ("2014-Q3", False), ("2014-Q2", False), ("2014", False),
])
def test_what_lies_in_the_future_is_named_and_what_may_have_happened_is_not(
        create_work: CreateWork, session: Session, dated: str, future: bool) -> None:
    achieve(create_work, "Study made", dated)
    assert sentences(session) == (["“Study made” lies in the future: correct its date, or plan it."] if future else [])


@pytest.mark.parametrize(("title", "dated", "double"), [
    ("Programme launched", "2014-04-17", True), ("The programme launched", "2014", True),
    ("Programme launched", "2014-04-01", True), ("Programme launched", "2014-04-30", True),
    ("PROGRAMME LAUNCHED.", "2014-Q2", True), ("Programme launched", "2014-05", False),
    ("Study launched", "2014-04", False),
])
def test_two_that_look_alike_and_may_be_of_one_day_are_shown(
        create_work: CreateWork, session: Session, title: str, dated: str, double: bool) -> None:
    achieve(create_work, title, dated)
    found = [hint for hint in hints(session) if "look like the same activity: delete one of them" in hint.sentence]
    assert len(found) == int(double)


def test_a_planned_line_that_nothing_carried_out_is_named(create_work: CreateWork, session: Session) -> None:
    id = write(create_work("kg"), "planned_activity", {
        "title": "Train officials", "output_id": OUTPUT("output-1"), "period_id": PERIOD("y1")})
    sentence = "“Train officials” was planned and has no progress: log what was done, or set its status."
    assert hints(session) == [Hint(sentence, "planned_activity", id)]
    write(create_work("kg"), "planned_activity", {"status": "delayed"}, id)
    assert hints(session) == []
    write(create_work("kg"), "planned_activity", {"status": "planned"}, id)
    achieve(create_work, "Officials trained", "2014-05", planned_id=id, in_report=0)
    assert hints(session) == []


def test_an_output_that_was_planned_and_not_reached_is_named(create_work: CreateWork, session: Session) -> None:
    write(create_work("kg"), "planned_activity", {
        "title": "Share experience", "output_id": OUTPUT("output-5"), "period_id": PERIOD("y1"), "status": "ongoing"})
    assert sentences(session) == ["Output 5 has planned lines but no achievement."]
    achieve(create_work, "Experience shared", "2014-05", output_id=OUTPUT("output-5"), country_id=None)
    assert sentences(session) == []


def test_an_achievement_of_another_period_does_not_count(create_work: CreateWork, session: Session) -> None:
    assert sentences(session, period="Y2") == ["The report has no texts yet: write at least its summary.", _NO_MONEY]
    achieve(create_work, "Study made", "2015-03", evidence_ids=None)
    assert sentences(session, today=date(2015, 9, 1)) == []


def test_a_report_without_texts_or_summary_is_told(create_work: CreateWork, session: Session) -> None:
    work = create_work("kg")
    (summary,) = work.find("report_section")
    write(work, "report_section", {"text": None}, summary["id"])
    assert hints(session) == [Hint("The report has no summary yet.", "report", REPORT("y1"))]
    delete(work, Report, REPORT("y1"))
    assert hints(session) == [Hint("The report has no texts yet: write at least its summary.")]


def test_a_text_in_one_language_is_told_to_an_office_that_writes_two(create_work: CreateWork, session: Session) -> None:
    write(create_work("hq"), "office", {"language": "ru"}, OFFICE("kg"))
    (summary,) = create_work("kg").find("report_section")
    sentence = "A section has no text in the office's own language: the English one will stand there."
    assert hints(session) == [Hint(sentence, "report_section", summary["id"])]
    write(create_work("kg"), "report_section", {"text_local": "Хороший год."}, summary["id"])
    assert hints(session) == []


def test_headquarters_report_is_the_annual_one(create_work: CreateWork, session: Session) -> None:
    assert sentences(session, code="HQ") == ["The report has no texts yet: write at least its summary.", _NO_MONEY]
    id = write(create_work("hq"), "report", {"kind": "annual", "period_id": PERIOD("y1")})
    write(create_work("hq"), "report_section", {"report_id": id, "key": "summary", "text": "A good year."})
    assert sentences(session, code="HQ") == [_NO_MONEY]


def test_spending_is_compared_with_the_budget_of_its_currency(create_work: CreateWork, session: Session) -> None:
    sentence = "More was spent than budgeted: explain it in the report, or correct an amount."
    plan_money(create_work, "5.00")
    assert sentences(session) == [sentence]
    plan_money(create_work, "3.00")
    assert sentences(session) == []
    spend(create_work, "1000.00", "CHF")
    assert sentences(session) == [
        "CHF 1000.00 is in another currency and not in the totals: enter it in USD."]
    plan_money(create_work, "999.99", "CHF")
    assert sentence in sentences(session)


def test_an_empty_log_says_what_belongs_there(create_work: CreateWork, small_session: Session) -> None:
    write(create_work("kg"), "activity", {"in_report": 0}, _launched(create_work))
    assert sentences(small_session) == [_NO_PROGRESS, _NO_OUTPUT, "The report has no summary yet.", _NO_MONEY]


def _launched(create_work: CreateWork) -> str:
    (one,) = create_work("kg").find("activity")
    return str(one["id"])


def test_an_acronym_that_no_list_explains_is_named_by_language(session: Session, create_work: CreateWork) -> None:
    told = "Not in the list of acronyms, in English: GFMD, UNCT."
    assert not any("acronyms" in hint.sentence for hint in hints(session))
    achieve(create_work, "GFMD prepared with UNDP", "2014-05", narrative="The UNCT and two NPBs met in phase II.")
    assert any(told[:-1] in hint.sentence for hint in hints(session))
    write(create_work("hq"), "acronym", {"code": "UNCT", "title": "United Nations Country Team"})
    write(create_work("hq"), "acronym", {"code": "GFMD", "title": "Global Forum"})
    write(create_work("hq"), "acronym", {"code": "NPB", "title": "National Project Board"})
    assert not any("acronyms" in hint.sentence for hint in hints(session))
