"""What SQL knows of a number: its calls of the last days and the callbacks that are open for it."""

from __future__ import annotations

from sqlalchemy import bindparam, case, func, select

from routing.record import Outcome
from routing.screenpop import Earlier, EarlierCall, OpenCallback
from switchd.records.database import Database
from switchd.records.tables import CallbackRow, CallRow

_CALLS, _CALLBACKS = CallRow.__table__, CallbackRow.__table__
_SHOWN = tuple(_CALLS.c[name] for name in EarlierCall.__slots__)
_OPEN = tuple(_CALLBACKS.c[name] for name in OpenCallback.__slots__)

# Made once: a seat that is rung asks them, and making them takes longer than asking SQLite.
_PERIOD = (_CALLS.c.caller == bindparam("number"), _CALLS.c.arrived_at >= bindparam("since"))
_ANSWERED = func.sum(case((_CALLS.c.outcome == Outcome.ANSWERED, 1), else_=0))
_COUNT = select(func.count(), _ANSWERED).where(*_PERIOD)
_LATEST = (
    select(*_SHOWN)
    .where(*_PERIOD)
    .order_by(_CALLS.c.arrived_at.desc(), _CALLS.c.call)
    .limit(bindparam("most"))
)
_WAITING = (
    select(*_OPEN)
    .where(
        _CALLBACKS.c.city == bindparam("city"),
        _CALLBACKS.c.number == bindparam("number"),
        _CALLBACKS.c.closed_at.is_(None),
    )
    .order_by(_CALLBACKS.c.id)
)


class EarlierCalls(Database):
    """Looks numbers up at `url`, for one city.

    What `Database` says of threads, errors and gevent holds here.
    """

    def __init__(self, url: str, city: str) -> None:
        super().__init__(url)
        self._city = city

    def of(self, number: str, since: float, most: int) -> Earlier:
        """Return what is known of a normalised number since then (seconds since the epoch).

        `most` is how many of the calls are listed; all of them are counted.
        """
        period = {"number": number, "since": since}
        here = {"city": self._city, "number": number}
        with self._connect() as connection:
            rows = connection.execute(_LATEST, {**period, "most": most})
            last = tuple(EarlierCall(*row) for row in rows)
            calls, talks = len(last), sum(one.outcome == Outcome.ANSWERED for one in last)
            if calls == most:
                calls, talks = connection.execute(_COUNT, period).one()
            open = tuple(OpenCallback(*row) for row in connection.execute(_WAITING, here))
        return Earlier(calls=calls, answered=talks or 0, last=last, callbacks=open)
