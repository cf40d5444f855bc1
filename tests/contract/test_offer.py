"""A seat's phone is rung (recorded traffic 02, 03)."""

from __future__ import annotations

import pytest

from tests.contract.client import Client
from tests.contract.house import ABSENT, House
from tests.contract.scene import Scene


class TestASeatThatAnswers:
    def test_rings_answers_and_parks(self, house: House, scene: Scene, esl: Client) -> None:
        house.seat("1001")
        leg = scene.seat_parked("1001")
        story = esl.story(
            leg, of="CHANNEL_CREATE CHANNEL_ORIGINATE CHANNEL_PROGRESS CHANNEL_ANSWER CHANNEL_PARK"
        )
        assert story == [
            "CHANNEL_CREATE",
            "CHANNEL_ORIGINATE",
            "CHANNEL_PROGRESS",
            "CHANNEL_ANSWER",
            "CHANNEL_PARK",
        ]

    def test_its_leg_is_outbound_and_carries_what_originate_was_given(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        house.seat("1001")
        leg = scene.seat_parked("1001", ",origination_caller_id_number=13800138000,switchd_call=c1")
        created = esl.event("CHANNEL_CREATE", leg)
        assert created["Call-Direction"] == "outbound"
        assert created["Caller-Caller-ID-Number"] == "13800138000"
        assert created["variable_switchd_call"] == "c1"

    def test_the_job_is_reported_before_the_leg_parks(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        house.seat("1001")
        leg = scene.seat_parked("1001")
        names = [
            event["Event-Name"]
            for event in esl.seen
            if event["Event-Name"] == "BACKGROUND_JOB" or event.get("Unique-ID") == leg
        ]
        assert names.index("CHANNEL_ANSWER") < names.index("BACKGROUND_JOB")
        assert names.index("BACKGROUND_JOB") < names.index("CHANNEL_PARK")

    def test_the_reply_names_the_job(self, house: House, scene: Scene, esl: Client) -> None:
        house.seat("1001")
        reply = esl.bgapi(f"originate {scene.user('1001')} &park()", "my-job")
        assert reply.text == "+OK Job-UUID: my-job"
        assert reply.headers["Job-UUID"] == "my-job"
        assert esl.job("my-job").startswith("+OK ")


class TestASeatThatDoesNotTakeTheCall:
    def test_busy(self, house: House, scene: Scene, esl: Client) -> None:
        house.seat("1002", busy=True)
        leg, job = scene.ring(scene.user("1002"))
        assert esl.job(job) == "-ERR USER_BUSY\n"
        end = esl.event("CHANNEL_HANGUP_COMPLETE", leg)
        assert end["Hangup-Cause"] == "USER_BUSY"
        assert end["variable_sip_hangup_disposition"] == "recv_refuse"
        assert end["variable_hangup_cause_q850"] == "17"

    def test_no_answer_within_the_ring_time(self, house: House, scene: Scene, esl: Client) -> None:
        house.seat("1003", no_answer=True)
        leg, job = scene.ring(scene.user("1003"), seconds=1)
        assert esl.job(job) == "-ERR NO_ANSWER\n"
        end = esl.event("CHANNEL_HANGUP_COMPLETE", leg)
        assert end["Hangup-Cause"] == "NO_ANSWER"
        assert end["variable_sip_hangup_disposition"] == "send_cancel"
        assert "CHANNEL_PROGRESS" in esl.story(leg)

    def test_declined_on_the_phone(self, house: House, scene: Scene, esl: Client) -> None:
        house.seat("1004", refuses=True)
        leg, job = scene.ring(scene.user("1004"))
        assert esl.job(job) == "-ERR CALL_REJECTED\n"
        end = esl.event("CHANNEL_HANGUP_COMPLETE", leg)
        assert end["variable_sip_hangup_disposition"] == "recv_refuse"

    def test_not_registered_leaves_no_leg(self, scene: Scene, esl: Client) -> None:
        leg, job = scene.ring(scene.user(ABSENT))
        assert esl.job(job) == "-ERR USER_NOT_REGISTERED\n"
        assert esl.story(leg) == []

    def test_unknown_to_the_directory(self, scene: Scene, esl: Client) -> None:
        leg, job = scene.ring(scene.user("9999"))
        assert esl.job(job) == "-ERR SUBSCRIBER_ABSENT\n"
        assert esl.story(leg) == []

    def test_nobody_listens_at_the_address(self, house: House, scene: Scene, esl: Client) -> None:
        _, job = scene.ring(f"sofia/{house.trunk_profile}/1@127.0.0.1:6999")
        assert esl.job(job) == "-ERR NORMAL_TEMPORARY_FAILURE\n"

    def test_its_phone_was_unplugged(self, house: House, scene: Scene, esl: Client) -> None:
        """It is still registered, but nobody listens there: no ringing, and no wait for it."""
        house.seat("1001", unplugged=True)
        leg, job = scene.ring(scene.user("1001"))
        assert esl.job(job) == "-ERR NORMAL_TEMPORARY_FAILURE\n"
        end = esl.event("CHANNEL_HANGUP_COMPLETE", leg)
        assert end["Hangup-Cause"] == "NORMAL_TEMPORARY_FAILURE"
        assert end["variable_sip_hangup_disposition"] == "recv_refuse"
        assert "CHANNEL_PROGRESS" not in esl.story(leg)

    def test_its_phone_reacts_to_nothing(self, house: House, scene: Scene, esl: Client) -> None:
        """It looks like a phone that nobody picks up, except that it never rang."""
        house.seat("1001", silent=True)
        leg, job = scene.ring(scene.user("1001"), seconds=1)
        assert esl.job(job) == "-ERR NO_ANSWER\n"
        end = esl.event("CHANNEL_HANGUP_COMPLETE", leg)
        assert end["variable_sip_hangup_disposition"] == "send_cancel"
        assert "CHANNEL_PROGRESS" not in esl.story(leg)

    def test_a_failed_leg_is_reported_to_its_end(
        self, house: House, scene: Scene, esl: Client
    ) -> None:
        house.seat("1002", busy=True)
        leg, _ = scene.ring(scene.user("1002"))
        esl.event("CHANNEL_DESTROY", leg)
        assert esl.story(leg, of="CHANNEL_CREATE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE") == [
            "CHANNEL_CREATE",
            "CHANNEL_HANGUP",
            "CHANNEL_HANGUP_COMPLETE",
        ]


class TestTheCallerIsGoneWhileThePhoneRings:
    def test_the_ringing_leg_can_be_killed(self, house: House, scene: Scene, esl: Client) -> None:
        house.seat("1001", no_answer=True)
        caller, leg = scene.answered()
        seat, job = scene.ring(scene.user("1001"), seconds=20)
        esl.event("CHANNEL_PROGRESS", seat)
        caller.hang_up()
        assert esl.event("CHANNEL_HANGUP", leg)["Hangup-Cause"] == "NORMAL_CLEARING"
        assert esl.api(f"uuid_kill {seat} LOSE_RACE") == "+OK\n"
        assert esl.job(job) == "-ERR LOSE_RACE\n"
        end = esl.event("CHANNEL_HANGUP_COMPLETE", seat)
        assert end["Hangup-Cause"] == "LOSE_RACE"
        assert end["variable_sip_hangup_disposition"] == "send_cancel"
        assert caller.ended.wait(5)

    def test_no_leg_is_left(self, house: House, scene: Scene, esl: Client) -> None:
        house.seat("1001", no_answer=True)
        seat, _ = scene.ring(scene.user("1001"), seconds=20)
        esl.event("CHANNEL_PROGRESS", seat)
        esl.api(f"uuid_kill {seat} ORIGINATOR_CANCEL")
        esl.event("CHANNEL_DESTROY", seat)
        assert esl.api(f"uuid_exists {seat}") == "false"


class TestAMalformedOriginate:
    @pytest.mark.parametrize("args", ["bad", "user/1001"])
    def test_is_answered_with_its_usage(self, esl: Client, args: str) -> None:
        esl.bgapi(f"originate {args}", "bad-job")
        assert esl.job("bad-job").startswith("-USAGE: <call url> <exten>|&<application_name>")
