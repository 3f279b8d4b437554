"""What is written for people about Valise is true of it."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import server
from server.base.errors import NotYet
from tests import catalogs
from tests.house import ROOT, files, name_of, own

_README = (ROOT / "README.md").read_text(encoding="utf-8")
#: taken by every command, and told once below the table
_EVERYWHERE = {"--data", "--help", "-h", "--version"}


def _program() -> click.Group:
    from server.cli import program

    return program(lambda *_arguments, **_options: 0)


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that can be run, by its words after `valise`."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


def _documented() -> dict[tuple[str, ...], list[str]]:
    """Commands of the README's table: words after `valise` -> everything written after them."""
    found: dict[tuple[str, ...], list[str]] = {}
    known = {path for path, _ in _commands(_program())}
    rows = [line for line in _README.splitlines() if line.startswith("| `valise")]
    for written in re.findall(r"`valise([^`]*)`", "\n".join(row.split(" | ")[0] for row in rows)):
        words = written.replace("\\|", "|").split()
        length = next((n for n in (2, 1) if tuple(words[:n]) in known), min(1, len(words)))
        found[tuple(words[:length])] = words[length:]
    return found


def _options(command: click.Command) -> set[str]:
    options = [one for one in command.params if isinstance(one, click.Option)]
    return {name for one in options for name in (*one.opts, *one.secondary_opts)} - _EVERYWHERE


def test_the_readme_has_every_command_and_no_other() -> None:
    assert set(_documented()) == {(), *(path for path, _ in _commands(_program()))}


def test_the_readme_has_every_option_and_no_other() -> None:
    documented: dict[str, set[str]] = {}
    for path, words in _documented().items():
        if path:
            options = {option for word in words for option in re.findall(r"--[\w-]+", word)}
            documented.setdefault(path[0], set()).update(options)
    there: dict[str, set[str]] = {}
    for path, command in _commands(_program()):
        there.setdefault(path[0], set()).update(_options(command))
    assert documented == there


def test_every_command_takes_the_data_folder_and_says_what_it_does() -> None:
    for path, command in _commands(_program()):
        assert any("--data" in one.opts for one in command.params), path
        assert (command.help or "").strip().endswith("."), path


def test_the_readme_has_the_kinds_of_report_that_are_made_and_the_others_say_so(tmp_path: Path) -> None:
    from server.services.documents import KINDS, write_report

    made = next(word for word in _documented()["report",] if "|" in word and not word.startswith("[")).split("|")
    assert set(made) < set(KINDS)
    for kind in set(KINDS) - set(made):
        with pytest.raises(NotYet, match=f"does not make the document “{kind}” yet"):
            write_report(None, kind, tmp_path / "report.pdf")  # type: ignore[arg-type]


# links and places


def _links(path: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"!?\[[^\]]*\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            yield target


def _blocks(text: str) -> list[str]:
    """What stands between fences."""
    return text.split("\n```")[1::2]


def _anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", own(".md"), ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    lost = []
    for target in _links(path):
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in _anchors(there)):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize("path", [p for p in own(".md") if p.name != "CHANGES.md"], ids=name_of)
def test_files_that_are_named_are_there(path: Path) -> None:
    named = re.findall(r"`((?:server|desktop_app|tests|docs|static|templates|\.ci)/[\w./-]+)`",
                       path.read_text(encoding="utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_map_shows_every_room_and_no_other() -> None:
    block = next(block for block in _blocks(_README) if "desktop_app/" in block)
    rooms: dict[str, set[str]] = {"": set(), "server/": set()}
    for line in block.splitlines():
        where = "server/" if line.startswith(" ") else ""
        rooms[where].update(re.findall(r"(?:^|\s{2,})([\w-]+/|[\w-]+\.(?:py|spec))(?=\s)", line))
    missing = [where + room for where, named in rooms.items() for room in named if not (ROOT / where / room).exists()]
    assert missing == []
    packages = {f"{path.relative_to(ROOT / 'server').parts[0]}/" for path in files()
                if name_of(path).startswith("server/") and len(path.relative_to(ROOT / "server").parts) > 1}
    assert packages == {room for room in rooms["server/"] if room.endswith("/")}


def test_decisions_are_listed_in_their_order() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = [link for link in _links(folder / "README.md") if re.match(r"\d{4}-", link)]
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))


def test_the_glossary_has_the_words_that_the_catalogs_use() -> None:
    written = catalogs.TRANSLATING.read_text(encoding="utf-8")
    assert written == catalogs.glossary(), "run: python -m tests.catalogs glossary"
    assert all(f"### {name}\n" in written for name in ("French", "Arabic", "Serbian", "Bengali"))
    assert "| Dispatch | Envoi |" in written


# versions and recipes


def test_one_version_is_told_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == server.__version__
    assert f"## {server.__version__}\n" in (ROOT / "CHANGES.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("marker", "ends"), [("start", ".venv/bin/valise"), ("test", "-m pytest")])
def test_the_readmes_recipes_can_be_found_and_run_as_they_stand(marker: str, ends: str) -> None:
    (recipe,) = re.findall(rf"<!-- {marker} -->\n```sh\n(.*?)\n```", _README, flags=re.DOTALL)
    assert "\n" not in recipe
    assert recipe.endswith(ends)
    extras = re.findall(r"\[([\w,]+)\]", recipe)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(",".join(extras).split(",")) - {""} <= set(project["optional-dependencies"])


def test_every_marker_that_tests_wear_is_declared() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    declared = {line.split(":", maxsplit=1)[0] for line in settings["markers"]}
    worn = {node.attr for path in own(".py") if name_of(path).startswith("tests/")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "mark"}
    assert worn <= declared | {"parametrize", "skipif", "skip", "xfail", "usefixtures", "filterwarnings"}
