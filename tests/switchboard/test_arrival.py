"""What a parked leg's variables say about the call."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from routing.callflow import events as on
from routing.entry import Arrival
from switchd.esl.events import ChannelPark
from switchd.switchboard.incoming import Ear, found


class Listener:
    """Writes down who arrived."""

    def __init__(self) -> None:
        self.arrivals: list[tuple[str, Arrival]] = []
        self.waited: list[tuple[str, on.Event]] = []
        self.codes: list[tuple[str, str, str]] = []

    def arrived(self, leg: str, arrival: Arrival) -> None:
        self.arrivals.append((leg, arrival))

    def found(self, leg: str, event: on.Resumed | on.Served | on.PassedOn) -> None:
        self.waited.append((leg, event))

    def code_dialled(self, leg: str, seat: str, code: str) -> None:
        self.codes.append((leg, seat, code))

    def number_dialled(self, leg: str, seat: str, number: str) -> None: ...

    def phone(self, seat: str, reachable: bool) -> None: ...

    def stray(self, leg: str, seat: str = "") -> None: ...

    def events_lost(self) -> None: ...

    def seat_left(self, leg: str, seat: str) -> None: ...

    def served_alone(self, caller: str, seat: str, leg: str) -> None: ...
    def relay_ended(self, seat: str, token: str) -> None: ...

    def deliver(self, leg: str, event: on.Event) -> bool:
        return False

    def knows(self, leg: str) -> bool:
        return False


CALLER = {
    "switchd_kind": "caller",
    "switchd_called": "12345",
    "switchd_trunk": "carrier",
    "sip_from_user": "13937512345",
}


def arrival(**variables: object) -> Arrival:
    listener = Listener()
    headers = {f"variable_{name}": value for name, value in {**CALLER, **variables}.items()}
    found(listener, "leg-a", headers)
    [(_, arrived)] = listener.arrivals
    return arrived


class TestNumbers:
    def test_caller_called_and_trunk_are_as_they_arrived(self) -> None:
        assert arrival() == Arrival("13937512345", "12345", "carrier")

    @pytest.mark.parametrize("name", ["Diversion", "diversion", "DIVERSION", "DiVersion"])
    def test_diversion_is_found_in_any_letter_case(self, name: str) -> None:
        assert arrival(**{f"sip_h_{name}": "<sip:12316@a>"}).diversion == "<sip:12316@a>"

    def test_history_info_is_one_header_however_many_there_were(self) -> None:
        both = ["<sip:12316@a>;index=1", "<sip:12345@a>;index=1.1"]
        assert arrival(sip_history_info=both).history_info == ", ".join(both)

    def test_who_is_vouched_for(self) -> None:
        found_arrival = arrival(**{"sip_P-Asserted-Identity": "<sip:1@a>"})
        assert found_arrival.asserted == "<sip:1@a>"

    def test_an_event_of_the_switch_is_read_the_same_way(self) -> None:
        listener = Listener()
        headers: Mapping[str, str] = {
            "Event-Name": "CHANNEL_PARK",
            "Unique-ID": "leg-a",
            **{f"variable_{name}": value for name, value in CALLER.items()},
            "variable_sip_h_DIVERSION": "<sip:12316@a>",
        }
        Ear(listener, lambda leg: None)(ChannelPark(headers))
        [(leg, arrived)] = listener.arrivals
        assert (leg, arrived.diversion) == ("leg-a", "<sip:12316@a>")


class TestPrivacy:
    @pytest.mark.parametrize("wish", ["id", "ID", "user; critical", "header; id", "id,critical"])
    def test_a_caller_may_withhold_the_number(self, wish: str) -> None:
        assert arrival(sip_Privacy=wish).privacy

    @pytest.mark.parametrize("wish", ["", "none", "session", "idle"])
    def test_other_wishes_do_not(self, wish: str) -> None:
        assert not arrival(sip_Privacy=wish).privacy

    @pytest.mark.parametrize(
        "variables", [{"sip_from_user": "Anonymous"}, {"sip_from_host": "anonymous.invalid"}]
    )
    def test_an_anonymous_from_withholds_it_as_well(self, variables: dict[str, str]) -> None:
        assert arrival(**variables).privacy


class TestOthers:
    def test_a_waiting_caller_of_an_earlier_owner_keeps_the_time(self) -> None:
        listener = Listener()
        more = {"switchd_state": "waiting", "switchd_queued_at": "1800000000.5"}
        found(listener, "a", {f"variable_{k}": v for k, v in {**CALLER, **more}.items()})
        [(_, event)] = listener.waited
        assert isinstance(event, on.Resumed)
        assert event.queued_at == 1_800_000_000.5

    def test_a_feature_code_goes_to_the_seats(self) -> None:
        listener = Listener()
        code = {"switchd_kind": "code", "switchd_seat": "1001", "switchd_code": "*10"}
        found(listener, "a", {f"variable_{name}": value for name, value in code.items()})
        assert listener.codes == [("a", "1001", "*10")]

    def test_somebody_elses_leg_is_left_alone(self) -> None:
        listener = Listener()
        found(listener, "a", {"variable_direction": "inbound"})
        assert (listener.arrivals, listener.codes) == ([], [])
