"""Codes that lead an idle phone to a call: pick up a parked caller, call a supervisor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import gevent
import structlog
from gevent.event import Event as Flag

log = structlog.get_logger(__name__)

PICK_UP, SUPERVISOR = "pick_up", "supervisor"
CALL_CODES = frozenset({PICK_UP, SUPERVISOR})
"""The feature codes that lead to a call; the others say what the seat is doing."""
WORDS_SECONDS = 15.0
"""Longest wait for words to be played, and for a phone to be free again."""


class Phone(Protocol):
    """The leg on which the code was dialled."""

    def answer(self, leg: str) -> None: ...
    def play(self, leg: str, prompts: tuple[str, ...], execution: str, interrupt: bool) -> None: ...
    def hang_up(self, leg: str, cause: str) -> None: ...


class CallCodes:
    """Tells codes from numbers, and has parked callers picked up.

    A seat's phone that picks up is hung up and then rung, as for every caller.
    """

    def __init__(
        self,
        codes: Mapping[str, str],
        obstacle: Callable[[str, str], str],
        pick_up: Callable[[str, str], object],
        phone: Phone,
    ) -> None:
        """`codes` is meaning → digits. `obstacle` and `pick_up` are given the seat and the seat
        that parked the caller, "" for whoever waits longest; `obstacle` gives the prompt that
        says why it is not possible, "" if it is. Both may take their time."""
        self._pick_up_code = codes.get(PICK_UP, "")
        self._supervisor_code = codes.get(SUPERVISOR, "")
        self._obstacle = obstacle
        self._pick_up = pick_up
        self._phone = phone
        self._legs: dict[str, Flag] = {}

    def __contains__(self, leg: str) -> bool:
        return leg in self._legs

    def dialled(self, leg: str, seat: str, digits: str) -> str:
        """Give the number that is to be called from a phone, `SUPERVISOR` for a supervisor, ""
        if nobody is to be called because the rest is seen to."""
        if self._supervisor_code and digits == self._supervisor_code:
            return SUPERVISOR
        if not self._pick_up_code or not digits.startswith(self._pick_up_code):
            return digits
        if leg not in self._legs:
            self._legs[leg] = Flag()
            gevent.spawn(self._serve, leg, seat, digits.removeprefix(self._pick_up_code))
        return ""

    def over(self, leg: str) -> None:
        """What the phone was told is over, or the phone is free again."""
        if leg in self._legs:
            self._legs[leg].set()

    def _serve(self, leg: str, seat: str, parked_by: str) -> None:
        try:
            why = self._obstacle(seat, parked_by)
            if why:
                self._phone.answer(leg)
                self._phone.play(leg, (why,), f"{leg}/code", False)
                self._legs[leg].wait(WORDS_SECONDS)
                self._legs[leg].clear()
            self._phone.hang_up(leg, "NORMAL_CLEARING")
            self._legs[leg].wait(WORDS_SECONDS)
            if not why:
                self._pick_up(seat, parked_by)
        except Exception as error:
            log.warning("nobody picked up", seat=seat, parked_by=parked_by, why=str(error))
        finally:
            del self._legs[leg]
