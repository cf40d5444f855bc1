"""The live queue and its model side by side, and what their owners hear of both."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from routing.seats import Offer, SeatState
from switchd.queues.connection import connect
from switchd.queues.facts import Emptied, OfferLost, OfferMade
from switchd.queues.order import to_ms
from tests.queues.hall import MORNING, Hall
from tests.queues.model import Model, ModelSeat

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


class Side(RuleBasedStateMachine):
    """`settle` compares what the owners hear with the model's matches."""

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
        self.staffed: set[str] = set()
        """Pools at which somebody was signed in, at the last look."""
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
        emptied = self.emptied()
        for owner, hall in self.halls.items():
            expected = [event[1:] for event in self.model.events if event[0] == owner]
            if owner in self.dead:
                for _, _, seat, how in expected:
                    if how:
                        self.tokens.pop(seat, None)
                continue
            came = hall.inbox()
            heard = [
                self.made(event) if isinstance(event, OfferMade) else self.lost(event)
                for event in came
                if isinstance(event, OfferMade | OfferLost)
            ]
            assert heard == expected
            told = [event.pool for event in came if isinstance(event, Emptied)]
            assert sorted(told) == sorted(pool for of, pool in emptied if of == owner)
        self.model.events.clear()
        self.model.rejected.clear()

    def emptied(self) -> set[tuple[str, str]]:
        """The pools that the last seat has left since the last look, with each owner who has
        callers waiting there."""
        staffed = {pool for pool in POOLS if self.model.staffed(pool)}
        left, self.staffed = self.staffed - staffed, staffed
        return {
            (caller.owner, pool)
            for caller in self.model.calls.values()
            if not caller.seats
            for pool in left & {*self.model.served_by(caller)}
        }

    def made(self, event: OfferMade) -> tuple[str, str, str, str]:
        offer = event.offer
        caller = self.model.calls[offer.call]
        assert offer.token not in self.given
        assert to_ms(offer.deadline) == self.ms + caller.ring
        assert offer.agent == self.model.seats[offer.seat].agent
        assert round(offer.why["score"] * 100_000) == caller.score(self.ms)
        assert offer.why["pool"] in caller.pools
        assert offer.why["pool"] in self.model.seats[offer.seat].pools
        self.every_other_seat_has_a_reason(offer)
        self.tokens[offer.seat] = offer.token
        self.given[offer.token] = (offer.call, offer.seat)
        return "made", offer.call, offer.seat, str(offer.why["how"])

    def every_other_seat_has_a_reason(self, offer: Offer) -> None:
        """Those that are named as being in turn need none."""
        in_turn = dict(offer.why["seats"])
        assert dict(offer.why["rejected"]) == {
            seat: reason
            for seat, reason in self.model.rejected[offer.call, offer.seat].items()
            if seat not in in_turn
        }

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
