"""Follow-up calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; nobody was to be asked before."""
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        *map(_text, ("city", "number", "line", "skill_group", "language", "reference", "subject")),
        _moment("asked_at", nullable=False),
        _moment("queued_at", nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        _text("asked_in"),
        _text("status"),
        _moment("next_at"),
        _moment("not_after"),
        sa.Column("tries", sa.Integer(), nullable=False),
        *map(_text, ("last_cause", "owner", "seat", "agent")),
        _moment("tried_at"),
        _text("answered_in"),
        _moment("closed_at"),
        *map(_text, ("closed_by", "result")),
        _moment("result_at"),
        *map(_text, ("result_by", "note", "survey")),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
    )
    _unique("uq_follow_ups_reference", "reference", "closed_at IS NULL AND reference <> ''")
    _unique("uq_follow_ups_trying", "number", "status = 'trying'")
    op.create_index("ix_follow_ups_status", "follow_ups", ["city", "status", "next_at"])
    op.create_index("ix_follow_ups_seat", "follow_ups", ["seat", "tried_at"])
    op.create_index("ix_follow_ups_asked_at", "follow_ups", ["asked_at"])


def _unique(name: str, column: str, among: str) -> None:
    where = sa.text(among)
    op.create_index(
        name,
        "follow_ups",
        ["city", column],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
