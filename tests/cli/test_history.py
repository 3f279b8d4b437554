"""undo and audit: what a person at the phone is told, and what scripts read."""

from __future__ import annotations

import csv
import json

import pytest

from server.services.receive import receive
from server.services.send import send
from tests.cli.conftest import Run
from tests.services.world import Desk, Example, dump, report_of, review, rows, state

UNDO = {"file", "sha256", "changes", "clean", "saves", "records", "imports", "sent", "state", "backup", "message"}


class TestUndo:
    def test_the_last_import_is_gone_as_if_it_had_not_come(self, example: Example, desk: Desk, run: Run):
        hq = desk.copy("hq-empty")
        run("receive", example.dispatch("kg"), "--data", hq.root)
        before = state(hq)
        run("receive", example.dispatch("md"), "--data", hq.root)
        ran = run("undo", "--last", "--data", hq.root)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith("md-y1.pdf was undone: 2 changes")
        assert state(hq) == before
        ran = run("undo", "kg-y1.pdf", "--json", "--data", hq.root)
        assert set(ran.json) == UNDO
        assert (ran.json["state"], ran.json["clean"], ran.json["file"]) == ("undone", True, "kg-y1.pdf")
        assert (hq.backups / ran.json["backup"]).is_file()
        assert state(hq) == state(desk.copy("hq-empty"))

    def test_when_something_was_built_upon_it_the_losses_are_told_and_nothing_is_done(
        self, example: Example, desk: Desk, run: Run
    ):
        hq = desk.open("hq-empty")
        receive(hq, [example.dispatch("kg")])
        review(hq, report_of(hq), "returned", "Please add the participants.")
        send(hq, desk.file("circular.pdf"), receiver="KG")
        before = dump(hq)
        hq.close()
        ran = run("undo", "kg-y1.pdf", "--data", hq.data.root)
        assert (ran.code, ran.out) == (1, "")
        assert len(ran.complaints) == 4
        assert "Review" in ran.complaints[1]
        assert "circular.pdf" in ran.complaints[2]
        assert "--anyway" in ran.complaints[3]
        assert state(hq.data) == before
        told = run("undo", "kg-y1.pdf", "--json", "--data", hq.data.root)
        assert (told.code, told.json["state"], told.json["saves"]) == (1, "built_upon", 1)
        ran = run("undo", "kg-y1.pdf", "--anyway", "--data", hq.data.root)
        assert (ran.code, ran.err) == (0, "")
        assert "-undo.db" in ran.out
        assert rows(hq.data, "SELECT count(*) FROM review") == [(0,)]

    @pytest.mark.parametrize("arguments", [(), ("a.pdf", "--last")])
    def test_one_file_must_be_named(self, desk: Desk, run: Run, arguments: tuple[str, ...]):
        assert run("undo", *arguments, "--data", desk.copy("hq-empty").root).code == 2

    def test_a_file_that_never_came_is_one_sentence(self, desk: Desk, run: Run):
        ran = run("undo", "nothing.pdf", "--data", desk.copy("hq-empty").root)
        assert ran.code == 1
        assert len(ran.complaints) == 1
        assert "nothing.pdf" in ran.err


class TestAudit:
    def test_it_is_told_line_by_line_as_json_and_as_a_table(self, example: Example, desk: Desk, run: Run):
        hq = desk.copy("hq-empty")
        other = desk.file("other.pdf")
        other.write_bytes(b"hello")
        run("receive", example.dispatch("kg"), other, "--data", hq.root)
        plain = run("audit", "--data", hq.root)
        assert plain.code == 0
        assert [line.split("  ")[2:5] for line in plain.out.splitlines() if "  <  " in line] == [
            ["imported", "KG", "kg-y1.pdf"], ["refused", "–", "other.pdf"]]  # fmt: skip
        assert "This file is not a PDF." in plain.out
        found = run("audit", "--json", "--data", hq.root).json
        assert set(found) == {"inbox", "outbox", "trail"}
        assert [row["state"] for row in found["inbox"]] == ["imported", "refused"]
        table = desk.file("audit.csv")
        assert "2 files came" in run("audit", "--to", table, "--data", hq.root).out
        read = list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
        assert [row["file"] for row in read if row["what"] == "came"] == ["kg-y1.pdf", "other.pdf"]
        written = desk.file("audit.json")
        run("audit", "--to", written, "--data", hq.root)
        assert json.loads(written.read_text(encoding="utf-8")) == found


def test_receive_tells_what_was_finished_first(example: Example, desk: Desk, run: Run):
    """A run that died left a file in the inbox: the next command finishes it, and says so."""
    from server.services import arrivals

    hq = desk.open("hq-empty")
    arrivals.keep(hq, "kg-y1.pdf", example.dispatch("kg").read_bytes())
    hq.close()
    ran = run("receive", example.dispatch("md"), "--data", hq.data.root)
    assert [line.partition(":")[0] for line in ran.out.splitlines()] == ["kg-y1.pdf", "md-y1.pdf"]


def test_a_meter_is_shown_on_a_terminal_only(example: Example, desk: Desk, run: Run, monkeypatch: pytest.MonkeyPatch):
    hq = desk.copy("hq-empty")
    assert run("receive", example.dispatch("kg"), "--data", hq.root).err == ""
    monkeypatch.setattr("server.cli.dispatches.sys.stderr.isatty", lambda: True)
    shown = run("receive", example.dispatch("md"), "--json", "--data", hq.root)
    assert "1/1  md-y1.pdf  100 %" in shown.err
    assert shown.err.endswith("\r\x1b[K")
    assert shown.json[0]["state"] == "imported"
