"""The live queue: one waiting list per skill group, the seats, and the offers between them.

Each method runs one Lua verb atomically; a match happens inside the verb that made it possible
and reaches the owner of the caller through its inbox (`switchd.queues.inbox`). The caller with the
highest score comes first; which of the free seats, is the strategy of the group. See
docs/queueing.md.

All times are seconds since the epoch; `now` is the caller's clock. Every method raises
QueueUnavailable if Redis cannot be asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from routing.queueing import Strategy
from routing.seats import Offer
from routing.skills import LEVEL_MARK
from switchd.queues.facts import (
    Accepted,
    GroupView,
    LostBy,
    NotToBeHad,
    OfferLost,
    Place,
    PoolView,
    Snapshot,
    Sweep,
    read_caller,
    read_pool,
    read_seat,
)
from switchd.queues.order import (
    checked_priority,
    checked_time,
    to_hundredths,
    to_ms,
    to_seconds,
)
from switchd.queues.seat_verbs import SeatVerbs
from switchd.queues.verbs import pairs

GATHERING_SECONDS: Final = 3.0
"""How long seats are kept free for callers who are being put back."""


class Waitlist(SeatVerbs):
    """The queue of one city as one daemon uses it."""

    # Groups and callers

    def define_group(self, pool: str, strategy: Strategy, ring_several: int, now: float) -> None:
        """Say how the idle seats of a pool take turns and how many ring at once for a caller.

        Unknown ones ring one seat at a time, the longest idle first.
        """
        if ring_several < 1:
            raise ValueError(f"ring_several {ring_several} must be at least 1")
        self._run("define_group", pool, strategy, ring_several, to_ms(now))

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
    ) -> int:
        """Put a caller into the list of `group` and return the position, from 1.

        The score is `priority + slope × (now - enqueued_at)`, so a caller who comes back keeps
        place and age. `ring_seconds` is how long a seat may take to answer; `prefer` an agent or
        a seat that is taken if it is free. A caller already in a list moves; open offers are
        withdrawn. Raise ValueError for a priority outside -86400…86400, a slope outside 0.1…10
        or a ring time that is not positive.
        """
        if ring_seconds <= 0:
            raise ValueError(f"ring_seconds {ring_seconds} must be more than 0")
        position = self._run(
            "enqueue",
            call,
            group,
            self._owner,
            checked_priority(priority),
            to_hundredths(slope),
            checked_time(enqueued_at),
            to_ms(ring_seconds),
            prefer,
            to_ms(now),
            self._new_token(),
        )
        return int(position)

    def gather(self, now: float) -> None:
        """Callers who waited before are about to be put back: nobody is offered a seat until
        `gathered`, or for GATHERING_SECONDS. So the order is theirs, not that of their return."""
        self._run("gather", self._owner, to_ms(now + GATHERING_SECONDS))

    def gathered(self, now: float) -> None:
        """All who waited before have been put back."""
        self._run("gathered", self._owner, to_ms(now), self._new_token())

    def widen(self, call: str, pool: str, now: float) -> bool:
        """Let the seats of a further pool serve the caller too; place and age stay.

        False if the caller is neither in a list nor in an offer.
        """
        return bool(self._run("widen", call, pool, to_ms(now), self._new_token()))

    def rerank(self, call: str, priority: int, now: float) -> bool:
        """Give a caller another priority, in points. False if in neither list nor offer."""
        return bool(self._run("rerank", call, checked_priority(priority)))

    def move(self, call: str, group: str, now: float) -> bool:
        """Let a caller wait for another group, with place and age but without widening.

        Open offers are withdrawn. False if the caller is in neither list nor offer.
        """
        return bool(self._run("move", call, group, to_ms(now), self._new_token()))

    def pause(self, group: str, paused: bool, now: float) -> bool:
        """Hold the callers of a group back, or let them come again. False if it was so already.

        Open offers and talks go on; the seats serve callers of other groups.
        """
        return bool(self._run("pause", group, int(paused), to_ms(now), self._new_token()))

    def set_notice(self, group: str, prompt: str) -> int:
        """Say what callers of a paused group are told, "" for nothing; return how many wait.

        Those who wait are told through their owners, others when they ask for `notice`.
        """
        return int(self._run("set_notice", group, prompt))

    def notice(self, group: str) -> str | None:
        """What callers of a group are told while it is paused; None if it is not."""
        prompt = self._run("notice", group)
        return None if prompt is None else str(prompt)

    def tell(self, call: str, what: str, facts: Mapping[str, Any]) -> bool:
        """Tell a caller's owner what a supervisor wants (see `facts.Told`). False if the caller
        is in neither list nor offer."""
        return bool(self._run("tell", call, what, json.dumps(dict(facts))))

    def leave(self, call: str, now: float) -> bool:
        """The caller has gone from the list or from an offer; False if in neither."""
        return bool(self._run("leave", call, to_ms(now), self._new_token()))

    def position(self, call: str, now: float) -> Place | None:
        """Where the caller stands; None if not in a list (while being offered, too)."""
        flat = self._run("position", call, to_ms(now))
        if flat is None:
            return None
        ahead = dict(zip(flat[::2], map(int, flat[1::2]), strict=True))
        return Place(1 + int(flat[1]), ahead)

    def staffed(self, group: str) -> bool:
        """Whether somebody is signed in at a reachable seat that serves the group or pool."""
        return bool(self._run("staffed", group))

    def counts(self, pool: str) -> PoolView:
        """How a pool is served and how many of its seats are in each state."""
        return read_pool(pairs(self._run("counts", pool)))

    # Offers

    def accept(self, token: str, now: float) -> Accepted | None:
        """The seat answered: other offers of the caller end. Repeating it is harmless.

        None if the offer has ended.
        """
        withdrawn = self._run("accept", token, to_ms(now), self._new_token())
        return None if withdrawn is None else Accepted(tuple(withdrawn))

    def claim(
        self,
        wanted: str,
        call: str,
        lease_seconds: float,
        now: float,
        *,
        token: str = "",
        resting: bool = False,
    ) -> Offer | NotToBeHad:
        """Hold a seat, or the one where an agent sits, for a call that waits in no list.

        The lease is accepted, refused or swept like that of an offer; the owner hears of the
        sweep. `token` names it, "" for a new name; `resting` also holds a seat that is not ready,
        which it is again afterwards. Raise ValueError for a lease that is not positive.
        """
        if lease_seconds <= 0:
            raise ValueError(f"lease_seconds {lease_seconds} must be more than 0")
        token = token or self._new_token()
        lease = (self._owner, to_ms(lease_seconds), to_ms(now), token)
        verdict, *facts = self._run("claim", wanted, call, *lease, int(resting))
        if verdict == "refused":
            return NotToBeHad(facts[0])
        seat, agent, home, deadline = facts
        until = to_seconds(int(deadline))
        return Offer(token, call, seat, agent, "", now, until, home, {"how": "claimed"})

    def refuse(self, token: str, reason: str | None, now: float) -> bool:
        """The phone did not take the offer: the caller goes on to the next ready seat, or waits.

        The seat is not ready for `reason`; with None it is the last of the ready ones, and is
        offered the same caller again if there is no other. False if the offer has ended.
        """
        return bool(self._run("refuse", token, reason or "", to_ms(now), self._new_token()))

    def release(self, seat: str, token: str, wrap_up_seconds: float, now: float) -> bool:
        """The talk is over: wrap-up for so long (0: ready), or what the agent asked for.

        False if `token` is not the seat's talk, so a late release hurts nobody.
        """
        wrap_up = to_ms(wrap_up_seconds)
        return bool(self._run("release", seat, token, wrap_up, to_ms(now), self._new_token()))

    # Callers' standing

    def bar_caller(
        self, number: str, until: float | None, reason: str, by_limit: bool, now: float
    ) -> None:
        """Bar a number until a time, or for ever; an earlier bar of it is replaced."""
        ends = 0 if until is None else to_ms(until)
        self._run("bar_caller", number, ends, reason, int(by_limit), to_ms(now))

    def admit_caller(self, number: str) -> bool:
        """End a number's bar and forget how often it called; False if it was not barred."""
        return bool(self._run("admit_caller", number))

    # Time and owners

    def sweep(self, now: float) -> Sweep:
        """End offers and wrap-ups whose deadline has passed, whoever made them."""
        head, (lost, wrap_ups) = self._scripts.run("sweep", to_ms(now), self._new_token())
        return Sweep(
            offers=tuple(
                OfferLost(call, token, seat, LostBy(reason)) for call, token, seat, reason in lost
            ),
            wrap_ups=tuple(wrap_ups),
            next_deadline=None if head is None else to_seconds(head),
        )

    def absolve(self, since: float, now: float) -> tuple[str, ...]:
        """Let seats be ready again that are not because offers of this owner ended unanswered at
        `since` or later: their phones' switch has told nothing from then on. Return them."""
        return tuple(self._run("absolve", self._owner, to_ms(since), to_ms(now), self._new_token()))

    def next_deadline(self) -> float | None:
        """When the next offer or wrap-up of the city ends."""
        head, _ = self._scripts.run("next_deadline")
        return None if head is None else to_seconds(head)

    def forget_calls_of(self, owner: str, now: float) -> int:
        """Drop every caller and offer of an owner that lost them, and its inbox.

        Return how many callers; their seats are free again. Talks go on; see `end_talks`. For the
        start of a daemon.
        """
        return int(self._run("forget_calls_of", owner, to_ms(now), self._new_token()))

    def end_talks(self, legs: Iterable[str], now: float) -> tuple[str, ...]:
        """End this owner's talks whose seat's leg is not among `legs`, all that the switch has.

        Return the seats that are free again. A talk's leg is named by its offer's token.
        """
        living = json.dumps(list(legs))
        freed = self._run("end_talks", self._owner, living, to_ms(now), self._new_token())
        return tuple(freed)

    # Views

    def snapshot(self, now: float, first: int = 10) -> Snapshot:
        """Every seat and every group's list, with the `first` callers of each."""
        pools, seats = self._run("snapshot", first)
        return Snapshot(
            at=now,
            groups={
                row[0]: _read_group(row, now, first)
                for row in sorted(pools, key=lambda row: str(row[0]))
                if LEVEL_MARK not in row[0]
            },
            seats={seat: read_seat(seat, pairs(flat)) for seat, flat in sorted(seats)},
        )


def _read_group(row: Sequence[Any], now: float, first: int) -> GroupView:
    group, settings, waiting, earliest, callers = row
    found = [read_caller(call, fields, now) for call, fields in pairs(callers).items()]
    found.sort(key=lambda caller: (-caller.score, caller.call))
    return GroupView(
        group=group,
        waiting=waiting,
        longest_wait=max(0.0, now - to_seconds(earliest)) if earliest else 0.0,
        first=tuple(found[:first]),
        pool=read_pool(pairs(settings)),
    )
