"""Feature codes: what an agent dials on the seat's own phone to sign in, be ready, and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import gevent
import structlog
from gevent.event import Event as Flag

log = structlog.get_logger(__name__)

CONFIRMATION_SECONDS = 15.0
"""Longest wait for a confirmation to be played; then the phone is hung up anyway."""


class SeatRefusal(Exception):
    """The verb is not possible now; the text says why."""


class SeatVerbs(Protocol):
    """What a seat can do; times are seconds since the epoch. All raise `SeatRefusal`."""

    def sign_in(self, seat: str, agent: str) -> object: ...
    def sign_out(self, seat: str) -> object: ...
    def ready(self, seat: str) -> object: ...
    def not_ready(self, seat: str, reason: str) -> object: ...


class Phone(Protocol):
    """The leg on which the code was dialled."""

    def answer(self, leg: str) -> None: ...
    def play(self, leg: str, prompts: tuple[str, ...], execution: str, interrupt: bool) -> None: ...
    def hang_up(self, leg: str, cause: str) -> None: ...


@dataclass(frozen=True, slots=True)
class _Verb:
    confirm: str
    do: Callable[[SeatVerbs, str], object]


_VERBS: dict[str, _Verb] = {
    "sign_in": _Verb("seat_signed_in", lambda seats, seat: seats.sign_in(seat, seat)),
    "ready": _Verb("seat_ready", lambda seats, seat: seats.ready(seat)),
    "not_ready": _Verb("seat_not_ready", lambda seats, seat: seats.not_ready(seat, "break")),
    "sign_out": _Verb("seat_signed_out", lambda seats, seat: seats.sign_out(seat)),
}
REFUSED = "seat_refused"


class FeatureCodes:
    """Does what a dialled code asks, says so on the phone, hangs up.

    `codes` is verb → digits, such as ready → *11. An agent who signs in by code is known by the
    seat's own number.
    """

    def __init__(self, codes: Mapping[str, str], seats: SeatVerbs, phone: Phone) -> None:
        self._verbs = {digits: _VERBS[verb] for verb, digits in codes.items()}
        self._seats = seats
        self._phone = phone
        self._legs: dict[str, Flag] = {}

    def __contains__(self, leg: str) -> bool:
        return leg in self._legs

    def dialled(self, leg: str, seat: str, code: str) -> None:
        """A phone dialled a code; the rest happens in a greenlet of its own."""
        if leg not in self._legs:
            self._legs[leg] = Flag()
            gevent.spawn(self._serve, leg, seat, code)

    def played(self, leg: str) -> None:
        """The confirmation is over, or the phone was hung up."""
        flag = self._legs.get(leg)
        if flag is not None:
            flag.set()

    def _serve(self, leg: str, seat: str, code: str) -> None:
        try:
            prompt = self._do(seat, code)
            self._phone.answer(leg)
            self._phone.play(leg, (prompt,), f"{leg}/code", False)
            self._legs[leg].wait(CONFIRMATION_SECONDS)
        except Exception as error:
            log.warning("feature code not confirmed", seat=seat, code=code, why=str(error))
        finally:
            self._hang_up(leg)
            del self._legs[leg]

    def _hang_up(self, leg: str) -> None:
        try:
            self._phone.hang_up(leg, "NORMAL_CLEARING")
        except Exception as error:
            log.info("phone not hung up", leg=leg, why=str(error))

    def _do(self, seat: str, code: str) -> str:
        verb = self._verbs.get(code)
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
