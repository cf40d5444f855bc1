"""A real FreeSWITCH starts with what we render, and calls go where the dialplan says."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from switchd.demo.telephones.sipp import until
from switchd.freeswitch.doctor import Finding, Level, diagnose
from tests.live.event_socket import Event, EventSocket
from tests.live.house import House
from tests.live.tones import frequencies, tone

pytestmark = pytest.mark.live


def parked(kind: str, number: str = "") -> Callable[[Event], bool]:
    """The condition for a CHANNEL_PARK of this kind, by this caller."""
    return lambda event: (
        event["Event-Name"] == "CHANNEL_PARK"
        and event.get("variable_switchd_kind") == kind
        and number in event["Caller-Caller-ID-Number"]
    )


def ended(channel: str) -> Callable[[Event], bool]:
    """The condition for the end of this channel."""
    return lambda event: (
        event["Event-Name"] == "CHANNEL_HANGUP_COMPLETE" and event["Unique-ID"] == channel
    )


def variables(event: Event, *names: str) -> list[str | None]:
    return [event.get(f"variable_switchd_{name}") for name in names]


class TestStart:
    def test_the_log_has_no_error(self, house: House) -> None:
        assert house.complaints_at_start == []

    def test_both_profiles_run_on_loopback(self, house: House, events: EventSocket) -> None:
        status = events.api("sofia status")
        assert f"127.0.0.1:{house.settings.trunk_port}" in status
        assert f"127.0.0.1:{house.settings.seats_port}" in status

    def test_the_limits_are_the_settings(self, house: House, events: EventSocket) -> None:
        assert str(house.settings.max_sessions) in events.api("fsctl max_sessions")
        assert str(house.settings.sessions_per_second) in events.api("fsctl sps")

    def test_a_wrong_password_opens_nothing(self, house: House) -> None:
        with pytest.raises(ConnectionError):
            EventSocket(house.host, house.port, "ClueCon")


class TestACallFromTheTrunk:
    def test_parks_with_its_variables(self, house: House, events: EventSocket) -> None:
        house.call("13800000001", "12345")
        park = events.wait(parked("caller", "13800000001"))
        assert variables(park, "city", "trunk", "called") == ["pingdingshan", "default", "12345"]
        assert park["variable_park_after_bridge"] == "true"
        assert park["variable_hangup_after_bridge"] == "false"
        assert park["variable_RECORD_STEREO"] == "true"
        assert park["Answer-State"] == "ringing"

    def test_keeps_what_forwarding_left_behind(self, house: House, events: EventSocket) -> None:
        """An old number that was forwarded arrives in Diversion or History-Info."""
        house.call(
            "13800000002",
            "12345",
            headers={
                "Diversion": "<sip:12312@carrier>;reason=unconditional",
                "History-Info": "<sip:12312@carrier>;index=1",
            },
        )
        park = events.wait(parked("caller", "13800000002"))
        assert park["variable_sip_h_Diversion"] == "<sip:12312@carrier>;reason=unconditional"
        assert "12312" in park["variable_sip_history_info"]

    def test_from_a_foreign_address_is_refused(self, house: House) -> None:
        call = house.call("13800000003", "12345", source="127.0.0.2")
        assert call.wait()
        assert call.final == 403

    @pytest.mark.parametrize(
        "dialled", ["%24%7Bsystem(id)%7D", "12345%24%24%7Bdomain%7D", "1%2C2%7C3", "a%0Ab%0D"]
    )
    def test_a_called_number_that_could_be_expanded_is_unknown(
        self, house: House, events: EventSocket, dialled: str
    ) -> None:
        call = house.call("13800000004", dialled)
        assert call.wait()
        assert call.final in (400, 404)
        assert not any(event["Event-Name"] == "CHANNEL_PARK" for event in events.events)

    def test_keys_arrive_by_info(self, house: House, events: EventSocket) -> None:
        call = house.call("13800000005", "12345", keys=[(0.2, "1"), (0.4, "9")])
        park = events.wait(parked("caller", "13800000005"))
        events.api(f"uuid_answer {park['Unique-ID']}")
        events.wait(lambda event: event.get("DTMF-Digit") == "1")
        events.wait(lambda event: event.get("DTMF-Digit") == "9")
        assert call.answered

    def test_a_caller_who_gives_up_unanswered_is_told_so(
        self, house: House, events: EventSocket
    ) -> None:
        call = house.call("13800000006", "12345", hangs_up_after=0.3)
        park = events.wait(parked("caller", "13800000006"))
        end = events.wait(ended(park["Unique-ID"]))
        assert end["Hangup-Cause"] == "ORIGINATOR_CANCEL"
        assert call.wait()
        assert call.final == 487

    def test_many_callers_at_once_all_park(self, house: House, events: EventSocket) -> None:
        crowd = house.call("13800000020", "12345", times=50, per_second=100)
        arrived = len(events.events)
        for _ in range(50):
            park = events.wait(parked("caller", "13800000020"), after=arrived)
            arrived = events.events.index(park) + 1
            events.api(f"uuid_answer {park['Unique-ID']}")
        assert crowd.wait_for("final 200", times=50)
        events.api("hupall NORMAL_CLEARING")
        assert crowd.wait_for("ended", times=50)

    def test_a_caller_can_hang_up_at_any_moment(self, house: House, events: EventSocket) -> None:
        call = house.call("13800000007", "12345")
        park = events.wait(parked("caller", "13800000007"))
        events.api(f"uuid_answer {park['Unique-ID']}")
        assert call.wait_for("final 200")
        call.hang_up()
        end = events.wait(ended(park["Unique-ID"]))
        assert end["variable_sip_hangup_disposition"] == "recv_bye"
        assert call.wait()

    def test_a_phone_cannot_register_on_the_trunk(self, house: House) -> None:
        assert not house.register("1001", 9, port=house.settings.trunk_port)


class TestASeat:
    def test_registers_and_its_phone_rings(self, house: House, events: EventSocket) -> None:
        phone = house.seat("1001", answers_after=0.1)
        assert phone is not None
        answer = events.api(f"originate user/1001@{house.domain} &park()")
        assert answer.startswith("+OK")
        assert phone.wait_for("answered")

    def test_with_a_wrong_password_is_refused(self, house: House) -> None:
        assert not house.register("1002", 9, password="wrong")

    def test_cannot_register_as_another(self, house: House) -> None:
        assert not house.register("1002", 9, password=house.rendered.seat_passwords["1001"])

    @pytest.mark.parametrize(
        ("behaviour", "answer"),
        [
            ({"busy": True}, "-ERR USER_BUSY"),
            ({"refuses": True}, "-ERR CALL_REJECTED"),
            ({"no_answer": True}, "-ERR NO_ANSWER"),
        ],
        ids=str,
    )
    def test_that_does_not_take_the_call_says_why(
        self, house: House, events: EventSocket, behaviour: dict[str, bool], answer: str
    ) -> None:
        house.seat("1003", **behaviour)  # type: ignore[arg-type]
        command = f"originate {{originate_timeout=2}}user/1003@{house.domain} &park()"
        assert events.api(command).strip() == answer

    def test_without_a_phone_is_not_registered(self, house: House, events: EventSocket) -> None:
        answer = events.api(f"originate user/1002@{house.domain} &park()")
        assert answer.strip() == "-ERR USER_NOT_REGISTERED"

    def test_whose_offer_is_withdrawn_stops_ringing(
        self, house: House, events: EventSocket
    ) -> None:
        phone = house.seat("1001", no_answer=True)
        assert phone is not None
        leg = "11111111-1111-4111-8111-111111111111"
        options = f"{{origination_uuid={leg},originate_timeout=30}}"
        events.api(f"bgapi originate {options}user/1001@{house.domain} &park()")
        assert phone.wait_for("ringing")
        events.api(f"uuid_kill {leg}")
        assert phone.wait_for("cancelled")


class TestATalk:
    def test_is_recorded_with_the_caller_left_and_the_seat_right(
        self, house: House, events: EventSocket, tmp_path: Path
    ) -> None:
        """RECORD_STEREO is set by the dialplan, so that uuid_record needs no preparation."""
        house.seat("1001", speaks=tone(tmp_path / "seat.alaw", 880))
        house.call("13800000008", "12345", speaks=tone(tmp_path / "caller.alaw", 440))
        caller = events.wait(parked("caller", "13800000008"))["Unique-ID"]
        events.api(f"uuid_answer {caller}")
        seat = events.api(f"originate user/1001@{house.domain} &park()").split()[1]
        recording = house.settings.recordings_dir / "talk.wav"
        events.api(f"uuid_bridge {caller} {seat}")
        events.wait("CHANNEL_BRIDGE")
        events.api(f"uuid_record {caller} start {recording}")
        assert until(lambda: recording.exists() and recording.stat().st_size > 64_000, 20)
        events.api(f"uuid_kill {seat}")
        events.wait(parked("caller", "13800000008"), after=len(events.events))
        events.api(f"uuid_record {caller} stop {recording}")
        events.wait("RECORD_STOP")
        assert frequencies(recording) == (440, 880)

    def test_whose_caller_hangs_up_as_the_recording_begins_leaves_no_leg_behind(
        self, house: House, events: EventSocket
    ) -> None:
        """FreeSWITCH alone would keep the leg for ever."""
        house.seat("1001")
        house.call("13800000009", "12345")
        caller = events.wait(parked("caller", "13800000009"))["Unique-ID"]
        events.api(f"uuid_answer {caller}")
        seat = events.api(f"originate user/1001@{house.domain} &park()").split()[1]
        recording = house.settings.recordings_dir / "short.wav"
        events.api(f"uuid_setvar {caller} switchd_recording {recording.name}")
        events.api(f"uuid_bridge {caller} {seat}")
        events.wait("CHANNEL_BRIDGE")
        events.api(f"uuid_kill {seat}")
        events.wait(parked("caller", "13800000009"), after=len(events.events))
        with house.event_socket() as other, ThreadPoolExecutor(1) as beside:
            begun = beside.submit(other.api, f"uuid_record {caller} start {recording}")
            while not recording.exists() and not begun.done():
                pass  # what follows has to happen within some milliseconds
            events.api(f"uuid_kill {caller}")
        events.wait(lambda e: e["Event-Name"] == "CHANNEL_DESTROY" and e["Unique-ID"] == caller)


class TestAFeatureCode:
    def test_parks_with_the_seat_that_dialled_it(self, house: House, events: EventSocket) -> None:
        house.dial("1001", "*10")
        park = events.wait(parked("code"))
        assert variables(park, "city", "seat", "code") == ["pingdingshan", "1001", "*10"]

    def test_belongs_to_the_phone_that_proved_itself(
        self, house: House, events: EventSocket
    ) -> None:
        """Whatever a phone writes into From, it acts for its own seat only."""
        house.dial("1001", "*11", claims_to_be="1002")
        park = events.wait(parked("code", "1002"))
        assert variables(park, "seat", "code") == ["1001", "*11"]

    def test_with_a_wrong_password_is_refused(self, house: House) -> None:
        call = house.dial("1001", "*10", password="wrong")
        assert call.wait()
        assert call.final == 403

    def test_any_other_code_is_unknown(self, house: House) -> None:
        call = house.dial("1001", "*999")
        assert call.wait()
        assert call.final == 404


class TestANumberThatASeatDials:
    def test_parks_with_the_seat_that_dialled_it(self, house: House, events: EventSocket) -> None:
        house.dial("1001", "13800000000", claims_to_be="1002")
        park = events.wait(parked("outgoing", "1002"))
        assert variables(park, "seat", "number") == ["1001", "13800000000"]

    def test_is_not_repeated_if_it_is_none(self, house: House) -> None:
        call = house.dial("1001", "13800a000")
        assert call.wait()
        assert call.final == 404


class TestTheDeadMansScript:
    def test_moves_those_who_wait_and_says_good_bye_to_those_who_were_served(
        self, house: House, events: EventSocket
    ) -> None:
        legs = []
        for number in ("13800000011", "13800000012"):
            house.call(number, "12345")
            legs.append(events.wait(parked("caller", number))["Unique-ID"])
        waiting, served = legs
        events.api(f"uuid_setvar {waiting} switchd_state waiting")
        events.api(f"uuid_setvar {served} switchd_state survey")
        before = len(events.events)
        events.api("lua dead_man.lua")
        events.wait(
            lambda event: (
                event["Event-Name"] == "CHANNEL_EXECUTE"
                and event["Application"] == "playback"
                and event["Unique-ID"] == waiting
                and event.get("Application-Data") == str(house.settings.all_busy)
            ),
            after=before,
        )
        assert events.api(f"uuid_getvar {waiting} switchd_state") == "degraded"
        events.wait(
            lambda event: (
                event.get("Event-Name") == "CHANNEL_HANGUP_COMPLETE"
                and event.get("Unique-ID") == served
            ),
            after=before,
        )

    def test_in_the_degraded_context_the_seats_ring_in_turn(
        self, house: House, events: EventSocket
    ) -> None:
        """Seats without a phone and busy seats are passed over."""
        house.seat("1001", busy=True)
        phone = house.seat("1003", answers_after=0.1)
        assert phone is not None
        house.call("13800000013", "12345")
        caller = events.wait(parked("caller", "13800000013"))["Unique-ID"]
        events.api("global_setvar switchd_alive=false")
        events.api(f"uuid_transfer {caller} degraded XML degraded")
        bridge = events.wait(
            lambda event: event["Event-Name"] == "CHANNEL_BRIDGE" and event["Unique-ID"] == caller,
            seconds=20,
        )
        assert bridge["Other-Leg-Destination-Number"] == "1003"
        assert phone.wait_for("answered")


class TestTheDoctor:
    @staticmethod
    def complaints(house: House, events: EventSocket) -> list[Finding]:
        def api(command: str, arguments: str) -> str:
            return events.api(f"{command} {arguments}".strip())

        findings = diagnose(api, house.plan, house.settings)
        return [finding for finding in findings if finding.level is not Level.OK]

    def test_finds_all_well_when_every_seat_has_its_phone(
        self, house: House, events: EventSocket
    ) -> None:
        for number in house.plan.seats:
            house.seat(number)
        assert until(lambda: not self.complaints(house, events), 10)

    def test_names_the_seats_that_have_none(self, house: House, events: EventSocket) -> None:
        house.seat("1002")
        absent = "seats without a registered phone: 1001, 1003"
        assert until(lambda: [x.what for x in self.complaints(house, events)] == [absent], 10)

    def test_finds_a_profile_that_was_stopped(self, house: House, events: EventSocket) -> None:
        def trunk_is_down() -> bool:
            return any("profile trunk" in each.what for each in self.complaints(house, events))

        # A profile cannot be stopped within ten seconds of its start.
        assert until(lambda: "stopping" in events.api("sofia profile trunk stop"), 20)
        try:
            assert until(trunk_is_down, 30)
        finally:
            events.api("sofia profile trunk start")
            assert until(house.is_up, 30)

    def test_finds_a_module_that_was_unloaded(self, house: House, events: EventSocket) -> None:
        events.api("unload mod_tone_stream")
        try:
            found = [each.what for each in self.complaints(house, events)]
            assert "mod_tone_stream is not loaded" in found
        finally:
            events.api("load mod_tone_stream")

    def test_finds_limits_that_were_lowered(self, house: House, events: EventSocket) -> None:
        events.api("fsctl sps 10")
        try:
            assert any("sessions-per-second" in x.what for x in self.complaints(house, events))
        finally:
            events.api(f"fsctl sps {house.settings.sessions_per_second}")

    def test_finds_a_prompt_that_is_gone_and_a_folder_that_is_no_folder(
        self, house: House, events: EventSocket
    ) -> None:
        prompt, folder = house.settings.all_busy, house.settings.recordings_dir
        for path in (prompt, folder):
            path.rename(path.with_name(f"{path.name}.away"))
        folder.touch()
        try:
            found = "\n".join(each.what for each in self.complaints(house, events))
            assert f"cannot read {prompt}" in found
            assert f"cannot write to {folder}" in found
        finally:
            folder.unlink()
            for path in (prompt, folder):
                path.with_name(f"{path.name}.away").rename(path)
