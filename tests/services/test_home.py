"""Home: what is due for an office, and how far its changes have travelled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from server.db.session import read_session, write_session
from server.domain.boards.models import Decision
from server.domain.framework.queries import PeriodFacts, periods
from server.domain.milestones.models import Milestone
from server.domain.records import Work, save
from server.domain.workplan.models import PlannedActivity
from server.services import files
from server.services.folder import Folder
from server.services.home import Home, home, quarter_of
from server.services.load import record_id
from server.services.receive import receive
from server.services.send import send
from tests.services.evidence import circular, file, paper, to_hq
from tests.services.world import Desk, log, pretend_received, report_of, review, rows

Y1 = record_id("reporting_period", "y1")


def seen(folder: Folder, day: str = "2015-02-10") -> Home:
    with read_session(folder.engine) as session:
        return home(session, folder.office, date.fromisoformat(day))


def change(folder: Folder, model: type, id: str, **values: object) -> None:
    with write_session(folder.engine, folder.author()) as session:
        session.info["clock"] = folder.clock
        save(Work(session, folder.author(), folder.clock), model, values, id=id)


def test_the_next_report_and_its_days_left(desk: Desk):
    office = desk.open("kg")
    page = seen(office)
    assert page.period is not None
    assert page.period.id == Y1
    assert page.report is not None
    assert page.report.state == "submitted"
    due = date.fromisoformat(rows(office.data, "SELECT due FROM reporting_period WHERE id = ?", Y1)[0][0])
    assert page.days_left == (due - date(2015, 2, 10)).days
    assert page.following is not None
    assert page.following.due is not None
    assert page.following_left == (page.following.due - date(2015, 2, 10)).days
    late = seen(office, "2015-12-31").days_left
    assert late is not None
    assert late < 0


def test_a_plan_line_without_progress_is_listed_until_something_is_logged_on_it(desk: Desk):
    office = desk.open("kg")
    assert seen(office).plan_without_progress == ()
    line = record_id("planned_activity", "kg-y1-launch")
    change(office, PlannedActivity, line, status="planned")
    logged = [row[0] for row in rows(office.data, "SELECT id FROM activity WHERE planned_id = ?", line)]
    for activity in logged:
        log(office, "Belongs to no line", id=activity, planned_id=None)
    assert [one.id for one in seen(office).plan_without_progress] == [line]
    log(office, "Progress", date_from="2014-04-10", planned_id=line)
    assert seen(office).plan_without_progress == ()


def test_open_board_actions_come_back_until_closed(desk: Desk):
    office = desk.open("kg")
    open_ones = [row[0] for row in rows(
        office.data, "SELECT id FROM decision WHERE status = 'open' AND office = ?", office.identity.office
    )]  # fmt: skip
    assert {one.id for one in seen(office).open_actions} == set(open_ones)
    some = rows(office.data, "SELECT id FROM decision WHERE office = ?", office.identity.office)[0][0]
    change(office, Decision, some, status="open")
    assert some in {one.id for one in seen(office).open_actions}
    change(office, Decision, some, status="closed")
    assert some not in {one.id for one in seen(office).open_actions}


def test_milestones_leave_the_list_when_done_or_not_applicable(desk: Desk):
    office = desk.open("kg")
    every = {row[0]: row[1] for row in rows(office.data, "SELECT id, title FROM milestone_type")}
    own = rows(office.data, "SELECT id, type_id, status FROM milestone WHERE country_id = ?", office.office.country_id)
    done = {every[kind] for _id, kind, status in own if status in ("done", "not_applicable")}
    assert set(seen(office).milestones_left) == set(every.values()) - done
    for milestone, _kind, _status in own:
        change(office, Milestone, milestone, status="not_applicable")
    left = set(every.values()) - {every[kind] for _id, kind, _status in own}
    assert set(seen(office).milestones_left) == left


@pytest.mark.parametrize("code", ["hq", "hq-empty"])
def test_headquarters_has_no_travel(desk: Desk, code: str):
    page = seen(desk.open(code))
    assert page.travel is None
    assert page.waiting == page.conflicts == 0


def test_changes_not_sent_and_not_acknowledged_are_told_apart(desk: Desk):
    office, hq = desk.open("kg"), desk.open("hq")
    log(office, "Not sent")
    travel = seen(office).travel
    assert travel is not None
    assert (travel.unsent, travel.unacknowledged) == (1, 2)
    assert travel.last is not None
    assert travel.last.number == 1
    send(office, desk.file("2.pdf"), period="y1")
    receive(hq, [desk.file("2.pdf")])
    receive(office, [send(hq, desk.file("c.pdf"), receiver="KG").files[0]])
    travel = seen(office).travel
    assert travel is not None
    assert (travel.unsent, travel.unacknowledged) == (0, 0)


def test_an_exchange_between_laptops_does_not_count_as_sent_to_headquarters(desk: Desk):
    office = desk.open("kg")
    log(office, "Only on the stick")
    send(office, desk.file("x.pdf"), receiver="replica")
    travel = seen(office).travel
    assert travel is not None
    assert travel.unsent == 1


def test_what_waits_is_counted(desk: Desk):
    office, hq = desk.open("kg"), desk.open("hq")
    log(office, "Lost")
    send(office, desk.file("lost.pdf"), period="y1")
    pretend_received(office, hq)
    log(office, "Came")
    receive(hq, [send(office, desk.file("came.pdf"), period="y1").files[0]])
    assert seen(hq).waiting == 1
    receive(hq, [desk.file("lost.pdf")])
    assert seen(hq).waiting == 0


def test_a_returned_report_is_due_again(desk: Desk):
    office, hq = desk.open("kg"), desk.open("hq")
    review(hq, report_of(hq), "returned", "Say how many took part.")
    receive(office, [send(hq, desk.file("c.pdf"), receiver="KG").files[0]])
    page = seen(office)
    assert page.report is not None
    assert page.report.state == "returned"
    assert page.following is page.following_left is None, "first this one"
    assert page.report.reviews[-1].text == "Say how many took part."


def test_lines_of_later_quarters_wait_and_the_most_urgent_come_first(desk: Desk):
    office = desk.open("kg")
    with read_session(office.engine) as session:
        period = next(one for one in periods(session) if one.id == Y1)
    lines = [row[0] for row in rows(office.data, "SELECT id FROM planned_activity WHERE period_id = ? AND office = ?",
                                    Y1, office.identity.office)]  # fmt: skip
    logged = rows(office.data, "SELECT id FROM activity WHERE planned_id IS NOT NULL AND office = ?",
                  office.identity.office)  # fmt: skip
    for (activity,) in logged:
        log(office, "Belongs to no line", id=activity, planned_id=None)
    for line, quarters in zip(lines, ("4", "1 2", "1", *["3"] * 99), strict=False):
        change(office, PlannedActivity, line, status="planned", quarters=quarters)
    first, after = period.starts.isoformat(), (period.ends + timedelta(days=1)).isoformat()
    assert [one.quarters for one in seen(office, first).plan_without_progress] == [(1,), (1, 2)]
    late = [one.quarters for one in seen(office, after).plan_without_progress]
    assert len(late) == len(lines)
    assert (late[0], late[1], late[-1]) == ((1,), (1, 2), (4,))
    assert seen(office, (period.starts - timedelta(days=1)).isoformat()).plan_without_progress == ()


@pytest.mark.parametrize(
    ("day", "quarter"),
    [("2010-01-01", 0), ("2014-03-31", 0), ("2014-04-01", 1), ("2014-06-30", 1), ("2014-07-01", 2), ("2015-03-31", 4),
     ("2016-01-01", 4)],
)  # fmt: skip
def test_quarters_are_counted_from_the_first_month_of_the_period(day: str, quarter: int):
    period = PeriodFacts("p", "Y1", "Year 1", date(2014, 4, 1), date(2015, 3, 31), None)
    assert quarter_of(period, date.fromisoformat(day)) == quarter


def test_overdue_actions_come_first_and_those_without_a_day_last(desk: Desk):
    office = desk.open("kg")
    own = [row[0] for row in rows(office.data, "SELECT id FROM decision WHERE office = ?", office.identity.office)]
    assert own
    (meeting,) = rows(office.data, "SELECT meeting_id FROM decision WHERE id = ?", own[0])[0]
    for one in own:
        change(office, Decision, one, status="closed", closed="2014-12-01")
    made: dict[str | None, str] = {}
    with write_session(office.engine, office.author()) as session:
        session.info["clock"] = office.clock
        for due in ("2015-06-01", None, "2015", "2014-11-30"):
            values = {"meeting_id": meeting, "text": "Do it", "action": "Do it", "owner": "Secretariat", "due": due}
            made[due] = save(Work(session, office.author(), office.clock), Decision, {**values, "status": "open"})
    listed = [one.id for one in seen(office, "2015-02-10").open_actions]
    assert (listed[0], listed[-1]) == (made["2014-11-30"], made[None])


def test_files_that_others_asked_for_and_files_that_are_missing_are_counted(desk: Desk):
    office, hq = desk.open("kg"), desk.open("hq")
    before = seen(office)
    _shows, filed = file(office, [paper(1, 300)], ["letter.bin"])
    receive(hq, to_hq(office, desk, evidence="none").files)
    receive(office, [circular(hq, desk)])
    assert (seen(office).asked, seen(office).awaited) == (before.asked + 1, before.awaited)
    assert seen(hq).awaited >= 1
    (office.data.blobs / str(filed[0].sha256)).unlink()
    files.settle(office)
    assert (seen(office).asked, seen(office).awaited) == (before.asked, before.awaited + 1)
