"""Changes and whom to believe, drafts and settings: what stays in one data folder."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "draft",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "sync_acknowledgement",
        sa.Column("incarnation", sa.String(length=32), nullable=False),
        sa.Column("office", sa.String(), nullable=True),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("tips", sa.String(), nullable=False),
        sa.Column("durable", sa.String(), nullable=True),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("incarnation"),
    )
    op.create_table(
        "sync_audit",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("info", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "sync_blob",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("have", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "sync_capture",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("tbl", sa.String(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("old", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "sync_changeset",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("stream", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("signer", sa.Integer(), nullable=False),
        sa.Column("claimed", sa.Integer(), nullable=False),
        sa.Column("doubt", sa.Integer(), nullable=False),
        sa.Column("barred", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("sync_changeset_stream", "sync_changeset", ["stream", "seq"], unique=False)
    op.create_table(
        "sync_field",
        sa.Column("tbl", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("bit", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tbl", "name"),
    )
    op.create_table(
        "sync_inbox",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("dispatch", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("office", sa.String(), nullable=True),
        sa.Column("incarnation", sa.String(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("changed", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("sha256"),
    )
    op.create_index(op.f("ix_sync_inbox_dispatch"), "sync_inbox", ["dispatch"], unique=False)
    op.create_table(
        "sync_incarnation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("office", sa.String(), nullable=True),
        sa.Column("own", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sync_issue",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("tbl", sa.String(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("info", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sync_issue_row", "sync_issue", ["tbl", "row"], unique=False)
    op.create_table("sync_mute", sa.Column("n", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("n"))
    op.create_table(
        "sync_outbox",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("dispatch", sa.String(), nullable=False),
        sa.Column("incarnation", sa.String(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("to_office", sa.String(), nullable=False),
        sa.Column("to_incarnation", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("tips", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("acknowledged", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index(op.f("ix_sync_outbox_dispatch"), "sync_outbox", ["dispatch"], unique=False)
    op.create_table(
        "sync_replica",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("incarnation", sa.String(length=32), nullable=False),
        sa.Column("hq", sa.Integer(), nullable=False),
        sa.Column("trusted_time", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "sync_row",
        sa.Column("tbl", sa.String(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.Column("heads", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tbl", "row"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sync_signer",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("person", "office", "device"),
    )
    op.create_table(
        "sync_stream",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("incarnation", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("incarnation", "scope"),
    )
    op.create_table(
        "sync_tip",
        sa.Column("stream", sa.Integer(), nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("stream", "id"),
    )
    op.create_table(
        "trust_anchor",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "trust_device",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "trust_invitation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("used_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    """Take the tables away, for tests."""
    op.drop_table("trust_invitation")
    op.drop_table("trust_device")
    op.drop_table("trust_anchor")
    op.drop_table("sync_tip")
    op.drop_table("sync_stream")
    op.drop_table("sync_signer")
    op.drop_table("sync_row")
    op.drop_table("sync_replica")
    op.drop_index(op.f("ix_sync_outbox_dispatch"), table_name="sync_outbox")
    op.drop_table("sync_outbox")
    op.drop_table("sync_mute")
    op.drop_index("sync_issue_row", table_name="sync_issue")
    op.drop_table("sync_issue")
    op.drop_table("sync_incarnation")
    op.drop_index(op.f("ix_sync_inbox_dispatch"), table_name="sync_inbox")
    op.drop_table("sync_inbox")
    op.drop_table("sync_field")
    op.drop_index("sync_changeset_stream", table_name="sync_changeset")
    op.drop_table("sync_changeset")
    op.drop_table("sync_capture")
    op.drop_table("sync_blob")
    op.drop_table("sync_audit")
    op.drop_table("sync_acknowledgement")
    op.drop_table("setting")
    op.drop_table("draft")
