"""report and dump from the command line."""

from __future__ import annotations

import json

import pytest

from server.services.receive import receive
from tests.cli.conftest import Run
from tests.services.world import Desk, Example, state


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_annual_report_is_written(desk: Desk, run: Run, language: str):
    target = desk.file("annual.pdf")
    ran = run("report", "annual", "--period", "y1", "--language", language, "--to", target,
              "--data", desk.copy("hq").root)  # fmt: skip
    assert (ran.code, ran.err) == (0, "")
    assert "pages" in ran.out
    assert target.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    "arguments",
    [
        ("iati", "--to", "a.xml"),
        ("annual", "--to", "a.odt"),
        ("annual", "--to", "a.pdf", "--layout", "Nobody’s"),
        ("activity", "--to", "a.pdf", "--activity", "0"),
        ("annual", "--to", "a.pdf", "--period", "y9"),
        ("progress", "--to", "a.pdf", "--office", "ZZ"),
    ],
)
def test_what_cannot_be_made_is_one_sentence(
    desk: Desk, run: Run, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(desk.room)
    ran = run("report", *arguments, "--data", desk.copy("hq").root)
    assert (ran.code, ran.out) == (1, "")
    assert len(ran.complaints) == 1
    assert not desk.file(arguments[2]).exists()


def test_a_language_that_is_not_there_is_a_usage_error(desk: Desk, run: Run):
    assert run("report", "annual", "--to", desk.file("a.pdf"), "--language", "tlh").code == 2


def test_dump_prints_one_record_a_line_and_json_one_document(desk: Desk, run: Run):
    hq = desk.copy("hq")
    ran = run("dump", "--data", hq.root)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.encode() == state(hq)
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert run("dump", "--json", "--data", hq.root).json == lines


def test_equal_sets_of_changes_give_equal_bytes(example: Example, desk: Desk, run: Run):
    hq = desk.open("hq-empty")
    receive(hq, list(reversed(example.dispatches)))
    hq.close()
    assert run("dump", "--data", hq.data.root).out == run("dump", "--data", desk.copy("hq").root).out
