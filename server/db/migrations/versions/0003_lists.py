"""Indexes that take a list of activities to its page, however long the log is."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: index -> its columns: filter, order, and what decides whether a row is shown
NEW = {
    "activity_by_day": ("starts", "id", "deleted", "in_report"),
    "activity_by_title": ("title", "id", "deleted"),
    "activity_by_output": ("output_id", "starts", "id", "deleted", "country_id"),
    "activity_by_country": ("country_id", "starts", "id", "deleted", "office"),
    "activity_by_office": ("office", "starts", "id", "deleted", "output_id"),
}
#: columns that had an index of their own, each now the first of one of NEW
OLD = ("starts", "output_id", "country_id", "office")


def upgrade() -> None:
    """Put the new ones in the place of the old ones."""
    for column in OLD:
        op.drop_index(f"ix_activity_{column}", "activity")
    for name, columns in NEW.items():
        op.create_index(name, "activity", list(columns))


def downgrade() -> None:
    """The other way round, for tests."""
    for name in NEW:
        op.drop_index(name, "activity")
    for column in OLD:
        op.create_index(f"ix_activity_{column}", "activity", [column])
