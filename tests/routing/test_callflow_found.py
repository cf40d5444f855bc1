"""Whoever waits while one owner follows another notices nothing of it."""

from __future__ import annotations

import pytest

from routing.callflow import actions as do
from routing.callflow import events as on
from routing.callflow.waiting import FACTS, facts
from tests.routing.build import NOW, Story, offer, plan


def found(waited: float, music: str = "moh", **written: str) -> Story:
    """Somebody was found who has waited so long, hears music, and has this on the channel
    otherwise than it was."""
    before = Story().happens(on.Resumed(Story().arrival, NOW - waited))
    story = Story()
    event = on.Resumed(
        story.arrival, NOW - waited, music=music, written={**facts(before.call), **written}
    )
    return story.happens(event, after=0.0)


class TestACallerWhoHearsMusic:
    def test_hears_it_on(self) -> None:
        assert not found(waited=60).asked_for(do.PlayMusic)

    def test_hears_it_anew_if_it_is_not_the_lines_any_more(self) -> None:
        (music,) = found(waited=60, music="spring").asked_for(do.PlayMusic)
        assert isinstance(music, do.PlayMusic)
        assert (music.music, music.interrupt) == ("moh", True)

    def test_hears_it_again_should_it_end(self) -> None:
        """The earlier owner has named the execution, and nobody else knows its name."""
        story = found(waited=60).happens(on.Played("leg-a/2"))
        assert story.todo == (do.SetTimer("music", 2.0),)
        (music,) = story.happens(on.TimerDue("music")).todo
        assert isinstance(music, do.PlayMusic)

    def test_hears_an_announcement_to_its_end(self) -> None:
        """The music that it interrupts ends under the name that the earlier owner gave it."""
        story = found(waited=1).happens(on.TimerDue("busy")).happens(on.Positioned(3))
        (play,) = story.asked_for(do.Play)
        assert isinstance(play, do.Play)
        for number in range(1, 9):
            assert story.happens(on.Played(f"leg-a/{number}")).todo == ()
        (music,) = story.happens(on.Played(play.execution)).todo
        assert isinstance(music, do.PlayMusic)

    @pytest.mark.parametrize(
        ("waited", "due"),
        [
            (0.0, do.SetTimer("busy", 3.0)),
            (2.0, do.SetTimer("busy", 1.0)),
            (3.0, do.SetTimer("position", 30.0)),
            (10.0, do.SetTimer("position", 23.0)),
            (70.0, do.SetTimer("position", 23.0)),
        ],
    )
    def test_hears_the_next_announcement_when_it_would_have_come(
        self, waited: float, due: do.SetTimer
    ) -> None:
        assert found(waited).asked_for(do.SetTimer) == [due]

    def test_is_offered_a_seat_like_everybody(self) -> None:
        story = found(waited=60).happens(on.Offered(offer()))
        assert len(story.asked_for(do.Ring)) == 1


class TestTheChannel:
    def test_is_told_nothing_that_it_says_already(self) -> None:
        assert not found(waited=60).asked_for(do.Tag)

    @pytest.mark.parametrize("name", FACTS)
    def test_is_told_what_it_says_otherwise(self, name: str) -> None:
        (tag,) = found(waited=60, **{name: "something else"}).asked_for(do.Tag)
        assert isinstance(tag, do.Tag)
        assert tag.facts[name] != "something else"

    def test_of_one_who_arrives_is_told_all_that_a_later_owner_looks_for(self) -> None:
        (tag,) = Story(plan()).waiting().asked_for(do.Tag)
        assert isinstance(tag, do.Tag)
        assert tuple(tag.facts) == FACTS
