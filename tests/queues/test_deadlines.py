"""Offers and wrap-ups end when they are due, without anybody polling."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import redis

from routing.seats import SeatState
from switchd.queues.connection import connect
from switchd.queues.deadlines import LOOK_SECONDS, Deadlines
from switchd.queues.facts import Sweep
from switchd.queues.waitlist import Waitlist
from tests.queues.hall import CITY, Hall, wait_until


class Sleeper:
    """An alarm on which time passes when it is waited on; the test says what happens meanwhile."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.waits: list[float] = []
        self.meanwhile: list[Callable[[], object]] = []
        self.rung = False

    def wait(self, timeout: float) -> None:
        self.waits.append(timeout)
        self.meanwhile.pop(0)()
        if not self.rung:
            self.hall.after(timeout)

    def set(self) -> None:
        self.rung = True

    def clear(self) -> None:
        self.rung = False


def nothing() -> None:
    """What happens while nothing happens."""


@pytest.fixture
def sleeper(hall: Hall) -> Sleeper:
    return Sleeper(hall)


@pytest.fixture
def sweeps() -> list[Sweep]:
    return []


@pytest.fixture
def deadlines(hall: Hall, sleeper: Sleeper, sweeps: list[Sweep]) -> Deadlines:
    return Deadlines(hall.list, clock=lambda: hall.now, alarm=sleeper, on_sweep=sweeps.append)


class TestDeadlines:
    def test_it_sleeps_until_the_deadline_and_sweeps(
        self, hall: Hall, sleeper: Sleeper, deadlines: Deadlines, sweeps: list[Sweep]
    ) -> None:
        hall.seat("1001")
        hall.call("c1", ring=3)
        sleeper.meanwhile = [nothing, deadlines.close]
        deadlines.run()
        assert sleeper.waits == [3.0, LOOK_SECONDS]
        assert [lost.call for sweep in sweeps for lost in sweep.offers] == ["c1"]
        assert hall.state("1001") is SeatState.NOT_READY

    def test_an_earlier_deadline_cuts_the_sleep_short(
        self, hall: Hall, sleeper: Sleeper, deadlines: Deadlines
    ) -> None:
        def a_shorter_wrap_up_begins() -> None:
            hall.after(1)
            assert hall.list.release("1001", talk.token, 0.5, hall.now)

        hall.seat("1001")
        talk = hall.talk("1001", "c1")
        hall.seat("1002")
        hall.call("c2", ring=4)
        sleeper.meanwhile = [a_shorter_wrap_up_begins, nothing, deadlines.close]
        deadlines.run()
        assert sleeper.waits == [4.0, 0.5, 2.5]
        assert hall.state("1001") is SeatState.READY

    def test_a_later_deadline_does_not_wake_it(
        self, hall: Hall, sleeper: Sleeper, deadlines: Deadlines
    ) -> None:
        def another_offer() -> None:
            hall.call("c2", ring=60)
            assert not sleeper.rung

        hall.seat("1001")
        hall.seat("1002")
        hall.call("c1", ring=3)
        sleeper.meanwhile = [another_offer, deadlines.close]
        deadlines.run()

    def test_what_a_dead_daemon_left_behind_is_found_at_the_next_look(
        self, client: redis.Redis, hall: Hall, sleeper: Sleeper, deadlines: Deadlines
    ) -> None:
        def offer_of_another_daemon() -> None:
            other = Hall(client, "daemon-2")
            other.call("theirs", ring=2)

        hall.seat("1001")
        sleeper.meanwhile = [offer_of_another_daemon, deadlines.close]
        deadlines.run()
        assert sleeper.waits[0] == LOOK_SECONDS
        assert hall.state("1001") is SeatState.NOT_READY

    def test_without_redis_it_tells_and_looks_again(self, hall: Hall, sleeper: Sleeper) -> None:
        troubles: list[str] = []
        lost = Waitlist(connect("unix:///nonexistent/redis.sock"), CITY, "daemon-1")
        deadlines = Deadlines(
            lost, clock=lambda: hall.now, alarm=sleeper, on_trouble=troubles.append
        )
        sleeper.meanwhile = [nothing, deadlines.close]
        deadlines.run()
        assert sleeper.waits == [LOOK_SECONDS, LOOK_SECONDS]
        assert len(troubles) == 2
        assert "sweep" in troubles[0]

    def test_in_a_thread_it_is_woken_and_ends(self, hall: Hall, sweeps: list[Sweep]) -> None:
        """With the real alarm: an offer that is overdue from the start wakes it at once."""
        deadlines = Deadlines(hall.list, clock=lambda: hall.now + 1000, on_sweep=sweeps.append)
        thread = threading.Thread(target=deadlines.run)
        thread.start()
        hall.seat("1001")
        hall.call("c1")
        wait_until(lambda: sweeps)
        deadlines.close()
        thread.join(timeout=30)
        assert not thread.is_alive()
        assert hall.state("1001") is SeatState.NOT_READY
