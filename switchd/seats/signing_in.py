"""Signing in on the seat's own phone: staff number and PIN by keys (工号, 密码)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

TRIES = 3
"""How often somebody may mistype before the phone is hung up."""
STAFF_NUMBER = (1, 10)
"""Digits, the fewest and the most."""
PIN = (1, 12)
HERE = "1"
"""The key by which somebody who sits elsewhere moves to this seat."""
SIGNED_IN = "seat_signed_in"
REFUSED = "seat_refused"
WRONG_PIN = "seat_wrong_pin"
ELSEWHERE = "seat_elsewhere"


class SeatRefusal(Exception):
    """The verb is not possible now; the text says why, `prompt` says it on the phone."""

    def __init__(self, text: str, prompt: str = REFUSED) -> None:
        super().__init__(text)
        self.prompt = prompt


class SignsIn(Protocol):
    """The seats' side."""

    def sign_in_dialled(self, seat: str, digits: str, pin: str, take_over: bool) -> object:
        """Sign in whoever is meant by dialled digits. Raises `SeatRefusal`."""


Ask = Callable[[tuple[str, ...], tuple[int, int]], str]
"""Plays prompts and returns the digits that were pressed (fewest and most), "" if the phone was
hung up or none came, which it has been told."""


def sign_in(seats: SignsIn, seat: str, ask: Ask) -> str:
    """Ask for staff number and PIN until they are right; return the prompt that ends it, "" if
    nothing was pressed."""
    prompts: tuple[str, ...] = ("seat_enter_number",)
    for _ in range(TRIES):
        digits = ask(prompts, STAFF_NUMBER)
        pin = ask(("seat_enter_pin",), PIN) if digits else ""
        if not pin:
            return ""
        ended_by = _try(seats, seat, digits, pin, False)
        if ended_by == ELSEWHERE:
            key = ask((ELSEWHERE,), (1, 1))
            if key != HERE:
                return REFUSED if key else ""
            ended_by = _try(seats, seat, digits, pin, True)
        if ended_by != WRONG_PIN:
            return ended_by
        prompts = (WRONG_PIN, "seat_enter_number")
    return WRONG_PIN


def _try(seats: SignsIn, seat: str, digits: str, pin: str, take_over: bool) -> str:
    try:
        seats.sign_in_dialled(seat, digits, pin, take_over)
    except SeatRefusal as refusal:
        return refusal.prompt
    return SIGNED_IN
