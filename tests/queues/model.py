"""The live queue as plain Python, slow and obvious: what Redis must agree with after every verb."""

from __future__ import annotations

from dataclasses import dataclass, field

from routing.seats import SeatState


@dataclass
class ModelSeat:
    groups: tuple[str, ...]
    state: SeatState = SeatState.SIGNED_OUT
    agent: str = ""
    reason: str = ""
    reachable: bool = False
    idle_since: int = 0
    call: str = ""
    owner: str = ""
    until: int | None = None
    wish: tuple[SeatState, str] | None = None

    @property
    def busy(self) -> bool:
        return self.state in (SeatState.OFFERED, SeatState.TALKING)

    def rest(self, state: SeatState, now: int, reason: str = "") -> None:
        if self.busy and self.wish:
            state, reason = self.wish
        if state is SeatState.READY:
            self.idle_since = now
        if state is SeatState.SIGNED_OUT:
            self.agent = ""
        self.state, self.reason = state, reason
        self.call, self.owner, self.until, self.wish = "", "", None, None


@dataclass
class ModelCall:
    group: str
    owner: str
    priority: int
    since: int
    ring: int
    seat: str = ""
    also: list[str] = field(default_factory=list)
    """Groups that were added by widening, in their order."""

    @property
    def groups(self) -> list[str]:
        return [self.group, *self.also]


@dataclass
class Model:
    """Times are milliseconds."""

    seats: dict[str, ModelSeat] = field(default_factory=dict)
    calls: dict[str, ModelCall] = field(default_factory=dict)
    """Callers who wait or are being offered."""
    events: list[tuple[str, str, str, str]] = field(default_factory=list)
    """What the owners must hear, as (owner, made or lost, call, seat)."""

    def order(self, call: str, now: int) -> tuple[int, str]:
        caller = self.calls[call]
        return (-caller.priority * 1000 - (now - caller.since), call)

    def waiting(self, group: str, now: int) -> list[str]:
        here = [c for c, caller in self.calls.items() if caller.group == group and not caller.seat]
        return sorted(here, key=lambda call: self.order(call, now))

    def idle(self, group: str) -> list[str]:
        return sorted(
            (
                number
                for number, seat in self.seats.items()
                if seat.state is SeatState.READY and seat.reachable and group in seat.groups
            ),
            key=lambda number: (self.seats[number].idle_since, number),
        )

    def match(self, now: int) -> None:
        """Best caller who has an idle seat, with the seat idle longest, and again."""
        while True:
            able = [
                call
                for call, caller in self.calls.items()
                if not caller.seat and any(self.idle(group) for group in caller.groups)
            ]
            if not able:
                return
            call = min(able, key=lambda call: self.order(call, now))
            caller = self.calls[call]
            caller.seat = next(filter(None, map(self.idle, caller.groups)))[0]
            seat = self.seats[caller.seat]
            seat.state, seat.call, seat.owner = SeatState.OFFERED, call, caller.owner
            seat.until = now + caller.ring
            self.events.append((caller.owner, "made", call, caller.seat))

    def lose(self, number: str) -> None:
        """The offer of a seat ends without its owner's doing: the caller is back."""
        seat = self.seats[number]
        self.events.append((seat.owner, "lost", seat.call, number))
        self.calls[seat.call].seat = ""

    def drop(self, call: str) -> None:
        """A caller leaves; a seat being offered goes on being idle."""
        number = self.calls.pop(call).seat
        if number:
            seat = self.seats[number]
            seat.rest(SeatState.READY, seat.idle_since)

    def sweep(self, now: int) -> None:
        overdue = [
            (seat.until, number)
            for number, seat in self.seats.items()
            if seat.until is not None and seat.until <= now
        ]
        for until, number in sorted(overdue):
            seat = self.seats[number]
            if seat.state is SeatState.OFFERED:
                self.lose(number)
                seat.rest(SeatState.NOT_READY, now, "no_answer")
            else:
                seat.rest(SeatState.READY, until)
        self.match(now)
