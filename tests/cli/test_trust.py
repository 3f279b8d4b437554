"""laptops, revoke, renew, adopt, lost: headquarters' word from a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.base.paths import DataDir
from tests.cli.conftest import Run
from tests.services.world import Desk, Example, rows


@pytest.fixture
def hq(example: Example, desk: Desk, run: Run) -> Path:
    """Headquarters that received the dispatch of Kyrgyzstan."""
    root = desk.copy("hq-empty").root
    assert run("receive", example.dispatch("kg"), "--data", root).code == 0
    return root


def test_laptops_are_listed(hq: Path, run: Run) -> None:
    plain = run("laptops", "--data", hq)
    assert plain.code == 0
    assert [line.split("  ")[0] for line in plain.out.splitlines()] == ["HQ-1", "KG-1"]
    found = run("laptops", "--json", "--data", hq).json
    assert [(one["label"], one["state"], one["here"]) for one in found["laptops"]] == [
        ("HQ-1", "trusted", True), ("KG-1", "met", False)]  # fmt: skip
    assert found["kept_apart"] == []


def test_a_laptop_is_taken_off_a_change_adopted_and_the_laptop_put_back(hq: Path, run: Run, desk: Desk) -> None:
    ran = run("revoke", "KG-1", "--since", "1", "--why", "stolen", "--data", hq)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("KG-1 is off the list:")
    found = run("laptops", "--json", "--data", hq).json
    (laptop,) = [one for one in found["laptops"] if one["label"] == "KG-1"]
    assert (laptop["state"], laptop["why"], laptop["kept_apart"]) == ("off", "stolen", len(found["kept_apart"]))
    assert found["kept_apart"]
    one = found["kept_apart"][0]["id"]
    assert run("adopt", one[:12], "--why", "confirmed", "--data", hq).out == "1 change counts from now on.\n"
    assert run("adopt", "KG-1", "--take-back", "--data", hq).out == "1 change is kept apart again.\n"
    assert run("adopt", "KG-1", "--why", "all of it", "--data", hq).code == 0
    assert run("laptops", "--json", "--data", hq).json["kept_apart"] == []
    ran = run("revoke", "KG-1", "--put-back", "--data", hq)
    assert "on the list again" in ran.out


def test_a_certificate_is_renewed(hq: Path, run: Run) -> None:
    ran = run("renew", "KG-1", "--data", hq)
    assert ran.code == 0
    assert "counts until 20" in ran.out


@pytest.mark.parametrize("arguments", [
    ("revoke", "KG-1"), ("revoke", "KG-1", "--why", "x", "--put-back"), ("adopt", "KG-1"), ("lost", "--declare", "all"),
])  # fmt: skip
def test_half_of_what_must_be_said_is_usage(hq: Path, run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments, "--data", hq).code == 2


@pytest.mark.parametrize("arguments", [
    ("revoke", "MD-1", "--why", "x"), ("revoke", "HQ-1", "--why", "x"), ("revoke", "KG-1", "--put-back"),
    ("revoke", "KG-1", "--why", "x", "--since", "9"),
    ("adopt", "KG-1", "--why", "x"), ("adopt", "abcdef", "--take-back"),
    ("lost", "--declare", "all", "--why", "x"), ("renew", "nothing"),
])  # fmt: skip
def test_what_cannot_be_is_one_sentence(hq: Path, run: Run, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments, "--data", hq)
    assert (ran.code, ran.out) == (1, "")
    assert len(ran.complaints) == 1


def test_a_number_that_is_none_is_not_taken_for_the_beginning_of_a_hash(hq: Path, run: Run) -> None:
    ((sha256,),) = rows(DataDir(hq), "SELECT sha256 FROM sync_inbox WHERE state = 'imported'")
    assert run("revoke", "KG-1", "--why", "x", "--since", sha256[:5], "--data", hq).code == 1
    assert run("revoke", "KG-1", "--why", "x", "--since", sha256[:6], "--data", hq).code == 0


def test_nothing_waits_and_an_office_may_not(hq: Path, run: Run, desk: Desk) -> None:
    assert run("lost", "--data", hq).out == "No dispatch waits for anything.\n"
    assert run("lost", "--json", "--data", hq).json == {"missing": [], "went_in": []}
    office = desk.copy("kg")
    ran = run("revoke", "HQ-1", "--why", "I say so", "--data", office.root)
    assert ran.code == 1
    assert "Only headquarters" in ran.err
    assert rows(office, "SELECT count(*) FROM device WHERE revoked IS NOT NULL") == [(0,)]
