"""What the legs of a FreeSWITCH do, from its own list."""

from __future__ import annotations

import pytest

from routing.callflow.positions import At, Spot
from switchd.switchboard.legs import doing
from tests.switchboard.taken_over import Switch


class TestWhatALegDoes:
    @pytest.mark.parametrize(
        ("state", "application", "does"),
        [
            ("CS_EXECUTE", "park", "park"),
            ("CS_EXECUTE", "playback", "playback"),
            ("CS_SOFT_EXECUTE", "uuid_bridge", "talk"),
            ("CS_EXCHANGE_MEDIA", "uuid_bridge", "talk"),
            ("CS_PARK", "uuid_bridge", "park"),
            ("CS_CONSUME_MEDIA", "", ""),
        ],
    )
    def test_is_read_from_its_state_first(self, state: str, application: str, does: str) -> None:
        """Behind a bridge FreeSWITCH goes on showing the bridge as the application."""
        assert doing({"state": state, "application": application}) == does


class TestALegThatIsAskedAbout:
    def test_may_have_begun_a_talk_that_the_list_does_not_show_yet(self) -> None:
        switch = Switch()
        switch.has("leg-a", "playback")
        legs = switch.legs()
        assert legs.doing["leg-a"] == "playback"
        switch.headers["leg-a"]["Channel-State"] = "CS_EXCHANGE_MEDIA"
        legs.ask_about(["leg-a"])
        assert legs.doing["leg-a"] == "talk"


class TestManyLegs:
    def test_are_asked_about_once_each(self) -> None:
        switch = Switch()
        for number in range(300):
            switch.has(f"leg-{number}", "park")
        legs = switch.legs()
        legs.ask_about(legs)
        assert all(legs.headers(leg) for leg in legs)
        assert switch.asked == 300

    def test_one_that_has_ended_since_says_nothing_of_itself(self) -> None:
        switch = Switch()
        switch.has("leg-a", "park", switchd_state="waiting")
        legs = switch.legs()
        switch.headers.clear()
        assert legs.variables("leg-a")("switchd_state") == ""

    def test_none_at_all(self) -> None:
        assert list(Switch().legs()) == []


class TestWhereALegIs:
    def test_in_a_talk_with_another(self) -> None:
        switch = Switch()
        switch.talk("leg-a", "leg-b")
        assert switch.legs().spot("leg-a") == Spot(At.BRIDGED, "leg-b")

    def test_in_a_conference(self) -> None:
        switch = Switch()
        switch.has("leg-a", "conference")
        assert switch.legs().spot("leg-a") == Spot(At.ROOM)

    def test_parked_with_something_to_hear(self) -> None:
        switch = Switch()
        switch.has("leg-a", "playback")
        assert switch.legs().spot("leg-a") == Spot(At.PARKED, hears="playback")

    def test_a_line_is_known_by_the_offer_that_it_serves(self) -> None:
        switch = Switch()
        switch.talk("leg-a", "line-1")
        legs = switch.legs()
        legs.name_lines({"token": "line-1"})
        assert legs.spot("leg-a") == Spot(At.BRIDGED, "token")
        assert legs.spot("token") == Spot(At.BRIDGED, "leg-a")
