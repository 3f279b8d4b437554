"""Open questions that are no choice between values: told in plain words, with where to mend them, to who can."""

from __future__ import annotations

import json

import pytest

from server.db.session import read_session, write_session
from server.domain.framework.queries import period_for
from server.domain.milestones.commands import set_milestone
from server.domain.milestones.models import Milestone
from server.domain.records import Work, delete
from server.domain.reporting.commands import write_section
from server.domain.workplan.commands import plan_activity
from server.domain.workplan.endorsement import endorse_line
from server.domain.workplan.models import PlannedActivity
from server.services.checkup import check_up
from server.services.diagnostics import examine
from server.services.folder import Folder
from server.services.issues import Question, overtaken, questions
from server.services.load import record_id
from server.services.receive import receive
from server.services.send import send
from tests.services.world import Laptops, dump, log, report_of, review


def asked(folder: Folder) -> list[Question]:
    with read_session(folder.engine) as session:
        return questions(session, folder.identity.office, folder.identity.hq)


def kinds(folder: Folder) -> list[str]:
    return [one.kind for one in asked(folder)]


def work(folder: Folder, do) -> str:
    """One save."""
    with write_session(folder.engine, folder.author()) as session:
        session.info["clock"] = folder.clock
        return do(Work(session, folder.author(), folder.clock))


def plan(folder: Folder, title: str, **values: object) -> str:
    """A new line of the plan."""
    fields = {"title": title, "output_id": record_id("output", "output-1"),
              "period_id": record_id("reporting_period", "y2"), **values}  # fmt: skip
    return work(folder, lambda w: plan_activity(w, fields))


@pytest.fixture
def line(laptops: Laptops) -> str:
    """A line that both laptops have."""
    made = plan(laptops.mine, "Train", amount="1000.00", currency="USD")
    laptops.give(laptops.mine, laptops.theirs)
    return made


def test_an_example_without_trouble_asks_nothing(laptops: Laptops):
    for folder in (laptops.mine, laptops.theirs):
        assert asked(folder) == []


def test_a_budget_changed_while_the_board_endorsed_it(laptops: Laptops, line: str):
    work(laptops.mine, lambda w: endorse_line(w, line, "2015-06-01"))
    work(laptops.theirs, lambda w: plan_activity(w, {"amount": "1500.00"}, id=line))
    laptops.swap()
    laptops.give(laptops.mine, laptops.hq)
    for folder in (laptops.mine, laptops.theirs):
        (one,) = asked(folder)
        assert (one.kind, one.table, one.row, one.ours) == ("soft", "planned_activity", line, True)
        assert one.sentence == "The board endorsed another budget: the amount of “Train” was changed."
        assert one.advice
    (theirs,) = [one for one in asked(laptops.hq) if one.kind == "soft"]
    assert not theirs.ours, "headquarters sees it and leaves it to the office"
    assert dump(laptops.mine) == dump(laptops.theirs)
    with read_session(laptops.mine.engine) as session:
        assert [one.id for one in overtaken(session, "", "planned_activity", line)] == [asked(laptops.mine)[0].id]
    work(laptops.mine, lambda w: endorse_line(w, line, "2015-06-01"))
    assert asked(laptops.mine) == []


def test_a_text_changed_after_headquarters_accepted_the_report(laptops: Laptops):
    pair = laptops
    pair.give(pair.mine, pair.hq)
    report = report_of(pair.hq)
    review(pair.hq, report, "accepted", "Thank you.")
    assert [one for one in asked(pair.hq) if one.kind == "soft"] == []
    section = report.sections[0]
    work(pair.mine, lambda w: write_section(w, {"text": "Another text."}, id=section.id))
    pair.give(pair.mine, pair.hq)
    (one,) = [one for one in asked(pair.hq) if one.kind == "soft"]
    assert one.row == section.id
    assert "is not the text any more that headquarters accepted." in one.sentence
    review(pair.hq, report, "returned", "Say why.")
    assert [one for one in asked(pair.hq) if one.kind == "soft"] == [], "what is returned may change"


def test_a_text_added_after_it(laptops: Laptops):
    pair = laptops
    report = report_of(pair.hq)
    review(pair.hq, report, "accepted", "Thank you.")
    fields = {"report_id": report.id, "key": "overview", "text": "Added."}
    work(pair.mine, lambda w: write_section(w, fields))
    pair.give(pair.mine, pair.hq)
    (one,) = [one for one in asked(pair.hq) if one.kind == "soft"]
    assert one.sentence == "A text was added to “Year 1” after headquarters accepted it."


def test_lines_that_became_parts_of_each_other(laptops: Laptops, line: str):
    other = plan(laptops.mine, "Teach")
    laptops.swap()
    work(laptops.mine, lambda w: plan_activity(w, {"part_of_id": other}, id=line))
    work(laptops.theirs, lambda w: plan_activity(w, {"part_of_id": line}, id=other))
    laptops.swap()
    for folder in (laptops.mine, laptops.theirs):
        (one,) = asked(folder)
        assert (one.kind, one.row) == ("cycle", min(line, other))
        assert "“Train”, “Teach” are parts of each other." in one.sentence
    work(laptops.theirs, lambda w: plan_activity(w, {"part_of_id": None}, id=other))
    laptops.swap()
    assert asked(laptops.mine) == []


def test_an_activity_of_a_line_that_was_deleted_meanwhile(laptops: Laptops, line: str):
    work(laptops.mine, lambda w: delete(w, PlannedActivity, line) or "")
    activity = log(laptops.theirs, "Trained", planned_id=line)
    laptops.swap()
    (one,) = asked(laptops.mine)
    assert (one.kind, one.table, one.row) == ("dangling", "activity", activity)
    assert "“Trained” belongs to what was deleted: “Train”" in one.sentence


def test_headquarters_reviews_of_other_offices_are_nobodys_concern_at_an_office(laptops: Laptops):
    pair = laptops
    pair.give(pair.mine, pair.hq)
    review(pair.hq, report_of(pair.hq, "MD"), "accepted", "Thank you.")
    circular = send(pair.hq, pair.desk.file("circular.pdf"), receiver="KG").files[0]
    (result,) = receive(pair.mine, [circular])
    assert result.state == "imported"
    assert asked(pair.mine) == []


def test_the_same_milestone_entered_at_two_laptops(laptops: Laptops):
    country = laptops.mine.office.country_id
    with read_session(laptops.mine.engine) as session:
        step = session.query(Milestone).filter_by(country_id=country).first()
        assert step is not None
        type_id, id = step.type_id, step.id
    work(laptops.mine, lambda w: delete(w, Milestone, id) or "")
    laptops.swap()
    fields = {"type_id": type_id, "country_id": country, "status": "in_progress"}
    made = [work(folder, lambda w: set_milestone(w, fields)) for folder in (laptops.mine, laptops.theirs)]
    laptops.swap()
    (one,) = asked(laptops.mine)
    assert (one.kind, one.row) == ("unique", min(made))
    assert one.sentence.endswith("was entered 2 times.")
    work(laptops.mine, lambda w: set_milestone(w, {"note": "Still written"}, id=made[0]))
    work(laptops.mine, lambda w: delete(w, Milestone, made[1]) or "")
    assert asked(laptops.mine) == []


class TestWhereItIsTold:
    @pytest.fixture
    def troubled(self, laptops: Laptops, line: str) -> Laptops:
        work(laptops.mine, lambda w: endorse_line(w, line, "2015-06-01"))
        work(laptops.theirs, lambda w: plan_activity(w, {"amount": "1500.00"}, id=line))
        laptops.swap()
        return laptops

    def test_the_doctor_lists_it_and_finds_nothing_damaged(self, troubled: Laptops):
        data = troubled.mine.data
        troubled.mine.close()
        found = examine(data, troubled.desk.clock)
        assert all(one.good for one in found)
        (told,) = [one.as_dict() for one in found if one.about]
        assert json.dumps(told)
        assert (told["kind"], told["table"]) == ("soft", "planned_activity")
        assert "The board endorsed another budget" in told["message"]

    def test_the_check_up_lists_it_with_its_record(self, troubled: Laptops):
        with read_session(troubled.mine.engine) as session:
            today = troubled.desk.clock().date()
            period = period_for(session, "Y1", today)
            assert period is not None
            hints = check_up(session, troubled.mine.office, period, today)
        (hint,) = [hint for hint in hints if "endorsed another budget" in hint.sentence]
        assert hint.table == "planned_activity"
