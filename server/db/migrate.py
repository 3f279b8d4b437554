"""Upgrades of the tables: alembic's revisions, with a verified backup before the first step.

Whether there is anything to upgrade is seen without alembic, which takes a tenth of a second of every start.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from server.base.errors import Refused
from server.base.i18n import _

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def known() -> list[str]:
    """The revisions of this version of Valise, the oldest first: their files are called `<revision>_<words>.py`."""
    return sorted(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def newest() -> str:
    """The revision of this version of Valise."""
    return known()[-1]


def revision(connection: sa.Connection) -> str | None:
    """The revision of a database, as alembic keeps it; None for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


def upgrade(engine: sa.Engine, before: Callable[[], object] = lambda: None) -> bool:
    """Bring the tables to `newest()`. Calls `before` (the backup) when an older database is to change.

    Returns whether anything was done. Errors: Refused for a database of a newer Valise; it is left as it is.
    """
    with engine.connect() as connection:
        found = revision(connection)
    if found == newest():
        return False
    if found is not None:
        if found not in known():
            sentence = _("This data folder was written by a newer Valise: install that version to open it.")
            raise Refused(sentence, "newer")
        before()
    from alembic import command  # noqa: PLC0415  (slow, see above)

    with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        command.upgrade(_config(connection), "head")
    return True


def downgrade(engine: sa.Engine, to: str) -> None:
    """Back to an older revision; for the migration tests."""
    from alembic import command  # noqa: PLC0415  (slow, see above)

    with engine.connect() as connection, connection.begin():
        command.downgrade(_config(connection), to)


def _config(connection: sa.Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415  (slow, see above)

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config
