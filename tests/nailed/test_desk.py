"""Lines that are kept open, between the switch, the queue and the calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from routing.callflow import events as call
from routing.plan import Plan
from routing.seats import Seat
from switchd.nailed.desk import LineDesk
from switchd.nailed.ports import LineError
from tests.calls.house import wait_until
from tests.routing.build import plan

NAILED = Seat("1001", ("intake",), nailed_up=True)
KEYED = Seat("1002", ("intake",), nailed_up=True, accept_key="1")
PLAIN = Seat("1003", ("intake",))


class House:
    """Switch, queue, clock and calls around the lines; remembers what each was told."""

    def __init__(self) -> None:
        self.done: list[tuple[str, ...]] = []
        self.told: list[tuple[str, call.Event]] = []
        self.refuses: set[str] = set()
        self.timers: list[Callable[[], None]] = []
        self.plan: Plan = plan(seats={seat.number: seat for seat in (NAILED, KEYED, PLAIN)})
        self.time = 1_800_000_000.0
        self.desk = LineDesk(lambda: self.plan, self, self, self, self._deliver)

    def _deliver(self, token: str, event: call.Event) -> None:
        self.told.append((token, event))

    def _do(self, *words: str) -> None:
        if words[0] in self.refuses:
            raise LineError(f"no {words[0]}")
        self.done.append(words)

    def dial(self, seat: Seat, leg: str) -> None:
        self._do("dial", seat.number, leg)

    def greet(self, leg: str, execution: str) -> None:
        self._do("greet", leg, execution)

    def silence(self, leg: str) -> None:
        self._do("silence", leg)

    def hush(self, leg: str) -> None:
        self._do("hush", leg)

    def beep(self, leg: str, execution: str, again: bool, token: str) -> None:
        self._do("beep", leg, execution, str(again), token)

    def part(self, leg: str) -> None:
        self._do("part", leg)

    def hang_up(self, leg: str) -> None:
        self._do("hang_up", leg)

    def reachable(self, seat: str, up: bool) -> None:
        self._do("reachable" if up else "unreachable", seat)

    def lost(self, seat: str, cause: str) -> None:
        self._do("lost", seat, cause)

    def now(self) -> float:
        return self.time

    def later(self, seconds: float, run: Callable[[], None]) -> Callable[[], None]:
        self.timers.append(run)
        return lambda: self.timers.remove(run)

    # what happens

    def does(self, verb: str) -> tuple[str, ...]:
        """Wait until the verb was done, and give the last time with all its words."""
        wait_until(lambda: any(words[0] == verb for words in self.done))
        return next(words for words in reversed(self.done) if words[0] == verb)

    def tells(self, token: str, kind: type[call.Event]) -> call.Event:
        wait_until(lambda: any(to == token and isinstance(one, kind) for to, one in self.told))
        return next(one for to, one in reversed(self.told) if to == token and isinstance(one, kind))

    def opens(self, seat: str = "1001") -> str:
        """Sign in, and give the line that is open then."""
        self.desk.signed_in(seat)
        leg = self.does("dial")[2]
        self.desk.heard(leg, call.SeatAnswered(leg))
        self.desk.heard(leg, call.Played(self.does("greet")[2]))
        self.does("silence")
        return leg

    def takes(self, seat: str = "1001", token: str = "offer-1") -> str:
        """Open the line and let a call have it."""
        leg = self.opens(seat)
        self.desk.ring(seat, token, 15.0)
        self.desk.heard(leg, call.Played(self.does("beep")[2]))
        self.tells(token, call.SeatAnswered)
        return leg

    def talks(self) -> str:
        leg = self.takes()
        self.desk.heard(leg, call.Bridged(leg))
        return leg


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    house.desk.stop()


class TestASeat:
    def test_that_has_no_such_line_is_not_dialled(self, house: House) -> None:
        house.desk.signed_in("1003")
        house.opens("1001")
        assert [words[1] for words in house.done if words[0] == "dial"] == ["1001"]
        assert [house.desk.serves(n) for n in ("1001", "1003", "9999")] == [True, False, False]

    def test_whose_line_cannot_be_dialled_tries_again_and_is_lost(self, house: House) -> None:
        house.refuses = {"dial"}
        house.desk.signed_in("1001")
        for _ in range(2):
            wait_until(lambda: house.timers)
            house.timers.pop()()
        assert house.does("lost") == ("lost", "1001", "DESTINATION_OUT_OF_ORDER")

    def test_that_a_new_plan_gives_no_line_any_more_loses_it(self, house: House) -> None:
        leg = house.opens()
        house.plan = replace(house.plan, seats={"1001": replace(NAILED, nailed_up=False)})
        house.desk.plan_changed()
        assert house.does("hang_up") == ("hang_up", leg)

    def test_that_signs_out_loses_it(self, house: House) -> None:
        leg = house.opens()
        house.desk.signed_out("1001")
        assert house.does("hang_up") == ("hang_up", leg)


class TestACall:
    def test_has_the_line_under_the_offers_name(self, house: House) -> None:
        leg = house.takes()
        assert house.desk.real("offer-1") == leg
        assert house.desk.real("leg-a") == "leg-a"

    def test_is_told_in_its_own_words_what_happens_on_the_line(self, house: House) -> None:
        leg = house.takes()
        house.desk.heard(leg, call.Played(f"{leg}:offer-1/whisper"))
        house.desk.heard(leg, call.SeatPressed(leg, "*"))
        house.desk.heard(leg, call.Joined(leg))
        house.desk.heard(leg, call.Bridged(leg))
        assert [event for _, event in house.told[1:]] == [
            call.Played("offer-1/whisper"),
            call.SeatPressed("offer-1", "*"),
            call.Joined("offer-1"),
            call.Bridged("offer-1"),
        ]

    def test_hears_of_the_bridge_before_the_switch_tells_anything_else(self, house: House) -> None:
        leg = house.takes()
        before = len(house.told)
        house.desk.heard(leg, call.Bridged(leg))
        assert house.told[before:] == [("offer-1", call.Bridged("offer-1"))]

    def test_that_is_over_gives_the_line_back(self, house: House) -> None:
        house.talks()
        assert house.desk.let_go("offer-1", "NORMAL_CLEARING")
        assert house.tells("offer-1", call.SeatGone) == call.SeatGone(
            "offer-1", "NORMAL_CLEARING", by_seat=False
        )
        assert house.desk.real("offer-1") == "offer-1"
        assert not house.desk.let_go("offer-1", "NORMAL_CLEARING")

    def test_is_told_that_the_line_broke_once_the_queue_knows(self, house: House) -> None:
        leg = house.talks()
        house.desk.heard(leg, call.SeatGone(leg, "MEDIA_TIMEOUT", by_seat=False))
        gone = house.tells("offer-1", call.SeatGone)
        assert gone == call.SeatGone("offer-1", "MEDIA_TIMEOUT", by_seat=False, line_lost=True)
        assert ("lost", "1001", "MEDIA_TIMEOUT") in house.done

    def test_whose_tone_cannot_be_played_is_not_taken(self, house: House) -> None:
        house.opens()
        house.refuses = {"beep"}
        house.desk.ring("1001", "offer-1", 15.0)
        failed = house.tells("offer-1", call.SeatFailed)
        assert failed == call.SeatFailed("offer-1", "NORMAL_TEMPORARY_FAILURE")

    def test_is_taken_with_the_key_which_it_does_not_hear_itself(self, house: House) -> None:
        leg = house.opens("1002")
        house.desk.ring("1002", "offer-1", 15.0)
        house.does("beep")
        house.desk.heard(leg, call.SeatPressed(leg, "1"))
        house.tells("offer-1", call.SeatAnswered)
        assert not [event for _, event in house.told if isinstance(event, call.SeatPressed)]

    def test_can_let_go_of_a_line_that_it_was_never_given(self, house: House) -> None:
        house.desk.ring("1001", "offer-1", 15.0)
        assert house.told == [("offer-1", call.SeatFailed("offer-1", "DESTINATION_OUT_OF_ORDER"))]
        assert not house.desk.let_go("offer-1", "ORIGINATOR_CANCEL")

    def test_may_keep_the_line_while_the_caller_waits(self, house: House) -> None:
        leg = house.talks()
        assert house.desk.keep("offer-1")
        house.told.clear()
        house.desk.heard(leg, call.SeatAnswered(leg))
        assert house.tells("offer-1", call.SeatAnswered)
        assert house.desk.real("offer-1") == leg
        assert not house.desk.keep("leg-b")


class TestAfterABreak:
    def test_lines_are_confirmed_with_the_talks_on_them(self, house: House) -> None:
        leg = house.talks()
        house.done.clear()
        talks = house.desk.compare({leg: False}, lambda leg: ("", ""), {"1001"})
        assert talks == {"offer-1": leg}
        assert house.does("reachable") == ("reachable", "1001")

    def test_a_line_that_is_gone_is_lost(self, house: House) -> None:
        house.opens()
        house.desk.compare({}, lambda leg: ("", ""), {"1001"})
        assert house.does("lost") == ("lost", "1001", "UNCONFIRMED")

    def test_a_line_whose_phone_rang_when_the_switch_fell_silent_is_dialled_again(
        self, house: House
    ) -> None:
        house.desk.signed_in("1001")
        house.does("dial")
        house.desk.compare({}, lambda leg: ("", ""), {"1001"})
        wait_until(lambda: house.timers)
        house.done.clear()
        house.timers.pop()()
        assert house.does("dial")[1] == "1001"

    def test_lines_of_an_earlier_owner_are_taken_over(self, house: House) -> None:
        legs = {"line-1001-1": False, "line-1002-1": True}
        owners = {"line-1001-1": ("1001", "offer-1"), "line-1002-1": ("1002", "offer-0")}
        talks = house.desk.compare(legs, owners.__getitem__, {"1001", "1002"})
        assert talks == {"offer-1": "line-1001-1"}
        assert house.desk.real("offer-1") == "line-1001-1"
        assert house.desk.real("offer-0") == "offer-0"
        assert house.does("part") == ("part", "line-1002-1")

    def test_a_parked_line_whose_call_goes_on_stays_with_it(self, house: House) -> None:
        owners = {"line-1001-1": ("1001", "offer-1")}
        legs = {"line-1001-1": True}
        talks = house.desk.compare(legs, owners.__getitem__, {"1001"}, {"offer-1", "offer-9"})
        assert talks == {"offer-1": "line-1001-1"}
        assert ("part", "line-1001-1") not in house.done
        house.desk.heard("line-1001-1", call.SeatAnswered("line-1001-1"))
        assert house.desk.real("offer-1") == "line-1001-1"

    def test_a_line_that_belongs_to_nobody_ends(self, house: House) -> None:
        house.desk.compare({"line-1003-1": True}, lambda leg: ("1003", ""), ())
        assert house.done == [("hang_up", "line-1003-1")]

    def test_a_seat_at_which_somebody_sits_without_a_line_is_not_ready(self, house: House) -> None:
        house.desk.compare({}, lambda leg: ("", ""), {"1001", "1003"})
        assert house.does("lost") == ("lost", "1001", "UNCONFIRMED")

    def test_no_call_comes_while_the_switch_cannot_be_heard(self, house: House) -> None:
        house.opens()
        house.desk.unreachable()
        assert ("unreachable", "1001") in house.done

    def test_a_queue_that_forgot_everything_is_told_again(self, house: House) -> None:
        house.opens()
        house.done.clear()
        house.desk.told_again()
        assert house.does("reachable") == ("reachable", "1001")


def test_the_end_of_a_line_that_nobody_knows_means_nothing(house: House) -> None:
    assert "line-1001-7" in house.desk
    house.desk.heard("line-1001-7", call.SeatGone("line-1001-7", "NORMAL_CLEARING", True))
    assert house.told == []


def test_a_line_is_named_anew_each_time(house: House) -> None:
    first = house.opens()
    house.desk.heard(first, call.SeatGone(first, "NORMAL_CLEARING", True))
    house.time += 1
    house.done.clear()
    assert house.opens() != first
