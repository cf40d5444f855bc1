"""What a waiting caller hears, may press, and how several phones ring, on a real FreeSWITCH."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from routing.record import CallRecord, Outcome
from switchd.demo.telephones.sipp import until
from tests.live.event_socket import EventSocket
from tests.live.hotline import LiveHotline, tone

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
LONG_SECONDS = 30.0
"""A comfort phrase that nobody can have heard to its end."""


def city(outside: int) -> Mapping[str, Any]:
    return {
        "trunks": {"trunk": {"proxy": f"127.0.0.1:{outside}"}},
        "lines": {
            "12345": {"kind": "hotline", "title": "政务服务便民热线", "group": "intake"},
            "12315": {
                "kind": "parallel",
                "title": "市市场监督管理局",
                "group": "market",
                "overflow": [
                    {"group": "supervisors", "after_seconds": 2},
                    {"then": "announce", "after_seconds": 4},
                ],
            },
        },
        "groups": {
            "intake": {
                "title": "受理",
                "ring_seconds": 20,
                "wrap_up_seconds": 0,
                "ring_several": 3,
            },
            "market": {"title": "市场监管", "ring_seconds": 3, "wrap_up_seconds": 0},
            "supervisors": {"title": "班长", "ring_seconds": 3, "wrap_up_seconds": 0},
        },
        "seats": {"1001-1003": "intake", "1004": "market", "1005": "supervisors"},
        "callbacks": {},
        "waiting": {
            "busy_after_seconds": 1,
            "position_every_seconds": 6,
            "comfort_every_seconds": 16,
        },
    }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    hotline = LiveHotline(tmp_path_factory.mktemp("hotline"), city)
    tone(hotline.folder / "prompts" / "zh" / "comfort.wav", LONG_SECONDS)
    for name in ("position_before", "position_after", "callback_offer", "try_later"):
        tone(hotline.folder / "prompts" / "zh" / f"{name}.wav", 0.3)
    with hotline:
        yield hotline


@pytest.fixture
def hotline(running: LiveHotline) -> Iterator[LiveHotline]:
    yield running
    running.tidies_up()


@pytest.fixture
def events(hotline: LiveHotline) -> Iterator[EventSocket]:
    """Everything that FreeSWITCH tells from now on."""
    with hotline.house.event_socket() as link:
        link.listen("PLAYBACK_START PLAYBACK_STOP DTMF CHANNEL_ANSWER CHANNEL_BRIDGE")
        yield link


def starts(events: EventSocket, *prompts: str, seconds: float = 30.0) -> dict[str, Any]:
    """Wait until FreeSWITCH begins to play these prompts, and no others, one behind the other."""
    return events.wait(
        lambda event: (
            event["Event-Name"] == "PLAYBACK_START" and played(event) == " ".join(prompts)
        ),
        seconds,
    )


def played(event: Mapping[str, Any]) -> str:
    parts = event["Playback-File-Path"].removeprefix("file_string://").split("!")
    return " ".join(Path(part).stem for part in parts)


def noted(record: CallRecord, what: str) -> list[dict[str, str]]:
    return [step.facts for step in record.trace if step.what == what]


class TestTheAnnouncements:
    def test_tell_the_position_at_entry_and_again_at_the_interval(
        self, hotline: LiveHotline, events: EventSocket, mobile: str
    ) -> None:
        hotline.house.call(mobile, "12345", hangs_up_after=15.0)
        starts(events, "all_busy", "you_are_next", "callback_offer")
        starts(events, "you_are_next", "callback_offer")

    def test_tell_the_second_caller_that_one_is_ahead(
        self, hotline: LiveHotline, events: EventSocket, mobile: str
    ) -> None:
        hotline.house.call(mobile, "12345", hangs_up_after=12.0)
        starts(events, "all_busy", "you_are_next", "callback_offer")
        hotline.house.call("13937500099", "12345", hangs_up_after=6.0)
        starts(events, "all_busy", "position_before", "num_1", "position_after", "callback_offer")

    def test_are_cut_off_by_a_seat_that_answers(
        self, hotline: LiveHotline, events: EventSocket, mobile: str
    ) -> None:
        hotline.house.seat("1001", answers_after=0.1, hangs_up_after=2.0)
        hotline.house.call(mobile, "12345", hangs_up_after=40.0)
        starts(events, "comfort")
        hotline.makes_ready("1001")
        bridge = events.wait("CHANNEL_BRIDGE", 20)
        stop = events.wait(
            lambda event: event["Event-Name"] == "PLAYBACK_STOP" and played(event) == "comfort"
        )
        assert int(stop["variable_playback_ms"]) < LONG_SECONDS * 1000 / 2
        answer = events.wait(
            lambda event: (
                event["Event-Name"] == "CHANNEL_ANSWER" and event["Call-Direction"] == "outbound"
            )
        )
        print("picked up → bridged:", _milliseconds(answer, bridge), "ms")  # noqa: T201
        assert hotline.record(mobile).outcome is Outcome.ANSWERED


def _milliseconds(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    stamps = [int(event["Event-Date-Timestamp"]) for event in (one, other)]
    return (stamps[1] - stamps[0]) / 1000


class TestTheKeyForACallback:
    @pytest.mark.parametrize(
        "by_rtp",
        [
            pytest.param(False, id="by SIP INFO"),
            pytest.param(
                True,
                id="in the audio (RFC 2833)",
                marks=pytest.mark.skipif(os.geteuid() != 0, reason="SIPp needs a raw socket"),
            ),
        ],
    )
    def test_leads_to_the_question(
        self, hotline: LiveHotline, events: EventSocket, mobile: str, by_rtp: bool
    ) -> None:
        hotline.house.call(
            mobile, "12345", keys=[(4.0, "1")], keys_by_rtp=by_rtp, hangs_up_after=7.0
        )
        assert events.wait("DTMF", 20)["DTMF-Digit"] == "1"
        record = hotline.record(mobile)
        assert noted(record, "queue.key") == [{"key": "1"}]
        assert noted(record, "callback.offered") == [{"number": mobile}]


class TestALongWait:
    def test_widens_to_the_supervisors_and_ends_with_the_announcement(
        self, hotline: LiveHotline, events: EventSocket, mobile: str
    ) -> None:
        hotline.house.seat("1004")
        hotline.makes_ready("1004")
        hotline.client.seat("1004", "not-ready")
        call = hotline.house.call(mobile, "12315")
        starts(events, "try_later")
        assert call.wait(20)
        record = hotline.record(mobile)
        assert record.outcome is Outcome.TIMED_OUT
        assert noted(record, "queue.widened") == [{"group": "supervisors", "why": "waited"}]
        assert noted(record, "queue.way_out") == [{"then": "announce", "why": "waited"}]


class TestSeveralPhones:
    def test_ring_together_and_stop_when_one_is_picked_up(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        hotline.house.seat("1001", answers_after=1.5, hangs_up_after=2.0)
        others = [hotline.house.seat(seat, no_answer=True) for seat in ("1002", "1003")]
        hotline.makes_ready("1001", "1002", "1003")
        hotline.house.call(mobile, "12345", hangs_up_after=15.0)
        record = hotline.record(mobile)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1001")
        causes = {leg.seat: leg.cause for leg in record.legs if leg.role == "seat"}
        assert causes == {"1001": "NORMAL_CLEARING", "1002": "LOSE_RACE", "1003": "LOSE_RACE"}
        for phone in others:
            assert phone is not None
            assert until(lambda phone=phone: phone.count("cancelled") == 1, 10)
        for seat in ("1001", "1002", "1003"):
            hotline.waits_until_seat_is(seat, "ready")

    def test_give_one_up_for_a_second_caller(self, hotline: LiveHotline, mobile: str) -> None:
        phones = [hotline.house.seat(f"100{n}", no_answer=True) for n in (1, 2, 3)]
        hotline.makes_ready("1001", "1002", "1003")
        hotline.house.call(mobile, "12345", hangs_up_after=8.0)
        hotline.waits_until(lambda: _calls(phones) == 3, "three phones ring")
        second = str(int(mobile) + 5000)
        hotline.house.call(second, "12345", hangs_up_after=4.0)
        assert len(hotline.record(second).legs) == 2
        lost = noted(hotline.record(mobile), "offer.lost")
        assert [facts["why"] for facts in lost] == ["withdrawn"]
        for seat in ("1001", "1002", "1003"):
            hotline.waits_until_seat_is(seat, "ready")


def _calls(phones: list[Any]) -> int:
    return sum(phone.count("called") for phone in phones)
