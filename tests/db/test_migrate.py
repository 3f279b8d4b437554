"""Tables are brought up step by step, with what they hold, or stay as they are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import Script

from server.base.errors import Refused
from server.db import migrate
from server.db.base import Base
from server.db.session import open_engine
from tests.conftest import CreateDatabase
from tests.db.revisions import fill, kept, revisions, rows, schema, upgrade_to

_TESTS = Path(__file__).resolve().parent.parent / "migrations"
_ALL = pytest.mark.parametrize("step", revisions(), ids=lambda step: step.revision)

_NEXT = '''"""A column more."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {newest!r}


def upgrade():
    """Bring the tables up."""
    op.add_column("person", sa.Column("phone", sa.Text(), nullable=True))
    {trouble}


def downgrade():
    """Bring the tables back."""
    op.drop_column("person", "phone")
'''


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    """An engine on a file without tables."""
    engine = open_engine(tmp_path / "empty.db")
    yield engine
    engine.dispose()


def add_revision(folder: Path, patch: pytest.MonkeyPatch, trouble: str = "pass") -> None:
    """As if the next Valise had one revision more."""
    newest = migrate.newest()
    copy = folder / "migrations"
    shutil.copytree(Path(migrate.__file__).parent / "migrations", copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "9999_next.py").write_text(_NEXT.format(newest=newest, trouble=trouble))
    patch.setattr(migrate, "_MIGRATIONS", copy)


# the revisions as they are


def test_revisions_are_one_line_from_the_first_to_the_newest() -> None:
    found = revisions()
    assert [step.down_revision for step in found] == [None, *(step.revision for step in found[:-1])]
    assert found[-1].revision == migrate.newest()


@_ALL
def test_every_revision_says_what_it_does_and_has_a_test_with_data(step: Script) -> None:
    assert (step.doc or "").endswith(".")
    assert (_TESTS / f"test_{step.revision}.py").is_file()


def test_the_newest_revision_has_the_tables_of_the_models(engine: sa.Engine, create_database: CreateDatabase) -> None:
    migrate.upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    assert schema(engine) == schema(create_database("models.db"))


@_ALL
def test_a_row_of_every_table_survives_each_step_up_and_down(engine: sa.Engine, step: Script) -> None:
    if isinstance(step.down_revision, str):
        upgrade_to(engine, step.down_revision)
        before = fill(engine)
        upgrade_to(engine, step.revision)
        assert kept(before, rows(engine))
        migrate.downgrade(engine, step.down_revision)
        assert kept(before, rows(engine))
        upgrade_to(engine, step.revision)
        assert kept(before, rows(engine))
    else:
        upgrade_to(engine, step.revision)
        assert set(fill(engine)) == set(rows(engine))
        migrate.downgrade(engine, "base")
        assert rows(engine) == {}


@_ALL
def test_every_older_database_reaches_the_newest_tables(
        engine: sa.Engine, create_database: CreateDatabase, step: Script) -> None:
    upgrade_to(engine, step.revision)
    before = fill(engine)
    migrate.upgrade(engine)
    assert kept(before, rows(engine))
    assert schema(engine) == schema(create_database("models.db"))


# upgrading


def test_an_empty_file_gets_its_tables_once_and_needs_no_backup(engine: sa.Engine) -> None:
    backups: list[str] = []
    assert migrate.upgrade(engine, before=lambda: backups.append("made"))
    assert not migrate.upgrade(engine, before=lambda: backups.append("made"))
    with engine.connect() as connection:
        assert migrate.revision(connection) == migrate.newest()
    assert backups == []


def test_an_older_database_is_backed_up_then_brought_up_with_what_it_holds(
        engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate.upgrade(engine)
    before = fill(engine)
    older = schema(engine)
    add_revision(tmp_path, monkeypatch)
    backups: list[bool] = []
    assert migrate.upgrade(engine, before=lambda: backups.append(schema(engine) == older))
    assert backups == [True]
    assert rows(engine)["person"] == [{**before["person"][0], "phone": None}]
    assert kept(before, rows(engine))
    migrate.downgrade(engine, "-1")
    assert schema(engine) == older


def test_without_its_backup_nothing_is_upgraded(
        engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate.upgrade(engine)
    before = schema(engine)
    add_revision(tmp_path, monkeypatch)

    def fail() -> None:
        raise Refused("no space", "backup")

    with pytest.raises(Refused, match="no space"):
        migrate.upgrade(engine, before=fail)
    assert schema(engine) == before


def test_an_upgrade_that_breaks_leaves_the_older_tables_whole(
        engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate.upgrade(engine)
    before, held = schema(engine), fill(engine)
    newest = migrate.newest()
    add_revision(tmp_path, monkeypatch, trouble='raise ValueError("half way")')
    with pytest.raises(ValueError, match="half way"):
        migrate.upgrade(engine)
    assert schema(engine) == before
    assert rows(engine) == held
    with engine.connect() as connection:
        assert migrate.revision(connection) == newest


def test_a_database_of_a_newer_valise_is_refused_and_left_as_it_is(engine: sa.Engine) -> None:
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num='from the future'")
    held = fill(engine)
    backups: list[str] = []
    with pytest.raises(Refused, match="written by a newer Valise: install that version") as refused:
        migrate.upgrade(engine, before=lambda: backups.append("made"))
    assert refused.value.code == "newer"
    assert backups == []
    assert rows(engine) == held
    with engine.connect() as connection:
        assert migrate.revision(connection) == "from the future"
