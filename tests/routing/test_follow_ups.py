"""A follow-up as its seat, its person and the record see it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.callflow import Call, State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.follow_ups import FollowUp
from routing.following_up import FollowUpRules
from routing.outgoing import Begun, Enlist, NotReached, Reason, Status, Talked, step
from routing.plan import SkillGroup
from routing.record import CallKind, EndedBy, Outcome
from tests.routing.build import NOW, Story, hotline, offer, plan

CALL = "follow-up-7-1"
RULES = FollowUpRules(trunk="carrier", group="follow_up", tries=2, shown_number="2970001")
CITY = plan(
    hotline(survey=False),
    follow_ups=RULES,
    groups={
        "intake": SkillGroup("intake", "受理"),
        "follow_up": SkillGroup("follow_up", "回访"),
    },
)
TASK = FollowUp(
    id=7,
    number="13937512345",
    line="12345",
    group="follow_up",
    language="zh",
    reason=Reason.ADDED,
    asked_at=NOW - 3600,
    queued_at=NOW - 3600,
    priority=-86400,
    reference="GD-2026-1",
    subject="路灯不亮",
)


def begun() -> Story:
    story = Story(CITY)
    story.call = Call(id=CALL, arrived_at=NOW)
    return story.happens(on.CallBackDue(TASK, replace(offer(), group="follow_up")), after=0.0)


def calling() -> Story:
    return begun().happens(on.SeatAnswered("leg-b"))


class TestTheSeat:
    def test_sees_which_matter_it_is_before_it_picks_up(self) -> None:
        (ring,) = begun().asked_for(do.Ring)
        assert isinstance(ring, do.Ring)
        assert ring.title == "回访 GD-2026-1 路灯不亮 12345 政务服务便民热线"

    def test_hears_that_it_is_a_follow_up_call(self) -> None:
        (tell,) = calling().asked_for(do.Tell)
        assert isinstance(tell, do.Tell)
        assert tell.prompts == ("follow_up_preview",)


class TestThePerson:
    def test_sees_the_number_of_follow_ups(self) -> None:
        (call,) = calling().asked_for(do.CallBack)
        assert isinstance(call, do.CallBack)
        assert (call.number, call.trunk, call.shown) == ("13937512345", "carrier", "2970001")
        assert call.facts["switchd_call_kind"] == "follow_up"

    def test_is_asked_for_satisfaction_though_callers_of_the_line_are_not(self) -> None:
        story = calling().happens(on.SeatAnswered(CALL)).happens(on.Bridged("leg-b"))
        story.happens(on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=True))
        story.happens(on.CallerBack())
        assert story.asked_for(do.Collect)
        story.happens(on.Collected(story.call.audio, "2")).happens(on.Played(story.call.audio))
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM))
        record = story.record
        assert (record.kind, record.callback) == (CallKind.FOLLOW_UP, "7")
        assert (record.outcome, record.survey_meaning) == (Outcome.ANSWERED, "satisfied")

    def test_who_cannot_be_bridged_waits_in_no_list(self) -> None:
        story = calling().happens(on.SeatAnswered(CALL)).happens(on.BridgeFailed("leg-b", "-ERR"))
        assert story.call.state is State.ENDING
        assert do.ReleaseSeat("1001", "leg-b", 0.0) in story.todo


class TestItsLife:
    def test_begins_in_the_list(self) -> None:
        assert step(TASK, Begun(), CITY, NOW)[1] == (Enlist(),)

    def test_is_over_after_the_last_moment_or_after_days(self) -> None:
        late = replace(TASK, not_after=NOW - 1)
        assert step(late, Begun(), CITY, NOW)[0].status is Status.FAILED
        days = RULES.longest_days * 86400
        assert step(TASK, Begun(), CITY, NOW + days)[0].status is Status.FAILED

    def test_waits_its_days_from_the_first_moment_on(self) -> None:
        """One that was put in weeks before is not too late when its time comes."""
        later = replace(TASK, asked_at=NOW - 30 * 86400, queued_at=NOW)
        assert step(later, Begun(), CITY, NOW)[0].status is Status.WAITING

    def test_goes_by_its_own_number_of_tries(self) -> None:
        tried = replace(TASK, status=Status.TRYING, tries=1)
        assert step(tried, NotReached("NO_ANSWER"), CITY, NOW)[0].status is Status.FAILED

    def test_keeps_how_satisfied_the_person_was(self) -> None:
        tried = replace(TASK, status=Status.TRYING)
        after, _ = step(tried, Talked(CALL, survey="satisfied"), CITY, NOW)
        assert (after.status, after.survey, after.answered_in) == (Status.DONE, "satisfied", CALL)

    @pytest.mark.parametrize("hours", [0.0, 24.0, 24.0 * 60])
    def test_stands_behind_every_caller_however_old_it_is(self, hours: float) -> None:
        now = NOW + hours * 3600
        slope, since = TASK.standing(1.0, now)
        assert TASK.priority + slope * (now - since) < 0
