"""Seats whose line is kept open, on a real FreeSWITCH: over a trunk, and with a SIP phone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from routing.record import EndedBy, Outcome
from switchd.demo.telephones.sipp import Phone
from tests.live.event_socket import EventSocket
from tests.live.hotline import LiveHotline, tone
from tests.live.tones import frequencies
from tests.live.tones import tone as speech

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
COUNTY = "6026789"


def changes(outside: int) -> Mapping[str, Any]:
    return {
        "trunks": {"trunk": {"proxy": f"127.0.0.1:{outside}"}},
        "groups": {"intake": {"title": "受理", "ring_seconds": 6, "wrap_up_seconds": 0}},
        "seats": {
            "1001": {"groups": ["intake"], "nailed_up": "yes", "phone": COUNTY},
            "1002": {"groups": ["intake"], "nailed_up": "yes"},
            "1003": "intake",
        },
        "introduction": {"whisper": ["comfort"]},
    }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    hotline = LiveHotline(tmp_path_factory.mktemp("nailed"), changes)
    for name in ("line_kept_open", "comfort", "beep"):
        tone(hotline.folder / "prompts" / "zh" / f"{name}.wav", 0.4)
    with hotline:
        yield hotline


@pytest.fixture
def hotline(running: LiveHotline) -> Iterator[LiveHotline]:
    yield running
    for seat in running.client.get("seats"):
        if seat["state"] != "signed_out":
            running.client.seat(seat["seat"], "sign-out")
    running.tidies_up()


@pytest.fixture
def events(hotline: LiveHotline) -> Iterator[EventSocket]:
    """Everything that FreeSWITCH tells from now on."""
    with hotline.house.event_socket() as link:
        link.listen("PLAYBACK_START CHANNEL_ANSWER CHANNEL_BRIDGE CHANNEL_PARK")
        yield link


def opens(hotline: LiveHotline, seat: str) -> None:
    """Sign in; ready as soon as the line is open."""
    hotline.client.seat(seat, "sign-in")
    hotline.waits_until(lambda: hotline.seat(seat)["reachable"], "the line is open")
    hotline.client.seat(seat, "ready")


def county(hotline: LiveHotline) -> Phone:
    return hotline.house.telephones.number(COUNTY, hotline.outside, answers_after=0.3)


def state(hotline: LiveHotline) -> list[str]:
    """The states of the calls that the daemon knows of."""
    return [row["state"] for row in hotline.client.get("calls")]


def talks(hotline: LiveHotline) -> bool:
    """Whether the daemon knows of one call, a talk."""
    return state(hotline) == ["talking"]


def waits_for_talk(hotline: LiveHotline, events: EventSocket, bridges: int = 1) -> None:
    def bridged() -> int:
        return sum(event["Event-Name"] == "CHANNEL_BRIDGE" for event in events.events)

    seen = 0
    while bridged() < bridges:
        events.wait("CHANNEL_BRIDGE", 20, after=seen)
        seen = len(events.events)


class TestALineOverATrunk:
    def test_is_dialled_once_and_carries_one_call_after_the_other(
        self, hotline: LiveHotline, events: EventSocket, mobile: str
    ) -> None:
        phone = county(hotline)
        opens(hotline, "1001")
        first = hotline.house.call(mobile, "12345")
        waits_for_talk(hotline, events)
        first.hang_up()
        record = hotline.record(mobile)
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.CALLER)
        assert record.seat == "1001"
        hotline.waits_until_seat_is("1001", "ready")
        second = str(int(mobile) + 5000)
        again = hotline.house.call(second, "12345")
        waits_for_talk(hotline, events, bridges=2)
        again.hang_up()
        assert hotline.record(second).seat == "1001"
        assert phone.count("called") == 1
        line = next(
            event["Unique-ID"]
            for event in events.events
            if event["Event-Name"] == "CHANNEL_ANSWER" and event["Call-Direction"] == "outbound"
        )
        heard = [
            Path(event["Playback-File-Path"]).stem
            for event in events.events
            if event["Event-Name"] == "PLAYBACK_START" and event["Unique-ID"] == line
        ]
        assert heard[:3] == ["line_kept_open", "-1", "beep"]
        assert heard.count("beep") == heard.count("comfort") == 2
        hotline.client.seat("1001", "sign-out")
        assert phone.wait_for("ended")

    def test_that_breaks_in_a_talk_brings_the_caller_to_the_next_seat_first(
        self, hotline: LiveHotline, events: EventSocket, mobile: str
    ) -> None:
        phone = county(hotline)
        opens(hotline, "1001")
        call = hotline.house.call(mobile, "12345")
        waits_for_talk(hotline, events)
        phone.hang_up()
        seat = hotline.waits_until_seat_is("1001", "not_ready")
        assert seat["reason"] == "line_lost"
        hotline.house.seat("1003", answers_after=0.2)
        hotline.makes_ready("1003")
        waits_for_talk(hotline, events, bridges=2)
        call.hang_up()
        record = hotline.record(mobile)
        assert record.seat == "1003"
        assert "queue.first_in_line" in [step.what for step in record.trace]

    def test_is_taken_over_by_a_restarted_daemon_in_the_middle_of_a_talk(
        self, hotline: LiveHotline, events: EventSocket, mobile: str
    ) -> None:
        phone = county(hotline)
        opens(hotline, "1001")
        call = hotline.house.call(mobile, "12345")
        waits_for_talk(hotline, events)
        hotline.waits_until(lambda: talks(hotline), "the talk is written on the caller's leg")
        hotline.kill_daemon()
        hotline.start()
        hotline.waits_until(lambda: talks(hotline), "the talk is known again")
        call.hang_up()
        assert hotline.record(mobile).seat == "1001"
        hotline.waits_until_seat_is("1001", "ready")
        second = str(int(mobile) + 5000)
        again = hotline.house.call(second, "12345")
        waits_for_talk(hotline, events, bridges=2)
        again.hang_up()
        assert hotline.record(second).seat == "1001"
        assert phone.count("called") == 1

    def test_stays_open_when_the_daemon_is_restarted_while_the_caller_is_held(
        self, hotline: LiveHotline, events: EventSocket, mobile: str
    ) -> None:
        phone = county(hotline)
        opens(hotline, "1001")
        call = hotline.house.call(mobile, "12345")
        waits_for_talk(hotline, events)
        hotline.waits_until(lambda: talks(hotline), "they talk")
        hotline.client.control("1001", "hold", who="test")
        (held,) = hotline.client.get("calls")
        is_written = f"uuid_getvar {held['call']} switchd_state"
        hotline.waits_until(lambda: hotline.house.api(is_written) == "held", "the caller is held")
        hotline.kill_daemon()
        hotline.start()
        hotline.waits_until(lambda: state(hotline) == ["held"], "it is known again")
        hotline.client.control("1001", "resume", who="test")
        hotline.waits_until(lambda: talks(hotline), "they talk again")
        call.hang_up()
        assert hotline.record(mobile).seat == "1001"
        hotline.waits_until_seat_is("1001", "ready")
        assert phone.count("called") == 1
        assert phone.count("ended") == 0


class TestALineToASipPhone:
    def test_lets_both_hear_each_other(
        self, hotline: LiveHotline, events: EventSocket, mobile: str, tmp_path: Path
    ) -> None:
        if os.geteuid() != 0:
            pytest.skip("SIPp's audio needs a raw socket")
        hotline.house.seat("1002", speaks=speech(tmp_path / "seat.alaw", 880))
        opens(hotline, "1002")
        speaks = speech(tmp_path / "caller.alaw", 440)
        hotline.house.call(mobile, "12345", speaks=speaks, hangs_up_after=9.0)
        record = hotline.record(mobile)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1002")
        assert frequencies(hotline.folder / "recordings" / record.recording) == (440, 880)
