"""One call at a time for each seat's phone."""

from __future__ import annotations

from gevent.event import Event as Flag

PARTING_SECONDS = 0.5
"""How long the end of a phone's call is waited for before the phone is rung for the next one."""


class Turns:
    """Which leg each phone has: the next one is dialled when the one before has ended.

    FreeSWITCH ends a leg and dials another in threads of their own, so that the INVITE can come
    before the CANCEL or BYE that was asked for first (*seen*); and a phone that has a call is busy.
    """

    def __init__(self) -> None:
        self._legs: dict[str, tuple[str, Flag]] = {}
        """Seat → its last leg, and whether that is over."""
        self._seats: dict[str, str] = {}
        """A leg that is not over → its seat."""

    def comes(self, seat: str, leg: str) -> None:
        """It is the turn of `leg` at a seat's phone; wait until that is free, at most
        PARTING_SECONDS."""
        before, over = self._legs.get(seat, ("", None))
        if over is not None:
            over.wait(PARTING_SECONDS)
        self._seats.pop(before, None)
        self._note(seat, leg)

    def has(self, seat: str, leg: str) -> None:
        """A phone has a leg that an earlier owner has dialled."""
        if seat not in self._legs:
            self._note(seat, leg)

    def _note(self, seat: str, leg: str) -> None:
        self._seats[leg] = seat
        self._legs[seat] = (leg, Flag())

    def over(self, leg: str) -> None:
        """A leg has ended, or has never begun; others than seats' are left alone."""
        if (seat := self._seats.pop(leg, None)) is not None:
            self._legs.pop(seat)[1].set()
