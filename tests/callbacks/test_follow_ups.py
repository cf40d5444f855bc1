"""The desk of follow-ups with fakes of SQL, the list of callers and the calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from routing.calendars import Calendar
from routing.follow_ups import FollowUp
from routing.following_up import FollowUpRules
from routing.outgoing import Action, Status
from routing.plan import SkillGroup
from routing.record import CallKind, CallRecord, Outcome
from switchd.callbacks.errands import AGAIN_SECONDS, NotCalledBack
from switchd.callbacks.follow_ups import FollowUpDesk, Wish
from switchd.callbacks.ports import Away, NumberIsCalled
from tests.callbacks.test_desk import House
from tests.calls.house import FakeClock, wait_until
from tests.routing.build import NOW, Story, hotline, offer, plan

RULES = FollowUpRules(
    trunk="carrier",
    group="follow_up",
    tries=2,
    pause_seconds=600.0,
    at_once=2,
    results={"1": "已解决", "2": "未解决"},
)
CITY = plan(
    hotline(),
    follow_ups=RULES,
    groups={
        "intake": SkillGroup("intake", "受理"),
        "follow_up": SkillGroup("follow_up", "回访"),
    },
)
NUMBERS = tuple(f"1380013800{digit}" for digit in range(10))


class Shelf:
    """Implements `callbacks.ports.Tasks` in memory; away on demand."""

    def __init__(self) -> None:
        self.kept: dict[int, FollowUp] = {}
        self.is_away = False

    def _reach(self) -> None:
        if self.is_away:
            raise Away("SQL is away")

    def add(self, errand: FollowUp) -> tuple[FollowUp, bool]:
        self._reach()
        for one in self.kept.values():
            if one.is_open and errand.reference and one.reference == errand.reference:
                return one, False
        new = replace(errand, id=len(self.kept) + 1)
        self.kept[new.id] = new
        return new, True

    def change(
        self, id: int, how: Callable[[FollowUp], tuple[FollowUp, tuple[Action, ...]]]
    ) -> tuple[FollowUp, tuple[Action, ...]] | None:
        self._reach()
        if id not in self.kept:
            return None
        after, todo = how(self.kept[id])
        others = [one for one in self.kept.values() if one.id != id]
        tried = {one.number for one in others if one.status is Status.TRYING}
        if after.status is Status.TRYING and after.number in tried:
            raise NumberIsCalled(after.number)
        self.kept[id] = after
        return after, todo

    def get(self, id: int) -> FollowUp | None:
        self._reach()
        return self.kept.get(id)

    def open(self) -> list[FollowUp]:
        self._reach()
        return [one for one in self.kept.values() if one.status in ("waiting", "trying")]

    def recent(self, limit: int) -> list[FollowUp]:
        return list(self.kept.values())[-limit:]

    def at_work(self) -> int:
        return len(self.open())

    def due(self, now: float, limit: int) -> Sequence[int]:
        paused = [one for one in self.kept.values() if one.status is Status.PAUSED]
        return [one.id for one in paused if (one.next_at or 0) <= now][:limit]

    def next_at(self) -> float | None:
        found = [one.next_at for one in self.kept.values() if one.status is Status.PAUSED]
        return min((at for at in found if at is not None), default=None)

    def last_of(self, seat: str) -> FollowUp | None:
        tried = [one for one in self.kept.values() if one.seat == seat]
        return max(tried, key=lambda one: one.tried_at or 0.0, default=None)


class Scene:
    def __init__(self) -> None:
        self.shelf, self.house, self.clock = Shelf(), House(), FakeClock()
        self.plan = CITY
        self.desk = FollowUpDesk(
            self.shelf, self.house, self.house, self.clock, lambda: self.plan, "node-a"
        )

    def put_in(self, count: int = 1, **wish: object) -> list[FollowUp]:
        return [
            self.desk.add(Wish(number, **wish))  # type: ignore[arg-type]
            for number in NUMBERS[:count]
        ]

    def statuses(self) -> list[str]:
        return [str(one.status) for one in self.shelf.kept.values()]

    def is_tried(self, id: int, seat: str = "1001") -> None:
        self.desk.offer_made(replace(offer(f"leg-{id}", seat), call=f"follow-up:{id}"))
        wait_until(lambda: (id, f"leg-{id}") in self.house.begun)

    def ends(self, id: int, outcome: Outcome, cause: str = "", survey: str = "") -> None:
        call = Story(CITY).call
        record: CallRecord = replace(
            call.record("pingdingshan", "", {}),
            kind=CallKind.FOLLOW_UP,
            callback=str(id),
            outcome=outcome,
            cause=cause,
            survey_meaning=survey,
        )
        self.desk.closed(record)


@pytest.fixture
def scene() -> Scene:
    return Scene()


class TestTheList:
    def test_holds_as_many_as_may_be_there_and_the_others_wait(self, scene: Scene) -> None:
        scene.put_in(4)
        wait_until(lambda: scene.shelf.at_work() == 2)
        assert scene.statuses() == ["waiting", "waiting", "paused", "paused"]
        assert list(scene.house.listed) == ["follow-up:1", "follow-up:2"]

    def test_has_room_again_when_one_is_done(self, scene: Scene) -> None:
        scene.put_in(3)
        wait_until(lambda: scene.shelf.at_work() == 2)
        scene.is_tried(1)
        scene.ends(1, Outcome.ANSWERED)
        wait_until(lambda: scene.statuses() == ["done", "waiting", "waiting"])

    def test_has_nobody_before_the_first_moment(self, scene: Scene) -> None:
        scene.put_in(1, not_before=scene.clock.now() + 3600)
        wait_until(lambda: bool(scene.clock.timers))
        assert scene.house.listed == {}
        scene.clock.passes(3600)
        wait_until(lambda: "follow-up:1" in scene.house.listed)

    def test_has_nobody_out_of_hours(self, scene: Scene) -> None:
        never = Calendar("never", ((),) * 7)
        scene.plan = replace(
            CITY, calendars={"never": never}, follow_ups=replace(RULES, open="never")
        )
        scene.put_in(2)
        wait_until(lambda: bool(scene.clock.timers))
        assert scene.statuses() == ["paused", "paused"]

    def test_is_filled_as_soon_as_sql_is_back(self, scene: Scene) -> None:
        scene.put_in(1)
        wait_until(lambda: scene.shelf.at_work() == 1)
        scene.shelf.is_away = True
        scene.desk.fill_soon()
        wait_until(lambda: bool(scene.clock.timers))
        scene.shelf.is_away = False
        scene.desk.add(Wish(NUMBERS[1]))
        scene.clock.passes(AGAIN_SECONDS)
        wait_until(lambda: scene.shelf.at_work() == 2)

    def test_knows_after_a_restart_who_is_in_it(self, scene: Scene) -> None:
        scene.put_in(3)
        wait_until(lambda: scene.shelf.at_work() == 2)
        scene.house.listed.clear()
        scene.desk.start()
        wait_until(lambda: len(scene.house.listed) == 2)


class TestATry:
    def test_tells_which_seat_asks(self, scene: Scene) -> None:
        scene.put_in()
        wait_until(lambda: scene.shelf.at_work() == 1)
        scene.is_tried(1)
        assert (scene.shelf.kept[1].seat, scene.shelf.kept[1].status) == ("1001", Status.TRYING)

    def test_of_a_number_that_is_called_for_another_matter_is_put_off(self, scene: Scene) -> None:
        first, second = (scene.desk.add(Wish(NUMBERS[0], reference=ref)) for ref in ("a", "b"))
        wait_until(lambda: scene.shelf.at_work() == 2)
        scene.is_tried(first.id)
        scene.desk.offer_made(replace(offer("leg-2"), call=second.key))
        wait_until(lambda: scene.shelf.kept[second.id].status is Status.PAUSED)
        assert (second.id, "leg-2") not in scene.house.begun

    def test_in_vain_is_repeated_after_the_pause_and_then_given_up(self, scene: Scene) -> None:
        scene.put_in()
        wait_until(lambda: scene.shelf.at_work() == 1)
        scene.is_tried(1)
        scene.ends(1, Outcome.NOT_REACHED, "USER_BUSY")
        wait_until(lambda: scene.shelf.kept[1].status is Status.PAUSED)
        assert scene.shelf.kept[1].next_at == scene.clock.now() + 600
        wait_until(lambda: bool(scene.clock.timers))
        scene.clock.passes(600)
        wait_until(lambda: scene.shelf.kept[1].status is Status.WAITING)
        scene.house.begun.clear()
        scene.is_tried(1)
        scene.ends(1, Outcome.NOT_REACHED, "NO_ANSWER")
        wait_until(lambda: scene.shelf.kept[1].status is Status.FAILED)
        assert scene.shelf.kept[1].closed_by == "not reached in 2 tries"

    def test_after_the_last_moment_is_not_made(self, scene: Scene) -> None:
        scene.put_in(1, not_after=scene.clock.now() + 60)
        wait_until(lambda: scene.shelf.at_work() == 1)
        scene.clock.passes(61)
        scene.desk.offer_made(replace(offer("leg-1"), call="follow-up:1"))
        wait_until(lambda: scene.shelf.kept[1].status is Status.FAILED)
        assert scene.house.begun == []

    def test_keeps_what_the_person_pressed(self, scene: Scene) -> None:
        scene.put_in()
        wait_until(lambda: scene.shelf.at_work() == 1)
        scene.is_tried(1)
        scene.ends(1, Outcome.ANSWERED, survey="satisfied")
        wait_until(lambda: scene.shelf.kept[1].survey == "satisfied")


class TestTheResult:
    def test_is_put_in_by_the_seat_that_asked(self, scene: Scene) -> None:
        scene.put_in()
        wait_until(lambda: scene.shelf.at_work() == 1)
        scene.is_tried(1)
        kept = scene.desk.put_in_at("1001", "2", "井盖仍缺", "8001")
        assert (kept.result, kept.note, kept.result_by) == ("2", "井盖仍缺", "8001")
        assert kept.result_at == scene.clock.now()

    def test_may_be_corrected_and_keeps_the_note(self, scene: Scene) -> None:
        (one,) = scene.put_in()
        scene.desk.put_in(one.id, "2", "井盖仍缺", "8001")
        kept = scene.desk.put_in(one.id, "1", "", "8002")
        assert (kept.result, kept.note, kept.result_by) == ("1", "井盖仍缺", "8002")

    def test_that_the_plan_does_not_know_is_refused_with_those_it_knows(self, scene: Scene) -> None:
        (one,) = scene.put_in()
        with pytest.raises(NotCalledBack, match="1 已解决, 2 未解决"):
            scene.desk.put_in(one.id, "9", "", "8001")

    def test_of_nothing_is_refused(self, scene: Scene) -> None:
        with pytest.raises(NotCalledBack, match="no follow-up 7"):
            scene.desk.put_in(7, "1", "", "8001")
        with pytest.raises(NotCalledBack, match="seat 1001 has tried no follow-up"):
            scene.desk.put_in_at("1001", "1", "", "8001")


class TestAWish:
    @pytest.mark.parametrize(
        ("wish", "why"),
        [
            (Wish("110"), "emergency service"),
            (Wish("12345"), "the city's own"),
            (Wish("hello"), "no number"),
            (Wish(NUMBERS[0], line="12999"), "no line 12999"),
            (Wish(NUMBERS[0], group="nobody"), "no group nobody"),
            (Wish(NUMBERS[0], not_after=NOW - 1), "not_after is over"),
            (Wish(NUMBERS[0], not_before=NOW + 60, not_after=NOW + 30), "before not_before"),
        ],
    )
    def test_that_cannot_be_carried_out_is_refused_with_the_reason(
        self, scene: Scene, wish: Wish, why: str
    ) -> None:
        with pytest.raises(NotCalledBack, match=why):
            scene.desk.add(wish)

    def test_for_a_reference_that_has_an_open_one_is_refused(self, scene: Scene) -> None:
        scene.desk.add(Wish(NUMBERS[0], reference="GD-1"))
        with pytest.raises(NotCalledBack, match="GD-1 has an open follow-up already: 1"):
            scene.desk.add(Wish(NUMBERS[1], reference="GD-1"))

    def test_in_a_city_that_asks_nobody_is_refused(self, scene: Scene) -> None:
        scene.plan = replace(CITY, follow_ups=FollowUpRules())
        with pytest.raises(NotCalledBack, match="no section follow_ups"):
            scene.desk.add(Wish(NUMBERS[0]))

    def test_can_be_taken_back(self, scene: Scene) -> None:
        scene.put_in()
        wait_until(lambda: scene.shelf.at_work() == 1)
        scene.desk.cancel(1, "8001")
        assert scene.house.listed == {}
        with pytest.raises(NotCalledBack, match="follow-up 1 is not open"):
            scene.desk.cancel(1, "8001")
