"""The Lua files, the keys they get and the numbers they keep."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from switchd.queues.keys import Keys
from switchd.queues.nodes import Nodes
from switchd.queues.order import PRIORITIES, enqueued_at_of, place, priority_of, to_ms
from switchd.queues.scripts import Scripts, source
from switchd.queues.waitlist import Waitlist

LUA = files("switchd.queues") / "lua"
VERBS = sorted(
    entry.name.removesuffix(".lua") for entry in LUA.iterdir() if not entry.name.startswith("_")
)


class TestLuaFiles:
    @pytest.mark.parametrize("verb", VERBS)
    def test_each_verb_says_its_keys_arguments_and_reply(self, verb: str) -> None:
        header = (LUA / f"{verb}.lua").read_text(encoding="utf-8")
        for part in ("-- KEYS: ", "-- ARGV: ", "-- Returns {next deadline, "):
            assert part in header

    @pytest.mark.parametrize("verb", VERBS)
    def test_each_verb_is_a_method_of_the_waitlist_or_of_the_nodes(self, verb: str) -> None:
        assert any(callable(getattr(owner, verb, None)) for owner in (Waitlist, Nodes))

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


class TestKeys:
    def test_lua_names_the_keys_in_the_order_in_which_it_gets_them(self) -> None:
        named = re.findall(r"(\w+) = KEYS\[(\d+)\]", (LUA / "_keys.lua").read_text())
        assert tuple(name for name, _ in named) == Keys.LUA_ORDER
        assert [int(number) for _, number in named] == list(range(1, len(named) + 1))

    def test_all_keys_of_a_city_carry_its_hash_tag(self) -> None:
        keys = Keys("pingdingshan").for_lua()
        assert len(set(keys)) == len(keys)
        assert all(key.startswith("switchd:{pingdingshan}:") for key in keys)

    @pytest.mark.parametrize("city", ["", "a}b", "a b", "市", "a\n"])
    def test_a_city_that_breaks_its_hash_tag_is_refused(self, city: str) -> None:
        with pytest.raises(ValueError, match="use letters"):
            Keys(city)


times = st.integers(0, 2**42 - 1)
priorities = st.integers(PRIORITIES.start, PRIORITIES.stop - 1)


class TestPlace:
    @given(priorities, times, priorities, times)
    def test_places_compare_like_priority_then_time(
        self, priority: int, ms: int, other_priority: int, other_ms: int
    ) -> None:
        one, other = place(priority, ms / 1000), place(other_priority, other_ms / 1000)
        assert (one < other) == ((-priority, ms) < (-other_priority, other_ms))

    @given(priorities, times)
    def test_a_double_holds_it_and_gives_both_back(self, priority: int, ms: int) -> None:
        score = place(priority, ms / 1000)
        assert int(float(score)) == score
        assert priority_of(score) == priority
        assert to_ms(enqueued_at_of(score)) == ms
