"""What the switch's events mean to calls, codes and phones."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from routing.callflow import events as on
from routing.entry import Arrival
from routing.record import CallKind, EndedBy
from switchd.esl import events as esl
from switchd.switchboard.incoming import Ear, found


class House:
    """Notes what it is told; knows the legs that the test names."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.legs: set[str] = set()
        self.over: list[str] = []
        """Legs that we had dialled and that have ended."""

    def arrived(self, leg: str, arrival: Arrival) -> None:
        self.told.append(("arrived", leg, arrival))

    def found(self, leg: str, event: on.Resumed | on.Served | on.PassedOn) -> None:
        self.told.append(("found", leg, event))

    def talks(self, leg: str, event: on.Talking) -> None:
        self.told.append(("talks", leg, event))

    def stray(self, leg: str, seat: str = "") -> None:
        self.told.append(("stray", leg, seat) if seat else ("stray", leg))

    def seat_left(self, leg: str, seat: str) -> None:
        self.told.append(("seat left", leg, seat))

    def served_alone(self, caller: str, seat: str, leg: str) -> None:
        self.told.append(("served alone", caller, seat, leg))

    def relay_ended(self, seat: str, token: str) -> None:
        self.told.append(("relay ended", seat, token))

    def events_lost(self) -> None:
        self.told.append(("lost",))

    def code_dialled(self, leg: str, seat: str, code: str) -> None:
        self.told.append(("code", leg, seat, code))

    def number_dialled(self, leg: str, seat: str, number: str) -> None:
        self.told.append(("number", leg, seat, number))

    def phone(self, seat: str, reachable: bool) -> None:
        self.told.append(("phone", seat, reachable))

    def deliver(self, leg: str, event: on.Event) -> bool:
        self.told.append((leg, event))
        return True

    def knows(self, leg: str) -> bool:
        return leg in self.legs


@pytest.fixture
def house() -> House:
    return House()


def hears(house: House, name: str, leg: str = "leg-a", **headers: str) -> list[tuple[Any, ...]]:
    """Let the ear hear one event; headers are named with _ for -, variables with v_."""
    body = {"Event-Name": name, "Unique-ID": leg}
    for key, value in headers.items():
        known = key.removeprefix("v_")
        body[f"variable_{known}" if key != known else key.replace("_", "-")] = value
    Ear(house, house.over.append)(esl.parse_event(orjson.dumps(body)))
    return house.told


CALLER = {"v_switchd_kind": "caller", "v_switchd_called": "12345", "v_switchd_trunk": "trunk"}


CONFERENCE = "conference::maintenance"
RELAY = {"v_switchd_kind": "relay", "v_switchd_seat": "1001", "v_switchd_offer": "token-1"}


class TestALegByWhichAnotherNodeRingsAPhone:
    """The other node's daemon works on that call."""

    def test_is_neither_a_caller_nor_a_stray_phone(self, house: House) -> None:
        headers = {f"variable_{key.removeprefix('v_')}": value for key, value in RELAY.items()}
        found(house, "leg-a", headers)
        assert hears(house, "CHANNEL_PARK", **RELAY) == []

    def test_at_its_end_it_is_told_whose_phone_it_was(self, house: House) -> None:
        told = hears(house, "CHANNEL_HANGUP_COMPLETE", Hangup_Cause="NORMAL_CLEARING", **RELAY)
        assert told == [("relay ended", "1001", "token-1")]


class TestAKey:
    def test_that_a_caller_pressed_is_told(self, house: House) -> None:
        hears(house, "DTMF", Call_Direction="inbound", DTMF_Digit="1")
        assert house.told == [("leg-a", on.Pressed("1"))]

    def test_on_a_leg_that_we_dialled_is_not_the_callers(self, house: House) -> None:
        """It is the agent's, or comes from the number outside."""
        hears(house, "DTMF", leg="leg-b", Call_Direction="outbound", DTMF_Digit="*")
        assert house.told == [("leg-b", on.SeatPressed("leg-b", "*"))]


class TestAConference:
    def test_tells_who_has_come_in(self, house: House) -> None:
        told = hears(house, "CUSTOM", Event_Subclass=CONFERENCE, Action="add-member")
        assert told == [("leg-a", on.Joined("leg-a"))]

    @pytest.mark.parametrize("action", ["del-member", "floor-change", "conference-destroy"])
    def test_tells_nothing_else(self, house: House, action: str) -> None:
        """Who leaves is parked, or ends, and says so by that."""
        assert hears(house, "CUSTOM", Event_Subclass=CONFERENCE, Action=action) == []


class TestAParkedLeg:
    def test_of_a_new_caller_is_an_arrival(self, house: House) -> None:
        hears(house, "CHANNEL_PARK", **CALLER, v_sip_from_user="13937512345")
        arrival = Arrival("13937512345", "12345", "trunk", privacy=False)
        assert house.told == [("arrived", "leg-a", arrival)]

    @pytest.mark.parametrize(
        "withheld",
        [{"v_sip_Privacy": "id"}, {"v_sip_h_Privacy": "user;id"}, {"v_sip_from_user": "Anonymous"}],
    )
    def test_of_a_caller_who_withholds_the_number_says_so(
        self, house: House, withheld: dict[str, str]
    ) -> None:
        ((_, _, arrival),) = hears(house, "CHANNEL_PARK", **CALLER, **withheld)
        assert arrival.privacy

    def test_of_a_caller_who_waited_keeps_the_time_and_what_was_chosen(self, house: House) -> None:
        waited = {
            "v_switchd_state": "waiting",
            "v_switchd_queued_at": "1800000000.125",
            "v_switchd_group": "english",
            "v_switchd_language": "en",
            "v_switchd_priority": "-60",
        }
        ((what, _, resumed),) = hears(house, "CHANNEL_PARK", **CALLER, **waited)
        assert what == "found"
        arrival = Arrival("", "12345", "trunk")
        written = {name.removeprefix("v_"): value for name, value in waited.items()}
        assert resumed == on.Resumed(
            arrival, 1800000000.125, "english", "en", -60, written={**written, "switchd_line": ""}
        )

    @pytest.mark.parametrize(
        ("played", "response", "music"),
        [
            ("local_stream://moh", "", "moh"),
            ("local_stream://moh", "FILE PLAYED", ""),
            ("file_string:///prompts/all_busy.wav", "", ""),
            ("", "", ""),
        ],
    )
    def test_of_a_caller_who_waited_tells_the_music_that_goes_on(
        self, house: House, played: str, response: str, music: str
    ) -> None:
        ((_, _, resumed),) = hears(
            house,
            "CHANNEL_PARK",
            **CALLER,
            v_switchd_state="waiting",
            v_switchd_queued_at="1800000000.125",
            v_current_application_data=played,
            v_current_application_response=response,
        )
        assert resumed.music == music

    def test_of_a_caller_who_was_passed_on_is_no_new_call(self, house: House) -> None:
        passed_on = {"v_switchd_state": "forwarded", "v_switchd_answered_at": "1800000030.000"}
        told = hears(house, "CHANNEL_PARK", **CALLER, **passed_on)
        event = on.PassedOn(Arrival("", "12345", "trunk"), 1800000030.0)
        assert told == [("found", "leg-a", event)]

    @pytest.mark.parametrize("state", ["talking", "survey"])
    def test_of_a_caller_who_was_served_is_no_new_call(self, house: House, state: str) -> None:
        hears(
            house,
            "CHANNEL_PARK",
            **CALLER,
            v_switchd_state=state,
            v_switchd_queued_at="1800000000.000",
            v_switchd_answered_at="1800000030.000",
            v_switchd_seat="1001",
            v_switchd_agent="8001",
            v_switchd_recording="2027/01/15/leg-a.wav",
        )
        ((what, leg, served),) = house.told
        assert (what, leg, served.seat, served.agent) == ("found", "leg-a", "1001", "8001")
        assert served.answered_at - served.queued_at == 30.0

    def test_of_a_caller_whom_we_know_is_the_way_back_from_the_bridge(self, house: House) -> None:
        house.legs = {"leg-a"}
        assert hears(house, "CHANNEL_PARK", **CALLER) == [("leg-a", on.CallerBack())]

    def test_of_a_seat_that_we_ring_has_picked_up(self, house: House) -> None:
        house.legs = {"leg-b"}
        told = hears(house, "CHANNEL_PARK", "leg-b", v_switchd_kind="seat")
        assert told == [("leg-b", on.SeatAnswered("leg-b"))]

    def test_of_a_number_on_a_trunk_that_we_ring_has_picked_up(self, house: House) -> None:
        house.legs = {"leg-b"}
        told = hears(house, "CHANNEL_PARK", "leg-b", v_switchd_kind="forward")
        assert told == [("leg-b", on.SeatAnswered("leg-b"))]

    def test_of_a_seat_that_nobody_rings_is_astray(self, house: House) -> None:
        variables = {"v_switchd_kind": "seat", "v_switchd_seat": "1001"}
        assert hears(house, "CHANNEL_PARK", "leg-b", **variables) == [("stray", "leg-b", "1001")]

    def test_of_a_phone_with_a_code_is_a_code(self, house: House) -> None:
        code = {"v_switchd_kind": "code", "v_switchd_seat": "1001", "v_switchd_code": "*11"}
        assert hears(house, "CHANNEL_PARK", **code) == [("code", "leg-a", "1001", "*11")]

    def test_of_a_phone_with_a_number_wants_to_call_it(self, house: House) -> None:
        dialled = {
            "v_switchd_kind": "outgoing",
            "v_switchd_seat": "1001",
            "v_switchd_number": "13937512345",
        }
        told = hears(house, "CHANNEL_PARK", **dialled)
        assert told == [("number", "leg-a", "1001", "13937512345")]

    def test_that_has_dialled_is_the_seats_side_of_the_call(self, house: House) -> None:
        house.legs.add("leg-a")
        ended = {"v_switchd_kind": "outgoing", "Hangup_Cause": "NORMAL_CLEARING"}
        told = hears(house, "CHANNEL_HANGUP_COMPLETE", **ended)
        assert told == [("leg-a", on.SeatGone("leg-a", "NORMAL_CLEARING", by_seat=False))]

    def test_of_somebody_elses_is_nobodys(self, house: House) -> None:
        assert hears(house, "CHANNEL_PARK") == []


class TestABridge:
    @pytest.mark.parametrize(
        ("leg", "other", "kind"), [("leg-a", "leg-b", "caller"), ("leg-b", "leg-a", "seat")]
    )
    def test_is_told_by_the_seats_leg_whichever_comes_first(
        self, house: House, leg: str, other: str, kind: str
    ) -> None:
        told = hears(
            house,
            "CHANNEL_BRIDGE",
            leg,
            Other_Leg_Unique_ID=other,
            Bridge_A_Unique_ID=leg,
            Bridge_B_Unique_ID=other,
            v_switchd_kind=kind,
        )
        assert told == [("leg-b", on.Bridged("leg-b"))]

    def test_of_a_caller_whom_freeswitch_serves_by_itself_is_none_of_a_call(
        self, house: House
    ) -> None:
        told = hears(
            house,
            "CHANNEL_BRIDGE",
            Bridge_A_Unique_ID="leg-a",
            Bridge_B_Unique_ID="leg-b",
            v_switchd_kind="caller",
            v_switchd_state="degraded",
            v_switchd_seat="1001",
        )
        assert told == [("served alone", "leg-a", "1001", "leg-b")]


class TestTheEndOfAnExecution:
    def ends(self, house: House, application: str, execution: str, **more: str) -> on.Event:
        hears(
            house,
            "CHANNEL_EXECUTE_COMPLETE",
            Application=application,
            Application_UUID=execution,
            **more,
        )
        ((_, event),) = house.told
        assert isinstance(event, on.Event)
        return event

    def test_of_an_answer(self, house: House) -> None:
        assert self.ends(house, "answer", "leg-a/answer") == on.Answered()

    def test_of_a_prompt(self, house: House) -> None:
        assert self.ends(house, "playback", "leg-a/1") == on.Played("leg-a/1")

    def test_of_a_prompt_that_is_not_there(self, house: House) -> None:
        ended = self.ends(house, "playback", "leg-a/1", Application_Response="FILE NOT FOUND")
        assert ended == on.Played("leg-a/1", failed=True)

    def test_of_a_question(self, house: House) -> None:
        ended = self.ends(house, "play_and_get_digits", "leg-a/2", v_switchd_key="1")
        assert ended == on.Collected("leg-a/2", "1")

    def test_by_the_callers_hangup_moves_nobody_on(self, house: House) -> None:
        """FreeSWITCH tells the end of the playback first and the hangup only then."""
        hears(
            house,
            "CHANNEL_EXECUTE_COMPLETE",
            Application="playback",
            Application_UUID="leg-a/1",
            Application_Response="PLAYBACK ERROR",
            Answer_State="hangup",
        )
        assert house.told == []

    def test_that_was_not_ours_means_nothing(self, house: House) -> None:
        hears(house, "CHANNEL_EXECUTE_COMPLETE", Application="set", Application_UUID="other")
        assert house.told == []


class TestAHangup:
    @pytest.mark.parametrize(
        ("disposition", "by"), [("recv_bye", EndedBy.CALLER), ("send_bye", EndedBy.SYSTEM)]
    )
    def test_of_the_caller_says_who_hung_up(
        self, house: House, disposition: str, by: EndedBy
    ) -> None:
        told = hears(
            house,
            "CHANNEL_HANGUP_COMPLETE",
            **CALLER,
            Hangup_Cause="NORMAL_CLEARING",
            v_sip_hangup_disposition=disposition,
        )
        assert told == [("leg-a", on.CallerGone("NORMAL_CLEARING", by))]

    @pytest.mark.parametrize(("size", "partly"), [("0", False), ("44", False), ("65536", True)])
    def test_tells_first_that_the_recording_could_not_be_written(
        self, house: House, size: str, partly: bool
    ) -> None:
        told = hears(
            house,
            "CHANNEL_HANGUP_COMPLETE",
            **CALLER,
            Hangup_Cause="NORMAL_CLEARING",
            v_record_completion_cause="uri-failure",
            v_record_file_size=size,
        )
        assert told == [
            ("leg-a", on.NotRecorded("uri-failure", partly)),
            ("leg-a", on.CallerGone("NORMAL_CLEARING", EndedBy.SYSTEM)),
        ]

    def test_of_a_seat_says_so_too(self, house: House) -> None:
        told = hears(
            house,
            "CHANNEL_HANGUP_COMPLETE",
            "leg-b",
            v_switchd_kind="seat",
            Hangup_Cause="NORMAL_CLEARING",
            v_sip_hangup_disposition="recv_bye",
        )
        assert told == [("leg-b", on.SeatGone("leg-b", "NORMAL_CLEARING", by_seat=True))]


class TestLostEvents:
    def test_are_told_so_that_somebody_compares(self, house: House) -> None:
        Ear(house, house.over.append)(esl.EventsLost(17))
        assert house.told == [("lost",)]


class TestFound:
    def test_a_damaged_time_is_an_error_for_that_leg_alone(self, house: House) -> None:
        headers = {
            "variable_switchd_kind": "caller",
            "variable_switchd_state": "waiting",
            "variable_switchd_queued_at": "yesterday",
        }
        with pytest.raises(ValueError, match="yesterday"):
            found(house, "leg-a", headers)


CALLED_BACK = {
    "v_switchd_kind": "callback",
    "v_switchd_called": "12345",
    "v_switchd_trunk": "trunk",
    "v_switchd_caller": "13937512345",
    "v_switchd_callback": "7",
    "v_sip_from_user": "12345",
}


class TestTheLegOfACallback:
    def test_that_is_picked_up_is_told_like_a_caller_who_is_parked(self, house: House) -> None:
        house.legs.add("leg-a")
        assert hears(house, "CHANNEL_PARK", **CALLED_BACK) == [("leg-a", on.CallerBack())]

    def test_that_ends_is_told_like_a_callers(self, house: House) -> None:
        house.legs.add("leg-a")
        told = hears(house, "CHANNEL_HANGUP_COMPLETE", **CALLED_BACK, Hangup_Cause="USER_BUSY")
        assert told == [("leg-a", on.CallerGone("USER_BUSY", EndedBy.SYSTEM))]

    def test_that_was_rung_by_a_daemon_which_died_is_astray(self, house: House) -> None:
        assert hears(house, "CHANNEL_PARK", **CALLED_BACK) == [("stray", "leg-a")]

    def test_whose_talk_is_over_belongs_to_its_callback(self, house: House) -> None:
        talked = {
            "v_switchd_state": "talking",
            "v_switchd_queued_at": "1800000000.000",
            "v_switchd_answered_at": "1800000030.000",
            "v_switchd_seat": "1001",
            "v_switchd_agent": "8001",
            "v_switchd_recording": "a.wav",
        }
        ((_, _, event),) = hears(house, "CHANNEL_PARK", **CALLED_BACK, **talked)
        arrival = Arrival("13937512345", "12345", "trunk")
        known = (arrival, 1800000000.0, 1800000030.0, "1001", "8001", "a.wav", "7")
        assert event == on.Served(*known, CallKind.CALLBACK)

    @pytest.mark.parametrize("kind", [CallKind.OUTGOING, CallKind.FOLLOW_UP])
    def test_may_be_that_of_somebody_whom_a_seat_called(self, house: House, kind: CallKind) -> None:
        talked = {
            "v_switchd_call_kind": str(kind),
            "v_switchd_state": "talking",
            "v_switchd_queued_at": "1800000000.000",
            "v_switchd_answered_at": "1800000030.000",
        }
        ((_, _, event),) = hears(house, "CHANNEL_PARK", **CALLED_BACK, **talked)
        assert isinstance(event, on.Served)
        assert event.kind is kind
        assert (event.called_seat, event.called_agent) == ("", "")

    def test_may_be_that_of_a_seat_which_is_held_for_the_call(self, house: House) -> None:
        talked = {
            "v_switchd_call_kind": "outgoing",
            "v_switchd_state": "talking",
            "v_switchd_queued_at": "1800000000.000",
            "v_switchd_answered_at": "1800000030.000",
            "v_switchd_called_seat": "1002",
            "v_switchd_called_agent": "8002",
        }
        ((_, _, event),) = hears(house, "CHANNEL_PARK", **CALLED_BACK, **talked)
        assert isinstance(event, on.Served)
        assert (event.called_seat, event.called_agent) == ("1002", "8002")


class TestAMessage:
    def test_that_is_over_says_how_long_it_is(self, house: House) -> None:
        told = hears(
            house,
            "CHANNEL_EXECUTE_COMPLETE",
            Application="record",
            Application_UUID="leg-a/5",
            v_record_ms="12500",
        )
        assert told == [("leg-a", on.Recorded("leg-a/5", 12.5))]

    def test_of_a_caller_whose_daemon_died_is_not_asked_for_again(self, house: House) -> None:
        left = {
            "v_switchd_state": "voicemail",
            "v_switchd_queued_at": "1800000000.000",
            "v_switchd_message_at": "1800000030.000",
            "v_switchd_recording": "voicemail/m.wav",
        }
        ((_, _, event),) = hears(house, "CHANNEL_PARK", **CALLER, **left)
        arrival = Arrival("", "12345", "trunk")
        assert event == on.TakenCareOf(arrival, 1800000000.0, "", "voicemail/m.wav", 1800000030.0)
