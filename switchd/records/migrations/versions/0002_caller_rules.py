"""Bars on callers' numbers that were made while running."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "caller_rules",
        sa.Column("rule", sa.Integer(), nullable=False),
        _text("number"),
        _text("kind"),
        _moment("until", nullable=True),
        _text("reason"),
        _text("who"),
        _moment("at", nullable=False),
        _moment("removed_at", nullable=True),
        _text("removed_by"),
        sa.PrimaryKeyConstraint("rule", name="pk_caller_rules"),
    )
    op.create_index("ix_caller_rules_number_at", "caller_rules", ["number", "at"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str, nullable: bool) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
