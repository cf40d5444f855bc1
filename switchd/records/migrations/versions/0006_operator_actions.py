"""What supervisors did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "operator_actions",
        sa.Column("action", sa.Integer(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column(
            "facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("action", name="pk_operator_actions"),
    )
    op.create_index("ix_operator_actions_at", "operator_actions", ["city", "at"])
    op.create_index("ix_operator_actions_target", "operator_actions", ["city", "target", "at"])
