"""Asking a waiting caller about a callback, and taking a message."""

from __future__ import annotations

from routing.callbacks import CallbackRules
from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.handlers import callbacks, voicemail
from routing.entry import Arrival
from routing.record import CallRecord, EndedBy, Outcome
from routing.voicemail import VoicemailRules
from tests.routing.build import Story, offer, plan

CITY = plan(callbacks=CallbackRules(trunk="carrier"), voicemail=VoicemailRules())
HUNG_UP = on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER)


def asked(caller: str = "13937512345") -> Story:
    """A waiting caller has pressed 1."""
    story = Story(CITY)
    story.arrival = Arrival(caller, "12345", "carrier")
    return story.waiting().happens(on.Pressed("1"))


def answers(story: Story, keys: str) -> Story:
    return story.happens(on.Collected(story.call.audio, keys))


def kept() -> Story:
    story = answers(asked(), "1")
    return story.happens(on.PlaceKept("7"))


def heard(story: Story) -> tuple[str, ...]:
    return tuple(
        prompt
        for action in story.todo
        if isinstance(action, do.Play | do.Collect | do.CollectNumber)
        for prompt in action.prompts
    )


class TestTheQuestion:
    def test_reads_out_the_number_that_called(self) -> None:
        story = asked()
        assert story.call.state is State.CALLBACK_QUESTION
        prompts = heard(story)
        assert prompts[:2] == ("callback_question", "callback_number")
        assert prompts[2:5] == ("num_yao", "num_3", "num_9")
        assert prompts[-1] == "callback_keys"
        (question,) = story.asked_for(do.Collect)
        assert isinstance(question, do.Collect)
        assert question.interrupt, "the music stops for it"

    def test_leaves_the_caller_in_the_queue(self) -> None:
        assert not asked().asked_for(do.LeaveQueue)
        story = asked().happens(HUNG_UP)
        assert story.asked_for(do.LeaveQueue)
        assert story.record.outcome is Outcome.ABANDONED

    def test_a_seat_that_is_free_meanwhile_is_better(self) -> None:
        story = asked().happens(on.Offered(offer()))
        assert story.call.state is State.RINGING
        assert story.asked_for(do.Ring)
        (music,) = story.asked_for(do.PlayMusic)
        assert isinstance(music, do.PlayMusic)
        assert music.interrupt, "the question stops"
        story.happens(on.SeatAnswered("leg-b")).happens(on.Bridged("leg-b"))
        assert story.call.state is State.TALKING

    def test_a_queue_that_lost_the_caller_meanwhile_is_told_the_old_place(self) -> None:
        story = asked()
        queued_at = story.call.queued_at
        story.happens(on.QueueForgot())
        (enqueue,) = story.asked_for(do.Enqueue)
        assert isinstance(enqueue, do.Enqueue)
        assert enqueue.enqueued_at == queued_at
        assert story.call.state is State.CALLBACK_QUESTION

    def test_no_key_or_0_means_to_wait_on(self) -> None:
        for keys in ("", "0"):
            story = answers(asked(), keys)
            assert story.call.state is State.WAITING
            assert story.asked_for(do.PlayMusic)

    def test_is_not_asked_where_the_city_calls_nobody_back(self) -> None:
        story = Story(plan()).waiting()
        assert callbacks.offer(story.call, story.plan, story.now) == (story.call, ())
        assert story.happens(on.Pressed("1")).call.state is State.WAITING

    def test_is_not_asked_twice_at_once(self) -> None:
        story = asked()
        assert callbacks.offer(story.call, story.plan, story.now) == (story.call, ())


class TestAnotherNumber:
    def test_is_typed_where_the_caller_withholds_the_own(self) -> None:
        story = asked(caller="")
        assert story.call.state is State.CALLBACK_NUMBER
        answers(story, "13800138000")
        assert story.call.state is State.CALLBACK_QUESTION
        answers(story, "1")
        (keep,) = story.asked_for(do.KeepPlace)
        assert isinstance(keep, do.KeepPlace)
        assert keep.number == "13800138000"

    def test_is_asked_for_with_2(self) -> None:
        assert answers(asked(), "2").call.state is State.CALLBACK_NUMBER

    def test_an_emergency_service_or_the_hotline_itself_is_refused(self) -> None:
        story = asked(caller="")
        for number in ("0375110", "037512345"):
            answers(story, number)
            assert story.call.state is State.CALLBACK_NUMBER
            assert heard(story)[0] == "callback_bad_number"
        answers(story, "110")
        assert story.call.state is State.WAITING, "the third time is the last"

    def test_who_types_nothing_waits_on(self) -> None:
        assert answers(asked(caller=""), "").call.state is State.WAITING


class TestKeepingThePlace:
    def test_asks_for_the_age_that_the_caller_has(self) -> None:
        story = answers(asked(), "1")
        (keep,) = story.asked_for(do.KeepPlace)
        assert isinstance(keep, do.KeepPlace)
        assert (keep.line, keep.group) == ("12345", "intake")
        assert keep.queued_at == story.call.queued_at

    def test_the_caller_hears_it_leaves_the_queue_and_is_let_go(self) -> None:
        story = kept()
        assert story.asked_for(do.LeaveQueue)
        assert heard(story) == ("callback_kept",)
        story.happens(on.Played(story.call.audio))
        assert story.asked_for(do.Hangup)
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM))
        assert (story.record.outcome, story.record.callback) == (Outcome.CALLBACK, "7")

    def test_who_hangs_up_while_hearing_it_is_called_back_all_the_same(self) -> None:
        assert kept().happens(HUNG_UP).record.outcome is Outcome.CALLBACK

    def test_what_could_not_be_written_down_is_not_promised(self) -> None:
        story = answers(asked(), "1").happens(on.PlaceNotKept("SQL is away"))
        assert story.call.state is State.WAITING
        assert heard(story) == ("callback_not_kept",)
        assert not story.asked_for(do.LeaveQueue)


def leaves_a_message(said: float, end: on.Event | None = None) -> CallRecord:
    """Out of the queue, beep, so many seconds of speech, then the end."""
    story = Story(CITY).waiting()
    story.call, todo = voicemail.begin(story.call, story.plan, story.now)
    story.done += todo
    story.happens(on.Played(story.call.audio))
    (record,) = story.asked_for(do.RecordMessage)
    assert isinstance(record, do.RecordMessage)
    story.happens(end or on.Recorded(story.call.audio, said), after=said)
    if end is None:
        story.happens(on.Played(story.call.audio)).happens(HUNG_UP)
    return story.record


class TestVoicemail:
    def test_the_caller_leaves_the_queue_and_hears_greeting_and_beep(self) -> None:
        story = Story(CITY).waiting()
        story.call, story.todo = voicemail.begin(story.call, story.plan, story.now)
        assert story.asked_for(do.LeaveQueue)
        assert heard(story) == ("voicemail_greeting", "beep")

    def test_a_message_is_kept_with_its_length(self) -> None:
        record = leaves_a_message(12.5)
        assert record.outcome is Outcome.VOICEMAIL
        assert record.recording.startswith("voicemail/2027/01/15/leg-a")
        (left,) = [step for step in record.trace if step.what == "voicemail.left"]
        assert left.facts["seconds"] == "12.5"

    def test_hanging_up_is_the_usual_end_of_a_message(self) -> None:
        record = leaves_a_message(8.0, HUNG_UP)
        assert (record.outcome, record.ended_by) == (Outcome.VOICEMAIL, EndedBy.CALLER)

    def test_who_hangs_up_at_the_beep_has_left_none(self) -> None:
        record = leaves_a_message(0.5, HUNG_UP)
        assert (record.outcome, record.recording) == (Outcome.ABANDONED, "")

    def test_a_daemon_that_takes_over_says_good_bye_behind_the_message(self) -> None:
        story = Story(CITY)
        story.happens(on.TakenCareOf(story.arrival, story.now, "", "m.wav", story.now), after=9.0)
        assert heard(story) == ("voicemail_kept",)
        assert story.happens(HUNG_UP).record.outcome is Outcome.VOICEMAIL

    def test_a_daemon_that_takes_over_repeats_the_promise_of_a_callback(self) -> None:
        story = Story(CITY)
        story.happens(on.TakenCareOf(story.arrival, story.now, "7", "", 0.0))
        assert heard(story) == ("callback_kept",)
        record = story.happens(HUNG_UP).record
        assert (record.outcome, record.callback) == (Outcome.CALLBACK, "7")
