"""Feature codes: what an agent dials on the seat's own phone to sign in, be ready, and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

import gevent
import structlog
from gevent.event import Event as Flag
from gevent.queue import Empty, SimpleQueue

from routing.seats import NotReadyReason
from switchd.seats import signing_in
from switchd.seats.signing_in import REFUSED, SeatRefusal

__all__ = ["FeatureCodes", "SeatRefusal"]

log = structlog.get_logger(__name__)

CONFIRMATION_SECONDS = 15.0
"""Longest wait for a confirmation to be played; then the phone is hung up anyway."""
ENTRY_SECONDS = 10.0
"""How long the next digit of a staff number or PIN may take."""
LONGEST_ENTRY_SECONDS = 60.0
"""How long all digits of one may take with the question; then the phone is hung up."""
HUNG_UP_SECONDS = 2.0
"""How long the phone may take to be free after it was hung up."""


class SeatVerbs(Protocol):
    """What a seat can do; times are seconds since the epoch. All raise `SeatRefusal`."""

    @property
    def wants_pins(self) -> bool:
        """Whether staff number and PIN are asked for at signing in."""

    def sign_in_dialled(self, seat: str, digits: str, pin: str, take_over: bool) -> object: ...
    def sign_in(self, seat: str, agent: str) -> object: ...
    def sign_out(self, seat: str) -> object: ...
    def ready(self, seat: str) -> object: ...
    def not_ready(self, seat: str, reason: str) -> object: ...


class Phone(Protocol):
    """The leg on which the code was dialled."""

    def answer(self, leg: str) -> None: ...
    def play(self, leg: str, prompts: tuple[str, ...], execution: str, interrupt: bool) -> None: ...
    def hang_up(self, leg: str, cause: str) -> None: ...
    def collect_number(
        self,
        leg: str,
        prompts: tuple[str, ...],
        invalid: tuple[str, ...],
        length: tuple[int, int],
        seconds: float,
        tries: int,
        execution: str,
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class _Verb:
    confirm: str
    do: Callable[[SeatVerbs, str], object]
    when_free: Callable[[SeatVerbs, str], object] | None = None
    """What is done when the phone that dialled is free again."""


def _ready_soon(seats: SeatVerbs, seat: str) -> object:
    """A phone that hears that its seat is ready would be busy for the caller who waits for it."""
    return seats.not_ready(seat, NotReadyReason.DIALLING)


_VERBS: dict[str, _Verb] = {
    "sign_in": _Verb("seat_signed_in", lambda seats, seat: seats.sign_in(seat, seat)),
    "ready": _Verb("seat_ready", _ready_soon, lambda seats, seat: seats.ready(seat)),
    "not_ready": _Verb("seat_not_ready", lambda seats, seat: seats.not_ready(seat, "break")),
    "sign_out": _Verb("seat_signed_out", lambda seats, seat: seats.sign_out(seat)),
}
SIGN_IN = "sign_in"
RESULT, RESULT_KEPT = "follow_up_result", "follow_up_kept"


@dataclass(frozen=True, slots=True)
class _Leg:
    """A phone that has dialled a code."""

    came: SimpleQueue[str] = field(default_factory=SimpleQueue)
    """What came of the question or confirmation that it hears: the digits or ""."""
    over: Flag = field(default_factory=Flag)


class FeatureCodes:
    """Does what a dialled code asks, says so on the phone, hangs up.

    `codes` is verb → digits, such as ready → *11. An agent who signs in by code is asked for staff
    number and PIN where the city wants that, and else known by the seat's own number. Behind the
    code for the result of a follow-up call comes the result.
    """

    def __init__(
        self,
        codes: Mapping[str, str],
        seats: SeatVerbs,
        phone: Phone,
        put_in: Callable[[str, str], object] | None = None,
    ) -> None:
        """`put_in(seat, result)` keeps the result of the follow-up that a seat tried last; it
        raises if that is not possible."""
        self._verbs = {digits: _VERBS[verb] for verb, digits in codes.items() if verb != RESULT}
        self._result = codes.get(RESULT, "") if put_in else ""
        self._put_in = put_in
        self._sign_in = codes.get(SIGN_IN)
        self._seats = seats
        self._phone = phone
        self._legs: dict[str, _Leg] = {}

    def __contains__(self, leg: str) -> bool:
        return leg in self._legs

    def dialled(self, leg: str, seat: str, code: str) -> None:
        """A phone dialled a code; the rest happens in a greenlet of its own."""
        if leg not in self._legs:
            self._legs[leg] = _Leg()
            gevent.spawn(self._serve, leg, seat, code)

    def played(self, leg: str) -> None:
        """What was played is over."""
        self.collected(leg, "")

    def over(self, leg: str) -> None:
        """The phone was hung up."""
        if leg in self._legs:
            self._legs[leg].over.set()
            self.collected(leg, "")

    def collected(self, leg: str, keys: str) -> None:
        """The agent has pressed what was asked for, or nothing."""
        known = self._legs.get(leg)
        if known is not None:
            known.came.put(keys)

    def _serve(self, leg: str, seat: str, code: str) -> None:
        verb = self._verb(code)
        prompt = REFUSED
        try:
            if code == self._sign_in and self._seats.wants_pins:
                self._phone.answer(leg)
                prompt = self._ask_who(leg, seat)
            else:
                prompt = self._do(verb, seat, code)
                self._phone.answer(leg)
            if prompt:
                self._phone.play(leg, (prompt,), f"{leg}/code", False)
                self._came(leg, CONFIRMATION_SECONDS)
        except Exception as error:
            log.warning("feature code not confirmed", seat=seat, code=code, why=str(error))
        finally:
            self._hang_up(leg)
            del self._legs[leg]
        if verb is not None and verb.when_free is not None and prompt == verb.confirm:
            self._do_when_free(verb.when_free, seat)

    def _ask_who(self, leg: str, seat: str) -> str:
        asked = count(1)

        def ask(prompts: tuple[str, ...], length: tuple[int, int]) -> str:
            execution = f"{leg}/code-{next(asked)}"
            refused = (REFUSED,)
            self._phone.collect_number(leg, prompts, refused, length, ENTRY_SECONDS, 1, execution)
            return self._came(leg, LONGEST_ENTRY_SECONDS)

        try:
            return signing_in.sign_in(self._seats, seat, ask)
        except Exception as error:
            log.warning("not signed in by phone", seat=seat, why=str(error))
            return REFUSED

    def _came(self, leg: str, seconds: float) -> str:
        try:
            return self._legs[leg].came.get(timeout=seconds)
        except Empty:
            return ""

    def _hang_up(self, leg: str) -> None:
        try:
            self._phone.hang_up(leg, "NORMAL_CLEARING")
            self._legs[leg].over.wait(HUNG_UP_SECONDS)
        except Exception as error:
            log.info("phone not hung up", leg=leg, why=str(error))

    def _verb(self, code: str) -> _Verb | None:
        put_in, result = self._put_in, code.removeprefix(self._result)
        if put_in is not None and self._result and code.startswith(self._result):
            return _Verb(RESULT_KEPT, lambda _, seat: put_in(seat, result))
        return self._verbs.get(code)

    def _do_when_free(self, do: Callable[[SeatVerbs, str], object], seat: str) -> None:
        try:
            do(self._seats, seat)
        except Exception as error:
            log.warning("seat verb failed", seat=seat, why=str(error))

    def _do(self, verb: _Verb | None, seat: str, code: str) -> str:
        if verb is None:
            return REFUSED
        try:
            verb.do(self._seats, seat)
        except SeatRefusal as error:
            log.info("seat refused", seat=seat, code=code, why=str(error))
            return REFUSED
        except Exception as error:
            log.warning("seat verb failed", seat=seat, code=code, why=str(error))
            return REFUSED
        return verb.confirm
