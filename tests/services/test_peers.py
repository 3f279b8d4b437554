"""Two laptops of an office, and headquarters that does not know which of them opens its circular."""

from __future__ import annotations

import shutil

from server.base.paths import DataDir
from server.db.session import Author, write_session
from server.domain.framework.models import Output
from server.domain.records import Work, save
from server.services.folder import Folder
from server.services.load import record_id
from server.services.receive import receive
from server.services.send import send
from server.services.setup import invite, set_up_office
from tests.services.world import Desk, Laptops, dump, log, report_of, review, shown

OUTPUT = record_id("output", "output-1")


class TestTwoLaptops:
    """The two laptops of an office swap dispatches by USB or e-mail."""

    def test_both_ways_end_with_the_same_bytes(self, desk: Desk, laptops: Laptops):
        first, second = laptops.mine, laptops.theirs
        log(first, "On the first")
        log(second, "On the second")
        laptops.swap()
        assert dump(first) == dump(second)

    def test_the_second_swap_carries_only_what_is_new(self, desk: Desk, laptops: Laptops):
        first, second = laptops.mine, laptops.theirs
        laptops.swap()
        log(first, "One more")
        packed = send(first, desk.file("small.pdf"), receiver="replica")
        assert packed.changes == 1
        assert receive(second, [packed.files[0]])[0].changes == 1

    def test_headquarters_hears_of_both_through_either(self, desk: Desk, laptops: Laptops):
        first, second, hq = laptops.mine, laptops.theirs, laptops.hq
        on_first, on_second = log(first, "On the first"), log(second, "On the second")
        receive(second, [send(first, desk.file("x.pdf"), receiver="replica").files[0]])
        (result,) = receive(hq, [send(second, desk.file("y.pdf"), period="y1").files[0]])
        assert result.quarantined == 0
        assert shown(hq, "activity", on_first)["title"] == "On the first"
        assert shown(hq, "activity", on_second)["title"] == "On the second"

    def test_one_circular_serves_both(self, desk: Desk, laptops: Laptops):
        """Headquarters cannot know which of them opens its circular: it builds on what both acknowledged."""
        first, second, hq = laptops.mine, laptops.theirs, laptops.hq
        review(hq, report_of(hq), "comment", "This one reaches the second laptop only.")
        receive(second, [send(hq, desk.file("one.pdf"), receiver="KG").files[0]])
        for number, laptop in enumerate((first, second)):
            log(laptop, "Before the circular")
            receive(hq, [send(laptop, desk.file(f"r{number}.pdf"), period="y1").files[0]])
        review(hq, report_of(hq), "comment", "Well done, both.")
        (path,) = send(hq, desk.file("circular.pdf"), receiver="KG").files
        for laptop in (first, second):
            (result,) = receive(laptop, [path])
            assert result.state == "imported", result.sentence
            assert "Well done, both." in [said.text for said in report_of(laptop).reviews]

    def test_a_cloned_disk_and_its_original_are_both_thought_of(self, desk: Desk):
        hq, first = desk.open("hq"), desk.open("kg")
        first.close()
        shutil.copytree(first.data.root, desk.room / "clone")
        first, clone = desk.open(first.data), desk.open(DataDir(desk.room / "clone"))
        for number, laptop in enumerate((clone, first, clone)):
            log(laptop, f"Written apart, {number}")
            receive(hq, [send(laptop, desk.file(f"r{number}.pdf"), period="y1").files[0]])
            review(hq, report_of(hq), "comment", f"Comment {number}.")
            if laptop is clone:
                receive(clone, [send(hq, desk.file(f"c{number}.pdf"), receiver="KG").files[0]])
        (path,) = send(hq, desk.file("circular.pdf"), receiver="KG").files
        for laptop in (first, clone):
            (result,) = receive(laptop, [path])
            assert result.state == "imported", result.sentence
            assert [said.text for said in report_of(laptop).reviews] == [f"Comment {n}." for n in range(3)]

    def test_a_laptop_that_was_invited_and_is_silent_is_thought_of(self, desk: Desk):
        hq, first = desk.open("hq"), desk.open("kg")
        setup = invite(hq, "KG", desk.file("second-setup.pdf")).file
        review(hq, report_of(hq), "comment", "For all of you.")
        receive(first, [send(hq, desk.file("one.pdf"), receiver="KG").files[0]])
        receive(hq, [send(first, desk.file("receipt.pdf"), period="y1").files[0]])
        review(hq, report_of(hq), "comment", "And this.")
        (path,) = send(hq, desk.file("two.pdf"), receiver="KG").files
        second = desk.keep(set_up_office(desk.folder("second"), setup, "Colleague", desk.clock))
        for laptop in (first, second):
            (result,) = receive(laptop, [path])
            assert result.state == "imported", result.sentence
            assert [said.text for said in report_of(laptop).reviews] == ["For all of you.", "And this."]

    def test_an_exchange_of_another_office_is_refused(self, desk: Desk, laptops: Laptops):
        second, hq = laptops.theirs, laptops.hq
        other = desk.open("md")
        receive(other, [send(hq, desk.file("md.pdf"), receiver="MD", full=True).files[0]])
        before = dump(other)
        (result,) = receive(other, [send(second, desk.file("e.pdf"), receiver="replica").files[0]])
        assert (result.state, result.code) == ("refused", "other_office")
        assert dump(other) == before


class TestRelays:
    """What one laptop got from headquarters it hands on to the other, and headquarters' signature goes with it."""

    def test_headquarters_changes_reach_a_laptop_through_the_other(self, desk: Desk, laptops: Laptops):
        first, second, hq = laptops.mine, laptops.theirs, laptops.hq
        rename(hq, "Renamed by headquarters")
        circular = send(hq, desk.file("circular.pdf"), receiver="KG").files[0]
        receive(first, [circular])
        (result,) = receive(second, [send(first, desk.file("x.pdf"), receiver="replica").files[0]])
        assert (result.state, result.quarantined) == ("imported", 0)
        assert shown(second, "output", OUTPUT)["title"] == "Renamed by headquarters"
        receive(second, [circular])
        laptops.swap()
        assert dump(first) == dump(second)

    def test_the_circular_still_counts_when_an_exchange_came_first(self, desk: Desk, laptops: Laptops):
        """What nobody vouches for is left out, not kept apart for ever: its own dispatch brings it."""
        first, second, hq = laptops.mine, laptops.theirs, laptops.hq
        rename(hq, "Renamed by headquarters")
        circular = send(hq, desk.file("circular.pdf"), receiver="KG").files[0]
        receive(first, [circular])
        with first.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE sync_tip SET signature = NULL")
        (result,) = receive(second, [send(first, desk.file("x.pdf"), receiver="replica").files[0]])
        assert result.state == "imported"
        assert result.left_out == 1
        assert shown(second, "output", OUTPUT)["title"] != "Renamed by headquarters"
        receive(second, [circular])
        assert shown(second, "output", OUTPUT)["title"] == "Renamed by headquarters"
        laptops.swap()
        assert dump(first) == dump(second)

    def test_a_relayed_change_that_was_forged_is_left_out(self, desk: Desk, laptops: Laptops):
        """A changeset that names headquarters as its author needs headquarters' signature."""
        first, second, hq = laptops.mine, laptops.theirs, laptops.hq
        before = shown(second, "output", OUTPUT)
        forge(first, hq, "Forged in headquarters' name")
        log(first, "An honest entry")
        (result,) = receive(second, [send(first, desk.file("x.pdf"), receiver="replica").files[0]])
        assert (result.state, result.left_out) == ("imported", 1)
        assert shown(second, "output", OUTPUT) == before
        (result,) = receive(hq, [send(first, desk.file("y.pdf"), period="y1").files[0]])
        assert (result.state, result.left_out) == ("imported", 1)
        assert shown(hq, "output", OUTPUT) == before


def rename(hq: Folder, title: str) -> None:
    """Headquarters changes the framework."""
    with write_session(hq.engine, hq.author()) as session:
        session.info["clock"] = hq.clock
        save(Work(session, hq.author(), hq.clock), Output, {"title": title}, id=OUTPUT)


def forge(folder: Folder, hq: Folder, title: str) -> None:
    """A change of the framework in headquarters' name, made in another folder."""
    with write_session(folder.engine, Author("Forger", hq.identity.office, hq=True)) as session:
        session.info["clock"] = folder.clock
        save(Work(session, session.info["author"], folder.clock), Output, {"title": title}, id=OUTPUT)
