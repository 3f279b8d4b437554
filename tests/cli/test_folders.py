"""demo, setup, invite and load from the command line, and the program itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from server import __version__
from server.cli import execute
from tests.cli.conftest import Run
from tests.house import ROOT
from tests.services.world import EXAMPLE_FILES, Desk, Example, rows, state

COMMANDS = (
    "backup", "conflicts", "demo", "doctor", "dump", "inspect", "invite", "load", "receive", "report", "resolve",
    "restore", "send", "serve", "setup", "template",
)  # fmt: skip


class TestProgram:
    def test_help_lists_every_command(self, run: Run):
        ran = run("--help")
        assert ran.code == 0
        assert all(f"\n  {name} " in ran.out for name in COMMANDS)

    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_command_explains_itself(self, run: Run, name: str):
        ran = run(name, "--help")
        assert ran.code == 0
        assert len(ran.out) > 60

    def test_the_version(self, run: Run):
        assert __version__ in run("--version").out

    @pytest.mark.parametrize("arguments", [("sing",), ("send",), ("setup",), ("report", "novel", "--to", "a.pdf"),
                                           ("dump", "--colour"), ("serve", "--port", "70000")])  # fmt: skip
    def test_a_command_that_does_not_exist_is_a_usage_error(self, run: Run, arguments: tuple[str, ...]):
        ran = run(*arguments)
        assert ran.code == 2
        assert "Usage" in ran.err or "Usage" in ran.out

    def test_alone_it_opens_the_window_of_the_folder(self, tmp_path: Path):
        opened: list[tuple[object, ...]] = []
        assert execute(lambda *given, **_options: opened.append(given) or 0, ["--data", str(tmp_path / "x")]) == 0
        assert opened == [(tmp_path / "x",)]

    def test_a_pdf_alone_is_opened_in_the_window(self, example: Example):
        given: dict[str, object] = {}
        path = example.dispatch("kg")
        assert execute(lambda *_folder, **options: given.update(options) or 0, [str(path)]) == 0
        assert given == {"files": [path]}

    def test_as_a_program_it_ends_with_the_code_and_says_why_on_stderr(self, tmp_path: Path):
        command = [sys.executable, "-m", "server", "dump", "--data", str(tmp_path / "nothing")]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert len(ran.stderr.splitlines()) == 1

    def test_the_folder_may_be_named_before_the_command_or_in_the_environment(
        self, desk: Desk, run: Run, monkeypatch: pytest.MonkeyPatch
    ):
        office = desk.copy("kg")
        after = run("dump", "--data", office.root).out
        assert run("--data", office.root, "dump").out == after
        monkeypatch.setenv("VALISE_DATA", str(office.root))
        assert run("dump").out == after


class TestDemo:
    def test_it_prints_what_it_made(self, example: Example, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
        from server.cli import folders

        monkeypatch.setattr(folders, "make_demo", lambda root, language: iter(example.told))
        ran = run("demo", tmp_path / "demo")
        assert (ran.code, ran.err) == (0, "")
        assert len(ran.out.splitlines()) == len(example.told)
        assert all(str(made.path) in ran.out for made in example.told)

    def test_an_occupied_folder_is_refused(self, run: Run, tmp_path: Path):
        (tmp_path / "letter.txt").write_text("mine")
        ran = run("demo", tmp_path)
        assert ran.code == 1
        assert len(ran.complaints) == 1


class TestSetUp:
    def test_headquarters_from_the_example(self, desk: Desk, run: Run):
        hq = desk.folder("hq")
        ran = run("setup", "hq", EXAMPLE_FILES / "hq.json", "--data", hq.root)
        assert (ran.code, ran.err) == (0, "")
        assert "headquarters" in ran.out
        again = run("setup", "hq", EXAMPLE_FILES / "hq.json", "--data", hq.root)
        assert again.code == 1
        assert len(again.complaints) == 1

    def test_every_broken_rule_has_its_own_line(self, desk: Desk, run: Run):
        content = json.loads((EXAMPLE_FILES / "hq.json").read_text(encoding="utf-8"))
        content["records"]["output"][0]["title"] = None
        content["records"]["office"][1]["country_id"] = "atlantis"
        file = desk.file("broken.json")
        file.write_text(json.dumps(content), encoding="utf-8")
        ran = run("setup", "hq", file, "--data", desk.folder("hq").root)
        assert (ran.code, ran.out) == (1, "")
        assert len(ran.complaints) >= 2
        assert all(line.startswith("broken.json: ") for line in ran.complaints)

    def test_from_invitation_to_the_first_dispatch(self, desk: Desk, run: Run):
        """The main job of the design, typed."""
        hq, office = desk.copy("hq"), desk.folder("md")
        assert run("invite", "MD", "--to", desk.file("md.pdf"), "--data", hq.root).code == 0
        ran = run("setup", "office", desk.file("md.pdf"), "--person", "Officer", "--data", office.root)
        assert ran.code == 0
        assert "Moldova" in ran.out
        sent = run("send", "--period", "y1", "--to", desk.file("first.pdf"), "--data", office.root)
        assert sent.code == 0
        assert run("receive", desk.file("first.pdf"), "--data", hq.root).code == 0

    @pytest.mark.parametrize("source", ["dispatch", "annual"])
    def test_another_pdf_is_no_set_up(self, example: Example, desk: Desk, run: Run, source: str):
        path = example.dispatch("kg") if source == "dispatch" else example.root / "annual-report.pdf"
        ran = run("setup", "office", path, "--data", desk.folder("kg").root)
        assert ran.code == 1
        assert len(ran.complaints) == 1

    @pytest.mark.parametrize(("folder", "office"), [("hq", "ZZ"), ("kg", "MD")])
    def test_invitations_that_cannot_be_made(self, desk: Desk, run: Run, folder: str, office: str):
        ran = run("invite", office, "--to", desk.file("a.pdf"), "--data", desk.copy(folder).root)
        assert ran.code == 1
        assert len(ran.complaints) == 1
        assert not desk.file("a.pdf").exists()


class TestLoad:
    def write(self, desk: Desk, *activities: dict[str, object]) -> Path:
        path = desk.file("log.json")
        path.write_text(json.dumps({"valise": 1, "office": "KG", "records": {"activity": activities}}))
        return path

    def test_records_are_created_and_changed_by_their_names(self, desk: Desk, run: Run):
        office = desk.copy("kg")
        new = {"id": "a", "title": "One", "date_from": "2015-03", "output_id": "output-1", "country_id": "kg"}
        assert run("load", self.write(desk, new), "--data", office.root).code == 0
        assert run("load", self.write(desk, {"id": "a", "title": "Two"}), "--data", office.root).code == 0
        assert rows(office, "SELECT date_from FROM activity WHERE title = 'Two'") == [("2015-03",)]
        assert rows(office, "SELECT id FROM activity WHERE title = 'One'") == []

    def test_it_is_all_or_nothing_and_every_error_is_told(self, desk: Desk, run: Run):
        office = desk.copy("kg")
        before = state(office)
        good = {"id": "a", "title": "One", "date_from": "2015-03", "output_id": "output-1", "country_id": "kg"}
        ran = run("load", self.write(desk, good, {**good, "id": "b", "title": ""}, {**good, "id": "c", "women": -1}),
                  "--data", office.root)  # fmt: skip
        assert (ran.code, ran.out) == (1, "")
        assert len(ran.complaints) == 2
        assert "(b)" in ran.complaints[0]
        assert "(c)" in ran.complaints[1]
        assert state(office) == before

    def test_an_office_cannot_load_the_framework(self, desk: Desk, run: Run):
        office = desk.copy("kg")
        before = state(office)
        path = desk.file("framework.json")
        path.write_text(json.dumps({"valise": 1, "records": {"output": [{"id": "output-1", "title": "Mine"}]}}))
        assert run("load", path, "--data", office.root).code == 1
        assert state(office) == before


class TestTemplate:
    def test_a_template_in_a_language_is_written_and_an_empty_one_loads_nothing(self, run: Run, desk: Desk):
        data, file = desk.copy("kg"), desk.file("plan.xlsx")
        ran = run("template", "workplan", "--to", file, "--language", "ar", "--data", data.root)
        assert (ran.code, ran.err) == (0, "")
        assert file.read_bytes().startswith(b"PK")
        before = state(data)
        assert run("load", file, "--data", data.root).code == 0
        assert state(data) == before

    def test_an_unknown_area_is_a_question_of_usage(self, run: Run, desk: Desk):
        assert run("template", "novels", "--to", desk.file("x.xlsx"), "--data", desk.copy("kg").root).code == 2
