"""Whisper and staff number on a real FreeSWITCH: who hears what before the talk."""

from __future__ import annotations

import math
import wave
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from routing.record import Outcome
from switchd.demo.telephones.sipp import until
from tests.live.event_socket import EventSocket
from tests.live.hotline import LiveHotline

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
WHISPER_HERTZ, STAFF_HERTZ = 1500, 700
CLEARLY = 400.0
"""Amplitude of samples; a tone that is not played has next to none."""


def changes(_: int) -> Mapping[str, Any]:
    return {
        "introduction": {"whisper": ["comfort"], "staff_number": "caller"},
        "agents": {"1001": {"announcement": "comfort_patience"}},
        "groups": {"intake": {"title": "受理", "ring_seconds": 8, "wrap_up_seconds": 0}},
    }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    hotline = LiveHotline(tmp_path_factory.mktemp("introduction"), changes)
    prompts = hotline.folder / "prompts" / "zh"
    sine(prompts / "comfort.wav", WHISPER_HERTZ, 1.5)
    sine(prompts / "comfort_patience.wav", STAFF_HERTZ, 1.5)
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
        link.listen("PLAYBACK_START CHANNEL_ANSWER CHANNEL_BRIDGE")
        yield link


def sine(path: Path, hertz: int, seconds: float) -> None:
    samples = array(
        "h",
        (
            round(8000 * math.sin(2 * math.pi * hertz * n / 8000))
            for n in range(round(8000 * seconds))
        ),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.tobytes())


def loudest(path: Path, hertz: int) -> float:
    """Amplitude of a tone in the tenth of a second in which what the leg heard has most of it.

    What a leg hears is the second channel of its recording."""
    with wave.open(str(path)) as file:
        assert file.getnchannels() == 2
        heard = array("h", file.readframes(file.getnframes()))[1::2]
    turn = 2 * math.pi * hertz / 8000
    best = 0.0
    for begin in range(0, len(heard) - 800, 800):
        window = heard[begin : begin + 800]
        real = sum(value * math.cos(turn * n) for n, value in enumerate(window))
        imaginary = sum(value * math.sin(turn * n) for n, value in enumerate(window))
        best = max(best, 2 * math.hypot(real, imaginary) / 800)
    return best


def answered(events: EventSocket, direction: str) -> str:
    found = events.wait(
        lambda event: (
            event["Event-Name"] == "CHANNEL_ANSWER" and event["Call-Direction"] == direction
        ),
        30,
    )
    return str(found["Unique-ID"])


class TestBeforeTheTalk:
    def test_the_seat_alone_hears_the_whisper_and_the_caller_the_staff_number(
        self, hotline: LiveHotline, events: EventSocket, mobile: str, tmp_path: Path
    ) -> None:
        tmp_path.chmod(0o777)
        hotline.house.seat("1001", answers_after=1.0)
        call = hotline.house.call(mobile, "12345")
        caller = answered(events, "inbound")
        recorded = {"caller": hotline.folder / "recordings" / "caller.wav"}
        events.api(f"uuid_record {caller} start {recorded['caller']}")
        hotline.makes_ready("1001")
        seat = answered(events, "outbound")
        events.api(f"uuid_setvar {seat} RECORD_STEREO true")
        recorded["seat"] = hotline.folder / "recordings" / "seat.wav"
        events.api(f"uuid_record {seat} start {recorded['seat']}")
        events.wait("CHANNEL_BRIDGE", 20)
        call.hang_up()
        record = hotline.record(mobile)
        assert record.outcome is Outcome.ANSWERED
        assert until(lambda: hotline.status()["calls"] == 0, 10)
        heard = {
            who: (loudest(path, WHISPER_HERTZ), loudest(path, STAFF_HERTZ))
            for who, path in recorded.items()
        }
        assert heard["seat"][0] > CLEARLY > heard["seat"][1]
        assert heard["caller"][1] > CLEARLY > heard["caller"][0]
        played = [
            (event["Unique-ID"], Path(event["Playback-File-Path"]).stem)
            for event in events.events
            if event["Event-Name"] == "PLAYBACK_START"
        ]
        assert (seat, "comfort") in played
        assert (caller, "comfort_patience") in played
        assert (caller, "comfort") not in played

    def test_the_caller_hears_the_digits_of_the_staff_number(
        self, hotline: LiveHotline, events: EventSocket, mobile: str
    ) -> None:
        hotline.house.seat("1002", answers_after=0.2, hangs_up_after=12.0)
        hotline.makes_ready("1002")
        hotline.house.call(mobile, "12345")
        caller = answered(events, "inbound")
        digits = "num_yao num_0 num_0 num_2"

        def announced(event: Mapping[str, Any]) -> bool:
            parts = event.get("Playback-File-Path", "").removeprefix("file_string://").split("!")
            said = " ".join(Path(part).stem for part in parts)
            return said == f"staff_number_before {digits} staff_number_after"

        assert events.wait(announced, 30)["Unique-ID"] == caller
        events.wait("CHANNEL_BRIDGE", 20)

    def test_the_caller_hangs_up_in_the_whisper(
        self, hotline: LiveHotline, events: EventSocket, mobile: str
    ) -> None:
        phone = hotline.house.seat("1001", answers_after=0.2)
        hotline.makes_ready("1001")
        call = hotline.house.call(mobile, "12345")
        seat = answered(events, "outbound")
        events.wait(
            lambda event: event["Event-Name"] == "PLAYBACK_START" and event["Unique-ID"] == seat,
            20,
        )
        call.hang_up()
        record = hotline.record(mobile)
        assert record.outcome is Outcome.ABANDONED
        assert phone is not None
        assert phone.wait_for("ended")
        hotline.waits_until_seat_is("1001", "ready")
