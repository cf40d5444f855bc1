"""What SQL knows of a number: its calls of the last days and the callbacks that are open for it."""

from __future__ import annotations

from sqlalchemy import case, func, select

from routing.record import Outcome
from routing.screenpop import Earlier, EarlierCall, OpenCallback
from switchd.records.database import Database
from switchd.records.tables import CallbackRow, CallRow

_CALLS, _CALLBACKS = CallRow.__table__, CallbackRow.__table__
_SHOWN = tuple(_CALLS.c[name] for name in EarlierCall.__slots__)
_OPEN = tuple(_CALLBACKS.c[name] for name in OpenCallback.__slots__)


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
        period = (_CALLS.c.caller == number, _CALLS.c.arrived_at >= since)
        answered = func.sum(case((_CALLS.c.outcome == Outcome.ANSWERED, 1), else_=0))
        count = select(func.count(), func.coalesce(answered, 0)).where(*period)
        latest = (
            select(*_SHOWN)
            .where(*period)
            .order_by(_CALLS.c.arrived_at.desc(), _CALLS.c.call)
            .limit(most)
        )
        waiting = (
            select(*_OPEN)
            .where(
                _CALLBACKS.c.city == self._city,
                _CALLBACKS.c.number == number,
                _CALLBACKS.c.closed_at.is_(None),
            )
            .order_by(_CALLBACKS.c.id)
        )
        with self._connect() as connection:
            last = tuple(EarlierCall(*row) for row in connection.execute(latest))
            calls, talks = len(last), sum(one.outcome == Outcome.ANSWERED for one in last)
            if calls == most:
                calls, talks = connection.execute(count).one()
            return Earlier(
                calls=calls,
                answered=talks,
                last=last,
                callbacks=tuple(OpenCallback(*row) for row in connection.execute(waiting)),
            )
