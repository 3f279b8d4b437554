"""The inbox keeps what a file was and brought, and the copy made before it; the outbox, when it was handed over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: table -> its new columns
NEW = {
    "sync_inbox": {
        "size": sa.Integer, "signer": sa.String, "changes": sa.Integer, "records": sa.Integer, "again": sa.Integer,
        "again_at": sa.String, "snapshot": sa.String, "waits": sa.String,
    },
    "sync_outbox": {"handed": sa.String, "changes": sa.Integer},
}  # fmt: skip


def upgrade() -> None:
    """Make room. What was made before counts as handed over when it was made: nobody knows more of it."""
    for table, columns in NEW.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind(), nullable=True))
    op.execute("UPDATE sync_outbox SET handed = at")
    op.execute("UPDATE sync_inbox SET changes = last - first + 1 WHERE first IS NOT NULL AND last IS NOT NULL")


def downgrade() -> None:
    """The other way round, for tests."""
    for table, columns in NEW.items():
        for name in reversed(columns):
            op.drop_column(table, name)
