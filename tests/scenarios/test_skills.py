"""An agent's skills decide who is served at the seat where the agent signs in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from switchd.sim.callers import CallerState
from tests.scenarios.hotline import CITY, Hotline, wait_for

SKILLED_CITY: dict[str, Any] = {
    **CITY,
    "lines": {
        **CITY["lines"],
        "12346": {"kind": "parallel", "title": "English", "group": "english", "survey": "no"},
    },
    "groups": {
        **CITY["groups"],
        "english": {"title": "英语", "needs": "intake & english>=3", "ring_seconds": 2},
    },
    "agents": {"A017": {"title": "小王", "skills": {"english": 5}}},
}


@pytest.fixture(scope="module")
def skilled() -> Iterator[Hotline]:
    hotline = Hotline(SKILLED_CITY)
    try:
        hotline.start_daemon()
        yield hotline
    finally:
        hotline.close()


class TestSkills:
    def test_only_an_agent_who_has_the_skill_is_offered_the_caller(self, skilled: Hotline) -> None:
        """The other seat is ready all the time."""
        skilled.makes_ready("1001")
        caller = skilled.sim.call("13937512345", "12346", survey="")
        wait_for(lambda: skilled.status()["waiting"] == 1, "the caller waits")
        skilled.client.seat("1002", "sign-in", agent="A017")
        assert skilled.seat("1002")["groups"] == ["english", "intake"]
        skilled.client.seat("1002", "ready")
        wait_for(lambda: caller.state is CallerState.TALKING, "they talk")
        skilled.seat_hangs_up("1002")
        record = skilled.record_of(caller)
        assert (record.seat, record.agent, record.group) == ("1002", "A017", "english")
