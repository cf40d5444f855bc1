"""Caller and seat talk, part, and go on (recorded traffic 01, 04, 05, 11, 14)."""

from __future__ import annotations

import wave
from pathlib import Path

from tests.contract.client import Client
from tests.contract.house import House
from tests.contract.scene import Scene


class TestABridge:
    def test_is_reported_once_with_both_legs(self, house: House, scene: Scene, esl: Client) -> None:
        house.seat("1001")
        _, leg, seat = scene.talking()
        bridges = [event for event in esl.seen if event["Event-Name"] == "CHANNEL_BRIDGE"]
        assert len(bridges) == 1
        assert bridges[0]["Bridge-A-Unique-ID"] == leg
        assert bridges[0]["Bridge-B-Unique-ID"] == seat
        assert bridges[0]["Other-Leg-Unique-ID"] == seat
        assert int(bridges[0]["Caller-Channel-Bridged-Time"]) > 0

    def test_takes_both_legs_out_of_their_parks(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        house.seat("1001")
        _, leg, seat = scene.talking()
        for one in (leg, seat):
            story = esl.story(one, of="CHANNEL_PARK CHANNEL_UNPARK")
            assert story == ["CHANNEL_PARK", "CHANNEL_UNPARK"]

    def test_ends_the_hold_music_by_itself(self, house: House, scene: Scene, esl: Client) -> None:
        house.seat("1001")
        _, leg = scene.waiting()
        seat = scene.seat_parked()
        esl.api(f"uuid_bridge {leg} {seat}")
        esl.event("CHANNEL_BRIDGE", leg)
        done = esl.event("CHANNEL_EXECUTE_COMPLETE", leg, Application_UUID="music")
        assert done["Application-Response"] == "PLAYBACK ERROR"

    def test_with_a_seat_that_ends_at_that_moment_leaves_the_caller_parked(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        house.seat("1001")
        _, leg = scene.waiting()
        seat = scene.seat_parked()
        answers = esl.api_at_once(f"uuid_bridge {leg} {seat}", f"uuid_kill {seat}")
        assert answers == [f"+OK {seat}\n", "+OK\n"]
        esl.execute(leg, "playback", house.music, execution="again")
        scene.parked_again(leg)
        esl.event("CHANNEL_EXECUTE", leg, Application_UUID="again")
        assert esl.event("CHANNEL_HANGUP", seat)["Hangup-Cause"] == "NORMAL_CLEARING"

    def test_with_a_seat_that_has_ended_is_refused_and_the_music_goes_on(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        house.seat("1001")
        _, leg = scene.waiting()
        seat = scene.seat_parked()
        answers = esl.api_at_once(f"uuid_kill {seat}", f"uuid_bridge {leg} {seat}")
        assert answers == ["+OK\n", "-ERR Invalid uuid\n"]
        esl.event("CHANNEL_DESTROY", seat)
        assert "PLAYBACK_STOP" not in esl.story(leg)

    def test_of_a_leg_that_is_gone_is_refused(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        house.seat("1001")
        _, leg = scene.answered()
        assert esl.api(f"uuid_bridge {leg} nobody") == "-ERR Invalid uuid\n"


class TestTheSeatLeaves:
    def test_the_caller_may_be_parked_before_or_after_the_seats_end_is_reported(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        """Each leg goes its own way: nothing may be made of which event comes first."""
        house.seat("1001")
        _, leg, seat = scene.talking()
        esl.api(f"uuid_kill {seat}")
        scene.parked_again(leg)
        esl.event("CHANNEL_DESTROY", seat)
        hangup = esl.event("CHANNEL_HANGUP", seat)
        unbridge = esl.event("CHANNEL_UNBRIDGE", leg)
        assert int(hangup["Event-Sequence"]) < int(unbridge["Event-Sequence"])
        assert esl.story(leg, of="CHANNEL_UNBRIDGE CHANNEL_PARK")[1:] == [
            "CHANNEL_UNBRIDGE",
            "CHANNEL_PARK",
        ]

    def test_the_caller_parks_and_can_be_asked_for_satisfaction(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        phone = house.seat("1001")
        caller, leg, seat = scene.talking()
        phone.hang_up()
        scene.parked_again(leg)
        esl.event("CHANNEL_DESTROY", seat)
        order = "CHANNEL_BRIDGE CHANNEL_HANGUP CHANNEL_UNBRIDGE CHANNEL_PARK"
        story = esl.story(leg, seat, of=order)
        assert story[-4:] == [
            "CHANNEL_BRIDGE",
            "CHANNEL_HANGUP",
            "CHANNEL_UNBRIDGE",
            "CHANNEL_PARK",
        ]
        esl.execute(
            leg,
            "play_and_get_digits",
            "1 1 1 3000 # tone_stream://%(300,100,800) silence_stream://100 score [1-5]",
            execution="survey",
        )
        esl.event("CHANNEL_EXECUTE", leg, Application_UUID="survey")
        esl.api(f"uuid_recv_dtmf {leg} 5")
        done = esl.event("CHANNEL_EXECUTE_COMPLETE", leg, Application_UUID="survey")
        assert done["variable_score"] == "5"
        esl.api(f"uuid_kill {leg}")
        assert caller.ended.wait(5)

    def test_its_own_end_says_that_the_phone_hung_up(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        phone = house.seat("1001")
        _, _, seat = scene.talking()
        phone.hang_up()
        end = esl.event("CHANNEL_HANGUP_COMPLETE", seat)
        assert end["variable_sip_hangup_disposition"] == "recv_bye"
        assert end["Hangup-Cause"] == "NORMAL_CLEARING"

    def test_sent_away_by_the_switch_it_is_the_switch_that_hung_up(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        house.seat("1001")
        _, leg, seat = scene.talking()
        esl.api(f"uuid_kill {seat} NORMAL_CLEARING")
        end = esl.event("CHANNEL_HANGUP_COMPLETE", seat)
        assert end["variable_sip_hangup_disposition"] == "send_bye"
        scene.parked_again(leg)

    def test_a_caller_who_may_not_stay_is_hung_up(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        house.seat("1001")
        caller, leg, seat = scene.talking()
        esl.api(f"uuid_setvar {leg} park_after_bridge false")
        esl.api(f"uuid_setvar {leg} hangup_after_bridge true")
        esl.api(f"uuid_kill {seat}")
        assert esl.event("CHANNEL_HANGUP_COMPLETE", leg)["Hangup-Cause"] == "NORMAL_CLEARING"
        assert caller.ended.wait(5)


class TestTheCallerLeaves:
    def test_the_seat_is_hung_up(self, house: House, scene: Scene, esl: Client) -> None:
        house.seat("1001")
        caller, leg, seat = scene.talking()
        caller.hang_up()
        ends = {one: esl.event("CHANNEL_HANGUP_COMPLETE", one) for one in (leg, seat)}
        assert ends[leg]["variable_sip_hangup_disposition"] == "recv_bye"
        assert ends[seat]["variable_sip_hangup_disposition"] == "send_bye"
        assert {end["Hangup-Cause"] for end in ends.values()} == {"NORMAL_CLEARING"}
        assert "CHANNEL_UNBRIDGE" in esl.story(leg)

    def test_the_callers_hangup_comes_first_and_the_ends_in_either_order(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        """Each leg ends by itself: nothing may be made of whose end is reported first."""
        house.seat("1001")
        caller, leg, seat = scene.talking()
        caller.hang_up()
        for one in (leg, seat):
            esl.event("CHANNEL_DESTROY", one)
        hangups = [e["Unique-ID"] for e in esl.seen if e["Event-Name"] == "CHANNEL_HANGUP"]
        assert hangups == [leg, seat]
        own_end = "CHANNEL_HANGUP CHANNEL_UNBRIDGE CHANNEL_HANGUP_COMPLETE CHANNEL_DESTROY"
        assert esl.story(leg, of=f"{own_end} CHANNEL_PARK")[1:] == own_end.split()
        seats_end = "CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_DESTROY"
        assert esl.story(seat, of=f"{seats_end} CHANNEL_PARK")[1:] == seats_end.split()


class TestRecording:
    def test_is_a_stereo_file_that_plays(
        self, house: House, scene: Scene, esl: Client, tmp_path: Path
    ) -> None:
        house.seat("1001")
        _, leg = scene.answered()
        path = tmp_path / "records" / "call.wav"
        esl.api(f"uuid_setvar {leg} RECORD_STEREO true")
        assert esl.api(f"uuid_record {leg} start {path}") == "+OK Success\n"
        assert esl.event("RECORD_START", leg)["Record-File-Path"] == str(path)
        seat = scene.seat_parked()
        esl.api(f"uuid_bridge {leg} {seat}")
        esl.event("CHANNEL_BRIDGE", leg)
        assert esl.api(f"uuid_record {leg} stop {path}") == "+OK Success\n"
        assert esl.event("RECORD_STOP", leg)["Record-File-Path"] == str(path)
        with wave.open(str(path)) as file:
            assert (file.getnchannels(), file.getframerate()) == (2, 8000)

    def test_ends_with_the_call(
        self, house: House, scene: Scene, esl: Client, tmp_path: Path
    ) -> None:
        _, leg = scene.answered()
        esl.api(f"uuid_record {leg} start {tmp_path / 'short.wav'}")
        esl.api(f"uuid_kill {leg}")
        esl.event("CHANNEL_DESTROY", leg)
        assert esl.story(leg, of="CHANNEL_HANGUP RECORD_STOP CHANNEL_HANGUP_COMPLETE") == [
            "CHANNEL_HANGUP",
            "RECORD_STOP",
            "CHANNEL_HANGUP_COMPLETE",
        ]

    def test_of_a_leg_that_is_gone_is_refused(self, esl: Client) -> None:
        assert esl.api("uuid_record none start /tmp/x.wav") == "-ERR Cannot locate session!\n"


class TestHold:
    def test_is_reported_both_ways(self, house: House, scene: Scene, esl: Client) -> None:
        house.seat("1001")
        _, _, seat = scene.talking()
        assert esl.api(f"uuid_hold {seat}") == "+OK Success\n"
        assert esl.event("CHANNEL_HOLD", seat)["Channel-Call-State"] == "HELD"
        assert esl.api(f"uuid_hold off {seat}") == "+OK Success\n"
        esl.event("CHANNEL_UNHOLD", seat)


class TestThreeParties:
    def test_a_consulted_expert_takes_the_seat_and_the_caller_parks(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        house.seat("1001")
        house.seat("2001")
        _, leg, seat = scene.talking()
        expert = scene.seat_parked("2001", ",park_after_bridge=true")
        assert esl.api(f"uuid_bridge {seat} {expert}") == f"+OK {expert}\n"
        scene.parked_again(leg)
        assert esl.event("CHANNEL_BRIDGE", seat)["Bridge-B-Unique-ID"] == expert

    def test_all_meet_in_a_conference_and_two_stay(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        house.seat("1001")
        house.seat("2001")
        _, leg, seat = scene.talking()
        expert = scene.seat_parked("2001", ",park_after_bridge=true")
        esl.api(f"uuid_setvar {seat} park_after_bridge true")
        esl.api(f"uuid_bridge {seat} {expert}")
        scene.parked_again(leg)
        for one in (leg, seat, expert):
            assert esl.api(f"uuid_transfer {one} conference:call-3@default inline") == "+OK\n"
            esl.event("CHANNEL_EXECUTE", one, Application="conference")
        esl.api(f"uuid_kill {seat}")
        esl.event("CHANNEL_DESTROY", seat)
        for one in (leg, expert):
            assert esl.api(f"uuid_transfer {one} park: inline") == "+OK\n"
            esl.event("CHANNEL_EXECUTE_COMPLETE", one, Application="conference")
        parked = [event["Unique-ID"] for event in esl.seen if event["Event-Name"] == "CHANNEL_PARK"]
        assert {leg, expert} <= set(parked)
        esl.api(f"uuid_bridge {leg} {expert}")
        bridged = esl.wait_for(
            lambda event: (
                event["Event-Name"] == "CHANNEL_BRIDGE"
                and event["Bridge-B-Unique-ID"] == expert
                and event["Bridge-A-Unique-ID"] == leg
            )
        )
        assert bridged["Unique-ID"] == leg
