"""Estimated waits on a virtual day: what a daemon would have measured and told by then."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from statistics import fmean

from routing.estimate import Recent, SeatOn, share, waits
from routing.hall import HallSeat
from routing.patience import ENDLESS, End, Waiter, patience
from routing.seats import SeatState
from routing.virtual import Fate, VirtualDay

TALKS_KEPT = 200
ENDS_KEPT = 500
ON = (SeatState.READY, SeatState.OFFERED, SeatState.TALKING, SeatState.WRAP_UP)


class Observer:
    """Watches a day and estimates as live calls are estimated; see routing.estimate."""

    def __init__(self, day: VirtualDay, wrap_up_seconds: Callable[[str], float]) -> None:
        """`wrap_up_seconds` gives that of a group."""
        self._day = day
        self._wrap_up_seconds = wrap_up_seconds
        self._talks: dict[str, deque[float]] = {}
        self._rings: dict[str, deque[float]] = {}
        self._ends: dict[str, deque[End]] = {}

    def ended(self, fate: Fate) -> None:
        """Somebody was answered or left."""
        waited, group = fate.waited, fate.visit.group
        if waited is None or fate.ended_at is None:
            return
        answered = fate.answered_at is not None
        ends = self._ends.setdefault(group, deque(maxlen=ENDS_KEPT))
        ends.append(End(fate.ended_at, waited, not answered))
        if answered:
            rings = self._rings.setdefault(group, deque(maxlen=TALKS_KEPT))
            rings.append(fate.visit.answer_seconds)

    def freed(self, fate: Fate) -> None:
        """A talk is over."""
        talks = self._talks.setdefault(fate.visit.group, deque(maxlen=TALKS_KEPT))
        talks.append(fate.visit.talk_seconds)

    def wait(self, call: str) -> float | None:
        """Estimate the wait of somebody in the list, in seconds; None if nobody can know it."""
        hall, now = self._day.hall, self._day.now
        caller = hall.callers[call]
        own = frozenset(caller.pools)
        on = [seat for seat in hall.seats.values() if seat.state in ON and seat.wish is None]
        ours = [_seat_on(seat, now) for seat in on if not own.isdisjoint(seat.pools)]
        talks = self._talks.get(caller.group, ())
        if not ours or not talks:
            return None
        ahead = hall.ahead(call, now)
        before = share(ahead, [frozenset(seat.pools) for seat in on], own)
        ages = self._ages(caller.group, now)
        ends = self._ends.get(caller.group, ())
        recent = Recent(
            tuple(talks),
            self._wrap_up_seconds(caller.group),
            fmean(self._rings.get(caller.group, (0.0,))),
            patience(tuple(ends), (Waiter(age, 1) for age in ages), now) if ends else ENDLESS,
        )
        older = [age for age in ages if age >= now - caller.enqueued_at]
        found = waits(ours, recent, older[: int(before) + 1], int(before) + 1)
        return None if found is None else found.behind(before)

    def _ages(self, group: str, now: float) -> list[float]:
        """How long the group's callers have waited, longest first."""
        waiting = (one for one in self._day.hall.callers.values() if not one.ringing)
        return sorted(
            (now - one.enqueued_at for one in waiting if one.group == group), reverse=True
        )


def _seat_on(seat: HallSeat, now: float) -> SeatOn:
    if seat.state is SeatState.WRAP_UP and seat.until is not None:
        return SeatOn(seat.state, seat.until - now)
    return SeatOn(seat.state, now - seat.since)
