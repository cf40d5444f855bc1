"""The tables of agents, tokens, and of who sat where and did what; see `tables` for times.

Hours on calls of one agent, in PostgreSQL:

    select sum(extract(epoch from coalesce(s.ended_at, now()) - s.began_at)) / 3600
    from seat_states s join seat_sessions using (session)
    where agent = 'A017' and state = 'talking' and s.began_at >= '2026-11-01 00:00+08'

`switchd hours` does it by day and shift.
"""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from switchd.records.tables import Base, MaybeMoment, Moment


class AgentRow(Base):
    """What an agent signs in with; title, role and skills stand in the plan."""

    __tablename__ = "agents"

    city: Mapped[str] = mapped_column(primary_key=True)
    agent: Mapped[str] = mapped_column(primary_key=True)
    """Staff number."""
    pin_hash: Mapped[str]
    """scrypt$cost$block$parallel$salt$hash."""
    pin_changed_at: Mapped[Moment]
    wrong_pins: Mapped[int]
    """In a row."""
    locked_until: Mapped[MaybeMoment]
    """NULL unless too many were wrong."""
    added_at: Mapped[Moment]
    added_by: Mapped[str]


class TokenRow(Base):
    """One token for the HTTP interface; the token itself is nowhere."""

    __tablename__ = "api_tokens"

    token: Mapped[int] = mapped_column(primary_key=True)
    """Counts up."""
    city: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256, hexadecimal."""
    name: Mapped[str]
    role: Mapped[str]
    seat: Mapped[str]
    agent: Mapped[str]
    skill_groups: Mapped[list[str]] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    """Those to which it is narrowed; none: it is not."""
    made_at: Mapped[Moment]
    made_by: Mapped[str]
    expires_at: Mapped[MaybeMoment]
    """NULL for ever."""
    revoked_at: Mapped[MaybeMoment]
    revoked_by: Mapped[str]
    last_used_at: Mapped[MaybeMoment]
    """To the minute."""


class SessionRow(Base):
    """One agent at one seat, from signing in to signing out."""

    __tablename__ = "seat_sessions"

    session: Mapped[int] = mapped_column(primary_key=True)
    """Counts up."""
    city: Mapped[str]
    seat: Mapped[str]
    agent: Mapped[str]
    began_at: Mapped[Moment]
    ended_at: Mapped[MaybeMoment]
    """NULL while the agent sits there."""
    ended_by: Mapped[str]
    """`signed_out`, `moved` (signed in at another seat), or `lost`: its end was not seen, and
    nothing after `ended_at` is known."""

    __table_args__ = (
        Index(
            "uq_seat_sessions_open",
            "city",
            "seat",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_seat_sessions_agent", "city", "agent", "began_at"),
    )


class StateRow(Base):
    """One state of a session; they follow each other without a gap from beginning to end."""

    __tablename__ = "seat_states"

    session: Mapped[int] = mapped_column(
        ForeignKey("seat_sessions.session", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 0, one after the other."""
    state: Mapped[str]
    """ready, offered, talking, wrap_up or not_ready; `unknown` while nobody could look."""
    reason: Mapped[str]
    """Why not ready."""
    call: Mapped[str]
    """The caller who was offered or talked."""
    began_at: Mapped[Moment]
    ended_at: Mapped[MaybeMoment]
    """NULL as long as it lasts."""

    __table_args__ = (Index("ix_seat_states_began_at", "began_at"),)


class ReaderRow(Base):
    """How far seats' states have been read from Redis' stream into SQL."""

    __tablename__ = "event_readers"

    city: Mapped[str] = mapped_column(primary_key=True)
    life: Mapped[str]
    """Which Redis it was; another one knows nothing of what the last one knew."""
    last_id: Mapped[str]
    """The last entry that is in SQL."""
    read_at: Mapped[Moment]
    """When SQL was last up to date."""
