"""Databases at any revision, for the tests of migrations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory

from server.db import migrate

#: table -> its rows, each with the columns that were asked for
Rows = dict[str, list[dict[str, Any]]]


def config(folder: Path = Path(migrate.__file__).parent / "migrations") -> Config:
    """Alembic's settings for the revisions in `folder`."""
    made = Config()
    made.set_main_option("script_location", str(folder))
    return made


def revisions() -> list[Script]:
    """All revisions, oldest first."""
    return list(ScriptDirectory.from_config(config()).walk_revisions())[::-1]


def upgrade_to(engine: sa.Engine, revision: str) -> None:
    """Bring a database to a revision, as an older Valise would have had it."""
    settings = config()
    with engine.connect() as connection, connection.begin():
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)


def fill(engine: sa.Engine) -> Rows:
    """Put a row into every table there is, with a value of its own in every column, and tell them."""
    tables = sa.MetaData()
    with engine.begin() as connection:
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                row = {c.name: _value(c) for c in table.columns if c.computed is None}
                connection.execute(sa.insert(table).values(row))
    return rows(engine)


def rows(engine: sa.Engine) -> Rows:
    """Every row of every table but alembic's own."""
    tables = sa.MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)
        return {table.name: [dict(row._mapping) for row in connection.execute(sa.select(table))]
                for table in tables.sorted_tables if table.name != "alembic_version"}


def kept(before: Rows, after: Rows) -> bool:
    """Whether every value of `before` whose table and column still exist is in `after`."""
    return all([{name: row[name] for name in new if name in row} for row, new in zip(old, after[table], strict=True)]
               == [{name: new[name] for name in new if name in row} for row, new in zip(old, after[table], strict=True)]
               for table, old in before.items() if table in after)


def schema(engine: sa.Engine) -> dict[str, Any]:
    """Columns and indexes of every table as SQLite has them, computed columns included."""
    found: dict[str, Any] = {}
    with engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'").scalars().all()
        for table in sorted(set(names) - {"alembic_version"}):
            columns = connection.exec_driver_sql(f"PRAGMA table_xinfo('{table}')").all()
            indexes = connection.exec_driver_sql(f"PRAGMA index_list('{table}')").all()
            found[table] = (
                sorted(tuple(column[1:4]) + tuple(column[5:]) for column in columns),
                sorted((index[1], index[2], tuple(c[2] for c in connection.exec_driver_sql(
                    f"PRAGMA index_info('{index[1]}')"))) for index in indexes))
    return found


def _value(column: sa.Column[Any]) -> Any:
    if isinstance(column.type, sa.Integer):
        return 1
    if isinstance(column.type, sa.LargeBinary):
        return column.name.encode()
    return "2014-05" if column.name.startswith("date") else f"{column.name} – тест"[:32]
