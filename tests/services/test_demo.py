"""The example programme: what it makes, that its dispatches may come in any order, and what its annual report says."""

from __future__ import annotations

import random
from pathlib import Path

import pikepdf
import pytest

from server.base.errors import Refused
from server.base.paths import DataDir
from server.services.demo import DOCUMENTS, OFFICES, make_demo
from server.services.documents import write_report
from server.services.receive import receive
from tests.conftest import RequireTool
from tests.pdf_reading import flat, text_of
from tests.services.world import Desk, Example, dump, rows, state

#: the sections of the published report, in its order
SECTIONS = ("1.0", "2.0", "3.0", "4.0")


def annual_text(example: Example, tool: str) -> str:
    return flat(text_of((example.root / "annual-report.pdf").read_bytes(), tool, "-layout"))


def test_it_makes_headquarters_eight_offices_their_dispatches_and_the_report(example):
    made = {path.name for path in example.root.iterdir()}
    assert made == {"hq-empty", "hq", "dispatches", "setups", "documents", "annual-report.pdf", *OFFICES}
    assert [path.name for path in example.dispatches] == sorted(f"{code}-y1.pdf" for code in OFFICES)


def test_every_document_is_among_what_it_makes(example):
    made = {path.name for path in (example.root / "documents").iterdir()}
    assert made == {f"{kind}.pdf" for kind, _words in DOCUMENTS} | {"annual-report.docx", "annual-report.xlsx"}


def test_it_tells_everything_it_made_and_nothing_else(example):
    told = {made.path for made in example.told}
    assert all(path.exists() for path in told)
    assert {example.root / code for code in OFFICES} <= told
    assert set(example.dispatches) <= told
    assert {example.root / name for name in ("hq-empty", "hq", "annual-report.pdf")} <= told
    assert all(made.what for made in example.told)


def test_a_folder_that_holds_anything_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(Refused) as refused:
        list(make_demo(tmp_path))
    assert refused.value.code == "not_empty"
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_headquarters_received_what_each_office_wrote(example):
    for code in OFFICES:
        office = rows(DataDir(example.root / code), "SELECT id FROM office WHERE code = ?", code.upper())[0][0]
        for table in ("activity", "planned_activity", "report_section"):
            query = f"SELECT * FROM {table} WHERE office = '{office}' ORDER BY id"
            assert rows(DataDir(example.root / "hq"), query) == rows(DataDir(example.root / code), query)


@pytest.mark.parametrize("seed", range(5))
def test_any_order_with_repeats_gives_the_same_bytes(example, desk: Desk, seed):
    """Replicas that have seen the same set of changes hold byte-identical state, whatever the order and repeats."""
    order = example.dispatches * 2
    random.Random(seed).shuffle(order)
    assert len(order) == 16
    hq = desk.open("hq-empty")
    results = receive(hq, order)
    assert sorted(result.state for result in results) == ["already"] * 8 + ["imported"] * 8
    assert dump(hq) == state(DataDir(example.root / "hq"))


def test_reversed_and_one_call_each_gives_the_same_bytes(example, desk: Desk):
    hq = desk.open("hq-empty")
    for path in reversed(example.dispatches):
        (result,) = receive(hq, [path])
        assert result.state == "imported"
    assert dump(hq) == state(DataDir(example.root / "hq"))


def test_the_annual_report_has_the_published_amounts(example, require_tool: RequireTool):
    text = annual_text(example, require_tool("pdftotext"))
    for amount in ("822,771", "368,307", "454,464", "274,594.56"):
        assert amount in text, amount
    for share in ("87.5", "60.4", "33.4"):
        assert any(share + end in text for end in ("%", " %", "\N{NO-BREAK SPACE}%")), share


def test_the_annual_report_numbers_37_achievements_and_40_interventions(example, require_tool: RequireTool):
    text = annual_text(example, require_tool("pdftotext"))
    assert "37 achievements" in text
    assert "40 " in text
    places = [text.rfind(number) for number in SECTIONS]
    assert -1 not in places


def test_every_achievement_and_intervention_is_told_by_its_title(example, require_tool: RequireTool):
    text = "".join(annual_text(example, require_tool("pdftotext")).split())
    hq = DataDir(example.root / "hq")
    done = rows(hq, "SELECT title FROM activity WHERE in_report = 1 AND deleted = 0")
    planned = rows(hq, "SELECT title FROM planned_activity WHERE in_report = 1 AND deleted = 0")
    assert (len(done), len(planned)) == (37, 40)
    lost = [title for (title,) in (*done, *planned) if "".join(title.split()) not in text]
    assert not lost


def test_the_report_is_in_the_language_asked_for(example, desk: Desk, require_tool: RequireTool):
    hq = desk.open("hq")
    target = desk.file("annual-fr.pdf")
    assert write_report(hq, "annual", target, period="y1", language="fr") > 5
    text = flat(text_of(target.read_bytes(), require_tool("pdftotext")))
    assert "274" in text
    with pikepdf.open(target) as document:
        assert str(document.Root.Lang).startswith("fr")


def test_the_same_demo_gives_offices_with_the_same_records(example, tmp_path: Path):
    """Names in the example files stand for the same records in every demo, so that two demos can be compared."""
    hq = DataDir(example.root / "hq")
    ids = rows(hq, "SELECT id FROM activity ORDER BY id")
    list(make_demo(tmp_path / "demo"))
    assert rows(DataDir(tmp_path / "demo" / "hq"), "SELECT id FROM activity ORDER BY id") == ids
    lines = {line for line in state(DataDir(tmp_path / "demo" / "hq")).splitlines() if b'"table":"activity"' in line}
    assert lines == {line for line in state(hq).splitlines() if b'"table":"activity"' in line}
