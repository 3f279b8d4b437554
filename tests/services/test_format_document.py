"""The document that lets a stranger read a dispatch holds: its program reads one, its tables name what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from server.db.base import synced_models
from server.reports.carrier import open_sealed
from server.sync.manifest import from_wire, to_wire
from server.sync.payload import read_manifest
from server.sync.shape import FRAMEWORK, shape
from tests.services.world import Example

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "dispatch-format.md").read_text(encoding="utf-8")


def test_the_documents_program_reads_a_dispatch(example: Example, tmp_path: Path) -> None:
    payload = tmp_path / "payload"
    payload.write_bytes(open_sealed(example.dispatch("kg").read_bytes()).payload)
    program = re.search(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    assert program
    told = subprocess.run([sys.executable, "-c", program[1], str(payload)], capture_output=True, text=True, check=True)
    first, *columns = told.stdout.splitlines()
    assert first.startswith("report ")
    assert any(line.startswith("activity title ") and "Second phase launched" in line for line in columns)


def test_every_key_of_a_manifest_is_in_the_document(example: Example) -> None:
    for path in (example.dispatch("kg"), example.setup("kg")):
        wire = to_wire(read_manifest(open_sealed(path.read_bytes()).payload))
        assert from_wire(wire).dispatch
        assert [key for key in wire if f"`{key}`" not in DOCUMENT] == []


def test_every_table_and_field_is_in_the_document() -> None:
    listed = DOCUMENT.partition("\n### Tables and fields\n")[2].partition("\n### ")[0]
    told = re.findall(r"^\| (\w+) \| (.*?) \|$", listed, re.MULTILINE)[1:]
    assert dict(told) == {name: _fields(name) for name in shape()}


def _fields(table: str) -> str:
    """The fields of a table but those that all have, whole numbers marked."""
    columns = synced_models()[table].__table__.columns
    names = [name for name in shape()[table].columns if name not in ("office", "deleted")]
    return ", ".join(name + "#" * isinstance(columns[name].type, sa.Integer) for name in names)


def test_the_tables_of_the_framework_are_in_the_document() -> None:
    told = re.search(r"The framework's tables are (.*?)\.", DOCUMENT, re.DOTALL)
    assert told
    framework = sorted(name for name, one in shape().items() if one.scope == FRAMEWORK)
    assert re.findall(r"`(\w+)`", told[1]) == framework
