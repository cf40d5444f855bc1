"""Who sat where and did what, in SQL: written from the city's stream, each entry once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, update

from routing.hours import Stretch
from routing.seats import SeatState
from routing.sessions import (
    Become,
    Begin,
    Change,
    End,
    Open,
    Sitting,
    Step,
    mended,
    steps,
)
from switchd.records.agent_tables import ReaderRow, SessionRow, StateRow
from switchd.records.database import Database
from switchd.records.errors import RecordRefused

_SESSIONS, _STATES = SessionRow.__table__, StateRow.__table__
_READERS = ReaderRow.__table__
_OPEN = (_SESSIONS.c.ended_at.is_(None), _STATES.c.ended_at.is_(None))


@dataclass(frozen=True, slots=True)
class Reader:
    """How far the stream is in SQL."""

    life: str
    """Which Redis it was."""
    last_id: str
    read_at: float
    """When SQL was last up to date, in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Somebody who sits at a seat, as far as SQL knows."""

    sitting: Sitting
    talks: int
    """Since signing in."""


@dataclass(frozen=True, slots=True)
class Session:
    """One agent at one seat. Times are seconds since the epoch."""

    seat: str
    agent: str
    began_at: float
    ended_at: float | None
    """None while the agent sits there."""
    ended_by: str


class Sessions(Database):
    """The sessions of one city at `url`. What `Database` says of threads and errors holds here.

    Several daemons may write: what was read after an entry is written only by the first of them.
    """

    def __init__(self, url: str, city: str) -> None:
        super().__init__(url)
        self._city = city

    def reader(self) -> Reader | None:
        """How far the stream is in SQL; None if nothing ever was."""
        wanted = select(_READERS.c.life, _READERS.c.last_id, _READERS.c.read_at)
        with self._connect() as connection:
            row = connection.execute(wanted.where(_READERS.c.city == self._city)).one_or_none()
            return None if row is None else Reader(*row)

    def write(self, before: Reader, after: Reader, changes: Iterable[Change]) -> bool:
        """Write what was read after `before`; False, and nothing is written, if another daemon
        has been faster."""
        return self._advance(before, after, lambda open, _: steps(open, changes))

    def mend(self, before: Reader | None, after: Reader, sitting: Iterable[Sitting]) -> bool:
        """Write who sits where where the stream broke off, or was never read; False as `write`."""
        try:
            return self._advance(before, after, lambda open, at: mended(open, sitting, at))
        except RecordRefused:
            if before is None and self.reader() is not None:
                return False  # another daemon came first
            raise

    def open(self) -> list[OpenSession]:
        """Everybody who sits somewhere, by seat."""
        talks = (
            select(func.count())
            .where(_STATES.c.session == _SESSIONS.c.session, _STATES.c.state == SeatState.TALKING)
            .correlate(_SESSIONS)
            .scalar_subquery()
        )
        with self._connect() as connection:
            rows = connection.execute(_open_ones(talks.label("talks")).where(*self._here(_OPEN)))
            found = [OpenSession(_sitting(row), row.talks) for row in rows]
        return sorted(found, key=lambda one: one.sitting.seat)

    def recent(self, limit: int, agent: str = "") -> list[Session]:
        """The latest sessions, of one agent if named, the latest first."""
        columns = (_SESSIONS.c[name] for name in Session.__slots__)
        wanted = select(*columns).where(_SESSIONS.c.city == self._city)
        if agent:
            wanted = wanted.where(_SESSIONS.c.agent == agent)
        ordered = wanted.order_by(_SESSIONS.c.began_at.desc(), _SESSIONS.c.session.desc())
        with self._connect() as connection:
            return [Session(*row) for row in connection.execute(ordered.limit(limit))]

    def stretches(self, since: float, until: float, agent: str = "") -> list[Stretch]:
        """Every state, of one agent if named, as far as it lies between two points in time; what
        still lasts goes on until `until`."""
        ended = func.coalesce(_STATES.c.ended_at, _SESSIONS.c.ended_at)
        wanted = (
            select(_SESSIONS.c.agent, _STATES.c.state, _STATES.c.reason, _STATES.c.began_at)
            .add_columns(ended.label("ended_at"))
            .join(SessionRow, _SESSIONS.c.session == _STATES.c.session)
            .where(_SESSIONS.c.city == self._city, _STATES.c.began_at < until)
            .where(ended.is_(None) | (ended > since))
            .order_by(_STATES.c.began_at, _STATES.c.session, _STATES.c.number)
        )
        if agent:
            wanted = wanted.where(_SESSIONS.c.agent == agent)
        with self._connect() as connection:
            rows = connection.execute(wanted).all()
        return [
            Stretch(
                row.agent,
                row.state,
                row.reason,
                max(since, row.began_at),
                until if row.ended_at is None else min(until, row.ended_at),
            )
            for row in rows
        ]

    def _advance(
        self, before: Reader | None, after: Reader, do: Callable[[Open, float], list[Step]]
    ) -> bool:
        """Write what `do` makes of the open sessions and of when SQL was last up to date."""
        with self._connect(writes=True) as connection:
            read_at = self._move(connection, before, after)
            if read_at is None:
                return False
            rows = connection.execute(_open_ones().where(*self._here(_OPEN))).all()
            open = {row.seat: _sitting(row) for row in rows}
            places = {row.seat: (row.session, row.number) for row in rows}
            written = _Written()
            for step in do(open, read_at):
                self._write(connection, places, step, written)
            written.write(connection)
            return True

    def _move(self, connection: Connection, before: Reader | None, after: Reader) -> float | None:
        """Move the reader on if it is where it is believed to be; give when SQL was up to date
        before, None if it is elsewhere."""
        values = {"life": after.life, "last_id": after.last_id, "read_at": after.read_at}
        if before is None:
            connection.execute(insert(ReaderRow).values(city=self._city, **values))
            return after.read_at
        is_there = (
            _READERS.c.city == self._city,
            _READERS.c.life == before.life,
            _READERS.c.last_id == before.last_id,
        )
        wanted = select(_READERS.c.read_at).where(*is_there).with_for_update()
        read_at: float | None = connection.scalar(wanted)
        if read_at is not None:
            connection.execute(update(ReaderRow).where(*is_there).values(values))
        return read_at

    def _write(
        self,
        connection: Connection,
        places: dict[str, tuple[int, int]],
        step: Step,
        written: _Written,
    ) -> None:
        """Write one step, the states of it later; `places` is seat → its open session and the
        number of the state."""
        match step:
            case Begin(seat, agent, at):
                row = {"city": self._city, "seat": seat, "agent": agent, "began_at": at}
                made = insert(SessionRow).values(ended_at=None, ended_by="", **row)
                session = connection.execute(made.returning(_SESSIONS.c.session)).scalar_one()
                places[seat] = (session, -1)
            case Become(seat, state, reason, call, at):
                session, number = places[seat]
                written.end(session, number, at)
                places[seat] = (session, number + 1)
                what = {"state": state, "reason": reason, "call": call, "began_at": at}
                written.begun.append({"session": session, "number": number + 1, **what})
            case End(seat, at, by):
                session, number = places.pop(seat)
                written.end(session, number, at)
                of_session = update(SessionRow).where(_SESSIONS.c.session == session)
                connection.execute(of_session.values(ended_at=at, ended_by=str(by)))

    def _here(self, conditions: Iterable[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
        return [_SESSIONS.c.city == self._city, *conditions]


@dataclass(frozen=True, slots=True)
class _Written:
    """States of several steps: all that began are written at once, then all that ended."""

    begun: list[dict[str, Any]] = field(default_factory=list)
    ended: list[dict[str, Any]] = field(default_factory=list)

    def end(self, session: int, number: int, at: float) -> None:
        self.ended.append({"of_session": session, "of_number": number, "at": at})

    def write(self, connection: Connection) -> None:
        if self.begun:
            connection.execute(insert(StateRow).values(ended_at=None), self.begun)
        if self.ended:
            of_state = (
                _STATES.c.session == bindparam("of_session"),
                _STATES.c.number == bindparam("of_number"),
            )
            ending = update(StateRow).where(*of_state).values(ended_at=bindparam("at"))
            connection.execute(ending, self.ended)


def _open_ones(*more: Any) -> Any:
    """Select sessions with their last states."""
    columns = (
        _SESSIONS.c.session,
        _SESSIONS.c.seat,
        _SESSIONS.c.agent,
        _SESSIONS.c.began_at.label("seated_at"),
        _STATES.c.number,
        _STATES.c.state,
        _STATES.c.reason,
        _STATES.c.call,
        _STATES.c.began_at.label("since"),
    )
    joined = select(*columns, *more).join(StateRow, _SESSIONS.c.session == _STATES.c.session)
    return joined.order_by(_SESSIONS.c.session)


def _sitting(row: Any) -> Sitting:
    return Sitting(**{name: getattr(row, name) for name in Sitting.__slots__})
