"""Reports are put together from records, and every figure follows them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.base.errors import NotFound
from server.base.i18n import use_language
from server.base.money import Money
from server.domain.activities.models import Activity
from server.domain.boards.models import Decision, Meeting
from server.domain.finance.models import Commitment, Expenditure
from server.domain.framework.models import Programme
from server.domain.reporting.figures import FIGURE_NAMES, falls_into, fill_figures, unknown_figures
from server.domain.reporting.models import Report, ReportSection
from server.domain.workplan.models import PlannedActivity
from server.reports.model import AnnualReport
from server.services.consolidate import annual_report, progress_report
from server.services.load import record_id
from tests.example_data import CLOCK, create_example, office

DONE = {"Bangladesh": 3, "Ecuador": 0, "Jamaica": 2, "Kyrgyzstan": 4, "Moldova": 4, "Morocco": 6, "Serbia": 4,
        "Tunisia": 1}
NEXT = {"Bangladesh": 3, "Ecuador": 1, "Jamaica": 7, "Kyrgyzstan": 2, "Moldova": 6, "Morocco": 3, "Tunisia": 4,
        "Serbia": 3, 5: 4, 6: 3, 7: 4}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> sa.Engine:
    return create_example(tmp_path_factory.mktemp("example") / "valise.db")


@pytest.fixture
def session(example: sa.Engine) -> Iterator[Session]:
    """A session on the example whose changes are rolled back."""
    with Session(example, autoflush=True) as session:
        yield session
        session.rollback()


def annual(session: Session, language: str = "en") -> AnnualReport:
    session.flush()
    return annual_report(session, "Y1", language, CLOCK)


def change(session: Session, model: type[Any], name: str, **values: object) -> None:
    """Set fields of an example record, by its short name."""
    row = session.get(model, record_id(model.__tablename__, name))
    assert row is not None
    for field, value in values.items():
        setattr(row, field, value)


def test_achievements_stand_under_their_country_and_output(session: Session) -> None:
    report = annual(session)
    first, *others = report.outputs
    assert {c.country.name: len(c.achievements) for c in first.countries} == DONE
    assert [c.country.name for c in first.countries] == list(DONE)
    assert {o.output.number: len(o.achievements) for o in others if o.output} == {5: 5, 6: 3, 7: 5}
    assert report.figures.achievements == len(report.achievements) == 37


def test_interventions_stand_under_their_country_and_output(session: Session) -> None:
    sections = annual(session).interventions
    found = {s.country.name if s.country else s.output.number if s.output else None: len(s.interventions)
             for s in sections}
    assert found == NEXT
    assert list(found) == list(NEXT)
    assert sum(found.values()) == 40


def test_interventions_follow_the_order_in_which_the_opening_sentence_names_the_countries(session: Session) -> None:
    text = "Serbia first, then Tunisia, Moldova, Morocco, Ecuador, Jamaica, Kyrgyzstan and Bangladesh."
    change(session, ReportSection, "hq-annual-y1-next", text=text)
    names = [s.country.name for s in annual(session).interventions if s.country]
    assert names == ["Serbia", "Tunisia", "Moldova", "Morocco", "Ecuador", "Jamaica", "Kyrgyzstan", "Bangladesh"]


def test_interventions_keep_the_frameworks_order_when_a_country_is_not_named(session: Session) -> None:
    change(session, ReportSection, "hq-annual-y1-next", text="Tunisia and Serbia have agreed their plans.")
    assert [s.country.name for s in annual(session).interventions if s.country] == list(DONE)


def test_money_and_rates_are_those_of_the_programme(session: Session) -> None:
    figures = annual(session).figures
    assert figures.confirmed_text() == "USD\xa0822,771 (368,307 + 454,464)"
    assert figures.received == Money(Decimal("454464.00"))
    assert figures.spent == Money(Decimal("274594.56"))
    assert (figures.delivery_received, figures.delivery_confirmed) == (Decimal("60.4"), Decimal("33.4"))
    assert (figures.countries_achieved, figures.countries_total, figures.countries_share) == (7, 8, Decimal("87.5"))
    assert figures.participants_gpb == 52


def test_delivery_by_country_and_output_adds_up_to_what_was_spent(session: Session) -> None:
    report = annual(session)
    assert sum(row.spent.amount for row in report.delivery) == Decimal("274594.56")
    assert sum(row.budget.amount for row in report.delivery) == report.figures.budget.amount
    assert [r.name for r in report.delivery if r.kind == "country"] == list(DONE)
    assert [r.name for r in report.delivery if r.kind == "output"] == ["Output 5", "Output 6", "Output 7"]


def test_an_illustrative_split_is_said_once(session: Session) -> None:
    notes = annual(session).delivery_notes
    assert len(notes) == 1
    assert "llustrative" in notes[0]


def test_a_new_expenditure_changes_the_rate_and_the_text(session: Session) -> None:
    before = annual(session)
    assert "60.4%" in before.overview
    session.add(Expenditure(
        id="x", office=office("hq"), deleted=0, period_id=record_id("reporting_period", "y1"),
        amount=Decimal("10000.00"), currency="USD"))
    after = annual(session)
    assert after.figures.spent.amount - before.figures.spent.amount == 10000
    assert after.figures.delivery_received == Decimal("62.6")
    assert "62.6%" in after.overview
    assert "284,594.56" in after.overview
    assert after.delivery[-1].kind == "programme"


def test_a_deleted_achievement_is_gone_from_the_list_and_the_count(session: Session) -> None:
    change(session, Activity, _only_of(session, "tn"), deleted=1)
    report = annual(session)
    assert report.figures.achievements == 36
    assert report.figures.countries_achieved == 6
    assert "75.0%" in report.overview


def _only_of(session: Session, country: str) -> str:
    found = session.scalars(sa.select(Activity).where(
        Activity.country_id == record_id("country", country), Activity.in_report == 1)).one()
    return found.id


def test_money_in_another_currency_is_told_apart_and_never_added(session: Session) -> None:
    session.add(Expenditure(
        id="x", office=office("hq"), deleted=0, period_id=record_id("reporting_period", "y1"),
        amount=Decimal("500.00"), currency="EUR"))
    report = annual(session)
    assert report.figures.spent == Money(Decimal("274594.56"))
    assert report.figures.elsewhere == (Money(Decimal("500.00"), "EUR"),)
    assert any("EUR 500.00" in finding for finding in report.findings)


def test_a_promise_made_after_the_submission_does_not_count(session: Session) -> None:
    session.add(Commitment(id="x", office=office("hq"), deleted=0, amount=Decimal("1.00"), currency="USD",
                           dated="2015-09"))
    assert annual(session).figures.confirmed == Money(Decimal("822771.00"))


def test_an_unknown_figure_stays_as_typed_and_is_found(session: Session) -> None:
    change(session, ReportSection, "hq-annual-y1-overview", text="So {spnet} was spent: {spent}.")
    report = annual(session)
    assert report.overview == "So {spnet} was spent: USD\xa0274,594.56."
    assert [f for f in report.findings if "{spnet}" in f]


def test_texts_without_unknown_figures_give_no_finding(session: Session) -> None:
    assert annual(session).findings == ()


def test_every_figure_a_text_may_name_is_filled_in(session: Session) -> None:
    figures = annual(session).figures
    text = " ".join(f"{{{name}}}" for name in FIGURE_NAMES)
    assert set(figures.words()) == set(FIGURE_NAMES)
    assert "{" not in fill_figures(text, figures)
    assert unknown_figures("{a} {spent} {b} {a}") == ("a", "b")


def test_figures_are_written_as_the_language_writes_them(session: Session) -> None:
    report = annual(session, "fr")
    with use_language("fr"):
        assert fill_figures("{delivery_received}", report.figures).startswith("60,4")
    assert "60,4" in report.overview


def test_an_office_is_told_in_its_own_language_and_the_others_in_english(session: Session) -> None:
    countries = {c.country.code: c for c in annual(session, "ru").outputs[0].countries}
    assert "этап" in countries["KG"].closing
    assert countries["KG"].country.name == "Кыргызстан"
    assert countries["BD"].achievements[0].title.isascii()
    local = progress_report(session, office("kg"), "Y1", "ru")
    assert [a.title for a in local.sections[0].achievements] == [a.title for a in countries["KG"].achievements]
    english = progress_report(session, office("kg"), "Y1", "en")
    assert english.summary.isascii()
    assert english.summary != local.summary


def test_an_office_reports_its_own_records_only(session: Session) -> None:
    report = progress_report(session, office("kg"), "Y1", "en")
    assert report.figures.achievements == 4
    assert [len(s.achievements) for s in report.sections] == [4]
    assert len(report.interventions) == 2
    assert all(m.country == "Kyrgyzstan" for m in report.papers.meetings)
    assert report.figures.spent.amount == sum(r.spent.amount for r in report.delivery)
    assert len(report.milestones) == len(report.steps) == 9


def test_headquarters_reports_the_global_outputs(session: Session) -> None:
    report = progress_report(session, office("hq"), "Y1", "en")
    assert report.country is None
    assert {s.output.number: len(s.achievements) for s in report.sections if s.output and s.achievements} == {
        5: 5, 6: 3, 7: 5}
    assert {r.output.number for r in report.results if r.output} == {5, 6, 7}


def test_evidence_is_numbered_in_the_order_of_the_report(session: Session) -> None:
    report = annual(session)
    cited = [n for a in report.achievements for n in a.evidence]
    assert list(dict.fromkeys(cited)) == list(range(1, len(set(cited)) + 1))
    assert [e.number for e in report.papers.evidence] == list(range(1, len(report.papers.evidence) + 1))
    assert all(e.title for e in report.papers.evidence)


def test_evidence_that_has_not_arrived_keeps_its_number(session: Session) -> None:
    change(session, Activity, "kg-launch", evidence_ids="01900000-0000-7000-8000-000000000000")
    report = progress_report(session, office("kg"), "Y1", "en")
    assert report.sections[0].achievements[0].evidence == (1,)
    assert report.papers.evidence[0].title == ""


def test_open_decisions_come_first_and_come_back_in_the_next_period(session: Session) -> None:
    decisions = annual(session).papers.decisions
    states = [d.status for d in decisions]
    assert states == sorted(states, key=lambda s: s == "closed")
    assert {"open", "closed"} == set(states)
    following = annual_report(session, "Y2", "en", CLOCK).papers.decisions
    open_ones = {d.text for d in decisions if d.status == "open"}
    assert open_ones <= {d.text for d in following}
    assert {d.text for d in following if d.status == "closed" and d.closed and d.closed < "2015"} == set()


def test_a_decision_of_a_later_meeting_is_not_in_this_report(session: Session) -> None:
    session.add_all([Meeting(id="m", office=office("kg"), deleted=0, date_from="2015-06"),
                     Decision(id="d", office=office("kg"), deleted=0, meeting_id="m", text="Later", status="open")])
    assert "Later" not in {d.text for d in annual(session).papers.decisions}


def test_what_names_no_output_is_told_all_the_same(session: Session) -> None:
    change(session, Activity, "kg-launch", output_id=None)
    report = annual(session)
    assert report.outputs[-1].output is None
    assert len(report.outputs[-1].achievements) == 1
    assert len(report.achievements) == 37


def test_an_intervention_without_country_and_output_is_told_all_the_same(session: Session) -> None:
    session.add(PlannedActivity(id="x", office=office("hq"), deleted=0, title="Loose", in_report=1,
                                period_id=record_id("reporting_period", "y2")))
    last = annual(session).interventions[-1]
    assert [line.title for line in last.interventions] == ["Loose"]


def test_without_a_period_the_latest_one_with_an_annual_report_is_taken(session: Session) -> None:
    assert annual_report(session, None, "en", CLOCK).period.code == "Y1"
    session.add(Report(id="r", office=office("hq"), deleted=0, kind="annual",
                       period_id=record_id("reporting_period", "y2")))
    session.flush()
    assert annual_report(session, None, "en", CLOCK).period.code == "Y2"


def test_an_unknown_period_is_refused_with_those_there_are(session: Session) -> None:
    with pytest.raises(NotFound, match="Y1"):
        annual_report(session, "Y9", "en", CLOCK)


def test_without_a_programme_there_is_no_report(session: Session) -> None:
    for row in session.scalars(sa.select(Programme)):
        row.deleted = 1
    with pytest.raises(NotFound):
        annual(session)


def test_an_unknown_office_is_refused(session: Session) -> None:
    with pytest.raises(NotFound):
        progress_report(session, "nowhere", "Y1", "en")


@pytest.mark.parametrize(("start", "end", "expected"), [
    ("2014", None, "Y1"), ("2015", None, "Y2"), ("2014-02", None, "Y1"), ("2014-01", None, None),
    ("2015-01", None, "Y1"), ("2015-Q1", None, "Y2"), ("2014-11", "2015-03", "Y1"), ("2015-01-31", None, "Y1"),
    ("2015-02-01", None, "Y2"), (None, None, None), ("nonsense", None, None),
])
def test_a_record_is_of_one_period_only(start: str | None, end: str | None, expected: str | None) -> None:
    periods = {"Y1": ("2014-02-01", "2015-01-31"), "Y2": ("2015-02-01", "2016-01-31")}
    found = [code for code, bounds in periods.items() if falls_into(start, end, *bounds)]
    assert found == ([expected] if expected else [])


def test_the_report_of_an_empty_programme_is_empty_and_whole(tmp_path: Path) -> None:
    engine = create_example(tmp_path / "hq.db", offices=())
    with Session(engine) as session:
        session.add(Programme(id="p", office="o", deleted=0, title="A programme", currency="USD"))
        session.flush()
        with pytest.raises(NotFound, match="period"):
            annual_report(session, None, "en", CLOCK)
