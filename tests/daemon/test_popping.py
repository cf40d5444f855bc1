"""Screen pops are told to seats beside the ringing, with what is known by then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import gevent
import pytest
from gevent.event import Event as Flag

from routing.callflow import Call
from routing.callflow import events as on
from routing.callflow.parties import Party
from routing.record import EndedBy
from routing.screenpop import Earlier
from routing.transfers import Kind, Role, Target
from switchd import popping
from switchd.popping import PopDesk
from switchd.records.errors import StoreUnavailable
from tests.calls.house import wait_until
from tests.routing.build import NOW, Story, offer, plan

FOUND = Earlier(calls=3, answered=2)


class Room:
    """A call that is offered, and records that answer as a test wants."""

    def __init__(self) -> None:
        self.story = Story().ringing()
        self.calls: dict[str, Call] = {"leg-a": self.story.call}
        self.asked: list[str] = []
        self.trouble: Exception | None = None
        self.slow = Flag()
        self.slow.set()
        self.told: list[tuple[str, Mapping[str, Any]]] = []
        self.desk = PopDesk(self, self.calls.get, plan, lambda: NOW)
        self.desk.told.append(lambda seat, pop: self.told.append((seat, pop)))

    def of(self, number: str, since: float, most: int) -> Earlier:
        self.slow.wait()
        self.asked.append(number)
        if self.trouble is not None:
            raise self.trouble
        return FOUND

    def rings(self) -> Mapping[str, Any]:
        """Ring the seat and give the pop that it is told."""
        before = len(self.told)
        self.desk.rung(self.calls["leg-a"], "leg-b")
        assert len(self.told) == before, "nobody waits for a pop"
        wait_until(lambda: len(self.told) > before)
        seat, pop = self.told[-1]
        assert seat == "1001"
        return pop


@pytest.fixture
def room() -> Room:
    return Room()


class TestAnOffer:
    def test_brings_the_pop_with_the_history_to_its_seat(self, room: Room) -> None:
        pop = room.rings()
        assert (pop["call"], pop["offer"], pop["history"]["calls"]) == ("leg-a", "leg-b", 3)
        assert room.asked == ["13937512345"]

    def test_to_a_further_seat_asks_the_records_no_more(self, room: Room) -> None:
        room.rings()
        room.rings()
        assert len(room.asked) == 1

    def test_brings_it_without_history_if_the_records_are_away(self, room: Room) -> None:
        room.trouble = StoreUnavailable("no")
        assert room.rings()["history"] is None

    def test_brings_it_without_history_if_the_records_are_slow(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(popping, "PATIENCE_SECONDS", 0.01)
        room.slow.clear()
        assert room.rings()["history"] is None
        room.slow.set()
        wait_until(lambda: room.desk.pop("leg-a")["history"] is not None)  # type: ignore[index]

    def test_to_a_seat_that_is_consulted_brings_it_there(self, room: Room) -> None:
        asked = offer("leg-c", "1002")
        target = Target(Kind.SEAT, "1002")
        party = Party("leg-c", Role.CONSULT, "1002", target, asked)
        room.calls["leg-a"] = replace(room.story.talking().call, parties=(party,))
        room.desk.rung(room.calls["leg-a"], "leg-c")
        wait_until(lambda: room.told)
        assert [(seat, pop["offer"]) for seat, pop in room.told] == [("1002", "leg-c")]

    def test_of_a_caller_who_withholds_the_number_asks_nothing(self, room: Room) -> None:
        room.calls["leg-a"] = replace(room.story.call, caller="")
        assert room.rings()["history"] is None
        assert room.asked == []

    def test_that_is_no_seats_brings_none(self, room: Room) -> None:
        room.desk.rung(room.story.call, "a-number-on-a-trunk")
        gevent.sleep(0)
        assert room.told == []

    def test_is_told_to_others_though_one_listener_fails(self, room: Room) -> None:
        room.desk.told.insert(0, lambda seat, pop: 1 / 0)  # type: ignore[arg-type, return-value]
        assert room.rings()["call"] == "leg-a"


class TestAPopThatIsAskedFor:
    def test_is_that_of_the_call_as_it_is_now(self, room: Room) -> None:
        room.calls["leg-a"] = room.story.talking().call
        pop = room.desk.pop("leg-a")
        assert pop is not None
        assert (pop["state"], pop["seat"]) == ("talking", "1001")

    def test_is_still_there_when_the_call_has_ended(self, room: Room) -> None:
        room.rings()
        story = room.story
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER))
        story.happens(on.SeatFailed("leg-b", "ORIGINATOR_CANCEL"))
        del room.calls["leg-a"]
        room.desk.closed(story.record)
        pop = room.desk.pop("leg-a")
        assert pop is not None
        assert (pop["state"], pop["history"]["calls"]) == ("ended", 3)

    def test_of_an_unknown_call_is_none(self, room: Room) -> None:
        assert room.desk.pop("leg-z") is None

    def test_is_forgotten_when_many_calls_have_come_after_it(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(popping, "KEPT", 2)
        for name in ("leg-1", "leg-2", "leg-3"):
            room.calls[name] = replace(room.story.call, id=name)
            assert room.desk.pop(name) is not None
        room.calls.clear()
        assert [room.desk.pop(name) is not None for name in ("leg-1", "leg-2", "leg-3")] == [
            False,
            True,
            True,
        ]
