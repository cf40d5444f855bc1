"""What is odd about the legs of a switch, and what is only young."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from routing.callflow import Call, State
from routing.record import LegRecord
from switchd.lookout import Oddities, odd


def call(state: State, *legs: str) -> Call:
    known = tuple(LegRecord(leg, "seat", "1001", "8001", 0, 0, 0, None, "") for leg in legs)
    return Call(id="caller", arrived_at=0.0, state=state, legs=known)


def among(legs: Collection[str]) -> Callable[[str], bool]:
    return lambda leg: leg in legs


def seen(
    legs: Collection[str],
    *calls: Call,
    known: Collection[str] = ("caller", "seat", "line-1"),
    astray: Collection[str] = (),
    lines: Mapping[str, str] = {},
) -> Oddities:
    return odd(
        legs,
        calls,
        real=lambda leg: lines.get(leg, leg),
        known=among(known),
        astray=among(astray),
    )


class TestNothingIsOdd:
    def test_about_a_talk_whose_legs_are_there(self) -> None:
        assert not seen(["caller", "seat"], call(State.TALKING, "seat"))

    def test_about_a_person_who_has_not_been_called_yet(self) -> None:
        assert not seen(["seat"], call(State.PREVIEW, "seat"))

    def test_about_a_line_that_its_call_knows_by_the_offer(self) -> None:
        talk = call(State.TALKING, "token")
        assert not seen(["caller", "line-1"], talk, lines={"token": "line-1"})


class TestItIsOdd:
    def test_that_a_caller_is_gone_and_the_call_goes_on(self) -> None:
        assert seen([], call(State.WAITING)).calls == {"caller"}

    def test_that_a_seat_is_gone_and_the_call_goes_on(self) -> None:
        assert seen(["caller"], call(State.TALKING, "seat")).gone == {("caller", "seat")}

    def test_that_nobody_works_on_a_leg(self) -> None:
        assert seen(["lost"]).unknown == {"lost"}

    def test_that_a_leg_is_rung_for_nobody(self) -> None:
        assert seen(["seat"], astray=["seat"]).astray == {"seat"}


class TestWhatIsOddOnlyOnce:
    def test_is_young(self) -> None:
        """A leg that is being born, and another one a minute later."""
        assert not seen(["one"]) & seen(["another"])

    def test_is_not_taken_for_the_same_since_it_is_of_the_same_call(self) -> None:
        first = seen(["caller"], call(State.RINGING, "first"))
        second = seen(["caller"], call(State.RINGING, "second"))
        assert not first & second

    def test_lasts_if_it_is_odd_again(self) -> None:
        lost = seen([], call(State.WAITING))
        assert (lost & seen([], call(State.WAITING))).calls == {"caller"}
