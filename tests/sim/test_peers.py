"""Two stand-ins and the trunk between them."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchd.sim.answer import Answer
from switchd.sim.channel import Channel
from switchd.sim.peers import Relay
from tests.sim.conftest import Town


class Towns:
    """A town whose callers want to talk to a phone of the town next to it."""

    def __init__(self, folder: Path) -> None:
        self.near, self.far = Town(folder), Town(folder, seed=2)
        self.near.switch.relay = lambda address, number: (
            Relay(self.far.switch, "town", number) if address == "10.0.0.2:5080" else None
        )
        self.results: list[str] = []

    def rings(self, address: str = "10.0.0.2:5080") -> None:
        variables = (
            "{origination_uuid=leg-1,origination_caller_id_number=13800138000,"
            "origination_caller_id_name=12315}"
        )
        answer = self.near.api.run(
            "originate", f"{variables}sofia/peers/1001@{address};transport=udp &park()"
        )
        assert isinstance(answer, Answer)
        answer.then(self.results.append)
        self.goes_on(0.03)

    def goes_on(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.01)):
            self.near.clock.advance(0.01)
            self.far.clock.advance(0.01)

    @property
    def leg(self) -> Channel:
        return self.near.switch.channels["leg-1"]


@pytest.fixture
def towns(tmp_path: Path) -> Towns:
    return Towns(tmp_path)


class TestACallToTheOtherTown:
    def test_rings_the_phone_and_shows_who_calls(self, towns: Towns) -> None:
        phone = towns.far.phone().will_not_answer()
        towns.rings()
        towns.goes_on(0.1)
        assert phone.shown == ["12315 13800138000"]
        assert not towns.leg.answered

    def test_is_answered_when_the_phone_is_and_ends_when_it_hangs_up(self, towns: Towns) -> None:
        phone = towns.far.phone().will_answer(0.2)
        towns.rings()
        towns.goes_on(0.5)
        assert towns.results == ["+OK leg-1\n"]
        assert phone.talked == 1
        assert {leg.variables.get("switchd_kind", "") for leg in self.legs(towns)} == {"relay", ""}
        phone.hang_up()
        towns.goes_on(0.1)
        assert towns.near.switch.channels == {}
        assert self.legs(towns) == []
        assert (
            towns.near.ear.last("CHANNEL_HANGUP_COMPLETE", "leg-1")[
                "variable_sip_hangup_disposition"
            ]
            == "recv_bye"
        )

    def legs(self, towns: Towns) -> list[Channel]:
        return list(towns.far.switch.channels.values())

    @pytest.mark.parametrize("cause", ["USER_BUSY", "CALL_REJECTED", "NORMAL_TEMPORARY_FAILURE"])
    def test_ends_for_the_cause_of_the_phone(self, towns: Towns, cause: str) -> None:
        phone = towns.far.phone()
        {
            "USER_BUSY": phone.will_be_busy,
            "CALL_REJECTED": phone.will_refuse,
            "NORMAL_TEMPORARY_FAILURE": phone.will_be_unreachable,
        }[cause]()
        towns.rings()
        towns.goes_on(0.5)
        assert towns.results == [f"-ERR {cause}\n"]

    def test_a_phone_that_is_not_registered_is_told(self, towns: Towns) -> None:
        towns.far.phone().unregister()
        towns.rings()
        towns.goes_on(0.2)
        assert towns.results == ["-ERR USER_NOT_REGISTERED\n"]

    def test_given_up_it_stops_the_phone(self, towns: Towns) -> None:
        phone = towns.far.phone().will_not_answer()
        towns.rings()
        towns.goes_on(0.1)
        assert phone.leg is not None
        ringing = phone.leg.uuid
        towns.near.api.run("uuid_kill", "leg-1 ORIGINATOR_CANCEL")
        towns.goes_on(0.1)
        assert phone.leg is None
        gone = towns.far.ear.last("CHANNEL_HANGUP_COMPLETE", ringing)
        assert gone["Hangup-Cause"] == "ORIGINATOR_CANCEL"

    def test_where_nobody_is_it_fails(self, towns: Towns) -> None:
        towns.rings("10.0.0.9:5080")
        towns.goes_on(0.1)
        assert towns.results == ["-ERR NORMAL_TEMPORARY_FAILURE\n"]
