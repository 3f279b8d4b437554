"""The house keeps its own rules: who may import whom, small rooms, words through the catalog, no trace of a machine."""

from __future__ import annotations

import ast
import importlib.util
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import Require
from tests.house import ROOT, name_of, own, texts

_PRODUCT = ("server/", "desktop_app/")
#: what shows its first argument to people
_SHOWING = {"echo", "flash", "BadParameter", "UsageError", "Hint", "ValiseError", "RuleBroken", "NotFound", "Refused",
            "NotYet"}
_VALUE = re.compile(r"%\((\w+)\)s")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _modules(*folders: str) -> list[Path]:
    return [path for path in own(".py") if name_of(path).startswith(folders)]


def _calls(*folders: str) -> Iterator[tuple[str, str, ast.Call]]:
    """(file and line, name of what is called, the call)."""
    for path in _modules(*folders):
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                yield f"{name_of(path)}:{node.lineno}", name, node


# rooms


def test_a_request_goes_down_and_data_comes_up(require: Require) -> None:
    require(importlib.util.find_spec("importlinter") is not None, "import-linter")
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("ending", [".py", ".js", ".css", ".html"])
def test_files_are_read_without_getting_lost(ending: str) -> None:
    found = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in own(ending)}
    assert {name: lines for name, lines in found.items() if lines > 400} == {}


def test_every_package_says_what_lives_there() -> None:
    folders = {path.parent for path in _modules(*_PRODUCT) if "/migrations/" not in name_of(path)}
    silent = [name_of(folder) for folder in sorted(folders)
              if not (folder / "__init__.py").is_file() or not ast.get_docstring(_tree(folder / "__init__.py"))]
    assert silent == []


def test_every_module_begins_with_what_it_is_for() -> None:
    silent = [name_of(path) for path in _modules(*_PRODUCT, "tests/")
              if path.stat().st_size and not ast.get_docstring(_tree(path))]
    assert silent == []


def test_a_view_is_read_at_a_glance() -> None:
    long = {f"{name_of(path)}: {node.name}": length for path in _modules("server/web/pages/")
            for node in ast.walk(_tree(path)) if isinstance(node, ast.FunctionDef)
            if any(isinstance(d, ast.Call) and isinstance(d.func, ast.Attribute)
                   and d.func.attr in ("route", "get", "post") for d in node.decorator_list)
            if (length := (node.end_lineno or 0) - node.lineno + 1) > 25}
    assert long == {}


def test_time_comes_from_the_clock_that_was_handed_in() -> None:
    asked = [where for where, name, call in _calls("server/")
             if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
             and (call.func.value.id, name) in {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"),
                                                ("date", "today"), ("time", "time")}]
    assert [where for where in asked if not where.startswith("server/base/clock.py")] == []


def test_amounts_never_become_binary_fractions() -> None:
    rooms = ("server/domain/", "server/db/", "server/base/money.py", "server/services/")
    assert [where for where, name, _ in _calls(*rooms) if name == "float"] == []


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
    assert [name_of(path) for path, text in texts() if path.suffix in (".py", ".js", ".css", ".html", ".md", ".toml")
            if later.search(text)] == []


# words


def _bare_words(node: ast.AST) -> bool:
    """Whether an expression holds words of its own outside `_`, `n_` and `mark`."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "n_", "mark"):
        return False
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and any(c.isalpha() for c in node.value)
    parts: list[ast.AST] = []
    if isinstance(node, ast.JoinedStr):
        parts = [part for part in node.values if isinstance(part, ast.Constant)]
    elif isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    return any(_bare_words(part) for part in parts)


def test_what_people_are_told_goes_through_the_catalog() -> None:
    bare = [f"{where}: {name}" for where, name, call in _calls(*_PRODUCT)
            if name in _SHOWING and call.args and _bare_words(call.args[0])]
    assert bare == []


def test_sentences_are_literals_that_name_the_values_they_get() -> None:
    wrong = []
    for where, name, call in _calls(*_PRODUCT):
        if name not in ("_", "n_") or not isinstance(call.func, ast.Name) or not call.args:
            continue
        sentences = call.args[:2] if name == "n_" else call.args[:1]
        if any(isinstance(s, (ast.JoinedStr, ast.BinOp, ast.Call)) for s in sentences):
            wrong.append(f"{where}: put together before it is translated")
        elif all(isinstance(s, ast.Constant) for s in sentences):
            asked = {value for s in sentences if isinstance(s, ast.Constant) for value in _VALUE.findall(str(s.value))}
            given = {keyword.arg for keyword in call.keywords}
            if None not in given and asked - {"num"} != given - {"num"}:
                wrong.append(f"{where}: asks for {sorted(asked)}, is given {sorted(given, key=str)}")
    assert wrong == []


# machines


def test_nothing_speaks_of_the_machine_it_was_written_on() -> None:
    paths = re.compile(r"(?<![\w.])/(?:wo" r"rk|op" r"t|ro" r"ot|home/\w+|Users/\w+)/")
    assert [f"{name_of(path)}: {found[0]}" for path, text in texts() if (found := paths.search(text))] == []


def test_no_test_reaches_beyond_this_machine() -> None:
    for address in (("192.0.2.1", 80), ("valise.example", 443)):
        with pytest.raises(AssertionError, match=r"only 127\.0\.0\.1 may be reached"), socket.socket() as line:
            line.connect(address)
