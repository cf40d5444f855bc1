"""Redis stays away: when callers are given to FreeSWITCH, in which order, and when they return."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from routing.callflow import Call, State
from routing.record import CallKind
from switchd.esl.errors import CommandFailed, NotConnected
from switchd.queueless import Queueless
from switchd.queues.facts import QueueUnavailable

PATIENCE = 15.0


def waiting(name: str, queued_at: float) -> Call:
    return Call(id=name, arrived_at=queued_at - 3.0, queued_at=queued_at, state=State.WAITING)


class House:
    """Calls, FreeSWITCH's degraded context, Redis and the time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.open: dict[str, Call] = {}
        self.redis_answers = True
        self.is_restored = True
        self.restorations = 0
        self.can_be_told = True
        self.to_itself = False
        self.gone: set[str] = set()
        """Callers who have hung up, which has not been heard."""
        self.unreachable: set[str] = set()
        """Callers with whom the link breaks after they were let go."""
        self.story: list[str] = []
        self.queueless = Queueless(
            lambda: self,
            self,
            PATIENCE,
            restore=self._restore,
            restored=lambda: self.is_restored,
            gather=lambda: self.story.append("no seat is offered"),
            gathered=lambda: self.story.append("seats are offered"),
            now=lambda: self.now,
            ticks=lambda: self.now,
        )

    # what passes

    def passes(self, seconds: float) -> None:
        """Redis is asked and it is looked twice a second."""
        end = self.now + seconds
        while self.now < end:
            self.now += 0.5
            if self.redis_answers:
                self.queueless.kept(self.now)
            else:
                self.queueless.trouble("no answer")
            self.queueless.look()

    def wait(self, *calls: Call) -> None:
        self.open.update({call.id: call for call in calls})

    def _restore(self) -> None:
        self.restorations += 1

    # the desk

    def calls(self) -> Iterable[Call]:
        return self.open.values()

    def forget(self, call: str) -> bool:
        self.story.append(f"let go of {call}")
        return self.open.pop(call, None) is not None

    def give_up_place(self, call: Call) -> None:
        if not self.redis_answers:
            raise QueueUnavailable("away")
        self.story.append(f"{call.id} has no place")

    # the context

    def has_waiting(self, to_itself: bool) -> bool:
        if not self.can_be_told:
            return False
        if to_itself != self.to_itself:
            self.to_itself = to_itself
            self.story.append("FreeSWITCH's" if to_itself else "ours")
        return True

    def hand_over(self, call: Call, let_go: Callable[[], object]) -> None:
        if call.id in self.gone:
            raise CommandFailed("uuid_setvar_multi", "-ERR No such channel!")
        let_go()
        if call.id in self.unreachable:
            raise NotConnected("cut")
        self.story.append(f"moved {call.id}")


@pytest.fixture
def house() -> House:
    return House()


class TestWhoWaits:
    def test_is_left_in_peace_while_redis_is_away_for_a_moment(self, house: House) -> None:
        house.wait(waiting("a", 10.0))
        for _ in range(5):
            house.redis_answers = False
            house.passes(PATIENCE - 1.0)
            house.redis_answers = True
            house.passes(1.0)
        assert house.story == []

    def test_is_handed_over_in_order_of_arrival_after_that(self, house: House) -> None:
        house.wait(waiting("b", 12.0), waiting("a", 11.0), waiting("c", 13.0))
        house.redis_answers = False
        house.passes(PATIENCE + 1.0)
        assert house.story == [
            "FreeSWITCH's",
            *("let go of a", "moved a"),
            *("let go of b", "moved b"),
            *("let go of c", "moved c"),
        ]
        assert house.queueless.handed_over == 3

    def test_is_handed_over_at_once_who_comes_later(self, house: House) -> None:
        house.redis_answers = False
        house.passes(PATIENCE + 1.0)
        house.wait(waiting("late", 1020.0))
        house.passes(0.5)
        assert house.story[-1] == "moved late"

    @pytest.mark.parametrize(
        "call",
        [
            Call(id="a", arrived_at=1.0, queued_at=2.0, state=State.TALKING),
            Call(id="a", arrived_at=1.0, state=State.GREETING),
            Call(id="a", arrived_at=1.0, queued_at=2.0, state=State.RINGING),
            Call(
                id="a", arrived_at=1.0, queued_at=2.0, state=State.WAITING, kind=CallKind.CALLBACK
            ),
        ],
        ids=lambda call: f"{call.kind}, {call.state}",
    )
    def test_only_a_caller_who_waits_is_handed_over(self, house: House, call: Call) -> None:
        house.wait(call)
        house.redis_answers = False
        house.passes(PATIENCE + 5.0)
        assert house.story == ["FreeSWITCH's"]
        assert list(house.calls()) == [call]

    def test_and_has_hung_up_ends_here_and_not_there(self, house: House) -> None:
        house.wait(waiting("a", 10.0), waiting("b", 11.0))
        house.gone.add("a")
        house.redis_answers = False
        house.passes(PATIENCE + 0.5)
        assert list(house.open) == ["a"]
        assert house.story == ["FreeSWITCH's", "let go of b", "moved b"]

    def test_stays_here_while_the_switch_cannot_be_told(self, house: House) -> None:
        house.wait(waiting("a", 10.0))
        house.redis_answers = house.can_be_told = False
        house.passes(PATIENCE * 2)
        assert house.story == []
        assert house.queueless.since is None
        house.can_be_told = True
        house.passes(0.5)
        assert house.story[-1] == "moved a"


class TestRedisIsBack:
    def gone_and_back(self, house: House) -> None:
        house.wait(waiting("a", 10.0), waiting("b", 11.0))
        house.redis_answers = False
        house.passes(PATIENCE + 1.0)
        house.story.clear()
        house.redis_answers = True

    def test_old_places_are_given_up_before_callers_come_back(self, house: House) -> None:
        """Or else seats would be found for callers who are with FreeSWITCH."""
        self.gone_and_back(house)
        house.passes(2.0)
        assert house.story == [
            *("a has no place", "b has no place"),
            *("no seat is offered", "ours", "seats are offered"),
        ]
        assert house.queueless.since is None

    def test_callers_come_back_once_the_seats_are_known_again(self, house: House) -> None:
        self.gone_and_back(house)
        house.is_restored = False
        house.passes(10.0)
        assert house.story == []
        assert house.restorations == 1
        house.is_restored = True
        house.passes(0.5)
        assert house.story[-1] == "ours"
        assert house.queueless.since is None

    def test_a_caller_who_could_not_be_moved_has_no_old_place_either(self, house: House) -> None:
        house.unreachable.add("a")
        self.gone_and_back(house)
        house.passes(2.0)
        assert "a has no place" in house.story

    def test_and_away_again_at_once_is_waited_for(self, house: House) -> None:
        self.gone_and_back(house)
        house.is_restored = False
        house.passes(1.0)
        house.redis_answers = False
        house.is_restored = True
        house.passes(3.0)
        assert house.story == []
        house.redis_answers = True
        house.passes(0.5)
        assert house.story[-1] == "ours"

    def test_and_gone_another_time_begins_anew(self, house: House) -> None:
        self.gone_and_back(house)
        house.passes(2.0)
        house.story.clear()
        house.wait(waiting("c", 12.0))
        house.redis_answers = False
        house.passes(PATIENCE - 1.0)
        assert house.story == []
        house.passes(2.0)
        assert house.story == ["FreeSWITCH's", "let go of c", "moved c"]


class TestAProcessThatStoodStill:
    def test_does_not_take_its_own_sleep_for_redis_absence(self, house: House) -> None:
        house.wait(waiting("a", 10.0))
        house.passes(5.0)
        house.now += 600.0
        house.queueless.trouble("the reply came too late")
        house.queueless.look()
        assert house.story == []


class TestWhoAsks:
    def test_is_told_at_once_that_redis_is_away(self, house: House) -> None:
        house.queueless.ask()
        house.wait(waiting("a", 10.0))
        house.redis_answers = False
        house.passes(PATIENCE + 10.0)
        with pytest.raises(QueueUnavailable, match="10 s FreeSWITCH has served who waits, 1 call"):
            house.queueless.ask()
