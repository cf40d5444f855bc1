"""Which calls a seat may be in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.callflow import Call
from routing.callflow.parties import Party
from routing.seats import Offer
from routing.transfers import Role, Target
from switchd.calls.by_seat import BySeat


def offer(call: str, seat: str) -> Offer:
    return Offer(f"leg-{call}-{seat}", call, seat, "agent", "intake", 0.0, 20.0)


@pytest.fixture
def by_seat() -> BySeat:
    return BySeat()


def steps(by_seat: BySeat, call: Call, *more: dict[str, object]) -> Call:
    for change in more:
        before, call = call, replace(call, **change)  # type: ignore[arg-type]
        by_seat.changed(before, call)
    return call


class TestASeatsCalls:
    def test_a_seat_that_was_rung_may_be_in_the_call(self, by_seat: BySeat) -> None:
        steps(by_seat, Call("a", 0.0), {"offers": (offer("a", "1001"), offer("a", "1002"))})
        assert list(by_seat.calls_of("1001")) == ["a"]
        assert list(by_seat.calls_of("1002")) == ["a"]
        assert not list(by_seat.calls_of("1003"))

    def test_so_may_one_that_was_brought_in(self, by_seat: BySeat) -> None:
        brought_in = Party(
            "leg", Role.CONSULT, "1002", Target.parse("seat:1002"), offer("a", "1002")
        )
        steps(
            by_seat, Call("a", 0.0), {"offers": (offer("a", "1001"),)}, {"parties": (brought_in,)}
        )
        assert list(by_seat.calls_of("1002")) == ["a"]

    def test_steps_in_between_take_nothing_away(self, by_seat: BySeat) -> None:
        steps(by_seat, Call("a", 0.0), {"offers": (offer("a", "1001"),)}, {"dialled": "12345"})
        assert list(by_seat.calls_of("1001")) == ["a"]

    def test_a_call_that_is_over_is_forgotten_at_all_its_seats(self, by_seat: BySeat) -> None:
        for call in ("a", "b"):
            steps(by_seat, Call(call, 0.0), {"offers": (offer(call, "1001"), offer(call, "1002"))})
        by_seat.over("a")
        assert list(by_seat.calls_of("1001")) == ["b"]
        by_seat.over("b")
        assert not list(by_seat.calls_of("1001"))
        assert not list(by_seat.calls_of("1002"))

    def test_the_end_of_a_call_that_no_seat_had_is_nothing(self, by_seat: BySeat) -> None:
        by_seat.over("a")
        assert not list(by_seat.calls_of("1001"))
