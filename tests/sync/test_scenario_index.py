"""Every scenario that docs/scenarios.md promises is guarded by a test that is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.house import ROOT
from tests.sync import mutants, told

_PAGE = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")


def lines() -> Iterator[tuple[str, str, str]]:
    """(scenario, what must come out, tests) of every line of the tables."""
    for line in _PAGE.splitlines():
        if line.startswith("| ") and not line.startswith(("| scenario |", "| rule |", "| law |")):
            scenario, outcome, tests = (cell.strip() for cell in line.strip("|").split(" | "))
            yield scenario, outcome, tests


@cache
def named(path: str) -> dict[str, set[str]]:
    """Tests of a file by class ("" for functions); a class that is made by assignment has none of its own."""
    found: dict[str, set[str]] = {"": set()}
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found[""].add(node.name)
        elif isinstance(node, ast.ClassDef):
            found[node.name] = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = set()
    return found


def is_there(test: str) -> bool:
    """Whether `path::test`, `path::Class` or `path::Class::test` exists; `[name]` is one of the short histories."""
    test, _bracket, history = test.partition("[")
    path, *names = test.split("::")
    if not (ROOT / path).is_file() or (history and not hasattr(told, history.rstrip("]"))):
        return False
    tests = named(path)
    if len(names) == 1:
        return names[0] in tests[""] or names[0] in tests
    return len(names) == 2 and names[1] in tests.get(names[0], ())


@pytest.mark.parametrize("line", list(lines()), ids=lambda line: line[0])
def test_a_scenario_has_its_test(line: tuple[str, str, str]) -> None:
    scenario, outcome, cell = line
    assert scenario
    assert outcome
    tests = re.findall(r"`(tests/[^`]+)`", cell)
    assert tests, "a scenario without a test is a hope"
    assert [test for test in tests if not is_there(test)] == []


def test_no_scenario_is_told_twice() -> None:
    told_here = [scenario for scenario, _outcome, _tests in lines()]
    assert sorted(set(told_here)) == sorted(told_here)


def test_every_mistake_has_the_history_that_tells_on_it() -> None:
    histories = {history.__name__ for history in told.TOLD}
    assert set(mutants.TOLD_BY.values()) <= histories
    assert len(mutants.MUTANTS) >= 14


def test_a_test_that_is_not_there_is_noticed() -> None:
    assert is_there("tests/sync/test_scenario_index.py::test_a_test_that_is_not_there_is_noticed")
    for wrong in (
        "tests/sync/test_nothing.py::test_x", "tests/sync/test_scenario_index.py::test_nothing",
        "tests/services/test_pouch.py::TestParts::test_nothing",
        "tests/sync/test_mutants.py::test_a_mistake_is_noticed[x]",
    ):  # fmt: skip
        assert not is_there(wrong)
