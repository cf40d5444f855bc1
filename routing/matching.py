"""Lists of callers and seats, and who is given to whom: the inner half of `routing.hall`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heappush
from itertools import count

from routing.queueing import Strategy, precedes, rank, score_of_rank
from routing.ranking import Ranking
from routing.seats import Offer, SeatState
from routing.skills import LEVEL_MARK

BUSY = (SeatState.OFFERED, SeatState.TALKING)
BY_DEFAULT = (Strategy.LONGEST_IDLE, 1)
BAND = 2**42
"""Milliseconds, more than any time: what weighs more than idle age is counted in it."""


@dataclass(frozen=True, slots=True)
class Lost:
    """An offer that ended though nobody refused it; the caller is in the list again."""

    call: str
    token: str
    seat: str
    why: str
    """no_answer; withdrawn in favour of another caller; moved, enqueued_again."""


@dataclass(slots=True)
class HallCaller:
    """Somebody who waits, or is being offered."""

    call: str
    group: str
    priority: int
    slope: float
    enqueued_at: float
    ring_seconds: float
    prefer: str
    """Seat or agent that is taken if it is idle and serves the caller."""
    pools: list[str]
    """The group's own and those that were added by widening, in their order."""
    ringing: list[str] = field(default_factory=list)
    """The seats that are being rung, several if the group wants that."""


@dataclass(slots=True)
class HallSeat:
    """A seat, what it serves and what it is doing."""

    seat: str
    pools: Mapping[str, int] = field(default_factory=dict)
    """Pool → level at which the seat serves it."""
    state: SeatState = SeatState.SIGNED_OUT
    agent: str = ""
    reachable: bool = True
    """Whether its phone is registered."""
    reason: str = ""
    since: float = 0.0
    idle_since: float = 0.0
    until: float | None = None
    """End of the offer or of the wrap-up."""
    offer: Offer | None = None
    talks: int = 0
    """Since signing in."""
    turn: float = 0.0
    """When it last took or let pass an offer, or signed in."""
    spare: bool = False
    """Whether it is one of several that ring, and may be taken away for somebody else."""
    wish: tuple[SeatState, str] | None = None
    """State and reason that the agent asked for while busy."""


class Matching:
    """Callers, seats and offers; after each change `_match` finds whom it made possible."""

    def __init__(self) -> None:
        self.events: deque[Offer | Lost] = deque()
        """What the owner of the callers would hear, oldest first; whoever reads takes out."""
        self.seats: dict[str, HallSeat] = {}
        self.callers: dict[str, HallCaller] = {}
        """Who waits or is being offered, by call id."""
        self._settings: dict[str, tuple[Strategy, int]] = {}
        """Pool → strategy, and how many seats ring at once for one caller."""
        self._waiting: dict[str, dict[float, Ranking]] = {}
        """Pool → slope → callers."""
        self._idle: dict[str, Ranking] = {}
        self._spare: dict[str, Ranking] = {}
        """As idle, but of seats that ring though another one rings for the same caller."""
        self._paused: set[str] = set()
        self._touched: set[str] = set()
        """Pools in which the verb may have made a match possible."""
        self._deadlines: list[tuple[float, str]] = []
        self._numbers = count(1)

    # Lists

    def _list(self, caller: HallCaller) -> None:
        if caller.group in self._paused:
            return
        place = rank(caller.priority, caller.slope, caller.enqueued_at)
        for pool in caller.pools:
            slopes = self._waiting.setdefault(pool, {})
            slopes.setdefault(caller.slope, Ranking()).put(caller.call, place)
            self._touched.add(pool)

    def _unlist(self, caller: HallCaller) -> None:
        for pool in caller.pools:
            if ranking := self._waiting.get(pool, {}).get(caller.slope):
                ranking.drop(caller.call)

    def _take_out(self, call: str, now: float, why: str = "") -> None:
        caller = self.callers.pop(call, None)
        if caller is not None:
            self._unlist(caller)
            self._end_rings(caller, now, why)

    def _end_rings(self, caller: HallCaller, now: float, why: str) -> None:
        """End every offer of a caller; with a reason the owner hears of it."""
        for seat in [self.seats[name] for name in caller.ringing]:
            if why:
                self._lose(seat, why)
            self._rest_after_call(seat, SeatState.READY, seat.idle_since, now)
        caller.ringing = []

    def _end_ring(self, seat: HallSeat, call: str) -> None:
        """One seat rings no more; if it was the only one the caller is back in the list."""
        caller = self.callers[call]
        caller.ringing.remove(seat.seat)
        if caller.ringing:
            self._mark_spare(caller.ringing)
        else:
            self._list(caller)

    def _mark_spare(self, ringing: list[str]) -> None:
        for seat in [self.seats[name] for name in ringing]:
            self._hide(seat)
            seat.spare = len(ringing) > 1
            self._show(seat)

    def _lose(self, seat: HallSeat, why: str) -> None:
        assert seat.offer is not None
        self.events.append(Lost(seat.offer.call, seat.offer.token, seat.seat, why))

    # Seats at rest

    def _turn(self, seat: HallSeat, pool: str) -> float:
        """Give the seat's rank among those of a pool."""
        idle = round(seat.idle_since * 1000)
        match self._settings.get(pool, BY_DEFAULT)[0]:
            case Strategy.LONGEST_IDLE:
                return idle
            case Strategy.ROUND_ROBIN:
                return round(seat.turn * 1000)
            case Strategy.FEWEST_CALLS:
                return seat.talks * BAND + idle
            case Strategy.LEVEL_FIRST:
                return (9 - seat.pools[pool]) * BAND + idle

    def _hide(self, seat: HallSeat) -> None:
        for pool in seat.pools:
            for lists in (self._idle, self._spare):
                if ranking := lists.get(pool):
                    ranking.drop(seat.seat)

    def _show(self, seat: HallSeat) -> None:
        spare = seat.state is SeatState.OFFERED and seat.spare and seat.wish is None
        if not seat.reachable or not (seat.state is SeatState.READY or spare):
            return
        lists = self._spare if spare else self._idle
        for pool in seat.pools:
            lists.setdefault(pool, Ranking()).put(seat.seat, self._turn(seat, pool))
            self._touched.add(pool)

    def _rest(self, seat: HallSeat, state: SeatState, since: float, reason: str = "") -> None:
        self._hide(seat)
        seat.state, seat.since, seat.reason = state, since, reason
        seat.until = seat.offer = seat.wish = None
        seat.spare = False
        if state is SeatState.SIGNED_OUT:
            seat.agent = ""
        elif state is SeatState.READY:
            seat.idle_since = since
            self._show(seat)

    def _rest_after_call(
        self, seat: HallSeat, state: SeatState, since: float, now: float, reason: str = ""
    ) -> bool:
        """As `_rest`, but the agent's wish comes first; tell whether there was one."""
        if seat.wish is None:
            self._rest(seat, state, since, reason)
            return False
        state, reason = seat.wish
        self._rest(seat, state, now, reason)
        return True

    def _until(self, seat: HallSeat, deadline: float) -> None:
        seat.until = deadline
        heappush(self._deadlines, (deadline, seat.seat))

    # Matching

    def _offered(self, offer: Offer) -> HallSeat | None:
        seat = self.seats[offer.seat]
        return seat if seat.state is SeatState.OFFERED and seat.offer == offer else None

    def _first(self, pool: str, now: float) -> tuple[float, str] | None:
        """Give score and call of who is to be served next by the pool's seats."""
        best = None
        for slope, ranking in self._waiting.get(pool, {}).items():
            if head := ranking.first():
                found = score_of_rank(head[0], slope, now), head[1]
                if best is None or precedes(found, best):
                    best = found
        return best

    def _match(self, now: float) -> None:
        rung = []
        while caller := self._next(now):
            seat, pool, turn = next(self._seats_for(caller))
            if seat.state is SeatState.OFFERED and seat.offer is not None:
                self._lose(seat, "withdrawn")
                self._end_ring(seat, seat.offer.call)
                self._rest_after_call(seat, SeatState.READY, seat.idle_since, now)
            self._offer(caller, seat, pool, now)
            if turn:
                rung.append(caller)
        for caller in rung:
            self._ring_more(caller, now)

    def _next(self, now: float) -> HallCaller | None:
        """Give the caller with the highest score for whom a touched pool has a seat."""
        best = None
        for pool in tuple(self._touched):
            found = None
            if self._idle.get(pool) or self._spare.get(pool):
                found = self._first(pool, now)
            if found is None:
                self._touched.discard(pool)
            elif best is None or precedes(found, best):
                best = found
        return None if best is None else self.callers[best[1]]

    def _ring_more(self, caller: HallCaller, now: float) -> None:
        """Ring further idle seats, as many as the caller's group wants."""
        for _ in range(1, self._settings.get(caller.group, BY_DEFAULT)[1]):
            for pool in caller.pools:
                if (idle := self._idle.get(pool)) and (head := idle.first()):
                    self._offer(caller, self.seats[head[1]], pool, now)
                    break

    def _offer(self, caller: HallCaller, seat: HallSeat, pool: str, now: float) -> None:
        if not caller.ringing:
            self._unlist(caller)
        self._hide(seat)
        deadline = now + caller.ring_seconds
        token = str(next(self._numbers))
        group = pool.partition(LEVEL_MARK)[0]
        why = {"pool": pool}
        seat.offer = Offer(token, caller.call, seat.seat, seat.agent, group, now, deadline, why=why)
        seat.state, seat.since = SeatState.OFFERED, now
        self._until(seat, deadline)
        caller.ringing.append(seat.seat)
        if len(caller.ringing) > 1:
            self._mark_spare(caller.ringing)
        self.events.append(seat.offer)

    def _seats_for(self, caller: HallCaller) -> Iterator[tuple[HallSeat, str, bool]]:
        """The preferred seat if it is idle, the first in turn of each pool, then seats that ring
        for somebody for whom another one rings as well; with the pool, and whether by turn."""
        if caller.prefer:
            for pool in caller.pools:
                for name in self._idle.get(pool, ()):
                    if caller.prefer in (name, self.seats[name].agent):
                        yield self.seats[name], pool, False
        for lists in (self._idle, self._spare):
            for pool in caller.pools:
                if (ranking := lists.get(pool)) and (head := ranking.first()):
                    yield self.seats[head[1]], pool, True
