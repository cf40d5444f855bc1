"""Callbacks and messages on a real FreeSWITCH: the whole way of both."""

from __future__ import annotations

import wave
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from routing.record import CallKind, Outcome
from tests.live.hotline import LiveHotline
from tests.live.test_kinds import shown
from tests.live.test_rendered_configuration import tone

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
LOUD = 500.0
"""RMS of samples; silence has next to none."""


def changes(outside: int) -> Mapping[str, Any]:
    line = {"kind": "parallel", "group": "intake", "survey": "no"}
    return {
        "trunks": {"trunk": {"proxy": f"127.0.0.1:{outside}"}},
        "callbacks": {"tries": 2, "pause_seconds": 2, "ring_seconds": 6},
        "lines": {
            "12345": {"kind": "hotline", "title": "政务服务便民热线"},
            "12328": {
                **line,
                "title": "市交通运输局",
                "overflow": [{"after_seconds": 1, "then": "voicemail"}],
            },
        },
    }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    with LiveHotline(tmp_path_factory.mktemp("callback"), changes) as hotline:
        yield hotline


@pytest.fixture
def hotline(running: LiveHotline) -> Iterator[LiveHotline]:
    yield running
    running.tidies_up()


def loudness(path: Path) -> list[float]:
    """RMS of each channel of a recording."""
    with wave.open(str(path)) as audio:
        channels = audio.getnchannels()
        samples = array("h", audio.readframes(audio.getnframes()))
    ways = [samples[channel::channels] for channel in range(channels)]
    return [(sum(one * one for one in way) / max(1, len(way))) ** 0.5 for way in ways]


def callback(hotline: LiveHotline, mobile: str) -> dict[str, Any]:
    """The latest callback of a number."""
    found = [one for one in hotline.client.get("callbacks") if one["number"] == mobile]
    return dict(found[0]) if found else {"status": "none"}


class TestACallback:
    def test_keeps_the_place_of_a_caller_who_pressed_1_and_hung_up(
        self, hotline: LiveHotline, mobile: str, tmp_path: Path
    ) -> None:
        asks = hotline.house.call(mobile, "12345", keys=[(3.0, "1"), (6.0, "1")])
        assert asks.wait(40), hotline.log
        (asked,) = hotline.records(mobile)
        assert asked.outcome is Outcome.CALLBACK
        assert callback(hotline, mobile)["status"] == "waiting"
        assert callback(hotline, mobile)["queued_at"] == pytest.approx(asked.queued_at, abs=0.01)

        person = hotline.house.telephones.number(mobile, hotline.outside, answers_after=1.0)
        phone = hotline.house.seat(
            "1001", hangs_up_after=8.0, speaks=tone(tmp_path / "seat.alaw", 880)
        )
        hotline.makes_ready("1001")
        hotline.waits_until(lambda: callback(hotline, mobile)["status"] == "done", "it is done")
        asked, talked = hotline.records(mobile, 2)
        assert (talked.kind, talked.outcome) == (CallKind.CALLBACK, Outcome.ANSWERED)
        assert talked.callback == asked.callback
        assert [leg.role for leg in talked.legs] == ["seat", "called"]
        assert "回拨" in shown(phone)
        assert mobile in shown(phone)
        assert any(each.what.startswith("called") for each in person.heard)
        recording = hotline.folder / "recordings" / talked.recording
        assert max(loudness(recording)) > LOUD

    def test_is_tried_again_when_the_person_is_busy(
        self, hotline: LiveHotline, mobile: str
    ) -> None:
        hotline.house.telephones.number(mobile, hotline.outside, refusal=486)
        hotline.house.seat("1001")
        hotline.makes_ready("1001")
        hotline.client.add_callback(mobile, "12345", "test")
        hotline.waits_until(lambda: callback(hotline, mobile)["status"] == "failed", "given up")
        assert callback(hotline, mobile)["last_cause"] == "USER_BUSY"
        records = hotline.records(mobile, 2)
        assert [record.outcome for record in records] == [Outcome.NOT_REACHED] * 2
        hotline.waits_until_seat_is("1001", "ready")


class TestVoicemail:
    def test_a_message_that_was_spoken_is_a_file_with_sound(
        self, hotline: LiveHotline, mobile: str, tmp_path: Path
    ) -> None:
        hotline.house.call(
            mobile, "12328", hangs_up_after=9.0, speaks=tone(tmp_path / "caller.alaw", 440)
        )
        record = hotline.record(mobile)
        assert record.outcome is Outcome.VOICEMAIL
        path = hotline.folder / "recordings" / record.recording
        with wave.open(str(path)) as audio:
            assert audio.getframerate() == 8000
            assert audio.getnframes() > 2 * 8000
        assert max(loudness(path)) > LOUD
        (message,) = [one for one in hotline.client.get("voicemails") if one["number"] == mobile]
        assert message["seconds"] > 2
