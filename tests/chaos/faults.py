"""The faults, as data: what breaks, for how long at most, and what callers may notice."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from tests.chaos.city import City, Place
from tests.chaos.switch import StandIn

SLOW_SECONDS = 0.15
SLOW_BYTES = 40_000


class Noticed(StrEnum):
    """What callers may notice of a fault."""

    NOTHING = "nothing"
    LONGER = "a longer wait"
    TURNED_AWAY = "a longer wait; who comes just now may be turned away"
    ALL_END = "every call ends"


@dataclass(frozen=True)
class Fault:
    """Something that breaks while the `with` block lasts, and is whole again after it."""

    name: str
    breaks: Callable[[City], AbstractContextManager[None]]
    seconds: float
    """For how long at most; 0: it happens and is over."""
    noticed: Noticed


def _owner(city: City) -> Place:
    return city.both_ways()[0]


def _standby(city: City) -> Place:
    return city.both_ways()[1]


@contextmanager
def _is_sent(which: Callable[[City], Place], number: signal.Signals, city: City) -> Iterator[None]:
    which(city).signal(number)
    yield


@contextmanager
def _both_are_killed(city: City) -> Iterator[None]:
    for place in city.places:
        place.signal(signal.SIGKILL)
    yield


@contextmanager
def _freezes(which: Callable[[City], Place], city: City) -> Iterator[None]:
    place = which(city)
    place.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        place.signal(signal.SIGCONT)


@contextmanager
def _redis_is_killed(city: City, *, lose: bool) -> Iterator[None]:
    city.kill_redis(lose=lose)
    try:
        yield
    finally:
        city.start_redis()


@contextmanager
def _redis_is_flushed(city: City) -> Iterator[None]:
    with city.redis_client() as client:
        client.flushall()
    yield


@contextmanager
def _redis_freezes(city: City) -> Iterator[None]:
    pid = city.redis.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def _sql_is_locked(city: City) -> Iterator[None]:
    with city.locked_sql():
        yield


@contextmanager
def _way(what: str, how: str, city: City) -> Iterator[None]:
    """The owner's way to the switch or to Redis."""
    place = _owner(city)
    proxy = place.to_switch if what == "switch" else place.to_redis
    if how == "cut":
        proxy.cut()
    elif how == "closed":
        proxy.refuses = True
        proxy.cut()
    elif how == "slow":
        proxy.delay = SLOW_SECONDS
    elif how == "narrow":
        proxy.bytes_per_second = SLOW_BYTES
    elif how == "swallowed":
        proxy.swallow()
    try:
        yield
    finally:
        proxy.heal()


@contextmanager
def _switch_restarts(city: City) -> Iterator[None]:
    city.switch.dies()
    try:
        yield
    finally:
        city.switch.comes_back()


@contextmanager
def _switch_is_silent(city: City) -> Iterator[None]:
    city.switch.freezes()
    try:
        yield
    finally:
        city.switch.wakes()


@contextmanager
def _switch_refuses(city: City) -> Iterator[None]:
    faults = _stand_in(city).sim.faults
    faults.refuse_originates = "NORMAL_TEMPORARY_FAILURE"
    try:
        yield
    finally:
        faults.refuse_originates = ""


@contextmanager
def _results_are_lost(city: City) -> Iterator[None]:
    _stand_in(city).sim.faults.lose_jobs = 2
    yield


def _stand_in(city: City) -> StandIn:
    assert isinstance(city.switch, StandIn)
    return city.switch


NOTHING, LONGER = Noticed.NOTHING, Noticed.LONGER
AWAY = Noticed.TURNED_AWAY
ANYWHERE = (
    Fault("owner killed", partial(_is_sent, _owner, signal.SIGKILL), 0.0, LONGER),
    Fault("owner stopped", partial(_is_sent, _owner, signal.SIGTERM), 0.0, AWAY),
    Fault("owner frozen", partial(_freezes, _owner), 4.0, AWAY),
    Fault("standby killed", partial(_is_sent, _standby, signal.SIGKILL), 0.0, NOTHING),
    Fault("standby frozen", partial(_freezes, _standby), 3.0, NOTHING),
    Fault("both daemons killed", _both_are_killed, 1.0, LONGER),
    Fault("Redis killed", partial(_redis_is_killed, lose=False), 2.0, AWAY),
    Fault("Redis killed, its data lost", partial(_redis_is_killed, lose=True), 2.0, AWAY),
    Fault("Redis flushed", _redis_is_flushed, 0.0, AWAY),
    Fault("Redis frozen", _redis_freezes, 4.0, AWAY),
    Fault("SQL locked", _sql_is_locked, 3.0, NOTHING),
    Fault("way to the switch cut", partial(_way, "switch", "cut"), 0.0, LONGER),
    Fault("way to the switch closed", partial(_way, "switch", "closed"), 3.0, LONGER),
    Fault("way to the switch slow", partial(_way, "switch", "slow"), 3.0, LONGER),
    Fault("way to the switch narrow", partial(_way, "switch", "narrow"), 3.0, LONGER),
    Fault("way to the switch swallowed", partial(_way, "switch", "swallowed"), 4.0, LONGER),
    Fault("way to Redis cut", partial(_way, "redis", "cut"), 0.0, AWAY),
    Fault("way to Redis closed", partial(_way, "redis", "closed"), 3.0, AWAY),
    Fault("way to Redis slow", partial(_way, "redis", "slow"), 3.0, AWAY),
    Fault("way to Redis narrow", partial(_way, "redis", "narrow"), 3.0, AWAY),
    Fault("way to Redis swallowed", partial(_way, "redis", "swallowed"), 4.0, AWAY),
    Fault("switch restarted", _switch_restarts, 0.0, Noticed.ALL_END),
    Fault("switch silent", _switch_is_silent, 3.0, LONGER),
)
"""On the stand-in and on a real FreeSWITCH."""
ALL = (
    *ANYWHERE,
    Fault("switch refuses to ring", _switch_refuses, 2.0, LONGER),
    Fault("results of ringing lost", _results_are_lost, 0.0, LONGER),
)
