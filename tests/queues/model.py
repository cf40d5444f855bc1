"""The live queue as plain Python, slow and obvious: what Redis must agree with after every verb.

Times are milliseconds. Who is served next is decided with `routing.queueing`, the definition.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from routing.queueing import Strategy, precedes
from routing.seats import SeatState
from switchd.queues.order import score


@dataclass
class ModelPool:
    strategy: Strategy = Strategy.LONGEST_IDLE
    ring_several: int = 1
    paused: bool = False


@dataclass
class ModelSeat:
    pools: dict[str, int]
    state: SeatState = SeatState.SIGNED_OUT
    agent: str = ""
    reason: str = ""
    homes: list[str] = field(default_factory=list)
    """Owners at whose FreeSWITCH the phone is registered, the last one last."""
    idle_since: int = 0
    turn: int = 0
    calls: int = 0
    call: str = ""
    owner: str = ""
    until: int | None = None
    wish: tuple[SeatState, str] | None = None

    @property
    def reachable(self) -> bool:
        return bool(self.homes)

    @property
    def home(self) -> str:
        return self.homes[-1] if self.homes else ""

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

    def key(self, strategy: Strategy, pool: str) -> tuple[int, ...]:
        """The lowest is taken first."""
        match strategy:
            case Strategy.LONGEST_IDLE:
                return (self.idle_since,)
            case Strategy.ROUND_ROBIN:
                return (self.turn,)
            case Strategy.FEWEST_CALLS:
                return (self.calls, self.idle_since)
            case Strategy.LEVEL_FIRST:
                return (-self.pools[pool], self.idle_since)


@dataclass
class ModelCall:
    group: str
    owner: str
    priority: int
    slope: int
    """Hundredths."""
    since: int
    ring: int
    prefer: str = ""
    seats: list[str] = field(default_factory=list)
    """Those that ring for the caller."""
    also: list[str] = field(default_factory=list)
    """Pools that were added by widening, in their order."""

    @property
    def pools(self) -> list[str]:
        return [self.group, *self.also]

    def score(self, now: int) -> int:
        return score(self.priority, self.slope, self.since, now)


@dataclass
class Model:
    pools: dict[str, ModelPool] = field(default_factory=dict)
    seats: dict[str, ModelSeat] = field(default_factory=dict)
    calls: dict[str, ModelCall] = field(default_factory=dict)
    """Callers who wait or are being offered."""
    agents: dict[str, str] = field(default_factory=dict)
    """Agent → the seat where he or she signed in last."""
    events: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    """What the owners must hear, as (owner, made or why it is lost, call, seat, how or "")."""
    rejected: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    """Call and seat of each offer that the owners must hear of → what the call's other seats were
    not offered it for."""

    def pool(self, name: str) -> ModelPool:
        return self.pools.setdefault(name, ModelPool())

    # callers

    def served_by(self, caller: ModelCall) -> list[str]:
        """The pools in whose lists a waiting caller stands: not those of widening while the group
        is paused."""
        return [caller.group] if self.pool(caller.group).paused else caller.pools

    def before(self, one: str, other: str, now: int) -> bool:
        first, second = (self.calls[call].score(now) for call in (one, other))
        return precedes((first, one), (second, other))

    def in_order(self, calls: list[str], now: int) -> list[str]:
        return sorted(calls, key=lambda call: (-self.calls[call].score(now), call))

    def waiting(self, group: str, now: int) -> list[str]:
        here = [c for c, caller in self.calls.items() if caller.group == group and not caller.seats]
        return self.in_order(here, now)

    def may_be_served(self, call: str) -> bool:
        caller = self.calls[call]
        return not caller.seats and not self.pool(caller.group).paused

    def ahead(self, call: str, pool: str, now: int) -> int:
        """Callers whom the pool's seats would serve before: those of a paused group do not count
        as guests, and stand still in their own list."""
        own = self.calls[call]
        ahead = 0
        for other, caller in self.calls.items():
            listed = caller.group == pool or (pool in caller.also and self.may_be_served(other))
            if caller.seats or not listed or other == call:
                continue
            tie = caller.score(now) == own.score(now) and self.same_list(call, other, pool)
            ahead += caller.score(now) > own.score(now) or (tie and other < call)
        return ahead

    def same_list(self, one: str, other: str, pool: str) -> bool:
        first, second = self.calls[one], self.calls[other]
        if first.group != pool and not self.may_be_served(one):
            return False
        return first.slope == second.slope and (first.group == pool) == (second.group == pool)

    # seats

    def forget_agents_gone(self) -> None:
        """Whoever has signed out is found nowhere any more."""
        self.agents = {
            agent: seat
            for agent, seat in self.agents.items()
            if seat in self.seats and self.seats[seat].agent == agent
        }

    def idle(self, pool: str) -> list[str]:
        return self._in_turn(pool, self.is_idle)

    def spare(self, pool: str) -> list[str]:
        return self._in_turn(pool, self.is_spare)

    def is_idle(self, number: str) -> bool:
        seat = self.seats[number]
        return seat.state is SeatState.READY and seat.reachable

    def is_spare(self, number: str) -> bool:
        """Whether it rings for a caller for whom another seat rings as well."""
        seat = self.seats[number]
        rings = seat.state is SeatState.OFFERED and seat.reachable and not seat.wish
        return rings and len(self.calls[seat.call].seats) > 1

    def _in_turn(self, pool: str, fit: object) -> list[str]:
        strategy = self.pool(pool).strategy
        found = [n for n, seat in self.seats.items() if pool in seat.pools and fit(n)]  # type: ignore[operator]
        return sorted(found, key=lambda n: (*self.seats[n].key(strategy, pool), n))

    def counts(self, pool: str) -> dict[SeatState, int]:
        states = [seat.state for seat in self.seats.values() if pool in seat.pools]
        return {state: states.count(state) for state in set(states)}

    def staffed(self, pool: str) -> int:
        return sum(
            seat.state is not SeatState.SIGNED_OUT and seat.reachable and pool in seat.pools
            for seat in self.seats.values()
        )

    # matching

    def match(self, now: int) -> None:
        """Best caller who has a free seat, with the seat in turn, and again; then further ones."""
        rung = []
        while able := [
            call
            for call, caller in self.calls.items()
            if self.may_be_served(call)
            and any(self.idle(pool) or self.spare(pool) for pool in caller.pools)
        ]:
            call = self.in_order(able, now)[0]
            how, seat = self.seat_for(call)
            if how == "withdrawn":
                self.lose(seat, "withdrawn")
                self.seats[seat].rest(SeatState.READY, self.seats[seat].idle_since)
            self.offer(call, seat, now, how)
            if how != "preferred":
                rung.append(call)
        for call in rung:
            for _ in range(1, self.pool(self.calls[call].group).ring_several):
                further = next(filter(None, map(self.idle, self.calls[call].pools)), None)
                if further:
                    self.offer(call, further[0], now, "further")

    def seat_for(self, call: str) -> tuple[str, str]:
        caller = self.calls[call]
        wish = self.agents.get(caller.prefer, caller.prefer)
        if any(wish in self.idle(pool) for pool in caller.pools):
            return "preferred", wish
        for how, seats in (("turn", self.idle), ("withdrawn", self.spare)):
            for pool in caller.pools:
                if found := seats(pool):
                    return how, found[0]
        raise AssertionError("a caller without a seat was chosen")

    def offer(self, call: str, number: str, now: int, how: str) -> None:
        caller, seat = self.calls[call], self.seats[number]
        self.rejected[call, number] = self.not_offered(call, number, how)
        caller.seats.append(number)
        seat.state, seat.call, seat.owner = SeatState.OFFERED, call, caller.owner
        seat.until = now + caller.ring
        self.events.append((caller.owner, "made", call, number, how))

    def not_offered(self, call: str, taken: str, how: str) -> dict[str, str]:
        """Seats that serve a caller, are signed in and do not ring for it, with the reason."""
        idle = "not_preferred" if how == "preferred" else "later_in_turn"
        return {
            number: self.hindrance(seat) or idle
            for number, seat in self.seats.items()
            if number != taken
            and number not in self.calls[call].seats
            and seat.state is not SeatState.SIGNED_OUT
            and not seat.pools.keys().isdisjoint(self.calls[call].pools)
        }

    def hindrance(self, seat: ModelSeat) -> str:
        """What keeps a seat from being offered a caller, "" if nothing does."""
        if seat.state is SeatState.READY:
            return "" if seat.reachable else "unreachable"
        more = f":{seat.reason}" if seat.state is SeatState.NOT_READY else ""
        return f"{seat.state}{more}"

    # what ends offers

    def lose(self, number: str, reason: str) -> None:
        """The offer of a seat ends without its owner's doing; the seat's state is the caller's."""
        seat = self.seats[number]
        self.events.append((seat.owner, reason, seat.call, number, ""))
        self.calls[seat.call].seats.remove(number)

    def unring(self, call: str, reason: str = "") -> None:
        """All offers of a caller end, and the seats go on being idle."""
        for number in list(self.calls[call].seats):
            seat = self.seats[number]
            if reason:
                self.events.append((seat.owner, reason, call, number, ""))
            seat.rest(SeatState.READY, seat.idle_since)
        self.calls[call].seats.clear()

    def drop(self, call: str, reason: str = "") -> None:
        """A caller leaves."""
        self.unring(call, reason)
        del self.calls[call]

    def sweep(self, now: int) -> None:
        overdue = [
            (seat.until, number)
            for number, seat in self.seats.items()
            if seat.until is not None and seat.until <= now
        ]
        for until, number in sorted(overdue):
            seat = self.seats[number]
            if seat.state is SeatState.OFFERED:
                self.lose(number, "no_answer")
                seat.turn = now
                seat.rest(SeatState.NOT_READY, now, "no_answer")
            else:
                seat.rest(SeatState.READY, until)
        self.match(now)
