"""What callers, seats and the record notice when something breaks under them."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing

import orjson
import pytest

from routing.record import EndedBy, Outcome
from switchd.api.client import Answer, NoDaemon
from switchd.queues.connection import connect
from switchd.queues.scripts import source, verbs
from switchd.sim.callers import CallerState, SimCaller
from tests.scenarios.hotline import ROOT, Hotline, heard, wait_for

MOBILE = "13937512345"


class TestTheDaemonIsKilled:
    def test_who_waits_keeps_place_and_age_and_who_talks_talks_on(
        self, own_hotline: Hotline
    ) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        talking = hotline.talks_with("1001")
        first = hotline.waits("13800138001")
        second = hotline.waits("13800138002")
        queued_at = hotline.call_of(first)["queued_at"]

        hotline.kill_daemon()
        hotline.start_daemon()

        wait_for(lambda: hotline.status()["waiting"] == 2, "both wait again")
        assert hotline.call_of(first)["queued_at"] == pytest.approx(queued_at, abs=0.001)
        assert talking.state is CallerState.TALKING
        assert hotline.seat("1001")["state"] == "talking"
        hotline.sim.seat("1002").will_answer(hangs_up_after=1.0)
        hotline.makes_ready("1002")
        records = [hotline.record_of(caller) for caller in (first, second)]
        assert records[0].queued_at == pytest.approx(queued_at, abs=0.001)
        assert [record.outcome for record in records] == [Outcome.ANSWERED, Outcome.ANSWERED]
        answered = [record.answered_at for record in records]
        assert answered == sorted(answered)  # type: ignore[type-var]
        assert heard(first).split().count("greeting") == 1

        hotline.seat_hangs_up("1001")
        record = hotline.record_of(talking)
        assert (record.outcome, record.seat, record.survey_key) == (Outcome.ANSWERED, "1001", "2")
        assert record.talk_seconds is not None
        assert heard(talking).split().count("greeting") == 1
        assert hotline.records() == 3
        hotline.waits_until_seat_is("1001", "ready")
        assert hotline.sim.seat("1001").collisions == 0

    def test_who_called_just_before_the_next_one_is_not_overlooked(
        self, own_hotline: Hotline
    ) -> None:
        """FreeSWITCH's list of channels is written some tenths of a second behind their birth."""
        hotline = own_hotline
        hotline.start_daemon()
        hotline.kill_daemon()
        caller = hotline.sim.call(MOBILE, "12345")
        hotline.sim.switch.faults.unlisted.add(caller.uuid)
        hotline.start_daemon()
        wait_for(lambda: hotline.status()["waiting"] == 1, "the caller waits")
        assert not hotline.sim.switch.faults.unlisted

    def test_who_waits_hears_the_music_go_on(self, own_hotline: Hotline) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        caller = hotline.waits()
        wait_for(lambda: "all_busy" in heard(caller), "it is announced that all are busy")
        wait_for(lambda: "local_stream" in caller.heard[-1], "behind it comes music")
        before = list(caller.heard)
        hotline.kill_daemon()
        hotline.start_daemon()
        wait_for(lambda: hotline.status()["waiting"] == 1, "the caller waits again")
        wait_for(lambda: hotline.status()["compared"], "all is compared")
        assert caller.heard == before

    def test_the_rank_that_a_supervisor_gave_holds_afterwards(self, own_hotline: Hotline) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        hotline.client.seat("1001", "sign-in", agent="81001")
        first, second = hotline.waits("13800138001"), hotline.waits("13800138002")
        ranked = hotline.admin("queue", "rank", second.uuid, "3600", "--by", "8001")
        assert ranked.returncode == 0, ranked.stderr
        leg = hotline.sim.switch.channels[second.uuid]
        wait_for(lambda: leg.variables.get("switchd_priority") == "3600", "the switch knows")

        hotline.kill_daemon()
        hotline.start_daemon()

        wait_for(lambda: hotline.status()["waiting"] == 2, "both wait again")
        hotline.sim.seat("1001").will_answer()
        hotline.makes_ready("1001")
        wait_for(lambda: second.state is CallerState.TALKING, "the ranked one is served")
        assert first.state is not CallerState.TALKING

    def test_a_caller_who_ends_a_talk_that_outlived_it_is_written_down(
        self, own_hotline: Hotline
    ) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        caller = hotline.talks_with("1001")
        leg = hotline.sim.switch.channels[caller.uuid]
        wait_for(lambda: "switchd_answered_at" in leg.variables, "the talk is written on the leg")
        before = hotline.call_of(caller)
        hotline.kill_daemon()
        hotline.start_daemon()
        wait_for(lambda: hotline.status()["calls"] == 1, "the talk is taken over")
        taken_over = hotline.call_of(caller)
        assert taken_over["state"] == "talking"
        assert taken_over["answered_at"] == pytest.approx(before["answered_at"], abs=0.001)
        hotline.sim.switch.hang_up(leg, "NORMAL_CLEARING", by_far_end=True)
        record = hotline.record_of(caller)
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
        assert (record.seat, record.agent, record.group) == ("1001", "81001", "intake")
        assert record.recording == f"{record.recording[:10]}/{caller.uuid}.wav"
        assert [leg.role for leg in record.legs] == ["caller", "seat"]
        hotline.waits_until_seat_is("1001", "ready")

    def test_a_phone_that_was_ringing_stops_and_rings_for_the_restarted_one(
        self, own_hotline: Hotline
    ) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        phone = hotline.sim.seat("1001").will_answer(after=1e9)
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "12345", talk=1.0)
        wait_for(lambda: phone.leg is not None, "the phone rings")
        hotline.kill_daemon()
        phone.will_answer()
        hotline.start_daemon()
        record = hotline.record_of(caller)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1001")
        assert phone.collisions == 0


class TestTheDaemonIsStopped:
    def test_callers_in_progress_are_served_new_ones_turned_away_all_written_down(
        self, own_hotline: Hotline
    ) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        caller = hotline.waits()
        assert hotline.daemon is not None
        hotline.daemon.send_signal(signal.SIGTERM)
        wait_for(lambda: hotline.status()["draining"], "it drains")
        late = hotline.sim.call(MOBILE, "12345")
        late.ended.wait()
        assert (late.cause, late.heard) == ("NORMAL_TEMPORARY_FAILURE", [])
        hotline.sim.seat("1001").will_answer(hangs_up_after=1.0)
        hotline.makes_ready("1001")
        assert hotline.ends() == 0
        assert hotline.record_of(caller).outcome is Outcome.ANSWERED
        turned_away = hotline.record_of(late)
        assert (turned_away.outcome, turned_away.group) == (Outcome.TURNED_AWAY, "intake")
        assert hotline.records() == 2

    def test_a_second_signal_ends_it_at_once_and_the_callers_stay_on_the_line(
        self, own_hotline: Hotline
    ) -> None:
        hotline = own_hotline
        hotline.start_daemon()
        caller = hotline.waits()
        assert hotline.daemon is not None
        hotline.daemon.send_signal(signal.SIGTERM)
        wait_for(lambda: hotline.status()["draining"], "it drains")
        assert hotline.stop_daemon() == 0
        assert caller.state is CallerState.WAITING


class TestASecondDaemon:
    def test_in_the_same_state_folder_is_refused_and_told_why(self, hotline: Hotline) -> None:
        second = subprocess.run(
            [sys.executable, "-m", "switchd", "run", "-c", str(hotline.city_folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert second.returncode == 1
        assert "another switchd works in" in second.stderr
        assert "Traceback" not in second.stderr
        assert hotline.status()["freeswitch"]["connected"]


def in_the_greeting(hotline: Hotline) -> SimCaller:
    caller = hotline.sim.call(MOBILE, "12345", survey="2")
    wait_for(lambda: caller.heard, "the greeting")
    return caller


def in_the_queue(hotline: Hotline) -> SimCaller:
    return hotline.waits(MOBILE)


def while_the_phone_rings(hotline: Hotline) -> SimCaller:
    hotline.sim.seat("1001").will_answer(after=1.5)
    hotline.makes_ready("1001")
    caller = hotline.sim.call(MOBILE, "12345", survey="2")
    wait_for(lambda: hotline.sim.seat("1001").leg is not None, "the phone rings")
    return caller


def in_the_talk(hotline: Hotline) -> SimCaller:
    return hotline.talks_with("1001")


class TestTheEventSocketIsCut:
    @pytest.mark.parametrize(
        "moment", [in_the_greeting, in_the_queue, while_the_phone_rings, in_the_talk]
    )
    def test_the_caller_goes_on_and_is_served(
        self, hotline: Hotline, moment: Callable[[Hotline], SimCaller]
    ) -> None:
        caller = moment(hotline)
        hotline.sim.drop_connections()
        hotline.waits_until_connected_again()
        if hotline.seat("1001")["state"] == "signed_out":
            hotline.makes_ready("1001")
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        hotline.seat_hangs_up("1001")
        record = hotline.record_of(caller)
        assert (record.outcome, record.seat, record.survey_key) == (Outcome.ANSWERED, "1001", "2")

    def test_whoever_hung_up_meanwhile_has_hung_up(self, hotline: Hotline) -> None:
        left_by_the_seat = hotline.talks_with("1001")
        gave_up = hotline.waits()
        hotline.sim.drop_connections()
        hotline.seat_hangs_up("1001")
        gave_up.hang_up()
        record = hotline.record_of(left_by_the_seat)
        assert (record.outcome, record.survey_key) == (Outcome.ANSWERED, "2")
        record = hotline.record_of(gave_up)
        assert (record.outcome, record.cause) == (Outcome.ABANDONED, "UNCONFIRMED")
        wait_for(lambda: hotline.status()["waiting"] == 0, "the place is given up")
        hotline.waits_until_seat_is("1001", "ready")

    def test_no_seat_is_blamed_for_it(self, hotline: Hotline) -> None:
        for seat in ("1001", "1002", "1003"):
            hotline.sim.seat(seat).will_not_answer()
        hotline.makes_ready("1001", "1002", "1003")
        caller = hotline.sim.call(MOBILE, "12345")
        rings = lambda: any(hotline.sim.seat(s).leg for s in ("1001", "1002", "1003"))  # noqa: E731
        wait_for(rings, "a phone rings")
        hotline.sim.drop_connections()
        hotline.waits_until_connected_again()
        seats = hotline.client.get("seats")
        assert [s["seat"] for s in seats if s["reason"] == "unreachable"] == []
        caller.hang_up()
        hotline.record_of(caller)


class TestFreeSwitchRestarts:
    def test_its_calls_are_closed_with_the_cause_and_the_next_call_is_served(
        self, hotline: Hotline
    ) -> None:
        talking = hotline.talks_with("1001")
        waiting = hotline.waits()
        hotline.sim.restart()
        record = hotline.record_of(talking)
        assert (record.outcome, record.cause) == (Outcome.ANSWERED, "CRASH")
        assert record.ended_by is EndedBy.SYSTEM
        assert record.talk_seconds is not None
        assert {leg.cause for leg in record.legs} == {"CRASH"}
        assert hotline.record_of(waiting).outcome is Outcome.FAILED
        wait_for(lambda: hotline.seat("1001")["reachable"], "the phone is registered again")
        caller = hotline.sim.call(MOBILE, "12345", talk=1.0)
        assert hotline.record_of(caller).seat == "1001"


class TestTheOriginateGoesWrong:
    def test_a_result_that_never_comes_costs_the_lease_and_the_next_seat_is_rung(
        self, hotline: Hotline
    ) -> None:
        hotline.sim.seat("1001").will_be_busy()
        hotline.makes_ready("1001", "1002")
        hotline.sim.faults.lose_jobs = 1
        caller = hotline.sim.call(MOBILE, "12345", talk=1.0)
        assert hotline.record_of(caller).seat == "1002"
        assert hotline.seat("1001")["reason"] == "no_answer"

    def test_a_phone_that_was_picked_up_needs_no_result(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        hotline.sim.faults.lose_jobs = 1
        caller = hotline.sim.call(MOBILE, "12345", talk=1.0)
        assert hotline.record_of(caller).seat == "1001"

    def test_a_switch_that_refuses_leaves_the_caller_in_the_queue(self, hotline: Hotline) -> None:
        hotline.sim.faults.refuse_originates = "NORMAL_TEMPORARY_FAILURE"
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "12345", talk=1.0)
        assert hotline.waits_until_seat_is("1001", "not_ready")["reason"] == "unreachable"
        hotline.sim.faults.refuse_originates = ""
        hotline.makes_ready("1001")
        assert hotline.record_of(caller).outcome is Outcome.ANSWERED


class TestAWrongPassword:
    def test_is_told_by_status_while_the_daemon_goes_on_trying(self, own_hotline: Hotline) -> None:
        hotline = own_hotline
        (hotline.folder / "state" / "event-socket.password").write_text("stale\n")

        def told() -> bool:
            try:
                return "password" in hotline.status()["freeswitch"]["trouble"]
            except NoDaemon:
                return False

        hotline.start_daemon(until=told)
        assert not hotline.status()["freeswitch"]["connected"]
        assert hotline.stop_daemon() == 0


class TestRedisIsKilled:
    def kill(self, hotline: Hotline, *, lose_everything: bool = False) -> None:
        with closing(connect(f"unix://{hotline.folder}/state/redis/redis.sock")) as client:
            pid = client.info("server")["process_id"]
        if lose_everything:
            (hotline.folder / "state" / "redis" / "queue.aof").unlink()
        os.kill(pid, signal.SIGKILL)

    def is_back(self, hotline: Hotline, waiting: int) -> bool:
        try:
            return bool(hotline.status()["waiting"] == waiting)
        except Answer:
            return False

    def test_nobody_loses_a_place_and_the_seats_stay_signed_in(self, hotline: Hotline) -> None:
        talking = hotline.talks_with("1001")
        waiting = hotline.waits()
        self.kill(hotline)
        wait_for(lambda: self.is_back(hotline, waiting=1), "Redis is back")
        assert hotline.seat("1001")["state"] == "talking"
        assert talking.state is CallerState.TALKING
        hotline.seat_hangs_up("1001")
        assert hotline.record_of(talking).survey_key == "2"
        wait_for(lambda: waiting.state is CallerState.TALKING, "the next one is served")
        hotline.seat_hangs_up("1001")
        assert hotline.record_of(waiting).seat == "1001"

    def test_a_redis_that_lost_everything_is_told_seats_phones_and_callers_again(
        self, hotline: Hotline
    ) -> None:
        first = hotline.waits("13800138001")
        second = hotline.waits("13800138002")
        queued_at = hotline.call_of(first)["queued_at"]
        self.kill(hotline, lose_everything=True)
        wait_for(lambda: self.is_back(hotline, waiting=2), "both wait again")
        assert all(seat["reachable"] for seat in hotline.client.get("seats"))
        hotline.sim.seat("1001").will_answer(hangs_up_after=1.0)
        hotline.makes_ready("1001")
        records = [hotline.record_of(first), hotline.record_of(second)]
        assert records[0].queued_at == pytest.approx(queued_at, abs=0.001)
        assert [record.outcome for record in records] == [Outcome.ANSWERED, Outcome.ANSWERED]
        answered = [record.answered_at for record in records]
        assert answered == sorted(answered)  # type: ignore[type-var]

    def test_it_knows_every_verb_before_a_caller_needs_one(self, own_hotline: Hotline) -> None:
        """At the start as after a break: the first call of a day is no slower than the next."""
        own_hotline.start_daemon()
        assert self.verbs_missing(own_hotline) == []
        self.kill(own_hotline)
        wait_for(lambda: self.is_back(own_hotline, waiting=0), "Redis is back")
        wait_for(lambda: not self.verbs_missing(own_hotline), "it knows all of them again")

    def verbs_missing(self, hotline: Hotline) -> list[str]:
        hashes = {
            verb: hashlib.sha1(source(verb).encode(), usedforsecurity=False).hexdigest()
            for verb in verbs()
        }
        with closing(connect(f"unix://{hotline.folder}/state/redis/redis.sock")) as client:
            known = client.script_exists(*hashes.values())
        return [verb for verb, is_known in zip(hashes, known, strict=True) if not is_known]


class TestAWordThatBreaksTheReader:
    """Whoever tells callers of their seats must not end, or everybody waits for ever."""

    def test_is_passed_over_and_the_next_caller_is_served(self, hotline: Hotline) -> None:
        caller = hotline.waits()
        word = {"kind": "told", "call": caller.uuid, "what": "rank", "facts": {}}
        with closing(connect(f"unix://{hotline.folder}/state/redis/redis.sock")) as client:
            (owned,) = client.keys("*:owned:*")
            client.rpush(str(owned).replace(":owned:", ":inbox:"), orjson.dumps(word))
            wait_for(lambda: not client.keys("*:inbox:*"), "the word is read")
        hotline.makes_ready("1001")
        wait_for(lambda: caller.state is CallerState.TALKING, "the caller is served")


class TestSqlIsLocked:
    def test_records_arrive_later_and_once(self, hotline: Hotline) -> None:
        before = hotline.records()
        path = hotline.folder / "state" / "records.sqlite3"
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            caller = hotline.sim.call(MOBILE, "12345", patience=5.0)
            caller.ended.wait()
            wait_for(lambda: hotline.status()["records_waiting"] == 1, "the record waits")
            assert hotline.records() == before
            other.execute("ROLLBACK")
        assert hotline.record_of(caller).outcome is not None
        wait_for(lambda: hotline.status()["records_waiting"] == 0, "nothing waits")
        assert hotline.records() == before + 1
