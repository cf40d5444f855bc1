"""kill -9 of the daemon in the middle of controlled calls, on a real FreeSWITCH."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from routing.record import CallRecord, Outcome
from switchd.demo.telephones.sipp import Phone
from switchd.switchboard.legs import doing
from tests.live.hotline import LiveHotline
from tests.live.mobiles import new_mobile
from tests.live.test_keys import Talk, changes, outside
from tests.live.tones import tone

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveHotline]:
    with LiveHotline(tmp_path_factory.mktemp("taking-over"), changes) as hotline:
        yield hotline


@pytest.fixture
def hotline(running: LiveHotline) -> Iterator[LiveHotline]:
    yield running
    running.tidies_up()


@pytest.fixture
def expert(hotline: LiveHotline) -> Phone:
    """Answers behind the trunk, by the time that caller and seat talk."""
    return outside(hotline, "2970200")


@pytest.fixture
def talk(hotline: LiveHotline, tmp_path: Path) -> Talk:
    speaks = tone(tmp_path / "voice.alaw", 1000)
    return Talk(hotline, new_mobile(), speaks=speaks)


def asks(talk: Talk, verb: str, state: str, target: str = "") -> None:
    talk.hotline.client.control("1001", verb, target=target, who="test")
    talk.becomes(state)


def variable(talk: Talk, name: str) -> str:
    return talk.hotline.house.api(f"uuid_getvar {talk.row['call']} {name}")


def legs_do(talk: Talk) -> list[str]:
    return sorted(doing(row) for row in talk.hotline.channels())


def dies(talk: Talk, state: str) -> list[str]:
    """The daemon dies in this state and the next one goes on; nothing moves on the switch."""
    talk.hotline.waits_until(lambda: variable(talk, "switchd_state") == state, "it is written down")
    before = legs_do(talk)
    talk.hotline.kill_daemon()
    assert legs_do(talk) == before
    talk.hotline.start()
    talk.becomes(state)
    found = talk.hotline.status()["compared"]["found"]
    assert found == {f"adopted_{state}": 1}
    return before


def ends(talk: Talk) -> CallRecord:
    talk.caller.hang_up()
    record = talk.hotline.record(talk.mobile)
    assert record.outcome is Outcome.ANSWERED
    return record


class TestTheDaemonIsKilled:
    def test_while_the_caller_is_held(self, hotline: LiveHotline, talk: Talk) -> None:
        asks(talk, "hold", "held")
        # FreeSWITCH's list may still be at the time before the talk.
        hotline.waits_until(lambda: legs_do(talk) == ["park", "playback"], "the legs are apart")
        dies(talk, "held")
        asks(talk, "resume", "talking")
        hotline.waits_until(lambda: legs_do(talk) == ["talk", "talk"], "they talk again")
        assert [leg.role for leg in ends(talk).legs] == ["caller", "seat"]
        hotline.waits_until_seat_is("1001", "ready")

    def test_during_a_consultation(self, hotline: LiveHotline, expert: Phone, talk: Talk) -> None:
        asks(talk, "consult", "consulting", "expert:medical")
        hotline.waits_until(
            lambda: legs_do(talk) == ["playback", "talk", "talk"], "seat and expert talk"
        )
        assert dies(talk, "consulting") == ["playback", "talk", "talk"]
        asks(talk, "complete", "forwarded")
        hotline.waits_until(lambda: legs_do(talk) == ["talk", "talk"], "expert and caller talk")
        assert expert.count("called") == 1
        assert [leg.role for leg in ends(talk).legs] == ["caller", "seat", "expert"]
        hotline.waits_until_seat_is("1001", "ready")

    def test_in_a_three_way(self, hotline: LiveHotline, expert: Phone, talk: Talk) -> None:
        asks(talk, "three-way", "conference", "expert:medical")
        hotline.waits_until(lambda: legs_do(talk) == ["conference"] * 3, "all three talk")
        assert dies(talk, "conference") == ["conference"] * 3
        asks(talk, "leave", "forwarded")
        hotline.waits_until(lambda: legs_do(talk) == ["talk", "talk"], "expert and caller talk")
        assert expert.count("called") == 1
        assert [leg.role for leg in ends(talk).legs] == ["caller", "seat", "expert"]

    def test_between_the_bridge_and_the_note_of_it(self, hotline: LiveHotline, talk: Talk) -> None:
        call = talk.row["call"]
        hotline.waits_until(lambda: variable(talk, "switchd_state") == "talking", "it is noted")
        hotline.kill_daemon()
        unsaid = ("offer", "seat", "agent", "answered_at", "recording")
        nothing = ";".join(f"switchd_{name}=" for name in unsaid)
        hotline.house.api(f"uuid_setvar_multi {call} switchd_state=waiting;{nothing}")
        hotline.start()
        talk.becomes("talking")
        assert legs_do(talk) == ["talk", "talk"]
        assert hotline.status()["compared"]["found"] == {"adopted_talking": 1}
        record = ends(talk)
        assert (record.seat, record.agent) == ("1001", "1001")
        assert record.recording
