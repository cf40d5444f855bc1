"""Supervisors' legs at work: what the switch and the calls are told, in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from routing.callflow import events as on
from routing.monitoring import Mode, Stage, Stop, TakeOver, Watch, Wish
from switchd.monitoring.desk import Monitoring
from switchd.monitoring.ports import Heard, Trouble
from tests.calls.house import wait_until

WATCH = Watch(
    leg="watch-1",
    seat="1009",
    agent="8009",
    who="8009",
    call="call-1",
    over="1001",
    target="leg-b",
    mode=Mode.LISTEN,
    began_at=1000.0,
)


class House:
    """The switch and the calls: notes what it is told, refuses what it is told to refuse."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.refuses: set[str] = set()
        self.heard: Heard | None = None
        self.takes = True

    def _does(self, *what: Any) -> None:
        if what[0] in self.refuses:
            raise Trouble(f"no {what[0]}")
        self.told.append(what)

    def ring(self, watch: Watch, home: str, title: str) -> None:
        self._does("ring", watch.leg, title)

    def listen(self, leg: str, target: str, execution: str, mode: Mode) -> None:
        self._does("listen", target, execution, mode)

    def whisper(self, leg: str, mode: Mode) -> None:
        self._does("whisper", mode)

    def park(self, leg: str) -> None:
        self._does("park", leg)

    def hang_up(self, leg: str) -> None:
        self._does("hang up", leg)

    def heard_in(self, call: str) -> Heard | None:
        return self.heard

    def listened(self, watch: Watch) -> None:
        self._does("noted", watch.mode)

    def over(self, watch: Watch) -> None:
        self._does("over", watch.stage)

    def hand_over(self, watch: Watch) -> bool:
        self._does("hand over", watch.leg)
        return self.takes

    def does(self, *what: Any) -> None:
        wait_until(lambda: what in self.told)


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def desk(house: House) -> Iterator[Monitoring]:
    desk = Monitoring(house, house)
    desk.open(WATCH, "", "监听 1001")
    yield desk
    desk.stop()


def listens(desk: Monitoring, house: House) -> None:
    desk.deliver("watch-1", on.SeatAnswered("watch-1"))
    house.does("noted", Mode.LISTEN)


class TestASupervisor:
    def test_rings_listens_and_is_gone(self, desk: Monitoring, house: House) -> None:
        listens(desk, house)
        desk.deliver("watch-1", on.SeatGone("watch-1", "NORMAL_CLEARING", by_seat=True))
        house.does("over", Stage.OVER)
        assert house.told == [
            ("ring", "watch-1", "监听 1001"),
            ("listen", "leg-b", "watch-1/1", Mode.LISTEN),
            ("noted", Mode.LISTEN),
            ("over", Stage.OVER),
        ]
        assert "watch-1" not in desk

    def test_follows_the_call_to_the_next_seat(self, desk: Monitoring, house: House) -> None:
        listens(desk, house)
        house.heard = Heard("call-1", "1002", "leg-c")
        desk.deliver("watch-1", on.Played("watch-1/1"))
        house.does("listen", "leg-c", "watch-1/2", Mode.LISTEN)
        assert [watch.over for watch in desk.watches()] == ["1002"]

    def test_is_let_go_when_the_call_has_ended(self, desk: Monitoring, house: House) -> None:
        listens(desk, house)
        desk.deliver("watch-1", on.Played("watch-1/1"))
        house.does("hang up", "watch-1")

    def test_is_heard_as_the_keys_say(self, desk: Monitoring, house: House) -> None:
        listens(desk, house)
        desk.deliver("watch-1", on.SeatPressed("watch-1", "3"))
        house.does("noted", Mode.BARGE)

    def test_has_the_call_once_its_leg_is_parked(self, desk: Monitoring, house: House) -> None:
        listens(desk, house)
        desk.tell("watch-1", TakeOver())
        house.does("park", "watch-1")
        desk.deliver("watch-1", on.SeatAnswered("watch-1"))
        house.does("over", Stage.TAKEN)
        assert ("hang up", "watch-1") not in house.told
        assert not desk.deliver("watch-1", on.SeatPressed("watch-1", "1"))

    def test_who_comes_too_late_to_take_over_is_let_go(
        self, desk: Monitoring, house: House
    ) -> None:
        house.takes = False
        listens(desk, house)
        desk.tell("watch-1", TakeOver())
        desk.deliver("watch-1", on.SeatAnswered("watch-1"))
        house.does("hang up", "watch-1")


class TestTrouble:
    def test_a_phone_that_cannot_be_rung_is_told_at_once(self, house: House) -> None:
        house.refuses.add("ring")
        desk = Monitoring(house, house)
        with pytest.raises(Trouble, match="no ring"):
            desk.open(WATCH, "", "监听 1001")
        assert desk.watches() == []

    def test_who_cannot_listen_is_not_left_in_silence(self, desk: Monitoring, house: House) -> None:
        house.refuses.add("listen")
        desk.deliver("watch-1", on.SeatAnswered("watch-1"))
        house.does("hang up", "watch-1")

    def test_a_defect_in_one_watch_ends_it_and_no_other(
        self, desk: Monitoring, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def breaks(watch: Watch) -> None:
            raise ValueError("a defect")

        monkeypatch.setattr(house, "listened", breaks)
        desk.deliver("watch-1", on.SeatAnswered("watch-1"))
        house.does("hang up", "watch-1")

    def test_an_end_that_was_not_heard_is_made_up_for(self, desk: Monitoring, house: House) -> None:
        listens(desk, house)
        desk.compare({"watch-1"})
        desk.tell("watch-1", Wish(Mode.WHISPER))
        house.does("whisper", Mode.WHISPER)
        desk.compare(set())
        house.does("over", Stage.OVER)

    def test_events_of_other_legs_are_others(self, desk: Monitoring) -> None:
        assert not desk.deliver("leg-b", on.SeatAnswered("leg-b"))

    def test_a_wish_for_one_who_has_gone_is_passed_over(
        self, desk: Monitoring, house: House
    ) -> None:
        listens(desk, house)
        desk.deliver("watch-1", on.SeatGone("watch-1", "NORMAL_CLEARING", by_seat=True))
        desk.tell("watch-1", Stop())
        house.does("over", Stage.OVER)
        assert ("hang up", "watch-1") not in house.told
