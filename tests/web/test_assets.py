"""What the browser loads: small, ours or vendored as its list says, and within the policy that every page carries."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.house import ROOT, name_of, own

STATIC = ROOT / "static"
TEMPLATES = [path for path in own(".html") if name_of(path).startswith("templates/")]


def test_the_style_sheets_stay_small() -> None:
    assert sum(path.stat().st_size for path in (STATIC / "css").glob("*.css")) <= 30_000


def test_the_style_sheets_serve_both_directions() -> None:
    sides = "left|right|top|bottom"
    physical = re.compile(rf"(?<![-\w])(?:(?:margin|padding|border)-(?:{sides})|{sides}|float)\s*:")
    found = {path.name: physical.findall(path.read_text(encoding="utf-8")) for path in (STATIC / "css").glob("*.css")}
    assert {name: words for name, words in found.items() if words} == {}


def test_vendored_files_are_what_their_list_says() -> None:
    text = (STATIC / "vendor/README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", text, re.MULTILINE)
    files = {path.relative_to(STATIC / "vendor").as_posix() for path in (STATIC / "vendor").rglob("*.js")}
    assert {name for name, _digest in listed} == files
    for name, digest in listed:
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest, name
        assert (STATIC / "vendor" / name).parent.joinpath("LICENSE").is_file()


def test_templates_hold_nothing_that_the_policy_forbids() -> None:
    forbidden = re.compile(r"<style|\sstyle=|\son\w+=|<script(?! src=)|javascript:|https?://", re.IGNORECASE)
    found = {name_of(path): forbidden.findall(path.read_text(encoding="utf-8")) for path in TEMPLATES}
    assert {name: words for name, words in found.items() if words} == {}


def test_every_icon_that_is_asked_for_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons/sprite.svg").read_text()))
    asked = {name for path in TEMPLATES for name in re.findall(r'icon\("(\w+)"', path.read_text(encoding="utf-8"))}
    menu = set(re.findall(r'mark\("[^"]+"\), "(\w+)"', (ROOT / "server/web/nav.py").read_text(encoding="utf-8")))
    assert asked | menu <= known


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_words_in_templates_go_through_the_catalog(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>|\b[\w-]+=\"[^\"]*\"", "\n", text)
    assert [line for line in text.splitlines() if re.search(r"[A-Za-z]{2}", line) and "Valise" not in line] == []
