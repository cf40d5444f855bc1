"""One call at a time for each seat's phone: the next one waits for the end of the one before."""

from __future__ import annotations

import gevent
import pytest
from gevent.event import Event as Flag

from switchd.switchboard import turns as module
from switchd.switchboard.turns import Turns


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    monkeypatch.setattr(module, "PARTING_SECONDS", 60.0)
    return Turns()


def comes(turns: Turns, seat: str, leg: str) -> Flag:
    """Let a leg come; the flag is set when it is its turn."""
    there = Flag()

    def wait() -> None:
        if turns.comes(seat, leg):
            there.set()

    gevent.spawn(wait)
    gevent.sleep(0)
    return there


class TestASeatsPhone:
    def test_that_is_free_is_dialled_at_once(self, turns: Turns) -> None:
        assert comes(turns, "1001", "a").is_set()

    def test_is_dialled_again_when_its_call_is_over(self, turns: Turns) -> None:
        comes(turns, "1001", "a")
        there = comes(turns, "1001", "b")
        assert not there.is_set()
        turns.over("a")
        assert there.wait(5)

    def test_does_not_keep_another_ones_caller_waiting(self, turns: Turns) -> None:
        comes(turns, "1001", "a")
        assert comes(turns, "1002", "b").is_set()

    def test_whose_call_was_over_before_is_dialled_at_once(self, turns: Turns) -> None:
        comes(turns, "1001", "a")
        turns.over("a")
        assert comes(turns, "1001", "b").is_set()

    def test_is_dialled_all_the_same_if_the_end_is_never_told(
        self, turns: Turns, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "PARTING_SECONDS", 0.01)
        comes(turns, "1001", "a")
        assert comes(turns, "1001", "b").wait(5)
        monkeypatch.setattr(module, "PARTING_SECONDS", 60.0)
        there = comes(turns, "1001", "c")
        turns.over("a")  # late, and of no concern
        assert not there.is_set()
        turns.over("b")
        assert there.wait(5)

    def test_may_have_a_call_of_an_earlier_owner(self, turns: Turns) -> None:
        turns.has("1001", "a")
        there = comes(turns, "1001", "b")
        turns.has("1001", "a")  # said once more, and the next one goes first
        assert not there.is_set()
        turns.over("a")
        assert there.wait(5)

    def test_has_nothing_to_do_with_other_legs(self, turns: Turns) -> None:
        turns.over("somebody else's")
        assert comes(turns, "1001", "a").is_set()


class TestAfterABreak:
    """Nobody has heard for a while which legs have ended."""

    def test_a_phone_whose_call_is_not_there_any_more_is_dialled_at_once(
        self, turns: Turns
    ) -> None:
        comes(turns, "1001", "a")
        turns.doubt()
        turns.compare({"somebody else's"})
        assert comes(turns, "1001", "b").is_set()

    def test_a_phone_whose_call_goes_on_is_dialled_when_that_is_over(self, turns: Turns) -> None:
        comes(turns, "1001", "a")
        turns.doubt()
        turns.compare({"a"})
        there = comes(turns, "1001", "b")
        assert not there.is_set()
        turns.over("a")
        assert there.wait(5)

    def test_a_call_that_began_after_it_is_not_missed_in_the_list(self, turns: Turns) -> None:
        turns.doubt()
        comes(turns, "1001", "a")
        turns.compare(())
        assert not comes(turns, "1001", "b").is_set()

    def test_who_was_waiting_for_a_phone_does_not_ring_it_any_more(self, turns: Turns) -> None:
        comes(turns, "1001", "a")
        waits = gevent.spawn(turns.comes, "1001", "b")
        gevent.sleep(0)
        turns.doubt()
        turns.compare(())
        with gevent.Timeout(5):
            assert waits.get() is False
        assert comes(turns, "1001", "c").is_set()
