"""The callback desk with fakes of SQL, the list of callers and the calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gevent
import pytest

from routing.callbacks import CallbackRules, Missed
from routing.outgoing import Action, Callback, Reason, Status
from routing.record import CallKind, CallRecord, Outcome, TraceRecord
from routing.seats import Offer
from switchd.callbacks.desk import AGAIN_SECONDS, CallbackDesk, NotCalledBack
from switchd.callbacks.errands import WORD_SECONDS
from switchd.callbacks.missed import missed
from switchd.callbacks.ports import Away
from tests.calls.house import FakeClock, wait_until
from tests.routing.build import NOW, hotline, offer, plan

RULES = CallbackRules(
    trunk="carrier",
    tries=2,
    pause_seconds=600.0,
    missed=Missed(frozenset({"12345"}), after_seconds=10.0, delay_seconds=60.0, most_open=20),
)
CITY = plan(hotline(), callbacks=RULES)
WISH = Callback(
    id=0,
    number="13937512345",
    line="12345",
    group="intake",
    language="zh",
    reason=Reason.ASKED,
    asked_at=NOW,
    queued_at=NOW - 300,
)


class Shelf:
    """Implements `callbacks.ports.Register` in memory; away on demand."""

    def __init__(self) -> None:
        self.kept: dict[int, Callback] = {}
        self.is_away = False

    def _reach(self) -> None:
        if self.is_away:
            raise Away("SQL is away")

    def add(self, callback: Callback) -> tuple[Callback, bool]:
        known = self.open_for(callback.number)
        if known is not None:
            return known, False
        new = replace(callback, id=len(self.kept) + 1)
        self.kept[new.id] = new
        return new, True

    def change(
        self, id: int, how: Callable[[Callback], tuple[Callback, tuple[Action, ...]]]
    ) -> tuple[Callback, tuple[Action, ...]] | None:
        self._reach()
        if id not in self.kept:
            return None
        self.kept[id], todo = how(self.kept[id])
        return self.kept[id], todo

    def get(self, id: int) -> Callback | None:
        self._reach()
        return self.kept.get(id)

    def open_for(self, number: str) -> Callback | None:
        self._reach()
        return next((one for one in self.open() if one.number == number), None)

    def open(self) -> list[Callback]:
        self._reach()
        return [one for one in self.kept.values() if one.is_open]

    def count_open(self) -> int:
        return len(self.open())

    def recent(self, limit: int) -> list[Callback]:
        return list(self.kept.values())[-limit:]


class House:
    """Implements `callbacks.ports.Line` and `Calls`: who is in the list, what was begun."""

    def __init__(self) -> None:
        self.listed: dict[str, float] = {}
        self.begun: list[tuple[int, str]] = []
        self.further: list[str] = []
        self.on_the_line: set[str] = set()
        self.is_away = False

    def enqueue(self, callback: Callback, now: float) -> None:
        if self.is_away:
            raise Away("Redis is away")
        self.listed[callback.key] = callback.queued_at

    def leave(self, key: str, now: float) -> None:
        self.listed.pop(key, None)

    def call_back(self, callback: Callback, offer: Offer) -> None:
        self.begun.append((callback.id, offer.token))

    def offer_more(self, callback: Callback, offer: Offer) -> bool:
        if not any(id == callback.id for id, _ in self.begun):
            return False
        self.further.append(offer.token)
        return True

    def is_on_the_line(self, number: str) -> bool:
        return number in self.on_the_line


class Scene:
    def __init__(self) -> None:
        self.shelf, self.house, self.clock = Shelf(), House(), FakeClock()
        self.desk = self.another_daemon()

    def another_daemon(self) -> CallbackDesk:
        return CallbackDesk(self.shelf, self.house, self.house, self.clock, lambda: CITY, "node-a")

    def kept(self) -> Callback:
        return self.desk.keep(WISH)[0]

    def turn_comes(self, token: str = "leg-b") -> None:
        self.desk.offer_made(replace(offer(token), call="callback:1"))
        wait_until(lambda: self.house.begun or not self.house.listed)

    def ends(self, **facts: Any) -> None:
        self.desk.closed(record(**facts))

    def status(self) -> Status:
        return self.shelf.kept[1].status


def record(**facts: Any) -> CallRecord:
    known: dict[str, Any] = {
        **dict.fromkeys(CallRecord.__slots__, ""),
        **dict.fromkeys(("greeted_at", "queued_at", "offered_at", "answered_at", "talk_ended_at")),
        "call": "call-9",
        "caller": WISH.number,
        "line_meant": "12345",
        "group": "intake",
        "arrived_at": NOW,
        "ended_at": NOW + 60,
        "outcome": Outcome.ANSWERED,
        "kind": CallKind.INCOMING,
        "legs": (),
        "trace": (),
    }
    return CallRecord(**{**known, **facts})


@pytest.fixture
def scene() -> Scene:
    return Scene()


class TestThePlace:
    def test_is_that_of_the_caller(self, scene: Scene) -> None:
        scene.kept()
        assert scene.house.listed == {"callback:1": NOW - 300}

    def test_is_given_again_when_a_daemon_starts(self, scene: Scene) -> None:
        scene.kept()
        scene.house.listed.clear()
        scene.another_daemon().start()
        assert scene.house.listed == {"callback:1": NOW - 300}

    def test_is_given_as_soon_as_redis_is_back(self, scene: Scene) -> None:
        scene.house.is_away = True
        scene.kept()
        assert scene.house.listed == {}
        scene.house.is_away = False
        scene.clock.passes(AGAIN_SECONDS)
        wait_until(lambda: scene.house.listed)

    def test_is_restored_when_redis_lost_it(self, scene: Scene) -> None:
        scene.kept()
        scene.house.listed.clear()
        scene.desk.restored(known={"call-5"})
        assert "callback:1" in scene.house.listed

    def test_is_not_taken_twice_by_one_number(self, scene: Scene) -> None:
        scene.kept()
        again, is_new = scene.desk.keep(replace(WISH, queued_at=NOW))
        assert (again.id, is_new) == (1, False)
        assert scene.house.listed == {"callback:1": NOW - 300}


class TestATurn:
    def test_begins_a_try(self, scene: Scene) -> None:
        scene.kept()
        scene.turn_comes()
        assert (scene.house.begun, scene.status()) == ([(1, "leg-b")], Status.TRYING)

    def test_may_ring_several_seats_for_one_try(self, scene: Scene) -> None:
        scene.kept()
        scene.turn_comes()
        scene.desk.offer_made(replace(offer("leg-c", "1002"), call="callback:1"))
        wait_until(lambda: scene.house.further)
        assert scene.house.begun == [(1, "leg-b")]

    def test_of_somebody_who_is_calling_is_put_off(self, scene: Scene) -> None:
        scene.kept()
        scene.house.on_the_line.add(WISH.number)
        scene.turn_comes()
        assert (scene.house.begun, scene.status()) == ([], Status.PAUSED)

    def test_of_a_callback_that_nobody_knows_gives_the_seat_back(self, scene: Scene) -> None:
        scene.house.listed["callback:1"] = NOW
        scene.turn_comes()
        assert scene.house.listed == {}

    def test_without_sql_gives_the_seat_back_and_comes_again(self, scene: Scene) -> None:
        scene.kept()
        scene.shelf.is_away = True
        scene.turn_comes()
        assert scene.house.begun == []
        scene.shelf.is_away = False
        scene.clock.passes(AGAIN_SECONDS)
        wait_until(lambda: "callback:1" in scene.house.listed)


class TestTheEndOfACall:
    def test_a_try_that_reached_nobody_is_made_again_after_the_pause(self, scene: Scene) -> None:
        scene.kept()
        scene.turn_comes()
        scene.ends(
            kind=CallKind.CALLBACK, callback="1", outcome=Outcome.NOT_REACHED, cause="USER_BUSY"
        )
        wait_until(lambda: scene.status() is Status.PAUSED)
        scene.clock.passes(600.0)
        wait_until(lambda: scene.status() is Status.WAITING)
        assert scene.house.listed == {"callback:1": NOW - 300}

    def test_a_talk_closes_the_callback(self, scene: Scene) -> None:
        scene.kept()
        scene.turn_comes()
        scene.ends(kind=CallKind.CALLBACK, callback="1", call="callback-1-5")
        wait_until(lambda: scene.status() is Status.DONE)
        assert scene.shelf.kept[1].answered_in == "callback-1-5"

    def test_what_sql_cannot_take_now_it_takes_later(self, scene: Scene) -> None:
        scene.kept()
        scene.turn_comes()
        scene.shelf.is_away = True
        scene.ends(kind=CallKind.CALLBACK, callback="1")
        wait_until(lambda: scene.clock.timers)
        scene.shelf.is_away = False
        scene.clock.passes(AGAIN_SECONDS)
        wait_until(lambda: scene.status() is Status.DONE)

    def test_who_calls_again_and_is_answered_is_not_called_back(self, scene: Scene) -> None:
        scene.kept()
        scene.ends()
        wait_until(lambda: scene.status() is Status.DONE)
        assert scene.house.listed == {}

    def test_a_missed_caller_is_called_back_after_a_while(self, scene: Scene) -> None:
        scene.ends(outcome=Outcome.ABANDONED, queued_at=NOW)
        wait_until(lambda: scene.shelf.kept)
        (kept,) = scene.shelf.kept.values()
        assert (kept.reason, kept.next_at) == (Reason.MISSED, NOW + 120)
        assert scene.house.listed == {}
        scene.clock.passes(120.0)
        wait_until(lambda: scene.house.listed == {"callback:1": NOW})

    def test_a_storm_of_missed_callers_fills_the_open_callbacks_to_their_limit(
        self, scene: Scene
    ) -> None:
        most = CITY.callbacks.missed.most_open
        for n in range(most + 5):
            number = f"139{n:08}"
            scene.ends(outcome=Outcome.ABANDONED, queued_at=NOW, caller=number, call=f"call-{n}")
        wait_until(lambda: len(scene.shelf.kept) == most)
        assert scene.desk.add("13800138000", "12345", "8001").reason is Reason.ADDED
        scene.desk.cancel(1, "8001")
        scene.desk.cancel(2, "8001")
        scene.ends(outcome=Outcome.ABANDONED, queued_at=NOW, caller="13900099998")
        wait_until(lambda: scene.shelf.open_for("13900099998"))
        assert scene.shelf.count_open() == most


class TestMissed:
    LOST = record(outcome=Outcome.ABANDONED, queued_at=NOW)

    def test_a_caller_who_waited_long_enough_on_a_line_that_says_so(self) -> None:
        found = missed(self.LOST, CITY)
        assert found is not None
        assert (found.number, found.queued_at, found.asked_in) == (WISH.number, NOW, "call-9")

    @pytest.mark.parametrize(
        "facts",
        [
            {"outcome": Outcome.ANSWERED},
            {"outcome": Outcome.VOICEMAIL},
            {"queued_at": NOW + 55},
            {"queued_at": None},
            {"line_meant": "12315"},
            {"caller": ""},
            {"caller": "110"},
            {"caller": "12345"},
            {"outcome": Outcome.REMOVED},
            {"outcome": Outcome.CONGESTED},
        ],
    )
    def test_nobody_else(self, facts: dict[str, Any]) -> None:
        assert missed(replace(self.LOST, **facts), CITY) is None

    @pytest.mark.parametrize(
        ("key", "declined", "called_back"),
        [("0", False, False), ("0", True, True), ("none", False, True)],
    )
    def test_one_who_said_no_and_gave_up_later_only_if_the_plan_says_so(
        self, key: str, declined: bool, called_back: bool
    ) -> None:
        """Who pressed nothing has not said no."""
        city = plan(
            hotline(), callbacks=replace(RULES, missed=replace(RULES.missed, declined=declined))
        )
        asked = TraceRecord(NOW, "callback.declined", {"key": key})
        found = missed(replace(self.LOST, trace=(asked,)), city)
        assert (found is not None) is called_back

    def test_one_whom_a_technical_fault_cost_the_place(self) -> None:
        assert missed(replace(self.LOST, outcome=Outcome.FAILED), CITY) is not None


class TestWhoCouldNotEnter:
    RULES = replace(RULES, missed=replace(RULES.missed, congested=True))
    FULL = record(outcome=Outcome.CONGESTED, queued_at=None)

    def called_back(self, **facts: Any) -> Callback | None:
        return missed(replace(self.FULL, **facts), plan(hotline(), callbacks=self.RULES))

    def test_is_called_back_if_the_plan_says_so_and_waits_from_the_end_of_the_call(self) -> None:
        found = self.called_back()
        assert found is not None
        assert (found.number, found.queued_at) == (WISH.number, self.FULL.ended_at)

    def test_not_without_asking_for_a_person(self) -> None:
        assert self.called_back(group="") is None

    def test_not_after_saying_no_to_a_callback(self) -> None:
        declined = TraceRecord(NOW, "callback.declined", {"key": "0"})
        assert self.called_back(queued_at=NOW, trace=(declined,)) is None


class TestADaemonThatDied:
    def test_its_try_of_which_no_leg_is_left_is_made_again(self, scene: Scene) -> None:
        scene.kept()
        scene.turn_comes()
        heir = scene.another_daemon()
        scene.house.listed.clear()
        heir.start()
        assert scene.status() is Status.TRYING
        heir.compare(["leg-x", "another-1-2"])
        scene.clock.passes(WORD_SECONDS)
        wait_until(lambda: scene.status() is Status.WAITING)
        assert "callback:1" in scene.house.listed

    def test_its_talk_that_has_ended_unheard_is_none_that_is_tried_again(
        self, scene: Scene
    ) -> None:
        """What FreeSWITCH has kept of it is read a little later."""
        scene.kept()
        scene.turn_comes()
        heir = scene.another_daemon()
        heir.start()
        heir.compare([])
        scene.clock.passes(WORD_SECONDS / 2)
        heir.closed(record(kind=CallKind.CALLBACK, callback="1"))
        wait_until(lambda: scene.status() is Status.DONE)
        scene.house.listed.clear()
        scene.clock.passes(WORD_SECONDS)
        gevent.idle()
        assert scene.status() is Status.DONE
        assert scene.house.listed == {}

    def test_its_talk_that_goes_on_is_left_alone(self, scene: Scene) -> None:
        scene.kept()
        scene.turn_comes()
        scene.another_daemon().compare(["callback-1-1800000000000"])
        assert scene.status() is Status.TRYING


class TestAnotherNode:
    def test_that_is_given_up_leaves_its_waiting_callbacks_to_this_one(self, scene: Scene) -> None:
        scene.kept()
        scene.house.listed.clear()
        scene.desk.node_given_up()
        wait_until(lambda: "callback:1" in scene.house.listed)


class TestPeople:
    def test_can_have_somebody_called_back(self, scene: Scene) -> None:
        made = scene.desk.add("0139-3751-2345", "12345", "8001")
        assert (made.number, made.reason) == ("13937512345", Reason.ADDED)
        assert "callback:1" in scene.house.listed

    @pytest.mark.parametrize(
        ("number", "line", "why"),
        [
            ("110", "12345", "emergency"),
            ("12345", "12345", "own"),
            ("nobody", "12345", "no number"),
            ("13937512345", "99999", "no line"),
        ],
    )
    def test_are_told_why_somebody_is_not_called(
        self, scene: Scene, number: str, line: str, why: str
    ) -> None:
        with pytest.raises(NotCalledBack, match=why):
            scene.desk.add(number, line, "8001")

    def test_can_take_one_back(self, scene: Scene) -> None:
        scene.kept()
        assert scene.desk.cancel(1, "8001").status is Status.CANCELLED
        assert scene.house.listed == {}
        with pytest.raises(NotCalledBack, match="not open any more"):
            scene.desk.cancel(1, "8001")
        with pytest.raises(NotCalledBack, match="no callback 9"):
            scene.desk.cancel(9, "8001")

    def test_can_have_one_tried_before_its_time(self, scene: Scene) -> None:
        scene.desk.keep(replace(WISH, status=Status.PAUSED, next_at=NOW + 900))
        assert scene.house.listed == {}
        scene.desk.hurry(1, "8001")
        assert "callback:1" in scene.house.listed

    def test_cannot_have_somebody_called_who_is_talking(self, scene: Scene) -> None:
        scene.kept()
        scene.house.on_the_line.add(WISH.number)
        with pytest.raises(NotCalledBack, match="on the line"):
            scene.desk.hurry(1, "8001")
