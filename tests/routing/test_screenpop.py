"""What a seat's screen shows of a caller."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from routing.record import Outcome
from routing.screenpop import Earlier, EarlierCall, OpenCallback, screen_pop
from routing.standing import Callers
from tests.routing.build import NOW, Story, hotline, offer, plan, retired

DAY = 86400.0
WEEK = replace(plan(), callers=Callers(repeat_seconds=7 * DAY))


def earlier_call(days_ago: float, outcome: Outcome) -> EarlierCall:
    return EarlierCall(
        call="call-1",
        kind="incoming",
        arrived_at=NOW - days_ago * DAY,
        line_dialled="12345",
        line_meant="12345",
        outcome=outcome,
        seat="1002",
        agent="8002",
        talk_seconds=90.0,
        survey_meaning="satisfied",
    )


class TestTheCall:
    def test_is_shown_with_the_line_that_was_dialled_and_the_one_that_serves(self) -> None:
        the_plan = plan(hotline(), retired(date(2027, 1, 10)))
        story = Story(the_plan, called="12319").ringing()
        pop = screen_pop(story.call, the_plan, None, story.now)
        assert pop["line_dialled"] == {
            "line": "12319",
            "title": "市城市管理局",
            "department": "",
            "kind": "retired",
        }
        assert pop["line_meant"]["line"] == "12345"
        assert (pop["caller"], pop["state"]) == ("13937512345", "ringing")

    def test_is_shown_with_the_seat_and_the_offer(self) -> None:
        story = Story().ringing()
        pop = screen_pop(story.call, story.plan, None, story.now)
        assert (pop["seat"], pop["agent"], pop["offer"]) == ("1001", "8001", "leg-b")

    def test_is_shown_to_the_seat_that_is_named_of_several(self) -> None:
        story = Story().ringing()
        second = offer("leg-c", "1002")
        pop = screen_pop(story.call, story.plan, None, story.now, second)
        assert (pop["seat"], pop["offer"]) == ("1002", "leg-c")

    def test_is_shown_with_its_wait_until_the_talk_began(self) -> None:
        story = Story().ringing()
        queued_at = story.call.queued_at
        assert queued_at is not None
        assert screen_pop(story.call, story.plan, None, queued_at + 42)["wait_seconds"] == 42.0
        story.talking()
        later = screen_pop(story.call, story.plan, None, story.now + 600)
        assert later["wait_seconds"] == (story.call.answered_at or 0.0) - queued_at

    def test_is_shown_with_the_reasons_for_its_way(self) -> None:
        story = Story().ringing()
        steps = [step["what"] for step in screen_pop(story.call, story.plan, None, NOW)["trace"]]
        assert steps[-1] == "offer.made"


class TestTheHistory:
    def test_is_none_until_it_was_found(self) -> None:
        story = Story().ringing()
        assert screen_pop(story.call, story.plan, None, NOW)["history"] is None

    def test_counts_calls_and_lists_open_callbacks(self) -> None:
        story = Story().ringing()
        waits = OpenCallback(7, "12345", "missed", NOW - 60, 1)
        found = Earlier(5, 3, (earlier_call(1, Outcome.ANSWERED),), (waits,))
        history = screen_pop(story.call, story.plan, found, NOW)["history"]
        assert (history["calls"], history["answered"], history["days"]) == (5, 3, 30)
        assert history["last"][0]["agent"] == "8002"
        assert history["callbacks"] == [
            {"id": 7, "line": "12345", "reason": "missed", "asked_at": NOW - 60, "tries": 1}
        ]

    def test_tells_who_calls_again_about_what_was_answered_lately(self) -> None:
        story = Story(WEEK).ringing()
        for days, outcome, again in (
            (6, Outcome.ANSWERED, True),
            (8, Outcome.ANSWERED, False),
            (6, Outcome.ABANDONED, False),
        ):
            found = Earlier(1, 1, (earlier_call(days, outcome),))
            history = screen_pop(story.call, WEEK, found, NOW)["history"]
            assert history["repeat_caller"] is again
