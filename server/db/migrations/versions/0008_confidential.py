"""Confidential programmes: who may read, and the keys that dispatches are sealed for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: travelling table -> its new column and kind
NEW = {
    "programme": ("confidential", sa.Integer),
    "office": ("reads_confidential", sa.Integer),
    "device": ("encryption_key", sa.Text),
}


def upgrade() -> None:
    """No programme is confidential until headquarters says so."""
    for table, (name, kind) in NEW.items():
        op.add_column(table, sa.Column(name, kind(), nullable=True))
    op.create_table(
        "sync_seal_key",
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("device"),
    )


def downgrade() -> None:
    """The other way round, for tests."""
    op.drop_table("sync_seal_key")
    for table, (name, _kind) in NEW.items():
        op.drop_column(table, name)
