"""Callers through a hall on a clock of its own: a day in seconds.

Whatever callers do by themselves (come, wait so long, talk so long) is given; whom they talk with
and when is the hall's doing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from math import inf

from routing.hall import Hall, Lost
from routing.seats import Offer, SeatState


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who asks for a person."""

    call: str
    at: float
    """Seconds since the epoch at which the caller enters the queue."""
    group: str
    talk_seconds: float
    """How long the talk is, if it comes to one."""
    patience_seconds: float = inf
    """How long the caller waits before giving up."""
    answer_seconds: float = 4.0
    """How long a phone rings for this caller."""
    wrap_up_seconds: float = 0.0
    priority: int = 0
    slope: float = 1.0
    widen: tuple[tuple[float, str], ...] = ()
    """Seconds in the queue after which a further pool serves the caller, and the pool."""
    out_after_seconds: float = inf
    """Seconds in the queue after which the plan takes the caller out."""


@dataclass(slots=True)
class Fate:
    """What became of one visit."""

    visit: Visit
    answered_at: float | None = None
    seat: str = ""
    pool: str = ""
    ended_at: float | None = None
    """When the caller was answered or left; None as long as neither has happened."""
    taken_out: bool = False
    """Whether the plan ended the wait, and not the caller."""

    @property
    def waited(self) -> float | None:
        """Seconds in the queue; None while they are not over."""
        return None if self.ended_at is None else self.ended_at - self.visit.at


class VirtualDay:
    """A clock that jumps from one thing that happens to the next."""

    GRACE_SECONDS = 3.0
    """How much longer than the phone rings an offer is open; everybody answers in time here."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.now = 0.0
        self.fates: dict[str, Fate] = {}
        self.on_arrival: Callable[[Visit], None] = lambda visit: None
        """Told of each caller after entering the queue."""
        self.on_end: Callable[[Fate], None] = lambda fate: None
        """Told when somebody is answered or leaves."""
        self.on_free: Callable[[Fate], None] = lambda fate: None
        """Told when a talk is over."""
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def at(self, when: float, do: Callable[[], None]) -> None:
        """Have something done at a time, after what was planned for the same time before."""
        heappush(self._agenda, (when, next(self._numbers), do))

    def run(self, visits: Iterable[Visit]) -> list[Fate]:
        """Let callers come, in order of their time, until all have left; give their fates.

        Raises ValueError for a visit before one that was there earlier.
        """
        coming = iter(visits)
        upcoming = next(coming, None)
        while True:
            planned = self._agenda[0][0] if self._agenda else inf
            due = self.hall.next_deadline()
            moment = min(planned, inf if due is None else due)
            if upcoming is None and moment == inf:
                return list(self.fates.values())
            if upcoming is not None and upcoming.at <= moment:
                if upcoming.at < self.now:
                    raise ValueError(f"{upcoming.call} comes at {upcoming.at}, before {self.now}")
                self.now = upcoming.at
                self._arrive(upcoming)
                upcoming = next(coming, None)
            elif planned <= moment:
                self.now, _, do = heappop(self._agenda)
                do()
            else:
                self.now = moment
                self.hall.sweep(self.now)
            self._hear()

    def _arrive(self, visit: Visit) -> None:
        self.fates[visit.call] = Fate(visit)
        self.hall.enqueue(
            visit.call,
            visit.group,
            priority=visit.priority,
            slope=visit.slope,
            enqueued_at=visit.at,
            ring_seconds=visit.answer_seconds + self.GRACE_SECONDS,
            now=self.now,
        )
        for after, pool in visit.widen:
            self.at(visit.at + after, lambda pool=pool: self._widen(visit, pool))  # type: ignore[misc]
        leaves = min(visit.patience_seconds, visit.out_after_seconds)
        if leaves < inf:
            out = visit.out_after_seconds < visit.patience_seconds
            self.at(visit.at + leaves, lambda: self._leave(visit.call, out))
        self.on_arrival(visit)

    def _widen(self, visit: Visit, pool: str) -> None:
        self.hall.widen(visit.call, pool, self.now)

    def take_out(self, call: str) -> None:
        """End somebody's wait, if it has not ended."""
        self._leave(call, taken_out=True)

    def _leave(self, call: str, taken_out: bool) -> None:
        fate = self.fates[call]
        if fate.ended_at is None:
            self.hall.leave(call, self.now)
            fate.ended_at, fate.taken_out = self.now, taken_out
            self.on_end(fate)

    def _hear(self) -> None:
        events = self.hall.events
        while events:
            match events.popleft():
                case Offer() as offer:
                    answers = self.fates[offer.call].visit.answer_seconds
                    self.at(self.now + answers, lambda offer=offer: self._answer(offer))  # type: ignore[misc]
                case Lost():
                    pass

    def _answer(self, offer: Offer) -> None:
        fate = self.fates[offer.call]
        if self.hall.accept(offer, self.now):
            fate.answered_at = fate.ended_at = self.now
            fate.seat, fate.pool = offer.seat, offer.why["pool"]
            self.at(self.now + fate.visit.talk_seconds, lambda: self._free(offer))
            self.on_end(fate)

    def _free(self, offer: Offer) -> None:
        fate = self.fates[offer.call]
        self.hall.release(offer, fate.visit.wrap_up_seconds, self.now)
        self.on_free(fate)

    # Seats

    def come(self, seat: str, pools: dict[str, int]) -> None:
        """Somebody sits down at the seat and is ready."""
        self.hall.serve(seat, pools, self.now)
        self.hall.sign_in(seat, seat, self.now)
        self.hall.ready(seat, self.now)

    def go(self, seat: str) -> None:
        """Whoever sits there leaves, after the call."""
        if self.hall.seats[seat].state is not SeatState.SIGNED_OUT:
            self.hall.sign_out(seat, self.now)
