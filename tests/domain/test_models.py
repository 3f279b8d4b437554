"""Tables that travel say what every column means, and never refuse what arrives."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.db.base import DecimalText, Synced, reference_columns, synced_columns, synced_models
from tests.house import ROOT, name_of, table_files

_MODULES = (*table_files(), ROOT / "server" / "db" / "base.py")


def _columns(path: Path) -> Iterator[tuple[str, str, bool]]:
    """(table class, column, whether the line above it is a `#:` comment) of a module."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef):
            continue
        for inner in node.body:
            if (isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name)
                    and ast.unparse(inner.annotation).startswith("Mapped[")):
                before = lines[inner.lineno - 2].strip()
                yield node.name, inner.target.id, before.startswith("#: ") and len(before) > 4


@pytest.mark.parametrize("path", _MODULES, ids=name_of)
def test_every_column_says_what_it_means(path: Path) -> None:
    assert [f"{table}.{column}" for table, column, said in _columns(path) if not said] == []


def test_every_column_of_every_table_was_looked_at() -> None:
    written = {name for path in _MODULES for _, name, _ in _columns(path)}
    for model in synced_models().values():
        assert set(synced_columns(model.__table__)) <= written, model


@pytest.mark.parametrize("table", sorted(synced_models()))
def test_nothing_in_a_table_can_refuse_what_arrives(table: str) -> None:
    columns = synced_models()[table].__table__
    kinds = {type(one) for one in columns.constraints}
    assert kinds <= {sa.PrimaryKeyConstraint}
    assert [c.name for c in columns.primary_key.columns] == ["id"]
    assert [c.name for c in columns.columns if not c.nullable and not c.primary_key] == []
    assert [index.name for index in columns.indexes if index.unique] == []
    assert [c.name for c in columns.columns if c.foreign_keys] == []


@pytest.mark.parametrize("table", sorted(synced_models()))
def test_what_travels_is_text_a_whole_number_or_nothing(table: str) -> None:
    columns = synced_models()[table].__table__
    for name in synced_columns(columns):
        assert isinstance(columns.columns[name].type, (sa.String, sa.Integer, DecimalText)), name
        assert not isinstance(columns.columns[name].type, (sa.Boolean, sa.Date, sa.Numeric)), name


@pytest.mark.parametrize("table", sorted(synced_models()))
def test_references_name_tables_that_exist_and_are_named_for_what_they_are(table: str) -> None:
    for column, target, several in reference_columns(synced_models()[table].__table__):
        assert target in synced_models(), column
        assert column.endswith("_ids" if several else "_id"), column
    pointing = {c for c, *_ in reference_columns(synced_models()[table].__table__)}
    named = {c for c in synced_columns(synced_models()[table].__table__) if c.endswith(("_id", "_ids"))}
    assert named == pointing


def test_the_owner_and_the_deletion_travel_and_what_is_computed_does_not() -> None:
    activity = synced_models()["activity"].__table__
    assert {"office", "deleted"} <= set(synced_columns(activity))
    assert not {"id", "starts", "ends"} & set(synced_columns(activity))


@pytest.mark.parametrize("model", synced_models().values(), ids=lambda model: model.__tablename__)
def test_a_table_belongs_to_headquarters_or_to_the_office_that_writes(model: type[Synced]) -> None:
    assert model.__scope__ in ("framework", "office")
    assert model.__doc__
