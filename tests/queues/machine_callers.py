"""What callers and supervisors do, and what becomes of offers and talks."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from routing.seats import SeatState
from switchd.queues.order import to_ms
from tests.queues.machine_base import (
    CALLS,
    SLOPES,
    Side,
    calls,
    groups,
    often,
    owners,
    pools,
    priorities,
    reasons,
    seats,
)
from tests.queues.model import ModelCall


class CallerRules(Side):
    """Callers enter, wait, are offered to seats, talk, and leave."""

    # callers

    @rule(
        call=calls,
        group=groups,
        owner=owners,
        priority=priorities,
        slope=st.sampled_from(SLOPES),
        age=st.sampled_from((0.0, 0.0, 1.0, 60.0)),
        ring=st.sampled_from((2.0, 15.0)),
        prefer=st.sampled_from(("", "", "1002", "agent-1003", "nobody")),
    )
    def enqueue(
        self,
        call: str,
        group: str,
        owner: str,
        priority: int,
        slope: float,
        age: float,
        ring: float,
        prefer: str,
    ) -> None:
        talks = any(
            seat.call == call and seat.state is SeatState.TALKING for seat in self.seats_now()
        )
        if talks or owner in self.dead:
            return
        if call in self.model.calls:
            self.model.drop(call, "enqueued_again")
            self.left += 1
        self.entered += 1
        since = self.now - age
        known = ModelCall(
            group, owner, priority, round(slope * 100), to_ms(since), to_ms(ring), prefer
        )
        self.model.calls[call] = known
        position = self.halls[owner].list.enqueue(
            call,
            group,
            priority=priority,
            slope=slope,
            enqueued_at=since,
            ring_seconds=ring,
            prefer=prefer,
            now=self.now,
        )
        assert position == self.model.ahead(call, group, self.ms) + 1
        self.settle()

    @rule(wanted=st.lists(groups, min_size=2, max_size=5), owner=owners)
    def a_rush(self, wanted: list[str], owner: str) -> None:
        absent = [call for call in CALLS if call not in self.model.calls]
        for call, group in zip(absent, wanted, strict=False):
            self.enqueue(call, group, owner, 0, 1.0, 0.0, 15.0, "")

    @rule(call=calls, pool=pools, waiting=often)
    def widen(self, call: str, pool: str, waiting: bool) -> None:
        if waiting:
            call = next((c for c, caller in self.model.calls.items() if not caller.seats), call)
        known = call in self.model.calls
        assert self.hall.list.widen(call, pool, self.now) == known
        if known and pool not in self.model.calls[call].pools:
            self.model.calls[call].also.append(pool)
        self.settle()

    @rule(call=calls, priority=priorities)
    def rerank(self, call: str, priority: int) -> None:
        known = call in self.model.calls
        assert self.hall.list.rerank(call, priority, self.now) == known
        if known:
            self.model.calls[call].priority = priority
        self.settle()

    @rule(call=calls, group=groups)
    def move(self, call: str, group: str) -> None:
        known = call in self.model.calls
        assert self.hall.list.move(call, group, self.now) == known
        if known and self.model.calls[call].group != group:
            self.model.unring(call, "moved")
            self.model.calls[call].group = group
            self.model.calls[call].also = []
        self.settle()

    @rule(group=groups, paused=st.sampled_from((True, False, False)))
    def pause(self, group: str, paused: bool) -> None:
        changed = self.model.pool(group).paused != paused
        assert self.hall.list.pause(group, paused, self.now) == changed
        self.model.pool(group).paused = paused
        self.settle()

    @rule(call=calls, seat=seats, from_offer=st.booleans())
    def leave(self, call: str, seat: str, from_offer: bool) -> None:
        seat = self.near(seat, SeatState.OFFERED)
        if from_offer and seat in self.model.seats:
            call = self.model.seats[seat].call or call
        known = call in self.model.calls
        assert self.hall.list.leave(call, self.now) == known
        if known:
            self.model.drop(call)
            self.left += 1
        self.settle()

    # offers and talks

    @rule(seat=seats, aimed=often)
    def accept(self, seat: str, aimed: bool) -> None:
        seat = self.near(seat, SeatState.OFFERED) if aimed else seat
        good = self.holds(seat, SeatState.OFFERED, SeatState.TALKING)
        others: list[str] = []
        if good and self.model.seats[seat].state is SeatState.OFFERED:
            talking = self.model.seats[seat]
            caller = self.model.calls[talking.call]
            others = [self.tokens[number] for number in caller.seats if number != seat]
            caller.seats.remove(seat)
            self.model.drop(talking.call)
            self.left += 1
            talking.state, talking.until, talking.turn = SeatState.TALKING, None, self.ms
            talking.calls += 1
        accepted = self.hall.list.accept(self.tokens.get(seat, "none"), self.now)
        assert (None if accepted is None else list(accepted.withdrawn)) == (
            others if good else None
        )
        self.settle()

    @rule(seat=seats, aimed=often, reason=st.one_of(st.none(), reasons))
    def refuse(self, seat: str, aimed: bool, reason: str | None) -> None:
        seat = self.near(seat, SeatState.OFFERED) if aimed else seat
        good = self.holds(seat, SeatState.OFFERED)
        assert self.hall.list.refuse(self.tokens.get(seat, "none"), reason, self.now) == good
        if good:
            refusing = self.model.seats[seat]
            self.model.calls[refusing.call].seats.remove(seat)
            refusing.turn = self.ms
            state = SeatState.NOT_READY if reason else SeatState.READY
            refusing.rest(state, self.ms, reason or "")
        self.settle()

    @rule(seat=seats, aimed=often, wrap_up=st.sampled_from((0.0, 2.0, 10.0)))
    def release(self, seat: str, aimed: bool, wrap_up: float) -> None:
        seat = self.near(seat, SeatState.TALKING) if aimed else seat
        good = self.holds(seat, SeatState.TALKING)
        token = self.tokens.get(seat, "none")
        assert self.hall.list.release(seat, token, wrap_up, self.now) == good
        if good:
            released = self.model.seats[seat]
            released.rest(SeatState.WRAP_UP if wrap_up else SeatState.READY, self.ms)
            if released.state is SeatState.WRAP_UP:
                released.until = self.ms + to_ms(wrap_up)
        self.settle()
