"""Screen pops: what each seat's screen shows of the caller whom it is offered.

The records are asked beside the ringing: an offer never waits for them. If they are slow or away,
the pop is told without the history.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import gevent
import structlog

from routing.callflow import Call
from routing.plan import Plan
from routing.record import CallRecord
from routing.screenpop import Earlier, screen_pop
from routing.seats import Offer
from switchd.records.errors import RecordsError

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 1.0
"""How long a pop waits for the history."""
LISTED = 10
"""How many earlier calls are listed."""
KEPT = 1000
"""How many pops of calls that have ended are kept for seats in wrap-up."""
DAY = 86400.0


class Records(Protocol):
    """Where earlier calls are kept; `switchd.records.desks.EarlierApart` is one."""

    def of(self, number: str, since: float, most: int) -> Earlier:
        """Return what is known of a number, holding up only the greenlet that asks.

        Raises `RecordsError`.
        """


Told = Callable[[str, Mapping[str, Any]], None]


class PopDesk:
    """Makes screen pops and tells them."""

    def __init__(
        self,
        records: Records,
        find: Callable[[str], Call | None],
        plan: Callable[[], Plan],
        now: Callable[[], float],
    ) -> None:
        """`find` gives a call in progress."""
        self._records = records
        self._find = find
        self._plan = plan
        self._now = now
        self._known: OrderedDict[str, Earlier] = OrderedDict()
        """Call → its number's history, once it was found."""
        self._last: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
        self.told: list[Told] = []
        """Told of every pop: the seat, and what its screen shows."""

    def rung(self, call: Call, leg: str) -> None:
        """A phone is about to ring for a call: make the pop of its seat, if it is a seat's.

        Returns at once; nobody waits for the pop.
        """
        offers = (*call.offers, *(party.offer for party in call.parties if party.offer))
        offer = next((offer for offer in offers if offer.token == leg), None)
        if offer is not None:
            gevent.spawn(self._tell, call, offer)

    def _tell(self, call: Call, offer: Offer) -> None:
        earlier = self._earlier(call)
        # Whatever has happened meanwhile is shown as it is now.
        call = self._find(call.id) or call
        pop = screen_pop(call, self._plan(), earlier, self._now(), offer)
        self._keep(call.id, pop)
        for listener in self.told:
            try:
                listener(offer.seat, pop)
            except Exception:
                log.exception("screen pop not told", call_id=call.id, seat=offer.seat)

    def pop(self, call: str) -> Mapping[str, Any] | None:
        """Give what the screen shows of a call in progress, or did of one that has just ended."""
        found = self._find(call)
        if found is None:
            last = self._last.get(call)
            return None if last is None else {**last, "state": "ended"}
        pop = screen_pop(found, self._plan(), self._earlier(found), self._now())
        self._keep(call, pop)
        return pop

    def closed(self, record: CallRecord) -> None:
        """A call has ended; its history is asked for no more."""
        self._known.pop(record.call, None)

    def _keep(self, call: str, pop: Mapping[str, Any]) -> None:
        self._last[call] = pop
        self._last.move_to_end(call)
        while len(self._last) > KEPT:
            self._last.popitem(last=False)

    def _earlier(self, call: Call) -> Earlier | None:
        """Look the number up, for at most `PATIENCE_SECONDS`; None if that was not enough."""
        if not call.caller:
            return None
        known = self._known.get(call.id)
        if known is not None:
            return known
        asking = gevent.spawn(self._look_up, call)
        asking.join(PATIENCE_SECONDS)
        found: Earlier | None = asking.value
        return found

    def _look_up(self, call: Call) -> Earlier | None:
        since = call.arrived_at - self._plan().introduction.history_days * DAY
        try:
            found = self._records.of(call.caller, since, LISTED)
        except RecordsError as error:
            log.warning("earlier calls not found", call_id=call.id, why=str(error))
            return None
        self._known[call.id] = found
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return found
