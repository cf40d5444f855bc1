"""Staff number and PIN by the keys of a phone, on a real FreeSWITCH."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest

from switchd.records.agents import Agents
from switchd.records.schema import migrate
from switchd.records.sessions import Sessions
from tests.live.hotline import LiveHotline

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
PIN = "2580"


def changes(_: int) -> Mapping[str, Any]:
    return {"agents": {"A017": {"title": "小王"}}, "sign_in": {"pin_required": "yes"}}


def sql(hotline: LiveHotline) -> str:
    return f"sqlite:///{hotline.state / 'records.sqlite3'}"


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    """A city that wants PINs; A017 has one."""
    hotline = LiveHotline(tmp_path_factory.mktemp("agents"), changes)
    migrate(sql(hotline))
    with closing(Agents(sql(hotline), "testcity")) as agents:
        agents.set_pin("A017", PIN, 0.0, "root")
    with hotline:
        yield hotline


def keys(*entries: tuple[float, str]) -> list[tuple[float, str]]:
    """Each entry is typed from a moment after the answer on, three keys a second."""
    return [(at + n / 3, key) for at, typed in entries for n, key in enumerate(typed)]


def signs_in(hotline: LiveHotline, seat: str, *entries: tuple[float, str]) -> None:
    dialled = hotline.house.dial(seat, "*10", keys=keys(*entries))
    assert dialled.wait(40)
    assert dialled.final == 200


class TestSigningIn:
    def test_with_a_wrong_pin_nobody_sits_there(self, hotline: LiveHotline) -> None:
        hotline.house.seat("1001")
        signs_in(hotline, "1001", (2.0, "017#"), (6.0, "2581#"))
        assert hotline.seat("1001")["state"] == "signed_out"

    def test_with_the_right_one_the_agent_takes_the_call_and_then_moves_to_another_seat(
        self, hotline: LiveHotline
    ) -> None:
        hotline.house.seat("1002", answers_after=0.2, hangs_up_after=1.0)
        signs_in(hotline, "1002", (2.0, "017#"), (6.0, f"{PIN}#"))
        assert hotline.seat("1002")["agent"] == "A017"
        assert hotline.house.dial("1002", "*11").wait(20)
        hotline.waits_until_seat_is("1002", "ready")
        hotline.house.call("13930000001", "12345", hangs_up_after=8.0)
        record = hotline.record("13930000001")
        assert (record.seat, record.agent) == ("1002", "A017")
        hotline.house.seat("1003")
        signs_in(hotline, "1003", (2.0, "017#"), (6.0, f"{PIN}#"), (10.0, "1"))
        assert hotline.seat("1003")["agent"] == "A017"
        assert hotline.seat("1002")["state"] == "signed_out"
        hotline.waits_until(lambda: len(self._sessions(hotline)) == 2, "both are written")
        assert [one.ended_by for one in self._sessions(hotline)] == ["", "moved"]

    def _sessions(self, hotline: LiveHotline) -> list[Any]:
        with closing(Sessions(sql(hotline), "testcity")) as kept:
            return list(kept.recent(10, "A017"))
