"""A caller at one FreeSWITCH and a seat at another, on real ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from routing.record import EndedBy, Outcome
from switchd.api.client import Answer
from switchd.demo.telephones.sipp import until
from tests.live.house import House
from tests.live.tones import frequencies, tone
from tests.live.two_switches import TwoSwitches

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoSwitches]:
    with TwoSwitches(tmp_path_factory.mktemp("two")) as city:
        yield city


@pytest.fixture
def city(running: TwoSwitches) -> Iterator[TwoSwitches]:
    yield running
    running.tidies_up()


def legs(house: House) -> list[str]:
    rows = orjson.loads(house.api("show channels as json")).get("rows", [])
    return [row["uuid"] for row in rows]


class TestACallerAtOneNodeAndASeatAtTheOther:
    @pytest.mark.parametrize(("of", "seat"), [("north", "1003"), ("south", "1001")])
    def test_hear_each_other_and_are_recorded_surveyed_and_written_down(
        self, city: TwoSwitches, mobile: str, tmp_path: Path, of: str, seat: str
    ) -> None:
        here, there = (city.north, city.south) if of == "north" else (city.south, city.north)
        phone = there.house.seat(
            seat, answers_after=0.3, hangs_up_after=4.0, speaks=tone(tmp_path / "seat.alaw", 880)
        )
        assert phone is not None
        city.makes_ready(seat, home=there.name)
        caller = tone(tmp_path / "caller.alaw", 440)
        call = here.house.call(mobile, "12345", key_when_told="2", speaks=caller)
        assert phone.wait_for("answered", 20)
        heard_there = tmp_path / "there.wav"
        relay = self.relay(there.house)
        there.house.api(f"uuid_setvar {relay} RECORD_STEREO true")
        there.house.api(f"uuid_record {relay} start {heard_there}")
        city.waits_until(
            lambda: [call["state"] for call in here.client.get("calls")] == ["survey"],
            "the caller is asked",
        )
        call.press_key()
        assert call.wait(40)
        record = city.record(mobile)
        assert (record.outcome, record.ended_by) == (Outcome.ANSWERED, EndedBy.SEAT)
        assert (record.seat, record.survey_meaning) == (seat, "satisfied")
        assert [(leg.role, leg.cause) for leg in record.legs] == [
            ("caller", "NORMAL_CLEARING"),
            ("seat", "NORMAL_CLEARING"),
        ]
        assert frequencies(city.folder / "recordings" / record.recording) == (440, 880)
        assert frequencies(heard_there) == (440, 880)
        for node in (city.north, city.south):
            assert node.client.get("status")["unexpected"] == {}

    def relay(self, house: House) -> str:
        """The leg by which the other node asks for the phone."""
        (found,) = [
            leg for leg in legs(house) if house.api(f"uuid_getvar {leg} switchd_kind") == "relay"
        ]
        return found

    def test_the_display_shows_what_it_shows_at_home(self, city: TwoSwitches, mobile: str) -> None:
        shown = []
        for node, seat in ((city.north, "1001"), (city.south, "1003")):
            phone = node.house.seat(seat, answers_after=0.2, hangs_up_after=0.5)
            assert phone is not None
            city.makes_ready(seat, home=node.name)
            city.north.house.call(mobile, "12345", hangs_up_after=8.0)
            assert phone.wait_for("called", 20)
            (called,) = [each.what for each in phone.heard if each.what.startswith("called")]
            shown.append(called.partition("@")[0])
            city.waits_until(lambda s=seat: self.is_free(city, s), "the talk is over")
            city.north.client.seat(seat, "sign-out")
        assert mobile in shown[0]
        assert "12345" in shown[0]
        assert shown[0] == shown[1]

    def is_free(self, city: TwoSwitches, seat: str) -> bool:
        return city.seat(seat)["state"] in ("ready", "wrap_up", "signed_out")

    def test_the_caller_gives_up_and_the_phone_stops_within_a_second(
        self, city: TwoSwitches, mobile: str
    ) -> None:
        phone = city.south.house.seat("1003", no_answer=True)
        assert phone is not None
        city.makes_ready("1003", home="south")
        city.north.house.call(mobile, "12345", hangs_up_after=2.0)
        record = city.record(mobile)
        assert (record.outcome, record.legs[1].cause) == (Outcome.ABANDONED, "ORIGINATOR_CANCEL")
        assert until(lambda: phone.count("cancelled") == 1, 10)
        stopped = next(heard.at for heard in phone.heard if heard.what == "cancelled")
        assert stopped - record.ended_at < 1.0
        city.waits_until(lambda: city.seat("1003")["state"] == "ready", "the seat is ready")
        assert until(lambda: legs(city.south.house) == [], 10)

    @pytest.mark.parametrize(
        ("manner", "cause", "reason"),
        [
            ({"busy": True}, "USER_BUSY", "busy"),
            ({"no_answer": True}, "NO_ANSWER", "no_answer"),
            ({"refuses": True}, "CALL_REJECTED", "refused"),
        ],
        ids=["busy", "no answer", "refused"],
    )
    def test_a_phone_that_does_not_take_the_call_has_the_same_reason_as_at_home(
        self, city: TwoSwitches, mobile: str, manner: dict[str, bool], cause: str, reason: str
    ) -> None:
        city.south.house.seat("1003", **manner)
        city.makes_ready("1003", home="south")
        city.north.house.call(mobile, "12345", hangs_up_after=12.0)
        city.waits_until(lambda: city.seat("1003")["state"] == "not_ready", "it is not ready")
        assert city.seat("1003")["reason"] == reason
        city.south.house.seat("1004", answers_after=0.2, hangs_up_after=1.0)
        city.makes_ready("1004", home="south")
        record = city.record(mobile)
        assert (record.outcome, record.seat) == (Outcome.ANSWERED, "1004")
        assert [leg.cause for leg in record.legs][1:] == [cause, "NORMAL_CLEARING"]

    def test_a_phone_that_moves_and_comes_back_is_rung_where_it_is(
        self, city: TwoSwitches, mobile: str
    ) -> None:
        for node in (city.north, city.south, city.north):
            phone = node.house.seat("1002", answers_after=0.2, hangs_up_after=1.0)
            assert phone is not None
            city.waits_until(
                lambda n=node: city.seat("1002")["home"] == n.name, f"the phone is at {node.name}"
            )
        city.makes_ready("1002", home="north")
        city.south.house.call(mobile, "12345", hangs_up_after=10.0)
        assert phone.wait_for("answered", 20)
        assert city.record(mobile).seat == "1002"


class TestThePeersPort:
    def test_is_closed_to_everybody_but_the_other_freeswitch(
        self, city: TwoSwitches, mobile: str
    ) -> None:
        """A caller on loopback has the right address here, but not the right port."""
        phone = city.south.house.seat("1003")
        assert phone is not None
        port = city.south.house.settings.peers_port
        stranger = city.south.house.call(mobile, "1003", port=port)
        assert stranger.wait(20)
        assert stranger.final == 603
        assert phone.count("called") == 0

    def test_an_extension_is_no_number_for_callers_on_the_trunk(
        self, city: TwoSwitches, mobile: str
    ) -> None:
        phone = city.south.house.seat("1003")
        assert phone is not None
        call = city.south.house.call(mobile, "1003")
        assert call.wait(20)
        assert call.final == 404
        assert phone.count("called") == 0

    def test_the_doctor_looks_after_it(self, city: TwoSwitches) -> None:
        assert "SIP profile peers is running" in city.north.doctor()


class TestASupervisorAtOneNodeAndATalkAtTheOther:
    def test_is_told_at_which_node_to_listen_and_can_listen_there(
        self, city: TwoSwitches, mobile: str
    ) -> None:
        for seat in ("1003", "1004"):
            city.south.house.seat(seat, answers_after=0.2)
            city.waits_until(lambda s=seat: city.seat(s)["home"] == "south", "they are at south")
        city.makes_ready("1003", home="south")
        city.south.house.call(mobile, "12345", hangs_up_after=20.0)
        calls = city.south.client.get
        city.waits_until(lambda: [c["state"] for c in calls("calls")] == ["talking"], "they talk")
        wish = {"at": "1004", "who": "8009", "why": "training"}
        with pytest.raises(Answer, match="at node south"):
            city.north.client.supervise("seats", "1003", "listen", **wish)
        city.south.client.supervise("seats", "1003", "listen", **wish)
        city.waits_until(lambda: len(legs(city.south.house)) == 3, "the supervisor's leg is there")
