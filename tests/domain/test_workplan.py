"""Lines of the work plan as lists and reports read them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from server.base.errors import NotFound, RulesBroken
from server.domain.records import delete
from server.domain.workplan.commands import plan_activity
from server.domain.workplan.models import PlannedActivity
from server.domain.workplan.queries import planned, planned_activity
from tests.conftest import CreateWork
from tests.samples import OFFICE, PERIOD, PLANNED, SAMPLES, write


def test_a_line_is_told_with_its_quarters_and_its_exact_amount(create_work: CreateWork, session: Session) -> None:
    id = write(create_work("kg"), "planned_activity", {
        **SAMPLES["planned_activity"], "amount": "0.10", "title_local": "Обучить", "responsible": "Ministry",
        "note": "Delayed"})
    session.expire_all()
    found = planned_activity(session, id)
    assert (found.quarters, found.amount, found.currency) == ((1, 3), Decimal("0.10"), "USD")
    assert str(found.amount) == "0.10"
    assert (found.office, found.title_local, found.responsible, found.note) == (
        OFFICE("kg"), "Обучить", "Ministry", "Delayed")


def test_a_line_without_words_for_them_is_planned_in_dollars(session: Session) -> None:
    found = planned_activity(session, PLANNED("line"))
    assert (found.status, found.rag, found.currency, found.amount, found.quarters) == ("planned", None, "USD", None, ())


def test_the_plan_is_asked_for_by_office_period_and_report(create_work: CreateWork, session: Session) -> None:
    line = SAMPLES["planned_activity"]
    write(create_work("rs"), "planned_activity", {**line, "title": "in Serbia"})
    write(create_work("kg"), "planned_activity", {**line, "title": "next", "period_id": PERIOD("y2"), "in_report": 1})
    gone = write(create_work("kg"), "planned_activity", {**line, "title": "gone"})
    delete(create_work("kg"), PlannedActivity, gone)
    assert [p.title for p in planned(session, office=OFFICE("rs"))] == ["in Serbia"]
    assert [p.title for p in planned(session, period_id=PERIOD("y2"))] == ["next"]
    assert [p.title for p in planned(session, office=OFFICE("kg"), in_report=False)] == ["Launch"]
    assert [p.title for p in planned(session, in_report=True)] == ["next"]


def test_a_line_that_never_came_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="This line of the work plan is not here"):
        planned_activity(session, PLANNED("never"))


def test_a_line_is_part_of_another_but_never_of_itself_or_of_its_own_parts(create_work: CreateWork) -> None:
    work = create_work("kg")
    lines = [write(work, "planned_activity", {**SAMPLES["planned_activity"], "title": title}) for title in "abc"]
    for part, whole in zip(lines[1:], lines, strict=False):
        plan_activity(work, {"part_of_id": whole}, id=part)
    for whole in lines:
        with pytest.raises(RulesBroken, match="A line cannot be part of itself or of its own parts") as broken:
            plan_activity(work, {"part_of_id": whole}, id=lines[0])
        assert broken.value.field == "part_of_id"
    plan_activity(work, {"part_of_id": None}, id=lines[1])
    plan_activity(work, {"part_of_id": lines[2]}, id=lines[0])
    assert planned_activity(work.session, lines[0]).part_of_id == lines[2]


def test_a_ring_that_arrived_keeps_nobody_from_working(create_work: CreateWork) -> None:
    work = create_work("kg")
    line = SAMPLES["planned_activity"]
    one, two, hanging = [write(work, "planned_activity", {**line, "title": title}) for title in ("1", "2", "on it")]
    plan_activity(work, {"part_of_id": one}, id=two)
    row = work.session.get(PlannedActivity, one)
    assert row is not None
    row.part_of_id = two
    work.session.flush()
    plan_activity(work, {"title": "still written", "part_of_id": two}, id=one)
    plan_activity(work, {"part_of_id": one}, id=hanging)
    assert planned_activity(work.session, one).title == "still written"
    plan_activity(work, {"part_of_id": None}, id=one)
