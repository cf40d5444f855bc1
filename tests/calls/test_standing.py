"""Asking about a caller never delays or endangers the call."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from gevent.event import Event

from routing.entry import Arrival
from routing.plan import Trunk
from routing.standing import NOTHING_KNOWN, Callers, Standing
from switchd.calls import standing as asking
from switchd.calls.ports import QueueUnavailable
from tests.routing.build import NOW, plan

ARRIVAL = Arrival("+8613937512345", "0375-12345", "carrier")
KNOWN = Standing(2, is_repeat=True)


@dataclass
class Register:
    """Knows one thing, perhaps late, perhaps not at all."""

    trouble: Exception | None = None
    ready: Event | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    def standing(self, call: str, number: str, callers: Callers, now: float) -> Standing:
        self.asked.append((call, number))
        if self.ready is not None:
            self.ready.wait()
        if self.trouble is not None:
            raise self.trouble
        return KNOWN


def standing(register: Register, arrival: Arrival = ARRIVAL) -> Standing:
    return asking.standing_of(register, "leg-a", arrival, plan(), NOW)


class TestAsking:
    def test_what_is_known_of_the_number_is_told(self) -> None:
        register = Register()
        assert standing(register) == KNOWN
        assert register.asked == [("leg-a", "13937512345")]

    def test_if_nobody_can_tell_the_call_goes_on(self) -> None:
        assert standing(Register(QueueUnavailable("away"))) == NOTHING_KNOWN

    def test_if_nobody_tells_in_time_the_call_goes_on(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(asking, "PATIENCE_SECONDS", 0.01)
        register = Register(ready=Event())
        assert standing(register) == NOTHING_KNOWN
        assert register.asked
        assert register.ready is not None
        register.ready.set()

    @pytest.mark.parametrize(
        "changes",
        [
            {"privacy": True},
            {"caller": "nobody"},
            {"caller": "110"},
            {"called": "119"},
            {"called": "0375-120"},
        ],
    )
    def test_nobody_is_asked_about_emergencies_and_callers_without_number(
        self, changes: dict[str, object]
    ) -> None:
        register = Register()
        found = standing(register, replace(ARRIVAL, **changes))  # type: ignore[arg-type]
        assert (found, register.asked) == (NOTHING_KNOWN, [])

    def test_an_emergency_number_behind_the_trunks_prefix_is_one(self) -> None:
        the_plan = plan(trunks={"carrier": Trunk("carrier", strip_prefixes=("17951",))})
        register = Register()
        arrival = replace(ARRIVAL, called="17951119")
        found = asking.standing_of(register, "leg-a", arrival, the_plan, NOW)
        assert (found, register.asked) == (NOTHING_KNOWN, [])
