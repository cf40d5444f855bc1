"""What is known of callers before anybody answers: the number dialled, and their standing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from routing.record import Outcome
from switchd.api.client import Answer
from switchd.cli.app import app
from switchd.sim.callers import SimCaller
from tests.scenarios.hotline import CITY, Hotline, wait_for

TRUNK = {
    "trust": ["diversion", "history_info", "did", "request"],
    "dids": {"69001234": "12315"},
    "caller_from": "asserted",
}
CALLERS = {
    "blocked": [
        {"number": "13900000001", "reason": "threats"},
        {"prefix": "0085", "reason": "robots"},
    ],
    "priority": [{"number": "13900000002", "reason": "hospital", "priority": 5}],
    "limits": {"calls_per_hour": 3, "then": "refuse", "for_minutes": 60},
    "withheld": "accept",
    "repeat_days": 1,
}
CAREFUL_CITY: dict[str, Any] = {**CITY, "trunks": {"trunk": TRUNK}, "callers": CALLERS}
FRESH = (f"137{number:08}" for number in range(100_000_000))
"""Numbers that have not called before."""


@pytest.fixture(scope="module")
def running_carefully() -> Iterator[Hotline]:
    hotline = Hotline(CAREFUL_CITY)
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def careful(running_carefully: Hotline) -> Hotline:
    """A city that reads forwarded numbers and knows its callers; nobody is signed in."""
    running_carefully.begins_anew()
    return running_carefully


class TestForwardedNumbers:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Diversion": "<sip:0375-12315@10.0.0.1>;reason=unconditional"},
            {"diVERSION": '"12345" <sip:12315@10.0.0.1>'},
            {"History-Info": "<sip:12315@a>;index=1, <sip:12345@a>;index=1.1"},
        ],
    )
    def test_a_forwarded_old_number_reaches_its_own_line(
        self, careful: Hotline, headers: dict[str, str]
    ) -> None:
        caller = careful.sim.call(next(FRESH), "12345", headers=headers, patience=10.0)
        caller.ended.wait()
        record = careful.record_of(caller)
        assert (record.dialled, record.line_dialled, record.group) == ("12345", "12315", "market")

    def test_a_number_of_the_trunk_reaches_the_line_that_it_means(self, careful: Hotline) -> None:
        caller = careful.sim.call(next(FRESH), "0375-69001234", patience=10.0)
        caller.ended.wait()
        assert careful.record_of(caller).line_dialled == "12315"

    def test_a_forged_diversion_takes_nobody_elsewhere(self, careful: Hotline) -> None:
        forged = {"Diversion": '<sip:4412345@a>, "<sip:12315@a>" <sip:12315|x=1@a>\n\nX: y'}
        caller = careful.sim.call(next(FRESH), "12345", headers=forged, patience=10.0)
        caller.ended.wait()
        record = careful.record_of(caller)
        assert (record.line_dialled, record.outcome) == ("12345", Outcome.ABANDONED)

    def test_an_old_number_whose_month_is_over_has_changed(self, careful: Hotline) -> None:
        caller = careful.sim.call(next(FRESH), "12345", headers={"Diversion": "<sip:12319@a>"})
        caller.ended.wait()
        assert caller.cause == "NUMBER_CHANGED"

    def test_the_caller_is_who_the_carrier_vouches_for(self, careful: Hotline) -> None:
        headers = {"P-Asserted-Identity": "<sip:+8613800138000@ims>"}
        caller = careful.sim.call("10086", "12345", headers=headers, patience=10.0)
        caller.ended.wait()
        assert careful.record_of(caller).caller == "13800138000"

    def test_a_withheld_number_stays_withheld(self, careful: Hotline) -> None:
        headers = {"P-Asserted-Identity": "<sip:13800138000@ims>", "Privacy": "id"}
        caller = careful.sim.call(next(FRESH), "12345", headers=headers, patience=10.0)
        caller.ended.wait()
        assert careful.record_of(caller).caller == ""


def rejected(hotline: Hotline, number: str) -> bool:
    """Whether a call of the number ends unanswered, as one of somebody barred."""
    caller = hotline.sim.call(number, "12345", patience=10.0)
    caller.ended.wait()
    if caller.cause != "CALL_REJECTED":
        return False
    record = hotline.record_of(caller)
    assert caller.heard == []
    assert (record.outcome, record.line_dialled, record.caller) == (
        Outcome.REFUSED,
        "12345",
        number,
    )
    return True


class TestBlockedCallers:
    @pytest.mark.parametrize("number", ["13900000001", "0085212345678"])
    def test_whom_the_plan_blocks_is_not_answered(self, careful: Hotline, number: str) -> None:
        assert rejected(careful, number)

    def test_a_supervisor_blocks_and_unblocks_a_number(self, careful: Hotline) -> None:
        number, city = next(FRESH), ["--city", str(careful.city_folder)]
        run = CliRunner().invoke
        by = ["--by", "8001", *city]
        said = run(app, ["block", f"+86{number}", "--for", "24h", "--reason", "[b]threats", *by])
        assert (said.exit_code, said.stdout.split(" until")[0]) == (0, f"{number}: blocked")
        assert rejected(careful, number)
        [rule] = [one for one in careful.client.get("blocked") if one["number"] == number]
        assert (rule["reason"], rule["who"], rule["kind"]) == ("[b]threats", "8001", "blocked")
        assert rule["until"] == pytest.approx(rule["at"] + 86400)
        assert "[b]threats" in run(app, ["blocked", *city]).stdout
        assert run(app, ["unblock", number, *by]).exit_code == 0
        audited = json.loads(run(app, ["audit", "--of", number, "--json", *city]).stdout)
        done = [(one["verb"], one["who"], one["why"]) for one in audited]
        assert done == [("unblock", "8001", ""), ("block", "8001", "[b]threats")]
        assert not rejected(careful, number)
        assert number not in run(app, ["blocked", *city]).stdout
        assert run(app, ["unblock", number, *by]).exit_code == 1

    @pytest.mark.parametrize("number", ["110", "0375-120", "nobody"])
    def test_what_cannot_be_blocked_is_told(self, careful: Hotline, number: str) -> None:
        with pytest.raises(Answer, match=r"emergency service|no telephone number"):
            careful.client.block(number, 60.0, "x", "8001")

    def test_a_duration_that_is_none_is_told(self, careful: Hotline) -> None:
        words = ["block", "13800138000", "--reason", "x", "--by", "y", "--for", "soon"]
        said = CliRunner().invoke(app, [*words, "--city", str(careful.city_folder)])
        assert said.exit_code == 2
        assert "write 30m, 24h, 7d or ever" in " ".join(said.output.split())


class TestLimit:
    def test_whoever_calls_too_often_is_barred_and_written_down(self, careful: Hotline) -> None:
        number = next(FRESH)
        assert [rejected(careful, number) for _ in range(5)] == [False] * 3 + [True] * 2

        def written_down() -> list[dict[str, Any]]:
            return [one for one in careful.client.get("blocked") if one["number"] == number]

        [rule] = wait_for(written_down, "the bar is in SQL")
        assert (rule["kind"], rule["who"]) == ("limit", "switchd")
        assert rule["reason"] == "4 calls within an hour"

    def test_the_second_call_is_a_repeated_one(self, careful: Hotline) -> None:
        number = next(FRESH)
        traces = []
        for _ in range(2):
            caller = careful.sim.call(number, "12345", patience=10.0)
            caller.ended.wait()
            traces.append([step.what for step in careful.record_of(caller).trace])
        assert ["entry.repeat_caller" in trace for trace in traces] == [False, True]


class TestPriority:
    def test_a_caller_on_the_list_is_served_before_those_who_wait_longer(
        self, careful: Hotline
    ) -> None:
        careful.signs_everybody_out()
        callers: list[SimCaller] = []
        for number in (next(FRESH), next(FRESH), "13900000002"):
            callers.append(careful.sim.call(number, "12345", talk=1.0))
            waiting = len(callers)
            wait_for(lambda n=waiting: careful.status()["waiting"] == n, "in the queue")
        careful.makes_ready("1001")
        answered = [careful.record_of(caller).answered_at for caller in callers]
        assert None not in answered
        assert answered[2] < answered[0] < answered[1]  # type: ignore[operator]


class TestAfterARestart:
    def test_who_was_blocked_still_is(self, careful: Hotline) -> None:
        number = next(FRESH)
        careful.client.block(number, None, "threats", "8001")
        careful.stop_daemon()
        careful.start_daemon()
        assert rejected(careful, number)
