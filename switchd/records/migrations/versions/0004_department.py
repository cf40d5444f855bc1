"""Whose number was dialled; calls from before do not tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what is there gets the empty text, at once and without rewriting a row."""
    op.add_column(
        "calls", sa.Column("department", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
