"""Of two edits without sight of each other one is shown, both are kept, and a person's choice settles it everywhere."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from server.base.clock import fixed_clock
from server.base.errors import NotFound, Refused, RuleBroken, RulesBroken
from server.db.session import write_session
from server.domain.activities.commands import log_activity
from server.domain.activities.models import Activity
from server.domain.records import Work, delete
from server.services.conflicts import Conflict, choose, conflicts, resolve, settle
from server.services.folder import Folder
from server.services.load import record_id
from server.services.receive import receive
from server.services.send import send
from tests.services.world import Laptops, dump, how_far, log, rows, shown

LAUNCH = record_id("activity", "kg-launch")


@pytest.fixture
def title_conflict(laptops: Laptops) -> Laptops:
    """Both changed the title of the same activity without sight of each other; both know."""
    log(laptops.mine, "Mine", id=LAUNCH)
    log(laptops.theirs, "Theirs", id=LAUNCH)
    laptops.swap()
    return laptops


def only(folder: Folder) -> Conflict:
    (found,) = conflicts(folder)
    return found


def test_both_values_are_listed_with_who_set_them(title_conflict: Laptops):
    conflict = only(title_conflict.mine)
    assert (conflict.table, conflict.row, conflict.field) == ("activity", LAUNCH, "title")
    assert {(side.value, side.mine) for side in conflict.sides} == {("Mine", True), ("Theirs", False)}
    assert [side.shown for side in conflict.sides] == [True, False]
    assert {side.person for side in conflict.sides if not side.mine} == {"Colleague"}
    assert all(side.office == "Kyrgyzstan country office" for side in conflict.sides)
    assert "Mine" in conflict.sentence
    assert "Theirs" in conflict.sentence


def test_both_laptops_show_the_same_one(title_conflict: Laptops):
    pair = title_conflict
    assert shown(pair.mine, "activity", LAUNCH)["title"] == shown(pair.theirs, "activity", LAUNCH)["title"]
    assert dump(pair.mine) == dump(pair.theirs)
    assert only(pair.mine).id == only(pair.theirs).id


def test_the_import_counts_the_conflict(laptops: Laptops):
    log(laptops.mine, "Mine", id=LAUNCH)
    log(laptops.theirs, "Theirs", id=LAUNCH)
    (result,) = receive(laptops.theirs, [send(laptops.mine, laptops.desk.file("x.pdf"), receiver="replica").files[0]])
    assert result.conflicts == 1
    assert "1 conflict waits for a person." in result.sentence


def test_edits_of_different_fields_are_no_conflict(laptops: Laptops):
    log(laptops.mine, "Mine", id=LAUNCH)
    log(laptops.theirs, shown(laptops.theirs, "activity", LAUNCH)["title"], id=LAUNCH, place="Osh")
    laptops.swap()
    assert conflicts(laptops.mine) == conflicts(laptops.theirs) == []
    row = shown(laptops.theirs, "activity", LAUNCH)
    assert (row["title"], row["place"]) == ("Mine", "Osh")


def test_the_same_value_from_both_sides_is_no_conflict(laptops: Laptops):
    log(laptops.mine, "The same", id=LAUNCH)
    log(laptops.theirs, "The same", id=LAUNCH)
    laptops.swap()
    assert conflicts(laptops.mine) == conflicts(laptops.theirs) == []


@pytest.mark.parametrize(("keep", "value"), [("mine", "Mine"), ("theirs", "Theirs"), ("Neither", "Neither")])
def test_the_choice_holds_at_every_replica(title_conflict: Laptops, keep: str, value: str):
    pair = title_conflict
    pair.give(pair.theirs, pair.hq)
    assert [one.id for one in conflicts(pair.hq)] == [only(pair.mine).id]
    resolve(pair.mine, only(pair.mine).id, keep)
    assert conflicts(pair.mine) == []
    assert shown(pair.mine, "activity", LAUNCH)["title"] == value
    pair.settle_everywhere()
    for folder in (pair.mine, pair.theirs, pair.hq):
        assert conflicts(folder) == []
        assert shown(folder, "activity", LAUNCH)["title"] == value
    assert dump(pair.mine) == dump(pair.theirs)


def test_mine_is_of_the_laptop_that_chooses(title_conflict: Laptops):
    pair = title_conflict
    resolve(pair.theirs, only(pair.theirs).id, "mine")
    assert shown(pair.theirs, "activity", LAUNCH)["title"] == "Theirs"


def test_two_different_choices_without_sight_of_each_other_are_a_conflict_again(title_conflict: Laptops):
    pair = title_conflict
    resolve(pair.mine, only(pair.mine).id, "mine")
    resolve(pair.theirs, only(pair.theirs).id, "mine")
    pair.swap()
    assert only(pair.mine).id == only(pair.theirs).id
    resolve(pair.mine, only(pair.mine).id, "theirs")
    pair.swap()
    assert conflicts(pair.mine) == conflicts(pair.theirs) == []
    assert dump(pair.mine) == dump(pair.theirs)


def test_a_settled_conflict_is_not_there_any_more(title_conflict: Laptops):
    mine = title_conflict.mine
    settled = only(mine).id
    resolve(mine, settled, "mine")
    before = dump(mine)
    with pytest.raises(NotFound):
        resolve(mine, settled, "theirs")
    with pytest.raises(NotFound):
        resolve(mine, "no-such-id", "mine")
    assert dump(mine) == before


def test_a_value_that_the_rules_do_not_allow_settles_nothing(laptops: Laptops):
    log(laptops.mine, "Mine", id=LAUNCH, women=3)
    log(laptops.theirs, "Mine", id=LAUNCH, women=4)
    laptops.swap()
    conflict = only(laptops.mine)
    before = dump(laptops.mine)
    for wrong in ("many", "-3"):
        with pytest.raises(RulesBroken):
            resolve(laptops.mine, conflict.id, wrong)
    assert dump(laptops.mine) == before
    resolve(laptops.mine, conflict.id, "5")
    assert shown(laptops.mine, "activity", LAUNCH)["women"] == 5


def test_headquarters_leaves_the_offices_record_to_the_office(title_conflict: Laptops):
    pair = title_conflict
    pair.give(pair.mine, pair.hq)
    before = dump(pair.hq)
    with pytest.raises((RuleBroken, Refused)):
        resolve(pair.hq, only(pair.hq).id, "mine")
    with pytest.raises(RuleBroken):
        resolve(pair.hq, only(pair.hq).id, "Headquarters knows better")
    assert dump(pair.hq) == before


class TestDeletion:
    """Deletion against a concurrent edit is a conflict, not a loss."""

    @pytest.fixture
    def gone(self, laptops: Laptops) -> Laptops:
        with write_session(laptops.mine.engine, laptops.mine.author()) as session:
            session.info["clock"] = laptops.mine.clock
            delete(Work(session, laptops.mine.author(), laptops.mine.clock), Activity, LAUNCH)
        log(laptops.theirs, "Still worked on", id=LAUNCH)
        laptops.swap()
        return laptops

    def test_it_is_listed_and_the_edit_is_kept(self, gone: Laptops):
        conflict = only(gone.mine)
        assert conflict.kind == "delete"
        assert shown(gone.mine, "activity", LAUNCH)["title"] == "Still worked on"
        assert {side.deletes for side in conflict.sides} == {True, False}

    @pytest.mark.parametrize(("keep", "deleted"), [("mine", 1), ("theirs", 0)])
    def test_the_choice_holds_everywhere(self, gone: Laptops, keep: str, deleted: int):
        resolve(gone.mine, only(gone.mine).id, keep)
        gone.settle_everywhere()
        for folder in (gone.mine, gone.theirs, gone.hq):
            assert conflicts(folder) == []
            assert bool(shown(folder, "activity", LAUNCH)["deleted"]) is bool(deleted)
        assert dump(gone.mine) == dump(gone.theirs)

    def test_a_value_is_no_answer(self, gone: Laptops):
        with pytest.raises(Refused):
            resolve(gone.mine, only(gone.mine).id, "perhaps")


def test_a_choice_counts_as_a_change_to_be_sent(title_conflict: Laptops):
    pair = title_conflict
    pair.give(pair.mine, pair.hq)
    assert how_far(pair.mine).unsent == 0
    resolve(pair.mine, only(pair.mine).id, "mine")
    assert how_far(pair.mine).unsent == 1
    assert rows(pair.mine.data, "SELECT count(*) FROM sync_capture") == [(0,)]


class TestWhatIsTold:
    """Beside each value: who set it, when by their clock, whether that can be right, when it came, what it replaced."""

    def test_the_value_that_both_were_written_upon(self, laptops: Laptops):
        log(laptops.mine, "Agreed by both", id=LAUNCH)
        laptops.swap()
        log(laptops.mine, "Mine once", id=LAUNCH)
        log(laptops.mine, "Mine", id=LAUNCH)
        log(laptops.theirs, "Theirs", id=LAUNCH)
        laptops.swap()
        before = only(laptops.mine).before
        assert before is not None
        assert before.value == "Agreed by both"
        assert (before.mine, before.arrived) == (True, None)
        assert only(laptops.theirs).before is not None
        assert "before it was: Agreed by both" in only(laptops.mine).sentence

    def test_the_times(self, title_conflict: Laptops):
        own, other = sorted(only(title_conflict.mine).sides, key=lambda side: not side.mine)
        assert own.arrived is None, "it was set here"
        assert other.arrived is not None
        assert own.claimed < other.claimed < other.arrived
        assert not own.doubt
        assert not other.doubt

    def test_a_clock_that_cannot_be_right(self, laptops: Laptops):
        log(laptops.mine, "Mine", id=LAUNCH)
        log(replace(laptops.theirs, clock=fixed_clock("1980-01-01T00:00:00+00:00")), "Theirs", id=LAUNCH)
        laptops.swap()
        assert {(side.value, side.doubt) for side in only(laptops.mine).sides} == {("Mine", False), ("Theirs", True)}
        told = {side.value: side.claimed for side in only(laptops.mine).sides}
        assert told["Theirs"] == "1980-01-01T00:00:00+00:00"

    def test_what_an_edit_gave_a_record_that_was_deleted(self, laptops: Laptops):
        with write_session(laptops.mine.engine, laptops.mine.author()) as session:
            delete(Work(session, laptops.mine.author(), laptops.mine.clock), Activity, LAUNCH)
        log(laptops.theirs, "Still worked on", id=LAUNCH)
        laptops.swap()
        edit, deletion = sorted(only(laptops.mine).sides, key=lambda side: side.deletes)
        assert (edit.wrote, edit.shown) == ({"title": "Still worked on"}, True)
        assert (deletion.deletes, deletion.shown) == (True, False)

    def test_its_json_has_all_of_it_and_nothing_that_json_cannot_hold(self, title_conflict: Laptops):
        told = json.loads(json.dumps(only(title_conflict.mine).as_dict()))
        assert set(told) == {"id", "kind", "table", "row", "field", "title", "office", "values", "before"}
        keys = {"value", "person", "office", "shown", "mine", "deletes", "changeset", "claimed", "doubt", "arrived"}
        assert [set(side) for side in told["values"]] == [keys] * 2


class TestTheDisplayedHeads:
    """A choice names what the chooser saw; what came since is asked about again."""

    def test_what_came_meanwhile_stays(self, title_conflict: Laptops):
        pair = title_conflict
        page = only(pair.mine)
        by_value = {side.value: side.changeset for side in page.sides}
        with write_session(pair.theirs.engine, pair.theirs.author()) as session:
            work = Work(session, pair.theirs.author(), pair.theirs.clock)
            log_activity(work, {"title": "Theirs, later"}, id=LAUNCH, seen={"title": [by_value["Theirs"]]})
        pair.give(pair.theirs, pair.mine)
        left = choose(pair.mine, page.id, by_value["Mine"], page.heads)
        assert left is not None
        assert {side.value for side in left.sides} == {"Mine", "Theirs, later"}
        pair.swap()
        assert dump(pair.mine) == dump(pair.theirs)
        with pytest.raises(NotFound):
            choose(pair.mine, page.id, by_value["Theirs"], page.heads)

    def test_nothing_came(self, title_conflict: Laptops):
        pair = title_conflict
        page = only(pair.mine)
        assert settle(pair.mine, page.id, "Both", page.heads) is None
        assert conflicts(pair.mine) == []
