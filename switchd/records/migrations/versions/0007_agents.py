"""Agents' PINs, tokens, and who sat where and did what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "agents",
        *map(_text, ("city", "agent", "pin_hash")),
        _moment("pin_changed_at", nullable=False),
        sa.Column("wrong_pins", sa.Integer(), nullable=False),
        _moment("locked_until", nullable=True),
        _moment("added_at", nullable=False),
        _text("added_by"),
        sa.PrimaryKeyConstraint("city", "agent", name="pk_agents"),
    )
    op.create_table(
        "api_tokens",
        sa.Column("token", sa.Integer(), nullable=False),
        *map(_text, ("city", "hash", "name", "role", "seat", "agent")),
        sa.Column(
            "skill_groups", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        _moment("made_at", nullable=False),
        _text("made_by"),
        _moment("expires_at", nullable=True),
        _moment("revoked_at", nullable=True),
        _text("revoked_by"),
        _moment("last_used_at", nullable=True),
        sa.PrimaryKeyConstraint("token", name="pk_api_tokens"),
        sa.UniqueConstraint("hash"),
    )
    _create_sessions()
    op.create_table(
        "event_readers",
        *map(_text, ("city", "life", "last_id")),
        _moment("read_at", nullable=False),
        sa.PrimaryKeyConstraint("city", name="pk_event_readers"),
    )


def _create_sessions() -> None:
    op.create_table(
        "seat_sessions",
        sa.Column("session", sa.Integer(), nullable=False),
        *map(_text, ("city", "seat", "agent")),
        _moment("began_at", nullable=False),
        _moment("ended_at", nullable=True),
        _text("ended_by"),
        sa.PrimaryKeyConstraint("session", name="pk_seat_sessions"),
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_seat_sessions_open",
        "seat_sessions",
        ["city", "seat"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index("ix_seat_sessions_agent", "seat_sessions", ["city", "agent", "began_at"])
    op.create_table(
        "seat_states",
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *map(_text, ("state", "reason", "call")),
        _moment("began_at", nullable=False),
        _moment("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("session", "number", name="pk_seat_states"),
        sa.ForeignKeyConstraint(
            ["session"],
            ["seat_sessions.session"],
            name="fk_seat_states_session",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_seat_states_began_at", "seat_states", ["began_at"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str, nullable: bool) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
