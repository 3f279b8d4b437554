"""send, receive, inspect, conflicts and resolve: exit codes, a sentence per problem, and JSON that scripts can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.services.load import record_id
from tests.cli.conftest import Run
from tests.services.world import Desk, Example, everything, introduce, log, rows, state

#: keys of one result of `valise receive --json`; scripts rely on them
RESULT = {
    "file", "state", "message", "code", "office", "number", "changes", "records", "conflicts", "quarantined",
    "left_out", "parts_missing", "pages",
}  # fmt: skip


@pytest.fixture
def cut(example: Example, desk: Desk) -> Path:
    """A dispatch that was cut short on the way."""
    path = desk.file("cut.pdf")
    path.write_bytes(example.dispatch("md").read_bytes()[:-100])
    return path


class TestReceive:
    def test_a_good_batch_is_told_line_by_line(self, example: Example, desk: Desk, run: Run):
        hq = desk.copy("hq-empty")
        ran = run("receive", *example.dispatches, "--data", hq.root)
        assert (ran.code, ran.err) == (0, "")
        assert len(ran.out.splitlines()) == 8
        assert state(hq) == state(desk.copy("hq"))

    def test_a_mixed_batch_takes_the_good_ones_and_ends_with_1(
        self, example: Example, desk: Desk, run: Run, cut: Path
    ):
        hq = desk.copy("hq-empty")
        ran = run("receive", example.dispatch("kg"), cut, example.dispatch("ma"), "--data", hq.root)
        assert ran.code == 1
        assert len(ran.out.splitlines()) == 2
        (complaint,) = ran.complaints
        assert complaint.startswith("cut.pdf: This file was cut short")
        offices = {office for (office,) in rows(hq, "SELECT DISTINCT office FROM activity")}
        assert {record_id("office", "kg"), record_id("office", "ma")} <= offices
        assert record_id("office", "md") not in offices

    def test_each_bad_file_has_one_sentence(self, example: Example, desk: Desk, run: Run, cut: Path):
        hq = desk.copy("hq-empty")
        before = everything(hq)
        other = desk.file("other.pdf")
        other.write_bytes(b"hello")
        ran = run("receive", cut, other, desk.file("gone.pdf"), "--data", hq.root)
        assert (ran.code, ran.out) == (1, "")
        assert [line.split(":")[0] for line in ran.complaints] == ["cut.pdf", "other.pdf", "gone.pdf"]
        assert everything(hq) == before

    def test_json_is_one_document_with_the_same_keys_for_every_outcome(
        self, example: Example, desk: Desk, run: Run, cut: Path
    ):
        hq = desk.copy("hq-empty")
        files = (example.dispatch("kg"), cut, example.dispatch("kg"))
        ran = run("receive", *files, "--json", "--data", hq.root)
        assert ran.code == 1
        assert [set(result) for result in ran.json] == [RESULT] * 3
        assert [result["state"] for result in ran.json] == ["imported", "refused", "already"]
        assert [result["code"] for result in ran.json] == [None, "truncated", None]
        assert ran.json[0]["records"]["activity"] == {"created": 4, "changed": 0, "deleted": 0}
        assert len(ran.complaints) == 1

    def test_the_same_run_prints_the_same_bytes(self, example: Example, desk: Desk, run: Run):
        printed = [run("receive", example.dispatch("kg"), "--json", "--data", desk.copy("hq-empty").root).out
                   for _time in range(2)]  # fmt: skip
        assert printed[0] == printed[1]

    def test_without_files_it_is_a_usage_error(self, desk: Desk, run: Run):
        assert run("receive", "--data", desk.copy("hq-empty").root).code == 2

    def test_a_folder_that_is_not_set_up_is_one_sentence(self, example: Example, desk: Desk, run: Run):
        ran = run("receive", example.dispatch("kg"), "--data", desk.folder("nothing").root)
        assert ran.code == 1
        assert len(ran.complaints) == 1
        assert "set up" in ran.err
        assert not desk.folder("nothing").root.exists()


class TestInspect:
    def test_it_says_who_signed_and_what_it_would_change(self, example: Example, desk: Desk, run: Run):
        hq = desk.copy("hq-empty")
        before = everything(hq)
        ran = run("inspect", example.dispatch("kg"), "--data", hq.root)
        assert (ran.code, ran.err) == (0, "")
        assert "Kyrgyzstan country office" in ran.out
        assert "54 records" in ran.out or "records" in ran.out
        assert everything(hq) == before

    def test_its_json_names_signer_dispatch_and_outcome(self, example: Example, desk: Desk, run: Run):
        found = run("inspect", example.dispatch("kg"), "--json", "--data", desk.copy("hq-empty").root).json
        assert set(found) == {"file", "signer", "fingerprint", "dispatch", "would", "refused", "code"}
        assert found["signer"] == "Kyrgyzstan country office"
        assert (found["dispatch"]["kind"], found["dispatch"]["number"]) == ("report", 1)
        assert set(found["would"]) == RESULT
        assert found["refused"] is None

    def test_a_stranger_is_told_with_exit_code_1(self, example: Example, desk: Desk, run: Run):
        ran = run("inspect", example.setup("md"), "--data", desk.copy("kg").root)
        assert ran.code == 1
        assert len(ran.complaints) == 1
        found = run("inspect", example.setup("md"), "--json", "--data", desk.copy("kg").root)
        assert (found.code, found.err, found.json["code"]) == (1, "", "other_office")

    def test_it_needs_no_folder(self, example: Example, run: Run):
        ran = run("inspect", example.dispatch("kg"), "--json")
        assert ran.code == 0
        assert ran.json["would"] is None


class TestSend:
    def test_it_prints_file_number_and_fingerprint(self, desk: Desk, run: Run):
        office = desk.copy("kg")
        ran = run("send", "--to", desk.file("a.pdf"), "--period", "y1", "--data", office.root)
        assert (ran.code, ran.err) == (0, "")
        (line,) = ran.out.splitlines()
        assert "dispatch 2" in line
        assert str(desk.file("a.pdf")) in line
        assert desk.file("a.pdf").is_file()

    def test_the_draft_of_the_mail_is_told_too(self, desk: Desk, run: Run):
        ran = run("send", "--to", desk.file("a.pdf"), "--eml", desk.file("a.eml"), "--data", desk.copy("kg").root)
        assert ran.code == 0
        assert str(desk.file("a.eml")) in ran.out
        assert desk.file("a.eml").is_file()

    @pytest.mark.parametrize("size", ["10", "0MB", "ten", "10GB", "-1MB", ""])
    def test_a_size_that_is_none_is_a_usage_error(self, desk: Desk, run: Run, size: str):
        ran = run("send", "--to", desk.file("a.pdf"), "--max-size", size, "--data", desk.copy("kg").root)
        assert ran.code == (1 if size == "10" else 2)
        assert not desk.file("a.pdf").exists()

    @pytest.mark.parametrize("size", ["10MB", "10 mb", "10M", "10000kB", "10000000"])
    def test_sizes_may_be_written_in_several_ways(self, desk: Desk, run: Run, size: str):
        ran = run("send", "--to", desk.file("a.pdf"), "--max-size", size, "--data", desk.copy("kg").root)
        assert ran.code == 0

    @pytest.mark.parametrize("arguments", [("--for", "MD"), ("--period", "y9"), ("--max-size", "2kB")])
    def test_what_cannot_be_sent_is_one_sentence(self, desk: Desk, run: Run, arguments: tuple[str, ...]):
        ran = run("send", "--to", desk.file("a.pdf"), *arguments, "--data", desk.copy("kg").root)
        assert (ran.code, ran.out) == (1, "")
        assert len(ran.complaints) == 1
        assert not desk.file("a.pdf").exists()

    @pytest.mark.parametrize("choice", ["all", "fit", "none"])
    def test_it_says_how_many_files_go_along_and_how_many_wait(self, desk: Desk, run: Run, choice: str):
        ran = run("send", "--to", desk.file("a.pdf"), "--files", choice, "--data", desk.copy("jm").root)
        assert ran.code == 0
        told = "2 files wait for a later dispatch." if choice == "none" else "2 files of evidence go along."
        assert told in ran.out
        assert run("send", "--to", desk.file("b.pdf"), "--files", "some", "--data", desk.copy("jm").root).code == 2

    def test_headquarters_sends_circulars(self, desk: Desk, run: Run):
        hq, office = desk.copy("hq"), desk.copy("kg")
        assert run("send", "--for", "KG", "--to", desk.file("c.pdf"), "--data", hq.root).code == 0
        assert run("receive", desk.file("c.pdf"), "--data", office.root).code == 0

    def test_a_target_that_cannot_be_written_is_one_sentence(self, desk: Desk, run: Run):
        blocked = desk.file("file")
        blocked.write_text("not a folder")
        ran = run("send", "--to", blocked / "a.pdf", "--data", desk.copy("kg").root)
        assert ran.code == 1
        assert len(ran.complaints) == 1


class TestConflicts:
    @pytest.fixture
    def room(self, desk: Desk) -> Desk:
        """Two laptops, "mine" and "theirs", with a conflict about a title."""
        pair = introduce(desk)
        launch = record_id("activity", "kg-launch")
        log(pair.mine, "Mine", id=launch)
        log(pair.theirs, "Theirs", id=launch)
        pair.swap()
        for folder in (pair.mine, pair.theirs, pair.hq):
            folder.close()
        return desk

    def test_none_is_said(self, desk: Desk, run: Run):
        office = desk.copy("kg")
        assert run("conflicts", "--data", office.root).out == "No conflicts.\n"
        assert run("conflicts", "--json", "--data", office.root).json == []

    def test_they_are_listed_and_settled_at_every_replica(self, room: Desk, run: Run):
        mine, theirs = room.folder("mine"), room.folder("theirs")
        (conflict,) = run("conflicts", "--json", "--data", mine.root).json
        assert set(conflict) == {"id", "kind", "table", "row", "field", "title", "values", "office", "before"}
        assert {value["value"] for value in conflict["values"]} == {"Mine", "Theirs"}
        assert run("conflicts", "--json", "--data", theirs.root).json[0]["id"] == conflict["id"]
        assert conflict["id"] in run("conflicts", "--data", mine.root).out

        ran = run("resolve", conflict["id"], "--keep", "A third title", "--data", mine.root)
        assert (ran.code, ran.err) == (0, "")
        assert "A third title" in ran.out
        run("send", "--for", "replica", "--to", room.file("x.pdf"), "--data", mine.root)
        assert run("receive", room.file("x.pdf"), "--data", theirs.root).code == 0
        for folder in (mine, theirs):
            assert run("conflicts", "--json", "--data", folder.root).json == []
            title = rows(folder, "SELECT title FROM activity WHERE id = ?", conflict["row"])
            assert title == [("A third title",)]
        assert state(mine) == state(theirs)

    def test_an_unknown_conflict_is_one_sentence(self, desk: Desk, run: Run):
        ran = run("resolve", "nothing", "--keep", "mine", "--data", desk.copy("kg").root)
        assert ran.code == 1
        assert len(ran.complaints) == 1

    def test_without_a_choice_it_is_a_usage_error(self, desk: Desk, run: Run):
        assert run("resolve", "nothing", "--data", desk.copy("kg").root).code == 2
