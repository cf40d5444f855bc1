"""Agents sit down with staff number and PIN, work, move and leave; what they did is known."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import orjson
import pytest

from switchd.api.client import Answer
from switchd.queues.connection import connect
from switchd.records.agents import Agents
from switchd.records.sessions import Session, Sessions
from switchd.sim.callers import CallerState, SimCaller
from switchd.sim.phones import Phone
from tests.scenarios.hotline import CITY, Hotline, heard, wait_for

WITH_PINS: dict[str, Any] = {
    **CITY,
    "agents": {"A017": {"title": "小王", "skills": {"market": 5}}, "A018": {}},
    "sign_in": {"pin_required": "yes", "wrong_pins": 3},
}
PINS = {"A017": "2580", "A018": "7391"}


@pytest.fixture(scope="module")
def running() -> Iterator[Hotline]:
    hotline = Hotline(WITH_PINS)
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


@pytest.fixture
def hotline(running: Hotline) -> Hotline:
    """Nobody is signed in, and everybody has a PIN that was never mistyped."""
    running.begins_anew()
    with closing(Agents(sql(running), "testcity")) as agents:
        for agent, pin in PINS.items():
            agents.set_pin(agent, pin, 0.0, "root")
    return running


def sql(hotline: Hotline) -> str:
    return f"sqlite:///{hotline.folder / 'state' / 'records.sqlite3'}"


def sessions(hotline: Hotline, agent: str) -> list[Session]:
    with closing(Sessions(sql(hotline), "testcity")) as kept:
        return kept.recent(10, agent)


def latest(hotline: Hotline, agent: str) -> Session:
    """An agent's latest session, once there is one."""
    found = wait_for(lambda: sessions(hotline, agent), f"a session of {agent} is written")[0]
    assert isinstance(found, Session)
    return found


def states(hotline: Hotline, agent: str) -> list[str]:
    """What an agent has done so far, as far as it is written down."""
    with closing(Sessions(sql(hotline), "testcity")) as kept:
        return [one.reason or one.state for one in kept.stretches(0, 2e10, agent)]


def signs_in(hotline: Hotline, seat: str, agent: str) -> None:
    hotline.client.seat(seat, "sign-in", agent=agent, pin=PINS[agent])


def talks(hotline: Hotline) -> SimCaller:
    """Somebody calls and talks with whoever is ready."""
    caller = hotline.sim.call("13937512345", "12345", survey="2")
    wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
    return caller


def dials(hotline: Hotline, seat: str, **answers: str) -> Phone:
    """Dial the code for signing in, and answer each question with keys."""
    phone = hotline.sim.seat(seat)
    wait_for(lambda: phone.leg is None, "the phone is free")
    assert phone.dials("*10")
    for question, keys in answers.items():
        wait_for(lambda asked=question: heard(phone).endswith(asked), f"{question} is asked")  # type: ignore[misc]
        phone.press(keys)
    wait_for(lambda: phone.leg is None, "the phone is hung up")
    return phone


class TestOnThePhone:
    def test_staff_number_and_pin_sign_in_at_any_seat(self, hotline: Hotline) -> None:
        phone = dials(hotline, "1002", seat_enter_number="017#", seat_enter_pin="2580#")
        assert heard(phone) == "seat_enter_number seat_enter_pin seat_signed_in"
        seat = hotline.seat("1002")
        assert (seat["agent"], seat["state"]) == ("A017", "not_ready")
        assert seat["groups"] == ["intake", "market"]

    def test_a_wrong_pin_signs_nobody_in(self, hotline: Hotline) -> None:
        phone = dials(hotline, "1001", seat_enter_number="017#", seat_enter_pin="2581#")
        assert "seat_wrong_pin" in heard(phone)
        assert hotline.seat("1001")["state"] == "signed_out"

    def test_who_sits_elsewhere_moves_with_a_key(self, hotline: Hotline) -> None:
        signs_in(hotline, "1001", "A017")
        phone = dials(
            hotline, "1002", seat_enter_number="017#", seat_enter_pin="2580#", seat_elsewhere="1"
        )
        assert heard(phone).endswith("seat_signed_in")
        assert hotline.seat("1001")["state"] == "signed_out"
        assert hotline.seat("1002")["agent"] == "A017"
        moved = [("1002", ""), ("1001", "moved")]
        wait_for(
            lambda: [(one.seat, one.ended_by) for one in sessions(hotline, "A017")[:2]] == moved,
            "both sessions are written",
        )
        assert latest(hotline, "A017").ended_at is None


class TestOverHttp:
    def test_nobody_signs_in_without_a_pin_or_with_a_wrong_one(self, hotline: Hotline) -> None:
        with pytest.raises(Answer, match="the PIN is missing"):
            hotline.client.seat("1001", "sign-in", agent="A017")
        with pytest.raises(Answer, match="staff number or PIN is wrong"):
            hotline.client.seat("1001", "sign-in", agent="A017", pin="0001")
        assert hotline.seat("1001")["state"] == "signed_out"

    def test_too_many_wrong_ones_lock_the_agent_out_everywhere(self, hotline: Hotline) -> None:
        for _ in range(3):
            with pytest.raises(Answer):
                hotline.client.seat("1001", "sign-in", agent="A018", pin="0001")
        with pytest.raises(Answer, match="too many wrong PINs"):
            hotline.client.seat("1002", "sign-in", agent="A018", pin=PINS["A018"])
        phone = dials(hotline, "1002", seat_enter_number="018#", seat_enter_pin="7391#")
        assert heard(phone).endswith("seat_locked")

    def test_an_agent_is_told_where_he_or_she_sits(self, hotline: Hotline) -> None:
        signs_in(hotline, "1001", "A017")
        with pytest.raises(Answer, match="signed in at seat 1001"):
            signs_in(hotline, "1002", "A017")


class TestWhatIsWrittenDown:
    def test_a_call_from_signing_in_to_signing_out(self, hotline: Hotline) -> None:
        before, sat = len(states(hotline, "A018")), len(sessions(hotline, "A018"))
        signs_in(hotline, "1001", "A018")
        hotline.client.seat("1001", "ready")
        talks(hotline)
        hotline.seat_hangs_up("1001")
        hotline.waits_until_seat_is("1001", "ready")
        hotline.client.seat("1001", "sign-out")
        wait_for(
            lambda: len(sessions(hotline, "A018")) > sat and latest(hotline, "A018").ended_at,
            "the session is written",
        )
        assert states(hotline, "A018")[before:] == [
            "signed_in",
            "ready",
            "offered",
            "talking",
            "wrap_up",
            "ready",
        ]
        (row,) = orjson.loads(hotline.admin("hours", "--agent", "A018", "--json").stdout)
        assert row["calls"] == 1
        assert row["on_calls"] > 0

    def test_a_restart_of_the_daemon_ends_no_session_and_loses_none(self, hotline: Hotline) -> None:
        signs_in(hotline, "1001", "A017")
        hotline.client.seat("1001", "ready")
        hotline.kill_daemon()
        hotline.start_daemon()
        hotline.client.seat("1001", "not-ready", reason="break")
        wait_for(lambda: states(hotline, "A017")[-1:] == ["break"], "the break is written")
        assert states(hotline, "A017")[-3:] == ["signed_in", "ready", "break"]
        assert sessions(hotline, "A017")[0].ended_at is None


class TestRedisForgetsEverything:
    def test_agents_go_on_with_state_and_skills_and_the_next_caller_is_served(
        self, hotline: Hotline
    ) -> None:
        signs_in(hotline, "1001", "A017")
        hotline.client.seat("1001", "ready")
        signs_in(hotline, "1002", "A018")
        hotline.client.seat("1002", "not-ready", reason="training")
        assert hotline.admin("queue", "pause", "market").returncode == 0
        wait_for(lambda: states(hotline, "A018")[-1:] == ["training"], "all is written")
        self._loses_everything(hotline)
        wait_for(lambda: self._agents(hotline) == ["A017", "A018", ""], "they sit there again")
        here, there = hotline.seat("1001"), hotline.seat("1002")
        assert (here["state"], here["groups"]) == ("ready", ["intake", "market"])
        assert (there["state"], there["reason"]) == ("not_ready", "training")
        paused = {row["group"]: row["paused"] for row in hotline.client.get("queues")}
        assert paused == {"intake": False, "market": True}
        assert hotline.admin("queue", "resume", "market").returncode == 0
        caller = talks(hotline)
        caller.hang_up()
        assert hotline.record_of(caller).agent == "A017"

    def test_an_agent_who_talks_goes_on_talking_and_then_takes_the_next_one(
        self, hotline: Hotline
    ) -> None:
        signs_in(hotline, "1001", "A017")
        hotline.client.seat("1001", "ready")
        caller = talks(hotline)
        wait_for(lambda: states(hotline, "A017")[-1:] == ["talking"], "it is written")
        self._loses_everything(hotline)
        wait_for(lambda: self._agents(hotline) == ["A017", "", ""], "the agent sits there again")
        hotline.waits_until_seat_is("1001", "talking")
        assert caller.state is CallerState.TALKING
        following = hotline.waits("13800138009")
        hotline.seat_hangs_up("1001")
        wait_for(lambda: following.state is CallerState.TALKING, "the next one is served")
        assert sessions(hotline, "A017")[0].ended_at is None

    def _loses_everything(self, hotline: Hotline) -> None:
        with closing(connect(f"unix://{hotline.folder}/state/redis/redis.sock")) as client:
            pid = client.info("server")["process_id"]
        (hotline.folder / "state" / "redis" / "queue.aof").unlink()
        os.kill(pid, signal.SIGKILL)

    def _agents(self, hotline: Hotline) -> list[str]:
        try:
            return [seat["agent"] for seat in hotline.client.get("seats")]
        except Answer:
            return []
