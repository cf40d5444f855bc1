"""Seats that talk with callers whom FreeSWITCH serves by itself are busy."""

from __future__ import annotations

from collections.abc import Callable

import gevent
import pytest

from switchd.left_alone import LeftAlone
from switchd.queues.facts import QueueUnavailable, Refusal, SeatRefused
from tests.calls.house import wait_until
from tests.switchboard.taken_over import Switch

DEGRADED = {"switchd_kind": "caller", "switchd_state": "degraded", "switchd_seat": "1001"}


class House:
    """A waiting list with two seats."""

    def __init__(self) -> None:
        self.busy: dict[str, str] = {}
        """Seat → its talk's token."""
        self.away = False
        self.signed_out: set[str] = set()
        self.before_answering: Callable[[], object] = lambda: None
        self.talks = LeftAlone(self._occupy, self._release)

    def _occupy(self, seat: str, call: str, token: str) -> None:
        self._ask()
        if seat in self.signed_out:
            raise SeatRefused(seat, Refusal.NOT_SIGNED_IN)
        if seat in self.busy:
            raise SeatRefused(seat, Refusal.IN_A_CALL)
        self.busy[seat] = token
        self.before_answering()

    def _release(self, seat: str, token: str) -> None:
        self._ask()
        if self.busy.get(seat) == token:
            del self.busy[seat]

    def _ask(self) -> None:
        if self.away:
            raise QueueUnavailable("away")

    def forgets(self) -> None:
        self.busy.clear()


@pytest.fixture
def house() -> House:
    return House()


class TestATalk:
    def test_makes_its_seat_busy_until_it_ends(self, house: House) -> None:
        house.talks.begun("caller", "1001", "seat")
        wait_until(lambda: house.busy == {"1001": "seat"})
        assert "seat" in house.talks
        house.talks.ended("seat")
        wait_until(lambda: not house.busy)
        assert "seat" not in house.talks

    def test_that_ends_while_its_beginning_is_being_told_leaves_the_seat_free(
        self, house: House
    ) -> None:
        house.before_answering = lambda: house.talks.ended("seat")
        house.talks.begun("caller", "1001", "seat")
        wait_until(lambda: "seat" not in house.talks)
        gevent.idle()
        assert house.busy == {}

    def test_at_a_seat_where_nobody_is_signed_in_changes_nothing(self, house: House) -> None:
        house.signed_out.add("1001")
        house.talks.begun("caller", "1001", "seat")
        gevent.idle()
        house.talks.ended("seat")
        gevent.idle()
        assert house.busy == {}


class TestAWaitingListThatWasAway:
    def test_is_told_of_talks_that_have_begun_meanwhile(self, house: House) -> None:
        house.away = True
        house.talks.begun("caller", "1001", "seat")
        gevent.idle()
        house.away = False
        house.talks.tell_again()
        assert house.busy == {"1001": "seat"}

    def test_is_told_of_those_that_go_on_should_it_have_forgotten(self, house: House) -> None:
        house.talks.begun("caller", "1001", "seat")
        wait_until(lambda: bool(house.busy))
        house.forgets()
        house.talks.tell_again()
        assert house.busy == {"1001": "seat"}

    def test_is_told_of_those_that_have_ended(self, house: House) -> None:
        house.talks.begun("caller", "1001", "seat")
        wait_until(lambda: bool(house.busy))
        house.away = True
        house.talks.ended("seat")
        gevent.idle()
        house.away = False
        house.talks.tell_again()
        assert house.busy == {}


class TestANewDaemon:
    def compares(self, house: House, switch: Switch) -> dict[str, str]:
        legs = switch.legs()
        house.talks.compare(legs, [leg for leg in legs if not legs.outbound(leg)])
        gevent.idle()
        return house.busy

    def test_finds_the_talks(self, house: House) -> None:
        switch = Switch()
        switch.has("caller", "bridge", signal_bond="seat", **DEGRADED)
        assert self.compares(house, switch) == {"1001": "seat"}

    @pytest.mark.parametrize("state", ["waiting", "talking", ""])
    def test_leaves_its_own_calls_alone(self, house: House, state: str) -> None:
        switch = Switch()
        switch.has("caller", "bridge", signal_bond="seat", **{**DEGRADED, "switchd_state": state})
        assert self.compares(house, switch) == {}

    def test_finds_the_phones_that_ring(self, house: House) -> None:
        switch = Switch()
        switch.has("caller", "bridge", originate_signal_bond="phone", **DEGRADED)
        assert self.compares(house, switch) == {"1001": "phone"}
        house.talks.begun("caller", "1001", "phone")
        gevent.idle()
        assert house.busy == {"1001": "phone"}
        house.talks.ended("phone")
        wait_until(lambda: not house.busy)

    def test_takes_nobody_who_waits_for_one_who_talks(self, house: House) -> None:
        switch = Switch()
        switch.has("caller", "playback", **DEGRADED)
        assert self.compares(house, switch) == {}

    def test_looks_again_whether_they_are_there(self, house: House) -> None:
        """They may have ended while FreeSWITCH was asked about them."""
        switch = Switch()
        switch.has("caller", "bridge", originate_signal_bond="phone", **DEGRADED)
        self.compares(house, switch)
        house.talks.gone(switch.legs())
        wait_until(lambda: not house.busy)

    def test_finds_out_which_have_ended_unheard(self, house: House) -> None:
        house.talks.begun("caller", "1001", "seat")
        wait_until(lambda: bool(house.busy))
        assert self.compares(house, Switch()) == {}
