"""Daemons, their seats and their callers do anything at any time, in Redis and in the model."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from routing.queueing import Strategy
from routing.seats import SeatState
from switchd.queues.nodes import LEASE_SECONDS, Nodes
from tests.queues.hall import CITY
from tests.queues.machine_base import OWNERS, POOLS, SEATS, owners, seats, served
from tests.queues.machine_restoring import RestoringRules


class QueueMachine(RestoringRules):
    """A morning shift, and whatever comes after."""

    @initialize(
        plan=st.lists(served, min_size=1, max_size=5),
        strategies=st.lists(st.sampled_from(Strategy), min_size=4, max_size=4),
        several=st.lists(st.sampled_from((1, 1, 2, 3)), min_size=4, max_size=4),
    )
    def a_morning_shift(
        self, plan: list[dict[str, int]], strategies: list[Strategy], several: list[int]
    ) -> None:
        for pool, strategy, rings in zip(POOLS, strategies, several, strict=True):
            self.define_group(pool, strategy, rings)
        for seat, serves in zip(SEATS, plan, strict=False):
            self.define_seat(seat)
            self.serve(seat, serves)
            self.phone(seat, True)
            self.sign_in(seat, "")
            self.ready(seat)

    @rule(seconds=st.sampled_from((0.001, 0.5, 3.0, 20.0)))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def sweep(self) -> None:
        self.hall.list.sweep(self.now)
        self.model.sweep(self.ms)
        self.settle()
        for view in self.hall.list.snapshot(self.now).seats.values():
            if view.state in (SeatState.OFFERED, SeatState.WRAP_UP):
                assert view.until is not None
                assert view.until > self.now

    @precondition(lambda self: len(self.dead) < len(OWNERS) - 1)
    @rule(owner=owners)
    def an_owner_dies(self, owner: str) -> None:
        """Nobody hears of its offers any more; the others go on and sweep."""
        self.dead.add(owner)

    @precondition(lambda self: len(self.dead) < len(OWNERS) - 1)
    @rule(owner=owners)
    def a_node_is_given_up(self, owner: str) -> None:
        """It has not been heard of for a whole lease."""
        self.dead.add(owner)
        gone = {call for call, caller in self.model.calls.items() if caller.owner == owner}
        for call in gone:
            self.model.drop(call)
        self.left += len(gone)
        for seat in self.model.seats:
            self.phone_leaves(seat, owner)
        self.node(owner).claim_node(self.now - LEASE_SECONDS)
        assert self.node("watchman").beat(self.now).given_up == (owner,)
        self.settle()

    def node(self, owner: str) -> Nodes:
        return Nodes(self.client, CITY, owner, f"{owner}'s machine")

    @precondition(lambda self: self.dead)
    @rule(owner=owners)
    def an_owner_starts_again(self, owner: str) -> None:
        if owner in self.dead:
            self.forget_calls_of(owner)
            self.end_talks(owner, kept=SEATS[0])

    @rule(owner=owners)
    def forget_calls_of(self, owner: str) -> None:
        self.dead.discard(owner)
        gone = {call for call, caller in self.model.calls.items() if caller.owner == owner}
        for call in gone:
            self.model.drop(call)
        self.left += len(gone)
        assert self.halls[owner].list.forget_calls_of(owner, self.now) == len(gone)
        self.settle()

    @rule(owner=owners, kept=seats)
    def end_talks(self, owner: str, kept: str) -> None:
        living = [self.tokens[kept]] if self.holds(kept, SeatState.TALKING) else []
        ended = {
            number: seat
            for number, seat in self.model.seats.items()
            if seat.owner == owner
            and seat.state is SeatState.TALKING
            and not (living and number == kept)
        }
        for seat in ended.values():
            seat.rest(SeatState.READY, self.ms)
        assert set(self.halls[owner].list.end_talks(living, self.now)) == set(ended)
        self.settle()
