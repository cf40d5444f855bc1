"""Callers' standing in the live queue: counted, barred, admitted again."""

from __future__ import annotations

import math

import pytest
import redis

from routing.admission import Knock
from routing.standing import Callers, Limits
from switchd.queues.entrance import Entrance
from switchd.queues.facts import CallerView
from switchd.queues.keys import Keys
from tests.queues.hall import CITY, Hall

MOBILE = "13937512345"
NOW = 1_800_000_000.0
HOUR = 3600.0


def calls(
    hall: Hall, call: str, at: float = NOW, *, limit: int = 3, bar: float = 600, again: float = 0
) -> CallerView:
    callers = Callers(limits=Limits(limit, bar_seconds=bar), repeat_seconds=again)
    [answer] = Entrance(hall.client, CITY, "daemon-1").arrive([Knock(call, MOBILE)], callers, at)
    return answer.caller


class TestLimit:
    def test_calls_of_the_hour_are_counted(self, hall: Hall) -> None:
        assert [calls(hall, f"call-{n}").calls_in_hour for n in range(3)] == [1, 2, 3]

    def test_the_same_call_counts_once(self, hall: Hall) -> None:
        assert [calls(hall, "call-1").calls_in_hour for _ in range(3)] == [1, 1, 1]

    def test_a_call_is_forgotten_after_an_hour(self, hall: Hall) -> None:
        calls(hall, "call-1")
        calls(hall, "call-2", NOW + 1)
        assert calls(hall, "call-3", NOW + HOUR).calls_in_hour == 2

    def test_the_call_beyond_the_limit_bars_the_number(self, hall: Hall) -> None:
        for number in range(3):
            assert calls(hall, f"call-{number}").barred_until is None
        view = calls(hall, "call-4")
        assert (view.barred_until, view.by_limit, view.barred_now) == (NOW + 600, True, True)
        assert view.reason == "4 calls within an hour"

    def test_calls_while_barred_do_not_prolong_it(self, hall: Hall) -> None:
        for number in range(4):
            calls(hall, f"call-{number}")
        view = calls(hall, "call-5", NOW + 599)
        assert (view.barred_until, view.barred_now) == (NOW + 600, False)
        assert calls(hall, "call-6", NOW + 600).calls_in_hour == 1

    def test_without_a_limit_nothing_is_kept(self, hall: Hall, client: redis.Redis) -> None:
        assert calls(hall, "call-1", limit=0).calls_in_hour == 0
        assert client.keys() == []

    def test_what_is_kept_expires_by_itself(self, hall: Hall, client: redis.Redis) -> None:
        for number in range(4):
            calls(hall, f"call-{number}", again=60)
        calls(hall, "call-5", NOW + 700)
        keys = Keys(CITY)
        for family in (keys.barred, keys.calls_of, keys.last_call):
            assert 0 < int(client.pttl(family + MOBILE)) <= HOUR * 1000


class TestRepeatCallers:
    def test_the_second_call_is_a_repeated_one(self, hall: Hall) -> None:
        assert not calls(hall, "call-1", again=60).called_before
        assert calls(hall, "call-2", again=60).called_before

    def test_the_same_call_asked_about_twice_is_not(self, hall: Hall) -> None:
        assert not any(calls(hall, "call-1", again=60).called_before for _ in range(2))


class TestBlocking:
    @pytest.mark.parametrize(("until", "told"), [(NOW + 60, NOW + 60), (None, math.inf)])
    def test_a_blocked_number_is_told_as_such(
        self, hall: Hall, until: float | None, told: float
    ) -> None:
        hall.list.bar_caller(MOBILE, until, "threats", False, NOW)
        view = calls(hall, "call-1")
        assert (view.barred_until, view.reason, view.by_limit) == (told, "threats", False)

    def test_a_block_that_ended_is_none(self, hall: Hall) -> None:
        hall.list.bar_caller(MOBILE, NOW + 60, "threats", False, NOW)
        assert calls(hall, "call-1", NOW + 60).barred_until is None

    def test_a_later_block_replaces_the_earlier(self, hall: Hall, client: redis.Redis) -> None:
        hall.list.bar_caller(MOBILE, NOW + 60, "threats", False, NOW)
        hall.list.bar_caller(MOBILE, None, "again", False, NOW)
        assert calls(hall, "call-1", NOW + 60).reason == "again"
        assert client.pttl(Keys(CITY).barred + MOBILE) == -1

    def test_an_admitted_number_may_call_as_if_for_the_first_time(self, hall: Hall) -> None:
        for number in range(4):
            calls(hall, f"call-{number}")
        assert hall.list.admit_caller(MOBILE)
        assert calls(hall, "call-5").calls_in_hour == 1
        assert not hall.list.admit_caller(MOBILE)
