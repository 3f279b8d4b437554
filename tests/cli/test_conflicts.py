"""conflicts and resolve: what waits for a person, in lines to read and in JSON for scripts."""

from __future__ import annotations

import pytest

from server.db.session import write_session
from server.domain.records import Work
from server.domain.workplan.commands import plan_activity
from server.domain.workplan.endorsement import endorse_line
from server.services.folder import Folder
from server.services.load import record_id
from tests.cli.conftest import Run
from tests.services.world import Desk, introduce, log, rows

LAUNCH = record_id("activity", "kg-launch")
KEYS = {"id", "kind", "table", "row", "field", "title", "office", "values", "before"}
SIDE = {"value", "person", "office", "shown", "mine", "deletes", "changeset", "claimed", "doubt", "arrived"}


def save(folder: Folder, fields: dict[str, object], id: str | None = None) -> str:
    with write_session(folder.engine, folder.author()) as session:
        return plan_activity(Work(session, folder.author(), folder.clock), fields, id=id)


@pytest.fixture
def room(desk: Desk) -> Desk:
    """Two laptops with two conflicts and a board that endorsed another budget."""
    pair = introduce(desk)
    log(pair.mine, "Mine", id=LAUNCH, women=3)
    log(pair.theirs, "Theirs", id=LAUNCH, women=4)
    line = save(pair.mine, {"title": "Train", "output_id": record_id("output", "output-1"), "amount": "1000.00",
                            "currency": "USD", "period_id": record_id("reporting_period", "y2")})  # fmt: skip
    with write_session(pair.mine.engine, pair.mine.author()) as session:
        endorse_line(Work(session, pair.mine.author(), pair.mine.clock), line, "2015-06-01")
    save(pair.mine, {"amount": "1500.00"}, line)
    pair.swap()
    for folder in (pair.mine, pair.theirs, pair.hq):
        folder.close()
    return desk


def test_every_value_has_its_author_times_and_what_it_was_before(room: Desk, run: Run):
    told = run("conflicts", "--json", "--data", room.folder("mine").root).json
    values = [one for one in told if one["kind"] == "value"]
    assert {one["field"] for one in values} == {"title", "women"}
    for one in values:
        assert set(one) == KEYS
        assert [set(side) for side in one["values"]] == [SIDE] * 2
        assert {side["arrived"] is None for side in one["values"]} == {True, False}
    (title,) = [one for one in values if one["field"] == "title"]
    assert title["before"]["value"] == "Second phase launched"


def test_other_questions_come_in_the_same_list_without_values(room: Desk, run: Run):
    (soft,) = [one for one in run("conflicts", "--json", "--data", room.folder("mine").root).json
               if one["kind"] != "value"]  # fmt: skip
    assert set(soft) == KEYS | {"message", "advice"}
    assert (soft["kind"], soft["table"], soft["values"]) == ("soft", "planned_activity", [])
    out = run("conflicts", "--data", room.folder("mine").root).out
    assert soft["id"] in out
    assert "The board endorsed another budget: the amount of “Train” was changed." in out
    ran = run("resolve", soft["id"], "--keep", "mine", "--data", room.folder("mine").root)
    assert ran.code == 1
    assert len(ran.complaints) == 1


def test_lines_say_who_when_and_what_it_was_before(room: Desk, run: Run):
    out = run("conflicts", "--data", room.folder("mine").root).out
    assert "Activity “Mine”, Title:" in out or "Activity “Theirs”, Title:" in out
    assert "before it was: Second phase launched" in out
    assert "Programme officer, Kyrgyzstan country office, on this laptop: 2015-08-15T" in out
    assert "Colleague, Kyrgyzstan country office: 2015-08-15T" in out
    assert ", arrived 2015-08-15T" in out


@pytest.mark.parametrize(("keep", "women"), [("mine", 3), ("theirs", 4), ("5", 5)])
def test_a_number_is_settled(room: Desk, run: Run, keep: str, women: int):
    mine = room.folder("mine")
    (one,) = [one for one in run("conflicts", "--json", "--data", mine.root).json if one["field"] == "women"]
    ran = run("resolve", one["id"], "--keep", keep, "--data", mine.root)
    assert (ran.code, ran.err) == (0, "")
    assert str(women) in ran.out
    assert rows(mine, "SELECT women FROM activity WHERE id = ?", LAUNCH) == [(women,)]


@pytest.mark.parametrize(("keep", "sentence"), [
    ("many", "Enter “women” as a whole number."),
    ("-3", "A number of people or copies cannot be below zero."),
])  # fmt: skip
def test_a_value_that_the_rules_do_not_allow_is_refused_in_their_sentence(
    room: Desk, run: Run, keep: str, sentence: str
):
    mine = room.folder("mine")
    (one,) = [one for one in run("conflicts", "--json", "--data", mine.root).json if one["field"] == "women"]
    ran = run("resolve", one["id"], "--keep", keep, "--data", mine.root)
    assert (ran.code, ran.complaints) == (1, [sentence])
    assert one["id"] in run("conflicts", "--data", mine.root).out
