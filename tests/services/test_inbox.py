"""The inbox is an audit: every file that ever came is on it, with what it was, what became of it, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from server.base.errors import NotFound, Refused
from server.db.session import read_session
from server.services import arrivals, asking, journal
from server.services import receive as receiving
from server.services.folder import Folder
from server.services.received import Step, Stopped
from server.services.send import send
from server.sync import inbox
from tests.services.world import Desk, Example, dump, everything, log, pretend_received, report_of, review, rows

receive = receiving.receive


def only(folder: Folder) -> inbox.Arrival:
    """The one file that came besides the set-up."""
    with read_session(folder.engine) as session:
        (found,) = [one for one in inbox.arrivals(session.connection()) if one.kind != "setup"]
    return found


def cut(example: Example, desk: Desk) -> Path:
    """A dispatch that was cut short on the way."""
    path = desk.file("cut.pdf")
    path.write_bytes(example.dispatch("kg").read_bytes()[:-100])
    return path


class TestFacts:
    def test_an_import_leaves_who_what_how_much_and_when(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg")])
        one = only(hq)
        assert (one.state, one.file_name, one.size) == ("imported", "kg-y1.pdf", example.dispatch("kg").stat().st_size)
        assert (one.signer, one.kind, one.number, one.part, one.parts) == (
            "Kyrgyzstan country office", "report", 1, 1, 1)  # fmt: skip
        assert (one.changes, one.records) == (2, 54)
        assert one.at <= one.changed
        assert one.snapshot in [path.name for path in hq.data.backups.iterdir()]

    def test_a_file_that_comes_again_is_counted_with_its_time(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg")] * 3)
        one = only(hq)
        assert (one.again, one.state) == (2, "imported")
        assert one.again_at is not None
        assert one.again_at > one.changed

    def test_what_waits_is_told_with_what_is_missing_and_how_to_ask_for_it(self, desk: Desk):
        hq, kg = desk.open("hq"), desk.open("kg")
        log(kg, "In the one that is lost")
        send(kg, desk.file("lost.pdf"), period="y1")
        pretend_received(kg, hq)
        log(kg, "In the one that came")
        (result,) = receive(hq, [send(kg, desk.file("came.pdf"), period="y1").files[0]])
        copies = len(list(hq.data.backups.iterdir()))
        with read_session(hq.engine) as session:
            waiting = inbox.arrivals(session.connection(), (inbox.PARKED,))
            (told,) = journal.came(session, hq, waiting)
        assert told.missing
        assert told.sentence == result.sentence
        name, draft = asking.ask_again(hq, told.arrival.sha256)
        assert name == "came-missing.eml"
        assert b"waits for dispatch 2 of" in draft.replace(b"=\r\n", b"")
        assert b"kg@valise.example" in draft
        receive(hq, [desk.example.dispatch("kg")])
        assert len(list(hq.data.backups.iterdir())) == copies, "waiting costs no backup"


class TestRefused:
    """A refused file leaves its row, and nothing else."""

    def test_it_stays_with_hash_size_reason_and_sentence(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        before = everything(hq.data)
        path = cut(example, desk)
        (result,) = receive(hq, [path])
        one = only(hq)
        assert everything(hq.data) == before
        assert (one.state, one.reason) == ("refused", "truncated")
        assert result.sentence == f"cut.pdf: {one.note}"
        assert (one.size, one.file_name, one.sha256) == (path.stat().st_size, "cut.pdf", result.sha256)

    def test_of_one_whose_signer_is_unknown_the_signer_is_told_as_read(self, example: Example, desk: Desk):
        kg = desk.open("kg")
        receive(kg, [example.dispatch("md")])
        one = only(kg)
        assert (one.state, one.signer) == ("refused", "Moldova country office")

    def test_one_that_cannot_be_read_is_on_the_list_by_its_name(self, desk: Desk):
        hq = desk.open("hq-empty")
        for _time in range(2):
            receive(hq, [desk.file("gone.pdf")])
        one = only(hq)
        assert (one.file_name, one.reason, one.size, one.again) == ("gone.pdf", "unreadable", None, 1)
        assert one.sha256.startswith("unread-")

    def test_small_ones_are_kept_and_can_be_tried_again(self, example: Example, desk: Desk):
        """An office that headquarters' list did not name yet is known after the next circular."""
        hq = desk.open("hq-empty")
        receive(hq, [cut(example, desk)])
        one = only(hq)
        kept = arrivals.bytes_of(hq.data, one.sha256)
        assert kept is not None
        assert kept.parent == hq.data.refused
        assert receiving.again(hq, one.sha256).code == "truncated"
        assert arrivals.bytes_of(hq.data, one.sha256) == kept
        assert only(hq).again == 0, "trying again is not coming again"

    def test_large_ones_and_all_but_the_newest_are_not_kept(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ):
        hq = desk.open("hq-empty")
        monkeypatch.setattr(arrivals, "REFUSED_FILES", 3)
        monkeypatch.setattr(arrivals, "REFUSED_BYTES", 50)
        for number in range(5):
            path = desk.file(f"{number}.pdf")
            path.write_bytes(b"x" * 40 + bytes([number]))
            receive(hq, [path])
        large = desk.file("large.pdf")
        large.write_bytes(b"y" * 51)
        (result,) = receive(hq, [large])
        assert len(list(hq.data.refused.iterdir())) == 3
        assert arrivals.bytes_of(hq.data, result.sha256) is None
        assert receiving.again(hq, result.sha256).code == "unreadable"
        assert rows(hq.data, "SELECT count(*) FROM sync_inbox WHERE state='refused'") == [(6,)]

    def test_what_was_only_looked_at_is_noted_when_it_would_have_been_refused(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        receiving.note_refusals(hq, [example.dispatch("md"), cut(example, desk)])
        assert only(hq).file_name == "cut.pdf"

    def test_a_name_and_a_title_of_a_stranger_are_bounded_and_one_line(self, desk: Desk):
        hq = desk.open("hq-empty")
        path = desk.file("a" * 200 + ".pdf")
        path.write_bytes(b"nothing")
        receive(hq, [path])
        assert len(only(hq).file_name or "") <= 200


class TestTakenOffTheList:
    def test_its_bytes_go_and_a_note_stays(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        receive(hq, [cut(example, desk)])
        one = only(hq)
        arrivals.drop(hq, one.sha256)
        assert arrivals.bytes_of(hq.data, one.sha256) is None
        assert only(hq).state == "dropped"
        assert "cut.pdf" in rows(hq.data, "SELECT info FROM sync_audit WHERE what='drop'")[0][0]

    def test_what_is_imported_cannot_be_taken_off(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg")])
        with pytest.raises(Refused) as refused:
            arrivals.drop(hq, only(hq).sha256)
        assert refused.value.code == "not_droppable"
        with pytest.raises(NotFound):
            arrivals.drop(hq, "0" * 64)

    def test_one_that_comes_again_is_dealt_with_anew(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        receive(hq, [cut(example, desk)])
        arrivals.drop(hq, only(hq).sha256)
        receive(hq, [desk.file("cut.pdf")])
        assert (only(hq).state, only(hq).again) == ("refused", 1)


class TestCutOff:
    """What came before the program died is finished at the next opening, and never twice by itself."""

    def test_it_is_finished_and_told(self, example: Example, desk: Desk):
        hq = desk.open("hq-empty")
        arrivals.keep(hq, "kg-y1.pdf", example.dispatch("kg").read_bytes())
        assert only(hq).state == "received"
        hq = desk.again(hq)
        assert only(hq).state == "imported"
        (told,) = hq.resumed
        assert told.startswith("kg-y1.pdf: imported dispatch 1")
        assert desk.again(hq).resumed == ()

    def test_one_that_ends_the_program_does_not_do_so_at_every_start(
        self, example: Example, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ):
        hq = desk.open("hq-empty")
        came = arrivals.keep(hq, "kg-y1.pdf", example.dispatch("kg").read_bytes())

        def die(*_given: object, **_named: object) -> None:
            raise SystemExit("as if killed")

        with monkeypatch.context() as patch:
            patch.setattr(receiving, "apply_changesets", die)
            with pytest.raises(SystemExit):
                desk.again(hq)
        hq = desk.open(hq.data)
        assert hq.resumed == ()
        assert (only(hq).state, only(hq).reason) == ("received", "tried")
        with read_session(hq.engine) as session:
            (row,) = journal.came(session, hq, [only(hq)])
        assert row.triable
        assert row.droppable
        assert "cut off" in row.sentence
        assert receiving.again(hq, came.sha256).state == "imported"

    def test_what_waits_is_tried_when_valise_is_opened(self, desk: Desk):
        hq, kg = desk.open("hq"), desk.open("kg")
        log(kg, "First")
        first = send(kg, desk.file("first.pdf"), period="y1").files[0]
        pretend_received(kg, hq)
        log(kg, "Second")
        receive(hq, [send(kg, desk.file("second.pdf"), period="y1").files[0]])
        arrivals.keep(hq, "first.pdf", first.read_bytes())
        hq = desk.again(hq)
        assert [told.partition(":")[0] for told in hq.resumed] == ["first.pdf", "second.pdf"]
        assert rows(hq.data, "SELECT DISTINCT state FROM sync_inbox") == [("imported",)]

    def test_nothing_is_read_when_nothing_waits_for_what_came(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ):
        hq, kg = desk.open("hq"), desk.open("kg")
        log(kg, "First")
        send(kg, desk.file("first.pdf"), period="y1")
        pretend_received(kg, hq)
        log(kg, "Second")
        receive(hq, [send(kg, desk.file("second.pdf"), period="y1").files[0]])
        monkeypatch.setattr(receiving, "open_sealed", lambda _data: pytest.fail("a parked file was opened"))
        assert desk.again(hq).resumed == ()


class TestStopped:
    """A person stops an import before it is done: everything is as before."""

    @pytest.mark.parametrize("why", [Stopped, KeyboardInterrupt])
    def test_the_file_at_hand_is_as_if_it_had_not_come_and_those_before_stay(
        self, example: Example, desk: Desk, why: type[BaseException]
    ):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg")])
        before, inside = everything(hq.data), []

        def watch(step: Step) -> None:
            if step.place == 1 and step.total:
                inside.append((step.done, step.total))
                raise why

        results = receive(hq, [example.dispatch("kg"), example.dispatch("md"), example.dispatch("ma")], watch)
        assert [result.state for result in results] == ["already", "stopped", "stopped"]
        assert not results[1].accepted
        assert inside, "it was stopped in the middle of its changes"
        assert everything(hq.data) == before
        assert desk.again(hq).resumed == ()

    def test_steps_tell_file_and_changes(self, example: Example, desk: Desk):
        steps: list[Step] = []
        receive(desk.open("hq-empty"), [example.dispatch("kg"), example.dispatch("md")], steps.append)
        assert {step.file for step in steps} == {"kg-y1.pdf", "md-y1.pdf"}
        assert all(step.files == 2 and 0 <= step.done <= step.total for step in steps)
        assert (steps[-1].place, steps[-1].done, steps[-1].total) == (1, 2, 2)

    def test_an_error_of_the_disk_leaves_nothing_half(
        self, example: Example, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ):
        hq = desk.open("hq-empty")
        before = everything(hq.data)

        def full(*_given: object, **_named: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(receiving, "apply_changesets", full)
            with pytest.raises(OSError, match="No space"):
                receive(hq, [example.dispatch("kg")])
        assert everything(hq.data) == before


    def test_a_disk_that_does_not_take_the_row_keeps_no_copy_either(
        self, example: Example, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ):
        hq = desk.open("hq-empty")
        before = everything(hq.data)

        def full(*_given: object, **_named: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(inbox, "receive", full)
            with pytest.raises(OSError, match="No space"):
                receive(hq, [example.dispatch("kg")])
        assert everything(hq.data) == before


class TestAudit:
    @pytest.fixture
    def told(self, example: Example, desk: Desk) -> dict[str, Any]:
        """What headquarters tells after an import, a refusal and a circular."""
        hq = desk.open("hq-empty")
        odd = desk.file("=HYPERLINK(1).pdf")
        odd.write_bytes(b"nothing")
        receive(hq, [example.dispatch("kg"), odd])
        send(hq, desk.file("circular.pdf"), receiver="KG")
        with read_session(hq.engine) as session:
            return journal.audit(session)

    def test_it_has_every_file_and_every_note(self, told: dict[str, Any]):
        assert [(row["state"], row["office"], row["reason"]) for row in told["inbox"]] == [
            ("imported", "KG", None), ("refused", None, "not_pdf")]  # fmt: skip
        assert told["outbox"][-1]["kind"] == "circular"
        assert told["outbox"][-1]["state"] == "sent"
        assert [note["what"] for note in told["trail"]][:1] == ["initialise"]
        assert all(len(row["sha256"]) == 64 for row in told["inbox"] + told["outbox"])

    def test_no_cell_of_the_table_is_calculated(self, told: dict[str, Any]):
        lines = journal.as_csv(told).decode("utf-8-sig").splitlines()
        assert lines[0].startswith("when,what,state,file,sha256,bytes")
        assert any(",'=HYPERLINK(1).pdf," in line for line in lines)
        assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line.split(","))
        times = [line.split(",")[0] for line in lines[1:]]
        assert times == sorted(times)
        assert len(times) == len(told["inbox"]) + len(told["outbox"]) + len(told["trail"])


def test_how_far_a_dispatch_is(desk: Desk):
    """Made, handed over, received by headquarters, returned or accepted: as far as this office can know."""
    from server.services import outbox

    kg, hq = desk.open("kg"), desk.open("hq")

    def far() -> dict[int, str]:
        with read_session(kg.engine) as session:
            found = inbox.departures(session.connection())
            stages = journal.stages(session, found)
        return {one.number: stages[one.n] for one in found}

    made = outbox.make_dispatch(kg, "hq", "Y1")
    assert far() == {1: "sent", 2: "made"}
    (sha256,) = (row[0] for row in rows(kg.data, "SELECT sha256 FROM sync_outbox WHERE dispatch=?", made.dispatch))
    outbox.hand_over(kg, sha256)
    assert far() == {1: "sent", 2: "sent"}
    receive(hq, [kg.data.outbox / f"{sha256}.pdf"])
    receive(kg, [send(hq, desk.file("receipt.pdf"), receiver="KG").files[0]])
    assert far() == {1: "acknowledged", 2: "acknowledged"}
    review(hq, report_of(hq), "returned", "Please add the participants.")
    receive(kg, [send(hq, desk.file("returned.pdf"), receiver="KG").files[0]])
    assert far()[2] == "returned"
    log(kg, "As asked")
    receive(hq, [send(kg, desk.file("third.pdf"), period="y1").files[0]])
    review(hq, report_of(hq), "accepted", "Thank you.")
    receive(kg, [send(hq, desk.file("accepted.pdf"), receiver="KG").files[0]])
    assert far()[3] == "accepted"
    assert dump(kg)


def test_a_circular_is_received_when_the_office_says_so(desk: Desk):
    hq, kg = desk.open("hq"), desk.open("kg")
    receive(kg, [send(hq, desk.file("circular.pdf"), receiver="KG").files[0]])
    query = "SELECT state FROM sync_outbox WHERE kind='circular' ORDER BY n DESC LIMIT 1"
    assert rows(hq.data, query) == [("sent",)]
    receive(hq, [send(kg, desk.file("next.pdf"), period="y1").files[0]])
    assert rows(hq.data, query) == [("acknowledged",)]
