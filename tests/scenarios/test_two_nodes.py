"""A city on two FreeSWITCHes: what callers, seats and admins notice of it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator

import gevent
import pytest

from routing.record import EndedBy, Outcome
from switchd.api.client import Answer
from switchd.queues.connection import connect
from switchd.queues.nodes import LEASE_SECONDS
from switchd.sim.callers import CallerState, SimCaller
from tests.scenarios.hotline import ROOT, wait_for
from tests.scenarios.two_nodes import SWITCHD, City, NodeAtWork, talks

MOBILE = "13937512345"


@pytest.fixture(scope="module")
def running() -> Iterator[City]:
    city = City()
    try:
        city.start()
        yield city
    finally:
        city.close()


@pytest.fixture
def city(running: City) -> City:
    running.begins_anew()
    return running


@pytest.fixture
def own_city() -> Iterator[City]:
    """A city that the test may break."""
    city = City()
    try:
        city.start()
        yield city
    finally:
        city.close()


class TestACallerAtOneNodeAndASeatAtTheOther:
    @pytest.mark.parametrize(("of", "seat"), [("north", "1003"), ("south", "1001")])
    def test_talk_and_are_recorded_surveyed_and_written_down_once(
        self, city: City, of: str, seat: str
    ) -> None:
        here, there = (city.north, city.south) if of == "north" else (city.south, city.north)
        phone = there.phone(seat).will_answer(hangs_up_after=2.0)
        talked = phone.talked
        city.makes_ready(seat)
        caller = here.call(MOBILE)
        record = city.record_of(caller)
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.SEAT)
        assert (record.seat, record.agent, record.survey_key) == (seat, f"8{seat}", "2")
        assert [leg.role for leg in record.legs] == ["caller", "seat"]
        assert phone.talked == talked + 1
        assert (city.folder / "recordings" / record.recording).exists()
        city.waits_until_seat(seat, state="ready")
        for node in city.nodes:
            assert node.status()["unexpected"] == {}
            assert node.sim.switch.channels == {}

    def test_the_display_shows_the_same_as_at_home(self, city: City) -> None:
        for node, seat in ((city.north, "1001"), (city.south, "1003")):
            node.phone(seat).will_answer(hangs_up_after=1.0)
            city.makes_ready(seat)
            assert city.record_of(city.north.call(MOBILE)).seat == seat
            city.north.client.seat(seat, "sign-out")
        shown = city.south.phone("1003").shown[-1]
        assert MOBILE in shown
        assert shown == city.north.phone("1001").shown[-1]

    def test_the_caller_hangs_up_first(self, city: City) -> None:
        phone = city.south.phone("1003").will_answer()
        city.makes_ready("1003")
        caller = city.north.call(MOBILE)
        talks(caller)
        caller.hang_up()
        record = city.record_of(caller)
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
        wait_for(lambda: phone.leg is None, "the phone is free")
        city.waits_until_seat("1003", state="ready")

    def test_the_caller_gives_up_and_the_phone_stops_ringing(self, city: City) -> None:
        phone = city.south.phone("1003").will_not_answer()
        city.makes_ready("1003")
        caller = city.north.call(MOBILE)
        wait_for(lambda: phone.leg is not None, "the phone rings")
        caller.hang_up()
        wait_for(lambda: phone.leg is None, "the phone is silent")
        record = city.record_of(caller)
        assert (record.outcome, record.legs[1].cause) == (Outcome.ABANDONED, "ORIGINATOR_CANCEL")
        assert city.waits_until_seat("1003", state="ready")["reason"] == ""

    @pytest.mark.parametrize(
        ("manner", "reason"),
        [
            ("will_be_busy", "busy"),
            ("will_refuse", "refused"),
            ("will_not_answer", "no_answer"),
            ("will_be_unreachable", "unreachable"),
        ],
    )
    def test_a_phone_that_does_not_take_the_call_has_the_same_reason_as_at_home(
        self, city: City, manner: str, reason: str
    ) -> None:
        getattr(city.south.phone("1003"), manner)()
        city.makes_ready("1003")
        caller = city.north.call(MOBILE)
        assert city.waits_until_seat("1003", state="not_ready")["reason"] == reason
        city.makes_ready("1001")
        talks(caller)
        caller.hang_up()
        assert city.record_of(caller).seat == "1001"


class TestASupervisor:
    """1003 is at south, its caller at north: north has the call."""

    @pytest.fixture
    def talk(self, city: City) -> SimCaller:
        city.south.phone("1003").will_answer()
        city.makes_ready("1003")
        caller = city.north.call(MOBILE)
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        wait_for(
            lambda: [row["state"] for row in city.north.client.get("calls")] == ["talking"],
            "the node knows it",
        )
        return caller

    def asks(self, node: NodeAtWork, verb: str, at: str) -> None:
        body = {"at": at, "who": "8001", "why": "quality"}
        pool = gevent.get_hub().threadpool
        pool.apply(node.client.supervise, ("seats", "1003", verb), body)

    def trace(self, city: City, talk: SimCaller) -> list[str]:
        pop = city.north.client.get(f"calls/{talk.uuid}/pop")
        return [step["what"] for step in pop["trace"]]

    def test_who_asks_the_other_node_is_told_which_one_has_the_call(
        self, city: City, talk: SimCaller
    ) -> None:
        for verb in ("listen", "release"):
            with pytest.raises(Answer, match="call of seat 1003 is at node north") as refused:
                self.asks(city.south, verb, "1004")
            assert "SWITCHD_NODE=north" in str(refused.value)
        assert talk.state is CallerState.TALKING
        talk.hang_up()
        city.record_of(talk)

    @pytest.mark.parametrize("at", ["1002", "1004"])
    def test_listens_there_from_a_phone_at_either_node(
        self, city: City, talk: SimCaller, at: str
    ) -> None:
        home = city.north if at == "1002" else city.south
        home.phone(at).will_answer()
        self.asks(city.north, "listen", at)
        wait_for(lambda: "supervisor.listens" in self.trace(city, talk), "the supervisor listens")
        talk.hang_up()
        record = city.record_of(talk)
        assert [leg.seat for leg in record.legs if leg.role == "supervisor"] == [at]


class TestOneQueue:
    @pytest.mark.parametrize("seat", ["1001", "1003"])
    def test_callers_of_both_nodes_are_served_in_the_order_in_which_they_came(
        self, city: City, seat: str
    ) -> None:
        for node in city.nodes:
            node.phone(seat).will_answer(after=0.1, hangs_up_after=1.0)
        callers = [
            (city.south if n in (1, 2, 5) else city.north).waits(f"1380013800{n}") for n in range(6)
        ]
        city.makes_ready(seat)
        records = [city.record_of(caller) for caller in callers]
        offered = [record.offered_at for record in records]
        assert offered == sorted(offered)  # type: ignore[type-var]
        assert {record.outcome for record in records} == {Outcome.ANSWERED}
        assert {record.seat for record in records} == {seat}

    def test_an_agent_signs_in_by_the_codes_of_whichever_node_the_phone_is_at(
        self, city: City
    ) -> None:
        phone = city.south.phone("1004")
        for code, state in (("*10", "not_ready"), ("*11", "ready")):
            wait_for(lambda: phone.leg is None, "the phone is free")
            assert phone.dials(code)
            city.waits_until_seat("1004", state=state)
        wait_for(lambda: phone.leg is None, "the phone is free")
        caller = city.north.call(MOBILE)
        talks(caller)
        caller.hang_up()
        assert city.record_of(caller).seat == "1004"


class TestAPhoneThatMoves:
    def test_is_rung_where_it_is_now(self, city: City) -> None:
        city.makes_ready("1001")
        city.south.phone("1001").register()
        city.waits_until_seat("1001", home="south")
        city.north.phone("1001").expire()
        moved = city.south.phone("1001").will_answer(hangs_up_after=1.0)
        caller = city.north.call(MOBILE)
        assert city.record_of(caller).seat == "1001"
        assert (moved.talked, city.seat("1001")["home"]) == (1, "south")

    def test_may_come_back_before_its_old_registration_has_run_out(self, city: City) -> None:
        city.south.phone("1001").register()
        city.waits_until_seat("1001", home="south")
        city.north.phone("1001").forget()
        city.north.phone("1001").register()
        city.waits_until_seat("1001", home="north")
        city.south.phone("1001").expire()
        assert city.waits_until_seat("1001", home="north")["reachable"]


class TestADaemonIsKilled:
    def test_the_other_node_goes_on_with_its_own_and_the_callers_come_back_with_the_daemon(
        self, own_city: City
    ) -> None:
        city = own_city
        city.south.phone("1003").will_answer()
        city.makes_ready("1003", "1001")
        city.north.phone("1001").will_answer()
        across = city.north.call("13800138001")
        talks(across)
        at_home = city.south.call("13800138002")
        talks(at_home)
        first, second = city.north.waits("13800138003"), city.south.waits("13800138004")
        seats = {city.seat(number)["call"] for number in ("1001", "1003")}
        assert seats == {across.uuid, at_home.uuid}
        city.north.is_killed()
        wait_for(
            lambda: [node["owner"] for node in city.south.status()["nodes"]] == ["south"],
            "the node is given up",
        )
        assert not city.seat("1001")["reachable"]
        assert city.south.status()["waiting"] == 1

        city.south.phone("1004").will_answer(hangs_up_after=1.0)
        city.makes_ready("1004")
        assert city.record_of(second).seat == "1004"
        assert (across.state, first.state) == (CallerState.TALKING, CallerState.WAITING)
        assert city.south.phone("1003").collisions == 0

        city.north.starts()
        assert city.record_of(first).seat == "1004"
        at_home.hang_up()
        city.phone_of(across).hang_up()
        records = [city.record_of(caller) for caller in (across, at_home)]
        assert {record.outcome for record in records} == {Outcome.ANSWERED}
        for number in ("1001", "1003"):
            city.waits_until_seat(number, state="ready", reachable=True)

    def test_a_seat_of_the_other_node_is_free_when_its_talk_ends(self, own_city: City) -> None:
        city = own_city
        city.south.phone("1003").will_answer(hangs_up_after=1.0)
        city.makes_ready("1003")
        talks(city.north.call("13800138001"))
        city.north.is_killed()
        second = city.south.waits("13800138002")
        assert city.record_of(second).seat == "1003"

    def test_one_that_is_asked_to_end_is_given_up_at_once(self, own_city: City) -> None:
        city = own_city
        city.north.waits(MOBILE)
        assert city.north.ends() == 0
        assert [node["owner"] for node in city.south.status()["nodes"]] == ["south"]
        assert not city.seat("1001")["reachable"]
        assert city.south.status()["waiting"] == 0


class TestAFreeSwitchThatCannotBeHeard:
    def test_holds_nobody_up_and_its_caller_has_the_old_place_afterwards(
        self, own_city: City
    ) -> None:
        city = own_city
        first = city.north.waits("13800138001")
        queued_at = city.north.client.get("calls")[0]["queued_at"]
        city.north.sim.unplug()
        wait_for(lambda: not city.north.status()["freeswitch"]["connected"], "it is not heard")
        second = city.south.waits("13800138002")
        city.south.phone("1003").will_answer(hangs_up_after=1.0)
        city.makes_ready("1003")
        assert city.record_of(second).seat == "1003"
        assert first.state is CallerState.WAITING
        city.north.sim.plug_in()
        record = city.record_of(first)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1003")
        assert record.queued_at == pytest.approx(queued_at, abs=0.001)


class TestASecondDaemonForANode:
    def test_without_a_name_it_is_asked_which(self, city: City) -> None:
        second = run("-c", str(city.folder / "testcity"))
        assert second.returncode == 78
        assert "the city has the nodes north, south" in second.stderr

    def test_with_a_wrong_name_it_is_told_the_right_one(self, city: City) -> None:
        second = run("-c", str(city.folder / "testcity"), "--node", "nroth")
        assert second.returncode == 78
        assert "city.yaml" in second.stderr
        assert "there is no node 'nroth'. Write north" in second.stderr


class TestADaemonThatWasFrozen:
    def test_hears_that_it_was_given_up_and_its_callers_have_their_places_again(
        self, own_city: City
    ) -> None:
        city = own_city
        first = city.north.waits("13800138001")
        daemon = city.north.daemon
        assert daemon is not None
        daemon.send_signal(signal.SIGSTOP)
        try:
            wait_for(
                lambda: len(city.south.status()["nodes"]) == 1,
                "the node is given up",
                seconds=LEASE_SECONDS + 30,
            )
            assert city.south.status()["waiting"] == 0
        finally:
            daemon.send_signal(signal.SIGCONT)
        wait_for(lambda: city.south.status()["waiting"] == 1, "the caller waits again")
        wait_for(lambda: city.seat("1001")["reachable"], "the phones are known again")
        city.south.phone("1003").will_answer(hangs_up_after=1.0)
        city.makes_ready("1003")
        assert city.record_of(first).seat == "1003"


class TestRedisIsKilled:
    def test_both_nodes_tell_it_again_what_it_lost(self, own_city: City) -> None:
        city = own_city
        callers = [city.north.waits("13800138001"), city.south.waits("13800138002")]
        with connect(city.redis.url) as client:
            client.flushall()
        wait_for(lambda: city.south.status()["waiting"] == 2, "both wait again")
        wait_for(
            lambda: len(city.seats()) == 4 and all(seat["reachable"] for seat in city.seats()),
            "all phones are known again",
        )
        city.south.phone("1003").will_answer(hangs_up_after=1.0)
        city.makes_ready("1003")
        assert {city.record_of(caller).seat for caller in callers} == {"1003"}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SWITCHD, "run", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
