"""Who somebody is, by a token or by a PIN, while SQL and Redis come and go."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from routing.credentials import SignInRules, token_hash
from routing.rights import Role
from switchd.api.ports import Unavailable
from switchd.credentials import AGAIN_SECONDS, FRESH_SECONDS, Credentials, Doorkeeper
from switchd.queues.facts import QueueUnavailable
from switchd.records.agents import KnownAgent, PinCheck
from switchd.records.errors import StoreUnavailable
from switchd.records.tokens import Token
from switchd.seats.signing_in import SeatRefusal
from tests.seats.house import wait_until

NOW = 1_800_000_000.0


def token(written: str, **more: object) -> Token:
    fields = {"name": "softphone", "role": Role.SEAT, "made_at": NOW, "made_by": "root", **more}
    return Token(id=7, hash=token_hash(written), **fields)  # type: ignore[arg-type]


class FakeTokens:
    """A table of tokens that can be away."""

    def __init__(self) -> None:
        self.kept = [token("swd_a", seat="1001")]
        self.uses: list[dict[int, float]] = []
        self.asked = 0
        self.away = False

    def in_force(self, now: float) -> list[Token]:
        self.asked += 1
        if self.away:
            raise StoreUnavailable("SQL is away")
        return [one for one in self.kept if one.counts(now)]

    def used(self, ids: dict[int, float]) -> None:
        self.uses.append(ids)


@pytest.fixture
def tokens() -> FakeTokens:
    return FakeTokens()


@pytest.fixture
def sat() -> dict[str, str]:
    return {}


@pytest.fixture
def credentials(tokens: FakeTokens, sat: dict[str, str]) -> Credentials:
    def seat_of(agent: str) -> str:
        if "away" in sat:
            raise QueueUnavailable("Redis is away")
        return sat.get(agent, "")

    return Credentials(tokens, seat_of)


class TestToken:
    def test_whoever_has_it_is_known(self, credentials: Credentials) -> None:
        who = credentials.check("swd_a", NOW)
        assert who is not None
        assert (who.name, who.role, who.seat, who.token_id) == ("softphone", Role.SEAT, "1001", 7)

    @pytest.mark.parametrize("written", ["", "swd_b", "swd_a ", "7"])
    def test_anything_else_opens_nothing(self, credentials: Credentials, written: str) -> None:
        assert credentials.check(written, NOW) is None

    def test_sql_is_not_asked_for_every_request(
        self, credentials: Credentials, tokens: FakeTokens
    ) -> None:
        for tenth in range(10):
            credentials.check("swd_a", NOW + tenth / 10)
        assert tokens.asked == 1

    def test_wrong_ones_do_not_have_sql_asked_for_each(
        self, credentials: Credentials, tokens: FakeTokens
    ) -> None:
        for number in range(100):
            credentials.check(f"swd_{number}", NOW)
        assert tokens.asked == 1

    def test_a_new_one_opens_at_once(self, credentials: Credentials, tokens: FakeTokens) -> None:
        credentials.check("swd_a", NOW)
        tokens.kept.append(token("swd_new", seat="1002"))
        assert credentials.check("swd_new", NOW + AGAIN_SECONDS) is not None

    def test_a_revoked_one_opens_nothing_after_a_few_seconds(
        self, credentials: Credentials, tokens: FakeTokens
    ) -> None:
        credentials.check("swd_a", NOW)
        tokens.kept.clear()
        assert credentials.check("swd_a", NOW + FRESH_SECONDS) is None

    def test_without_sql_known_ones_stay_good_until_they_expire(
        self, credentials: Credentials, tokens: FakeTokens
    ) -> None:
        tokens.kept = [token("swd_a", seat="1001", expires_at=NOW + 600)]
        credentials.check("swd_a", NOW)
        tokens.away = True
        assert credentials.check("swd_a", NOW + 599) is not None
        assert credentials.check("swd_a", NOW + 600) is None

    def test_without_sql_nobody_can_say_of_an_unknown_one_that_it_is_wrong(
        self, credentials: Credentials, tokens: FakeTokens
    ) -> None:
        tokens.away = True
        with pytest.raises(Unavailable, match="SQL is away"):
            credentials.check("swd_b", NOW)

    def test_its_use_is_written_down_once_a_minute(
        self, credentials: Credentials, tokens: FakeTokens
    ) -> None:
        for second in range(0, 120, 5):
            credentials.check("swd_a", NOW + second)
        wait_until(lambda: len(tokens.uses) == 2)
        assert tokens.uses == [{7: NOW}, {7: NOW + 60}]


class TestAgentsToken:
    @pytest.fixture
    def tokens(self) -> FakeTokens:
        tokens = FakeTokens()
        tokens.kept = [token("swd_a", agent="A017")]
        return tokens

    def _seat(self, credentials: Credentials) -> str:
        who = credentials.check("swd_a", NOW)
        assert who is not None
        assert who.agent == "A017"
        return who.seat

    def test_it_is_for_the_seat_where_the_agent_sits_now(
        self, credentials: Credentials, sat: dict[str, str]
    ) -> None:
        assert self._seat(credentials) == ""
        sat["A017"] = "1005"
        assert self._seat(credentials) == "1005"
        sat["A017"] = "1009"
        assert self._seat(credentials) == "1009"

    def test_without_redis_the_agent_is_where_he_or_she_was(
        self, credentials: Credentials, sat: dict[str, str]
    ) -> None:
        sat["A017"] = "1005"
        self._seat(credentials)
        sat["away"] = "yes"
        assert self._seat(credentials) == "1005"


class FakePins:
    """One agent, A017, with the PIN 2580, until somebody sets something else."""

    def __init__(self) -> None:
        self.answer: Callable[[str], PinCheck] = lambda pin: PinCheck(pin == "2580")
        self.away = False

    def all(self) -> list[KnownAgent]:
        return [KnownAgent("A017", NOW, 0, None, NOW, "root")]

    def check(self, agent: str, pin: str, now: float, rules: SignInRules) -> PinCheck:
        if self.away:
            raise StoreUnavailable("SQL is away")
        return self.answer(pin)


class TestDoorkeeper:
    @pytest.fixture
    def pins(self) -> FakePins:
        return FakePins()

    @pytest.fixture
    def door(self, pins: FakePins) -> Doorkeeper:
        return Doorkeeper(pins, lambda: SignInRules(pin_required=True), lambda: NOW)

    @pytest.fixture
    def open_door(self, pins: FakePins) -> Doorkeeper:
        return Doorkeeper(pins, SignInRules, lambda: NOW)

    def test_the_right_pin_opens(self, door: Doorkeeper) -> None:
        door.admit("A017", "2580")

    def test_a_wrong_one_does_not_and_says_it_on_the_phone_too(self, door: Doorkeeper) -> None:
        with pytest.raises(SeatRefusal, match="staff number or PIN is wrong") as refused:
            door.admit("A017", "2581")
        assert refused.value.prompt == "seat_wrong_pin"

    def test_none_is_refused_where_the_city_wants_one(self, door: Doorkeeper) -> None:
        with pytest.raises(SeatRefusal, match="PIN is missing"):
            door.admit("A017", "")

    def test_elsewhere_nobody_needs_one_but_a_wrong_one_is_wrong(
        self, open_door: Doorkeeper
    ) -> None:
        open_door.admit("1001", "")
        with pytest.raises(SeatRefusal):
            open_door.admit("A017", "2581")

    def test_who_is_locked_out_is_told_for_how_long(self, door: Doorkeeper, pins: FakePins) -> None:
        pins.answer = lambda pin: PinCheck(False, NOW + 540)
        with pytest.raises(SeatRefusal, match="try again in 9 min") as refused:
            door.admit("A017", "2580")
        assert refused.value.prompt == "seat_locked"

    def test_without_sql_nobody_is_let_in_and_it_is_not_called_wrong(
        self, door: Doorkeeper, pins: FakePins
    ) -> None:
        pins.away = True
        with pytest.raises(Unavailable):
            door.admit("A017", "2580")

    def test_digits_on_a_phone_mean_an_agent(self, door: Doorkeeper) -> None:
        assert door.dialled("017") == "A017"
        assert door.dialled("018") is None
