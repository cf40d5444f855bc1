"""Redis is there and yet of no use: it refuses to write, or it stands still. Talks go on, whoever
waits keeps place and age, nobody rings twice, and afterwards all is as it was."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from urllib.request import urlopen

import pytest

from routing.record import Outcome
from switchd.api.client import Answer
from switchd.queues.connection import connect
from switchd.queues.heart import ticking
from switchd.queues.line import REPLY_SECONDS
from switchd.queues.nodes import LEASE_SECONDS
from switchd.sim.callers import CallerState, SimCaller
from tests.scenarios.hotline import CITY, Hotline, wait_for
from tests.scenarios.test_ownership import Standby
from tests.scenarios.two_nodes import City, talks

Trouble = Callable[[str], AbstractContextManager[None]]
"""What happens to the Redis at a URL."""
FIRST, SECOND, THIRD = "13800138001", "13800138002", "13800138003"
SHORTER = LEASE_SECONDS / 2
LONGER = LEASE_SECONDS * 1.5
GIVEN_UP = REPLY_SECONDS + LEASE_SECONDS
"""Seconds for which it stands still: a lease outlasts it, or ends, or no reply is waited for."""


def passes(seconds: float) -> None:
    """So much of the daemons' time passes."""
    end = ticking() + seconds
    wait_for(lambda: ticking() >= end, "time passes")


@contextmanager
def read_only(url: str) -> Iterator[None]:
    """It follows another server, as after a failover, and refuses to write: READONLY."""
    with connect(url) as client:
        client.replicaof("127.0.0.1", 1)
        try:
            yield
        finally:
            client.replicaof("NO", "ONE")


@contextmanager
def without_its_replicas(url: str) -> Iterator[None]:
    """It must have a replica to write, and has none: NOREPLICAS."""
    with connect(url) as client:
        client.config_set("min-replicas-to-write", 1)
        try:
            yield
        finally:
            client.config_set("min-replicas-to-write", 0)


@contextmanager
def standing_still(url: str) -> Iterator[None]:
    """SIGSTOP."""
    with connect(url) as client:
        pid = int(client.info("server")["process_id"])
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def url_of(hotline: Hotline) -> str:
    return f"unix://{hotline.folder}/state/redis/redis.sock"


TROUBLES = [
    pytest.param(read_only, LONGER, id="read-only"),
    pytest.param(without_its_replicas, LONGER, id="without its replicas"),
    pytest.param(standing_still, SHORTER, id="stands still, shorter than a lease"),
    pytest.param(standing_still, LONGER, id="stands still, longer than a lease"),
    pytest.param(standing_still, GIVEN_UP, id="stands still until no reply is waited for"),
]


@pytest.mark.parametrize(("trouble", "seconds"), TROUBLES)
class TestTheOnlyDaemon:
    def test_goes_on_and_serves_everybody_once_and_in_order(
        self, own_hotline: Hotline, trouble: Trouble, seconds: float
    ) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        talking = hotline.talks_with("1001")
        callers = [hotline.waits(number) for number in (FIRST, SECOND)]
        places = [hotline.call_of(caller)["queued_at"] for caller in callers]
        phone = hotline.sim.seat("1001").will_answer(hangs_up_after=1.0)
        with trouble(url_of(hotline)):
            callers.append(hotline.sim.call(THIRD, "12345", survey="2"))
            passes(seconds)
            wait_for(lambda: callers[2].state is CallerState.WAITING, "the new one hears music")
            assert talking.state is CallerState.TALKING
            hotline.seat_hangs_up("1001")
            assert phone.rang == 1
        assert hotline.record_of(talking).survey_key == "2"
        records = [hotline.record_of(caller) for caller in callers]
        assert [record.outcome for record in records] == [Outcome.ANSWERED] * 3
        assert [r.queued_at for r in records[:2]] == pytest.approx(places, abs=0.001)
        answered = [record.answered_at for record in records]
        assert answered == sorted(answered)  # type: ignore[type-var]
        assert (phone.rang, phone.talked, phone.collisions) == (4, 4, 0)
        assert hotline.status()["owned_at"] == ""
        assert "Traceback" not in hotline.log


AWAY_SECONDS = 4


@pytest.fixture
def short_of_patience() -> Iterator[Hotline]:
    """A hotline that leaves callers to FreeSWITCH soon after Redis has gone."""
    hotline = Hotline(
        {
            **CITY,
            "storage": {"redis_away_seconds": AWAY_SECONDS},
            "trunks": {"trunk": {"proxy": "127.0.0.1:5099"}},
            "emergency": {"trunk": "trunk"},
        }
    )
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.mark.parametrize("trouble", [read_only, standing_still])
class TestRedisStaysAway:
    def test_the_switch_serves_who_waits_and_gives_them_back_in_order(
        self, short_of_patience: Hotline, trouble: Trouble
    ) -> None:
        hotline = short_of_patience
        talking = hotline.talks_with("1001")
        hotline.client.seat("1002", "sign-in")
        for seat in ("1002", "1003"):
            hotline.sim.seat(seat).will_not_answer()
        callers = [hotline.waits(number) for number in (FIRST, SECOND)]
        places = [hotline.call_of(caller)["queued_at"] for caller in callers]
        talks_alone = hotline.sim.seat("1002")
        with trouble(url_of(hotline)):
            wait_for(lambda: are(hotline, "degraded", *callers), "they are FreeSWITCH's")
            wait_for(lambda: "all_busy" in callers[0].heard[-1], "all are busy, they hear")
            late = hotline.sim.call(THIRD, "12345", survey="2")
            wait_for(lambda: are(hotline, "degraded", late), "a new one is, too")
            talks_alone.will_answer()
            wait_for(lambda: talks_alone.talked == 1, "a phone rings, and somebody picks up")
            talks_alone.will_not_answer()
            (served,) = [c for c in (*callers, late) if c.state is CallerState.TALKING]
            police = hotline.sim.number("110").will_answer()
            emergency = hotline.sim.call("13937500000", "110")
            talks(emergency)
            police.hang_up()
            assert talking.state is CallerState.TALKING
            assert hotline.sim.seat("1001").rang == 1
            assert says_so(hotline)
        others = [caller for caller in (*callers, late) if caller is not served]
        wait_for(lambda: are(hotline, "waiting", *others), "the others are taken back")
        wait_for(lambda: hotline.status()["waiting"] == len(others), "they wait again")
        assert served.state is CallerState.TALKING
        assert hotline.seat("1002")["state"] == "talking"
        hotline.seat_hangs_up("1002")
        hotline.waits_until_seat_is("1002", "not_ready")
        hotline.sim.seat("1001").will_answer(hangs_up_after=1.0)
        hotline.seat_hangs_up("1001")
        records = [hotline.record_of(caller) for caller in others]
        assert [record.outcome for record in records] == [Outcome.ANSWERED] * 2
        answered = [record.answered_at for record in records]
        assert answered == sorted(answered)  # type: ignore[type-var]
        for caller, place in zip(callers, places, strict=True):
            assert hotline.record_of(caller).queued_at == pytest.approx(place, abs=0.001)
        assert hotline.record_of(served).seat == "1002"
        assert hotline.record_of(talking).survey_key == "2"
        assert hotline.sim.seat("1001").collisions == 0
        assert hotline.records() == 5, "one of each call"
        assert "Traceback" not in hotline.log


def are(hotline: Hotline, state: str, *callers: SimCaller) -> bool:
    """Whether FreeSWITCH has it so on the callers' legs."""
    channels = hotline.sim.switch.channels
    found = [channels[caller.uuid].variables.get("switchd_state") for caller in callers]
    return found == [state] * len(callers)


def says_so(hotline: Hotline) -> bool:
    """Whether status, figures and log tell."""
    with pytest.raises(Answer, match="FreeSWITCH has served who waits, 3 callers"):
        hotline.status()
    with urlopen(hotline.metrics_url) as page:  # noqa: S310 - our own
        figures = page.read().decode()
    assert "switchd_without_queue 1.0" in figures
    assert "switchd_handed_over_total 3.0" in figures
    return "Redis stays away" in hotline.log


@pytest.fixture
def city() -> Iterator[City]:
    city = City()
    try:
        city.start()
        yield city
    finally:
        city.close()


@pytest.fixture
def standby(city: City) -> Iterator[Standby]:
    standby = Standby(city)
    try:
        standby.stands_by(city)
        yield standby
    finally:
        standby.close()


@pytest.mark.parametrize(("trouble", "seconds"), [(read_only, LONGER), (standing_still, LONGER)])
class TestAnOwnerWithAStandby:
    def test_still_owns_the_switch_afterwards(
        self, city: City, standby: Standby, trouble: Trouble, seconds: float
    ) -> None:
        city.north.phone("1001").will_answer()
        city.makes_ready("1001")
        talking = city.north.call("13937512345")
        talks(talking)
        caller = city.north.waits(FIRST)
        with trouble(city.redis.url):
            passes(seconds)
        standby.stands_by(city)
        assert city.north.daemon is not None
        assert city.north.daemon.poll() is None
        assert city.north.status()["owned_at"] == ""
        wait_for(lambda: city.north.status()["waiting"] == 1, "the caller waits")
        assert talking.state is CallerState.TALKING
        city.north.phone("1001").hang_up()
        talks(caller)
        assert city.north.phone("1001").collisions == 0
