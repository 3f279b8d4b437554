"""A laptop can be replaced by another, and changes of a revoked one can count all the same: a list, which travels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the list."""
    op.add_column("device", sa.Column("replaced_by_id", sa.String(length=36), nullable=True))
    op.create_table(
        "adopted_change",
        sa.Column("id", sa.String(length=36), primary_key=True),
        sa.Column("office", sa.String(length=36), nullable=True),
        sa.Column("deleted", sa.Integer(), nullable=True),
        sa.Column("changeset", sa.Text(), nullable=True),
        sa.Column("stream", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
    )
    op.create_index("ix_adopted_change_office", "adopted_change", ["office"])


def downgrade() -> None:
    """The other way round, for tests."""
    op.drop_index("ix_adopted_change_office", "adopted_change")
    op.drop_table("adopted_change")
    op.drop_column("device", "replaced_by_id")
