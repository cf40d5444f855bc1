"""Redis loses everything, and its owners tell it again what they know."""

from __future__ import annotations

from hypothesis.stateful import rule

from routing.seats import SeatState
from tests.queues.machine_base import often
from tests.queues.machine_callers import CallerRules
from tests.queues.machine_seats import SeatRules
from tests.queues.model import Model


class RestoringRules(CallerRules, SeatRules):
    """What daemons know: the plan, the phones that are registered with them, their callers. Who
    sat where is known only if it is told, as by the agents themselves."""

    @rule(agents_are_told=often)
    def redis_loses_everything(self, agents_are_told: bool) -> None:
        was, self.model = self.model, Model()
        self.client.flushall()
        self.client.script_flush()
        self.staffed = set()
        self.left += len(was.calls)
        for pool, known in was.pools.items():
            self.define_group(pool, known.strategy, known.ring_several)
        for group in [pool for pool, known in was.pools.items() if known.paused]:
            self.pause(group, True)
        for seat, sat in was.seats.items():
            self.define_seat(seat)
            self.serve(seat, sat.pools)
            for owner in sat.homes:
                self.phone(seat, True, owner)
        if agents_are_told:
            self._agents_sit_where_they_sat(was)
        for call, caller in was.calls.items():
            self.enqueue(
                call,
                caller.group,
                caller.owner,
                caller.priority,
                caller.slope / 100,
                self.now - caller.since / 1000,
                caller.ring / 1000,
                caller.prefer,
            )
            for pool in caller.also if caller.owner not in self.dead else ():
                self.widen(call, pool, waiting=False)
        self._nobody_has_lost_the_age(was)

    def _agents_sit_where_they_sat(self, was: Model) -> None:
        for seat, sat in was.seats.items():
            if sat.state is not SeatState.SIGNED_OUT:
                self.sign_in(seat, sat.agent)
            if sat.state is SeatState.READY:
                self.ready(seat)

    def _nobody_has_lost_the_age(self, was: Model) -> None:
        assert set(self.model.calls) == {
            call for call, caller in was.calls.items() if caller.owner not in self.dead
        }
        for call, caller in self.model.calls.items():
            assert caller.since == was.calls[call].since
