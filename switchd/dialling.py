"""Click to dial: a seat's phone rings, and then that of the person whom the seat wants to call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from routing.callflow.events import DialledOut
from routing.outside import called, line_of
from routing.plan import Plan
from routing.seats import SeatState
from switchd.api.ports import Refused
from switchd.calls.desk import Desk
from switchd.queues.waitlist import Waitlist
from switchd.wiring import for_api

WriteDown = Callable[[str, str, Mapping[str, Any], str, str], object]
"""Puts what a person did into the audit: verb, target, facts, who, why."""
_NOT_NOW = {
    SeatState.SIGNED_OUT: "nobody is signed in at seat {}; sign in first",
    SeatState.OFFERED: "the phone of seat {} rings for a caller",
    SeatState.TALKING: "seat {} is in a call",
}


class ClickToDial:
    """Lets seats call without dialling. What a person asks for is written down."""

    def __init__(
        self,
        desk: Callable[[], Desk],
        waitlist: Waitlist,
        plan: Callable[[], Plan],
        write_down: WriteDown,
        now: Callable[[], float],
    ) -> None:
        self._desk = desk
        self._waitlist = waitlist
        self._plan = plan
        self._write_down = write_down
        self._now = now

    def dial(self, seat: str, number: str, line: str, who: str) -> Mapping[str, Any]:
        """Call a number from a seat, on behalf of a line ("": the one that the seat serves).

        Returns when the call has begun. Raises `api.ports.Refused`, and `Unavailable` if Redis is
        away; neither for an emergency number. What may not be dialled leaves a record all the same.
        """
        plan = self._plan()
        if seat not in plan.seats:
            raise Refused(f"the plan has no seat {seat[:40]}")
        if line and line not in plan.by_number and line not in plan.lines:
            raise Refused(f"there is no line {line[:40]}")
        found = line_of(seat, plan, line)
        wanted = called(number, seat, found.name if found else "", plan, self._now())
        if wanted.ways and not wanted.is_emergency:
            self._check(seat)
        call = self._desk().dial_out(DialledOut(seat, number, line=line, who=who))
        self._write_down("dial", seat, {"number": wanted.number, "call": call}, who, "")
        if not wanted.ways:
            raise Refused(f"{number[:40]!r} is no number that seats may dial; see `dialling`")
        return {"call": call, "seat": seat, "number": wanted.number, "shown": wanted.shown}

    def _check(self, seat: str) -> None:
        with for_api():
            view = self._waitlist.seat(seat)
        state = SeatState.SIGNED_OUT if view is None else view.state
        if state in _NOT_NOW:
            raise Refused(_NOT_NOW[state].format(seat))
