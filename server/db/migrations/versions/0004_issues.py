"""Lines of the work plan become parts of others and are endorsed; what approvals saw is kept at hand."""

from __future__ import annotations

from collections.abc import Iterator

import cbor2
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and the table filled from changes that a newer Valise has sent here already."""
    op.add_column("planned_activity", sa.Column("part_of_id", sa.String(length=36), nullable=True))
    op.add_column("planned_activity", sa.Column("endorsed", sa.Text(), nullable=True))
    op.create_index("ix_planned_activity_part_of_id", "planned_activity", ["part_of_id"])
    op.create_table(
        "sync_approval",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("tbl", sa.String(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("of_tbl", sa.String(), nullable=False),
        sa.Column("of_row", sa.String(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n", "place"),
    )
    op.create_index("sync_approval_of", "sync_approval", ["of_tbl", "of_row"])
    op.create_index("sync_changeset_doubt", "sync_changeset", ["signer"], sqlite_where=sa.text("doubt = 1"),
                    postgresql_where=sa.text("doubt = 1"))  # fmt: skip
    _note_approvals()


def downgrade() -> None:
    """The other way round, for tests."""
    op.drop_index("sync_changeset_doubt", "sync_changeset")
    op.drop_table("sync_approval")
    op.drop_index("ix_planned_activity_part_of_id", "planned_activity")
    op.drop_column("planned_activity", "endorsed")
    op.drop_column("planned_activity", "part_of_id")


def _note_approvals() -> None:
    """Only changes whose bytes hold the word are read: an older Valise never wrote it."""
    connection = op.get_bind()
    query = sa.text("SELECT n, raw FROM sync_changeset WHERE instr(raw, :word) > 0")
    if connection.dialect.name != "sqlite":
        query = sa.text("SELECT n, raw FROM sync_changeset WHERE position(:word in raw) > 0")
    insert = sa.text(
        "INSERT INTO sync_approval(n, place, tbl, row, field, of_tbl, of_row, entry)"
        " VALUES(:n, :place, :tbl, :row, :field, :of_tbl, :of_row, :entry)"
    )
    for n, raw in connection.execute(query, {"word": b"approves"}).all():
        for values in _entries(bytes(raw)):
            connection.execute(insert, {"n": n, **values})


def _entries(raw: bytes) -> Iterator[dict[str, object]]:
    """What the thirteenth element of a changeset says of approvals; nothing for bytes of another form."""
    try:
        more = cbor2.loads(raw)[12]
        found = more.get("approves", [])
        for place, (table, row, field, of_table, of_row, fields, children, replaces) in enumerate(found):
            yield {"place": place, "tbl": table, "row": row, "field": field, "of_tbl": of_table, "of_row": of_row,
                   "entry": cbor2.dumps([fields, children, replaces], canonical=True)}  # fmt: skip
    except (ValueError, TypeError, AttributeError, IndexError):
        return
