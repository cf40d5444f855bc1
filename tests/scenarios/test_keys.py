"""What a seat does with nothing but its phone, with the whole daemon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gevent
import pytest

from routing.record import Outcome
from switchd.api.client import Answer
from switchd.sim.callers import SimCaller
from switchd.sim.phones import Phone
from tests.scenarios.hotline import CITY, Hotline, heard, wait_for

EXPERT = "2970200"
SETTINGS: dict[str, Any] = {
    **CITY,
    "trunks": {"trunk": {"proxy": "127.0.0.1:5099"}},
    "experts": {"medical": {"title": "医疗卫生", "members": [EXPERT], "ring_seconds": 5}},
    "dialling": {"short_numbers": {"81": "expert:medical"}, "barred": ["1390"]},
    "control": {"code_seconds": 0.5, "number_seconds": 1, "supervisors": {"seats": ["1003"]}},
}


@pytest.fixture(scope="module")
def running() -> Iterator[Hotline]:
    hotline = Hotline(SETTINGS)
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def hotline(running: Hotline) -> Hotline:
    for seat in ("1001", "1002", "1003"):
        running.sim.seat(seat).hang_up()
    running.begins_anew()
    for number in (EXPERT, "110"):
        running.sim.number(number).will_answer()
    return running


@pytest.fixture
def caller(hotline: Hotline) -> SimCaller:
    """Somebody who talks with seat 1001."""
    return hotline.talks_with("1001")


@pytest.fixture
def phone(hotline: Hotline, caller: SimCaller) -> Phone:
    """The phone of seat 1001, with the caller on it."""
    wait_for(lambda: hotline.call_of(caller)["state"] == "talking", "the daemon knows that")
    phone = hotline.sim.seat("1001")
    phone.heard.clear()
    return phone


def becomes(hotline: Hotline, caller: SimCaller, state: str) -> None:
    wait_for(lambda: hotline.call_of(caller)["state"] == state, f"the call is {state}")


def asks(hotline: Hotline, seat: str, verb: str, target: str = "") -> None:
    """Ask for something, as another process would: the stand-in goes on meanwhile."""
    gevent.get_hub().threadpool.apply(
        lambda: hotline.client.control(seat, verb, target=target, who="lead")
    )


class TestHolding:
    def test_star_1_gives_the_caller_music_and_again_the_seat(
        self, hotline: Hotline, caller: SimCaller, phone: Phone
    ) -> None:
        phone.press("*1")
        becomes(hotline, caller, "held")
        wait_for(lambda: "moh" in heard(caller), "the caller hears music")
        phone.press("*1#")
        becomes(hotline, caller, "talking")

    def test_the_caller_can_still_be_asked_for_satisfaction(
        self, hotline: Hotline, caller: SimCaller, phone: Phone
    ) -> None:
        phone.press("*#")
        record = hotline.record_of(caller)
        assert (record.outcome, record.survey_key) == (Outcome.ANSWERED, "2")


class TestConsulting:
    def test_a_number_and_hash_calls_another_seat_who_then_has_the_caller(
        self, hotline: Hotline, caller: SimCaller, phone: Phone
    ) -> None:
        hotline.makes_ready("1002")
        phone.press("*21002#")
        becomes(hotline, caller, "consulting")
        phone.press("*3")
        becomes(hotline, caller, "talking")
        assert hotline.call_of(caller)["seat"] == "1002"
        wait_for(lambda: phone.leg is None, "the first seat's phone is free")

    def test_a_short_number_calls_the_expert_and_all_three_talk(
        self, hotline: Hotline, caller: SimCaller, phone: Phone
    ) -> None:
        phone.press("*281#")
        becomes(hotline, caller, "consulting")
        phone.press("*5")
        becomes(hotline, caller, "conference")
        phone.press("*6")
        becomes(hotline, caller, "forwarded")
        assert hotline.sim.number(EXPERT).legs

    def test_star_4_is_back_to_the_caller(
        self, hotline: Hotline, caller: SimCaller, phone: Phone
    ) -> None:
        phone.press("*281")
        becomes(hotline, caller, "consulting")
        phone.press("*4")
        becomes(hotline, caller, "talking")
        wait_for(lambda: not hotline.sim.number(EXPERT).legs, "the expert is let go")

    @pytest.mark.parametrize(
        ("keys", "prompt"),
        [("*213901234567#", "transfer_not_allowed"), ("*21002#", "transfer_unavailable")],
    )
    def test_who_cannot_be_had_is_told_to_the_seat_alone(
        self, hotline: Hotline, caller: SimCaller, phone: Phone, keys: str, prompt: str
    ) -> None:
        phone.press(keys)
        wait_for(lambda: prompt in heard(phone), "the seat hears why")
        becomes(hotline, caller, "talking")
        assert prompt not in heard(caller)


class TestHelp:
    def test_an_emergency_number_joins_at_once(
        self, hotline: Hotline, caller: SimCaller, phone: Phone
    ) -> None:
        phone.press("*110")
        becomes(hotline, caller, "conference")
        phone.press("*4")
        becomes(hotline, caller, "talking")

    def test_a_supervisor_is_called_by_one_key(
        self, hotline: Hotline, caller: SimCaller, phone: Phone
    ) -> None:
        hotline.makes_ready("1003")
        phone.press("*0")
        becomes(hotline, caller, "consulting")
        assert hotline.seat("1003")["state"] == "talking"


class TestWrongKeys:
    def test_are_a_tone_for_the_seat_alone(
        self, hotline: Hotline, caller: SimCaller, phone: Phone
    ) -> None:
        phone.press("*15")
        wait_for(lambda: "key_wrong" in heard(phone), "the seat hears a tone")
        assert "key_wrong" not in heard(caller)
        assert hotline.call_of(caller)["state"] == "talking"

    def test_are_heard_while_the_caller_is_on_hold(
        self, hotline: Hotline, caller: SimCaller, phone: Phone
    ) -> None:
        phone.press("*1#")
        becomes(hotline, caller, "held")
        phone.press("*15")
        wait_for(lambda: "key_wrong" in heard(phone), "the seat hears a tone")

    def test_keys_without_a_star_do_nothing(
        self, hotline: Hotline, caller: SimCaller, phone: Phone
    ) -> None:
        phone.press("5")
        phone.press("*1#")
        becomes(hotline, caller, "held")
        assert "key_wrong" not in heard(phone)


class TestParking:
    def test_star_9_frees_the_seat_and_star_9_on_an_idle_phone_picks_up(
        self, hotline: Hotline, caller: SimCaller, phone: Phone
    ) -> None:
        phone.press("*9")
        becomes(hotline, caller, "parked")
        hotline.makes_ready("1002")
        other = hotline.sim.seat("1002")
        assert other.calls("*91001")
        becomes(hotline, caller, "talking")
        assert hotline.call_of(caller)["seat"] == "1002"

    def test_nobody_to_pick_up_is_told(self, hotline: Hotline) -> None:
        hotline.makes_ready("1002")
        phone = hotline.sim.seat("1002")
        assert phone.calls("*9")
        wait_for(lambda: "nobody_parked" in heard(phone), "the seat hears it")
        wait_for(lambda: phone.leg is None, "the phone is hung up")
        assert hotline.seat("1002")["state"] == "ready"


class TestAnIdlePhone:
    @pytest.mark.parametrize(("dialled", "reached"), [("*0", "1003"), ("1002", "1002")])
    def test_calls_a_supervisor_or_a_seat(
        self, hotline: Hotline, dialled: str, reached: str
    ) -> None:
        hotline.makes_ready("1001")
        phone, other = hotline.sim.seat("1001"), hotline.sim.seat(reached)
        before = other.talked
        assert phone.calls(dialled)
        wait_for(lambda: other.talked > before, "the two talk")
        assert other.shown[-1].endswith(" 1001")
        assert hotline.waits_until_seat_is("1001", "talking")
        phone.hang_up()
        wait_for(lambda: other.leg is None, "the other phone is free")

    def test_calls_the_expert_by_the_short_number(self, hotline: Hotline) -> None:
        hotline.makes_ready("1001")
        assert hotline.sim.seat("1001").calls("81")
        wait_for(
            lambda: any(leg.other is not None for leg in hotline.sim.number(EXPERT).legs),
            "the two talk",
        )


class TestByCommand:
    """`switchd seat …`, for people without an application."""

    def test_the_same_can_be_asked_for(
        self, hotline: Hotline, caller: SimCaller, phone: Phone
    ) -> None:
        for verb, target, state in (
            ("hold", "", "held"),
            ("resume", "", "talking"),
            ("consult", "expert:medical", "consulting"),
            ("three-way", "", "conference"),
            ("drop", "", "talking"),
            ("emergency", "110", "conference"),
            ("cancel", "", "talking"),
            ("park", "", "parked"),
        ):
            asks(hotline, "1001", verb, target)
            becomes(hotline, caller, state)
        hotline.makes_ready("1002")
        said = hotline.admin("seat", "pick-up", "1002", "1001")
        assert (said.returncode, said.stderr) == (0, "")
        becomes(hotline, caller, "talking")
        assert hotline.call_of(caller)["seat"] == "1002"

    def test_what_does_not_fit_is_refused_with_a_sentence(
        self, hotline: Hotline, caller: SimCaller, phone: Phone
    ) -> None:
        said = hotline.admin("seat", "complete", "1001")
        assert said.returncode == 1
        assert "complete is not possible while the call is talking" in said.stderr
        with pytest.raises(Answer, match="no expert seat law"):
            asks(hotline, "1001", "consult", "expert:law")

    def test_a_seat_without_a_call_has_nothing_to_control(self, hotline: Hotline) -> None:
        with pytest.raises(Answer, match="seat 1002 is in no call"):
            asks(hotline, "1002", "hold")
