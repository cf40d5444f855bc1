"""A hall in memory, on any clock: waiting callers, seats, and the offers between them.

It obeys what the live queue's verbs obey (`switchd.queues`, a test compares the two): one order
over all callers, a strategy for each pool, a match in the very verb that made it possible. Plans
are tried out on it (routing.replay), and estimates are measured against it.

A pool is a name: the callers who wait for it and the seats that serve it. Times are seconds since
the epoch and must not go back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from heapq import heappop

from routing.matching import BUSY, HallCaller, HallSeat, Lost, Matching
from routing.queueing import Strategy, precedes, score
from routing.seats import NotReadyReason, Offer, SeatState

__all__ = ["Hall", "HallCaller", "HallSeat", "Lost"]


class Hall(Matching):
    """One city's queue. Methods are named like the live queue's and do the same."""

    # Pools and seats

    def define_group(self, pool: str, strategy: Strategy, ring_several: int = 1) -> None:
        """Set how the pool's seats take turns, and how many ring at once for its callers."""
        self._settings[pool] = (strategy, ring_several)
        for lists in (self._idle, self._spare):
            for seat in list(lists.get(pool, ())):
                lists[pool].put(seat, self._turn(self.seats[seat], pool))

    def serve(self, seat: str, pools: Mapping[str, int], now: float) -> None:
        """Say what a seat serves from now on, with the level; a new seat is signed out."""
        known = self.seats.setdefault(seat, HallSeat(seat))
        self._hide(known)
        known.pools = dict(pools)
        self._show(known)
        self._match(now)

    def phone(self, seat: str, reachable: bool, now: float) -> None:
        """The seat's phone is registered, as it is from the beginning, or not any more."""
        known = self.seats[seat]
        known.reachable = reachable
        self._hide(known)
        self._show(known)
        self._match(now)

    def sign_in(self, seat: str, agent: str, now: float) -> None:
        """The agent sits down, not ready yet; nothing happens if somebody sits there."""
        known = self.seats[seat]
        if known.state is SeatState.SIGNED_OUT:
            known.agent, known.talks, known.turn = agent, 0, now
            self._rest(known, SeatState.NOT_READY, now, NotReadyReason.SIGNED_IN)

    def ready(self, seat: str, now: float) -> None:
        """Callers may come; takes back a wish for after the call."""
        known = self.seats[seat]
        if known.state in BUSY:
            known.wish = None
            self._show(known)
        elif known.state not in (SeatState.SIGNED_OUT, SeatState.READY):
            self._rest(known, SeatState.READY, now)
        self._match(now)

    def not_ready(self, seat: str, reason: str, now: float) -> None:
        """No callers, please; while busy, after the call."""
        known = self.seats[seat]
        if (known.state, known.reason) != (SeatState.NOT_READY, reason):
            self._wish(known, SeatState.NOT_READY, now, reason)

    def sign_out(self, seat: str, now: float) -> None:
        """The agent leaves; while busy, after the call."""
        self._wish(self.seats[seat], SeatState.SIGNED_OUT, now, "")

    def _wish(self, seat: HallSeat, state: SeatState, now: float, reason: str) -> None:
        if seat.state in BUSY:
            self._hide(seat)
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
        self._take_out(call, now, "enqueued_again")
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
        if not caller.ringing:
            self._list(caller)
            self._match(now)

    def rerank(self, call: str, priority: int, now: float) -> None:
        """Give a caller another priority; nobody is rung for that, but the order changes."""
        caller = self.callers.get(call)
        if caller is not None:
            caller.priority = priority
            if not caller.ringing:
                self._list(caller)
                self._match(now)

    def move(self, call: str, group: str, now: float) -> None:
        """Let a caller wait for another group, with place and age; what was added is gone."""
        caller = self.callers.get(call)
        if caller is None or caller.group == group:
            return
        self._unlist(caller)
        self._end_rings(caller, now, "moved")
        caller.group, caller.pools = group, [group]
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
            if caller.group == group and not caller.ringing:
                self._unlist(caller)
                self._list(caller)
        self._match(now)

    # What phones do

    def accept(self, offer: Offer, now: float) -> bool:
        """The seat answered; False if the offer has ended."""
        seat = self._offered(offer)
        if seat is None:
            return False
        caller = self.callers.pop(offer.call)
        for other in [self.seats[name] for name in caller.ringing if name != seat.seat]:
            self._rest_after_call(other, SeatState.READY, other.idle_since, now)
        self._hide(seat)
        seat.state, seat.since, seat.until = SeatState.TALKING, now, None
        seat.spare, seat.turn, seat.talks = False, now, seat.talks + 1
        self._match(now)
        return True

    def refuse(self, offer: Offer, reason: str, now: float) -> bool:
        """The phone did not take the offer; without a reason the seat is the last in turn."""
        seat = self._offered(offer)
        if seat is None:
            return False
        self._end_ring(seat, offer.call)
        seat.turn = now
        state = SeatState.NOT_READY if reason else SeatState.READY
        self._rest_after_call(seat, state, now, now, reason)
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
                self._lose(seat, NotReadyReason.NO_ANSWER)
                self._end_ring(seat, seat.offer.call)
                seat.turn = now
                reason = NotReadyReason.NO_ANSWER
                self._rest_after_call(seat, SeatState.NOT_READY, now, now, reason)
            else:
                self._rest(seat, SeatState.READY, due)
        self._match(now)

    # Views

    def staffed(self, pool: str) -> bool:
        """Whether somebody is signed in at a seat that serves the pool and can be rung."""
        return any(
            pool in seat.pools and seat.reachable and seat.state is not SeatState.SIGNED_OUT
            for seat in self.seats.values()
        )

    def ahead(self, call: str, now: float) -> Counter[str]:
        """Count by group who waits with a higher score for a seat that serves the caller, too."""
        caller = self.callers[call]
        own = _score(caller, now), call
        pools = self.rivals(caller.pools)
        return Counter(
            other.group
            for other in self.callers.values()
            if not other.ringing
            and other.group not in self._paused
            and precedes((_score(other, now), other.call), own)
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


def _score(caller: HallCaller, now: float) -> float:
    return score(caller.priority, caller.slope, caller.enqueued_at, now)
