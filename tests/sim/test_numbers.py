"""Numbers behind a trunk, as whoever dials them notices."""

from __future__ import annotations

import pytest

from switchd.sim import Simulator
from switchd.sim.answer import Answer
from switchd.sim.callers import CallerState
from switchd.sim.numbers import Number
from tests.contract.client import Client
from tests.sim.conftest import Town


def police(town: Town) -> Number:
    number = Number(town.switch, "110")
    town.switch.outside["110"] = number
    return number


def dial(town: Town, leg: str = "leg-1", number: str = "110", shown: str = "") -> list[str]:
    results: list[str] = []
    display = f"origination_caller_id_name='{shown}',origination_caller_id_number=13800138000"
    given = f"{{origination_uuid={leg},originate_timeout=20,{display}}}"
    url = f"sofia/trunk/{number}@10.0.0.9:5060"
    answer = town.api.run("originate", f"{given}{url} &park()")
    assert isinstance(answer, Answer)
    answer.then(results.append)
    town.clock.advance(0.03)
    return results


class TestANumberOnATrunk:
    def test_answers_and_parks(self, town: Town) -> None:
        police(town).will_answer(2.0)
        results = dial(town)
        assert town.ear.names("leg-1")[-1] == "CHANNEL_PROGRESS"
        assert results == []
        town.clock.advance(2.1)
        assert results == ["+OK leg-1\n"]
        assert town.ear.names("leg-1")[-1] == "CHANNEL_PARK"

    def test_talks_until_it_hangs_up(self, town: Town) -> None:
        number = police(town).will_answer(0.0, hangs_up_after=30.0)
        caller = town.answered()
        dial(town)
        town.clock.advance(0.1)
        town.api.run("uuid_bridge", f"{caller.uuid} leg-1")
        town.clock.advance(1.0)
        assert caller.state is CallerState.TALKING
        town.clock.advance(30.0)
        assert (number.talked, number.legs) == (1, [])
        assert town.ear.last("CHANNEL_HANGUP_COMPLETE", "leg-1")["Hangup-Cause"]

    def test_may_be_busy(self, town: Town) -> None:
        police(town).will_be_busy()
        results = dial(town)
        town.clock.advance(0.1)
        assert results == ["-ERR USER_BUSY\n"]

    def test_may_not_answer(self, town: Town) -> None:
        police(town).will_not_answer()
        results = dial(town)
        town.clock.advance(19.0)
        assert results == []
        town.clock.advance(1.5)
        assert results == ["-ERR NO_ANSWER\n"]

    def test_takes_several_calls_at_once(self, town: Town) -> None:
        number = police(town).will_answer(0.0)
        first, second = dial(town), dial(town, "leg-2")
        town.clock.advance(0.1)
        assert (first, second) == (["+OK leg-1\n"], ["+OK leg-2\n"])
        number.hang_up()
        assert number.legs == []

    def test_sees_who_calls(self, town: Town) -> None:
        number = police(town).will_answer()
        dial(town, shown="12345 热线")
        assert number.shown == ["12345 热线 13800138000"]

    @pytest.mark.parametrize("number", ["119", "1001"])
    def test_that_nobody_has_reaches_nobody(self, town: Town, number: str) -> None:
        """A seat's extension is no number outside."""
        town.phone("1001").will_answer()
        results = dial(town, number=number)
        town.clock.advance(0.1)
        assert results == ["-ERR NORMAL_TEMPORARY_FAILURE\n"]


class TestTheSimulator:
    def test_keeps_one_of_each_number(self) -> None:
        simulator = Simulator(password="secret").start()
        try:
            simulator.number("110").will_be_busy()
            assert simulator.number("110") is simulator.number("110")
            with Client(simulator.host, simulator.port, "secret") as client:
                client.bgapi("originate sofia/trunk/110@10.0.0.9 &park()", "j")
                assert client.job("j") == "-ERR USER_BUSY\n"
        finally:
            simulator.stop()
