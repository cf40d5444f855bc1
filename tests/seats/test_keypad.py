"""What happens when somebody at a seat presses keys during a call."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from routing.keys import Command, Keys, KeyVerb
from switchd.seats.keypad import Keypad
from tests.seats.house import StillClock, wait_until

HOLD = ("1001", Command(KeyVerb.HOLD))


class Desk:
    """Remembers what was asked for; `trouble` is raised instead."""

    def __init__(self) -> None:
        self.seats = {"leg-1": "1001", "leg-2": "1002"}
        self.did: list[tuple[str, Command]] = []
        self.wrong: list[str] = []
        self.trouble: Exception | None = None

    def seat_of(self, leg: str) -> str:
        return self.seats.get(leg, "")

    def do(self, seat: str, command: Command) -> None:
        self.did.append((seat, command))
        if self.trouble is not None:
            raise self.trouble

    def say_wrong(self, leg: str) -> None:
        self.wrong.append(leg)


class Telephone:
    """One seat's phone, its keys and the time between them."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.clock = StillClock()
        self.keys = Keys()
        self.pad = Keypad(
            lambda: self.keys, self.desk.seat_of, self.desk.do, self.desk.say_wrong, self.clock
        )

    def press(self, keys: str, leg: str = "leg-1") -> None:
        for key in keys:
            self.pad.pressed(leg, key)
            self.clock.go_on(0.2)

    def happens(self, condition: Callable[[], bool]) -> None:
        wait_until(condition)

    def nothing_more(self) -> bool:
        """Whether neither a key nor a pause is awaited."""
        return len(self.pad) == 0 and self.clock.waiting == 0


@pytest.fixture
def phone() -> Telephone:
    return Telephone()


class TestKeysThatMeanSomething:
    def test_are_done_for_the_seat_whose_leg_it_is(self, phone: Telephone) -> None:
        phone.press("*5", leg="leg-2")
        phone.happens(lambda: phone.desk.did == [("1002", Command(KeyVerb.THREE_WAY))])
        assert phone.nothing_more()

    def test_that_could_go_on_are_done_after_the_pause(self, phone: Telephone) -> None:
        phone.press("*1")
        assert phone.desk.did == []
        phone.clock.go_on(2.0)
        phone.happens(lambda: phone.desk.did == [HOLD])
        assert phone.nothing_more()

    def test_a_number_is_done_after_its_hash(self, phone: Telephone) -> None:
        phone.press("*21002#")
        phone.happens(lambda: phone.desk.did == [("1001", Command(KeyVerb.CONSULT, "1002"))])

    def test_two_phones_do_not_disturb_each_other(self, phone: Telephone) -> None:
        for key, other in zip("*21002#", "*120*1#", strict=True):
            phone.press(key, leg="leg-1")
            phone.press(other, leg="leg-2")
        phone.happens(lambda: len(phone.desk.did) == 3)
        assert ("1001", Command(KeyVerb.CONSULT, "1002")) in phone.desk.did
        assert ("1002", Command(KeyVerb.EMERGENCY, "120")) in phone.desk.did
        assert ("1002", Command(KeyVerb.HOLD)) in phone.desk.did

    def test_what_fails_does_not_spoil_the_next(self, phone: Telephone) -> None:
        phone.desk.trouble = RuntimeError("no")
        phone.press("*5")
        phone.happens(lambda: len(phone.desk.did) == 1)
        phone.desk.trouble = None
        phone.press("*6")
        phone.happens(lambda: len(phone.desk.did) == 2)

    def test_new_codes_count_from_the_next_key_on(self, phone: Telephone) -> None:
        phone.keys = Keys({"5": Command(KeyVerb.PARK)})
        phone.press("*5")
        phone.happens(lambda: phone.desk.did == [("1001", Command(KeyVerb.PARK))])

    def test_a_code_that_is_gone_before_its_pause_is_a_mistake(self, phone: Telephone) -> None:
        phone.press("*1")
        phone.keys = Keys({"5": Command(KeyVerb.PARK)})
        phone.clock.go_on(2.0)
        phone.happens(lambda: phone.desk.wrong == ["leg-1"])
        assert phone.desk.did == []


class TestKeysThatMeanNothing:
    def test_are_told_to_the_seat_alone(self, phone: Telephone) -> None:
        phone.press("*15")
        phone.happens(lambda: phone.desk.wrong == ["leg-1"])
        assert phone.desk.did == []
        assert phone.nothing_more()

    def test_digits_without_a_star_are_not_even_told(self, phone: Telephone) -> None:
        phone.press("123#")
        assert phone.nothing_more()
        assert (phone.desk.did, phone.desk.wrong) == ([], [])

    def test_a_lone_star_is_forgotten(self, phone: Telephone) -> None:
        phone.press("*")
        phone.clock.go_on(2.0)
        assert phone.nothing_more()
        phone.press("5")
        assert (phone.desk.did, phone.desk.wrong) == ([], [])

    def test_a_leg_that_is_no_seats_has_no_keys(self, phone: Telephone) -> None:
        phone.press("*5", leg="leg-of-an-expert")
        assert phone.nothing_more()


class TestALegThatEnds:
    def test_takes_what_was_pressed_with_it(self, phone: Telephone) -> None:
        phone.press("*1")
        phone.pad.ended("leg-1")
        assert phone.nothing_more()

    def test_without_keys_is_of_no_consequence(self, phone: Telephone) -> None:
        phone.pad.ended("leg-9")
        assert phone.nothing_more()

    def test_that_left_its_seat_meanwhile_does_nothing_more(self, phone: Telephone) -> None:
        phone.press("*1")
        phone.desk.seats.clear()
        phone.clock.go_on(2.0)
        assert phone.nothing_more()
        assert phone.desk.did == []
