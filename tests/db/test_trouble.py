"""What the database refuses is told in a sentence that says what to do."""

from __future__ import annotations

import sqlite3

import pytest
import sqlalchemy as sa

from server.db.trouble import told


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ("database is locked", "locked"),
        ("database or disk is full", "full"),
        ("disk I/O error", "full"),
        ("attempt to write a readonly database", "read_only"),
        ("unable to open database file", "read_only"),
        ("database disk image is malformed", "damaged"),
        ("file is not a database", "damaged"),
    ],
)
def test_each_trouble_has_its_code(why: str, code: str):
    refused = told(sa.exc.OperationalError("SELECT 1", {}, sqlite3.OperationalError(why)))
    assert refused.code == code
    assert refused.message.endswith(".")
    assert "SELECT" not in refused.message
