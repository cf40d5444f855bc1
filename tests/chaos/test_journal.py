"""What is made of a switch's events, in whichever order they come."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chaos.invariants import CALLER, CRASH, SEAT, SWITCH
from tests.chaos.journal import PARTING_SECONDS, Journal

NOW = 1_000_000.0
BOTH = {"Bridge-A-Unique-ID": "c1", "Bridge-B-Unique-ID": "s1"}


class Told:
    """A journal that is told of one caller and one seat."""

    def __init__(self) -> None:
        self.journal = Journal(lambda leg, name: "")
        self.says("CHANNEL_CREATE", "c1", **{"Call-Direction": "inbound"})
        self.says(
            "CHANNEL_CREATE",
            "s1",
            **{
                "Call-Direction": "outbound",
                "variable_switchd_call": "c1",
                "Caller-Destination-Number": "1001",
            },
        )
        self.says("CHANNEL_BRIDGE", "c1", **BOTH)

    def says(self, name: str, leg: str, **facts: str) -> None:
        self.journal.takes({"Event-Name": name, "Unique-ID": leg, **facts}, NOW)

    def unbridged(self) -> None:
        self.says("CHANNEL_UNBRIDGE", "c1", **BOTH)

    def gone(self, leg: str, disposition: str) -> None:
        facts = {"Hangup-Cause": "NORMAL_CLEARING", "variable_sip_hangup_disposition": disposition}
        self.says("CHANNEL_HANGUP_COMPLETE", leg, **facts)

    @property
    def ended_by(self) -> str:
        self.journal.settle()
        (talk,) = self.journal.talks
        return talk.ended_by


@pytest.fixture
def told() -> Told:
    return Told()


class TestTheEndOfATalk:
    @pytest.mark.parametrize(("leg", "who"), [("c1", CALLER), ("s1", SEAT)])
    @pytest.mark.parametrize("bridge_first", [True, False])
    def test_is_whose_phone_said_so(
        self, told: Told, leg: str, who: str, bridge_first: bool
    ) -> None:
        if bridge_first:
            told.unbridged()
        told.gone(leg, "recv_bye")
        if not bridge_first:
            told.unbridged()
        told.gone("s1" if leg == "c1" else "c1", "send_bye")
        assert told.ended_by == who

    def test_is_the_switchs_if_neither_phone_did(self, told: Told) -> None:
        told.unbridged()
        told.gone("s1", "send_bye")
        assert told.ended_by == SWITCH

    def test_that_is_not_known_at_once(self, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tests.chaos.journal.time.time", lambda: NOW + PARTING_SECONDS / 2)
        told.unbridged()
        assert told.ended_by == ""
        told.gone("c1", "recv_bye")
        assert told.ended_by == CALLER

    def test_is_nobodys_if_the_switch_dies(self, told: Told) -> None:
        told.journal.switch_died()
        assert told.ended_by == CRASH


class TestACaller:
    @pytest.mark.parametrize(
        ("disposition", "who"),
        [("recv_bye", CALLER), ("recv_cancel", CALLER), ("send_bye", SWITCH)],
    )
    def test_ends_by_whoever_hung_up(self, told: Told, disposition: str, who: str) -> None:
        told.gone("c1", disposition)
        assert told.journal.calls["c1"].ended_by == who

    def test_waits_before_another_as_their_legs_say(self) -> None:
        queued: dict[str, Any] = {"c1": "999990.0", "c2": "999995.0"}
        journal = Journal(lambda leg, name: queued.get(leg, ""))
        for leg in queued:
            facts = {"Event-Name": "CHANNEL_CREATE", "Unique-ID": leg}
            journal.takes({**facts, "Call-Direction": "inbound"}, NOW - 20)
        ring = {"variable_switchd_call": "c2", "Caller-Destination-Number": "1001"}
        create = {"Event-Name": "CHANNEL_CREATE", "Call-Direction": "outbound"}
        journal.takes({**create, **ring, "Unique-ID": "s1"}, NOW)
        assert journal.rings["s1"].passed_over == ("c1",)
