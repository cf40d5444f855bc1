"""The entrance: what is known of callers when they arrive, who waits already, and which number has
which place.

What has to be known before a call is decided comes with one verb, `arrive`, for as many calls at
once as have arrived; in a storm that is what makes a refused call cheap. All times are seconds
since the epoch. Every method raises QueueUnavailable if Redis cannot be asked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import redis

from routing.admission import HeldPlace, Knock, Room
from routing.standing import Callers, Standing
from switchd.queues.facts import CallerView
from switchd.queues.keys import EntranceKeys
from switchd.queues.order import to_ms, to_seconds
from switchd.queues.scripts import Fence, Scripts


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a call that has arrived."""

    caller: CallerView
    room: Room
    """Who waits; without the call whose place this one takes over."""
    place: HeldPlace | None
    talked_with: str = ""
    """Agent, or seat, with whom the number talked a while ago; "" if with nobody, or cut off."""

    @property
    def standing(self) -> Standing:
        """The same in the words of `routing.entry`."""
        return Standing(
            calls_in_hour=self.caller.calls_in_hour,
            is_repeat=self.caller.called_before,
            barred_until=self.caller.barred_until,
            barred_for=self.caller.reason,
            by_limit=self.caller.by_limit,
            place=self.place,
            talked_with=self.talked_with,
            room=self.room,
        )


class Entrance:
    """The entrance of one city as one daemon (`owner`) uses it."""

    def __init__(
        self, client: redis.Redis, city: str, owner: str, fence: Fence | None = None
    ) -> None:
        """For `fence` see `verbs.Verbs`."""
        self._scripts = Scripts(client, EntranceKeys(city), fence)
        self._owner = owner

    def arrive(self, knocks: Sequence[Knock], callers: Callers, now: float) -> list[Answer]:
        """Count calls and tell what is known of each; asking twice about a call counts it once.

        Beyond the limit of calls within an hour its number is barred. A call that is to wait, and
        may, counts as waiting from now on, until `leave_place`; it has its number's place unless
        another call keeps that.
        """
        limits = callers.limits
        rules = (limits.calls_per_hour, to_ms(limits.bar_seconds), to_ms(callers.repeat_seconds))
        rows = [
            (
                *(knock.number, knock.call, *rules, to_ms(now), self._owner),
                *(knock.line, knock.group, knock.most_on_line, knock.most_in_group, knock.again),
            )
            for knock in knocks
        ]
        return [_read_answer(answer) for answer in self._scripts.run_each("arrive", rows)]

    def hold_place(self, call: str, line: str, number: str, place: HeldPlace, now: float) -> None:
        """The call has come to the waiting list, at that place; its number has it."""
        since = to_ms(now if place.enqueued_at is None else place.enqueued_at)
        self._scripts.run(
            "hold_place",
            *(line, number, call, self._owner, to_ms(now)),
            *(place.group, place.language, place.priority or 0, since),
        )

    def leave_place(
        self, call: str, line: str, number: str, kept: HeldPlace | None = None, seconds: float = 0.0
    ) -> None:
        """The call waits no more. `kept` is the place that its number gets back, if it calls
        again within `seconds`."""
        place = kept or HeldPlace(call, waits=False)
        since = "" if place.enqueued_at is None else to_ms(place.enqueued_at)
        priority = "" if place.priority is None else place.priority
        self._scripts.run(
            "leave_place",
            *(line, number, call, to_ms(seconds) if kept else 0),
            "talked" if place.said_goodbye else "kept",
            *(place.group, place.language, priority, since, place.agent, place.seat),
        )

    def take_over(self, earlier: HeldPlace, call: str) -> None:
        """Tell the owner of an earlier call that `call` has its place."""
        self._scripts.run("take_over", earlier.call, earlier.owner, call)

    def forget_held(self, keep_seconds: float) -> int:
        """Count nothing any more that this owner's calls held; return how many there were.

        For the start of a daemon. Their numbers keep their places for so long, as callers who
        were cut off.
        """
        return int(self._scripts.run("forget_held", self._owner, to_ms(keep_seconds)))


def _read_answer(answer: Sequence[Any]) -> Answer:
    (count, before, ends, reason, by_limit, barred_now), on_line, in_group, fields = answer
    place = _read_place(fields) if fields else None
    goodbye = place is not None and place.said_goodbye
    return Answer(
        caller=CallerView(
            calls_in_hour=count,
            called_before=bool(before),
            barred_until=None if ends is None else to_seconds(ends) if ends else math.inf,
            reason=reason,
            by_limit=bool(by_limit),
            barred_now=bool(barred_now),
        ),
        room=Room(on_line, in_group),
        place=None if goodbye else place,
        talked_with=(place.agent or place.seat) if place and goodbye else "",
    )


def _read_place(fields: Sequence[str | None]) -> HeldPlace:
    call, state, owner, group, language, priority, since, agent, seat = (
        field or "" for field in fields
    )
    return HeldPlace(
        call=call,
        waits=state == "waiting",
        owner=owner,
        group=group,
        language=language,
        priority=int(priority) if priority else None,
        enqueued_at=to_seconds(since) if since else None,
        agent=agent,
        seat=seat,
        said_goodbye=state == "talked",
    )
