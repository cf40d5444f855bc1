"""Each FreeSWITCH has one daemon that commands it, and others that stand by: who takes over when,
and what callers notice of it."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from routing.record import Outcome
from switchd.api.client import Client, NoDaemon
from switchd.queues.embedded import EmbeddedRedis
from switchd.records.spool import Spool
from switchd.sim.callers import CallerState
from tests.records.examples import call
from tests.scenarios.hotline import wait_for
from tests.scenarios.two_nodes import PASSWORD, City, run_daemon, talks

MOBILE = "13937512345"


class Standby:
    """A second daemon for the node north, in a state folder of its own."""

    def __init__(self, city: City) -> None:
        self.state = city.folder / "elsewhere"
        self.state.mkdir()
        (self.state / "event-socket.password").write_text(f"{PASSWORD}\n")
        folder = city.folder / "copy" / "testcity"
        folder.mkdir(parents=True)
        text = (city.folder / "testcity" / "city.yaml").read_text()
        (folder / "city.yaml").write_text(text.replace(str(city.north.state), str(self.state)))
        self.client = Client(self.state / "switchd.sock")
        self.folder = folder
        self.daemon = run_daemon(folder, "north", self.log_path)

    @property
    def log_path(self) -> Path:
        return self.state / "daemon.log"

    def status(self) -> dict[str, Any]:
        try:
            return dict(self.client.get("status"))
        except NoDaemon:
            assert self.daemon.poll() is None, self.log_path.read_text()
            return {}

    def stands_by(self, city: City) -> None:
        wait_for(lambda: self.status().get("owned_at"), "it stands by")
        wait_for(lambda: city.north.status()["standbys"], "the owner knows of it")

    def works(self) -> None:
        wait_for(lambda: self.status().get("owned_at") == "", "it owns the node")
        wait_for(lambda: self.status()["freeswitch"]["connected"], "it commands the switch")

    def close(self) -> None:
        if self.daemon.poll() is None:
            self.daemon.kill()
            self.daemon.wait()


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


class TestWhileTheOwnerLives:
    def test_the_standby_says_who_owns_the_node_and_leaves_the_switch_alone(
        self, city: City, standby: Standby
    ) -> None:
        status = standby.status()
        assert status["owned_at"].endswith(str(city.north.state))
        assert not status["freeswitch"]["connected"]
        assert [place.rpartition(":")[2] for place in city.north.status()["standbys"]] == [
            str(standby.state)
        ]
        assert city.north.status()["owned_at"] == ""


class TestRecordsThatWereLeft:
    def test_count_when_a_standby_writes_them(self, city: City, standby: Standby) -> None:
        """It was the owner, and died before they were in SQL and its count in Redis."""
        city.north.is_killed()
        standby.works()
        now = time.time()
        times = dict.fromkeys(("queued_at", "answered_at", "talk_ended_at", "ended_at"), now)
        spool = Spool(city.north.state / "spool")
        spool.append(call("left", arrived_at=now, **times))
        spool.close()
        city.north.daemon = run_daemon(
            city.folder / "testcity", "north", city.north.state / "daemon.log"
        )
        wait_for(lambda: _counted(standby) == 1, "it is counted")
        assert city.north.status()["owned_at"]


def _counted(standby: Standby) -> int:
    return int(standby.client.get("indicators")["today"]["total"]["calls"])


class TestTheOwnerIsKilled:
    def test_waiting_callers_keep_their_places_and_talks_go_on(
        self, city: City, standby: Standby
    ) -> None:
        city.north.phone("1001").will_answer()
        city.makes_ready("1001")
        talking = city.north.call(MOBILE)
        talks(talking)
        first = city.north.waits("13800138001")
        second = city.north.waits("13800138002")
        city.north.is_killed()
        standby.works()
        wait_for(lambda: standby.status()["waiting"] == 2, "both wait again")
        assert talking.state is CallerState.TALKING
        city.north.phone("1001").will_answer(hangs_up_after=1.0).hang_up()
        assert city.record_of(talking).outcome is Outcome.ANSWERED
        served = [city.record_of(caller) for caller in (first, second)]
        assert [record.outcome for record in served] == [Outcome.ANSWERED] * 2
        assert served[0].answered_at < served[1].answered_at

    def test_a_call_that_ends_before_anybody_has_taken_over_has_its_record(
        self, city: City, standby: Standby
    ) -> None:
        city.north.phone("1001").will_answer()
        city.makes_ready("1001")
        talking = city.north.call(MOBILE)
        talks(talking)
        leg = city.north.sim.switch.channels[talking.uuid]
        wait_for(lambda: "switchd_answered_at" in leg.variables, "the talk is written on the leg")
        waiting = city.north.waits("13800138001")
        wait_for(lambda: _tagged(city, waiting.uuid), "the wait is written on the leg")
        city.north.is_killed()
        talking.hang_up()
        waiting.hang_up()
        standby.works()
        record = city.record_of(talking)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1001")
        assert city.record_of(waiting).outcome is Outcome.ABANDONED
        assert "switch.alone" in [step.what for step in record.trace]

    def test_another_standby_takes_over_from_the_first_one(
        self, city: City, standby: Standby
    ) -> None:
        caller = city.north.waits("13800138001")
        city.north.is_killed()
        standby.works()
        city.north.daemon = run_daemon(
            city.folder / "testcity", "north", city.north.state / "daemon.log"
        )
        wait_for(lambda: standby.status()["standbys"], "the first one stands by now")
        standby.daemon.kill()
        wait_for(lambda: _is_owner(city), "it owns the node again")
        wait_for(lambda: city.north.status()["waiting"] == 1, "the caller waits")
        assert caller.state is CallerState.WAITING


class TestTheOwnerIsStopped:
    def test_it_does_not_wait_for_its_calls_and_they_go_on(
        self, city: City, standby: Standby
    ) -> None:
        caller = city.north.waits("13800138001")
        daemon = city.north.daemon
        assert daemon is not None
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(timeout=25) == 0
        standby.works()
        wait_for(lambda: standby.status()["waiting"] == 1, "the caller waits")
        assert caller.state is CallerState.WAITING

    def test_it_waits_no_longer_for_its_calls_once_another_stands_by(self, city: City) -> None:
        caller = city.north.waits("13800138001")
        daemon = city.north.daemon
        assert daemon is not None
        daemon.send_signal(signal.SIGTERM)
        wait_for(lambda: city.north.status()["draining"], "it waits for its caller")
        late = Standby(city)
        try:
            late.works()
            wait_for(lambda: late.status()["waiting"] == 1, "the caller waits")
            assert daemon.wait(timeout=25) == 0
        finally:
            late.close()
        assert caller.state is CallerState.WAITING

    def test_a_standby_that_is_stopped_ends_and_nothing_happens(
        self, city: City, standby: Standby
    ) -> None:
        standby.daemon.send_signal(signal.SIGTERM)
        assert standby.daemon.wait(timeout=25) == 0
        assert "Traceback" not in standby.log_path.read_text()
        assert city.north.status()["freeswitch"]["connected"]
        wait_for(lambda: not city.north.status()["standbys"], "nobody stands by")


class TestTheOwnerIsFrozen:
    def test_it_ends_without_another_command_when_it_wakes_up(
        self, city: City, standby: Standby
    ) -> None:
        first = city.north.daemon
        assert first is not None
        caller = city.north.waits("13800138001")
        first.send_signal(signal.SIGSTOP)
        standby.works()
        wait_for(lambda: standby.status()["waiting"] == 1, "the caller waits")
        city.north.phone("1001").will_answer()
        standby.client.seat("1001", "sign-in", agent="81001")
        standby.client.seat("1001", "ready")
        talks(caller)
        first.send_signal(signal.SIGCONT)
        assert _returncode(first) == 0
        assert "another switchd works for this node" in city.north.log
        assert caller.state is CallerState.TALKING
        city.north.phone("1001").hang_up()
        record = city.record_of(caller)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1001")


class TestRedisIsAway:
    def test_the_owner_goes_on_because_the_switch_still_has_its_mark(self, city: City) -> None:
        city.north.phone("1001").will_answer()
        city.makes_ready("1001")
        caller = city.north.call(MOBILE)
        talks(caller)
        city.redis.stop()
        city.north.phone("1001").hang_up()
        wait_for(lambda: caller.state is CallerState.ENDED, "survey and thanks, then good-bye")
        assert city.record_of(caller).survey_key == "2"

    def test_a_standby_outlives_it_and_takes_over_when_it_is_back(
        self, city: City, standby: Standby
    ) -> None:
        city.redis.stop()
        wait_for(lambda: "without Redis" in standby.log_path.read_text(), "it has noticed")
        city.redis = EmbeddedRedis(city.folder / "redis")
        standby.stands_by(city)
        city.north.is_killed()
        standby.works()


def _tagged(city: City, leg: str) -> bool:
    return city.north.sim.switch.channels[leg].variables.get("switchd_state") == "waiting"


def _is_owner(city: City) -> bool:
    try:
        status = city.north.status()
    except NoDaemon:
        return False
    return status["owned_at"] == "" and bool(status["freeswitch"]["connected"])


def _returncode(daemon: subprocess.Popen[bytes]) -> int:
    wait_for(lambda: daemon.poll() is not None, "it ends")
    return daemon.returncode
