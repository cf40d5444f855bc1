"""PINs and tokens in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text

from routing.credentials import SignInRules
from routing.rights import Role
from switchd.records.agents import Agents, PinCheck
from switchd.records.schema import migrate
from switchd.records.tokens import NewToken, Tokens

NOW = 1_800_000_000.0
RULES = SignInRules(pin_required=True, wrong_pins=3, locked_seconds=600)
WALL = NewToken("wallboard", Role.READER, NOW, "root", groups=frozenset({"web", "intake"}))


@pytest.fixture
def agents(url: str) -> Iterator[Agents]:
    migrate(url)
    agents = Agents(url, "pingdingshan")
    agents.set_pin("A017", "2580", NOW, "root")
    yield agents
    agents.close()


@pytest.fixture
def tokens(url: str) -> Iterator[Tokens]:
    migrate(url)
    tokens = Tokens(url, "pingdingshan")
    yield tokens
    tokens.close()


class TestPin:
    def test_the_right_one_is_right(self, agents: Agents) -> None:
        assert agents.check("A017", "2580", NOW, RULES) == PinCheck(True)
        assert not agents.check("A017", "2581", NOW, RULES).right

    def test_nobody_has_the_pin_of_somebody_unknown(self, agents: Agents) -> None:
        assert agents.check("A099", "", NOW, RULES) == PinCheck(False)

    def test_too_many_wrong_ones_lock_out_even_the_right_one_for_a_while(
        self, agents: Agents
    ) -> None:
        tries = [agents.check("A017", "0001", NOW, RULES) for _ in range(3)]
        assert [one.locked_until for one in tries] == [None, None, NOW + 600]
        assert agents.check("A017", "2580", NOW + 599, RULES) == PinCheck(False, NOW + 600)
        assert agents.check("A017", "2580", NOW + 600, RULES).right

    def test_a_right_one_ends_the_count(self, agents: Agents) -> None:
        for pin in ("0001", "0001", "2580", "0001", "0001"):
            last = agents.check("A017", pin, NOW, RULES)
        assert last == PinCheck(False)

    def test_a_new_pin_ends_a_lock_out_and_the_old_pin(self, agents: Agents) -> None:
        for _ in range(3):
            agents.check("A017", "0001", NOW, RULES)
        assert not agents.set_pin("A017", "7391", NOW + 1, "root")
        assert agents.check("A017", "7391", NOW + 1, RULES).right
        assert not agents.check("A017", "2580", NOW + 1, RULES).right

    def test_who_is_removed_has_no_pin(self, agents: Agents) -> None:
        assert agents.remove("A017")
        assert not agents.remove("A017")
        assert not agents.check("A017", "2580", NOW, RULES).right

    def test_everybody_who_has_one_is_listed_without_it(self, agents: Agents, url: str) -> None:
        other_city = Agents(url, "jiayuguan")
        other_city.set_pin("A001", "2580", NOW, "root")
        other_city.close()
        (known,) = agents.all()
        assert (known.agent, known.added_at, known.added_by) == ("A017", NOW, "root")
        assert "2580" not in repr(known)


class TestTokens:
    def test_what_is_made_is_found_by_its_hash_and_stands_nowhere(
        self, tokens: Tokens, url: str
    ) -> None:
        written, made = tokens.make(WALL)
        assert tokens.in_force(NOW) == [made]
        assert made.groups == WALL.groups
        engine = create_engine(url)
        with engine.connect() as connection:
            row = connection.execute(text("select * from api_tokens")).one()
        engine.dispose()
        assert written not in map(str, row)

    def test_two_tokens_are_never_the_same(self, tokens: Tokens) -> None:
        assert tokens.make(WALL)[0] != tokens.make(WALL)[0]

    def test_a_revoked_one_is_in_force_no_more_and_cannot_be_revoked_again(
        self, tokens: Tokens
    ) -> None:
        made = tokens.make(WALL)[1]
        assert tokens.revoke(made.id, NOW + 5, "B01")
        assert not tokens.revoke(made.id, NOW + 6, "B01")
        assert tokens.in_force(NOW + 5) == []
        assert tokens.all() == [replace(made, revoked_at=NOW + 5, revoked_by="B01")]

    def test_one_expires_by_itself(self, tokens: Tokens) -> None:
        made = tokens.make(replace(WALL, expires_at=NOW + 60))[1]
        assert tokens.in_force(NOW + 59.9) == [made]
        assert tokens.in_force(NOW + 60) == []
        assert made.counts(NOW + 59.9)
        assert not made.counts(NOW + 60)

    def test_who_leaves_loses_every_token(self, tokens: Tokens) -> None:
        mine = NewToken("phone", Role.SEAT, NOW, "root", agent="A017")
        kept = tokens.make(WALL)[1]
        tokens.make(mine)
        tokens.make(mine)
        assert tokens.revoke_of("A017", NOW, "root") == 2
        assert tokens.in_force(NOW) == [kept]

    def test_when_it_was_used_is_known(self, tokens: Tokens) -> None:
        made = tokens.make(WALL)[1]
        tokens.used({made.id: NOW + 30})
        assert tokens.all()[0].last_used_at == NOW + 30

    def test_another_citys_tokens_are_not_touched(self, tokens: Tokens, url: str) -> None:
        made = tokens.make(WALL)[1]
        other = Tokens(url, "jiayuguan")
        assert other.all() == []
        assert not other.revoke(made.id, NOW, "root")
        other.close()
