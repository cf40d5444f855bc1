"""Whatever happens in whatever order, Redis agrees with the model and no rule is broken.

`HYPOTHESIS_PROFILE=thorough` looks much longer than the everyday run; `QUEUE_EXAMPLES` says how
many stories of QUEUE_STEPS events (default 60 of 50) are told. A story that breaks a rule is told
as it was found; QUEUE_SHRINK=1 looks for a shorter one, which takes minutes.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from routing.seats import SeatState
from switchd.queues.embedded import EmbeddedRedis
from switchd.queues.facts import Snapshot
from switchd.queues.order import to_ms
from tests.queues.machine import QueueMachine
from tests.queues.machine_base import GROUPS, OWNERS, POOLS


class CheckedMachine(QueueMachine):
    """Looks at everything after every event."""

    @invariant()
    def every_rule_holds(self) -> None:
        snapshot = self.hall.list.snapshot(self.now, first=100)
        self.redis_agrees_with_the_model(snapshot)
        self.a_caller_is_with_the_seats_that_ring_or_in_one_list(snapshot)
        self.nobody_waits_while_an_eligible_seat_is_free(snapshot)
        self.positions_are_those_of_the_scores()
        self.the_counts_add_up(snapshot)
        self.what_hinders_a_seat_is_known_in_all_its_pools()
        self.every_caller_who_entered_leaves_once()
        self.the_next_deadline_is_the_earliest_of_all_seats()
        self.redis_keeps_nothing_of_those_who_are_gone()

    def redis_agrees_with_the_model(self, snapshot: Snapshot) -> None:
        assert {
            number: (v.state, v.agent, v.reason, v.reachable, v.home, v.pools, v.call)
            for number, v in snapshot.seats.items()
        } == {
            number: (s.state, s.agent, s.reason, s.reachable, s.home, s.pools, s.call)
            for number, s in self.model.seats.items()
        }
        for number, model in self.model.seats.items():
            view = snapshot.seats[number]
            assert (None if view.until is None else to_ms(view.until)) == model.until
            assert view.after_call == (model.wish[0] if model.wish else None)
            if model.state is SeatState.READY:
                assert to_ms(view.since) == model.idle_since
        lists = {g: [w.call for w in view.first] for g, view in snapshot.groups.items()}
        assert {g: found for g, found in lists.items() if found} == {
            g: expected for g in GROUPS if (expected := self.model.waiting(g, self.ms))
        }

    def a_caller_is_with_the_seats_that_ring_or_in_one_list(self, snapshot: Snapshot) -> None:
        with_seats = {seat.call for seat in snapshot.seats.values() if seat.call}
        listed = [caller.call for group in snapshot.groups.values() for caller in group.first]
        assert len(listed) == len(set(listed))
        assert not with_seats & set(listed)
        for call in with_seats:
            ringing = [seat.state for seat in snapshot.seats.values() if seat.call == call]
            if SeatState.TALKING in ringing:
                assert ringing == [SeatState.TALKING]

    def nobody_waits_while_an_eligible_seat_is_free(self, snapshot: Snapshot) -> None:
        """Neither an idle one nor one that rings for somebody for whom another rings as well."""
        free = {n for n in snapshot.seats if self.model.is_idle(n) or self.model.is_spare(n)}
        for group in snapshot.groups.values():
            for caller in group.first:
                served_by = {group.group, *caller.also}
                for seat in free if not group.pool.paused else ():
                    assert not served_by & set(snapshot.seats[seat].pools)

    def positions_are_those_of_the_scores(self) -> None:
        for call, caller in self.model.calls.items():
            place = self.hall.list.position(call, self.now)
            if caller.seats:
                assert place is None
            else:
                assert place is not None
                ahead = {pool: self.model.ahead(call, pool, self.ms) for pool in caller.pools}
                assert place.ahead_by_pool == ahead
                assert place.position == ahead[caller.group] + 1

    def the_counts_add_up(self, snapshot: Snapshot) -> None:
        for pool in POOLS:
            view = self.hall.list.counts(pool)
            assert view.seats == self.model.counts(pool)
            assert view.staffed == self.model.staffed(pool)
            assert self.hall.list.staffed(pool) == (view.staffed > 0)
        for group in GROUPS:
            if group in snapshot.groups:
                view = snapshot.groups[group].pool
                known = self.model.pool(group)
                assert (view.strategy, view.ring_several, view.paused) == (
                    known.strategy,
                    known.ring_several,
                    known.paused,
                )
                assert snapshot.groups[group].waiting == len(self.model.waiting(group, self.ms))

    def what_hinders_a_seat_is_known_in_all_its_pools(self) -> None:
        for pool in POOLS:
            hindered = self.client.zrange(f"switchd:{{pingdingshan}}:hindered:{pool}", 0, -1)
            assert set(map(str, hindered)) == {
                number
                for number, seat in self.model.seats.items()
                if pool in seat.pools and seat.state is not SeatState.SIGNED_OUT
                if self.model.hindrance(seat)
            }

    def every_caller_who_entered_leaves_once(self) -> None:
        assert self.entered - self.left == len(self.model.calls)

    def the_next_deadline_is_the_earliest_of_all_seats(self) -> None:
        ends = [seat.until for seat in self.seats_now() if seat.until is not None]
        deadline = self.hall.list.next_deadline()
        assert (None if deadline is None else to_ms(deadline)) == min(ends, default=None)

    def redis_keeps_nothing_of_those_who_are_gone(self) -> None:
        hashes = {str(key).rsplit(":", 1)[1] for key in self.client.keys("*:call:*")}
        assert hashes == set(self.model.calls)
        for owner in OWNERS:
            owned = {c for c, caller in self.model.calls.items() if caller.owner == owner}
            assert self.client.smembers(f"switchd:{{pingdingshan}}:owned:{owner}") == owned
        leases = self.client.hvals("switchd:{pingdingshan}:leases")
        assert sorted(map(str, leases)) == sorted(n for n, s in self.model.seats.items() if s.busy)
        listed = [
            str(call)
            for family in ("waiting", "guests", "since")
            for key in self.client.keys(f"*:{family}:*")
            for call in self.client.zrange(key, 0, -1)
        ]
        assert set(listed) == {c for c, caller in self.model.calls.items() if not caller.seats}
        sat = {seat: agent for agent, seat in self.model.agents.items()}
        assert self.client.hgetall("switchd:{pingdingshan}:agents") == {
            agent: seat for seat, agent in sat.items()
        }


THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
STORIES = int(os.environ.get("QUEUE_EXAMPLES", "400" if THOROUGH else "60"))
STEPS = int(os.environ.get("QUEUE_STEPS", "100" if THOROUGH else "50"))
SHRINK = os.environ.get("QUEUE_SHRINK") == "1"
LOOK = settings(
    max_examples=STORIES,
    stateful_step_count=STEPS,
    deadline=None,
    report_multiple_bugs=False,
    phases=[Phase.explicit, Phase.reuse, Phase.generate] + [Phase.shrink] * SHRINK,
    suppress_health_check=[HealthCheck.too_slow],
)


class TestInvariants:
    @pytest.mark.timeout(3600 if STORIES > 60 else 240)
    def test_no_order_of_events_breaks_a_rule(self, server: EmbeddedRedis) -> None:
        class OnThisServer(CheckedMachine):
            url = server.url

        run_state_machine_as_test(OnThisServer, settings=LOOK)
