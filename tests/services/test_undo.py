"""Undoing an import: as if the file had not come, unless something was built upon it; then nobody loses it unasked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.base.errors import NotFound, Refused
from server.base.paths import DataDir
from server.db.session import read_session
from server.domain.activities.queries import Filter, activities
from server.services import losses, undo
from server.services.diagnostics import examine
from server.services.folder import Folder
from server.services.load import record_id
from server.services.receive import again, receive
from server.services.send import send
from server.sync import replica
from tests.services.world import (
    NOW,
    Desk,
    Example,
    Laptops,
    dump,
    hq_has_all_of,
    log,
    pretend_received,
    report_of,
    review,
    rows,
    shown,
    state,
)

#: what an import leaves beside records and changes, and an undone one must take back
BELIEVED = ("sync_acknowledgement", "trust_device", "trust_invitation", "sync_tip", "sync_stream", "sync_row")


def believed(data: DataDir) -> list[list[tuple[object, ...]]]:
    """All rows of these tables."""
    return [rows(data, f"SELECT * FROM {table} ORDER BY 1, 2") for table in BELIEVED]


def undone(folder: Folder, name: str, *, anyway: bool = False) -> undo.Undone:
    """Undo the import of the file with that name."""
    return undo.undo(folder, undo.named(folder, name), anyway=anyway)


def inbox_of(folder: Folder) -> dict[str, str]:
    """State by file name."""
    return dict(rows(folder.data, "SELECT file_name, state FROM sync_inbox"))


def own(hq: Folder, title: str) -> str:
    """An activity of headquarters itself."""
    return log(hq, title, output_id=record_id("output", "output-5"))


def names(folder: Folder) -> list[str]:
    """Every incarnation this folder has had."""
    with folder.engine.connect() as connection:
        return replica.own_incarnations(connection)


def assert_sound(folder: Folder) -> None:
    """The folder opens under the same name, and the doctor finds nothing wrong."""
    before = names(folder)
    folder.close()
    assert [finding.sentence for finding in examine(folder.data, NOW) if not finding.good] == []
    assert [row[0] for row in rows(folder.data, "SELECT id FROM sync_incarnation WHERE own=1")] == before


class TestNothingBuiltUponIt:
    def test_everything_is_as_before_and_the_same_file_goes_in_again(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        before = dump(hq), believed(hq.data)
        receive(hq, [example.dispatch("kg")])
        after = dump(hq), believed(hq.data)
        done = undone(hq, "kg-y1.pdf")
        assert done.plan.clean
        assert (dump(hq), believed(hq.data)) == before
        assert inbox_of(hq) == {"kg-y1.pdf": "undone"}
        assert receive(hq, [example.dispatch("kg")])[0].state == "imported"
        assert dump(hq) == after[0]
        assert_sound(hq)

    def test_what_came_later_from_others_and_what_was_saved_here_stays(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg"), example.dispatch("md")])
        mine = own(hq, "Our own")
        receive(hq, [example.dispatch("ma")])
        assert undone(hq, "kg-y1.pdf").plan.clean
        other = desk.open("hq-empty")
        receive(other, [example.dispatch("md"), example.dispatch("ma")])
        for table in ("activity", "planned_activity", "report", "milestone"):
            query = f"SELECT * FROM {table} WHERE id <> ? ORDER BY id"
            assert rows(hq.data, query, mine) == rows(other.data, query, mine)
        assert shown(hq, "activity", mine)["title"] == "Our own"
        assert len(names(hq)) == 1, "our own saves that were put in again are not taken for a copy's"
        assert_sound(hq)

    def test_one_after_the_other_can_be_undone_in_any_order(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        before = dump(hq)
        receive(hq, [example.dispatch(code) for code in ("kg", "md", "ma")])
        for name in ("md-y1.pdf", "kg-y1.pdf", "ma-y1.pdf"):
            undone(hq, name)
        assert dump(hq) == before
        receive(hq, [example.dispatch(code) for code in ("kg", "md", "ma")])
        other = desk.open("hq-empty")
        receive(other, [example.dispatch(code) for code in ("ma", "kg", "md")])
        assert dump(hq) == dump(other)
        assert_sound(hq)

    def test_the_sender_is_told_that_it_is_not_here_and_sends_it_again(self, desk: Desk):
        hq, kg = desk.open("hq"), desk.open("kg")
        first = log(kg, "In the dispatch that is undone")
        receive(hq, [send(kg, desk.file("second.pdf"), period="y1").files[0]])
        undone(hq, "second.pdf")
        receive(kg, [send(hq, desk.file("circular.pdf"), receiver="KG").files[0]])
        log(kg, "Later")
        (result,) = receive(hq, [send(kg, desk.file("third.pdf"), period="y1").files[0]])
        assert result.state == "imported"
        assert shown(hq, "activity", first)
        assert hq_has_all_of(hq, kg)

    def test_what_was_acknowledged_by_it_is_only_sent_again(self, desk: Desk):
        hq, kg = desk.open("hq"), desk.open("kg")
        receive(kg, [send(hq, desk.file("circular.pdf"), receiver="KG").files[0]])
        assert rows(kg.data, "SELECT state FROM sync_outbox") == [("acknowledged",)]
        undone(kg, "circular.pdf")
        assert rows(kg.data, "SELECT state, acknowledged FROM sync_outbox") == [("sent", None)]

    def test_searching_finds_what_is_here_and_nothing_else(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg"), example.dispatch("md")])
        titles = {title for (title,) in rows(hq.data, "SELECT title FROM activity WHERE office=?",
                                             record_id("office", "kg"))}  # fmt: skip
        undone(hq, "kg-y1.pdf")
        with read_session(hq.engine) as session:
            for title in titles:
                assert activities(session, Filter(words=title)).items == ()
            (theirs,) = rows(hq.data, "SELECT title FROM activity WHERE office=? LIMIT 1", record_id("office", "md"))
            assert activities(session, Filter(words=theirs[0])).items

    def test_a_note_and_the_copy_stay(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg")])
        full = dump(hq)
        done = undone(hq, "kg-y1.pdf")
        (note,) = rows(hq.data, "SELECT info FROM sync_audit WHERE what='undo'")
        assert "kg-y1.pdf" in note[0]
        assert done.copy
        assert done.copy.name in note[0]
        kept = desk.folder("kept").create()
        kept.database.write_bytes(done.copy.read_bytes())
        assert state(kept) == full

    def test_an_open_page_sees_it_at_once(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        with closing(sqlite3.connect(hq.data.database)) as window:
            before = window.execute("SELECT count(*) FROM activity").fetchone()[0]
            receive(hq, [example.dispatch("kg")])
            assert window.execute("SELECT count(*) FROM activity").fetchone()[0] == before + 4
            undone(hq, "kg-y1.pdf")
            assert window.execute("SELECT count(*) FROM activity").fetchone()[0] == before


class TestSomethingBuiltUponIt:
    """Nothing happens unasked, and what would be lost is named."""

    @pytest.fixture
    def reviewed(self, example: Example, desk: Desk) -> Folder:
        """Headquarters imported a report, said something of it, and sent that to the office."""
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg"), example.dispatch("md")])
        review(hq, report_of(hq), "returned", "Please add the participants.")
        send(hq, desk.file("circular.pdf"), receiver="KG")
        return hq

    def test_it_names_saves_and_dispatches_and_changes_nothing(self, reviewed: Folder):
        before, copies = dump(reviewed), sorted(reviewed.data.backups.iterdir())
        with pytest.raises(Refused, match=r"1 change that was saved here.*Review.*circular\.pdf was sent") as refused:
            undone(reviewed, "kg-y1.pdf")
        assert refused.value.code == "built_upon"
        assert dump(reviewed) == before
        assert sorted(reviewed.data.backups.iterdir()) == copies
        assert inbox_of(reviewed)["kg-y1.pdf"] == "imported"

    def test_anyway_it_goes_and_lies_in_the_copy(self, desk: Desk, reviewed: Folder):
        full = dump(reviewed)
        done = undone(reviewed, "kg-y1.pdf", anyway=True)
        assert done.plan.saves == 1
        assert done.copy is not None
        assert done.copy.name in done.sentence
        kept = desk.folder("kept").create()
        kept.database.write_bytes(done.copy.read_bytes())
        assert state(kept) == full
        assert rows(reviewed.data, "SELECT count(*) FROM review") == [(0,)]
        assert rows(reviewed.data, "SELECT count(*) FROM activity WHERE office=?", record_id("office", "md"))[0][0]
        assert len(names(reviewed)) == 2, "others know a later save under the old name"
        assert_sound(reviewed)

    def test_after_anyway_both_sides_agree_again(self, desk: Desk, reviewed: Folder):
        kg = desk.open("kg")
        receive(kg, [desk.file("circular.pdf")])
        undone(reviewed, "kg-y1.pdf", anyway=True)
        log(kg, "Built on what headquarters had")
        sent = send(kg, desk.file("second.pdf"), period="y1").files[0]
        (result,) = receive(reviewed, [sent])
        if result.state == "waiting":
            assert again(reviewed, undo.named(reviewed, "kg-y1.pdf")).state == "imported"
        (back,) = receive(kg, [send(reviewed, desk.file("circular-2.pdf"), receiver="KG").files[0]])
        assert back.state in ("imported", "already")
        receive(reviewed, [send(kg, desk.file("third.pdf"), period="y1").files[0]])
        assert hq_has_all_of(reviewed, kg)
        assert_sound(reviewed)

    def test_a_later_dispatch_of_the_same_office_goes_with_it_and_can_be_imported_again(self, desk: Desk):
        hq, kg = desk.open("hq"), desk.open("kg")
        log(kg, "First")
        receive(hq, [send(kg, desk.file("first.pdf"), period="y1").files[0]])
        pretend_received(kg, hq)
        log(kg, "Second")
        receive(hq, [send(kg, desk.file("second.pdf"), period="y1").files[0]])
        full = dump(hq)
        planned = undo.plan(hq, undo.named(hq, "first.pdf"))
        assert [one.file_name for one in planned.imports] == ["second.pdf"]
        assert any("second.pdf (dispatch 3 of Kyrgyzstan" in line for line in planned.lines())
        undone(hq, "first.pdf", anyway=True)
        assert {inbox_of(hq)[name] for name in ("first.pdf", "second.pdf")} == {"undone"}
        assert [again(hq, undo.named(hq, name)).state for name in ("second.pdf", "first.pdf")] == [
            "waiting", "imported"]  # fmt: skip
        assert set(inbox_of(hq).values()) == {"imported"}, "the second went in behind the first"
        assert dump(hq) == full

    def test_one_that_waited_for_it_waits_again(self, desk: Desk):
        hq, kg = desk.open("hq"), desk.open("kg")
        log(kg, "First")
        first = send(kg, desk.file("first.pdf"), period="y1").files[0]
        pretend_received(kg, hq)
        log(kg, "Second")
        receive(hq, [send(kg, desk.file("second.pdf"), period="y1").files[0], first])
        undone(hq, "first.pdf", anyway=True)
        assert inbox_of(hq)["second.pdf"] == "parked"
        assert inbox_of(desk.again(hq))["second.pdf"] == "parked"

    def test_a_correction_of_a_record_it_brought_is_named_by_its_title(self, laptops: Laptops):
        mine, theirs = laptops.mine, laptops.theirs
        shared = log(theirs, "Conference in Osh")
        laptops.give(theirs, mine)
        log(mine, "Conference in Naryn", id=shared)
        own_one = log(mine, "Not about it")
        planned = undo.plan(mine, undo.last(mine))
        assert (planned.saves, planned.titles) == (2, ("Activity “Conference in Naryn”", "Activity “Not about it”"))
        undo.undo(mine, undo.last(mine), anyway=True)
        assert not shown(mine, "activity", shared)
        assert not shown(mine, "activity", own_one), "a later save of the same laptop stands on the earlier one"


class TestWhatCannotBeUndone:
    def test_an_import_whose_copy_is_gone_says_so(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg")])
        for copy in hq.data.backups.iterdir():
            copy.unlink()
        with pytest.raises(Refused, match="is not here any more") as refused:
            undone(hq, "kg-y1.pdf")
        assert refused.value.code == "no_copy"
        with pytest.raises(NotFound):
            undo.last(hq)

    def test_a_damaged_copy_is_not_used(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg")])
        before = dump(hq)
        (copy,) = hq.data.backups.iterdir()
        content = bytearray(copy.read_bytes())
        content[8192:12288] = bytes(4096)
        copy.write_bytes(content)
        with pytest.raises(Refused, match="is not here any more"):
            undone(hq, "kg-y1.pdf")
        assert dump(hq) == before

    def test_a_copy_of_another_database_is_not_used(self, example: Example, desk: Desk):
        hq, kg = desk.open("hq-empty"), desk.open("kg")
        receive(hq, [example.dispatch("kg")])
        (copy,) = hq.data.backups.iterdir()
        kg.close()
        copy.write_bytes(kg.data.database.read_bytes())
        with pytest.raises(Refused, match="is not here any more"):
            undone(hq, "kg-y1.pdf")

    def test_what_is_not_imported_has_nothing_to_undo(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg")])
        undone(hq, "kg-y1.pdf")
        with pytest.raises(Refused, match="nothing to undo"):
            undone(hq, "kg-y1.pdf")

    def test_the_set_up_of_an_office_stays(self, desk: Desk):
        kg = desk.open("kg")
        setup = rows(kg.data, "SELECT sha256 FROM sync_inbox WHERE kind='setup'")[0][0]
        with pytest.raises(Refused) as refused:
            undo.plan(kg, setup)
        assert refused.value.code == "no_copy"


class TestWhichOne:
    def test_by_file_name_hash_or_dispatch(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg"), example.dispatch("md")])
        ((sha256, dispatch),) = rows(hq.data, "SELECT sha256, dispatch FROM sync_inbox WHERE file_name='kg-y1.pdf'")
        renamed = desk.file("Fwd - report.pdf")
        renamed.write_bytes(example.dispatch("kg").read_bytes())
        for name in ("KG-y1.pdf", "/elsewhere/kg-y1.pdf", sha256[:8], dispatch[:10], str(renamed)):
            assert undo.named(hq, name) == sha256
        assert undo.last(hq) != sha256

    @pytest.mark.parametrize("name", ["nothing.pdf", "e7", ""])
    def test_a_name_that_means_nothing_is_told(self, example: Example, desk: Desk, name: str):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg")])
        with pytest.raises(NotFound):
            undo.named(hq, name)


def test_a_save_between_the_copy_and_the_import_is_not_lost(
    example: Example, desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    hq = desk.open("hq-empty")
    from server.services import receive as receiving

    kept: list[str] = []
    original = receiving.backup.snapshot

    def snapshot(*given: object) -> Path | None:
        made = original(*given)  # type: ignore[arg-type]
        if not kept:
            kept.append(own(hq, "Saved in another window just then"))
        return made

    monkeypatch.setattr(receiving.backup, "snapshot", snapshot)
    receive(hq, [example.dispatch("kg")])
    assert undone(hq, "kg-y1.pdf").plan.clean
    assert shown(hq, "activity", kept[0])


def test_a_copy_that_lacks_nothing_gives_nothing_to_lose(example: Example, desk: Desk):
    """Everything in the file was here already: undoing it takes back its word, and no record."""
    hq = desk.open("hq-empty")
    kg = desk.open("kg")
    receive(hq, [example.dispatch("kg")])
    receive(hq, [send(kg, desk.file("same.pdf"), full=True, period="y1").files[0]])
    before = rows(hq.data, "SELECT count(*) FROM activity")
    planned = undo.plan(hq, undo.named(hq, "same.pdf"))
    assert losses.can_be(hq, planned.arrival)
    undone(hq, "same.pdf", anyway=True)
    assert rows(hq.data, "SELECT count(*) FROM activity") == before
