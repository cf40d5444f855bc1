"""In what talk a caller's leg is that an earlier owner left behind."""

from __future__ import annotations

from typing import Any

import pytest

from routing.callflow import State
from routing.callflow import events as on
from routing.callflow.positions import At, Spot
from switchd.switchboard.adopting import talk_of
from tests.switchboard.taken_over import BRIDGED_AT, Switch

WAITING = {
    "switchd_kind": "caller",
    "switchd_called": "12345",
    "switchd_trunk": "trunk",
    "switchd_state": "waiting",
    "switchd_queued_at": "100.5",
    "switchd_group": "intake",
}
TALKING = {
    **WAITING,
    "switchd_state": "talking",
    "switchd_answered_at": "130.5",
    "switchd_offer": "seat",
    "switchd_seat": "1001",
    "switchd_agent": "8001",
    "switchd_recording": "a.wav",
}
EXPERT = {
    "switchd_third": "expert",
    "switchd_third_role": "expert",
    "switchd_third_name": "13900000001",
    "switchd_third_agent": "",
}
CONSULTING = {**TALKING, **EXPERT, "switchd_state": "consulting"}


@pytest.fixture
def switch() -> Switch:
    return Switch()


def found(switch: Switch) -> on.Talking | on.Controlled | None:
    return talk_of("caller", switch.legs())


def controlled(switch: Switch) -> on.Controlled:
    event = found(switch)
    assert isinstance(event, on.Controlled)
    return event


class TestATalk:
    def test_is_told_with_everything_that_its_record_needs(self, switch: Switch) -> None:
        switch.talk("caller", "seat", **TALKING)
        talk = found(switch)
        assert isinstance(talk, on.Talking)
        assert (talk.arrival.called, talk.queued_at, talk.answered_at) == ("12345", 100.5, 130.5)
        assert (talk.leg, talk.seat, talk.agent) == ("seat", "1001", "8001")
        assert (talk.group, talk.recording) == ("intake", "a.wav")

    def test_of_a_leg_that_is_no_callers_is_nobodys(self, switch: Switch) -> None:
        switch.talk("caller", "seat", **{**TALKING, "switchd_kind": "code"})
        assert found(switch) is None

    def test_a_seat_that_does_not_hear_itself_muted_is_known_to_be(self, switch: Switch) -> None:
        switch.talk("caller", "seat", **TALKING, switchd_muted="yes")
        assert controlled(switch).muted

    def test_with_a_seat_that_has_gone_is_over(self, switch: Switch) -> None:
        switch.has("caller", "park", **TALKING)
        assert found(switch) is None


class TestABridgeThatNobodyWroteDown:
    def test_with_a_seat_is_a_talk_that_has_just_begun(self, switch: Switch) -> None:
        switch.has(
            "seat", "uuid_bridge", "CS_SOFT_EXECUTE", switchd_kind="seat", switchd_seat="1002"
        )
        switch.talk("caller", "seat", **{**TALKING, "switchd_state": "waiting"})
        talk = found(switch)
        assert isinstance(talk, on.Talking)
        assert (talk.leg, talk.seat, talk.agent, talk.recording) == ("seat", "1002", "", "")
        assert (talk.queued_at, talk.answered_at) == (100.5, BRIDGED_AT / 1_000_000)

    def test_with_a_number_on_a_trunk(self, switch: Switch) -> None:
        switch.has("centre", "uuid_bridge", "CS_SOFT_EXECUTE", switchd_kind="forward")
        caller = {"switchd_kind": "caller", "switchd_called": "12350"}
        switch.talk("caller", "centre", **caller)
        event = controlled(switch)
        assert event.state is State.FORWARDED
        assert event.thirds == (on.Third("centre", "", "2970110"),)

    def test_with_whom_the_seat_has_left_the_caller_to(self, switch: Switch) -> None:
        switch.has(
            "other", "uuid_bridge", "CS_SOFT_EXECUTE", switchd_kind="seat", switchd_seat="1002"
        )
        switch.talk("caller", "other", **{**TALKING, "switchd_state": "transferring"})
        event = controlled(switch)
        assert (event.state, event.talk.leg) == (State.TRANSFERRING, "")
        assert event.thirds == (on.Third("other", "outside", "1002"),)

    def test_with_a_leg_that_is_none_of_ours_is_left_alone(self, switch: Switch) -> None:
        switch.talk("caller", "stranger", **WAITING)
        assert found(switch) is None


class TestAControlledCall:
    def test_on_hold(self, switch: Switch) -> None:
        switch.has("caller", "playback", **{**TALKING, "switchd_state": "held"})
        switch.has("seat", "park")
        event = controlled(switch)
        assert event.state is State.HELD
        assert event.spots == {"caller": Spot(At.PARKED, hears="playback"), "seat": Spot(At.PARKED)}

    def test_whose_legs_were_being_moved(self, switch: Switch) -> None:
        switch.has("caller", "park", **TALKING)
        switch.has("seat", "park")
        assert controlled(switch).state is State.TALKING

    def test_with_somebody_whom_the_seat_consults(self, switch: Switch) -> None:
        switch.has("caller", "playback", **CONSULTING)
        switch.talk("seat", "expert")
        event = controlled(switch)
        assert event.thirds == (on.Third("expert", "expert", "13900000001"),)
        assert event.spots["expert"] == Spot(At.BRIDGED, "seat")

    def test_with_three_in_a_conference(self, switch: Switch) -> None:
        switch.has("caller", "conference", **{**CONSULTING, "switchd_state": "conference"})
        for leg in ("seat", "expert"):
            switch.has(leg, "conference")
        assert set(controlled(switch).spots.values()) == {Spot(At.ROOM)}

    def test_whose_third_has_gone(self, switch: Switch) -> None:
        switch.has("caller", "playback", **CONSULTING)
        switch.has("seat", "park")
        assert controlled(switch).thirds == ()

    @pytest.mark.parametrize(
        "tags",
        [
            {**TALKING, "switchd_state": "held"},
            {**TALKING, "switchd_state": "consult_ringing"},
            {**CONSULTING, "switchd_state": "transferring"},
            WAITING,
        ],
    )
    def test_with_nobody_who_is_left_for_the_caller_is_over(
        self, switch: Switch, tags: dict[str, Any]
    ) -> None:
        switch.has("caller", "playback", **tags)
        assert found(switch) is None
