"""A hall of seats for tests: the waitlist with a clock that the test moves."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count

import redis

from routing.seats import Offer, SeatState
from switchd.queues.facts import InboxEvent, OfferMade, SeatView, read_event
from switchd.queues.keys import Keys
from switchd.queues.waitlist import Waitlist

CITY = "pingdingshan"
MORNING = 1_700_000_000.0


def wait_until(condition: Callable[[], object], *, patience: float = 30.0) -> None:
    """Return as soon as `condition()` is true; fail if it never becomes so."""
    give_up = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < give_up, "what the test waits for did not happen"
        time.sleep(0.005)


class Hall:
    """One daemon's view of the city: verbs in the words of a test, time in seconds."""

    def __init__(self, client: redis.Redis, owner: str = "daemon-1", city: str = CITY) -> None:
        numbers = count(1)
        self.client = client
        self._keys, self._owner = Keys(city), owner
        self.now = MORNING
        self.list = Waitlist(client, city, owner, lambda: f"{owner}/{next(numbers)}")

    def after(self, seconds: float) -> None:
        self.now += seconds

    def define(self, seat: str, *groups: str) -> None:
        """A seat of the plan, at which nobody has signed in, serving groups at level 5."""
        self.list.define_seat(seat, self.now)
        self.list.serve(seat, dict.fromkeys(groups, 5), self.now)

    def seat(self, seat: str, *groups: str, agent: str = "") -> None:
        """A seat with a phone and an agent who is ready."""
        self.define(seat, *(groups or ("hotline",)))
        self.list.phone(seat, True, self.now)
        self.list.sign_in(seat, agent or f"agent-{seat}", self.now)
        self.list.ready(seat, self.now)

    def call(
        self,
        call: str,
        group: str = "hotline",
        *,
        priority: int = 0,
        slope: float = 1.0,
        prefer: str = "",
        since: float | None = None,
        ring: float = 15.0,
    ) -> int:
        return self.list.enqueue(
            call,
            group,
            priority=priority,
            slope=slope,
            prefer=prefer,
            enqueued_at=self.now if since is None else since,
            ring_seconds=ring,
            now=self.now,
        )

    def inbox(self) -> list[InboxEvent]:
        """What came in since the last look, wherever the owner has its daemon."""
        place = self.client.hget(self._keys.places, self._owner)
        inbox = self._keys.inbox + self._owner + (f"\n{place}" if place else "")
        entries = iter(lambda: self.client.lpop(inbox), None)
        return [read_event(str(entry)) for entry in entries]

    def offers(self) -> list[Offer]:
        return [event.offer for event in self.inbox() if isinstance(event, OfferMade)]

    def matches(self) -> list[tuple[str, str]]:
        """Offers since the last look, as (caller, seat)."""
        return [(offer.call, offer.seat) for offer in self.offers()]

    def the_offer(self) -> Offer:
        """The only offer since the last look."""
        (offer,) = self.offers()
        return offer

    def talk(self, seat: str, call: str, group: str = "hotline") -> Offer:
        """Seat and caller talk; the seat must be the one whose turn it is."""
        self.call(call, group)
        offer = self.the_offer()
        assert offer.seat == seat
        assert self.list.accept(offer.token, self.now)
        return offer

    def view(self, seat: str) -> SeatView:
        view = self.list.seat(seat)
        assert view is not None
        return view

    def state(self, seat: str) -> SeatState:
        return self.view(seat).state

    def waiting(self, group: str = "hotline") -> list[str]:
        """The callers of a list in order."""
        view = self.list.snapshot(self.now, first=1000).groups.get(group)
        return [caller.call for caller in view.first] if view else []
