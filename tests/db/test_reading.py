"""What goes straight to the driver fails as SQLAlchemy does: everybody above knows its errors, and tells of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from server.db import reading
from server.db.session import open_engine
from server.db.trouble import told
from server.sync import sql


@pytest.mark.parametrize("ask", [
    lambda connection: sql.rows(connection, "SELECT * FROM nowhere"),
    lambda connection: sql.run(connection, "DELETE FROM nowhere WHERE n=?", (1,)),
    lambda connection: sql.many(connection, "INSERT INTO nowhere VALUES(?)", [(1,), (2,)]),
])  # fmt: skip
@pytest.mark.parametrize("begun", [True, False])
def test_an_error_of_the_driver_is_one_of_sqlalchemy(
    tmp_path: Path, ask: Callable[[sa.Connection], Any], begun: bool
) -> None:
    with open_engine(tmp_path / "a.db").connect() as connection:
        if begun:
            connection.begin()
        assert (reading.driver_of(connection) is not None) == begun
        with pytest.raises(sa.exc.OperationalError, match="no such table: nowhere") as caught:
            ask(connection)
        assert told(caught.value).message


def test_what_is_written_plainly_is_part_of_the_transaction(tmp_path: Path) -> None:
    with open_engine(tmp_path / "a.db").connect() as connection:
        with connection.begin():
            sql.run(connection, "CREATE TABLE t(n)")
        with connection.begin() as begun:
            sql.many(connection, "INSERT INTO t VALUES(?)", [(1,), (2,)])
            assert sql.rows(connection, "SELECT count(*) FROM t") == [(2,)]
            begun.rollback()
        assert sql.rows(connection, "SELECT count(*) FROM t") == [(0,)]
