"""The desk that bars callers: Redis for the moment, SQL for the audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from routing.admission import Knock
from routing.standing import Callers, Limits
from switchd.api.ports import Refused, Unavailable
from switchd.callers import CallerDesk
from switchd.calls.ports import QueueUnavailable
from switchd.queues.connection import connect
from switchd.queues.embedded import EmbeddedRedis
from switchd.queues.entrance import Entrance
from switchd.queues.waitlist import Waitlist
from switchd.records.callers import CallerRules
from switchd.records.schema import migrate
from tests.routing.build import NOW, plan

MOBILE = "13937512345"
ONE_AN_HOUR = Callers(limits=Limits(1, bar_seconds=600))


class House:
    """A desk on a Redis and a database of its own."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.now = NOW
        self.client = connect(redis_url)
        self.rules = CallerRules(f"sqlite:///{folder / 'records.sqlite3'}")
        migrate(f"sqlite:///{folder / 'records.sqlite3'}")
        waitlist = Waitlist(self.client, "pingdingshan", "daemon-1")
        entrance = Entrance(self.client, "pingdingshan", "daemon-1")
        self.audited: list[tuple[str, str, Mapping[str, Any], str, str]] = []
        self.desk = CallerDesk(
            entrance,
            waitlist,
            self.rules,
            plan,
            lambda: self.now,
            lambda *action: self.audited.append(action),
        )

    def may_call(self, number: str = MOBILE) -> bool:
        [found] = self.desk.arrive([Knock("leg-a", number)], Callers(), self.now)
        return found.barred_until is None or found.barred_until <= self.now


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with EmbeddedRedis(Path(tmp_path_factory.mktemp("redis"))) as running:
        yield running.url


@pytest.fixture
def house(tmp_path: Path, redis_url: str) -> Iterator[House]:
    house = House(tmp_path, redis_url)
    house.client.flushall()
    yield house
    house.rules.close()
    house.client.close()


@pytest.fixture
def cut_off(tmp_path: Path) -> Iterator[House]:
    """A desk whose Redis is away."""
    house = House(tmp_path, f"unix://{tmp_path}/nothing.sock")
    yield house
    house.rules.close()


class TestBlock:
    def test_every_form_of_the_number_is_that_number(self, house: House) -> None:
        assert house.desk.block(f"+86 {MOBILE}", 60, "threats", "8001")["number"] == MOBILE
        assert not house.may_call()

    def test_it_ends_by_itself(self, house: House) -> None:
        house.desk.block(MOBILE, 60, "threats", "8001")
        house.now += 60
        assert house.may_call()
        assert house.desk.blocked() == []

    def test_unblocking_ends_it_at_once_and_is_written_down(self, house: House) -> None:
        house.desk.block(MOBILE, None, "threats", "8001")
        house.desk.unblock(MOBILE, "8002")
        assert house.may_call()
        [rule] = house.rules.history(MOBILE)
        assert (rule.who, rule.removed_by) == ("8001", "8002")

    def test_who_did_it_and_why_is_in_the_audit(self, house: House) -> None:
        house.desk.block(MOBILE, 60, "threats", "8001")
        house.desk.unblock(MOBILE, "8002")
        assert house.audited == [
            ("block", MOBILE, {"until": NOW + 60}, "8001", "threats"),
            ("unblock", MOBILE, {}, "8002", ""),
        ]

    def test_unblocking_nobody_is_refused(self, house: House) -> None:
        with pytest.raises(Refused, match="is not blocked"):
            house.desk.unblock(MOBILE, "8001")
        assert house.audited == []

    @pytest.mark.parametrize("number", ["120", "+86375110", "nobody", ""])
    def test_emergency_services_and_words_cannot_be_blocked(
        self, house: House, number: str
    ) -> None:
        with pytest.raises(Refused, match=r"never blocked|no telephone number"):
            house.desk.block(number, 60, "x", "8001")
        assert house.desk.blocked() == []

    def test_a_redis_that_forgot_is_told_again(self, house: House) -> None:
        house.desk.block(MOBILE, None, "threats", "8001")
        house.client.flushall()
        assert house.may_call()
        house.desk.restore()
        assert not house.may_call()


class TestLimit:
    def test_the_call_beyond_it_bars_the_number(self, house: House) -> None:
        knocks = [Knock("leg-1", MOBILE), Knock("leg-2", MOBILE)]
        first, found = house.desk.arrive(knocks, ONE_AN_HOUR, NOW)
        assert first.barred_until is None
        assert (found.barred_until, found.by_limit) == (NOW + 600, True)
        assert found.barred_for == "2 calls within an hour"


class TestWithoutRedis:
    def test_a_caller_is_not_known(self, cut_off: House) -> None:
        with pytest.raises(QueueUnavailable):
            cut_off.desk.arrive([Knock("leg-a", MOBILE)], Callers(), NOW)

    def test_a_block_that_is_not_in_force_says_so(self, cut_off: House) -> None:
        with pytest.raises(Unavailable):
            cut_off.desk.block(MOBILE, 60, "threats", "8001")
