"""Control of calls in progress: what a seat asks for by keys, over HTTP or on the command line.

Finds the call, lets it take the wish in its turn, and waits for its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from routing.callflow import Call, State
from routing.callflow import events as on
from routing.callflow.handlers.control import OF_ANY_SEAT
from routing.callflow.states import CONTROLLED, ENGAGED
from routing.transfers import Target
from switchd.api.ports import Refused, Unavailable
from switchd.calls.desk import Desk

ANSWER_SECONDS = 2.0
"""How long a call may take to answer; it waits for the switch and the queue before."""


class Controls:
    """Does what is asked for. Every method raises `Refused` with a sentence for what is not
    possible, and `Unavailable` if the call does not answer."""

    def __init__(self, desk: Callable[[], Desk]) -> None:
        self._desk = desk

    def do(
        self,
        seat: str,
        verb: str,
        *,
        target: str = "",
        who: str,
        why: str = "",
        request: str = "",
        spoken: bool = False,
    ) -> Mapping[str, Any]:
        """Do what a seat asks for in its call.

        `target` is as in `routing.transfers.Target`; `request` names the wish if it already has a
        name; with `spoken` the seat hears why it was refused.
        """
        if verb in OF_ANY_SEAT:
            call = self._parked(target)
            wanted = None
        else:
            call = self._call_of(seat)
            wanted = _target(target)
        return self._ask(call, verb, wanted, who, why, seat, request, spoken)

    def do_call(
        self,
        call: str,
        verb: str,
        *,
        target: str = "",
        who: str,
        why: str = "",
        request: str = "",
    ) -> Mapping[str, Any]:
        """Do with a call what its seat could do: for whoever may act on all calls. `call` is its
        id, or how that begins."""
        return self._ask(self._named(call), verb, _target(target), who, why, "", request, False)

    def calls_of(self, seat: str) -> Sequence[Call]:
        """Give the calls in which a seat is: its own, or one into which it was brought."""
        return [call for call in self._desk().calls_of(seat) if seat in _seats(call)]

    def parked(self) -> Sequence[Call]:
        """Give the calls that wait to be picked up, the one that came first before the others."""
        return [call for call in self._desk().calls() if call.state is State.PARKED]

    def _call_of(self, seat: str) -> Call:
        calls = self.calls_of(seat)
        if not calls:
            raise Refused(f"seat {seat} is in no call")
        return calls[0]

    def _parked(self, target: str) -> Call:
        """Find the call that was parked by a seat, or has an id, or came first."""
        calls = self.parked()
        fitting = [
            call for call in calls if target in ("", call.parked_by) or call.id.startswith(target)
        ]
        if not fitting:
            raise Refused(f"no call is parked{f' as {target}' if target else ''}")
        return fitting[0]

    def _named(self, beginning: str) -> Call:
        calls = [call for call in self._desk().calls() if call.id.startswith(beginning)]
        if len(calls) != 1 or not beginning:
            raise Refused(f"{beginning!r} names {len(calls)} calls in progress: give the whole id")
        return calls[0]

    def _ask(
        self,
        call: Call,
        verb: str,
        target: Target | None,
        who: str,
        why: str,
        seat: str,
        request: str,
        spoken: bool,
    ) -> Mapping[str, Any]:
        desk = self._desk()

        def post(name: str) -> bool:
            wish = on.Control(name, verb, who, target, why, seat=seat, spoken=spoken)
            return desk.deliver(call.id, wish)

        answer = desk.answers.ask(post, ANSWER_SECONDS, request)
        if answer is None:
            raise Unavailable(f"call {call.id} did not answer within {ANSWER_SECONDS:g} s")
        if answer.problem:
            raise Refused(answer.problem)
        return {"call": call.id, "verb": verb, **answer.facts}


def _target(text: str) -> Target | None:
    try:
        return Target.parse(text) if text else None
    except ValueError as error:
        raise Refused(str(error)) from error


def _seats(call: Call) -> set[str]:
    own = {call.offer.seat} if call.offer is not None and call.state in ENGAGED else set()
    if call.state not in CONTROLLED | {State.TALKING}:
        return own
    return own | {p.name for p in call.parties if p.offer is not None and p.answered}
