"""The live queue: one waiting list per skill group, the seats, and the offers between them.

Each method runs one Lua verb atomically; a match happens inside the verb that made it possible
and reaches the owner of the caller through its inbox (`switchd.queues.inbox`). Longest-waiting
caller first (higher priority before that), to the seat that has been idle longest.

All times are seconds since the epoch; `now` is the caller's clock. Every method raises
QueueUnavailable if Redis cannot be asked.
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import redis

from switchd.queues.facts import (
    CallerView,
    GroupView,
    OfferLost,
    QueueUnavailable,
    Refusal,
    SeatRefused,
    SeatView,
    Snapshot,
    Sweep,
    Waiting,
    read_seat,
)
from switchd.queues.keys import Keys
from switchd.queues.order import BAND, enqueued_at_of, place, priority_of, to_ms, to_seconds
from switchd.queues.scripts import Scripts


def _new_token() -> str:
    return secrets.token_urlsafe(12)


class Waitlist:
    """The queue of one city as one daemon (`owner`) uses it."""

    def __init__(
        self,
        client: redis.Redis,
        city: str,
        owner: str,
        new_token: Callable[[], str] = _new_token,
    ) -> None:
        """`client` comes from `switchd.queues.connection.connect`.

        Offers for callers that this owner enqueues go to this owner's inbox. `new_token` returns
        a new unguessable text each time.
        """
        self._scripts = Scripts(client, Keys(city))
        self._owner = owner
        self._new_token = new_token
        self.on_deadline: Callable[[float], None] = lambda deadline: None
        """Told the city's next deadline after each verb but `sweep`, which returns it."""

    # Seats of the plan

    def define_seat(self, seat: str, groups: Sequence[str], now: float) -> None:
        """Make a seat known: signed out, its phone not reachable. A known one keeps its state."""
        self._run("define_seat", seat, json.dumps(list(groups)), to_ms(now), self._new_token())

    def forget_seat(self, seat: str, now: float) -> bool:
        """Remove a seat; a caller being offered to it goes back. False if it was not known."""
        return bool(self._run("forget_seat", seat, to_ms(now), self._new_token()))

    # Callers

    def enqueue(
        self,
        call: str,
        group: str,
        *,
        priority: int = 0,
        enqueued_at: float,
        ring_seconds: float,
        now: float,
    ) -> int:
        """Put a caller into the list of `group` and return the position, from 1.

        `enqueued_at` decides the place, so a caller who comes back keeps place and age.
        `ring_seconds` is how long a seat may take to answer. A caller already in a list moves; an
        open offer is withdrawn. Raise ValueError for a priority outside -100…100 or a ring time
        that is not positive.
        """
        if ring_seconds <= 0:
            raise ValueError(f"ring_seconds {ring_seconds} must be more than 0")
        order, ring = place(priority, enqueued_at), to_ms(ring_seconds)
        token = self._new_token()
        return int(self._run("enqueue", call, group, self._owner, order, ring, to_ms(now), token))

    def widen(self, call: str, group: str, now: float) -> bool:
        """Let the seats of a further group serve the caller too; place and age stay.

        False if the caller is neither in a list nor in an offer.
        """
        return bool(self._run("widen", call, group, to_ms(now), self._new_token()))

    def staffed(self, group: str) -> bool:
        """Whether somebody is signed in at a reachable seat that serves the group."""
        return bool(self._run("staffed", group))

    def leave(self, call: str, now: float) -> bool:
        """The caller has gone from the list or from an offer; False if in neither."""
        return bool(self._run("leave", call, to_ms(now), self._new_token()))

    def position(self, call: str) -> int | None:
        """Position from 1; None if the caller is not in a list (while being offered, too)."""
        position = self._run("position", call)
        return None if position is None else int(position)

    # What agents do; each raises SeatRefused if the seat's state does not allow it

    def sign_in(self, seat: str, agent: str, now: float) -> SeatView:
        """The agent sits down, not ready yet; refused while another agent is signed in there."""
        return self._ask(seat, "sign_in", seat, agent, to_ms(now))

    def sign_out(self, seat: str, now: float) -> SeatView:
        """The agent leaves; during an offer or a talk, when the call has ended."""
        return self._ask(seat, "sign_out", seat, to_ms(now))

    def ready(self, seat: str, now: float) -> SeatView:
        """Callers may come; takes back a `not_ready` or `sign_out` given during a call."""
        return self._ask(seat, "ready", seat, to_ms(now), self._new_token())

    def not_ready(self, seat: str, reason: str, now: float) -> SeatView:
        """No callers, please; during an offer or a talk, when the call has ended."""
        return self._ask(seat, "not_ready", seat, reason, to_ms(now))

    # What phones do

    def phone(self, seat: str, reachable: bool, now: float) -> bool:
        """The seat's phone is registered at this owner's FreeSWITCH, or not any more.

        It is rung where it registered last. False if the seat is not known.
        """
        there, token = int(reachable), self._new_token()
        return bool(self._run("phone", seat, self._owner, there, to_ms(now), token))

    def accept(self, token: str, now: float) -> bool:
        """The seat answered. False if the offer has ended; repeating it is harmless."""
        return bool(self._run("accept", token, to_ms(now)))

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

    def count_call(
        self,
        number: str,
        call: str,
        *,
        limit: int,
        bar_seconds: float,
        repeat_seconds: float,
        now: float,
    ) -> CallerView:
        """Count a call of `number` and tell what is known of it; counting it twice counts once.

        Beyond `limit` calls within an hour (0: no limit) the number is barred for `bar_seconds`.
        A second call within `repeat_seconds` (0: never) is told as one.
        """
        bar, again = to_ms(bar_seconds), to_ms(repeat_seconds)
        count, before, ends, reason, by_limit, barred_now = self._run(
            "count_call", number, call, limit, bar, again, to_ms(now)
        )
        return CallerView(
            calls_in_hour=count,
            called_before=bool(before),
            barred_until=None if ends is None else to_seconds(ends) if ends else math.inf,
            reason=reason,
            by_limit=bool(by_limit),
            barred_now=bool(barred_now),
        )

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
        head, (lost, wrap_ups) = self._call("sweep", to_ms(now), self._new_token())
        return Sweep(
            offers=tuple(OfferLost(call, token, seat) for call, token, seat in lost),
            wrap_ups=tuple(wrap_ups),
            next_deadline=None if head is None else to_seconds(head),
        )

    def next_deadline(self) -> float | None:
        """When the next offer or wrap-up of the city ends."""
        head, _ = self._call("next_deadline")
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

    def seat(self, seat: str) -> SeatView | None:
        """The seat as it is now; None if it is not known."""
        fields = _pairs(self._run("seat", seat))
        return read_seat(seat, fields) if fields else None

    def snapshot(self, now: float, first: int = 10) -> Snapshot:
        """Every seat and every list, with the `first` callers of each."""
        groups, seats = self._run("snapshot", first, BAND)
        return Snapshot(
            at=now,
            groups={row[0]: _read_group(row, now) for row in sorted(groups)},
            seats={seat: read_seat(seat, _pairs(flat)) for seat, flat in sorted(seats)},
        )

    def _ask(self, seat: str, verb: str, *arguments: str | int) -> SeatView:
        verdict, answer = self._run(verb, *arguments)
        if verdict == "refused":
            raise SeatRefused(seat, Refusal(answer))
        return read_seat(seat, _pairs(answer))

    def _run(self, verb: str, *arguments: str | int) -> Any:
        head, result = self._call(verb, *arguments)
        if head is not None:
            self.on_deadline(to_seconds(head))
        return result

    def _call(self, verb: str, *arguments: str | int) -> Any:
        try:
            return self._scripts.run(verb, *arguments)
        except redis.RedisError as error:
            raise QueueUnavailable(
                f"{verb}: Redis does not answer as it should: {error}"
            ) from error


def _pairs(flat: Sequence[str]) -> dict[str, str]:
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _read_group(row: Sequence[Any], now: float) -> GroupView:
    group, waiting, earliest, first = row
    return GroupView(
        group=group,
        waiting=waiting,
        longest_wait=max(0.0, now - to_seconds(earliest)) if earliest else 0.0,
        first=tuple(_read_caller(call, score) for call, score in _pairs(first).items()),
    )


def _read_caller(call: str, score: str) -> Waiting:
    order = int(float(score))
    return Waiting(call, priority_of(order), enqueued_at_of(order))
