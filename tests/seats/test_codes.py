"""What an agent hears who dials a feature code."""

from __future__ import annotations

import pytest

from switchd.seats.codes import FeatureCodes, SeatRefusal
from tests.seats.house import wait_until

CODES = {"sign_in": "*10", "ready": "*11", "not_ready": "*12", "sign_out": "*13"}
READY = [("not_ready", "1001", "dialling"), ("ready", "1001")]
"""A phone that hears its confirmation is not free for a caller yet."""


class FakeSeats:
    """Remembers the verbs; refuses or fails on demand."""

    def __init__(self) -> None:
        self.did: list[tuple[str, ...]] = []
        self.trouble: Exception | None = None
        self.wants_pins = False
        self.refusals: list[str] = []
        """Prompts of the refusals that meet whoever signs in with a PIN, one after the other."""

    def _do(self, *verb: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.did.append(verb)

    def sign_in(self, seat: str, agent: str) -> None:
        self._do("sign_in", seat, agent)

    def sign_in_dialled(self, seat: str, digits: str, pin: str, take_over: bool) -> None:
        if self.refusals:
            raise SeatRefusal("no", self.refusals.pop(0))
        self._do("sign_in", seat, digits, pin, "moved" if take_over else "")

    def sign_out(self, seat: str) -> None:
        self._do("sign_out", seat)

    def ready(self, seat: str) -> None:
        self._do("ready", seat)

    def not_ready(self, seat: str, reason: str) -> None:
        self._do("not_ready", seat, reason)


class FakePhone:
    """Remembers what the agent heard; `broken` verbs fail."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.broken: set[str] = set()

    def _note(self, verb: str, what: str) -> None:
        if verb in self.broken:
            raise RuntimeError(verb)
        self.heard.append(what)

    def answer(self, leg: str) -> None:
        self._note("answer", "answered")

    def play(self, leg: str, prompts: tuple[str, ...], execution: str, interrupt: bool) -> None:
        self._note("play", " ".join(prompts))

    def hang_up(self, leg: str, cause: str) -> None:
        self._note("hang_up", "hung up")

    def collect_number(
        self,
        leg: str,
        prompts: tuple[str, ...],
        invalid: tuple[str, ...],
        length: tuple[int, int],
        seconds: float,
        tries: int,
        execution: str,
    ) -> None:
        self._note("collect_number", f"{' '.join(prompts)}?")


@pytest.fixture
def seats() -> FakeSeats:
    return FakeSeats()


@pytest.fixture
def phone() -> FakePhone:
    return FakePhone()


@pytest.fixture
def codes(seats: FakeSeats, phone: FakePhone) -> FeatureCodes:
    return FeatureCodes(CODES, seats, phone)


def dial(codes: FeatureCodes, phone: FakePhone, code: str) -> list[str]:
    """Dial, hear the confirmation to its end; return what was heard."""
    codes.dialled("leg-1", "1001", code)
    wait_until(lambda: len(phone.heard) >= 2 or "leg-1" not in codes)
    codes.played("leg-1")
    wait_until(lambda: "hung up" in phone.heard or "leg-1" not in codes)
    codes.over("leg-1")
    wait_until(lambda: "leg-1" not in codes)
    return phone.heard


class TestFeatureCodes:
    @pytest.mark.parametrize(
        ("code", "verbs", "prompt"),
        [
            ("*10", [("sign_in", "1001", "1001")], "seat_signed_in"),
            ("*11", READY, "seat_ready"),
            ("*12", [("not_ready", "1001", "break")], "seat_not_ready"),
            ("*13", [("sign_out", "1001")], "seat_signed_out"),
        ],
    )
    def test_each_does_its_verb_and_says_so(
        self,
        codes: FeatureCodes,
        seats: FakeSeats,
        phone: FakePhone,
        code: str,
        verbs: list[tuple[str, ...]],
        prompt: str,
    ) -> None:
        assert dial(codes, phone, code) == ["answered", prompt, "hung up"]
        wait_until(lambda: len(seats.did) == len(verbs))
        assert seats.did == verbs

    def test_a_seat_is_ready_once_its_phone_is_free_for_the_caller_who_waits(
        self, codes: FeatureCodes, seats: FakeSeats, phone: FakePhone
    ) -> None:
        codes.dialled("leg-1", "1001", "*11")
        wait_until(lambda: len(phone.heard) == 2)
        codes.played("leg-1")
        wait_until(lambda: "hung up" in phone.heard)
        assert seats.did == READY[:1]
        codes.over("leg-1")
        wait_until(lambda: seats.did == READY)

    def test_who_hangs_up_before_the_confirmation_is_over_is_ready(
        self, codes: FeatureCodes, seats: FakeSeats, phone: FakePhone
    ) -> None:
        codes.dialled("leg-1", "1001", "*11")
        wait_until(lambda: len(phone.heard) == 2)
        codes.over("leg-1")
        wait_until(lambda: seats.did == READY)

    def test_who_was_refused_is_not_ready_afterwards(
        self, codes: FeatureCodes, seats: FakeSeats, phone: FakePhone
    ) -> None:
        seats.trouble = SeatRefusal("sign in first")
        dial(codes, phone, "*11")
        seats.trouble = None
        assert dial(codes, phone, "*12")[-1] == "hung up"
        assert seats.did == [("not_ready", "1001", "break")]

    def test_a_code_that_is_none_is_refused(
        self, codes: FeatureCodes, seats: FakeSeats, phone: FakePhone
    ) -> None:
        assert dial(codes, phone, "*99") == ["answered", "seat_refused", "hung up"]
        assert seats.did == []

    @pytest.mark.parametrize("trouble", [SeatRefusal("sign in first"), ConnectionError("Redis")])
    def test_what_is_not_possible_now_is_said_and_not_left_in_silence(
        self, codes: FeatureCodes, seats: FakeSeats, phone: FakePhone, trouble: Exception
    ) -> None:
        seats.trouble = trouble
        assert dial(codes, phone, "*11") == ["answered", "seat_refused", "hung up"]

    @pytest.mark.parametrize("verb", ["answer", "play", "hang_up"])
    def test_no_leg_is_left_behind_whatever_fails(
        self, codes: FeatureCodes, phone: FakePhone, verb: str
    ) -> None:
        phone.broken = {verb}
        heard = dial(codes, phone, "*11")
        assert "leg-1" not in codes
        assert ("hung up" in heard) is (verb != "hang_up")

    def test_the_same_leg_is_served_once(
        self, codes: FeatureCodes, seats: FakeSeats, phone: FakePhone
    ) -> None:
        codes.dialled("leg-1", "1001", "*11")
        dial(codes, phone, "*11")
        wait_until(lambda: len(seats.did) >= len(READY))
        assert seats.did == READY

    def test_the_end_of_a_leg_that_nobody_serves_means_nothing(self, codes: FeatureCodes) -> None:
        codes.played("leg-9")
        assert "leg-9" not in codes


def sign_in(codes: FeatureCodes, phone: FakePhone, *pressed: str) -> list[str]:
    """Dial *10 and press keys at each question, or nothing; return what was heard."""
    codes.dialled("leg-1", "1001", "*10")
    heard = 1
    for keys in pressed:
        heard += 1
        wait_until(lambda: len(phone.heard) >= heard)  # noqa: B023 - called within the loop
        codes.collected("leg-1", keys)
    if pressed[-1]:
        wait_until(lambda: len(phone.heard) > heard)
        codes.played("leg-1")
    wait_until(lambda: "leg-1" not in codes)
    assert phone.heard[0] == "answered"
    assert phone.heard[-1] == "hung up"
    return phone.heard[1:-1]


class TestSigningInWithPin:
    @pytest.fixture
    def seats(self) -> FakeSeats:
        seats = FakeSeats()
        seats.wants_pins = True
        return seats

    def test_staff_number_and_pin_are_asked_for(
        self, codes: FeatureCodes, seats: FakeSeats, phone: FakePhone
    ) -> None:
        heard = sign_in(codes, phone, "017", "2580")
        assert heard == ["seat_enter_number?", "seat_enter_pin?", "seat_signed_in"]
        assert seats.did == [("sign_in", "1001", "017", "2580", "")]

    def test_who_mistypes_is_asked_again(
        self, codes: FeatureCodes, seats: FakeSeats, phone: FakePhone
    ) -> None:
        seats.refusals = ["seat_wrong_pin"]
        heard = sign_in(codes, phone, "017", "2581", "017", "2580")
        assert heard[2:] == [
            "seat_wrong_pin seat_enter_number?",
            "seat_enter_pin?",
            "seat_signed_in",
        ]

    def test_three_times_and_no_more(
        self, codes: FeatureCodes, seats: FakeSeats, phone: FakePhone
    ) -> None:
        seats.refusals = ["seat_wrong_pin"] * 3
        heard = sign_in(codes, phone, *["017", "2581"] * 3)
        assert heard[-1] == "seat_wrong_pin"
        assert seats.did == []

    def test_who_is_locked_out_is_told_so_at_once(
        self, codes: FeatureCodes, seats: FakeSeats, phone: FakePhone
    ) -> None:
        seats.refusals = ["seat_locked"]
        assert sign_in(codes, phone, "017", "2581")[-1] == "seat_locked"

    def test_who_sits_elsewhere_may_move_here_with_a_key(
        self, codes: FeatureCodes, seats: FakeSeats, phone: FakePhone
    ) -> None:
        seats.refusals = ["seat_elsewhere"]
        heard = sign_in(codes, phone, "017", "2580", "1")
        assert heard[2:] == ["seat_elsewhere?", "seat_signed_in"]
        assert seats.did == [("sign_in", "1001", "017", "2580", "moved")]

    def test_who_presses_another_key_stays_there(
        self, codes: FeatureCodes, seats: FakeSeats, phone: FakePhone
    ) -> None:
        seats.refusals = ["seat_elsewhere"]
        assert sign_in(codes, phone, "017", "2580", "2")[-1] == "seat_refused"
        assert seats.did == []

    @pytest.mark.parametrize("pressed", [[""], ["017", ""]])
    def test_who_presses_nothing_is_not_signed_in(
        self, codes: FeatureCodes, seats: FakeSeats, phone: FakePhone, pressed: list[str]
    ) -> None:
        heard = sign_in(codes, phone, *pressed)
        assert heard == ["seat_enter_number?", "seat_enter_pin?"][: len(pressed)]
        assert seats.did == []

    def test_the_other_codes_ask_nothing(
        self, codes: FeatureCodes, seats: FakeSeats, phone: FakePhone
    ) -> None:
        assert dial(codes, phone, "*11") == ["answered", "seat_ready", "hung up"]

    def test_a_question_that_cannot_be_asked_leaves_no_leg_behind(
        self, codes: FeatureCodes, phone: FakePhone
    ) -> None:
        phone.broken = {"collect_number"}
        codes.dialled("leg-1", "1001", "*10")
        wait_until(lambda: len(phone.heard) == 2)
        codes.played("leg-1")
        wait_until(lambda: "leg-1" not in codes)
        assert phone.heard == ["answered", "seat_refused", "hung up"]


class TestTheResultOfAFollowUp:
    """Its code comes behind the feature code."""

    def codes(self, phone: FakePhone, kept: list[tuple[str, str]]) -> FeatureCodes:
        def put_in(seat: str, result: str) -> None:
            if result == "9":
                raise SeatRefusal("'9' is no result")
            kept.append((seat, result))

        return FeatureCodes({**CODES, "follow_up_result": "*15"}, FakeSeats(), phone, put_in)

    def test_is_kept_and_confirmed(self, phone: FakePhone) -> None:
        kept: list[tuple[str, str]] = []
        assert dial(self.codes(phone, kept), phone, "*152") == [
            "answered",
            "follow_up_kept",
            "hung up",
        ]
        assert kept == [("1001", "2")]

    def test_that_the_plan_does_not_know_is_refused(self, phone: FakePhone) -> None:
        assert dial(self.codes(phone, []), phone, "*159")[1] == "seat_refused"

    def test_leaves_the_other_codes_as_they_are(self, phone: FakePhone) -> None:
        assert dial(self.codes(phone, []), phone, "*11")[1] == "seat_ready"
