"""Callbacks, messages, and what a call has to do with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; calls from before came in and had no callback."""
    _add_to_calls("kind", "'incoming'")
    _add_to_calls("callback", "''")
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Integer(), nullable=False),
        *map(_text, ("city", "number", "line", "skill_group", "language", "reason")),
        _moment("asked_at", nullable=False),
        _moment("queued_at", nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        _text("asked_in"),
        _text("status"),
        _moment("next_at", nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        *map(_text, ("last_cause", "owner", "answered_in")),
        _moment("closed_at", nullable=True),
        _text("closed_by"),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
    )
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_callbacks_open",
        "callbacks",
        ["city", "number"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index("ix_callbacks_asked_at", "callbacks", ["asked_at"])
    op.create_table(
        "voicemails",
        _text("call"),
        _moment("left_at", nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        _moment("notified_at", nullable=True),
        sa.Column("notify_tries", sa.Integer(), nullable=False),
        _moment("handled_at", nullable=True),
        _text("handled_by"),
        sa.PrimaryKeyConstraint("call", name="pk_voicemails"),
        sa.ForeignKeyConstraint(
            ["call"], ["calls.call"], name="fk_voicemails_call", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_voicemails_left_at", "voicemails", ["left_at"])


def _add_to_calls(name: str, default: str) -> None:
    column = sa.Column(name, sa.Text(), server_default=sa.text(default), nullable=False)
    op.add_column("calls", column)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str, nullable: bool) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
