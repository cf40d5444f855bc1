"""Whatever happens in whatever order, Redis agrees with the model and no rule is broken.

`HYPOTHESIS_PROFILE=thorough` looks much longer than the everyday run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from routing.seats import SeatState
from switchd.queues.connection import connect
from switchd.queues.embedded import EmbeddedRedis
from switchd.queues.facts import Emptied, OfferLost, OfferMade, SeatRefused, Snapshot
from switchd.queues.order import to_ms
from tests.queues.hall import MORNING, Hall
from tests.queues.model import Model, ModelCall, ModelSeat

GROUPS = ("hotline", "market", "ecology")
SEATS = ("1001", "1002", "1003", "1004", "1005")
CALLS = tuple(f"c{n}" for n in range(7))
OWNERS = ("daemon-1", "daemon-2")

seats = st.sampled_from(SEATS)
calls = st.sampled_from(CALLS)
owners = st.sampled_from(OWNERS)
often = st.sampled_from((True, True, False))
reasons = st.sampled_from(("busy", "refused", "break"))
served = st.lists(st.sampled_from(GROUPS), max_size=3, unique=True).map(tuple)


class QueueMachine(RuleBasedStateMachine):
    """Two daemons, five seats and seven callers do anything at any time."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.client = connect(self.url, connections=2)
        self.client.flushall()
        self.halls = {owner: Hall(self.client, owner) for owner in OWNERS}
        self.hall = self.halls[OWNERS[0]]
        self.model = Model()
        self.now = MORNING
        self.tokens: dict[str, str] = {}
        """Seat → token of its latest offer, also when that has ended."""
        self.given: dict[str, tuple[str, str]] = {}
        """Token → call and seat, of all offers ever made."""
        self.staffed: set[str] = set()
        """Groups at which somebody was signed in, at the last look."""

    def teardown(self) -> None:
        self.client.close()

    @property
    def ms(self) -> int:
        return to_ms(self.now)

    def settle(self) -> None:
        """The model matches, and each owner must have heard just that."""
        self.model.match(self.ms)
        emptied = set()
        for owner, hall in self.halls.items():
            heard = []
            for event in hall.inbox():
                if isinstance(event, OfferMade):
                    offer = event.offer
                    assert offer.token not in self.given
                    assert to_ms(offer.deadline) == self.ms + self.model.calls[offer.call].ring
                    assert offer.agent == self.model.seats[offer.seat].agent
                    self.tokens[offer.seat] = offer.token
                    self.given[offer.token] = (offer.call, offer.seat)
                    heard.append((owner, "made", offer.call, offer.seat))
                elif isinstance(event, Emptied):
                    emptied.add((owner, event.pool))
                elif isinstance(event, OfferLost):
                    assert self.given[event.token] == (event.call, event.seat)
                    heard.append((owner, "lost", event.call, event.seat))
            assert heard == [event for event in self.model.events if event[0] == owner]
        self.model.events.clear()
        assert emptied == self.emptied()

    def emptied(self) -> set[tuple[str, str]]:
        """Groups that the last seat has left since the last look, for each owner who has callers
        waiting there."""
        staffed = {
            group
            for seat in self.model.seats.values()
            if seat.reachable and seat.state is not SeatState.SIGNED_OUT
            for group in seat.groups
        }
        left, self.staffed = self.staffed - staffed, staffed
        waiting = [caller for caller in self.model.calls.values() if not caller.seat]
        return {(caller.owner, group) for caller in waiting for group in left & {*caller.groups}}

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

    @initialize(plan=st.lists(served, min_size=1, max_size=4))
    def a_morning_shift(self, plan: list[tuple[str, ...]]) -> None:
        for seat, groups in zip(SEATS, plan, strict=False):
            self.hall.seat(seat, *(groups or ("hotline",)), agent=f"agent-{seat}")
            self.model.seats[seat] = ModelSeat(
                groups=groups or ("hotline",),
                state=SeatState.READY,
                agent=f"agent-{seat}",
                reachable=True,
                idle_since=self.ms,
            )

    @rule(seconds=st.sampled_from((0.001, 0.5, 3.0, 20.0)))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(
        call=calls,
        group=st.sampled_from(GROUPS),
        owner=owners,
        priority=st.sampled_from((0, 0, 0, 1, -1, 100)),
        age=st.sampled_from((0.0, 0.0, 1.0, 60.0)),
        ring=st.sampled_from((2.0, 15.0)),
    )
    def enqueue(
        self, call: str, group: str, owner: str, priority: int, age: float, ring: float
    ) -> None:
        if any(seat.call == call and seat.state is SeatState.TALKING for seat in self.seats_now()):
            return
        if call in self.model.calls:
            if number := self.model.calls[call].seat:
                self.model.events.append((self.model.seats[number].owner, "lost", call, number))
            self.model.drop(call)
        since = self.now - age
        self.model.calls[call] = ModelCall(group, owner, priority, to_ms(since), to_ms(ring))
        position = self.halls[owner].list.enqueue(
            call, group, priority=priority, enqueued_at=since, ring_seconds=ring, now=self.now
        )
        assert position == self.model.waiting(group, self.ms).index(call) + 1
        self.settle()

    @rule(groups=st.lists(st.sampled_from(GROUPS), min_size=2, max_size=4), owner=owners)
    def a_rush(self, groups: list[str], owner: str) -> None:
        absent = [call for call in CALLS if call not in self.model.calls]
        for call, group in zip(absent, groups, strict=False):
            self.enqueue(call, group, owner, priority=0, age=0.0, ring=15.0)

    @rule(call=calls, group=st.sampled_from(GROUPS))
    def widen(self, call: str, group: str) -> None:
        known = call in self.model.calls
        assert self.hall.list.widen(call, group, self.now) == known
        if known and group not in self.model.calls[call].groups:
            self.model.calls[call].also.append(group)
        self.settle()

    def seats_now(self) -> Iterator[ModelSeat]:
        yield from self.model.seats.values()

    @rule(call=calls, seat=seats, from_offer=st.booleans())
    def leave(self, call: str, seat: str, from_offer: bool) -> None:
        seat = self.near(seat, SeatState.OFFERED)
        if from_offer and seat in self.model.seats:
            call = self.model.seats[seat].call or call
        known = call in self.model.calls
        assert self.hall.list.leave(call, self.now) == known
        if known:
            self.model.drop(call)
        self.settle()

    @rule(seat=seats, aimed=often)
    def accept(self, seat: str, aimed: bool) -> None:
        seat = self.near(seat, SeatState.OFFERED) if aimed else seat
        good = self.holds(seat, SeatState.OFFERED, SeatState.TALKING)
        accepted = self.hall.list.accept(self.tokens.get(seat, "none"), self.now)
        assert (accepted is not None) == good
        if good and self.model.seats[seat].state is SeatState.OFFERED:
            talking = self.model.seats[seat]
            talking.state, talking.until = SeatState.TALKING, None
            del self.model.calls[talking.call]
        self.settle()

    @rule(seat=seats, aimed=often, reason=st.one_of(st.none(), reasons))
    def refuse(self, seat: str, aimed: bool, reason: str | None) -> None:
        seat = self.near(seat, SeatState.OFFERED) if aimed else seat
        good = self.holds(seat, SeatState.OFFERED)
        assert self.hall.list.refuse(self.tokens.get(seat, "none"), reason, self.now) == good
        if good:
            refusing = self.model.seats[seat]
            self.model.calls[refusing.call].seat = ""
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
            model.agent = agent
            model.rest(SeatState.NOT_READY, self.ms, "signed_in")
        elif model.wish and model.wish[0] is SeatState.SIGNED_OUT:
            model.wish = None

    @rule(seat=seats)
    def back_at_the_desk(self, seat: str) -> None:
        self.define_seat(
            seat, self.model.seats[seat].groups if seat in self.model.seats else GROUPS
        )
        self.phone(seat, True)
        self.sign_in(seat, self.model.seats[seat].agent)
        self.ready(seat)

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

    @rule(seat=seats, reachable=st.booleans())
    def phone(self, seat: str, reachable: bool) -> None:
        known = seat in self.model.seats
        assert self.hall.list.phone(seat, reachable, self.now) == known
        if known:
            self.model.seats[seat].reachable = reachable
        self.settle()

    @rule(seat=seats, groups=served)
    def define_seat(self, seat: str, groups: tuple[str, ...]) -> None:
        self.hall.now = self.now
        self.hall.define(seat, *groups)
        self.model.seats.setdefault(seat, ModelSeat(groups)).groups = groups
        self.settle()

    @rule(seat=seats)
    def forget_seat(self, seat: str) -> None:
        known = seat in self.model.seats
        assert self.hall.list.forget_seat(seat, self.now) == known
        if known:
            if self.model.seats[seat].state is SeatState.OFFERED:
                self.model.lose(seat)
            del self.model.seats[seat]
        self.settle()

    @rule()
    def sweep(self) -> None:
        self.hall.list.sweep(self.now)
        self.model.sweep(self.ms)
        self.settle()
        for view in self.hall.list.snapshot(self.now).seats.values():
            if view.state in (SeatState.OFFERED, SeatState.WRAP_UP):
                assert view.until is not None
                assert view.until > self.now

    @precondition(lambda self: self.now > MORNING)
    @rule(owner=owners)
    def forget_calls_of(self, owner: str) -> None:
        gone = {call for call, caller in self.model.calls.items() if caller.owner == owner}
        for call in gone:
            self.model.drop(call)
        assert self.hall.list.forget_calls_of(owner, self.now) == len(gone)
        self.settle()

    @rule(owner=owners, kept=seats)
    def end_talks(self, owner: str, kept: str) -> None:
        ended = {
            number: seat
            for number, seat in self.model.seats.items()
            if seat.owner == owner and seat.state is SeatState.TALKING and number != kept
        }
        for seat in ended.values():
            seat.rest(SeatState.READY, self.ms)
        living = [self.tokens.get(kept, "none")]
        assert set(self.halls[owner].list.end_talks(living, self.now)) == set(ended)
        self.settle()

    @invariant()
    def every_rule_holds(self) -> None:
        snapshot = self.hall.list.snapshot(self.now, first=100)
        self.redis_agrees_with_the_model(snapshot)
        self.a_call_is_with_one_seat_or_in_one_list(snapshot)
        self.nobody_waits_while_an_eligible_seat_is_idle(snapshot)
        self.the_next_deadline_is_the_earliest_of_all_seats()
        self.redis_keeps_nothing_of_those_who_are_gone()

    def redis_agrees_with_the_model(self, snapshot: Snapshot) -> None:
        assert {
            number: (v.state, v.agent, v.reason, v.reachable, v.pools, v.call)
            for number, v in snapshot.seats.items()
        } == {
            number: (s.state, s.agent, s.reason, s.reachable, dict.fromkeys(s.groups, 5), s.call)
            for number, s in self.model.seats.items()
        }
        for number, model in self.model.seats.items():
            view = snapshot.seats[number]
            assert (None if view.until is None else to_ms(view.until)) == model.until
            assert view.after_call == (model.wish[0] if model.wish else None)
            if model.state is SeatState.READY:
                assert to_ms(view.since) == model.idle_since
        lists = {g: [w.call for w in view.first] for g, view in snapshot.groups.items()}
        assert {g: found for g, found in lists.items() if found} == {
            g: expected for g in GROUPS if (expected := self.model.waiting(g, self.ms))
        }

    def a_call_is_with_one_seat_or_in_one_list(self, snapshot: Snapshot) -> None:
        places = [seat.call for seat in snapshot.seats.values() if seat.call]
        places += [caller.call for group in snapshot.groups.values() for caller in group.first]
        assert len(places) == len(set(places))

    def nobody_waits_while_an_eligible_seat_is_idle(self, snapshot: Snapshot) -> None:
        for seat in snapshot.seats.values():
            if seat.state is SeatState.READY and seat.reachable:
                assert all(not snapshot.groups[group].waiting for group in seat.groups)

    def the_next_deadline_is_the_earliest_of_all_seats(self) -> None:
        ends = [seat.until for seat in self.seats_now() if seat.until is not None]
        deadline = self.hall.list.next_deadline()
        assert (None if deadline is None else to_ms(deadline)) == min(ends, default=None)

    def redis_keeps_nothing_of_those_who_are_gone(self) -> None:
        hashes = {str(key).rsplit(":", 1)[1] for key in self.client.keys("*:call:*")}
        assert hashes == set(self.model.calls)
        leases = self.client.hvals("switchd:{pingdingshan}:leases")
        assert sorted(map(str, leases)) == sorted(n for n, s in self.model.seats.items() if s.busy)


EVERYDAY = settings(
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
THOROUGH = settings(EVERYDAY, max_examples=400, stateful_step_count=100)
IS_THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


class TestInvariants:
    @pytest.mark.timeout(1800 if IS_THOROUGH else 120)
    def test_no_order_of_events_breaks_a_rule(self, server: EmbeddedRedis) -> None:
        class OnThisServer(QueueMachine):
            url = server.url

        run_state_machine_as_test(OnThisServer, settings=THOROUGH if IS_THOROUGH else EVERYDAY)
