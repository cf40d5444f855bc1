from __future__ import annotations

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchd.sim.clock import Clock, StillClock


class TestStillClock:
    def test_does_nothing_before_it_is_moved(self) -> None:
        clock, done = StillClock(), []
        clock.later(1.0, done.append, "x")
        assert done == []

    def test_does_things_in_the_order_of_their_time(self) -> None:
        clock, done = StillClock(), []
        clock.later(2.0, done.append, "second")
        clock.later(1.0, done.append, "first")
        clock.advance(3.0)
        assert done == ["first", "second"]

    def test_things_of_one_moment_keep_their_order(self) -> None:
        clock, done = StillClock(), []
        for name in "abc":
            clock.later(1.0, done.append, name)
        clock.advance(1.0)
        assert done == ["a", "b", "c"]

    def test_what_is_cancelled_does_not_happen(self) -> None:
        clock, done = StillClock(), []
        clock.later(1.0, done.append, "x").cancel()
        clock.advance(2.0)
        assert done == []

    def test_an_action_sees_the_time_at_which_it_was_due(self) -> None:
        clock, seen = StillClock(1000.0), []
        clock.later(2.5, lambda: seen.append(clock.now()))
        clock.advance(10.0)
        assert seen == [1002.5]

    @given(st.lists(st.integers(0, 100), max_size=30))
    def test_everything_due_has_happened_and_nothing_else(self, delays: list[int]) -> None:
        clock, done = StillClock(), []
        for delay in delays:
            clock.later(delay, done.append, delay)
        clock.advance(50.0)
        assert done == sorted(delay for delay in delays if delay <= 50)


class TestClock:
    def test_runs_by_itself_and_faster_if_told_to(self) -> None:
        clock = Clock(speed=1000.0)
        clock.start()
        done = gevent.event.Event()
        clock.later(20.0, done.set)
        assert done.wait(10.0)
        assert clock.elapsed() >= 20.0
        clock.stop()

    def test_an_earlier_timer_is_not_delayed_by_a_later_one(self) -> None:
        clock = Clock()
        clock.start()
        early = gevent.event.Event()
        clock.later(3600.0, early.clear)
        gevent.sleep(0)
        clock.later(0.01, early.set)
        assert early.wait(10.0)
        clock.stop()

    def test_refuses_to_stand_still(self) -> None:
        with pytest.raises(ValueError, match="must be above 0"):
            Clock(speed=0)
