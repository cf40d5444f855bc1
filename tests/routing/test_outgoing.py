"""The life of a callback, event by event."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import outgoing as cb
from routing.calendars import Calendar, Span
from routing.callbacks import CallbackRules
from routing.outgoing import OPEN, ROWS, Callback, Reason, Status, step
from routing.plan import Plan
from tests.routing.build import NOW, offer, plan

RULES = CallbackRules(trunk="carrier", tries=3, pause_seconds=600.0, longest_days=3.0)
CITY = plan(callbacks=RULES)
OFFER = offer()
ASKED = Callback(
    id=7,
    number="13937512345",
    line="12345",
    group="intake",
    language="zh",
    reason=Reason.ASKED,
    asked_at=NOW,
    queued_at=NOW - 300,
)
FOUND = cb.SeatFound(OFFER, "node-a")


class Life:
    """One callback and what was done for it."""

    def __init__(self, callback: Callback = ASKED, the_plan: Plan = CITY) -> None:
        self.callback = callback
        self.plan = the_plan
        self.now = NOW
        self.todo: tuple[cb.Action, ...] = ()

    def happens(self, event: cb.Event, after: float = 1.0) -> Life:
        self.now += after
        self.callback, self.todo = step(self.callback, event, self.plan, self.now)
        return self

    def tried(self) -> Life:
        return self.happens(cb.Begun()).happens(FOUND)

    @property
    def status(self) -> Status:
        return self.callback.status


class TestATurn:
    def test_a_new_one_takes_the_place_of_its_caller(self) -> None:
        life = Life().happens(cb.Begun())
        assert (life.status, life.todo) == (Status.WAITING, (cb.Enlist(),))
        assert life.callback.queued_at == NOW - 300

    def test_a_seat_is_rung_when_its_turn_comes(self) -> None:
        life = Life().tried()
        assert (life.status, life.todo) == (Status.TRYING, (cb.Try(OFFER),))
        assert life.callback.owner == "node-a"

    def test_a_talk_closes_it_and_counts_the_try(self) -> None:
        life = Life().tried().happens(cb.Talked("call-2"))
        assert (life.status, life.callback.tries) == (Status.DONE, 1)
        assert (life.callback.answered_in, life.callback.closed_at) == ("call-2", life.now)

    def test_a_seat_that_does_not_pick_up_costs_no_try(self) -> None:
        life = Life().tried().happens(cb.SeatMissed("NO_ANSWER"))
        assert (life.status, life.callback.tries) == (Status.WAITING, 0)
        assert life.todo == (cb.Enlist(),)

    def test_who_is_calling_at_this_moment_is_not_called(self) -> None:
        life = Life().happens(cb.Begun()).happens(replace(FOUND, on_the_line=True))
        assert life.status is Status.PAUSED
        assert cb.Unlist() in life.todo


class TestTries:
    def test_a_busy_person_is_called_again_after_the_pause_with_the_same_age(self) -> None:
        life = Life().tried().happens(cb.NotReached("USER_BUSY"))
        assert (life.status, life.callback.next_at) == (Status.PAUSED, life.now + 600)
        assert life.todo == (cb.Unlist(), cb.Wake(life.now + 600))
        life.happens(cb.Due(), after=600)
        assert (life.status, life.todo) == (Status.WAITING, (cb.Enlist(),))
        assert life.callback.queued_at == NOW - 300

    def test_after_the_last_try_it_has_failed(self) -> None:
        life = Life()
        for _ in range(3):
            life.happens(cb.Begun(), after=600).happens(FOUND).happens(cb.NotReached("NO_ANSWER"))
        assert (life.status, life.callback.tries) == (Status.FAILED, 3)
        assert life.callback.closed_by == "not reached in 3 tries"

    def test_a_failed_one_begins_anew_when_a_person_wants_it(self) -> None:
        failed = replace(ASKED, status=Status.FAILED, tries=3, closed_at=NOW, closed_by="x")
        life = Life(failed).happens(cb.Hurried("8001"))
        assert (life.status, life.callback.tries) == (Status.WAITING, 0)
        assert life.callback.closed_at is None

    def test_a_try_that_died_with_its_daemon_is_made_again(self) -> None:
        life = Life().tried().happens(cb.Stranded())
        assert (life.status, life.todo) == (Status.WAITING, (cb.Enlist(),))

    def test_after_too_many_days_it_is_given_up(self) -> None:
        life = Life().happens(cb.Begun(), after=4 * 86400)
        assert (life.status, life.callback.closed_by) == (Status.FAILED, "the time is over")


class TestHours:
    # 2027-01-15 08:00 UTC is 16:00 in the city
    OFFICE = Calendar("office", tuple((Span(9 * 60, 16 * 60),) for _ in range(7)))

    def test_nobody_is_called_out_of_hours(self) -> None:
        city = plan(callbacks=replace(RULES, open="office"), calendars={"office": self.OFFICE})
        life = Life(the_plan=city).happens(cb.Begun(), after=0.0)
        assert life.status is Status.PAUSED
        assert life.callback.next_at == NOW + 17 * 3600, "at nine the next day"
        life.happens(cb.Due(), after=17 * 3600.0)
        assert life.status is Status.WAITING

    def test_a_seat_found_out_of_hours_is_given_back(self) -> None:
        city = plan(callbacks=replace(RULES, open="office"), calendars={"office": self.OFFICE})
        life = Life(the_plan=city).happens(FOUND)
        assert life.status is Status.PAUSED
        assert life.todo[0] == cb.Unlist()


class TestClosing:
    @pytest.mark.parametrize("status", [Status.WAITING, Status.PAUSED, Status.TRYING])
    def test_who_calls_again_and_is_answered_is_not_called_any_more(self, status: Status) -> None:
        life = Life(replace(ASKED, status=status)).happens(cb.Talked("call-3", again=True))
        assert (life.status, life.callback.closed_by) == (Status.DONE, "the caller called again")
        assert cb.Unlist() in life.todo

    def test_a_person_may_take_it_back(self) -> None:
        life = Life().happens(cb.Cancelled("8001"))
        assert (life.status, life.callback.closed_by) == (Status.CANCELLED, "8001")

    def test_a_number_that_is_blocked_or_a_line_by_now_is_not_called(self) -> None:
        life = Life(replace(ASKED, number="12345")).happens(cb.Begun())
        assert life.status is Status.FAILED

    def test_a_closed_one_stays_closed_and_holds_no_seat(self) -> None:
        done = replace(ASKED, status=Status.DONE, closed_at=NOW)
        life = Life(done).happens(FOUND)
        assert (life.callback, life.todo) == (done, (cb.Unlist(),))


EVENTS = st.sampled_from(
    [
        cb.Begun(),
        cb.Due(),
        FOUND,
        replace(FOUND, on_the_line=True),
        cb.SeatMissed("NO_ANSWER"),
        cb.NotReached("USER_BUSY"),
        cb.Talked("call-2"),
        cb.Talked("call-3", again=True),
        cb.Stranded(),
        cb.Cancelled("8001"),
        cb.Hurried("8001"),
    ]
)


class TestAnyOrderOfEvents:
    @given(st.lists(st.tuples(EVENTS, st.floats(0, 90_000)), max_size=40))
    def test_it_is_never_lost_and_never_called_too_often(
        self, happenings: list[tuple[cb.Event, float]]
    ) -> None:
        """An open one is in the list, or will wake up, or is being tried; age never changes."""
        life = Life().happens(cb.Begun())
        listed, awake = True, False
        for event, after in happenings:
            life.happens(event, after)
            for action in life.todo:
                listed = isinstance(action, cb.Enlist) or (
                    listed and not isinstance(action, cb.Unlist)
                )
                awake = awake or isinstance(action, cb.Wake)
            one = life.callback
            assert one.queued_at == ASKED.queued_at
            assert one.tries <= RULES.tries
            assert one.is_open == (one.status in OPEN) == (one.closed_at is None)
            if one.status is Status.PAUSED:
                assert awake
                assert one.next_at is not None
            if not one.is_open:
                assert not listed

    def test_every_status_can_be_reached(self) -> None:
        assert {target for row in ROWS for target in row.leads_to} == set(Status)
