"""A supervisor's leg, from its ringing to its end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import monitoring as m
from routing.monitoring import Mode, Stage, Watch, step


def watch(mode: Mode = Mode.LISTEN) -> Watch:
    return Watch(
        leg="watch-1",
        seat="1009",
        agent="8009",
        who="8009",
        call="call-1",
        over="1001",
        target="leg-b",
        mode=mode,
        began_at=1000.0,
    )


def after(*events: m.Happening, mode: Mode = Mode.LISTEN) -> tuple[Watch, tuple[m.Action, ...]]:
    """The watch behind the events, and what the last of them led to."""
    now = watch(mode)
    todo: tuple[m.Action, ...] = ()
    for event in events:
        now, todo = step(now, event)
    return now, todo


class TestPickingUp:
    @pytest.mark.parametrize("mode", Mode)
    def test_begins_as_was_asked_for_and_is_noted(self, mode: Mode) -> None:
        now, todo = after(m.PickedUp(), mode=mode)
        assert todo == (m.Listen("leg-b", "watch-1/1", mode), m.Note(mode))
        assert now.has_listened

    def test_told_twice_it_happens_once(self) -> None:
        assert after(m.PickedUp(), m.PickedUp())[1] == ()

    def test_a_phone_that_is_not_picked_up_has_never_listened(self) -> None:
        now, todo = after(m.NotReached("NO_ANSWER"))
        assert (now.stage, now.has_listened, todo) == (Stage.OVER, False, ())

    def test_what_is_wished_while_it_rings_counts_from_the_beginning(self) -> None:
        _, todo = after(m.Wish(Mode.BARGE), m.PickedUp())
        assert m.Listen("leg-b", "watch-1/1", Mode.BARGE) in todo

    def test_who_wants_it_no_more_while_it_rings_stops_the_phone(self) -> None:
        assert after(m.Stop())[1] == (m.HangUp(),)


class TestBeingHeard:
    def test_a_wish_is_told_to_the_switch_and_noted_once(self) -> None:
        wish = m.Wish(Mode.WHISPER)
        assert after(m.PickedUp(), wish)[1] == (m.Speak(Mode.WHISPER), m.Note(Mode.WHISPER))
        assert after(m.PickedUp(), wish, wish)[1] == ()

    @pytest.mark.parametrize(("key", "mode"), [("2", Mode.WHISPER), ("3", Mode.BARGE)])
    def test_a_key_of_the_phone_is_noted_and_not_told_back(self, key: str, mode: Mode) -> None:
        now, todo = after(m.PickedUp(), m.Key(key))
        assert (now.mode, todo) == (mode, (m.Note(mode),))

    def test_the_echo_of_a_wish_is_no_news(self) -> None:
        assert after(m.PickedUp(), m.Wish(Mode.WHISPER), m.Key("2"))[1] == ()

    def test_speaking_to_the_caller_behind_the_seats_back_is_undone(self) -> None:
        _, todo = after(m.PickedUp(), m.Wish(Mode.WHISPER), m.Key("1"))
        assert todo == (m.Speak(Mode.WHISPER),)

    @pytest.mark.parametrize("key", ["4", "9", "#"])
    def test_other_keys_mean_nothing(self, key: str) -> None:
        before, _ = after(m.PickedUp())
        assert after(m.PickedUp(), m.Key(key)) == (before, ())


class TestTheEndOfTheLegThatIsListenedTo:
    def test_leads_to_the_leg_by_which_the_call_goes_on(self) -> None:
        ended = m.Unheard("watch-1/1")
        assert after(m.PickedUp(), ended)[1] == (m.LookAgain(),)
        now, todo = after(m.PickedUp(), ended, m.Found("1002", "leg-c"))
        assert todo == (m.Listen("leg-c", "watch-1/2", Mode.LISTEN), m.Note(Mode.LISTEN))
        assert (now.over, now.target) == ("1002", "leg-c")

    def test_ends_it_if_the_call_is_over(self) -> None:
        now, todo = after(m.PickedUp(), m.Unheard("watch-1/1"), m.Found("", ""))
        assert (now.stage, todo) == (Stage.ENDING, (m.HangUp(),))

    def test_who_left_by_a_key_does_not_come_back(self) -> None:
        _, todo = after(m.PickedUp(), m.Unheard("watch-1/1"), m.Found("1001", "leg-b"))
        assert todo == (m.HangUp(),)

    def test_is_not_believed_of_an_earlier_one(self) -> None:
        events = (m.PickedUp(), m.Unheard("watch-1/1"), m.Found("1002", "leg-c"))
        assert after(*events, m.Unheard("watch-1/1"))[1] == ()


class TestTakingOver:
    def test_leaves_the_listening_first(self) -> None:
        assert after(m.PickedUp(), m.TakeOver())[1] == (m.Park(),)

    def test_then_has_the_call(self) -> None:
        now, todo = after(m.PickedUp(), m.TakeOver(), m.PickedUp())
        assert (now.stage, todo) == (Stage.TAKEN, (m.HandOver(),))

    def test_the_end_of_the_listening_is_no_end_then(self) -> None:
        now, todo = after(m.PickedUp(), m.TakeOver(), m.Unheard("watch-1/1"))
        assert (now.stage, todo) == (Stage.TAKING_OVER, ())

    def test_before_the_phone_is_picked_up_it_is_too_early(self) -> None:
        assert after(m.TakeOver()) == (watch(), ())


HAPPENINGS = st.one_of(
    st.builds(m.PickedUp),
    st.builds(m.NotReached, st.just("NO_ANSWER")),
    st.builds(m.Left),
    st.builds(m.Unheard, st.sampled_from(["watch-1/1", "watch-1/2"])),
    st.builds(m.Found, st.just("1002"), st.sampled_from(["", "leg-b", "leg-c"])),
    st.builds(m.Key, st.sampled_from("0123456789*#")),
    st.builds(m.Wish, st.sampled_from(Mode)),
    st.builds(m.TakeOver),
    st.builds(m.Stop),
)


class TestWhateverHappens:
    @given(st.lists(HAPPENINGS, max_size=12))
    def test_who_has_left_is_out_for_good(self, happened: list[m.Happening]) -> None:
        now, _ = after(*happened, m.Left())
        assert now.is_over
        assert step(now, m.PickedUp())[1] == ()

    @given(st.lists(HAPPENINGS, max_size=12))
    def test_it_is_always_noted_who_is_heard_and_how(self, happened: list[m.Happening]) -> None:
        now, noted, said = watch(), Mode.LISTEN, Mode.LISTEN
        for event in happened:
            now, todo = step(now, event)
            for action in todo:
                if isinstance(action, m.Note):
                    noted = action.mode
                if isinstance(action, m.Listen | m.Speak):
                    said = action.mode
        if now.stage is Stage.LISTENING:
            keyed = [event.key for event in happened if isinstance(event, m.Key)]
            assert noted is now.mode
            assert said is now.mode or keyed
