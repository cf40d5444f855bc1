"""The tables of finished calls and of barred callers, written for whoever reads them with SQL.

Times are points in UTC to the millisecond: `timestamp with time zone` in PostgreSQL (shown in the
reader's time zone), the text `2026-11-22 05:00:00.123000` in SQLite (which its date functions
read as UTC). Durations are seconds. A text that does not apply is empty, a time or a duration
that does not apply is NULL. Calls of one day in China:

    PostgreSQL  where arrived_at >= '2026-11-22 00:00+08' and arrived_at < '2026-11-23 00:00+08'
    SQLite      where arrived_at >= '2026-11-21 16:00' and arrived_at < '2026-11-22 16:00'

Whatever changes here needs a new file in migrations/versions; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    MetaData,
    SmallInteger,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[float]):
    """Seconds since the epoch in Python, a point in time in UTC, to the millisecond, in SQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> datetime | None:
        """Return the point in time; raise OverflowError outside the years 1 to 9999."""
        return None if value is None else _EPOCH + timedelta(milliseconds=round(value * 1000))

    def process_result_value(self, value: Any, dialect: Dialect) -> float | None:
        """Return the seconds; SQLite's times come without their zone."""
        if value is None:
            return None
        moment: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.timestamp()


class Base(DeclarativeBase):
    """All tables of this package; constraints have names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map = {str: Text}  # noqa: RUF012 - SQLAlchemy's way of declaring it


Moment = Annotated[float, mapped_column(Instant)]
MaybeMoment = Annotated[float | None, mapped_column(Instant)]
Seconds = Annotated[float | None, mapped_column(Double)]


class CallRow(Base):
    """One finished call: the fields of `routing.record.CallRecord`, and its durations."""

    __tablename__ = "calls"

    call: Mapped[str] = mapped_column(primary_key=True)
    city: Mapped[str]
    plan_version: Mapped[str]
    trunk: Mapped[str]
    caller: Mapped[str]
    dialled: Mapped[str]
    line_dialled: Mapped[str]
    line_meant: Mapped[str]
    skill_group: Mapped[str]
    """CallRecord.group; `group` is a word of SQL's own."""
    arrived_at: Mapped[Moment]
    greeted_at: Mapped[MaybeMoment]
    queued_at: Mapped[MaybeMoment]
    offered_at: Mapped[MaybeMoment]
    answered_at: Mapped[MaybeMoment]
    talk_ended_at: Mapped[MaybeMoment]
    ended_at: Mapped[Moment]
    queue_seconds: Mapped[Seconds]
    answer_seconds: Mapped[Seconds]
    talk_seconds: Mapped[Seconds]
    seat: Mapped[str]
    agent: Mapped[str]
    outcome: Mapped[str]
    cause: Mapped[str]
    ended_by: Mapped[str]
    survey_key: Mapped[str]
    survey_meaning: Mapped[str]
    recording: Mapped[str]
    department: Mapped[str] = mapped_column(server_default=text("''"))
    """Whose number was dialled; a retired line keeps its own."""
    kind: Mapped[str] = mapped_column(server_default=text("'incoming'"))
    """`incoming`; `callback` for one try to call somebody back, `follow_up` for one to ask how a
    matter went; `outgoing` for a call that a seat made."""
    callback: Mapped[str] = mapped_column(server_default=text("''"))
    """callbacks.id that the call is a try of, or that it was ended with; follow_ups.id if `kind`
    is `follow_up`."""
    trace: Mapped[list[dict[str, Any]]] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    """Steps in order: [{"at": seconds since the epoch, "what": "offer.made", "facts": {…}}, …]."""

    __table_args__ = (
        Index("ix_calls_arrived_at", "arrived_at"),
        Index("ix_calls_line_arrived_at", "line_meant", "arrived_at"),
        Index("ix_calls_caller_arrived_at", "caller", "arrived_at"),
        Index("ix_calls_agent_arrived_at", "agent", "arrived_at"),
    )


class LegRow(Base):
    """One leg of a call, in the order in which they began."""

    __tablename__ = "legs"

    call: Mapped[str] = mapped_column(
        ForeignKey("calls.call", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """0 for the first leg of the call."""
    leg: Mapped[str]
    role: Mapped[str]
    seat: Mapped[str]
    agent: Mapped[str]
    started_at: Mapped[Moment]
    answered_at: Mapped[MaybeMoment]
    bridged_at: Mapped[MaybeMoment]
    ended_at: Mapped[MaybeMoment]
    cause: Mapped[str]

    __table_args__ = (Index("ix_legs_seat_started_at", "seat", "started_at"),)


class SegmentRow(Base):
    """One part of an answered call, in which the same people did the same; they follow each other
    from calls.answered_at to calls.talk_ended_at without a gap."""

    __tablename__ = "call_segments"

    call: Mapped[str] = mapped_column(
        ForeignKey("calls.call", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """0 for the first part."""
    what: Mapped[str]
    """talk, hold, consult, conference, park, transfer or wait."""
    began_at: Mapped[Moment]
    ended_at: Mapped[MaybeMoment]
    parties: Mapped[str]
    """caller, seats and numbers, with commas between."""


class PlanVersionRow(Base):
    """One plan that was in force: what it was made of, since when, and by whom."""

    __tablename__ = "plan_versions"

    city: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1, one after the other."""
    digest: Mapped[str]
    """`plan_version` of the calls that were routed by it."""
    applied_at: Mapped[Moment]
    who: Mapped[str]
    why: Mapped[str]
    """start, reload, SIGHUP or rollback to a number."""
    files: Mapped[dict[str, str]] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    """The text of each YAML file by its name."""
    summary: Mapped[str]
    """What callers and seats noticed, a line for each difference."""


class OperatorActionRow(Base):
    """What a person did to waiting callers, groups, agents' skills, callbacks and messages."""

    __tablename__ = "operator_actions"

    action: Mapped[int] = mapped_column(primary_key=True)
    """Counts up."""
    city: Mapped[str]
    at: Mapped[Moment]
    who: Mapped[str]
    verb: Mapped[str]
    """rank, move, remove, pause, resume or skill; call_back, cancel, retry or handled; agent_added,
    pin_changed, agent_removed, token_made or token_revoked."""
    target: Mapped[str]
    """The call, the group, the agent, the callback or the token."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    """What exactly: priority, group, prompt, or skill → level."""
    why: Mapped[str]

    __table_args__ = (
        Index("ix_operator_actions_at", "city", "at"),
        Index("ix_operator_actions_target", "city", "target", "at"),
    )


class CallerRuleRow(Base):
    """One bar on a caller's number that was made while running, by a person or by the limit."""

    __tablename__ = "caller_rules"

    rule: Mapped[int] = mapped_column(primary_key=True)
    """Counts up."""
    number: Mapped[str]
    kind: Mapped[str]
    """`blocked` by a person, or `limit`: it called too often."""
    until: Mapped[MaybeMoment]
    """NULL for ever."""
    reason: Mapped[str]
    who: Mapped[str]
    at: Mapped[Moment]
    removed_at: Mapped[MaybeMoment]
    """NULL as long as nobody has ended it before its time."""
    removed_by: Mapped[str]

    __table_args__ = (Index("ix_caller_rules_number_at", "number", "at"),)


class CallbackRow(Base):
    """One person to be called back: the fields of `routing.outgoing.Callback`."""

    __tablename__ = "callbacks"

    id: Mapped[int] = mapped_column(primary_key=True)
    """Counts up."""
    city: Mapped[str]
    number: Mapped[str]
    line: Mapped[str]
    skill_group: Mapped[str]
    language: Mapped[str]
    reason: Mapped[str]
    """`asked` by the caller, `missed` by the hotline, or `added` by a person."""
    asked_at: Mapped[Moment]
    queued_at: Mapped[Moment]
    """Since when the person waits."""
    priority: Mapped[int]
    asked_in: Mapped[str]
    """calls.call in which it was asked for, or that was missed."""
    status: Mapped[str]
    """`waiting`, `paused` or `trying`; `done`, `failed` or `cancelled` once it is closed."""
    next_at: Mapped[MaybeMoment]
    """Not to be tried before."""
    tries: Mapped[int]
    last_cause: Mapped[str]
    owner: Mapped[str]
    """The daemon that tries it now."""
    answered_in: Mapped[str]
    """calls.call in which somebody talked with the person."""
    closed_at: Mapped[MaybeMoment]
    """NULL while it is open; a number has one open callback at most."""
    closed_by: Mapped[str]

    __table_args__ = (
        Index(
            "uq_callbacks_open",
            "city",
            "number",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_callbacks_asked_at", "asked_at"),
    )


class FollowUpRow(Base):
    """One person to be asked how a matter went: the fields of `routing.follow_ups.FollowUp`."""

    __tablename__ = "follow_ups"

    id: Mapped[int] = mapped_column(primary_key=True)
    """Counts up; calls.callback of its tries, whose kind is `follow_up`."""
    city: Mapped[str]
    number: Mapped[str]
    line: Mapped[str]
    skill_group: Mapped[str]
    """The group whose seats ask."""
    language: Mapped[str]
    reference: Mapped[str]
    """The matter's number in the city's own system; it has one open follow-up at most."""
    subject: Mapped[str]
    asked_at: Mapped[Moment]
    """When it was put in."""
    queued_at: Mapped[Moment]
    """When it was put in, or might first be carried out."""
    priority: Mapped[int]
    asked_in: Mapped[str]
    status: Mapped[str]
    """`waiting` (in the list of callers), `paused` or `trying`; `done`, `failed` or `cancelled`
    once it is closed."""
    next_at: Mapped[MaybeMoment]
    """Not to be tried before."""
    not_after: Mapped[MaybeMoment]
    """Not to be tried after."""
    tries: Mapped[int]
    last_cause: Mapped[str]
    owner: Mapped[str]
    """The daemon that tries it now."""
    seat: Mapped[str]
    """The seat of the last try."""
    agent: Mapped[str]
    tried_at: Mapped[MaybeMoment]
    answered_in: Mapped[str]
    """calls.call in which somebody talked with the person."""
    closed_at: Mapped[MaybeMoment]
    """NULL while it is open."""
    closed_by: Mapped[str]
    result: Mapped[str]
    """The code that the seat put in; the plan says what it means."""
    result_at: Mapped[MaybeMoment]
    result_by: Mapped[str]
    note: Mapped[str]
    survey: Mapped[str]
    """How satisfied the person was, by the key that was pressed."""

    __table_args__ = (
        Index(
            "uq_follow_ups_reference",
            "city",
            "reference",
            unique=True,
            sqlite_where=text("closed_at IS NULL AND reference <> ''"),
            postgresql_where=text("closed_at IS NULL AND reference <> ''"),
        ),
        Index(
            "uq_follow_ups_trying",
            "city",
            "number",
            unique=True,
            sqlite_where=text("status = 'trying'"),
            postgresql_where=text("status = 'trying'"),
        ),
        Index("ix_follow_ups_status", "city", "status", "next_at"),
        Index("ix_follow_ups_seat", "seat", "tried_at"),
        Index("ix_follow_ups_asked_at", "asked_at"),
    )


class VoicemailRow(Base):
    """One message that a caller left; who, when and the recording stand in its call."""

    __tablename__ = "voicemails"

    call: Mapped[str] = mapped_column(
        ForeignKey("calls.call", ondelete="CASCADE"), primary_key=True
    )
    left_at: Mapped[Moment]
    seconds: Mapped[float] = mapped_column(Double)
    notified_at: Mapped[MaybeMoment]
    """NULL until the city's own system has taken it."""
    notify_tries: Mapped[int]
    handled_at: Mapped[MaybeMoment]
    """NULL until somebody has seen to it."""
    handled_by: Mapped[str]

    __table_args__ = (Index("ix_voicemails_left_at", "left_at"),)
