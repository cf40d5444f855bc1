"""The Lua files, the keys they get and the numbers they keep."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from routing import queueing
from switchd.feed.stream import LENGTH
from switchd.queues.connection import connect
from switchd.queues.entrance import Entrance
from switchd.queues.facts import QueueUnavailable
from switchd.queues.keys import EntranceKeys, Keys
from switchd.queues.measured import Measured
from switchd.queues.nodes import Nodes
from switchd.queues.order import BAND, PRIORITIES, SLOPES, score, to_hundredths, to_points
from switchd.queues.scripts import Scripts, load_all, source, verbs
from switchd.queues.stream import SeatStream
from switchd.queues.waitlist import Waitlist
from tests.queues.hall import Hall

LUA = files("switchd.queues") / "lua"
VERBS = verbs()

OF_INDICATORS = ("count_end", "indicators")
"""Verbs of `switchd.queues.indicators`, which have keys of their own and no deadlines."""
OF_ENTRANCE = ("arrive", "forget_held", "hold_place", "leave_place", "take_over")
"""Verbs of `switchd.queues.entrance`, likewise."""
OWNERS = {
    verb: next(
        owner for owner in (Waitlist, Nodes, Measured, Entrance, SeatStream) if hasattr(owner, verb)
    )
    for verb in VERBS
    if verb not in OF_INDICATORS
}


class TestLuaFiles:
    @pytest.mark.parametrize("verb", VERBS)
    def test_each_verb_says_its_keys_arguments_and_reply(self, verb: str) -> None:
        header = (LUA / f"{verb}.lua").read_text(encoding="utf-8")
        reply = (
            "-- Returns " if verb in OF_INDICATORS + OF_ENTRANCE else "-- Returns {next deadline, "
        )
        for part in ("-- KEYS: ", "-- ARGV: ", reply):
            assert part in header

    @pytest.mark.parametrize(("verb", "owner"), OWNERS.items())
    def test_each_verb_is_a_method(self, verb: str, owner: type) -> None:
        assert callable(getattr(owner, verb))

    @pytest.mark.parametrize("verb", VERBS)
    def test_redis_compiles_each_verb(self, client: redis.Redis, verb: str) -> None:
        assert client.script_load(source(verb))

    def test_an_include_appears_once(self) -> None:
        text = source("enqueue")
        assert text.count("local key = {") == 1
        assert "-- include" not in text

    def test_no_lua_file_writes_a_key_name_of_its_own(self) -> None:
        for entry in LUA.iterdir():
            assert "switchd:" not in entry.read_text(encoding="utf-8")

    def test_a_verb_runs_on_a_redis_that_has_forgotten_it(self, client: redis.Redis) -> None:
        scripts = Scripts(client, Keys("pingdingshan"))
        scripts.run("next_deadline")
        client.script_flush()
        assert scripts.run("next_deadline") == [None, None]


class TestLoadingAll:
    """Nobody's call is the one for which a verb is read, sent and compiled."""

    def test_every_file_but_those_to_be_included_is_a_verb(self) -> None:
        assert {"accept", "release", "count_end", "arrive", "beat"} <= set(VERBS)
        assert {f"{verb}.lua" for verb in VERBS} == {
            entry.name for entry in LUA.iterdir() if not entry.name.startswith("_")
        }

    def test_redis_knows_each_verb_by_its_hash(self, client: redis.Redis) -> None:
        client.script_flush()
        load_all(client)
        hashes = [
            hashlib.sha1(source(verb).encode(), usedforsecurity=False).hexdigest() for verb in VERBS
        ]
        assert client.script_exists(*hashes) == [True] * len(VERBS)

    def test_a_verb_is_not_sent_again(self, client: redis.Redis) -> None:
        client.script_flush()
        hall = Hall(client)
        hall.list.prepare()
        client.config_resetstat()
        hall.list.next_deadline()
        assert set(client.info("commandstats")) & {"cmdstat_evalsha", "cmdstat_eval"} == {
            "cmdstat_evalsha"
        }

    def test_without_redis_the_error_is_that_of_a_verb(self) -> None:
        with connect("redis://127.0.0.1:1") as nobody:
            waitlist = Waitlist(nobody, "pingdingshan", "daemon-1")
            with pytest.raises(QueueUnavailable, match="Redis does not answer"):
                waitlist.prepare()


class TestKeys:
    @pytest.mark.parametrize(
        ("file", "keys"), [("_keys.lua", Keys), ("_entrance_keys.lua", EntranceKeys)]
    )
    def test_lua_names_the_keys_in_the_order_in_which_it_gets_them(
        self, file: str, keys: type[Keys] | type[EntranceKeys]
    ) -> None:
        named = re.findall(r"(\w+) = KEYS\[(\d+)\]", (LUA / file).read_text())
        assert tuple(name for name, _ in named) == keys.LUA_ORDER
        assert [int(number) for _, number in named] == list(range(1, len(named) + 1))

    def test_seats_and_daemons_agree_on_how_long_the_stream_is(self) -> None:
        written = re.search(r"stream_length = (\d+)", (LUA / "_events.lua").read_text())
        assert written is not None
        assert int(written[1]) == LENGTH

    def test_all_keys_of_a_city_carry_its_hash_tag(self) -> None:
        keys = Keys("pingdingshan").for_lua()
        assert len(set(keys)) == len(keys)
        assert all(key.startswith("switchd:{pingdingshan}:") for key in keys)

    @pytest.mark.parametrize("city", ["", "a}b", "a b", "市", "a\n"])
    def test_a_city_that_breaks_its_hash_tag_is_refused(self, city: str) -> None:
        with pytest.raises(ValueError, match="use letters"):
            Keys(city)


times = st.integers(0, BAND - 1)
priorities = st.integers(PRIORITIES.start, PRIORITIES.stop - 1)
slopes = st.integers(to_hundredths(SLOPES[0]), to_hundredths(SLOPES[1]))


class TestScore:
    @given(priorities, slopes, times)
    def test_a_double_holds_every_place_in_a_list(
        self, priority: int, slope: int, since: int
    ) -> None:
        place = -score(priority, slope, since, 0)
        assert int(float(place)) == place

    @given(priorities, slopes, times, times)
    def test_it_is_that_of_the_definition(
        self, priority: int, slope: int, since: int, now: int
    ) -> None:
        points = to_points(score(priority, slope, since, now))
        defined = queueing.score(priority, slope / 100, since / 1000, now / 1000)
        assert points == pytest.approx(defined, abs=0.01)
