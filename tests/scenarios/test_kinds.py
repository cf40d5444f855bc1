"""Every kind of line with the whole daemon: parallel, retired, remote, sub-centre, deferred,
emergency, and a line with a menu."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from routing.record import EndedBy, Outcome
from switchd.places import share
from switchd.queues.connection import connect
from switchd.sim.callers import CallerState, SimCaller
from tests.scenarios.hotline import CITY, Hotline, heard, wait_for

MOBILE = "13937512345"
TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
SUB_CENTRE, FUND, COUNTY_SEAT = "2970110", "2960329", "5161058"
LINES: dict[str, dict[str, Any]] = {
    "12345": {
        "kind": "hotline",
        "title": "政务服务便民热线",
        "group": "intake",
        "overflow": {"group": "market", "after_seconds": 0.5},
    },
    "12315": {
        "kind": "parallel",
        "title": "市市场监督管理局",
        "group": "market",
        "overflow": {"group": "intake", "after_seconds": 0.5},
    },
    "12316": {"kind": "retired", "title": "市农业农村局", "merged_on": TODAY},
    "3312345": {
        "kind": "remote",
        "title": "叶县县长热线",
        "merged_on": TODAY,
        "group": "county",
        "overflow": {"group": "intake", "after_seconds": 60},
    },
    "12350": {
        "kind": "sub_centre",
        "title": "市应急管理局",
        "to": SUB_CENTRE,
        "ring_seconds": 1,
    },
    "12366": {"kind": "deferred", "title": "市税务局", "then": "tell"},
    "12329": {
        "kind": "deferred",
        "title": "住房公积金",
        "then": "pass_on",
        "to": FUND,
        "otherwise": "announce",
    },
    "12328": {
        "kind": "parallel",
        "title": "市交通运输局",
        "group": "intake",
        "menu": "languages",
    },
}


def all_kinds(prompts: Path) -> dict[str, Any]:
    return {
        **CITY,
        "trunks": {"trunk": {"proxy": "127.0.0.1:5099"}},
        "emergency": {"trunk": "trunk"},
        "lines": LINES,
        "groups": {
            name: {"title": name, "ring_seconds": 2, "wrap_up_seconds": 0}
            for name in ("intake", "market", "county", "english")
        },
        "seats": {
            "1001": "intake",
            "1002": "market",
            "1003": "english",
            "3001": "county",
            "3002": {"groups": ["county"], "phone": COUNTY_SEAT, "trunk": "trunk"},
        },
        "menus": {
            "languages": {
                "prompts": ["menu_languages"],
                "keys": {"1": "intake", "2": {"group": "english", "language": "en"}},
                "seconds": 1,
                "tries": 3,
            }
        },
        "folders": {"prompts": str(prompts)},
    }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    prompts = tmp_path_factory.mktemp("prompts")
    for language in ("zh", "en"):
        (prompts / language).mkdir()
        shipped = share("ivr_prompts") / "zh" / "comfort.wav"
        shutil.copy(shipped, prompts / language / "menu_languages.wav")
    hotline = Hotline(all_kinds(prompts))
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


def talks(caller: SimCaller) -> None:
    wait_for(lambda: caller.state is CallerState.TALKING, "they talk")


def legs(hotline: Hotline, caller: SimCaller) -> list[tuple[str, str, str]]:
    return [(leg.role, leg.seat, leg.cause) for leg in hotline.record_of(caller).legs]


class TestAParallelLine:
    def test_reaches_its_own_seats(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001", "1002")
        caller = hotline.sim.call(MOBILE, "12315", talk=1.0)
        record = hotline.record_of(caller)
        assert (record.seat, record.group, record.line_meant) == ("1002", "market", "12315")

    def test_overflows_into_the_general_group_after_the_wait(self, hotline: Hotline) -> None:
        hotline.sim.seat("1002").will_be_busy()
        hotline.makes_ready("1001", "1002")
        caller = hotline.sim.call(MOBILE, "12315", talk=1.0)
        record = hotline.record_of(caller)
        assert (record.seat, record.group) == ("1001", "market")
        assert record.queue_seconds is not None
        assert record.queue_seconds >= 0.5
        assert ("queue.widened", "waited") in widenings(record)

    def test_helps_the_general_group_out_the_other_way_round(self, hotline: Hotline) -> None:
        hotline.sim.seat("1001").will_be_busy()
        hotline.makes_ready("1001", "1002")
        caller = hotline.sim.call(MOBILE, "12345", talk=1.0)
        assert hotline.record_of(caller).seat == "1002"

    def test_with_nobody_signed_in_is_served_by_the_general_group_at_once(
        self, hotline: Hotline
    ) -> None:
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "12315", talk=1.0)
        record = hotline.record_of(caller)
        assert record.seat == "1001"
        assert ("queue.widened", "nobody signed in") in widenings(record)


def widenings(record: Any) -> list[tuple[str, str]]:
    return [(step.what, step.facts.get("why", "")) for step in record.trace]


class TestARetiredNumberInItsMonth:
    def test_hears_the_change_and_reaches_a_seat_whose_display_names_the_old_line(
        self, hotline: Hotline
    ) -> None:
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "0375-12316", talk=1.0)
        record = hotline.record_of(caller)
        assert (record.line_dialled, record.line_meant, record.seat) == ("12316", "12345", "1001")
        assert heard(caller).startswith("change_announcement greeting")
        assert hotline.sim.seat("1001").shown[-1] == f"12316 市农业农村局 {MOBILE}"


class TestACountysNumber:
    def test_rings_the_countys_seat(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001", "3001")
        caller = hotline.sim.call(MOBILE, "3312345", talk=1.0)
        record = hotline.record_of(caller)
        assert (record.seat, record.group) == ("3001", "county")
        assert hotline.sim.seat("3001").shown[-1] == f"3312345 叶县县长热线 {MOBILE}"

    def test_rings_the_citys_seat_when_nobody_is_signed_in_there(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "3312345", talk=1.0)
        assert hotline.record_of(caller).seat == "1001"

    def test_rings_a_seat_that_is_reached_by_telephone(self, hotline: Hotline) -> None:
        phone = hotline.sim.number(COUNTY_SEAT).will_answer()
        hotline.makes_ready("3002")
        caller = hotline.sim.call(MOBILE, "3312345")
        talks(caller)
        assert phone.shown[-1] == f"3312345 叶县县长热线 {MOBILE}"
        phone.hang_up()
        record = hotline.record_of(caller)
        assert (record.seat, record.outcome, record.ended_by) == (
            "3002",
            Outcome.ANSWERED,
            EndedBy.SEAT,
        )

    def test_keeps_a_seat_reached_by_telephone_when_the_daemon_is_killed_in_the_talk(
        self, hotline: Hotline
    ) -> None:
        phone = hotline.sim.number(COUNTY_SEAT).will_answer()
        hotline.makes_ready("3002")
        caller = hotline.sim.call(MOBILE, "3312345", survey="1")
        talks(caller)
        leg = hotline.sim.switch.channels[caller.uuid]
        wait_for(lambda: leg.variables.get("switchd_state") == "talking", "it is written down")
        hotline.kill_daemon()
        hotline.start_daemon()
        assert hotline.seat("3002")["state"] == "talking"
        phone.hang_up()
        record = hotline.record_of(caller)
        assert (record.seat, record.survey_key) == ("3002", "1")
        hotline.waits_until_seat_is("3002", "ready")


class TestASubCentre:
    def test_is_passed_on_and_thanked(self, hotline: Hotline) -> None:
        centre = hotline.sim.number(SUB_CENTRE).will_answer()
        caller = hotline.sim.call(MOBILE, "12350")
        talks(caller)
        assert centre.shown[-1] == f"12350 市应急管理局 {MOBILE}"
        centre.hang_up()
        record = hotline.record_of(caller)
        assert (record.outcome, record.ended_by, record.queued_at) == (
            Outcome.FORWARDED,
            EndedBy.SEAT,
            None,
        )
        assert legs(hotline, caller) == [
            ("caller", "", "NORMAL_CLEARING"),
            ("forward", SUB_CENTRE, "NORMAL_CLEARING"),
        ]
        assert heard(caller).split()[-1] == "thanks"

    @pytest.mark.parametrize(
        ("manner", "cause"), [("will_be_busy", "USER_BUSY"), ("will_not_answer", "NO_ANSWER")]
    )
    def test_that_does_not_answer_leaves_the_caller_to_the_queue(
        self, hotline: Hotline, manner: str, cause: str
    ) -> None:
        getattr(hotline.sim.number(SUB_CENTRE), manner)()
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "12350", talk=1.0)
        record = hotline.record_of(caller)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1001")
        assert [leg.cause for leg in record.legs][1] == cause

    def test_is_not_rung_any_longer_when_the_caller_hangs_up(self, hotline: Hotline) -> None:
        centre = hotline.sim.number(SUB_CENTRE).will_not_answer()
        caller = hotline.sim.call(MOBILE, "12350")
        wait_for(lambda: centre.legs, "it rings")
        caller.hang_up()
        record = hotline.record_of(caller)
        assert record.outcome is Outcome.ABANDONED_AT_ENTRY
        assert record.legs[1].cause == "ORIGINATOR_CANCEL"
        assert centre.legs == []

    @pytest.mark.parametrize("how", ["the event socket is cut", "the daemon is killed"])
    def test_talks_on_when(self, hotline: Hotline, how: str) -> None:
        centre = hotline.sim.number(SUB_CENTRE).will_answer()
        caller = hotline.sim.call(MOBILE, "12350")
        leg = hotline.sim.switch.channels[caller.uuid]
        wait_for(lambda: leg.variables.get("switchd_state") == "forwarded", "it is written down")
        if how == "the daemon is killed":
            hotline.kill_daemon()
            hotline.start_daemon()
        else:
            hotline.sim.drop_connections()
        hotline.waits_until_connected_again()
        rang = centre.rang
        assert caller.state is CallerState.TALKING
        centre.hang_up()
        record = hotline.record_of(caller)
        assert (record.outcome, record.cause) == (Outcome.FORWARDED, "NORMAL_CLEARING")
        assert centre.rang == rang, "nobody is passed on twice"
        assert heard(caller).split()[-1] == "thanks"


class TestADeferredLine:
    def test_whose_callers_are_told_the_number_hear_it_and_are_hung_up(
        self, hotline: Hotline
    ) -> None:
        caller = hotline.sim.call(MOBILE, "12366")
        assert hotline.record_of(caller).outcome is Outcome.REDIRECTED
        assert heard(caller) == "please_dial num_yao num_2 num_3 num_6 num_6"

    def test_whose_callers_are_passed_on_is_rung(self, hotline: Hotline) -> None:
        hotline.sim.number(FUND).will_answer(hangs_up_after=1.0)
        caller = hotline.sim.call(MOBILE, "12329")
        assert hotline.record_of(caller).outcome is Outcome.FORWARDED

    def test_that_does_not_answer_is_announced(self, hotline: Hotline) -> None:
        hotline.sim.number(FUND).will_be_busy()
        caller = hotline.sim.call(MOBILE, "12329")
        assert hotline.record_of(caller).outcome is Outcome.FAILED
        assert heard(caller).split()[-1] == "forward_failed"


class TestAnEmergencyNumberDialledHere:
    @pytest.mark.parametrize("number", ["110", "0375110", "120"])
    def test_is_connected_at_once(self, hotline: Hotline, number: str) -> None:
        service = hotline.sim.number(number[-3:]).will_answer(hangs_up_after=1.0)
        rang = service.rang
        caller = hotline.sim.call(MOBILE, number)
        record = hotline.record_of(caller)
        assert (record.outcome, service.rang) == (Outcome.FORWARDED, rang + 1)
        assert "greeting" not in heard(caller)

    @pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
    def test_is_connected_while_redis_is_away(self, hotline: Hotline, how: signal.Signals) -> None:
        hotline.sim.number("119").will_answer()
        pid = redis_pid(hotline)
        os.kill(pid, how)
        try:
            caller = hotline.sim.call(MOBILE, "119")
            talks(caller)
        finally:
            if how is signal.SIGSTOP:
                os.kill(pid, signal.SIGCONT)
        hotline.sim.number("119").hang_up()
        assert hotline.record_of(caller).outcome is Outcome.FORWARDED
        hotline.waits_until_connected_again()

    def test_is_connected_while_the_daemon_drains(self, hotline: Hotline) -> None:
        waiting = hotline.waits()
        hotline.sim.number("122").will_answer(hangs_up_after=1.0)
        assert hotline.daemon is not None
        hotline.daemon.send_signal(signal.SIGTERM)
        wait_for(lambda: hotline.status()["draining"], "it drains")
        refused = hotline.sim.call(MOBILE, "12345")
        refused.ended.wait()
        caller = hotline.sim.call(MOBILE, "122")
        assert hotline.record_of(caller).outcome is Outcome.FORWARDED
        waiting.hang_up()
        assert hotline.ends() == 0
        hotline.start_daemon()


def redis_pid(hotline: Hotline) -> int:
    with closing(connect(f"unix://{hotline.folder}/state/redis/redis.sock")) as client:
        return int(client.info("server")["process_id"])


class TestALineWithAMenu:
    def test_leads_by_the_key_to_a_group_and_its_language(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001", "1003")
        caller = hotline.sim.call(MOBILE, "12328", answers={"menu_languages": "2"}, talk=1.0)
        record = hotline.record_of(caller)
        assert (record.seat, record.group) == ("1003", "english")

    def test_speaks_that_language_from_then_on(self, hotline: Hotline) -> None:
        caller = hotline.sim.call(MOBILE, "12328", answers={"menu_languages": "2"})
        wait_for(lambda: any("/en/all_busy" in sound for sound in caller.heard), "English")
        caller.hang_up()
        assert hotline.record_of(caller).outcome is Outcome.ABANDONED

    @pytest.mark.parametrize("key", ["", "9"])
    def test_whose_caller_presses_nothing_that_counts_leads_to_the_queue(
        self, hotline: Hotline, key: str
    ) -> None:
        hotline.makes_ready("1001")
        answers = {"menu_": key} if key else {}
        caller = hotline.sim.call(MOBILE, "12328", answers=answers, talk=1.0)
        assert hotline.record_of(caller).seat == "1001"

    def test_keeps_the_choice_when_the_daemon_is_killed(self, hotline: Hotline) -> None:
        caller = hotline.sim.call(MOBILE, "12328", answers={"menu_languages": "2"}, talk=1.0)
        wait_for(lambda: hotline.status()["waiting"] == 1, "the caller waits")
        hotline.kill_daemon()
        hotline.start_daemon()
        hotline.makes_ready("1003")
        assert hotline.record_of(caller).seat == "1003"
