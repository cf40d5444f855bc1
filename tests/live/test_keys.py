"""A seat with nothing but its phone, on a real FreeSWITCH: keys by SIP INFO and by RFC 2833."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from routing.record import CallKind, Outcome
from switchd.demo.telephones.sipp import Call, Phone
from switchd.switchboard.legs import doing
from tests.live.hotline import LiveHotline
from tests.live.test_introduction import loudest, sine
from tests.live.tones import tone

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
WRONG_HERTZ = 700
CLEARLY = 400.0
"""Amplitude of samples; a tone that is not played has next to none."""


def changes(outside: int) -> Mapping[str, Any]:
    return {
        "trunks": {"trunk": {"proxy": f"127.0.0.1:{outside}"}},
        "groups": {"intake": {"title": "受理", "ring_seconds": 8, "wrap_up_seconds": 0}},
        "experts": {"medical": {"title": "医疗卫生", "members": ["2970200"], "ring_seconds": 8}},
        "dialling": {"short_numbers": {"81": "expert:medical"}},
        "control": {"supervisors": {"seats": ["1003"]}},
    }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    hotline = LiveHotline(tmp_path_factory.mktemp("keys"), changes)
    sine(hotline.folder / "prompts" / "zh" / "key_wrong.wav", WRONG_HERTZ, 3.0)
    with hotline:
        yield hotline


@pytest.fixture
def hotline(running: LiveHotline) -> Iterator[LiveHotline]:
    yield running
    running.tidies_up()


class Talk:
    """A caller and seat 1001, who talk."""

    def __init__(
        self, hotline: LiveHotline, mobile: str, *, keys_by_rtp: bool = False, speaks: Path
    ) -> None:
        """A phone that sends its keys among the audio says nothing else."""
        self.hotline, self.mobile = hotline, mobile
        said = None if keys_by_rtp else speaks
        phone = hotline.house.seat("1001", speaks=said, keys_by_rtp=keys_by_rtp)
        assert phone is not None
        self.phone: Phone = phone
        hotline.makes_ready("1001")
        self.caller: Call = hotline.house.call(mobile, "12345", speaks=speaks)
        self.becomes("talking")

    @property
    def row(self) -> dict[str, Any]:
        rows = [row for row in self.hotline.client.get("calls") if row["caller"] == self.mobile]
        return dict(rows[0]) if rows else {"state": "none", "seat": ""}

    def becomes(self, state: str) -> None:
        self.hotline.waits_until(lambda: self.row["state"] == state, f"the call is {state}")

    def press(self, keys: str, seat_does: str = "talk") -> None:
        """Press keys once the seat's leg is where the call's state wants it: FreeSWITCH forgets
        keys that are pressed while a leg is on its way."""
        self.hotline.waits_until(lambda: seat_does in self._seat_does(), f"the seat's {seat_does}")
        self.phone.press(keys)

    def hears(self, other: str) -> None:
        """Wait until the seat consults who has this in the channel's name. The state alone does not
        tell: the seat's leg may still be leaving the caller, and a key pressed then is lost."""
        self.becomes("consulting")
        self.hotline.waits_until_they_talk("/1001@", other)

    def _seat_does(self) -> list[str]:
        return [doing(row) for row in self.hotline.channels() if "/1001@" in row["name"]]


@pytest.fixture
def spoken(tmp_path: Path) -> Path:
    """What everybody says all the time: nothing at WRONG_HERTZ."""
    return tone(tmp_path / "voice.alaw", 1000)


@pytest.fixture
def talk(hotline: LiveHotline, mobile: str, spoken: Path) -> Talk:
    return Talk(hotline, mobile, speaks=spoken)


def outside(hotline: LiveHotline, number: str) -> Phone:
    """Somebody behind the trunk, who answers."""
    return hotline.house.telephones.number(number, hotline.outside)


class TestKeys:
    @pytest.mark.parametrize("keys_by_rtp", [False, True], ids=["INFO", "RFC 2833"])
    def test_hold_and_resume(
        self, hotline: LiveHotline, mobile: str, spoken: Path, keys_by_rtp: bool
    ) -> None:
        """The way of the keys is that of the first; the phone begins its packets only once."""
        talk = Talk(hotline, mobile, keys_by_rtp=keys_by_rtp, speaks=spoken)
        talk.press("*1")
        talk.becomes("held")
        talk.phone.keys_by_rtp = False
        talk.press("*1#", "park")
        talk.becomes("talking")
        talk.caller.hang_up()
        record = hotline.record(mobile)
        assert [segment.what for segment in record.segments] == ["talk", "hold", "talk"]

    def test_consult_a_seat_and_leave_the_caller_with_it(
        self, hotline: LiveHotline, talk: Talk
    ) -> None:
        other = hotline.house.seat("1002")
        assert other is not None
        hotline.makes_ready("1002")
        talk.press("*21002#")
        talk.hears("/1002@")
        talk.press("*3")
        hotline.waits_until(lambda: talk.row["seat"] == "1002", "the other seat has the caller")
        talk.becomes("talking")
        assert talk.phone.wait_for("ended")
        hotline.waits_until_seat_is("1001", "ready")
        other.hang_up()
        record = hotline.record(talk.mobile)
        assert [leg.role for leg in record.legs] == ["caller", "seat", "consult"]

    def test_three_way_with_an_expert_and_the_seat_leaves(
        self, hotline: LiveHotline, talk: Talk
    ) -> None:
        expert = outside(hotline, "2970200")
        talk.press("*281#")
        talk.hears("2970200")
        talk.press("*5")
        talk.becomes("conference")
        talk.press("*6", "conference")
        talk.becomes("forwarded")
        assert talk.phone.wait_for("ended")
        expert.hang_up()
        record = hotline.record(talk.mobile)
        assert record.outcome is Outcome.ANSWERED
        assert "conference" in [segment.what for segment in record.segments]

    def test_an_emergency_number_joins_by_one_code(self, hotline: LiveHotline, talk: Talk) -> None:
        police = outside(hotline, "110")
        talk.press("*110")
        talk.becomes("conference")
        assert police.count("called") == 1
        talk.press("*6", "conference")
        talk.becomes("forwarded")
        talk.caller.hang_up()
        record = hotline.record(talk.mobile)
        assert "emergency" in [leg.role for leg in record.legs]

    def test_a_wrong_code_is_a_tone_for_the_seat_alone(
        self, hotline: LiveHotline, talk: Talk
    ) -> None:
        legs = {
            row["direction"]: row["uuid"]
            for row in hotline.channels()
            if row["direction"] in ("inbound", "outbound")
        }
        talk.press("*15")
        recorded = {}
        with hotline.house.event_socket() as link:
            link.listen("RECORD_STOP")
            for direction, leg in legs.items():
                recorded[direction] = hotline.folder / "recordings" / f"{direction}.wav"
                link.api(f"uuid_setvar {leg} RECORD_STEREO true")
                link.api(f"uuid_record {leg} start {recorded[direction]} 2")
            for path in recorded.values():
                link.wait(lambda event, path=path: event["Record-File-Path"] == str(path), 30)
        talk.caller.hang_up()
        hotline.record(talk.mobile)
        assert loudest(recorded["outbound"], WRONG_HERTZ) > CLEARLY
        assert loudest(recorded["inbound"], WRONG_HERTZ) < CLEARLY


class TestParking:
    def test_another_seat_picks_up_by_a_code(self, hotline: LiveHotline, talk: Talk) -> None:
        talk.press("*9")
        talk.becomes("parked")
        assert talk.phone.wait_for("ended")
        other = hotline.house.seat("1002")
        assert other is not None
        hotline.makes_ready("1002")
        hotline.house.telephones.dial("1002", "*91001")
        talk.becomes("talking")
        assert talk.row["seat"] == "1002"
        other.hang_up()
        record = hotline.record(talk.mobile)
        did = [segment.what for segment in record.segments]
        assert (did[:2], did[-1]) == (["talk", "park"], "talk")


class TestAnIdlePhone:
    def test_calls_a_supervisor(self, hotline: LiveHotline) -> None:
        supervisor = hotline.house.seat("1003")
        assert supervisor is not None
        hotline.house.seat("1001")
        hotline.makes_ready("1001")
        call = hotline.house.telephones.dial("1001", "*0")
        assert supervisor.wait_for("answered")
        assert call.answered
        hotline.waits_until(
            lambda: (
                [(row["seat"], row["state"]) for row in hotline.client.get("calls")]
                == [("1001", "talking")]
            ),
            "they talk",
        )
        supervisor.hang_up()
        assert call.wait()
        (record,) = hotline.records("1003")
        assert (record.kind, record.outcome) == (CallKind.OUTGOING, Outcome.ANSWERED)
