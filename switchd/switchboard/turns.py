"""One call at a time for each seat's phone."""

from __future__ import annotations

from collections.abc import Container

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
        self._doubted: frozenset[str] = frozenset()
        """Legs that may be over without anybody having been told."""
        self._doubts = 0
        """How often there has been doubt."""

    def comes(self, seat: str, leg: str) -> bool:
        """Wait until a seat's phone is free for `leg`, at most PARTING_SECONDS; tell whether it may
        be rung. It may not if there was doubt meanwhile: then others have been told that `leg` is
        not there."""
        before, over = self._legs.get(seat, ("", None))
        doubts = self._doubts
        if over is not None:
            over.wait(PARTING_SECONDS)
        if doubts != self._doubts:
            return False
        self._seats.pop(before, None)
        self._note(seat, leg)
        return True

    def has(self, seat: str, leg: str) -> None:
        """A phone has a leg that an earlier owner has dialled."""
        if seat not in self._legs:
            self._note(seat, leg)

    def _note(self, seat: str, leg: str) -> None:
        self._seats[leg] = seat
        self._legs[seat] = (leg, Flag())

    def doubt(self) -> None:
        """The ends of legs may not have been heard."""
        self._doubts += 1
        self._doubted = frozenset(self._seats)

    def compare(self, there: Container[str]) -> None:
        """After a doubt: all legs but these are over."""
        doubted, self._doubted = self._doubted, frozenset()
        for leg in doubted:
            if leg not in there:
                self.over(leg)

    def over(self, leg: str) -> None:
        """A leg has ended, or has never begun; others than seats' are left alone."""
        if (seat := self._seats.pop(leg, None)) is not None:
            self._legs.pop(seat)[1].set()
