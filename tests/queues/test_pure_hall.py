"""The hall in memory (`routing.hall`) does what the live queue does, verb by verb.

Only the live queue says that a pool has no seats left: a replay looks by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing import hall as pure
from routing.queueing import Strategy
from routing.seats import Offer, SeatState
from switchd.queues.facts import Emptied, OfferMade, SeatRefused, read_event
from switchd.queues.keys import Keys
from switchd.queues.waitlist import Waitlist

MORNING = 1_700_000_000.0
GROUPS = ("a", "b", "c")
POOLS = (*GROUPS, "a@1", "b@1")
SEATS = ("1001", "1002", "1003", "1004", "1005")
CALLS = tuple(f"call-{n}" for n in range(8))
CITIES = count()

served = st.dictionaries(st.sampled_from(POOLS), st.integers(1, 9), min_size=1)
seats, calls, groups = st.sampled_from(SEATS), st.sampled_from(CALLS), st.sampled_from(GROUPS)
open_offers = st.integers(0, 10)
steps = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 20)),
    st.tuples(st.just("define_group"), groups, st.sampled_from(Strategy), st.integers(1, 3)),
    st.tuples(st.just("serve"), seats, served),
    st.tuples(st.just("phone"), seats, st.booleans()),
    st.tuples(st.just("sit"), seats),
    st.tuples(st.just("ready"), seats),
    st.tuples(st.just("not_ready"), seats),
    st.tuples(st.just("sign_out"), seats),
    st.tuples(
        st.just("enqueue"),
        calls,
        groups,
        st.integers(-60, 60),
        st.sampled_from([0.5, 1.0, 2.35]),
        st.integers(0, 60),
        st.sampled_from(["", "", *SEATS[:2], "agent-1002"]),
    ),
    st.tuples(st.just("widen"), calls, st.sampled_from(POOLS)),
    st.tuples(st.just("rerank"), calls, st.integers(-60, 60)),
    st.tuples(st.just("move"), calls, groups),
    st.tuples(st.just("leave"), calls),
    st.tuples(st.just("pause"), groups, st.booleans()),
    st.tuples(st.just("accept"), open_offers),
    st.tuples(st.just("refuse"), open_offers, st.sampled_from(["", "busy"])),
    st.tuples(st.just("release"), open_offers, st.sampled_from([0.0, 5.0])),
    st.just(("sweep",)),
)


class Both:
    """The same verbs to the live queue and to the hall in memory."""

    def __init__(self, client: redis.Redis) -> None:
        city = f"twin-{next(CITIES)}"
        numbers = count()
        self.client = client
        self.inbox = Keys(city).inbox + "daemon"
        self.live = Waitlist(client, city, "daemon", lambda: f"t{next(numbers)}")
        self.hall = pure.Hall()
        self.now = MORNING
        self.offers: list[tuple[str, Offer]] = []
        """Token of the live queue, and the same offer of the hall in memory."""
        for seat in SEATS:
            self.live.define_seat(seat, self.now)
            self.live.phone(seat, True, self.now)
            self.hall.serve(seat, {}, self.now)

    def do(self, verb: str, *given: Any) -> None:
        getattr(self, verb)(*given)
        self._compare()

    def wait(self, seconds: int) -> None:
        self.now += seconds

    def define_group(self, group: str, strategy: Strategy, several: int) -> None:
        self.live.define_group(group, strategy, several, self.now)
        self.hall.define_group(group, strategy, several)

    def serve(self, seat: str, pools: dict[str, int]) -> None:
        self.live.serve(seat, pools, self.now)
        self.hall.serve(seat, pools, self.now)

    def phone(self, seat: str, reachable: bool) -> None:
        self.live.phone(seat, reachable, self.now)
        self.hall.phone(seat, reachable, self.now)

    def sit(self, seat: str) -> None:
        if self.hall.seats[seat].state is SeatState.SIGNED_OUT:
            self.live.sign_in(seat, f"agent-{seat}", self.now)
            self.hall.sign_in(seat, f"agent-{seat}", self.now)
        self.ready(seat)

    def ready(self, seat: str) -> None:
        _granted(lambda: self.live.ready(seat, self.now))
        self.hall.ready(seat, self.now)

    def not_ready(self, seat: str) -> None:
        _granted(lambda: self.live.not_ready(seat, "break", self.now))
        self.hall.not_ready(seat, "break", self.now)

    def sign_out(self, seat: str) -> None:
        _granted(lambda: self.live.sign_out(seat, self.now))
        self.hall.sign_out(seat, self.now)

    def enqueue(
        self, call: str, group: str, priority: int, slope: float, waited: int, prefer: str
    ) -> None:
        given: dict[str, Any] = {
            "priority": priority,
            "slope": slope,
            "enqueued_at": self.now - waited,
            "ring_seconds": 15.0,
            "prefer": prefer,
            "now": self.now,
        }
        self.live.enqueue(call, group, **given)
        self.hall.enqueue(call, group, **given)

    def widen(self, call: str, pool: str) -> None:
        self.live.widen(call, pool, self.now)
        self.hall.widen(call, pool, self.now)

    def rerank(self, call: str, priority: int) -> None:
        self.live.rerank(call, priority, self.now)
        self.hall.rerank(call, priority, self.now)

    def move(self, call: str, group: str) -> None:
        self.live.move(call, group, self.now)
        self.hall.move(call, group, self.now)

    def leave(self, call: str) -> None:
        self.live.leave(call, self.now)
        self.hall.leave(call, self.now)

    def pause(self, group: str, paused: bool) -> None:
        self.live.pause(group, paused, self.now)
        self.hall.pause(group, paused, self.now)

    def accept(self, which: int) -> None:
        for token, offer in self._one(which, SeatState.OFFERED):
            assert self.live.accept(token, self.now) is not None
            assert self.hall.accept(offer, self.now)

    def refuse(self, which: int, reason: str) -> None:
        for token, offer in self._one(which, SeatState.OFFERED):
            assert self.live.refuse(token, reason or None, self.now)
            assert self.hall.refuse(offer, reason, self.now)

    def release(self, which: int, wrap_up: float) -> None:
        for token, offer in self._one(which, SeatState.TALKING):
            assert self.live.release(offer.seat, token, wrap_up, self.now)
            assert self.hall.release(offer, wrap_up, self.now)

    def sweep(self) -> None:
        self.live.sweep(self.now)
        self.hall.sweep(self.now)

    def _one(self, which: int, state: SeatState) -> list[tuple[str, Offer]]:
        """One of the offers, or talks, that are open in the hall in memory; none if there is
        none."""
        seats = self.hall.seats
        there = [
            pair
            for pair in self.offers
            if seats[pair[1].seat].offer == pair[1] and seats[pair[1].seat].state is state
        ]
        return [there[which % len(there)]] if there else []

    def _compare(self) -> None:
        came = [
            read_event(str(entry)) for entry in iter(lambda: self.client.lpop(self.inbox), None)
        ]
        told = [event for event in came if not isinstance(event, Emptied)]
        heard = list(self.hall.events)
        self.hall.events.clear()
        assert [_shown(event) for event in told] == [_shown(event) for event in heard]
        for live, found in zip(told, heard, strict=True):
            if isinstance(live, OfferMade):
                assert isinstance(found, Offer)
                self.offers.append((live.offer.token, found))
        for seat in SEATS:
            view, known = self.live.seat(seat), self.hall.seats[seat]
            assert view is not None
            assert (view.state, view.agent, view.reason) == (known.state, known.agent, known.reason)
        assert self.live.next_deadline() == self.hall.next_deadline()


def _granted(verb: Callable[[], object]) -> None:
    """Do what the live queue refuses and the hall in memory passes over."""
    try:
        verb()
    except SeatRefused:
        return


def _shown(event: Any) -> tuple[str, ...]:
    if isinstance(event, OfferMade):
        event = event.offer
    if isinstance(event, Offer):
        return ("made", event.call, event.seat, event.agent, event.group)
    why = event.why if isinstance(event, pure.Lost) else event.reason
    return ("lost", event.call, event.seat, str(why))


class TestTheHallInMemory:
    @settings(
        max_examples=100,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(st.lists(steps, min_size=10, max_size=70))
    def test_makes_every_match_that_the_live_queue_makes(
        self, client: redis.Redis, history: list[tuple[Any, ...]]
    ) -> None:
        both = Both(client)
        for seat in SEATS:
            both.do("serve", seat, {"a": 5, "b": 3})
            both.do("sit", seat)
        for verb, *arguments in history:
            both.do(verb, *arguments)

    @pytest.mark.parametrize("strategy", list(Strategy))
    def test_rings_several_and_takes_them_back_in_the_same_order(
        self, client: redis.Redis, strategy: Strategy
    ) -> None:
        both = Both(client)
        both.do("define_group", "a", strategy, 3)
        for seat in SEATS[:3]:
            both.do("serve", seat, {"a": 5, "b": 5})
            both.do("wait", 1)
            both.do("sit", seat)
        both.do("enqueue", "call-0", "a", 0, 1.0, 0, "")
        assert len(both.offers) == 3
        both.do("enqueue", "call-1", "b", 0, 1.0, 0, "")
        both.do("enqueue", "call-2", "b", 0, 1.0, 0, "")
        both.do("enqueue", "call-3", "b", 0, 1.0, 0, "")
        assert len(both.offers) == 5
        both.do("accept", 0)
        both.do("wait", 20)
        both.do("sweep")
