"""Upgrades of the tables: alembic's revisions, with a verified backup before the first step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from server.base.errors import Refused
from server.base.i18n import _

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision of this version of Valise."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head
    return head


def revision(connection: sa.Connection) -> str | None:
    """The revision of a database; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: sa.Engine, before: Callable[[], object] = lambda: None) -> bool:
    """Bring the tables to `newest()`. Calls `before` (the backup) when an older database is to change.

    Returns whether anything was done. Errors: Refused for a database of a newer Valise; it is left as it is.
    """
    with engine.connect() as connection:
        found = revision(connection)
    if found == newest():
        return False
    if found is not None:
        known = {r.revision for r in ScriptDirectory.from_config(_config()).walk_revisions()}
        if found not in known:
            sentence = _("This data folder was written by a newer Valise: install that version to open it.")
            raise Refused(sentence, "newer")
        before()
    with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        command.upgrade(_config(connection), "head")
    return True


def downgrade(engine: sa.Engine, to: str) -> None:
    """Back to an older revision; for the migration tests."""
    with engine.connect() as connection, connection.begin():
        command.downgrade(_config(connection), to)
