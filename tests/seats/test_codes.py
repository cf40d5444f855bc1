"""What an agent hears who dials a feature code."""

from __future__ import annotations

import pytest

from switchd.seats.codes import FeatureCodes, SeatRefusal
from tests.seats.house import wait_until

CODES = {"sign_in": "*10", "ready": "*11", "not_ready": "*12", "sign_out": "*13"}


class FakeSeats:
    """Remembers the verbs; refuses or fails on demand."""

    def __init__(self) -> None:
        self.did: list[tuple[str, ...]] = []
        self.trouble: Exception | None = None

    def _do(self, *verb: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.did.append(verb)

    def sign_in(self, seat: str, agent: str) -> None:
        self._do("sign_in", seat, agent)

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
    wait_until(lambda: "leg-1" not in codes)
    return phone.heard


class TestFeatureCodes:
    @pytest.mark.parametrize(
        ("code", "verb", "prompt"),
        [
            ("*10", ("sign_in", "1001", "1001"), "seat_signed_in"),
            ("*11", ("ready", "1001"), "seat_ready"),
            ("*12", ("not_ready", "1001", "break"), "seat_not_ready"),
            ("*13", ("sign_out", "1001"), "seat_signed_out"),
        ],
    )
    def test_each_does_its_verb_and_says_so(
        self,
        codes: FeatureCodes,
        seats: FakeSeats,
        phone: FakePhone,
        code: str,
        verb: tuple[str, ...],
        prompt: str,
    ) -> None:
        assert dial(codes, phone, code) == ["answered", prompt, "hung up"]
        assert seats.did == [verb]

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
        assert seats.did == [("ready", "1001")]

    def test_the_end_of_a_leg_that_nobody_serves_means_nothing(self, codes: FeatureCodes) -> None:
        codes.played("leg-9")
        assert "leg-9" not in codes
