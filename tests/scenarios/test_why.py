"""The story of a call, asked of a running hotline."""

from __future__ import annotations

from routing.estimate import FEWEST
from tests.scenarios.hotline import Hotline, heard, wait_for

MOBILE = "13937512345"


def why(hotline: Hotline, call: str) -> str:
    return hotline.admin("why", call, "--language", "en").stdout


class TestWhy:
    def test_an_answered_call_says_what_the_offer_was_decided_from(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        caller = hotline.sim.call(MOBILE, "12345", talk=1.0)
        caller.ended.wait()
        call = hotline.record_of(caller).call
        said = why(hotline, call)
        assert f"{MOBILE} dialled 12345" in said
        assert "with seat 1001 (agent 81001)" in said
        assert "seat 1001 (agent 81001) is rung for group intake: score" in said
        assert "the seat idle longest" in said

    def test_a_waiting_caller_is_told_by_the_daemon(self, hotline: Hotline) -> None:
        caller = hotline.waits("13800138001")
        call = wait_for(lambda: hotline.call_of(caller).get("call"), "the call is known")
        assert "and is waiting." in why(hotline, call)
        assert "waits for group intake" in why(hotline, call)
        caller.hang_up()
        caller.ended.wait()
        record = hotline.record_of(caller)
        assert "and hung up while waiting." in why(hotline, record.call)

    def test_a_call_that_never_was_is_an_error(self, hotline: Hotline) -> None:
        said = hotline.admin("why", "no-such-call")
        assert said.returncode == 1
        assert "there is no call 'no-such-call'" in said.stderr


class TestTheEstimatedWait:
    def test_is_told_once_a_few_talks_were_measured(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        for _ in range(FEWEST):
            hotline.sim.call(MOBILE, "12345", talk=0.5).ended.wait()
        hotline.talks_with("1001")
        caller = hotline.waits()
        wait_for(lambda: "less_than_a_minute" in heard(caller), "the estimate is said")
        assert "is told position 1, estimated wait " in why(hotline, caller.uuid)
        caller.hang_up()
        hotline.seat_hangs_up("1001")
