"""Decisions are told with the meeting that took them; open ones come first, by what is due."""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.domain.boards.models import Decision
from server.domain.boards.queries import decisions
from tests.conftest import CreateWork
from tests.samples import MEETING, OFFICE, write


def decide(create_work: CreateWork, text: str, **values: object) -> str:
    """Record a decision of the first meeting."""
    return write(create_work("kg"), "decision", {"meeting_id": MEETING("first"), "text": text, **values})


def test_open_decisions_come_first_by_what_is_due(create_work: CreateWork, session: Session) -> None:
    decide(create_work, "closed", status="closed", closed="2014-07")
    decide(create_work, "some day", status="open")
    decide(create_work, "later", status="open", due="2014-12")
    decide(create_work, "soon", due="2014-07")
    assert [d.text for d in decisions(session)] == ["soon", "later", "some day", "closed"]
    assert [d.text for d in decisions(session, status="closed")] == ["closed"]
    assert decisions(session, office=OFFICE("rs")) == []


def test_a_decision_is_told_with_its_board_and_its_dates_in_words(create_work: CreateWork, session: Session) -> None:
    decide(create_work, "Endorsed", due="2014-Q3", action="Circulate", owner="Country office", note="By mail")
    (found,) = decisions(session)
    assert (found.board, found.meeting_when, found.due, found.status, found.closed) == (
        "National Project Board", "June 2014", "Quarter 3 of 2014", "open", "")
    assert (found.office, found.action, found.owner, found.note) == (
        OFFICE("kg"), "Circulate", "Country office", "By mail")


def test_a_decision_whose_meeting_has_not_arrived_is_told_all_the_same(session: Session) -> None:
    session.add(Decision(id="from-elsewhere", meeting_id=MEETING("never"), text="Agreed"))
    session.flush()
    assert [(d.board, d.meeting_when, d.text) for d in decisions(session)] == [("", "", "Agreed")]


def test_a_decision_may_be_closed_on_the_day_it_was_taken(create_work: CreateWork) -> None:
    write(create_work("kg"), "meeting", {"date_from": "2014-06-17"}, MEETING("first"))
    assert decide(create_work, "Agreed", status="closed", closed="2014-06-17")
    assert decide(create_work, "Agreed", status="closed", closed="2014")
