"""A hall in memory, on any clock: waiting callers, seats, and the offers between them.

It obeys what the live queue's verbs obey (`switchd.queues`, a test compares the two): one order
over all callers, a strategy for each pool, a match in the very verb that made it possible. Plans
are tried out on it (routing.replay), and estimates are measured against it.

A pool is a name: the callers who wait for it and the seats that serve it. Times are seconds since
the epoch and must not go back.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from routing.queueing import Strategy, precedes, rank, score, score_of_rank
from routing.ranking import Ranking
from routing.seats import NotReadyReason, Offer, SeatState

BUSY = (SeatState.OFFERED, SeatState.TALKING)


@dataclass(frozen=True, slots=True)
class Lost:
    """An offer that ended though nobody refused it; the caller is in the list again."""

    call: str
    token: str
    seat: str


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
    seat: str = ""
    """The seat that is being rung."""


@dataclass(slots=True)
class HallSeat:
    """A seat, what it serves and what it is doing."""

    seat: str
    pools: Mapping[str, int] = field(default_factory=dict)
    """Pool → level at which the seat serves it."""
    state: SeatState = SeatState.SIGNED_OUT
    agent: str = ""
    reason: str = ""
    since: float = 0.0
    idle_since: float = 0.0
    until: float | None = None
    """End of the offer or of the wrap-up."""
    offer: Offer | None = None
    talks: int = 0
    """Since signing in."""
    last_turn: int = 0
    """Counts offers over all seats; 0 before the first."""
    wish: tuple[SeatState, str] | None = None
    """State and reason that the agent asked for while busy."""


class Hall:
    """One city's queue."""

    def __init__(self) -> None:
        self.events: deque[Offer | Lost] = deque()
        """What the owner of the callers would hear, oldest first; whoever reads takes out."""
        self.seats: dict[str, HallSeat] = {}
        self.callers: dict[str, HallCaller] = {}
        """Who waits or is being offered, by call id."""
        self._strategies: dict[str, Strategy] = {}
        self._waiting: dict[str, dict[float, Ranking]] = {}
        """Pool → slope → callers."""
        self._idle: dict[str, Ranking] = {}
        self._paused: set[str] = set()
        self._touched: set[str] = set()
        """Pools in which the verb may have made a match possible."""
        self._deadlines: list[tuple[float, str]] = []
        self._numbers = count(1)

    # Pools and seats

    def define_group(self, pool: str, strategy: Strategy) -> None:
        """Set how the pool's idle seats take turns, from the next match on."""
        self._strategies[pool] = strategy
        for seat in [self.seats[name] for name in self._idle.get(pool, ())]:
            self._idle[pool].put(seat.seat, self._turn(seat, pool))

    def serve(self, seat: str, pools: Mapping[str, int], now: float) -> None:
        """Say what a seat serves from now on, with the level; a new seat is signed out."""
        known = self.seats.setdefault(seat, HallSeat(seat))
        self._hide(known)
        known.pools = dict(pools)
        self._show(known)
        self._match(now)

    def sign_in(self, seat: str, agent: str, now: float) -> None:
        """The agent sits down, not ready yet. Not while somebody is signed in there."""
        known = self.seats[seat]
        if known.state is SeatState.SIGNED_OUT:
            known.agent, known.talks = agent, 0
            self._rest(known, SeatState.NOT_READY, now, NotReadyReason.SIGNED_IN)

    def ready(self, seat: str, now: float) -> None:
        """Callers may come; takes back a wish for after the call."""
        known = self.seats[seat]
        if known.state in BUSY:
            known.wish = None
        elif known.state not in (SeatState.SIGNED_OUT, SeatState.READY):
            self._rest(known, SeatState.READY, now)
            self._match(now)

    def not_ready(self, seat: str, reason: str, now: float) -> None:
        """No callers, please; while busy, after the call."""
        self._wish(self.seats[seat], SeatState.NOT_READY, now, reason)

    def sign_out(self, seat: str, now: float) -> None:
        """The agent leaves; while busy, after the call."""
        self._wish(self.seats[seat], SeatState.SIGNED_OUT, now, "")

    def _wish(self, seat: HallSeat, state: SeatState, now: float, reason: str) -> None:
        if seat.state in BUSY:
            seat.wish = (state, reason)
        elif seat.state is not SeatState.SIGNED_OUT:
            self._rest(seat, state, now, reason)

    # Callers

    def enqueue(
        self,
        call: str,
        group: str,
        *,
        priority: int = 0,
        slope: float = 1.0,
        enqueued_at: float,
        ring_seconds: float,
        prefer: str = "",
        now: float,
    ) -> None:
        """Put a caller into the list, at the place that `enqueued_at` gives."""
        self._take_out(call, now)
        self.callers[call] = HallCaller(
            call, group, priority, slope, enqueued_at, ring_seconds, prefer, [group]
        )
        self._list(self.callers[call])
        self._match(now)

    def widen(self, call: str, pool: str, now: float) -> None:
        """Let the seats of a further pool serve the caller too."""
        caller = self.callers.get(call)
        if caller is None or pool in caller.pools:
            return
        caller.pools.append(pool)
        if not caller.seat:
            self._list(caller)
            self._match(now)

    def leave(self, call: str, now: float) -> None:
        """The caller has gone, from the list or from an offer."""
        self._take_out(call, now)
        self._match(now)

    def pause(self, group: str, paused: bool, now: float) -> None:
        """Offer the group's callers to nobody, or do so again; they keep place and age."""
        (self._paused.add if paused else self._paused.discard)(group)
        for caller in self.callers.values():
            if caller.group == group and not caller.seat:
                self._unlist(caller)
                self._list(caller)
        self._match(now)

    # What phones do

    def accept(self, offer: Offer, now: float) -> bool:
        """The seat answered; False if the offer has ended."""
        seat = self._offered(offer)
        if seat is None:
            return False
        del self.callers[offer.call]
        seat.state, seat.since, seat.until = SeatState.TALKING, now, None
        seat.talks += 1
        return True

    def refuse(self, offer: Offer, reason: str, now: float) -> bool:
        """The phone did not take the offer; without a reason the seat is the last in turn."""
        seat = self._offered(offer)
        if seat is None:
            return False
        self._back_to_list(offer.call)
        self._rest_after_call(
            seat, SeatState.NOT_READY if reason else SeatState.READY, now, now, reason
        )
        self._match(now)
        return True

    def release(self, offer: Offer, wrap_up_seconds: float, now: float) -> bool:
        """The talk is over: wrap-up for so long (0: ready), or what the agent asked for."""
        seat = self.seats[offer.seat]
        if seat.state is not SeatState.TALKING or seat.offer != offer:
            return False
        if wrap_up_seconds <= 0:
            self._rest_after_call(seat, SeatState.READY, now, now)
        elif not self._rest_after_call(seat, SeatState.WRAP_UP, now, now):
            self._until(seat, now + wrap_up_seconds)
        self._match(now)
        return True

    # Time

    def next_deadline(self) -> float | None:
        """When the next offer or wrap-up ends."""
        while self._deadlines:
            until, seat = self._deadlines[0]
            if self.seats[seat].until == until:
                return until
            heappop(self._deadlines)
        return None

    def sweep(self, now: float) -> None:
        """End offers and wrap-ups that are due."""
        while (due := self.next_deadline()) is not None and due <= now:
            seat = self.seats[heappop(self._deadlines)[1]]
            if seat.state is SeatState.OFFERED and seat.offer is not None:
                self.events.append(Lost(seat.offer.call, seat.offer.token, seat.seat))
                self._back_to_list(seat.offer.call)
                reason = NotReadyReason.NO_ANSWER
                self._rest_after_call(seat, SeatState.NOT_READY, now, now, reason)
            else:
                self._rest(seat, SeatState.READY, due)
        self._match(now)

    # Views

    def ahead(self, call: str, now: float) -> Counter[str]:
        """Count by group who waits with a higher score for a seat that serves the caller, too."""
        caller = self.callers[call]
        own = self._score(caller, now), call
        pools = self.rivals(caller.pools)
        return Counter(
            other.group
            for other in self.callers.values()
            if not other.seat
            and other.group not in self._paused
            and precedes((self._score(other, now), other.call), own)
            and not pools.isdisjoint(other.pools)
        )

    def rivals(self, pools: list[str]) -> set[str]:
        """Give every pool that is served by a seat of somebody signed in that serves these."""
        return {
            pool
            for seat in self.seats.values()
            if seat.state is not SeatState.SIGNED_OUT and not seat.pools.keys().isdisjoint(pools)
            for pool in seat.pools
        }

    # Lists

    def _score(self, caller: HallCaller, now: float) -> float:
        return score(caller.priority, caller.slope, caller.enqueued_at, now)

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

    def _back_to_list(self, call: str) -> None:
        self.callers[call].seat = ""
        self._list(self.callers[call])

    def _take_out(self, call: str, now: float) -> None:
        caller = self.callers.pop(call, None)
        if caller is None:
            return
        if not caller.seat:
            self._unlist(caller)
            return
        seat = self.seats[caller.seat]
        self._rest_after_call(seat, SeatState.READY, seat.idle_since, now)

    # Seats at rest

    def _turn(self, seat: HallSeat, pool: str) -> float:
        """Give the seat's rank among the idle ones of a pool."""
        match self._strategies.get(pool, Strategy.LONGEST_IDLE):
            case Strategy.LONGEST_IDLE:
                return seat.idle_since
            case Strategy.ROUND_ROBIN:
                return seat.last_turn
            case Strategy.FEWEST_CALLS:
                return seat.talks
            case Strategy.LEVEL_FIRST:
                return -seat.pools[pool]

    def _hide(self, seat: HallSeat) -> None:
        for pool in seat.pools:
            if idle := self._idle.get(pool):
                idle.drop(seat.seat)

    def _show(self, seat: HallSeat) -> None:
        if seat.state is not SeatState.READY:
            return
        for pool in seat.pools:
            self._idle.setdefault(pool, Ranking()).put(seat.seat, self._turn(seat, pool))
            self._touched.add(pool)

    def _rest(self, seat: HallSeat, state: SeatState, since: float, reason: str = "") -> None:
        self._hide(seat)
        seat.state, seat.since, seat.reason = state, since, reason
        seat.until = seat.offer = seat.wish = None
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
        while self._touched:
            best = None
            for pool in tuple(self._touched):
                idle = self._idle.get(pool)
                found = self._first(pool, now) if idle else None
                if found is None:
                    self._touched.discard(pool)
                elif best is None or precedes(found, best):
                    best = found
            if best is not None:
                self._offer(self.callers[best[1]], now)

    def _offer(self, caller: HallCaller, now: float) -> None:
        seat, pool = next(self._seats_for(caller))
        self._unlist(caller)
        self._hide(seat)
        number = next(self._numbers)
        deadline = now + caller.ring_seconds
        offer = Offer(str(number), caller.call, seat.seat, seat.agent, pool, now, deadline)
        caller.seat = seat.seat
        seat.state, seat.since, seat.offer, seat.last_turn = SeatState.OFFERED, now, offer, number
        self._until(seat, deadline)
        self.events.append(offer)

    def _seats_for(self, caller: HallCaller) -> Iterator[tuple[HallSeat, str]]:
        """The preferred seat, then the first idle one of each pool, in the pools' order."""
        if caller.prefer:
            for pool in caller.pools:
                for name in self._idle.get(pool, ()):
                    if caller.prefer in (name, self.seats[name].agent):
                        yield self.seats[name], pool
        for pool in caller.pools:
            idle = self._idle.get(pool)
            if idle and (head := idle.first()):
                yield self.seats[head[1]], pool
