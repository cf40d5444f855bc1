"""What a code does that leads an idle phone to a call."""

from __future__ import annotations

import pytest

from switchd.seats.call_codes import SUPERVISOR, CallCodes
from tests.seats.house import wait_until

CODES = {"pick_up": "*9", "supervisor": "*0"}


class Hotline:
    """Somebody may be parked; the phone does what it is told, and everything is noted."""

    def __init__(self, codes: dict[str, str]) -> None:
        self.obstacle = ""
        self.trouble: Exception | None = None
        self.did: list[tuple[str, ...]] = []
        self.codes = CallCodes(codes, self._obstacle, self._pick_up, self)

    def _obstacle(self, seat: str, parked_by: str) -> str:
        return self.obstacle

    def _pick_up(self, seat: str, parked_by: str) -> None:
        self.did.append(("picked up", seat, parked_by))
        if self.trouble is not None:
            raise self.trouble

    def answer(self, leg: str) -> None:
        self.did.append(("answered",))

    def play(self, leg: str, prompts: tuple[str, ...], execution: str, interrupt: bool) -> None:
        self.did.append(("heard", *prompts))

    def hang_up(self, leg: str, cause: str) -> None:
        self.did.append(("hung up",))

    def wait(self, *last: str) -> None:
        wait_until(lambda: bool(self.did) and self.did[-1] == last)


@pytest.fixture
def hotline() -> Hotline:
    return Hotline(CODES)


class TestNumbers:
    @pytest.mark.parametrize("number", ["81", "13900000000", "+8613900000000", "110"])
    def test_are_called(self, hotline: Hotline, number: str) -> None:
        assert hotline.codes.dialled("leg", "1001", number) == number
        assert "leg" not in hotline.codes

    def test_the_code_for_a_supervisor_is_a_number_of_its_own(self, hotline: Hotline) -> None:
        assert hotline.codes.dialled("leg", "1001", "*0") == SUPERVISOR

    def test_a_city_without_the_codes_has_none(self) -> None:
        hotline = Hotline({})
        assert hotline.codes.dialled("leg", "1001", "*9") == "*9"
        assert hotline.codes.dialled("leg", "1001", "*0") == "*0"


class TestPickingUp:
    @pytest.mark.parametrize(("dialled", "parked_by"), [("*9", ""), ("*91004", "1004")])
    def test_hangs_the_phone_up_and_has_it_rung(
        self, hotline: Hotline, dialled: str, parked_by: str
    ) -> None:
        assert hotline.codes.dialled("leg", "1001", dialled) == ""
        hotline.wait("hung up")
        assert "leg" in hotline.codes
        hotline.codes.over("leg")
        hotline.wait("picked up", "1001", parked_by)
        wait_until(lambda: "leg" not in hotline.codes)

    def test_is_told_why_it_is_not_possible(self, hotline: Hotline) -> None:
        hotline.obstacle = "nobody_parked"
        hotline.codes.dialled("leg", "1001", "*9")
        hotline.wait("heard", "nobody_parked")
        hotline.codes.over("leg")
        hotline.wait("hung up")
        hotline.codes.over("leg")
        wait_until(lambda: "leg" not in hotline.codes)
        assert hotline.did == [("answered",), ("heard", "nobody_parked"), ("hung up",)]

    def test_that_fails_leaves_the_phone_as_it_was(self, hotline: Hotline) -> None:
        hotline.trouble = RuntimeError("somebody else was faster")
        hotline.codes.dialled("leg", "1001", "*9")
        hotline.wait("hung up")
        hotline.codes.over("leg")
        wait_until(lambda: "leg" not in hotline.codes)
        assert hotline.did[-1] == ("picked up", "1001", "")

    def test_a_leg_that_is_told_of_twice_is_served_once(self, hotline: Hotline) -> None:
        hotline.codes.dialled("leg", "1001", "*9")
        hotline.codes.dialled("leg", "1001", "*9")
        hotline.wait("hung up")
        hotline.codes.over("leg")
        wait_until(lambda: "leg" not in hotline.codes)
        assert [what for what, *_ in hotline.did].count("picked up") == 1

    def test_other_legs_are_none_of_its_business(self, hotline: Hotline) -> None:
        hotline.codes.over("another")
        assert "another" not in hotline.codes
