"""Busy, congestion and the dropped line, as SIPp's callers see them on a real FreeSWITCH."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from routing.record import EndedBy, Outcome
from switchd.demo.telephones.sipp import until
from tests.live.hotline import LiveHotline
from tests.live.mobiles import new_mobile

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
WAITING = 2
LEGS = 10


def little_room(outside: int) -> Mapping[str, Any]:
    """A city whose line lets two wait and which keeps places for a minute."""
    return {
        "lines": {
            "12345": {
                "kind": "hotline",
                "title": "政务服务便民热线",
                "limits": {"waiting": WAITING, "then": "busy"},
            },
        },
        "admission": {"dropped_seconds": 60, "same_agent_seconds": 60},
    }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    with LiveHotline(tmp_path_factory.mktemp("little-room"), little_room) as hotline:
        yield hotline


@pytest.fixture
def hotline(running: LiveHotline) -> Iterator[LiveHotline]:
    yield running
    running.tidies_up()


def mobile() -> str:
    """A caller's number that no other test uses."""
    return new_mobile()


def waits(hotline: LiveHotline, number: str, hangs_up_after: float) -> Any:
    """Somebody calls and comes to the waiting list."""
    before = hotline.status()["waiting"]
    call = hotline.house.call(number, "12345", hangs_up_after=hangs_up_after)
    hotline.waits_until(lambda: hotline.status()["waiting"] == before + 1, "one more waits")
    return call


class TestAFullList:
    def test_the_carrier_hears_486_and_may_tell_the_caller_busy(self, hotline: LiveHotline) -> None:
        for _ in range(WAITING):
            waits(hotline, mobile(), 12.0)
        number = mobile()
        third = hotline.house.call(number, "12345")
        assert third.wait(20)
        assert third.final == 486
        assert hotline.record(number).outcome is Outcome.CONGESTED


class TestADroppedLine:
    def test_who_hung_up_waiting_and_calls_back_is_served_first(self, hotline: LiveHotline) -> None:
        number, other = mobile(), mobile()
        waits(hotline, number, 4.0)
        waits(hotline, other, 30.0)
        first = hotline.record(number)
        assert first.outcome is Outcome.ABANDONED
        back = hotline.house.call(number, "12345", hangs_up_after=25.0)
        hotline.waits_until(lambda: hotline.status()["waiting"] == 2, "the caller is back")
        hotline.house.seat("1001", answers_after=0.3, hangs_up_after=1.0)
        hotline.makes_ready("1001")
        assert back.wait(30)
        second = hotline.records(number, 2)[1]
        assert second.outcome is Outcome.ANSWERED
        assert second.queued_at == first.queued_at
        served = hotline.record(other).answered_at
        assert served is None or (second.answered_at or served) < served

    @pytest.mark.parametrize(
        ("bye_reason", "cause", "kept"),
        [
            pytest.param("", "NORMAL_CLEARING", False, id="a good-bye"),
            pytest.param("Q.850;cause=38", "NETWORK_OUT_OF_ORDER", True, id="the network's fault"),
        ],
    )
    def test_who_was_cut_off_in_a_talk_has_the_old_place_and_who_said_good_bye_the_agent(
        self, hotline: LiveHotline, bye_reason: str, cause: str, kept: bool
    ) -> None:
        number = mobile()
        hotline.house.seat("1001", answers_after=0.1)
        hotline.makes_ready("1001")
        talk = hotline.house.call(number, "12345", hangs_up_after=5.0, bye_reason=bye_reason)
        assert talk.wait(30)
        first = hotline.record(number)
        assert (first.outcome, first.cause) == (Outcome.ANSWERED, cause)
        assert first.ended_by is EndedBy.CALLER
        hotline.waits_until_seat_is("1001", "ready")
        assert hotline.house.call(number, "12345", hangs_up_after=5.0).wait(30)
        second = hotline.records(number, 2)[1]
        assert second.agent == first.agent
        assert (second.queued_at == first.queued_at) is kept
        steps = {step.what for step in second.trace}
        assert steps & {"entry.place_kept", "entry.same_agent"} == {
            "entry.place_kept" if kept else "entry.same_agent"
        }

    def test_who_calls_again_while_waiting_ends_the_earlier_call(
        self, hotline: LiveHotline
    ) -> None:
        number = mobile()
        first = waits(hotline, number, 40.0)
        hotline.house.call(number, "12345", hangs_up_after=15.0)
        assert first.wait(20)
        records = hotline.records(number, 1)
        assert records[0].outcome is Outcome.REPEATED
        assert until(lambda: hotline.status()["waiting"] == 1, 10)


class TestAnOverloadedSwitch:
    def test_the_carrier_hears_503_before_the_switch_is_full(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        def crowded(outside: int) -> Mapping[str, Any]:
            lines = {"12345": {"kind": "hotline", "title": "政务服务便民热线"}}
            return {"lines": lines, "admission": {"reserve": 0.8}}

        hotline = LiveHotline(tmp_path_factory.mktemp("crowded"), crowded, max_sessions=LEGS)
        try:
            hotline.start()
            for _ in range(2):
                waits(hotline, mobile(), 20.0)
            number = mobile()
            third = hotline.house.call(number, "12345")
            assert third.wait(20)
            assert third.final == 503
            assert hotline.record(number).cause == "NORMAL_CIRCUIT_CONGESTION"
            assert hotline.status()["admission"]["overloaded_since"] is not None
        finally:
            hotline.close()
