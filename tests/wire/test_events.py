"""What an event tells, and what it cannot be made to tell."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchd.esl import events
from switchd.esl.errors import BadEvent
from switchd.esl.events import Event, UnknownEvent, parse_event
from switchd.esl.handlers import Handlers
from tests.wire.recordings import JSON_BODIES


def made(name: str, **headers: Any) -> Event:
    """Parse an event as FreeSWITCH writes it; underscores in header names stand for hyphens."""
    content = {"Event-Name": name} | {key.replace("_", "-"): v for key, v in headers.items()}
    return parse_event(json.dumps(content, separators=(",", ":")).encode())


def recorded(kind: type[Event]) -> Any:
    """Return the first recorded event of this class."""
    return next(event for event in map(parse_event, JSON_BODIES) if type(event) is kind)


class TestRecordedEvents:
    @pytest.mark.parametrize("body", JSON_BODIES, ids=range(len(JSON_BODIES)))
    def test_single_headers_read_from_the_bytes_agree_with_the_whole_object(
        self, body: bytes
    ) -> None:
        whole = json.loads(body)
        for name, value in whole.items():
            expected = value if isinstance(value, str) else "ARRAY::" + "|:".join(value)
            assert parse_event(body).get(name) == expected
        assert parse_event(body).headers == whole

    def test_every_event_has_sequence_core_and_time(self) -> None:
        for event in map(parse_event, JSON_BODIES):
            assert event.sequence > 50_000
            assert event.core == "50ce5987-478a-4b69-8901-1c35252ef411"
            assert 1_795_333_000 < event.at < 1_795_334_000

    def test_a_parked_call_tells_its_leg_and_its_variables(self) -> None:
        park = recorded(events.ChannelPark)
        assert park.uuid == park.variable("uuid")
        assert park.get("Caller-Destination-Number") == "12345"
        assert park.variable("no_such_variable", "none") == "none"

    def test_a_bridge_names_the_other_leg_from_both_sides(self) -> None:
        bridge = recorded(events.ChannelBridge)
        assert bridge.other == "seat-1"
        legs = {"Bridge_A_Unique_ID": "a", "Bridge_B_Unique_ID": "b"}
        for mine, other in (("a", "b"), ("b", "a")):
            unbridge = made("CHANNEL_UNBRIDGE", Unique_ID=mine, **legs)
            assert isinstance(unbridge, events.ChannelUnbridge)
            assert unbridge.other == other

    def test_an_ended_application_names_itself_and_its_execution(self) -> None:
        ended = recorded(events.ChannelExecuteComplete)
        assert ended.application == "set"
        assert len(ended.execution) == 36
        assert ended.get("Application-Response") == "_none_"
        assert ended.response == ""

    def test_a_background_job_has_its_id_and_answer(self) -> None:
        job = recorded(events.BackgroundJob)
        assert (job.job, job.body) == ("job-seat-1", "+OK seat-1")

    def test_an_ended_leg_has_a_cause(self) -> None:
        assert recorded(events.ChannelHangupComplete).cause == "NORMAL_CLEARING"

    def test_a_pressed_key_is_told(self) -> None:
        assert recorded(events.Dtmf).digit == "1"

    def test_a_recording_that_stopped_tells_its_path(self) -> None:
        assert recorded(events.RecordStop).path.endswith(".wav")

    def test_a_heartbeat_tells_how_many_legs_there_are(self) -> None:
        assert recorded(events.Heartbeat).sessions == 3

    def test_several_elements_are_kept_apart(self) -> None:
        transfers = next(
            event.elements("variable_transfer_history")
            for event in map(parse_event, JSON_BODIES)
            if len(event.elements("variable_transfer_history")) > 1
        )
        assert len(transfers) == 2
        assert all(":" in transfer for transfer in transfers)


class TestHostileCallers:
    NAME = "Caller-Caller-ID-Name"

    def test_recorded_display_names_change_nothing_but_the_display_name(self) -> None:
        parks = [
            event
            for event in map(parse_event, JSON_BODIES)
            if isinstance(event, events.ChannelPark) and event.elements(self.NAME)
        ]
        names = {park.get(self.NAME) for park in parks}
        assert "王小明 12316" in names
        assert "a\nEvent-Name: HEARTBEAT" in names
        assert "a|:b ARRAY::1|:2" in names
        assert all(park.elements(self.NAME) == (park.get(self.NAME),) for park in parks)

    @pytest.mark.parametrize(
        "name",
        [
            'x","Unique-ID":"other',
            '\\","Unique-ID":"other","y":"',
            "a\nUnique-ID: other",
            "a%0AUnique-ID%3A other",
            "${system(id)}",
            "\x00\x1f\x7f",
            "100%zz",
        ],
    )
    def test_a_display_name_cannot_become_another_header(self, name: str) -> None:
        event = made("CHANNEL_PARK", Caller_Caller_ID_Name=name, Unique_ID="mine")
        assert isinstance(event, events.ChannelPark)
        assert event.uuid == "mine"
        assert event.get(self.NAME) == name

    @given(
        headers=st.dictionaries(
            st.text(st.sampled_from('ab-_":\\,{}'), min_size=1, max_size=8),
            st.text(max_size=30) | st.text(st.sampled_from('ab":\\,{}%'), max_size=30),
            max_size=8,
        )
    )
    def test_what_was_put_in_comes_out_whatever_it_is(self, headers: dict[str, str]) -> None:
        content = {"Event-Name": "CHANNEL_PARK", **headers, "Unique-ID": "mine"}
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        event = parse_event(body)
        assert event.get("Unique-ID") == "mine"
        for name, value in headers.items():
            assert parse_event(body).get(name) == value


class TestDamagedEvents:
    def test_invalid_utf8_is_replaced_and_the_rest_is_read(self) -> None:
        event = parse_event(b'{"Event-Name":"DTMF","Unique-ID":"a","x":"b\xff","DTMF-Digit":"5"}')
        assert isinstance(event, events.Dtmf)
        assert (event.get("x"), event.digit) == ("b\ufffd", "5")

    def test_of_a_repeated_event_name_the_first_counts(self) -> None:
        body = b'{"Event-Name":"PRIVATE_COMMAND","Unique-ID":"a","Event-Name":"CHANNEL_PARK"}'
        assert parse_event(body).name == "PRIVATE_COMMAND"
        assert parse_event(body).headers["Event-Name"] == "PRIVATE_COMMAND"

    def test_blanks_between_names_and_values_do_not_matter(self) -> None:
        event = parse_event(b'{ "Event-Name" : "DTMF", "Unique-ID": "a", "DTMF-Digit" :"7" }')
        assert isinstance(event, events.Dtmf)
        assert (event.uuid, event.digit) == ("a", "7")

    @pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"Event-Name"', b"\xff", b"[" * 9999])
    def test_what_is_no_object_is_refused(self, body: bytes) -> None:
        with pytest.raises(BadEvent):
            parse_event(body)

    def test_a_broken_rest_is_refused_when_it_is_read(self) -> None:
        event = parse_event(b'{"Event-Name":"HEARTBEAT","Core-UUID":"c","x')
        assert event.core == "c"
        with pytest.raises(BadEvent):
            event.get("y")
        assert repr(event) == "<Heartbeat unreadable>"

    @pytest.mark.parametrize("headers", [{}, {"Unique_ID": ""}, {"Unique_ID": None}])
    def test_a_leg_event_without_a_leg_is_unknown(self, headers: dict[str, Any]) -> None:
        assert type(made("CHANNEL_PARK", **headers)) is UnknownEvent

    @pytest.mark.parametrize("value", ["", "soon", "-", "9" * 5000])
    def test_a_sequence_that_is_no_number_reads_as_zero(self, value: str) -> None:
        event = made("HEARTBEAT", Event_Sequence=value, Event_Date_Timestamp=value)
        assert (event.sequence, event.at) == (0, 0.0)

    @given(st.binary(max_size=80) | st.text('{}[]",:\\a', max_size=30).map(str.encode))
    def test_any_bytes_give_an_event_or_a_bad_event(self, body: bytes) -> None:
        try:
            event = parse_event(body)
        except BadEvent:
            return
        assert isinstance(event, Event)


class TestKinds:
    @pytest.mark.parametrize("name", [*events.CHANNEL_EVENTS, *events.SYSTEM_EVENTS])
    def test_each_name_has_its_class(self, name: str) -> None:
        expected = {**events.CHANNEL_EVENTS, **events.SYSTEM_EVENTS}[name]
        event = made(name, Unique_ID="a")
        assert type(event) is expected
        assert event.name == name

    @pytest.mark.parametrize("name", ["CHANNEL_HOLD", "", "channel_park", "CUSTOM"])
    def test_other_names_are_unknown_and_never_guessed(self, name: str) -> None:
        assert type(made(name, Unique_ID="a", Event_Subclass="x::y")) is UnknownEvent

    @pytest.mark.parametrize(
        ("subclass", "kind", "user", "domain"),
        [
            ("sofia::register", events.Registered, "from-user", "from-host"),
            ("sofia::unregister", events.Unregistered, "from-user", "from-host"),
            ("sofia::expire", events.RegistrationExpired, "user", "host"),
        ],
    )
    def test_a_registration_tells_whose_it_is(
        self, subclass: str, kind: type[Any], user: str, domain: str
    ) -> None:
        headers = {user: "1001", domain: "seats", "profile-name": "inside", "contact": "sip:x"}
        event = made("CUSTOM", Event_Subclass=subclass, **headers)
        assert type(event) is kind
        seen = (event.user, event.domain, event.profile, event.contact)
        assert seen == ("1001", "seats", "inside", "sip:x")

    def test_an_event_can_be_made_from_headers(self) -> None:
        park = events.ChannelPark({"Unique-ID": "a", "variable_call_id": "c"})
        assert (park.uuid, park.variable("call_id"), park.sequence) == ("a", "c", 0)
        assert "ChannelPark" in repr(park)


class TestHandlers:
    def test_the_handler_of_the_nearest_class_is_called(self) -> None:
        seen: list[tuple[str, Event]] = []
        handle = Handlers(
            {
                events.ChannelPark: lambda event: seen.append(("park", event)),
                events.ChannelEvent: lambda event: seen.append(("leg", event)),
            }
        )
        park, answer = made("CHANNEL_PARK", Unique_ID="a"), made("CHANNEL_ANSWER", Unique_ID="a")
        assert handle(park)
        assert handle(answer)
        assert seen == [("park", park), ("leg", answer)]

    def test_an_event_of_no_interest_is_left_alone(self) -> None:
        handle = Handlers({events.ChannelEvent: lambda event: pytest.fail("called")})
        assert not handle(made("HEARTBEAT"))
