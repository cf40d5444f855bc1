"""Two daemons, their seats and their callers do anything at any time, in Redis and in the model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from routing.queueing import Strategy
from routing.seats import SeatState
from switchd.queues.connection import connect
from switchd.queues.facts import OfferLost, OfferMade, SeatRefused
from switchd.queues.nodes import LEASE_SECONDS, Nodes
from switchd.queues.order import to_ms
from tests.queues.hall import CITY, MORNING, Hall
from tests.queues.model import Model, ModelCall, ModelSeat

GROUPS = ("hotline", "market", "english")
POOLS = (*GROUPS, "english@1")
SEATS = ("1001", "1002", "1003", "1004", "1005", "1006")
CALLS = tuple(f"c{n}" for n in range(8))
OWNERS = ("daemon-1", "daemon-2", "daemon-3")
SLOPES = (1.0, 1.0, 0.5, 2.25)

seats = st.sampled_from(SEATS)
calls = st.sampled_from(CALLS)
groups = st.sampled_from(GROUPS)
pools = st.sampled_from(POOLS)
owners = st.sampled_from(OWNERS)
often = st.sampled_from((True, True, False))
reasons = st.sampled_from(("busy", "refused", "break"))
priorities = st.sampled_from((0, 0, 0, 1, -1, 59, 60, 86_400))
served = st.dictionaries(pools, st.sampled_from((2, 5, 9)), min_size=1, max_size=3)


class QueueMachine(RuleBasedStateMachine):
    """What anybody can do. `settle` compares what the owners hear with the model's matches."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.client = connect(self.url, connections=2)
        self.client.flushall()
        self.halls = {owner: Hall(self.client, owner) for owner in OWNERS}
        self.hall = self.halls[OWNERS[0]]
        self.model = Model()
        self.now = MORNING
        self.dead: set[str] = set()
        """Owners that hear nothing at present."""
        self.tokens: dict[str, str] = {}
        """Seat → token of its latest offer, also when that has ended."""
        self.given: dict[str, tuple[str, str]] = {}
        """Token → call and seat, of all offers that were heard of."""
        self.entered = 0
        self.left = 0
        """Times that a caller entered the queue, and left it."""

    def teardown(self) -> None:
        self.client.close()

    @property
    def ms(self) -> int:
        return to_ms(self.now)

    def settle(self) -> None:
        """The model matches, and each owner that lives must have heard just that."""
        self.model.forget_agents_gone()
        self.model.match(self.ms)
        for owner, hall in self.halls.items():
            expected = [event[1:] for event in self.model.events if event[0] == owner]
            if owner in self.dead:
                for _, _, seat, how in expected:
                    if how:
                        self.tokens.pop(seat, None)
                continue
            heard = [
                self.made(event) if isinstance(event, OfferMade) else self.lost(event)
                for event in hall.inbox()
            ]
            assert heard == expected
        self.model.events.clear()

    def made(self, event: OfferMade) -> tuple[str, str, str, str]:
        offer = event.offer
        caller = self.model.calls[offer.call]
        assert offer.token not in self.given
        assert to_ms(offer.deadline) == self.ms + caller.ring
        assert offer.agent == self.model.seats[offer.seat].agent
        assert round(offer.why["score"] * 100_000) == caller.score(self.ms)
        assert offer.why["pool"] in caller.pools
        assert offer.why["pool"] in self.model.seats[offer.seat].pools
        self.tokens[offer.seat] = offer.token
        self.given[offer.token] = (offer.call, offer.seat)
        return "made", offer.call, offer.seat, str(offer.why["how"])

    def lost(self, event: OfferLost) -> tuple[str, str, str, str]:
        assert self.given[event.token] == (event.call, event.seat)
        return str(event.reason), event.call, event.seat, ""

    def holds(self, seat: str, *states: SeatState) -> bool:
        """Whether the latest token of the seat is good in one of these states."""
        return (
            seat in self.tokens
            and seat in self.model.seats
            and self.model.seats[seat].state in states
        )

    def near(self, seat: str, state: SeatState) -> str:
        """The first seat in `state` from `seat` on, or `seat` if there is none."""
        start = SEATS.index(seat)
        for candidate in SEATS[start:] + SEATS[:start]:
            if candidate in self.model.seats and self.model.seats[candidate].state is state:
                return candidate
        return seat

    def seats_now(self) -> Iterator[ModelSeat]:
        yield from self.model.seats.values()

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

    # the plan

    @rule(pool=pools, strategy=st.sampled_from(Strategy), rings=st.integers(1, 3))
    def define_group(self, pool: str, strategy: Strategy, rings: int) -> None:
        self.hall.list.define_group(pool, strategy, rings, self.now)
        known = self.model.pool(pool)
        known.strategy, known.ring_several = strategy, rings

    @rule(seat=seats)
    def define_seat(self, seat: str) -> None:
        self.hall.list.define_seat(seat, self.now)
        self.model.seats.setdefault(seat, ModelSeat({}, turn=self.ms))

    @rule(seat=seats, serves=st.one_of(served, served, st.just({})))
    def serve(self, seat: str, serves: dict[str, int]) -> None:
        known = seat in self.model.seats
        assert self.hall.list.serve(seat, serves, self.now) == known
        if known:
            self.model.seats[seat].pools = serves
        self.settle()

    @rule(seat=seats)
    def forget_seat(self, seat: str) -> None:
        known = seat in self.model.seats
        assert self.hall.list.forget_seat(seat, self.now) == known
        if known:
            if self.model.seats[seat].state is SeatState.OFFERED:
                self.model.lose(seat, "seat_gone")
            del self.model.seats[seat]
        self.settle()

    # callers

    @rule(
        call=calls,
        group=groups,
        owner=owners,
        priority=priorities,
        slope=st.sampled_from(SLOPES),
        age=st.sampled_from((0.0, 0.0, 1.0, 60.0)),
        ring=st.sampled_from((2.0, 15.0)),
        prefer=st.sampled_from(("", "", "1002", "agent-1003", "nobody")),
    )
    def enqueue(
        self,
        call: str,
        group: str,
        owner: str,
        priority: int,
        slope: float,
        age: float,
        ring: float,
        prefer: str,
    ) -> None:
        talks = any(
            seat.call == call and seat.state is SeatState.TALKING for seat in self.seats_now()
        )
        if talks or owner in self.dead:
            return
        if call in self.model.calls:
            self.model.drop(call, "enqueued_again")
            self.left += 1
        self.entered += 1
        since = self.now - age
        known = ModelCall(
            group, owner, priority, round(slope * 100), to_ms(since), to_ms(ring), prefer
        )
        self.model.calls[call] = known
        position = self.halls[owner].list.enqueue(
            call,
            group,
            priority=priority,
            slope=slope,
            enqueued_at=since,
            ring_seconds=ring,
            prefer=prefer,
            now=self.now,
        )
        assert position == self.model.ahead(call, group, self.ms) + 1
        self.settle()

    @rule(wanted=st.lists(groups, min_size=2, max_size=5), owner=owners)
    def a_rush(self, wanted: list[str], owner: str) -> None:
        absent = [call for call in CALLS if call not in self.model.calls]
        for call, group in zip(absent, wanted, strict=False):
            self.enqueue(call, group, owner, 0, 1.0, 0.0, 15.0, "")

    @rule(call=calls, pool=pools, waiting=often)
    def widen(self, call: str, pool: str, waiting: bool) -> None:
        if waiting:
            call = next((c for c, caller in self.model.calls.items() if not caller.seats), call)
        known = call in self.model.calls
        assert self.hall.list.widen(call, pool, self.now) == known
        if known and pool not in self.model.calls[call].pools:
            self.model.calls[call].also.append(pool)
        self.settle()

    @rule(call=calls, priority=priorities)
    def rerank(self, call: str, priority: int) -> None:
        known = call in self.model.calls
        assert self.hall.list.rerank(call, priority, self.now) == known
        if known:
            self.model.calls[call].priority = priority
        self.settle()

    @rule(call=calls, group=groups)
    def move(self, call: str, group: str) -> None:
        known = call in self.model.calls
        assert self.hall.list.move(call, group, self.now) == known
        if known and self.model.calls[call].group != group:
            self.model.unring(call, "moved")
            self.model.calls[call].group = group
            self.model.calls[call].also = []
        self.settle()

    @rule(group=groups, paused=st.sampled_from((True, False, False)))
    def pause(self, group: str, paused: bool) -> None:
        changed = self.model.pool(group).paused != paused
        assert self.hall.list.pause(group, paused, self.now) == changed
        self.model.pool(group).paused = paused
        self.settle()

    @rule(call=calls, seat=seats, from_offer=st.booleans())
    def leave(self, call: str, seat: str, from_offer: bool) -> None:
        seat = self.near(seat, SeatState.OFFERED)
        if from_offer and seat in self.model.seats:
            call = self.model.seats[seat].call or call
        known = call in self.model.calls
        assert self.hall.list.leave(call, self.now) == known
        if known:
            self.model.drop(call)
            self.left += 1
        self.settle()

    # offers and talks

    @rule(seat=seats, aimed=often)
    def accept(self, seat: str, aimed: bool) -> None:
        seat = self.near(seat, SeatState.OFFERED) if aimed else seat
        good = self.holds(seat, SeatState.OFFERED, SeatState.TALKING)
        others: list[str] = []
        if good and self.model.seats[seat].state is SeatState.OFFERED:
            talking = self.model.seats[seat]
            caller = self.model.calls[talking.call]
            others = [self.tokens[number] for number in caller.seats if number != seat]
            caller.seats.remove(seat)
            self.model.drop(talking.call)
            self.left += 1
            talking.state, talking.until, talking.turn = SeatState.TALKING, None, self.ms
            talking.calls += 1
        accepted = self.hall.list.accept(self.tokens.get(seat, "none"), self.now)
        assert (None if accepted is None else list(accepted.withdrawn)) == (
            others if good else None
        )
        self.settle()

    @rule(seat=seats, aimed=often, reason=st.one_of(st.none(), reasons))
    def refuse(self, seat: str, aimed: bool, reason: str | None) -> None:
        seat = self.near(seat, SeatState.OFFERED) if aimed else seat
        good = self.holds(seat, SeatState.OFFERED)
        assert self.hall.list.refuse(self.tokens.get(seat, "none"), reason, self.now) == good
        if good:
            refusing = self.model.seats[seat]
            self.model.calls[refusing.call].seats.remove(seat)
            refusing.turn = self.ms
            state = SeatState.NOT_READY if reason else SeatState.READY
            refusing.rest(state, self.ms, reason or "")
        self.settle()

    @rule(seat=seats, aimed=often, wrap_up=st.sampled_from((0.0, 2.0, 10.0)))
    def release(self, seat: str, aimed: bool, wrap_up: float) -> None:
        seat = self.near(seat, SeatState.TALKING) if aimed else seat
        good = self.holds(seat, SeatState.TALKING)
        token = self.tokens.get(seat, "none")
        assert self.hall.list.release(seat, token, wrap_up, self.now) == good
        if good:
            released = self.model.seats[seat]
            released.rest(SeatState.WRAP_UP if wrap_up else SeatState.READY, self.ms)
            if released.state is SeatState.WRAP_UP:
                released.until = self.ms + to_ms(wrap_up)
        self.settle()

    # agents and phones

    @rule(seat=seats, agent=st.sampled_from(("", "another")))
    def sign_in(self, seat: str, agent: str) -> None:
        agent = agent or f"agent-{seat}"
        model = self.model.seats.get(seat)
        if model is None or model.agent not in ("", agent):
            with pytest.raises(SeatRefused):
                self.hall.list.sign_in(seat, agent, self.now)
            return
        self.hall.list.sign_in(seat, agent, self.now)
        if model.state is SeatState.SIGNED_OUT:
            model.agent, model.turn, model.calls = agent, self.ms, 0
            self.model.agents[agent] = seat
            model.rest(SeatState.NOT_READY, self.ms, "signed_in")
        elif model.wish and model.wish[0] is SeatState.SIGNED_OUT:
            model.wish = None
        self.settle()

    @rule(seat=seats)
    def back_at_the_desk(self, seat: str) -> None:
        self.define_seat(seat)
        if not self.model.seats[seat].pools:
            self.serve(seat, {"hotline": 5, "english": 5, "english@1": 5})
        self.phone(seat, True)
        self.sign_in(seat, self.model.seats[seat].agent)
        self.ready(seat)

    @rule(wanted=st.sets(seats, min_size=2))
    def a_shift_sits_down(self, wanted: set[str]) -> None:
        for seat in sorted(wanted):
            self.back_at_the_desk(seat)

    @rule(seat=seats)
    def sign_out(self, seat: str) -> None:
        model = self.model.seats.get(seat)
        if model is None:
            with pytest.raises(SeatRefused):
                self.hall.list.sign_out(seat, self.now)
            return
        self.hall.list.sign_out(seat, self.now)
        if model.busy:
            model.wish = (SeatState.SIGNED_OUT, "")
        elif model.state is not SeatState.SIGNED_OUT:
            model.rest(SeatState.SIGNED_OUT, self.ms)
        self.settle()

    @rule(seat=seats)
    def ready(self, seat: str) -> None:
        model = self.model.seats.get(seat)
        if model is None or model.state is SeatState.SIGNED_OUT:
            with pytest.raises(SeatRefused):
                self.hall.list.ready(seat, self.now)
            return
        self.hall.list.ready(seat, self.now)
        if model.busy:
            model.wish = None
        elif model.state is not SeatState.READY:
            model.rest(SeatState.READY, self.ms)
        self.settle()

    @rule(seat=seats, reason=reasons)
    def not_ready(self, seat: str, reason: str) -> None:
        model = self.model.seats.get(seat)
        if model is None or model.state is SeatState.SIGNED_OUT:
            with pytest.raises(SeatRefused):
                self.hall.list.not_ready(seat, reason, self.now)
            return
        self.hall.list.not_ready(seat, reason, self.now)
        if model.busy:
            model.wish = (SeatState.NOT_READY, reason)
        else:
            model.rest(SeatState.NOT_READY, self.ms, reason)

    @rule(seat=seats, reachable=st.booleans(), owner=owners)
    def phone(self, seat: str, reachable: bool, owner: str = OWNERS[0]) -> None:
        known = seat in self.model.seats
        assert self.halls[owner].list.phone(seat, reachable, self.now) == known
        if known:
            self.phone_leaves(seat, owner)
            self.model.seats[seat].homes += [owner] if reachable else []
        self.settle()

    def phone_leaves(self, seat: str, owner: str) -> None:
        homes = self.model.seats[seat].homes
        homes[:] = [home for home in homes if home != owner]

    # time and owners

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
