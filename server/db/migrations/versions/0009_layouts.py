"""Layouts: which sections a report has, in which order and under which headings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: table -> its columns that name another record, its words, its numbers
NEW = {
    "report_layout": (("donor_id",), ("title", "kind"), ("usual",)),
    "layout_section": (
        ("layout_id",),
        ("key", "heading", *(f"heading_{code}" for code in ("fr", "es", "ru", "ar", "ro", "sr", "bn"))),
        ("position", "shown"),
    ),
}


def upgrade() -> None:
    """Two tables more. Without any row in them, reports look as they did."""
    for table, (references, words, numbers) in NEW.items():
        op.create_table(
            table,
            sa.Column("id", sa.String(length=36), nullable=False),
            sa.Column("office", sa.String(length=36), nullable=True),
            sa.Column("deleted", sa.Integer(), nullable=True),
            *(sa.Column(name, sa.String(length=36), nullable=True) for name in references),
            *(sa.Column(name, sa.Text(), nullable=True) for name in words),
            *(sa.Column(name, sa.Integer(), nullable=True) for name in numbers),
            sa.PrimaryKeyConstraint("id"),
        )
        for name in ("office", *references):
            op.create_index(f"ix_{table}_{name}", table, [name])


def downgrade() -> None:
    """The other way round, for tests."""
    for table in reversed(NEW):
        op.drop_table(table)
