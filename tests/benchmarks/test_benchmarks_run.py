"""Every benchmark runs at a tiny size and says its ratios. How long anything takes is no test."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from tests.benchmarks import (
    capture_cost,
    import_activities,
    import_large,
    list_pages,
    log_activity,
    paper_peers,
    payload_bytes,
    peers,
    report_pages,
)
from tests.benchmarks.rounds import Figure, compare, in_memory, run

_LINE = re.compile(r"^(?P<name>\S.*?) +(?P<ratio>-?\d+\.\d\d|-?inf) .*ours -?[\d,.]+ \w+, against -?[\d,.]+ \w+")
#: benchmark -> (size, names of figures it must print)
_TINY = {
    log_activity: (30, ["log an activity, command", "log an activity, POST to answer"]),
    list_pages: (60, [*(f"query: {page[0]}" for page in list_pages.PAGES),
                      *(f"page: {page[0]}" for page in list_pages.PAGES)]),
    import_activities: (30, ["import: apply what was read", "import: read the payload and apply"]),
    payload_bytes: (30, ["payload: 30 activities", "payload: the example programme", "PDF of ten changed activities"]),
    capture_cost: (30, ["a new activity: capture", "an edit of one: capture", "a bulk statement: capture"]),
    import_large: (60, ["import it: seconds", "import it: peak of memory", "longest that the bar stands still",
                        "the same file again", "a new file, all of it known", "stop it at 50% of the way"]),
    peers: (20, [f"Valise: {what}" for what in ("bytes of the records", "bytes of the edits", "edits ready to be sent",
                                                "merge the records", "merge the edits")]),
    report_pages: (40, ["annual report, 8 countries", "table of 40 rows", "memory for each row of a table"]),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("benchmark", _TINY, ids=lambda module: module.__name__.rpartition(".")[2])
def test_a_benchmark_prints_its_ratios(
    benchmark: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.benchmarks.rounds.in_memory", lambda _path: False)
    size, names = _TINY[benchmark]
    assert benchmark.main(["--size", str(size), "--rounds", "1", "--folder", str(tmp_path)]) == 0
    lines = [_LINE.match(line) for line in capsys.readouterr().out.splitlines()]
    told = {line["name"] for line in lines if line}
    assert set(names) <= told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_paper_of_peers_is_drawn_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    assert paper_peers.main(["--size", "12", "--rounds", "1", "--only", "valise", "canvas", "platypus"]) == 0
    printed = capsys.readouterr().out
    drawn = re.findall(r"^  (\w+) +[\d.]+ s +[\d.]+ x +[\d,]+ MB +([\d,]+) bytes +([1-9]\d*) pages$", printed, re.M)
    assert [name for name, _bytes, _pages in drawn] == ["valise", "canvas", "platypus"] * 2 + ["valise", "canvas"]


def test_a_peer_that_is_not_installed_is_named_and_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_name: str) -> ModuleType:
        raise ImportError("No module named 'typst'")

    monkeypatch.setattr(paper_peers, "import_module", missing)
    paper_peers.main(["--child", "typst", "1", "1"])
    assert json.loads(capsys.readouterr().out) == {"missing": "No module named 'typst'"}


@pytest.mark.parametrize(("bar", "checked", "code"), [(1.0, True, 1), (1.0, False, 0), (3.0, True, 0), (None, True, 0)])
def test_a_missed_bar_fails_only_when_it_is_checked(
    bar: float | None, checked: bool, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.benchmarks.rounds.in_memory", lambda _path: False)
    options = ["--folder", str(tmp_path), *(["--check"] if checked else [])]
    twice = Figure("twice as much", 2.0, 1.0, bar)
    assert run(lambda _asked: [twice], size=1, description="", arguments=options) == code


def test_the_sides_take_turns_and_the_first_round_does_not_count() -> None:
    order: list[str] = []
    ours, bare = iter([90.0, 3.0, 4.0, 5.0]), iter([80.0, 1.0, 2.0, 3.0])

    def side(name: str, seconds: float) -> float:
        order.append(name)
        return seconds

    figure = compare("turns", lambda: side("ours", next(ours)), lambda: side("bare", next(bare)), rounds=3, bar=2.0)
    assert order == ["ours", "bare"] * 4
    assert (figure.ours, figure.bare, figure.ratio, figure.missed) == (4000.0, 2000.0, 2.0, False)


@pytest.mark.parametrize(("mounts", "expected"), [
    ("/dev/sda1 / ext4 rw 0 0\ntmpfs {place} tmpfs rw 0 0\n", True),
    ("tmpfs / tmpfs rw 0 0\n/dev/sda1 {place} ext4 rw 0 0\n", False),
])  # fmt: skip
def test_a_folder_in_memory_is_known(
    mounts: str, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = mounts.format(place=tmp_path.resolve())
    monkeypatch.setattr(Path, "is_file", lambda _path: True)
    monkeypatch.setattr(Path, "read_text", lambda _path, **_options: listed)
    assert in_memory(tmp_path / "inside") is expected
