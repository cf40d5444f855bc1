"""What the plan, agents and phones do."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from routing.queueing import Strategy
from routing.seats import SeatState
from switchd.queues.facts import SeatRefused
from tests.queues.machine_base import OWNERS, Side, owners, pools, reasons, seats, served
from tests.queues.model import ModelSeat


class SeatRules(Side):
    """Seats come and go, and so do those who sit there."""

    # the plan

    @rule(pool=pools, strategy=st.sampled_from(Strategy), rings=st.integers(1, 3))
    def define_group(self, pool: str, strategy: Strategy, rings: int) -> None:
        self.hall.list.define_group(pool, strategy, rings, self.now)
        known = self.model.pool(pool)
        known.strategy, known.ring_several = strategy, rings

    @rule(seat=seats)
    def define_seat(self, seat: str) -> None:
        self.hall.list.define_seat(seat, self.now)
        self.model.seats.setdefault(seat, ModelSeat({}, turn=self.ms))

    @rule(seat=seats, serves=st.one_of(served, served, st.just({})))
    def serve(self, seat: str, serves: dict[str, int]) -> None:
        known = seat in self.model.seats
        assert self.hall.list.serve(seat, serves, self.now) == known
        if known:
            self.model.seats[seat].pools = serves
        self.settle()

    @rule(seat=seats)
    def forget_seat(self, seat: str) -> None:
        known = seat in self.model.seats
        assert self.hall.list.forget_seat(seat, self.now) == known
        if known:
            if self.model.seats[seat].state is SeatState.OFFERED:
                self.model.lose(seat, "seat_gone")
            del self.model.seats[seat]
        self.settle()

    # agents and phones

    @rule(seat=seats, agent=st.sampled_from(("", "another")), take_over=st.booleans())
    def sign_in(self, seat: str, agent: str, take_over: bool = False) -> None:
        agent = agent or f"agent-{seat}"
        model = self.model.seats.get(seat)
        other = self.model.seats.get(self.model.agents.get(agent, ""))
        stays = other is not None and other is not model and (other.busy or not take_over)
        if model is None or model.agent not in ("", agent) or stays:
            with pytest.raises(SeatRefused):
                self.hall.list.sign_in(seat, agent, self.now, take_over)
            return
        self.hall.list.sign_in(seat, agent, self.now, take_over)
        if other is not None and other is not model:
            other.rest(SeatState.SIGNED_OUT, self.ms, "moved")
        if model.state is SeatState.SIGNED_OUT:
            model.agent, model.turn, model.calls = agent, self.ms, 0
            self.model.agents[agent] = seat
            model.rest(SeatState.NOT_READY, self.ms, "signed_in")
        elif model.wish and model.wish[0] is SeatState.SIGNED_OUT:
            model.wish = None
        self.settle()

    @rule(seat=seats)
    def back_at_the_desk(self, seat: str) -> None:
        self.define_seat(seat)
        if not self.model.seats[seat].pools:
            self.serve(seat, {"hotline": 5, "english": 5, "english@1": 5})
        self.phone(seat, True)
        self.sign_in(seat, self.model.seats[seat].agent)
        self.ready(seat)

    @rule(wanted=st.sets(seats, min_size=2))
    def a_shift_sits_down(self, wanted: set[str]) -> None:
        for seat in sorted(wanted):
            self.back_at_the_desk(seat)

    @rule(seat=seats)
    def sign_out(self, seat: str) -> None:
        model = self.model.seats.get(seat)
        if model is None:
            with pytest.raises(SeatRefused):
                self.hall.list.sign_out(seat, self.now)
            return
        self.hall.list.sign_out(seat, self.now)
        if model.busy:
            model.wish = (SeatState.SIGNED_OUT, "")
        elif model.state is not SeatState.SIGNED_OUT:
            model.rest(SeatState.SIGNED_OUT, self.ms)
        self.settle()

    @rule(seat=seats)
    def ready(self, seat: str) -> None:
        model = self.model.seats.get(seat)
        if model is None or model.state is SeatState.SIGNED_OUT:
            with pytest.raises(SeatRefused):
                self.hall.list.ready(seat, self.now)
            return
        self.hall.list.ready(seat, self.now)
        if model.busy:
            model.wish = None
        elif model.state is not SeatState.READY:
            model.rest(SeatState.READY, self.ms)
        self.settle()

    @rule(seat=seats, reason=reasons)
    def not_ready(self, seat: str, reason: str) -> None:
        model = self.model.seats.get(seat)
        if model is None or model.state is SeatState.SIGNED_OUT:
            with pytest.raises(SeatRefused):
                self.hall.list.not_ready(seat, reason, self.now)
            return
        self.hall.list.not_ready(seat, reason, self.now)
        if model.busy:
            model.wish = (SeatState.NOT_READY, reason)
        else:
            model.rest(SeatState.NOT_READY, self.ms, reason)

    @rule(seat=seats, reachable=st.booleans(), owner=owners)
    def phone(self, seat: str, reachable: bool, owner: str = OWNERS[0]) -> None:
        known = seat in self.model.seats
        assert self.halls[owner].list.phone(seat, reachable, self.now) == known
        if known:
            self.phone_leaves(seat, owner)
            self.model.seats[seat].homes += [owner] if reachable else []
        self.settle()

    def phone_leaves(self, seat: str, owner: str) -> None:
        homes = self.model.seats[seat].homes
        homes[:] = [home for home in homes if home != owner]
