"""Every verb of a seat in its call, from the HTTP interface to the record, on the stand-in."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any

import gevent
import pytest

from routing.record import CallRecord, Outcome
from switchd.api.client import Answer
from switchd.queues.connection import connect
from switchd.sim.callers import SimCaller
from tests.scenarios.hotline import CITY, Hotline, heard, wait_for

EXPERT, CENTRE, FIRE = "13900000001", "2970110", "119"
CONTROLLED: dict[str, Any] = {
    **CITY,
    "lines": {
        **CITY["lines"],
        "12350": {
            "kind": "sub_centre",
            "title": "市应急管理局",
            "to": CENTRE,
            "ring_seconds": 5,
        },
    },
    "trunks": {"trunk": {"proxy": "127.0.0.1:6999"}},
    "experts": {
        "medical": {
            "title": "医疗专家",
            "ring_seconds": 5,
            "members": [{"title": "李医生", "phone": EXPERT}],
        }
    },
    "dialling": {"trunk": "trunk"},
    "control": {"supervisors": {"seats": ["1003"]}, "park_seconds": 60},
}


@pytest.fixture(scope="module")
def running() -> Iterator[Hotline]:
    hotline = Hotline(CONTROLLED)
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def hotline(running: Hotline) -> Hotline:
    running.begins_anew()
    return running


@pytest.fixture
def caller(hotline: Hotline) -> SimCaller:
    """Talks with seat 1001; 1002 and 1003 are ready, everybody outside answers."""
    for number in (EXPERT, CENTRE, FIRE):
        hotline.sim.number(number).will_answer()
    for seat in ("1001", "1002", "1003"):
        hotline.sim.seat(seat).heard.clear()
    talking = hotline.talks_with("1001")
    is_now(hotline, talking, "talking")
    hotline.makes_ready("1002", "1003")
    return talking


def asks(hotline: Hotline, verb: str, target: str = "", seat: str = "1001") -> dict[str, Any]:
    """What a softphone asks for; in a thread, since the stand-in works on here meanwhile."""
    pool = gevent.get_hub().threadpool
    wish = partial(hotline.client.control, seat, verb, target=target, who=f"8{seat}")
    return dict(pool.apply(wish))


def state(hotline: Hotline, caller: SimCaller) -> str:
    return str(hotline.call_of(caller)["state"])


def is_now(hotline: Hotline, caller: SimCaller, wanted: str) -> None:
    wait_for(lambda: state(hotline, caller) == wanted, f"the call is {wanted}")


def parts(record: CallRecord) -> list[tuple[str, str]]:
    return [(str(part.what), part.parties) for part in record.segments]


def adds_up(record: CallRecord) -> None:
    seconds = sum((part.ended_at or 0.0) - part.began_at for part in record.segments)
    assert seconds == pytest.approx(record.talk_seconds, abs=0.01)


def ended(hotline: Hotline, caller: SimCaller) -> CallRecord:
    caller.hang_up()
    record = hotline.record_of(caller)
    adds_up(record)
    return record


def hears(hotline: Hotline, seat: str, prompt: str) -> None:
    """The phone is told something; what it heard in earlier calls does not count."""
    phone = hotline.sim.seat(seat)
    wait_for(lambda: prompt in heard(phone), f"{seat} hears {prompt}")


class TestHold:
    def test_gives_the_caller_music_until_the_seat_is_back(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        assert asks(hotline, "hold")["verb"] == "hold"
        is_now(hotline, caller, "held")
        wait_for(lambda: "moh" in caller.heard[-1], "music")
        asks(hotline, "resume")
        is_now(hotline, caller, "talking")
        assert parts(ended(hotline, caller)) == [
            ("talk", "caller,1001"),
            ("hold", "caller,1001"),
            ("talk", "caller,1001"),
        ]

    def test_is_refused_with_a_sentence_where_it_does_not_fit(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        with pytest.raises(Answer, match="resume is not possible while the call is talking"):
            asks(hotline, "resume")
        with pytest.raises(Answer, match="seat 1002 is in no call"):
            asks(hotline, "hold", seat="1002")


class TestConsult:
    def test_of_a_seat_completed_makes_it_the_other_seats_call(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        asks(hotline, "consult", "seat:1002")
        is_now(hotline, caller, "consulting")
        assert hotline.seat("1002")["state"] == "talking"
        asks(hotline, "complete")
        is_now(hotline, caller, "talking")
        assert hotline.call_of(caller)["seat"] == "1002"
        hotline.waits_until_seat_is("1001", "ready")
        record = ended(hotline, caller)
        assert [leg.role for leg in record.legs] == ["caller", "seat", "consult"]
        hotline.waits_until_seat_is("1002", "ready")

    def test_can_be_cancelled_and_swapped(self, hotline: Hotline, caller: SimCaller) -> None:
        asks(hotline, "consult", "1002")
        is_now(hotline, caller, "consulting")
        asks(hotline, "swap")
        asks(hotline, "swap")
        asks(hotline, "cancel")
        is_now(hotline, caller, "talking")
        hotline.waits_until_seat_is("1002", "ready")
        assert hotline.seat("1001")["state"] == "talking"

    def test_of_a_seat_that_does_not_answer_tells_the_seat(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        hotline.sim.seat("1002").will_be_busy()
        asks(hotline, "consult", "seat:1002")
        hears(hotline, "1001", "transfer_busy")
        is_now(hotline, caller, "talking")
        wait_for(lambda: hotline.seat("1002")["reason"] == "busy", "the seat is not ready")

    def test_of_a_group_takes_who_is_ready(self, hotline: Hotline, caller: SimCaller) -> None:
        asks(hotline, "consult", "group:market")
        is_now(hotline, caller, "consulting")
        assert hotline.seat("1003")["state"] == "talking"
        asks(hotline, "cancel")
        hotline.waits_until_seat_is("1003", "ready")

    def test_hanging_up_the_phone_completes_it(self, hotline: Hotline, caller: SimCaller) -> None:
        asks(hotline, "consult", "seat:1002")
        is_now(hotline, caller, "consulting")
        hotline.seat_hangs_up("1001")
        is_now(hotline, caller, "talking")
        assert hotline.call_of(caller)["seat"] == "1002"

    def test_a_caller_who_hangs_up_is_told_to_both_and_nothing_rings_on(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        asks(hotline, "consult", "seat:1002")
        is_now(hotline, caller, "consulting")
        caller.hang_up()
        record = hotline.record_of(caller)
        adds_up(record)
        for number in ("1001", "1002"):
            hears(hotline, number, "caller_gone")
            hotline.waits_until_seat_is(number, "ready")
            assert hotline.sim.seat(number).leg is None

    def test_a_seat_that_loses_power_leaves_the_caller_first_in_line(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        hotline.client.seat("1003", "not-ready", reason="break")
        asks(hotline, "consult", "seat:1002")
        is_now(hotline, caller, "consulting")
        leg = hotline.sim.seat("1001").leg
        assert leg is not None
        hotline.client.seat("1002", "not-ready", reason="break")
        hotline.client.seat("1001", "not-ready", reason="break")
        other = hotline.waits("13800138000")
        hotline.sim.switch.hang_up(leg, "MEDIA_TIMEOUT")
        wait_for(lambda: hotline.status()["waiting"] == 2, "the caller is back in the list")
        hotline.makes_ready("1003")
        is_now(hotline, caller, "talking")
        assert state(hotline, other) == "waiting"
        other.hang_up()
        record = ended(hotline, caller)
        assert [what for what, _ in parts(record)] == ["talk", "consult", "consult", "wait", "talk"]
        assert record.seat == "1003"


class TestThreeWay:
    def test_behind_a_consultation(self, hotline: Hotline, caller: SimCaller) -> None:
        asks(hotline, "consult", "seat:1002")
        is_now(hotline, caller, "consulting")
        asks(hotline, "three-way")
        is_now(hotline, caller, "conference")
        asks(hotline, "leave")
        is_now(hotline, caller, "talking")
        assert hotline.call_of(caller)["seat"] == "1002"
        hotline.waits_until_seat_is("1001", "ready")

    def test_one_can_be_dropped(self, hotline: Hotline, caller: SimCaller) -> None:
        asks(hotline, "three-way", "seat:1002")
        is_now(hotline, caller, "conference")
        asks(hotline, "drop", "seat:1002")
        is_now(hotline, caller, "talking")
        assert hotline.call_of(caller)["seat"] == "1001"
        hotline.waits_until_seat_is("1002", "ready")

    def test_a_seat_that_was_brought_in_may_leave_and_no_more(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        asks(hotline, "three-way", "seat:1002")
        is_now(hotline, caller, "conference")
        with pytest.raises(Answer, match="may only leave it"):
            asks(hotline, "park", seat="1002")
        asks(hotline, "leave", seat="1002")
        is_now(hotline, caller, "talking")


class TestOutside:
    def test_an_expert_is_consulted_and_the_caller_left_to_whom(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        asks(hotline, "consult", "expert:medical")
        is_now(hotline, caller, "consulting")
        asks(hotline, "complete")
        is_now(hotline, caller, "forwarded")
        hotline.sim.number(EXPERT).hang_up()
        caller.ended.wait()
        record = hotline.record_of(caller)
        adds_up(record)
        assert [leg.role for leg in record.legs] == ["caller", "seat", "expert"]
        assert parts(record)[-1] == ("talk", f"caller,{EXPERT}")

    def test_an_expert_who_does_not_answer_leaves_the_seat_with_the_caller(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        hotline.sim.number(EXPERT).will_be_busy()
        asks(hotline, "consult", "expert:medical")
        hears(hotline, "1001", "transfer_busy")
        is_now(hotline, caller, "talking")
        assert ended(hotline, caller).legs[-1].cause == "USER_BUSY"

    def test_a_sub_centre_three_way_then_leave(self, hotline: Hotline, caller: SimCaller) -> None:
        asks(hotline, "three-way", "line:12350")
        is_now(hotline, caller, "conference")
        asks(hotline, "leave")
        is_now(hotline, caller, "forwarded")
        hotline.waits_until_seat_is("1001", "ready")
        hotline.sim.number(CENTRE).hang_up()
        caller.ended.wait()
        record = hotline.record_of(caller)
        adds_up(record)
        assert [what for what, _ in parts(record)] == ["talk", "conference", "transfer", "talk"]

    def test_an_emergency_service_joins_during_a_full_list(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        for seat in ("1002", "1003"):
            hotline.client.seat(seat, "not-ready", reason="break")
        others = [hotline.waits(f"1380013800{n}") for n in range(3)]
        asks(hotline, "emergency", FIRE)
        is_now(hotline, caller, "conference")
        assert "13937512345" in hotline.sim.number(FIRE).shown[-1]
        for other in others:
            other.hang_up()
        assert ended(hotline, caller).legs[-1].role == "emergency"

    def test_an_emergency_service_joins_while_redis_is_away(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        with closing(connect(f"unix://{hotline.folder}/state/redis/redis.sock")) as client:
            redis = client.info("server")["process_id"]
        asks(hotline, "mute")  # whatever the talk's beginning had to tell Redis is told
        os.kill(redis, signal.SIGSTOP)
        try:
            asks(hotline, "emergency", FIRE)
            is_now(hotline, caller, "conference")
            assert hotline.sim.number(FIRE).legs
        finally:
            os.kill(redis, signal.SIGCONT)
        assert ended(hotline, caller).legs[-1].role == "emergency"
        hotline.waits_until_seat_is("1001", "ready")


class TestTransfer:
    def test_to_a_seat(self, hotline: Hotline, caller: SimCaller) -> None:
        asks(hotline, "transfer", "seat:1002")
        is_now(hotline, caller, "talking")
        assert hotline.call_of(caller)["seat"] == "1002"
        hotline.waits_until_seat_is("1001", "ready")
        assert parts(ended(hotline, caller))[-1] == ("talk", "caller,1002")

    def test_to_a_seat_that_is_not_ready_is_refused(
        self, hotline: Hotline, caller: SimCaller
    ) -> None:
        hotline.client.seat("1002", "not-ready", reason="break")
        with pytest.raises(Answer, match="seat:1002: not ready"):
            asks(hotline, "transfer", "seat:1002")
        assert state(hotline, caller) == "talking"

    def test_to_a_group_is_first_in_its_line(self, hotline: Hotline, caller: SimCaller) -> None:
        asks(hotline, "transfer", "group:market")
        is_now(hotline, caller, "talking")
        assert hotline.call_of(caller)["seat"] == "1003"


class TestPark:
    def test_and_pick_up(self, hotline: Hotline, caller: SimCaller) -> None:
        assert asks(hotline, "park")["parked_by"] == "1001"
        is_now(hotline, caller, "parked")
        hotline.waits_until_seat_is("1001", "ready")
        asks(hotline, "pick-up", "1001", seat="1002")
        is_now(hotline, caller, "talking")
        assert hotline.call_of(caller)["seat"] == "1002"
        record = ended(hotline, caller)
        assert ("park", "caller") in parts(record)

    def test_without_anything_to_pick_up(self, hotline: Hotline) -> None:
        with pytest.raises(Answer, match="no call is parked"):
            asks(hotline, "pick-up", seat="1002")


class TestFurtherVerbs:
    def test_survey(self, hotline: Hotline, caller: SimCaller) -> None:
        asks(hotline, "survey")
        caller.ended.wait()
        record = hotline.record_of(caller)
        assert (record.outcome, record.survey_meaning) == (Outcome.ANSWERED, "satisfied")

    def test_hang_up(self, hotline: Hotline, caller: SimCaller) -> None:
        asks(hotline, "hang-up")
        caller.ended.wait()
        assert hotline.record_of(caller).ended_by == "seat"

    def test_mute(self, hotline: Hotline, caller: SimCaller) -> None:
        assert asks(hotline, "mute")["muted"] == "yes"
        assert asks(hotline, "unmute")["muted"] == "no"

    def test_supervisor(self, hotline: Hotline, caller: SimCaller) -> None:
        asks(hotline, "supervisor")
        is_now(hotline, caller, "consulting")
        assert hotline.seat("1003")["state"] == "talking"
        assert ended(hotline, caller).legs[-1].role == "supervisor"
