"""Lines that are kept open, put between the parts: FreeSWITCH, the queue and the calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import structlog

from routing.lines import LineKind
from routing.nailed import RING_SECONDS
from routing.plan import Plan
from routing.seats import NotReadyReason, Seat, SeatState
from switchd.calls.ports import SwitchError
from switchd.nailed.desk import LineDesk
from switchd.nailed.ports import LineError
from switchd.queues.facts import QueueUnavailable, SeatRefused, SeatView
from switchd.queues.waitlist import Waitlist
from switchd.switchboard.lines import LineSwitch

log = structlog.get_logger(__name__)


class NailedUpSwitch(LineSwitch):
    """A FreeSWITCH on which calls use open lines as they use every other seat's leg.

    Where a call says an offer's token, its line is meant.
    """

    lines: LineDesk
    """Set before the first call."""

    def use(self, lines: LineDesk) -> None:
        """Take the lines."""
        self.lines = lines
        self.real = lines.real

    def ring(
        self,
        seat: str,
        leg: str,
        seconds: float,
        caller: str,
        title: str,
        call: str,
        home: str = "",
    ) -> None:
        """As for every seat; over an open line a tone tells of the call."""
        if self.lines.serves(seat):
            self.lines.ring(seat, leg, seconds)
        else:
            super().ring(seat, leg, seconds, caller, title, call, home)

    def dial(
        self,
        number: str,
        trunk: str,
        leg: str,
        seconds: float,
        caller: str,
        title: str,
        call: str,
        seat: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """As for every number; a seat's open line is not dialled again."""
        if seat and self.lines.serves(seat):
            self.lines.ring(seat, leg, seconds)
        else:
            super().dial(number, trunk, leg, seconds, caller, title, call, seat, headers)

    def keep(self, leg: str) -> None:
        """A line is kept in any case; but the call is told then that it is parked."""
        if not self.lines.keep(leg):
            super().keep(leg)

    def park(self, leg: str) -> None:
        """Take a leg out of whatever it is in, and park it."""
        self.lines.keep(leg)
        super().park(leg)

    def hang_up(self, leg: str, cause: str) -> None:
        """End a leg; a line is only let go of."""
        if not self.lines.let_go(leg, cause):
            super().hang_up(leg, cause)


class LineExchange:
    """The switch as lines see it. Implements `nailed.ports.Exchange`."""

    def __init__(self, switch: LineSwitch, plan: Callable[[], Plan]) -> None:
        self._switch = switch
        self._plan = plan

    def dial(self, seat: Seat, leg: str) -> None:
        lines = self._plan().lines.values()
        shown = next((line.name for line in lines if line.kind is LineKind.HOTLINE), "12345")
        with _for_lines():
            self._switch.dial_line(seat.number, seat.phone, seat.trunk, leg, RING_SECONDS, shown)

    def greet(self, leg: str, execution: str) -> None:
        with _for_lines():
            self._switch.play(leg, ("line_kept_open",), execution, interrupt=False)

    def silence(self, leg: str) -> None:
        with _for_lines():
            self._switch.silence(leg)

    def hush(self, leg: str) -> None:
        with _for_lines():
            self._switch.hush(leg)

    def beep(self, leg: str, execution: str, again: bool, token: str) -> None:
        with _for_lines():
            self._switch.knock(leg, execution, again, token)

    def part(self, leg: str) -> None:
        with _for_lines():
            self._switch.park_line(leg)

    def hang_up(self, leg: str) -> None:
        with _for_lines():
            self._switch.end_line(leg)


@contextmanager
def _for_lines() -> Iterator[None]:
    try:
        yield
    except SwitchError as error:
        raise LineError(str(error)) from error


class LineKeeper:
    """The queue as lines see it. Implements `nailed.ports.Keeper`."""

    def __init__(self, waitlist: Waitlist, now: Callable[[], float]) -> None:
        self._waitlist = waitlist
        self._now = now

    def reachable(self, seat: str, up: bool) -> None:
        try:
            self._waitlist.phone(seat, up, self._now())
        except QueueUnavailable as error:
            log.warning("line not told", seat=seat, reachable=up, why=str(error))

    def lost(self, seat: str, cause: str) -> None:
        log.warning("line lost", seat=seat, cause=cause)
        try:
            self._waitlist.not_ready(seat, NotReadyReason.LINE_LOST, self._now())
        except (QueueUnavailable, SeatRefused) as error:
            log.warning("lost line not told", seat=seat, why=str(error))


def follow(lines: LineDesk, verb: str, seat: SeatView) -> None:
    """Open and end lines as agents come and go: one who wants to be ready again after a loss has
    the line dialled once more."""
    if SeatState.SIGNED_OUT in (seat.state, seat.after_call):
        lines.signed_out(seat.seat)
    elif verb in ("sign_in", "ready"):
        lines.signed_in(seat.seat)


def signed_in(waitlist: Waitlist, now: float) -> frozenset[str]:
    """Give the seats at which somebody is signed in. Raises `QueueUnavailable`."""
    seats = waitlist.snapshot(now, first=0).seats
    return frozenset(
        number for number, seat in seats.items() if seat.state is not SeatState.SIGNED_OUT
    )
