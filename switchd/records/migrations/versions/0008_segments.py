"""What went on in each part of an answered call."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; calls from before have no parts."""
    op.create_table(
        "call_segments",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parties", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("call", "number", name="pk_call_segments"),
        sa.ForeignKeyConstraint(
            ["call"], ["calls.call"], name="fk_call_segments_call", ondelete="CASCADE"
        ),
    )
