"""Between picking up and the talk: the whisper to the seat, the staff number to the caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.introduction import LINE_NAME, WAIT, HeardBy, Introduction
from routing.plan import Plan
from routing.record import EndedBy, Outcome
from routing.seats import Agent
from tests.routing.build import Story, hotline, offer, plan

WHISPER = "leg-b/whisper"
DIGITS = ("num_8", "num_0", "num_0", "num_yao")
STAFF_NUMBER = ("staff_number_before", *DIGITS, "staff_number_after")
BRIDGE = (do.Bridge("leg-b"), do.SetTimer("bridge", do.BRIDGE_SECONDS))


def city(
    whisper: tuple[str, ...] = (), staff_number: HeardBy = HeardBy.NOBODY, **changes: object
) -> Plan:
    return plan(introduction=Introduction(whisper, staff_number, 8.0), **changes)


def whispering() -> Story:
    """A seat has picked up and hears which line was called; the caller then hears who serves."""
    return Story(city((LINE_NAME,), HeardBy.CALLER)).connecting()


def announcing() -> Story:
    return whispering().happens(on.Played(WHISPER))


class TestTheWhisper:
    def test_is_heard_by_the_seat_while_the_caller_goes_on_hearing_music(self) -> None:
        story = whispering()
        line = ("whisper_line", "num_yao", "num_2", "num_3", "num_4", "num_5")
        assert story.todo == (
            do.AcceptOffer("leg-b"),
            do.Tell("leg-b", line, WHISPER),
            do.SetTimer("introduction", 8.0),
        )
        assert story.call.state is State.WHISPER

    def test_is_followed_by_the_talk(self) -> None:
        story = Story(city((LINE_NAME,))).connecting().happens(on.Played(WHISPER))
        assert story.todo == BRIDGE
        assert story.happens(on.Bridged("leg-b")).call.state is State.TALKING

    def test_that_cannot_be_played_keeps_nobody_waiting(self) -> None:
        story = Story(city((LINE_NAME,))).connecting().happens(on.Played(WHISPER, failed=True))
        assert story.todo == BRIDGE

    def test_that_takes_too_long_is_cut_off_by_the_talk(self) -> None:
        story = Story(city((LINE_NAME,))).connecting().happens(on.TimerDue("introduction"))
        assert story.todo == BRIDGE

    def test_of_a_group_goes_before_that_of_the_city(self) -> None:
        group = replace(plan().groups["intake"], whisper=("beep",))
        story = Story(city((LINE_NAME,), groups={"intake": group})).connecting()
        assert do.Tell("leg-b", ("beep",), WHISPER) in story.todo

    def test_of_a_line_goes_before_that_of_its_group(self) -> None:
        line = hotline(whisper=(LINE_NAME,), whisper_prompt="name_12345")
        group = replace(plan().groups["intake"], whisper=("beep",))
        the_plan = replace(city(groups={"intake": group}), lines={"12345": line})
        story = Story(the_plan).connecting()
        assert do.Tell("leg-b", ("name_12345",), WHISPER) in story.todo

    def test_may_be_switched_off_for_one_line(self) -> None:
        the_plan = replace(city((LINE_NAME,)), lines={"12345": hotline(whisper=())})
        assert Story(the_plan).connecting().call.state is State.CONNECTING

    def test_tells_how_long_the_caller_has_waited(self) -> None:
        story = Story(city((WAIT,))).waiting().happens(on.Offered(offer()), after=200.0)
        story.happens(on.SeatAnswered("leg-b"))
        assert do.Tell("leg-b", ("whisper_wait", "num_4", "minutes"), WHISPER) in story.todo

    def test_is_told_in_the_trace(self) -> None:
        (step,) = [s for s in whispering().call.trace if s.what == "introduction.whisper"]
        assert step.facts["seat"] == "1001"

    def test_lets_music_that_ends_begin_again(self) -> None:
        story = whispering()
        story.happens(on.Played(story.call.audio)).happens(on.TimerDue("music"))
        assert story.asked_for(do.PlayMusic)
        assert story.call.state is State.WHISPER

    @pytest.mark.parametrize("timer", ["busy", "position", "comfort", "widening"])
    def test_puts_off_what_is_due_for_the_caller(self, timer: str) -> None:
        assert whispering().happens(on.TimerDue(timer)).todo == (do.SetTimer(timer, 2.0),)


class TestTheStaffNumber:
    def test_is_heard_by_the_caller_behind_the_whisper(self) -> None:
        story = announcing()
        assert story.todo == (
            do.Play(STAFF_NUMBER, story.call.audio, interrupt=True),
            do.SetTimer("introduction", 8.0),
        )
        assert story.call.state is State.STAFF_NUMBER

    def test_is_followed_by_the_talk(self) -> None:
        story = announcing()
        story.happens(on.Played(story.call.audio))
        assert story.todo == (do.ClearTimer("introduction"), *BRIDGE)

    def test_is_heard_by_the_seat_too_if_the_city_wants_it(self) -> None:
        story = Story(city(staff_number=HeardBy.BOTH)).connecting()
        assert do.Tell("leg-b", STAFF_NUMBER, "leg-b/staff-number") in story.todo
        assert do.Play(STAFF_NUMBER, story.call.audio, interrupt=True) in story.todo

    def test_waits_for_the_callers_end_of_it_not_for_the_seats(self) -> None:
        story = Story(city(staff_number=HeardBy.BOTH)).connecting()
        story.happens(on.Played("leg-b/staff-number"))
        assert (story.call.state, story.todo) == (State.STAFF_NUMBER, ())

    def test_is_in_the_language_that_the_caller_has_chosen(self) -> None:
        story = Story(city(staff_number=HeardBy.CALLER)).ringing()
        story.call = replace(story.call, language="en")
        story.happens(on.SeatAnswered("leg-b"))
        (play,) = story.asked_for(do.Play)
        assert isinstance(play, do.Play)
        assert "num_1" in play.prompts

    def test_may_be_a_recording_of_the_agents_own(self) -> None:
        agents = {"8001": Agent("8001", announcement="agent_8001")}
        story = Story(city(staff_number=HeardBy.CALLER, agents=agents)).connecting()
        assert do.Play(("agent_8001",), story.call.audio, interrupt=True) in story.todo

    def test_may_be_switched_off_for_one_group(self) -> None:
        group = replace(plan().groups["intake"], staff_number=HeardBy.NOBODY)
        the_plan = city(staff_number=HeardBy.CALLER, groups={"intake": group})
        assert Story(the_plan).connecting().call.state is State.CONNECTING

    def test_that_cannot_be_played_keeps_nobody_waiting(self) -> None:
        story = announcing()
        story.happens(on.Played(story.call.audio, failed=True))
        assert story.call.state is State.CONNECTING

    def test_that_takes_too_long_is_cut_off_by_the_talk(self) -> None:
        assert announcing().happens(on.TimerDue("introduction")).todo == BRIDGE

    def test_ends_with_no_end_of_the_music_before_it(self) -> None:
        story = whispering()
        music = story.call.audio
        story.happens(on.Played(WHISPER)).happens(on.Played(music))
        assert story.call.state is State.STAFF_NUMBER


Tell = Callable[[], Story]
BOTH: list[Tell] = [whispering, announcing]


@pytest.mark.parametrize("told", BOTH, ids=["whisper", "staff number"])
class TestMeanwhile:
    def test_a_caller_who_hangs_up_ends_the_seats_call(self, told: Tell) -> None:
        story = told().happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER))
        assert do.StopLeg("leg-b", "ORIGINATOR_CANCEL") in story.todo
        assert do.ReleaseSeat("1001", "leg-b", 0.0) in story.todo
        story.happens(on.SeatGone("leg-b", "ORIGINATOR_CANCEL", False))
        assert story.record.outcome is Outcome.ABANDONED

    def test_a_seat_that_hangs_up_has_time_and_the_caller_keeps_the_place(self, told: Tell) -> None:
        story = told()
        queued_at = story.call.queued_at
        story.happens(on.SeatGone("leg-b", "NORMAL_CLEARING", True))
        assert do.ReleaseSeat("1001", "leg-b", 10.0) in story.todo
        (enqueue,) = story.asked_for(do.Enqueue)
        assert isinstance(enqueue, do.Enqueue)
        assert enqueue.enqueued_at == queued_at
        assert story.call.state is State.WAITING

    def test_a_seat_whose_line_breaks_is_not_kept_waiting(self, told: Tell) -> None:
        story = told().happens(on.SeatGone("leg-b", "NETWORK_OUT_OF_ORDER", False))
        assert do.ReleaseSeat("1001", "leg-b", 0.0) in story.todo

    def test_a_lease_that_is_gone_brings_the_music_back(self, told: Tell) -> None:
        story = told().happens(on.OfferLost("leg-b", "withdrawn"))
        assert do.StopLeg("leg-b", "LOSE_RACE") in story.todo
        assert do.ClearTimer("introduction") in story.todo
        assert story.call.state is State.WAITING

    def test_a_second_phone_that_answers_is_stopped(self, told: Tell) -> None:
        story = told().happens(on.SeatAnswered("leg-c"))
        assert story.todo == (do.StopLeg("leg-c", "ORIGINATOR_CANCEL"),)

    def test_the_switch_that_fails_lets_the_seat_go(self, told: Tell) -> None:
        story = told().happens(on.SwitchRefused("answer", "-ERR"))
        assert do.ReleaseSeat("1001", "leg-b", 0.0) in story.todo


def test_the_music_is_back_after_a_staff_number_for_a_lost_lease() -> None:
    story = announcing().happens(on.OfferLost("leg-b", "withdrawn"))
    assert do.PlayMusic("moh", story.call.audio, interrupt=True) in story.todo


def test_a_bridge_that_fails_behind_it_keeps_the_place() -> None:
    story = announcing()
    story.happens(on.Played(story.call.audio)).happens(on.BridgeFailed("leg-b", "-ERR"))
    assert story.call.state is State.WAITING
