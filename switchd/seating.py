"""Which seats the queue knows and whom they serve, when a plan comes into force."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import structlog
from gevent.lock import RLock

from routing.callflow import Call
from routing.handover import seat_groups
from routing.plan import Plan
from routing.seats import SeatState
from switchd.queues.facts import QueueUnavailable, SeatRefused
from switchd.queues.waitlist import Waitlist

log = structlog.get_logger(__name__)


class Seating:
    """Brings the queue's seats in line with the plan, at once or when the last call allows it.

    A seat that the plan no longer has finishes its talk and is forgotten then. A group that the
    plan no longer seats is served until the last caller of an earlier plan has left it.
    """

    def __init__(
        self, waitlist: Waitlist, now: Callable[[], float], calls: Callable[[], Iterable[Call]]
    ) -> None:
        self._waitlist = waitlist
        self._now = now
        self._calls = calls
        self._one_at_a_time = RLock()
        self._plan: Plan | None = None
        self._orphans: frozenset[str] = frozenset()
        self._leaving: frozenset[str] = frozenset()

    def arrange(self, plan: Plan) -> None:
        """Make the plan's seats known and forget the others.

        A known seat keeps its state. Raises `QueueUnavailable`; doing it again is harmless.
        """
        with self._one_at_a_time:
            self._arrange(plan)

    def _arrange(self, plan: Plan) -> None:
        now = self._now()
        known = self._waitlist.snapshot(now, first=0).seats
        in_use = {call.group for call in self._calls() if call.group}
        so_far = {number: seat.groups for number, seat in known.items()}
        wanted, self._orphans = seat_groups(so_far, plan, in_use)
        self._plan = plan
        for number, groups in wanted.items():
            if number not in known or tuple(known[number].groups) != groups:
                self._waitlist.define_seat(number, groups, now)
        gone = [seat for number, seat in known.items() if number not in wanted]
        talking = frozenset(seat.seat for seat in gone if seat.state is SeatState.TALKING)
        self._leaving = talking
        for seat in gone:
            if seat.seat not in talking:
                self._waitlist.forget_seat(seat.seat, now)
            elif seat.after_call is not SeatState.SIGNED_OUT:
                self._sign_out(seat.seat, now)

    def tidy(self) -> None:
        """A call has ended: forget whom and what only calls of an earlier plan needed."""
        if not (self._orphans or self._leaving):
            return
        calls = list(self._calls())
        needed = {call.group for call in calls} | {call.seat for call in calls}
        if self._orphans | self._leaving <= needed:
            return
        try:
            with self._one_at_a_time:
                if self._plan is not None:
                    self._arrange(self._plan)
        except QueueUnavailable as error:
            log.warning("seats not tidied", why=str(error))

    def _sign_out(self, seat: str, now: float) -> None:
        try:
            self._waitlist.sign_out(seat, now)
        except SeatRefused as error:
            log.info("seat not signed out", seat=seat, why=str(error))
