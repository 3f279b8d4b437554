"""Files travel: a photo's record names the copy that does, and what of them is here, asked for and sent is noted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No Valise before this one wrote into sync_blob, so that its last column can get another meaning."""
    op.add_column("document", sa.Column("copy_sha256", sa.Text(), nullable=True))
    op.add_column("document", sa.Column("copy_size", sa.Integer(), nullable=True))
    op.execute("ALTER TABLE sync_blob RENAME COLUMN wanted TO damaged")
    op.create_table(
        "sync_blob_asked",
        sa.Column("incarnation", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("incarnation", "sha256"),
    )
    op.create_table(
        "sync_blob_sent",
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("office", "sha256"),
    )


def downgrade() -> None:
    """The other way round, for tests."""
    op.drop_table("sync_blob_sent")
    op.drop_table("sync_blob_asked")
    op.execute("ALTER TABLE sync_blob RENAME COLUMN damaged TO wanted")
    op.drop_column("document", "copy_size")
    op.drop_column("document", "copy_sha256")
