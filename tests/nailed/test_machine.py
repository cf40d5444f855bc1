"""A line that is kept open: what happens to it, and what is done then."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.nailed import AGAIN_SECONDS, HELD, REDIAL, TRIES, UNANSWERED, Line, LineState, step
from routing.nailed import actions as do
from routing.nailed import events as on

LEG, TOKEN = "line-1001-1", "offer-1"
RUNG = on.Rung(TOKEN, 15.0)
BEEP = f"{LEG}/{TOKEN}"


class Story:
    """One line, told event by event."""

    def __init__(self, accept_key: str = "") -> None:
        self.line = Line("1001", accept_key)
        self.todo: tuple[do.Action, ...] = ()

    def happens(self, *events: on.Event) -> Story:
        for event in events:
            self.line, self.todo = step(self.line, event)
        return self

    def open(self) -> Story:
        return self.happens(on.Wanted(LEG), on.Answered(), on.Played(f"{LEG}/open"))

    def offered(self) -> Story:
        return self.open().happens(RUNG)

    def taken(self) -> Story:
        return self.offered().happens(on.Played(BEEP))

    def talking(self) -> Story:
        return self.taken().happens(on.Bridged())


class TestOpening:
    def test_signing_in_dials_it(self) -> None:
        story = Story().happens(on.Wanted(LEG))
        assert do.Dial(LEG) in story.todo

    def test_who_picks_up_hears_that_it_is_open_and_then_silence(self) -> None:
        story = Story().happens(on.Wanted(LEG), on.Answered())
        assert story.todo == (do.Greet(LEG, f"{LEG}/open"), do.Reachable(True))
        story.happens(on.Played(f"{LEG}/open"))
        assert story.todo == (do.Silence(LEG),)

    def test_being_told_twice_that_it_was_picked_up_does_not_cut_the_words_off(self) -> None:
        assert Story().happens(on.Wanted(LEG), on.Answered(), on.Answered()).todo == ()

    def test_a_phone_that_is_busy_is_dialled_again_a_few_times_and_then_lost(self) -> None:
        """The agent may have signed in from that very phone, and has to hang up first."""
        story = Story().happens(on.Wanted(LEG))
        for _ in range(TRIES - 1):
            story.happens(on.Gone("USER_BUSY"))
            assert story.todo == (do.SetTimer(REDIAL, AGAIN_SECONDS),)
            story.happens(on.Due(REDIAL, "line-1001-2"))
            assert do.Dial("line-1001-2") in story.todo
        story.happens(on.Gone("USER_BUSY"))
        assert do.Lost("USER_BUSY") in story.todo

    def test_a_lost_line_is_dialled_again_when_the_agent_wants_to_be_ready(self) -> None:
        story = Story().open().happens(on.Gone("NORMAL_CLEARING"), on.Wanted("line-1001-2"))
        assert do.Dial("line-1001-2") in story.todo

    def test_signing_out_ends_it(self) -> None:
        story = Story().open().happens(on.Unwanted())
        assert story.todo == (do.Reachable(False), do.HangUp(LEG))
        assert story.happens(on.Gone("NORMAL_CLEARING")).todo == ()

    def test_signing_out_stops_it_while_it_rings(self) -> None:
        story = Story().happens(on.Wanted(LEG), on.Unwanted())
        assert do.HangUp(LEG) in story.todo

    def test_signing_out_and_in_again_dials_it_again_behind_its_end(self) -> None:
        story = Story().open().happens(on.Unwanted(), on.Wanted("line-1001-2"))
        assert story.happens(on.Gone("NORMAL_CLEARING")).todo == (
            do.SetTimer(REDIAL, AGAIN_SECONDS),
        )

    def test_signing_in_again_tells_that_an_open_line_is_there(self) -> None:
        assert Story().open().happens(on.Wanted(LEG)).todo == (do.Reachable(True),)


class TestAnOffer:
    def test_is_told_by_a_tone_and_taken_behind_it(self) -> None:
        story = Story().offered()
        beep = do.Beep(LEG, BEEP, again=False, token=TOKEN)
        assert story.todo == (do.SetTimer(UNANSWERED, 15.0), beep)
        story.happens(on.Played(BEEP))
        assert story.todo == (do.ClearTimer(UNANSWERED), do.Taken(TOKEN))

    def test_is_taken_with_the_key_only_if_the_seat_has_one(self) -> None:
        story = Story(accept_key="1").offered()
        assert do.Beep(LEG, BEEP, again=True, token=TOKEN) in story.todo
        assert story.happens(on.Played(BEEP)).todo == ()
        assert story.happens(on.Pressed("2")).todo == ()
        story.happens(on.Pressed("1"))
        assert story.todo == (do.ClearTimer(UNANSWERED), do.Hush(LEG), do.Taken(TOKEN))

    def test_that_nobody_takes_in_time_is_not_taken(self) -> None:
        story = Story(accept_key="1").offered().happens(on.Due(UNANSWERED, ""))
        assert do.NotTaken(TOKEN, "NO_ANSWER") in story.todo
        assert story.line.state is LineState.OPEN

    def test_that_is_withdrawn_leaves_the_line_open(self) -> None:
        story = Story().offered().happens(on.LetGo("LOSE_RACE"))
        assert do.NotTaken(TOKEN, "LOSE_RACE") in story.todo
        assert do.Part(LEG) in story.todo
        assert story.happens(on.Answered()).todo == (do.Silence(LEG),)

    def test_without_a_line_is_not_taken(self) -> None:
        assert Story().happens(RUNG).todo == (do.NotTaken(TOKEN, "DESTINATION_OUT_OF_ORDER"),)

    def test_during_another_is_not_taken(self) -> None:
        story = Story().talking().happens(on.Rung("offer-2", 15.0))
        assert story.todo == (do.NotTaken("offer-2", "DESTINATION_OUT_OF_ORDER"),)
        assert story.line.token == TOKEN


class TestATalk:
    def test_is_told_when_the_two_hear_each_other(self) -> None:
        assert Story().talking().todo == (do.Heard(TOKEN),)

    def test_that_the_caller_ends_leaves_the_line_open_and_silent(self) -> None:
        story = Story().talking().happens(on.Answered())
        assert story.todo == (
            do.Over(TOKEN, "NORMAL_CLEARING", lost=False),
            do.Silence(LEG),
        )
        assert (story.line.state, story.line.token) == (LineState.OPEN, "")

    def test_that_the_call_ends_takes_the_line_out_of_it(self) -> None:
        story = Story().talking().happens(on.LetGo("NORMAL_CLEARING"))
        assert story.todo == (do.Part(LEG), do.Over(TOKEN, "NORMAL_CLEARING", lost=False))
        assert story.happens(on.Answered()).todo == (do.Silence(LEG),)

    def test_on_hold_keeps_the_line_for_the_call(self) -> None:
        story = Story().talking().happens(on.Kept(), on.Answered())
        assert (story.line.state, story.todo) == (LineState.TAKEN, (do.Taken(TOKEN),))
        assert story.happens(on.Bridged()).todo == (do.Heard(TOKEN),)

    def test_in_which_the_seat_signs_out_is_the_lines_last(self) -> None:
        story = Story().talking().happens(on.Unwanted())
        assert story.todo == ()
        story.happens(on.Answered())
        assert do.HangUp(LEG) in story.todo


class TestALoss:
    def test_makes_the_seat_not_ready(self) -> None:
        story = Story().open().happens(on.Gone("MEDIA_TIMEOUT"))
        assert story.todo[-2:] == (do.Reachable(False), do.Lost("MEDIA_TIMEOUT"))

    def test_during_an_offer_is_told_to_the_call(self) -> None:
        story = Story().offered().happens(on.Gone("MEDIA_TIMEOUT"))
        assert do.NotTaken(TOKEN, "MEDIA_TIMEOUT") in story.todo

    @pytest.mark.parametrize("begun", [Story.taken, Story.talking])
    def test_in_a_call_is_told_to_it_as_a_loss_behind_the_queue(self, begun: object) -> None:
        story: Story = begun(Story())  # type: ignore[operator]
        story.happens(on.Gone("NORMAL_CLEARING"))
        assert story.todo[-2:] == (
            do.Lost("NORMAL_CLEARING"),
            do.Over(TOKEN, "NORMAL_CLEARING", lost=True),
        )


class TestARestart:
    def test_takes_an_open_line_over(self) -> None:
        story = Story().happens(on.Found(LEG, "", wanted=True))
        assert story.todo == (do.Part(LEG), do.Reachable(True))
        assert story.happens(on.Answered()).todo == (do.Silence(LEG),)

    def test_takes_a_line_over_with_its_talk(self) -> None:
        story = Story().happens(on.Found(LEG, TOKEN, wanted=True))
        assert story.line.state is LineState.TALKING
        assert do.Over(TOKEN, "NORMAL_CLEARING", lost=False) in story.happens(on.Answered()).todo

    def test_ends_a_line_at_whose_seat_nobody_is_signed_in(self) -> None:
        story = Story().happens(on.Found(LEG, "", wanted=False))
        assert do.HangUp(LEG) in story.todo

    def test_ends_a_second_line_of_the_same_seat(self) -> None:
        story = Story().open().happens(on.Found("line-1001-0", "", wanted=True))
        assert story.todo == (do.HangUp("line-1001-0"),)

    def test_tells_that_a_line_is_missing_once(self) -> None:
        story = Story().happens(on.Missing())
        assert do.Lost("UNCONFIRMED") in story.todo
        assert story.happens(on.Missing()).todo == ()

    def test_confirms_a_line_to_a_queue_that_has_forgotten_it(self) -> None:
        assert Story().open().happens(on.Confirmed(False)).todo == (do.Reachable(True),)

    def test_makes_up_for_an_answer_that_was_not_heard(self) -> None:
        story = Story().happens(on.Wanted(LEG), on.Confirmed(is_parked=True))
        assert do.Greet(LEG, f"{LEG}/open") in story.todo
        assert story.line.state is LineState.OPEN

    def test_leaves_a_phone_that_rings_alone(self) -> None:
        assert Story().happens(on.Wanted(LEG), on.Confirmed(is_parked=False)).todo == ()

    def test_makes_up_for_the_end_of_a_talk_that_was_not_heard(self) -> None:
        story = Story().talking().happens(on.Confirmed(is_parked=True))
        assert do.Over(TOKEN, "NORMAL_CLEARING", lost=False) in story.todo


ANYTHING = st.sampled_from(
    [
        on.Wanted(LEG),
        on.Unwanted(),
        on.Answered(),
        on.Gone("NORMAL_CLEARING"),
        on.Played(BEEP),
        on.Played(f"{LEG}/open"),
        on.Pressed("1"),
        on.Bridged(),
        RUNG,
        on.Kept(),
        on.LetGo("ORIGINATOR_CANCEL"),
        on.Due(REDIAL, LEG),
        on.Due(UNANSWERED, LEG),
        on.Found(LEG, "", wanted=True),
        on.Found(LEG, TOKEN, wanted=True),
        on.Confirmed(True),
        on.Missing(),
    ]
)


class TestAnyOrderOfEvents:
    @given(st.sampled_from(["", "1"]), st.lists(ANYTHING, max_size=40))
    def test_ends_every_call_once_and_leaves_no_line_behind(
        self, accept_key: str, happenings: list[on.Event]
    ) -> None:
        line = Line("1001", accept_key)
        open_calls = 0
        last = [on.LetGo("NORMAL_CLEARING"), on.Unwanted(), on.Gone("NORMAL_CLEARING")]
        for event in [*happenings, *last, on.Due(REDIAL, LEG), on.Gone("NORMAL_CLEARING")]:
            if isinstance(event, on.Rung):
                open_calls += 1
            before = line
            line, todo = step(line, event)
            if isinstance(event, on.Found) and line.token and not before.token:
                open_calls += 1
            open_calls -= sum(isinstance(one, do.NotTaken | do.Over) for one in todo)
            assert open_calls == bool(line.token)
            assert (line.token != "") is (line.state in HELD | {LineState.OFFERED})
            assert (line.leg != "") is (line.state is not LineState.CLOSED)
        assert line.state is LineState.CLOSED
        assert not line.wanted

    def test_every_event_has_an_answer(self) -> None:
        kinds = [kind for kind in vars(on).values() if isinstance(kind, type)]
        for kind in (kind for kind in kinds if issubclass(kind, on.Event) and kind is not on.Event):
            assert step(Line("1001"), _example(kind))


def _example(kind: type[on.Event]) -> on.Event:
    known = {"leg": LEG, "token": TOKEN, "wanted": True, "cause": "X", "seconds": 1.0}
    known |= {"execution": BEEP, "key": "1", "timer": REDIAL, "is_parked": True}
    return kind(**{field.name: known[field.name] for field in fields(kind)})
