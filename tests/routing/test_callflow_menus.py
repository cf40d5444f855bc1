"""Menus, where a city has opted for one: keys, submenus, languages, and never a dead end."""

from __future__ import annotations

import pytest

from routing.callflow import State
from routing.callflow import actions as do
from routing.callflow import events as on
from routing.plan import Menu, MenuItem, Plan, SkillGroup
from routing.record import EndedBy, Outcome
from tests.routing.build import NOW, Story, hotline, plan

LANGUAGES = Menu(
    "languages",
    ("menu_languages",),
    {
        "1": MenuItem(),
        "2": MenuItem(group="english", language="en"),
        "3": MenuItem(menu="dialects"),
        "4": MenuItem(group="enterprises"),
    },
    seconds=4.0,
    tries=3,
)
DIALECTS = Menu("dialects", ("menu_dialects",), {"1": MenuItem(language="henan")})


def menu_plan() -> Plan:
    groups = ("intake", "english", "enterprises")
    return plan(
        hotline(menu="languages"),
        menus={"languages": LANGUAGES, "dialects": DIALECTS},
        groups={name: SkillGroup(name, name, ring_seconds=15) for name in groups},
    )


def asked() -> Story:
    story = Story(menu_plan()).greeted()
    return story.happens(on.Played(story.call.audio))


def presses(key: str) -> Story:
    story = asked()
    return story.happens(on.Collected(story.call.audio, key))


def enqueued(story: Story) -> str:
    (enqueue,) = story.asked_for(do.Enqueue)
    assert isinstance(enqueue, do.Enqueue)
    return enqueue.group


class TestTheQuestion:
    def test_comes_behind_the_greeting(self) -> None:
        story = asked()
        assert story.todo == (
            do.Collect(("menu_languages",), ("menu_invalid",), "1234", 4.0, 3, story.call.audio),
        )
        assert story.call.queued_at is None, "nobody has asked for a person yet"

    def test_of_an_older_menu_has_no_answer_any_more(self) -> None:
        story = presses("3").happens(on.Collected("leg-a/2", "2"))
        assert (story.call.state, story.todo) == (State.MENU, ())


class TestAKey:
    def test_leads_to_the_lines_own_queue(self) -> None:
        story = presses("1")
        assert enqueued(story) == "intake"
        assert story.asked_for(do.PlayMusic)

    def test_leads_to_the_queue_of_a_group(self) -> None:
        assert enqueued(presses("4")) == "enterprises"

    def test_chooses_the_language_of_all_that_follows(self) -> None:
        story = presses("2")
        assert (enqueued(story), story.call.language) == ("english", "en")
        story.happens(on.TimerDue("position")).happens(on.Positioned(3))
        (play,) = story.asked_for(do.Play)
        assert isinstance(play, do.Play)
        assert play.prompts == ("position_before", "num_3", "position_after")

    def test_leads_to_a_submenu(self) -> None:
        story = presses("3")
        (question,) = story.todo
        assert isinstance(question, do.Collect)
        assert question.prompts == ("menu_dialects",)
        story.happens(on.Collected(story.call.audio, "1"))
        assert (enqueued(story), story.call.language) == ("intake", "henan")

    def test_chooses_a_dialect_whose_numbers_are_said_as_the_citys(self) -> None:
        story = presses("3")
        story.happens(on.Collected(story.call.audio, "1"))
        story.happens(on.TimerDue("position")).happens(on.Positioned(3))
        (play,) = story.asked_for(do.Play)
        assert isinstance(play, do.Play)
        assert play.prompts == ("position_before", "num_liang", "position_after")

    def test_is_in_the_decision_trace(self) -> None:
        notes = {step.what: step.facts for step in presses("2").call.trace}
        assert notes["menu.key"] == {"menu": "languages", "key": "2"}


class TestNoDeadEnd:
    @pytest.mark.parametrize("key", ["", "9"])
    def test_silence_or_wrong_keys_only_lead_to_the_queue(self, key: str) -> None:
        """The switch has asked three times by then; it reports no key for wrong ones."""
        assert enqueued(presses(key)) == "intake"

    def test_silence_in_a_submenu_leads_there_too(self) -> None:
        story = presses("3")
        story.happens(on.Collected(story.call.audio, ""))
        assert enqueued(story) == "intake"

    def test_a_chosen_group_with_nobody_signed_in_lets_the_lines_own_serve_at_once(self) -> None:
        story = presses("2")
        assert do.AskStaffed("english") in story.todo
        story.happens(on.Unstaffed("english"))
        assert do.Widen("intake") in story.todo

    def test_who_hangs_up_in_the_menu_asked_for_nobody(self) -> None:
        story = asked().happens(on.CallerGone("NORMAL_CLEARING", EndedBy.CALLER))
        assert story.record.outcome is Outcome.ABANDONED_AT_ENTRY


class TestARestart:
    def test_keeps_the_group_and_the_language_that_were_chosen(self) -> None:
        story = Story(menu_plan())
        story.happens(on.Resumed(story.arrival, NOW - 20, "english", "en"))
        assert (enqueued(story), story.call.language) == ("english", "en")

    def test_falls_back_to_the_lines_group_if_the_chosen_one_is_gone_from_the_plan(self) -> None:
        story = Story(menu_plan())
        story.happens(on.Resumed(story.arrival, NOW - 20, "esperanto", ""))
        assert (enqueued(story), story.call.language) == ("intake", "zh")

    def test_that_took_the_lines_queue_away_ends_the_call_rather_than_leaving_it(self) -> None:
        story = Story(plan(hotline(group="")))
        story.happens(on.Resumed(story.arrival, NOW - 20))
        assert story.asked_for(do.Hangup)
        story.happens(on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM))
        assert story.record.outcome is Outcome.FAILED
