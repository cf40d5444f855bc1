"""Calls and their legs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "calls",
        _text("call"),
        _text("city"),
        _text("plan_version"),
        _text("trunk"),
        _text("caller"),
        _text("dialled"),
        _text("line_dialled"),
        _text("line_meant"),
        _text("skill_group"),
        _moment("arrived_at", nullable=False),
        _moment("greeted_at"),
        _moment("queued_at"),
        _moment("offered_at"),
        _moment("answered_at"),
        _moment("talk_ended_at"),
        _moment("ended_at", nullable=False),
        _seconds("queue_seconds"),
        _seconds("answer_seconds"),
        _seconds("talk_seconds"),
        _text("seat"),
        _text("agent"),
        _text("outcome"),
        _text("cause"),
        _text("ended_by"),
        _text("survey_key"),
        _text("survey_meaning"),
        _text("recording"),
        sa.Column(
            "trace", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("call", name="pk_calls"),
    )
    op.create_index("ix_calls_arrived_at", "calls", ["arrived_at"])
    op.create_index("ix_calls_line_arrived_at", "calls", ["line_meant", "arrived_at"])
    op.create_index("ix_calls_caller_arrived_at", "calls", ["caller", "arrived_at"])
    op.create_index("ix_calls_agent_arrived_at", "calls", ["agent", "arrived_at"])
    op.create_table(
        "legs",
        _text("call"),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        _text("leg"),
        _text("role"),
        _text("seat"),
        _text("agent"),
        _moment("started_at", nullable=False),
        _moment("answered_at"),
        _moment("bridged_at"),
        _moment("ended_at"),
        _text("cause"),
        sa.PrimaryKeyConstraint("call", "number", name="pk_legs"),
        sa.ForeignKeyConstraint(["call"], ["calls.call"], name="fk_legs_call", ondelete="CASCADE"),
    )
    op.create_index("ix_legs_seat_started_at", "legs", ["seat", "started_at"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _seconds(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=True)
